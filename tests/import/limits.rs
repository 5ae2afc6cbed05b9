//! Inputs of any size: streamed, cut or refused, and never slow.

use rushlight::import::Limits;

use super::*;

#[test]
fn one_endless_line_is_held_to_its_limit() {
    let endless = b"18/03/2022, 14:56 - Ida: "
        .chain(std::io::repeat(b'a').take(64 << 20))
        .chain(&b"\n18/03/2022, 14:57 - Max: hi\n"[..]);
    let (found, counts) = bytes("x", endless, &Options::default());
    let messages = &found[0].transcript.messages;
    assert!(messages[0].text.reveal().len() <= 1 << 20 && messages[1].text.reveal() == "hi");
    assert_eq!(found[0].warnings[0].kind, WarningKind::MessageTooLong);
    assert_eq!(counts.unwrap().lines, 2);
}

#[test]
fn a_conversation_past_the_limit_gives_what_fits_and_names_the_line() {
    let limits = Limits { conversation: 100_000, ..Limits::default() };
    let chat = CHAT.repeat(2000);
    let (found, result) = bytes("big.txt", chat.as_bytes(), &Options { limits, ..Options::default() });
    assert!(found[0].transcript.messages.len() > 100);
    let error = result.unwrap_err();
    assert!(
        matches!(error, ImportError::TooLarge { line: 100.., .. })
            && error.to_string().starts_with("big.txt, line")
    );
}

/// Hands out the same line again and again without holding them.
struct Repeated<'t> {
    line: &'t [u8],
    at: usize,
    left: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.line.len() {
            (self.at, self.left) = (0, self.left.saturating_sub(1));
        }
        let n = if self.left == 0 { 0 } else { (&self.line[self.at..]).read(out)? };
        self.at += n;
        Ok(n)
    }
}

#[test]
fn records_stream_past_without_being_held() {
    let line = br#"{"messages":[{"speaker":"Ida","text":"hi"},{"speaker":"Max","text":"hey"}]}"#;
    let line = [&line[..], b"\n"].concat();
    let mut seen = 0;
    let input = Repeated { line: &line, at: 0, left: 50_000 };
    let counts = read_text("r", input, &Options::default(), &mut |_| {
        seen += 1;
        ControlFlow::Continue(())
    });
    assert_eq!((seen, counts.unwrap().messages), (50_000, 100_000));
}

#[test]
fn a_large_group_is_read_in_no_time() {
    let chat: String = (0..50_000u32)
        .map(|n| {
            format!(
                "18/03/2022, {:02}:{:02} - Person number {}: message {n}\n",
                n / 3000,
                n / 50 % 60,
                n * 7 % 300
            )
        })
        .collect();
    let start = std::time::Instant::now();
    let (found, _) = bytes("g", chat.as_bytes(), &Options::default());
    assert_eq!((found[0].transcript.messages.len(), found[0].transcript.speakers.len()), (50_000, 300));
    assert!(start.elapsed().as_secs() < 60, "took {:?}", start.elapsed());
}

#[test]
fn a_record_past_the_limit_is_refused_and_the_next_is_read() {
    let limits = Limits { record: 1000, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let record = |text: &str| format!("{{\"messages\":[{{\"speaker\":\"A\",\"text\":\"{text}\"}}]}}\n");
    let input = record(&"x".repeat(5000)) + &record("hi");
    let (found, counts) = bytes("r", input.as_bytes(), &options);
    assert_eq!((found.len(), counts.unwrap().warnings[0].kind), (1, WarningKind::BadRecord));
}
