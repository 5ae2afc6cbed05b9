//! The order of messages by their times: put right, or told where it cannot be.

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

/// Whether the times of messages, at least three different ones, fall throughout.
pub fn falls(messages: &[Message]) -> bool {
    let (mut last, mut steps) = (None::<Time>, 0);
    for time in messages.iter().filter_map(|m| m.time) {
        match last.map(|last| time.nanoseconds_since(&last)) {
            Some(None | Some(1..)) => return false,
            Some(Some(..=-1)) => steps += 1,
            _ => {}
        }
        last = Some(time);
    }
    steps >= 2
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
    use super::super::Limits;
    use super::super::chat::Chat;
    use super::super::warning::WarningKind;
    use super::*;
    use crate::transcript::Kind;

    fn read(days: &[u32]) -> (String, Vec<(WarningKind, u64, u64)>) {
        let mut chat = Chat::new("c", &Limits::default());
        chat.watch_times();
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
    fn one_chat_behind_another_is_told() {
        assert_eq!(read(&[13, 14, 15, 3, 4, 5]).1, [(WarningKind::BackInTime, 1, 4)]);
        // One that came late.
        assert_eq!(read(&[13, 14, 15, 3, 16, 17]).1, Vec::new());
    }
}
