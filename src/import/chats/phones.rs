//! Phone numbers as keys: one number is written in several ways, and belongs to one conversation all the same.

use std::collections::HashMap;

/// Shortest number that could be written with and without its country; shorter ones are service numbers.
const LOCAL: usize = 7;

/// The numbers met so far. Which of two writings comes first does not matter, except that the key is made of it.
#[derive(Default)]
pub struct Phones {
    /// Numbers written without their country, and their keys.
    national: HashMap<String, String>,
    /// Ends of numbers written with their country, and their keys; empty where several have that end.
    ends: HashMap<String, String>,
}

impl Phones {
    /// The same for every way to write one address: a number with or without signs and country, or a mail address in
    /// any case.
    pub fn key(&mut self, address: &str) -> String {
        let address = address.trim();
        let digits: String = address.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() || address.chars().any(char::is_alphabetic) {
            return address.to_lowercase();
        }
        if digits.len() < LOCAL {
            return digits;
        }
        match digits.strip_prefix("00").or(address.starts_with('+').then_some(digits.as_str())) {
            Some(number) => self.international(number),
            None => self.local(digits.trim_start_matches('0')),
        }
    }

    fn international(&mut self, number: &str) -> String {
        let ends: Vec<&str> = (1..=3).filter_map(|n| number.get(n..)).filter(|e| e.len() >= LOCAL).collect();
        let key = ends.iter().find_map(|e| self.national.get(*e)).cloned();
        let key = key.unwrap_or_else(|| number.to_owned());
        for end in ends {
            let known = self.ends.entry(end.to_owned()).or_insert_with(|| key.clone());
            if *known != key {
                known.clear();
            }
        }
        key
    }

    fn local(&mut self, number: &str) -> String {
        // An American number may have its country without a plus.
        let bare = number.strip_prefix('1').filter(|n| n.len() == 10).unwrap_or(number);
        if let Some(key) = self.ends.get(bare).filter(|k| !k.is_empty()) {
            return key.clone();
        }
        self.national.entry(bare.to_owned()).or_insert_with(|| bare.to_owned()).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_many_writings_has_one_key() {
        for numbers in [
            ["+1 (555) 555-0100", "555-555-0100", "15555550100"],
            ["(555) 555-0100", "+15555550100", "1 555 555 0100"],
            ["+49 171 5550100", "0171/5550100", "0049 171 555 01 00"],
            ["Ida@Example.org", "ida@example.org ", "IDA@EXAMPLE.ORG"],
            ["7535", "7535", "75-35"],
        ] {
            let mut phones = Phones::default();
            let keys = numbers.map(|n| phones.key(n));
            assert!(keys.iter().all(|k| *k == keys[0]), "{keys:?}");
        }
    }

    #[test]
    fn different_numbers_stay_apart() {
        let mut phones = Phones::default();
        let keys = ["+15555550100", "+445555550100", "5555550101", "7535", "MyBank", "555550100"];
        let mut keys: Vec<String> = keys.iter().map(|n| phones.key(n)).collect();
        // The last could be either of the first two, so it is neither.
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 6);
        assert_eq!(phones.key(" "), "");
    }
}
