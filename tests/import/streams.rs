//! XML of many conversations, made while it is read: each is handed on before the next one comes.

use std::cell::Cell;
use std::rc::Rc;

use super::*;

/// A document of many conversations that exists only as far as it was asked for.
struct Made<'f> {
    part: &'f dyn Fn(u32) -> String,
    next: u32,
    count: u32,
    ready: Vec<u8>,
    at: usize,
    made: Rc<Cell<u32>>,
}

impl Read for Made<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.ready.len() && self.next <= self.count {
            (self.ready, self.at) = ((self.part)(self.next).into_bytes(), 0);
            self.made.set(self.next);
            self.next += 1;
        }
        let n = (&self.ready[self.at..]).read(out)?;
        self.at += n;
        Ok(n)
    }
}

/// Read `count` conversations that `part` makes between the beginning (0) and the end (the last): how many came, how
/// many messages, and how many were made at most before they were handed on.
fn streamed(part: &dyn Fn(u32) -> String, count: u32) -> (u32, u64, u32) {
    let made = Rc::new(Cell::new(0));
    let input = Made { part, next: 0, count: count + 1, ready: Vec::new(), at: 0, made: made.clone() };
    let (mut seen, mut behind) = (0, 0);
    let counts = read_text("s", input, &Options::default(), &mut |_| {
        seen += 1;
        behind = behind.max(made.get().saturating_sub(seen));
        ControlFlow::Continue(())
    });
    (seen, counts.unwrap().messages, behind)
}

#[test]
fn a_corpus_streams_past_without_being_held() {
    const COUNT: u32 = 20_000;
    let message = |n: u32| {
        format!(
            "<message line=\"{n}\"><author>a{n}</author><time>10:0{n}</time><text>hi &amp;amp; hey</text></message>\n"
        )
    };
    let part = |n: u32| match n {
        0 => "<conversations>\n".to_owned(),
        n if n > COUNT => "</conversations>\n".to_owned(),
        n => format!("<conversation id=\"c{n}\">\n{}{}</conversation>\n", message(1), message(2)),
    };
    let (seen, messages, behind) = streamed(&part, COUNT);
    assert_eq!((seen, messages), (COUNT, 40_000));
    // No more than the sample that detection sees, and a block or two.
    assert!(behind < 4_000, "{behind} were held");
}

#[test]
fn a_report_streams_past_without_being_held() {
    const COUNT: u32 = 4_000;
    let field = |name: &str, value: &str| {
        format!(
            "<field name=\"{name}\" type=\"String\"><value type=\"String\"><![CDATA[{value}]]></value></field>\n"
        )
    };
    let message = |who: &str| {
        let party = format!("<model type=\"Party\">{}</model>", field("Identifier", who));
        let from = format!("<modelField name=\"From\" type=\"Party\">{party}</modelField>");
        format!("<model type=\"InstantMessage\">{from}{}</model>\n", field("Body", "hi"))
    };
    let part = |n: u32| match n {
        0 => {
            "<project xmlns=\"http://pa.cellebrite.com/report/2.0\"><decodedData><modelType type=\"Chat\">\n"
                .to_owned()
        }
        n if n > COUNT => "</modelType></decodedData></project>\n".to_owned(),
        n => format!(
            "<model type=\"Chat\" id=\"{n}\">{}<multiModelField name=\"Messages\">{}{}</multiModelField></model>\n",
            field("Source", "App"),
            message("1"),
            message("2")
        ),
    };
    let (seen, messages, behind) = streamed(&part, COUNT);
    assert_eq!((seen, messages), (COUNT, 8_000));
    assert!(behind < 1_500, "{behind} were held");
}
