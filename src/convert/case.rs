//! The numbers of one case, kept between runs. The file holds a random key, and for each number a keyed digest of
//! what it stands for: whoever finds the file cannot read the originals from it.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const TITLE: &str = "rushlight case 1";

/// A digest.
type Hash = [u8; 32];

/// Which thing has which number.
pub struct Case {
    path: Option<PathBuf>,
    key: Hash,
    numbers: HashMap<Hash, u64>,
    /// In order of first appearance, for the file.
    list: Vec<(String, u64, Hash)>,
    last: HashMap<String, u64>,
}

impl Case {
    /// Numbers for one run, which are forgotten after it.
    pub fn passing() -> Self {
        let (numbers, list, last) = Default::default();
        Self { path: None, key: random(), numbers, list, last }
    }

    /// The numbers kept in the file at `path`, which [`Case::save`] makes if it is not there.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut case = Self { path: Some(path.to_owned()), ..Self::passing() };
        match fs::read_to_string(path) {
            Ok(text) => case.read(&text).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "it is not a case file of this program")
            })?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
        Ok(case)
    }

    fn read(&mut self, text: &str) -> Option<()> {
        let mut lines = text.lines();
        (lines.next()? == TITLE).then_some(())?;
        self.key = digest_of(lines.next()?.strip_prefix("key ")?)?;
        for line in lines {
            let mut parts = line.split(' ');
            let (class, number) = (parts.next()?, parts.next()?.parse().ok()?);
            self.add(class, number, digest_of(parts.next()?)?);
        }
        Some(())
    }

    fn add(&mut self, class: &str, number: u64, digest: Hash) {
        self.numbers.insert(digest, number);
        self.list.push((class.to_owned(), number, digest));
        let last = self.last.entry(class.to_owned()).or_default();
        *last = number.max(*last);
    }

    /// The number of `thing` among those of its `class`; a new one at its first appearance.
    pub fn number(&mut self, class: &str, thing: &str) -> u64 {
        let digest = keyed(&self.key, &format!("{class}\0{thing}"));
        if let Some(number) = self.numbers.get(&digest) {
            return *number;
        }
        let number = self.last.get(class).copied().unwrap_or(0) + 1;
        self.add(class, number, digest);
        number
    }

    /// How many of a `class` have a number.
    pub fn count(&self, class: &str) -> u64 {
        self.last.get(class).copied().unwrap_or(0)
    }

    /// Write the file of the case, readable by its owner only.
    pub fn save(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let mut beside = path.clone().into_os_string();
        beside.push(".part");
        let mut text = format!("{TITLE}\nkey {}\n", hex(&self.key));
        for (class, number, digest) in &self.list {
            text += &format!("{class} {number} {}\n", hex(digest));
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(beside, path)
    }
}

/// HMAC-SHA-256 (RFC 2104).
fn keyed(key: &Hash, text: &str) -> Hash {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// A key nobody can guess.
fn random() -> Hash {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the system has random numbers");
    key
}

fn hex(digest: &Hash) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

fn digest_of(hex: &str) -> Option<Hash> {
    let mut digest = [0; 32];
    (hex.len() == 64 && hex.is_ascii()).then_some(())?;
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected by Python: `hmac.new(bytes([7] * 32), b"person\0Ida", "sha256").hexdigest()`.
    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(
            hex(&keyed(&[7; 32], "person\0Ida")),
            "c53e97c34b4584dd3e03a7c3c5b0f162fb2620be358f750eecaaa77ba0bda782"
        );
    }

    #[test]
    fn numbers_are_kept_and_originals_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("case");
        let mut first = Case::open(&path).unwrap();
        assert_eq!((first.number("phone", "123"), first.number("person", "Ida")), (1, 1));
        assert_eq!((first.number("phone", "456"), first.number("phone", "123")), (2, 1));
        first.save().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("Ida") && text.lines().count() == 5);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
        let mut second = Case::open(&path).unwrap();
        assert_eq!((second.number("phone", "789"), second.number("phone", "456")), (3, 2));
        fs::write(&path, "shopping list").unwrap();
        assert!(Case::open(&path).is_err());
    }

    #[test]
    fn the_digest_is_hmac() {
        // RFC 4231, case 1, whose key is padded with zeros as any short key is.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex(&keyed(&key, "Hi There")), expected);
    }
}
