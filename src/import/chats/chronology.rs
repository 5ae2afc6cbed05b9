//! The order of messages by their times: put right, or told where it cannot be.

use std::collections::HashMap;

use crate::transcript::{Message, Time};

/// So far back in time a conversation does not go, in nanoseconds: messages may arrive a little late.
const DAY: i128 = 24 * 3_600 * 1_000_000_000;

/// Put messages in order of time, if every one of them has a time that can be compared. How many stood behind later ones,
/// and the line of the first.
pub fn in_order(messages: &mut [Message]) -> (u64, u64) {
    let Some(first) = messages.first().and_then(|m| m.time) else { return (0, 0) };
    let since: Option<Vec<i128>> = messages.iter().map(|m| m.time?.nanoseconds_since(&first)).collect();
    let Some(since) = since.filter(|s| !s.is_sorted()) else { return (0, 0) };
    let mut latest = i128::MIN;
    let late: Vec<u64> = since
        .iter()
        .zip(messages.iter())
        .filter(|(since, _)| {
            latest = latest.max(**since);
            **since < latest
        })
        .map(|(_, message)| message.origin.line)
        .collect();
    let mut order: Vec<usize> = (0..messages.len()).collect();
    order.sort_by_key(|at| since[*at]);
    let sorted: Vec<Message> = order.iter().map(|at| messages[*at].clone()).collect();
    messages.clone_from_slice(&sorted);
    (late.len() as u64, late.first().copied().unwrap_or(0))
}

/// How many messages have a time, and the line of the first.
pub fn timed(messages: &[Message]) -> (u64, u64) {
    let timed = || messages.iter().filter(|m| m.time.is_some());
    (timed().count() as u64, timed().next().map_or(0, |m| m.origin.line))
}

/// Which way the times run within the conversations of one file.
#[derive(Default)]
pub struct Runs {
    latest: HashMap<String, Time>,
    rises: u64,
    falls: u64,
}

impl Runs {
    /// The next message of `conversation` has this time.
    pub fn see(&mut self, conversation: &str, time: Time) {
        let Some(latest) = self.latest.get_mut(conversation) else {
            self.latest.insert(conversation.to_owned(), time);
            return;
        };
        match time.nanoseconds_since(latest) {
            Some(1..) => self.rises += 1,
            Some(..=-1) => self.falls += 1,
            _ => {}
        }
        *latest = time;
    }

    /// After how many steps back in time one of them is to be turned round: where all of them run backwards, after the first.
    pub fn steps(&self) -> u64 {
        if self.rises == 0 && self.falls >= SURE { 1 } else { SURE }
    }
}

/// So many steps back in time, and none forward, are no accident.
pub const SURE: u64 = 2;

/// Whether the times of messages fall throughout, in so many `steps` or more.
pub fn falls(messages: &[Message], steps: u64) -> bool {
    let (mut last, mut found) = (None::<Time>, 0);
    for time in messages.iter().filter_map(|m| m.time) {
        match last.map(|last| time.nanoseconds_since(&last)) {
            Some(None | Some(1..)) => return false,
            Some(Some(..=-1)) => found += 1,
            _ => {}
        }
        last = Some(time);
    }
    found >= steps
}

/// The lines from which on messages, more than one, are days older than what stands before them.
pub fn back_in_time(messages: &[Message]) -> Vec<u64> {
    let timed: Vec<(Time, u64)> = messages.iter().filter_map(|m| Some((m.time?, m.origin.line))).collect();
    let back = |from: Time, to: Time| to.nanoseconds_since(&from).is_some_and(|since| since < -DAY);
    let stays = |w: &&[(Time, u64)]| back(w[0].0, w[1].0) && back(w[0].0, w[2].0);
    timed.windows(3).filter(stays).map(|w| w[1].1).collect()
}

#[cfg(test)]
mod tests {
    use super::super::chat::Chat;
    use super::*;
    use crate::import::Limits;
    use crate::import::warning::WarningKind;
    use crate::transcript::Kind;

    fn read(days: &[u32]) -> (String, Vec<(WarningKind, u64, u64)>) {
        let mut chat = Chat::new("c", &Limits::default());
        chat.watch_times(SURE);
        for (line, day) in (1..).zip(days) {
            let time = Time::parse(&format!("2024-05-{day:02}T10:00:00"));
            chat.say("Ana", time.into(), Kind::Message, &format!("{line} "), line);
        }
        let done = chat.finish(None);
        let said = done.transcript.messages.iter().map(|m| m.text.reveal()).collect();
        (said, done.warnings.into_vec().into_iter().map(|w| (w.kind, w.count, w.first_line)).collect())
    }

    #[test]
    fn newest_first_is_turned_round_and_told() {
        assert_eq!(read(&[5, 4, 4, 2]), ("4 3 2 1 ".to_owned(), vec![(WarningKind::NewestFirst, 4, 1)]));
        assert_eq!(read(&[5, 4]), ("1 2 ".to_owned(), Vec::new()));
        assert_eq!(read(&[2, 4, 5, 5]).1, Vec::new());
    }

    #[test]
    fn a_file_that_runs_backwards_turns_its_shortest_chats() {
        let mut runs = Runs::default();
        let at = |minute: i128| Time::parse(&format!("2024-03-14T10:{minute:02}:00Z")).unwrap();
        [("a", 9), ("b", 8), ("a", 7)].into_iter().for_each(|(chat, minute)| runs.see(chat, at(minute)));
        assert_eq!(runs.steps(), SURE);
        runs.see("b", at(3));
        assert_eq!(runs.steps(), 1);
        runs.see("b", at(4));
        assert_eq!(runs.steps(), SURE);
    }

    #[test]
    fn one_chat_behind_another_is_told() {
        assert_eq!(read(&[13, 14, 15, 3, 4, 5]).1, [(WarningKind::BackInTime, 1, 4)]);
        // One that came late.
        assert_eq!(read(&[13, 14, 15, 3, 16, 17]).1, Vec::new());
    }
}
