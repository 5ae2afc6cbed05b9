//! What every target does: read the bytes, and hold the importer to its promise that no line is lost.

use std::ops::ControlFlow;

use rushlight::import::{Options, read_text};

/// Read `bytes` as `format`, or as whatever they seem to be.
pub fn read(bytes: &[u8], format: Option<&str>) {
    let options = Options { format: format.map(str::to_owned), ..Options::default() };
    let mut conversations = 0;
    let counts = read_text("fuzz", bytes, &options, &mut |imported| {
        conversations += 1;
        let people = imported.transcript.speakers.len();
        assert!(imported.transcript.messages.iter().all(|m| m.speaker.is_none_or(|s| s < people)));
        ControlFlow::Continue(())
    });
    if let Ok(counts) = counts {
        assert_eq!(counts.lines, counts.accounted());
        assert_eq!(counts.conversations, conversations);
    }
}
