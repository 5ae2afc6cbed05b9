//! What the tests of formats share.

use super::{Flow, Imported, Options, read_text};

/// All conversations of a text, told as `format`, every line of it accounted for.
pub fn read(name: &str, text: &str, format: &str) -> Vec<Imported> {
    let mut found = Vec::new();
    let counts = read_text(name, text.as_bytes(), &Options::default(), &mut |imported: Imported| {
        assert_eq!(imported.format, format);
        found.push(imported);
        Flow::Continue(())
    });
    let counts = counts.unwrap();
    assert_eq!(counts.lines, counts.accounted());
    found
}

/// Each message of a conversation with its time and who wrote it; `*` is nobody.
pub fn lines(imported: &Imported) -> Vec<String> {
    let t = &imported.transcript;
    let who = |s: Option<usize>| s.map_or("*", |s| t.speakers[s].name.as_str());
    t.messages
        .iter()
        .map(|m| format!("{} {}: {}", m.time.unwrap(), who(m.speaker), m.text.reveal()))
        .collect()
}
