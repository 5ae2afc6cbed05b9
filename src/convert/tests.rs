//! What is written holds everything, as far as that can be seen without reading it in again (which `tests/` does).

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::*;
use crate::transcript::{Message, Origin, Text};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn written(target: Target) -> Vec<u8> {
    let mut chat = Transcript::new("c");
    let ida = Some(chat.speaker("Ida"));
    let mut add = |speaker, kind, text: &str, line| {
        chat.messages.push(Message {
            speaker,
            time: None,
            text: Text::new(text),
            kind,
            origin: Origin { line },
        });
    };
    add(ida, Kind::Message, "=1, \"two\"\nlines", 1);
    add(ida, Kind::Media, "cat.jpg", 3);
    add(ida, Kind::Message, "<photo>", 4);
    add(None, Kind::System, "Ida left", 0);
    let kept = Kept::default();
    let mut writer = target.writer(kept.clone()).unwrap();
    writer.write(&chat, "paste").unwrap();
    writer.write(&chat, "paste").unwrap();
    writer.finish().unwrap();
    kept.0.lock().unwrap().clone()
}

#[test]
fn jsonl() {
    let text = String::from_utf8(written(Target::Jsonl)).unwrap();
    assert_eq!(
        text.lines().next().unwrap(),
        r#"{"id":"c","source":"paste","messages":[{"speaker":"Ida","time":null,"text":"=1, \"two\"\nlines","line":1},{"speaker":"Ida","time":null,"text":"cat.jpg","kind":"media","line":3},{"speaker":"Ida","time":null,"text":"<photo>","kind":"message","line":4},{"speaker":null,"time":null,"text":"Ida left","kind":"system"}]}"#
    );
}

#[test]
fn csv_keeps_conversations_of_one_id_apart() {
    let text = String::from_utf8(written(Target::Csv)).unwrap();
    assert!(text.starts_with(
        "conversation,speaker,time,text,kind,line\nc,Ida,,\"=1, \"\"two\"\"\nlines\",message,1\n"
    ));
    assert!(text.contains("\nc (2),,,Ida left,system,0\n"), "{text}");
}

#[test]
fn parquet_is_complete() {
    let bytes = written(Target::Parquet);
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}
