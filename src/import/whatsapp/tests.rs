//! WhatsApp exports as a whole: what becomes of each line.

use proptest::prelude::*;

use super::super::{Counts, Imported, Options, read_text};
use super::*;
use crate::transcript::Time;

fn import(text: &str) -> (Imported, Counts) {
    let options = Options { format: Some("whatsapp".to_owned()), ..Options::default() };
    let mut found = Vec::new();
    let counts = read_text("chat", text.as_bytes(), &options, &mut |imported| {
        found.push(imported);
        super::super::Flow::Continue(())
    });
    (found.pop().expect("one conversation"), counts.expect("readable"))
}

#[test]
fn a_message_runs_on_until_the_next_header() {
    let (chat, counts) = import(
        "18/03/2022, 14:56 - Ana: first\nsecond line\n\nthird: line\n\
         18/03/2022, 14:57 - Ben: [1/2/24, 10:00:00] Ana: a quoted header\n[18/03/2022, 14:58:00] Ana: another\n\
         18/03/2022, 14:59 - Ana added Cy\n",
    );
    let messages = &chat.transcript.messages;
    assert_eq!(messages[0].text.reveal(), "first\nsecond line\n\nthird: line");
    assert_eq!(messages[1].text.reveal().lines().count(), 2);
    assert_eq!(messages[2].kind, Kind::System);
    assert_eq!(chat.transcript.speakers.len(), 2);
    assert_eq!((counts.lines, counts.accounted(), counts.blank, counts.continuations), (7, 7, 1, 3));
    assert_eq!(messages[0].time, Time::parse("2022-03-18T14:56:00"));
}

#[test]
fn text_before_the_first_message_is_counted() {
    let (chat, counts) = import("stray\n\n18/03/2022, 14:56 - Ana: hi\n");
    assert_eq!((counts.warned, counts.blank, counts.messages), (1, 1, 1));
    assert_eq!(chat.warnings[0].kind, WarningKind::LineBeforeFirstMessage);
}

#[test]
fn headers_of_both_phones() {
    let header = |line| Header::read(line).map(|h| (h.look.bracketed, h.rest.to_owned()));
    assert_eq!(header("\u{200e}[18/03/2022, 14:56:12] Ana: x"), Some((true, "Ana: x".to_owned())));
    assert_eq!(header("18.03.22 14:56 \u{2013} Ana: x"), Some((false, "Ana: x".to_owned())));
    assert_eq!(header("[21:41:35, 3/27/22] Ana: x"), Some((true, "Ana: x".to_owned())));
    assert_eq!(header("18.03.22 14:56 Ana: x"), None);
    assert_eq!(header("[18.03.22 14:56 Ana: x"), None);
}

/// Lines that look like parts of a chat, in any order.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,30}",
        "\\PC{0,20}",
        (1..32u32, 1..14u32, "(Ana|Ben|~ Cy)", "\\PC{0,12}")
            .prop_map(|(d, m, n, t)| format!("{d}/{m}/22, 10:0{} - {n}: {t}", m % 10)),
        (1..32u32, 1..14u32).prop_map(|(d, m)| format!(
            "\u{200e}[{m}/{d}/22, 9:1{}:12 PM] Ana: \u{200e}image omitted",
            d % 10
        )),
        Just("1/2/22, 10:00 - Ana changed the subject to: x".to_owned()),
        Just(String::new()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_accounted_for(lines in proptest::collection::vec(line(), 1..40)) {
        let text = format!("1/2/22, 10:00 - Ana: start\n{}", lines.join("\n"));
        let (_, counts) = import(&text);
        let real = text.split('\n').count() as u64 - u64::from(text.ends_with('\n'));
        prop_assert_eq!(counts.lines, real);
        prop_assert_eq!(counts.accounted(), real);
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_text("x", &bytes[..], &Options::default(), &mut |_| super::super::Flow::Continue(()));
    }
}
