//! Zoom's saved chat: a line with time, sender and recipient, then the words behind a tab; older ones have all on one
//! line. What goes to one person only is a conversation of its own.

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::threads::Threads;
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::cursor::{self, Cursor};
use crate::import::time::dates::Stamp;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct Zoom;

/// "From" and "to" as the app writes them.
const WORDS: [(&str, &str); 9] = [
    ("From", "to"),
    ("Von", "an"),
    ("De", "à"),
    ("De", "para"),
    ("De", "a"),
    ("Da", "a"),
    ("Van", "aan"),
    ("Od", "do"),
    ("От", "кому"),
];
/// What stands behind the name of somebody who is the only one to read it.
const ALONE: [&str; 8] = [
    "Direct Message",
    "Privately",
    "Direktnachricht",
    "Privat",
    "Message direct",
    "Mensaje directo",
    "Mensagem direta",
    "Messaggio diretto",
];

impl Format for Zoom {
    fn name(&self) -> &'static str {
        "zoom"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let lines = || sample.lines().filter(|l| !l.trim().is_empty()).take(200);
        let first = lines().next().is_some_and(|l| Head::read(l).is_some());
        let (heads, others) =
            lines().filter(|l| !l.starts_with('\t')).fold((0, 0), |(heads, others), line| {
                if Head::read(line).is_some() { (heads + 1, others) } else { (heads, others + 1) }
            });
        if first && heads > others { 0.9 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let mut reading = Reading { name: &name, threads: Threads::default(), open: None };
        let mut lines = source.into_lines()?;
        let result = lines.each(|line| reading.take(line, sink));
        sink.count_lines(lines.number());
        for chat in reading.threads.iter_mut() {
            chat.close(&result, lines.number());
        }
        reading.threads.close(sink);
        result
    }
}

/// A line that tells who writes to whom.
#[derive(Debug)]
struct Head<'l> {
    stamp: Stamp,
    from: &'l str,
    /// The only one who reads it.
    to: Option<&'l str>,
    /// The words, where they stand on the same line.
    text: Option<&'l str>,
}

impl<'l> Head<'l> {
    /// `21:07:12 From Bo Lee to Everyone:`, `21:07:12 From  Bo Lee  to  Ana(Privately) : hello`, perhaps with a date before.
    fn read(line: &'l str) -> Option<Self> {
        let mut at = Cursor::new(line);
        let stamp = Stamp::any(&mut at)?;
        // Zoom always tells the second.
        let told = &line[..line.len() - at.rest().len()];
        (told.matches([':', '.']).count() >= 2 && at.spaces() > 0).then_some(())?;
        WORDS.iter().find_map(|(from, to)| {
            let mut at = at;
            (at.word(from) && at.spaces() > 0).then(|| Self::people(stamp, at.rest(), to))?
        })
    }

    fn people(stamp: Stamp, rest: &'l str, word: &str) -> Option<Self> {
        let (people, text) = match rest.split_once(" : ") {
            Some((people, text)) => (people, Some(text)),
            None => (rest.trim_end().strip_suffix(':')?, None),
        };
        let (from, to) = match people.rsplit_once(&format!(" {word} ")) {
            Some((from, to)) => (from, alone(to.trim())),
            None if text.is_some() => (people, None),
            None => return None,
        };
        let from = from.trim();
        (!from.is_empty()).then_some(Self { stamp, from, to, text })
    }
}

/// The name in `Bo Lee(Direct Message)`.
fn alone(to: &str) -> Option<&str> {
    let (name, how) = to.strip_suffix(')')?.rsplit_once('(')?;
    ALONE.iter().any(|words| how.eq_ignore_ascii_case(words)).then_some(name.trim())
}

struct Reading<'r> {
    name: &'r str,
    threads: Threads,
    /// Whose words come next, and whether some have come.
    open: Option<Open>,
}

struct Open {
    key: String,
    from: String,
    when: When,
    said: bool,
}

impl Reading<'_> {
    fn take(&mut self, line: &Line<'_>, sink: &Sink<'_>) -> Result<(), ImportError> {
        let head = Head::read(line.text);
        if let Some(head) = &head {
            self.open = Some(Open::of(head));
        }
        let key = self.open.as_ref().map_or("", |open| open.key.as_str());
        let id = if key.is_empty() { self.name.to_owned() } else { format!("{}#{key}", self.name) };
        let chat = self.threads.get(key, || sink.chat(id));
        match (head, &mut self.open) {
            (Some(Head { text: Some(text), .. }), Some(open)) => open.say(chat, text, line),
            (Some(_), _) => chat.heading(),
            (None, _) if line.is_blank() => chat.blank(),
            (None, Some(open)) => open.words(chat, line),
            (None, None) => chat.reject(WarningKind::LineBeforeFirstMessage, line.number),
        }
        chat.room(self.name, line.number)
    }
}

impl Open {
    fn of(head: &Head<'_>) -> Self {
        let from = cursor::plain(head.from);
        let mut pair: Vec<String> =
            head.to.map(|to| vec![from.clone(), cursor::plain(to)]).unwrap_or_default();
        pair.sort();
        Self { key: pair.join(", "), from, when: When::Written(head.stamp), said: false }
    }

    /// A line below the head: words, or what the app says of them.
    fn words(&mut self, chat: &mut Chat, line: &Line<'_>) {
        let text = line.text.strip_prefix('\t').unwrap_or(line.text);
        match (self.said, is_quote(text)) {
            (false, true) => chat.heading(),
            (false, false) => self.say(chat, text, line),
            (true, _) => _ = chat.append(&Line { text, ..*line }),
        }
    }

    fn say(&mut self, chat: &mut Chat, text: &str, line: &Line<'_>) {
        self.said = true;
        if is_reaction(text) {
            // It quotes somebody else's words.
            return chat.note(self.when, &format!("{}: {text}", self.from), line.number);
        }
        chat.say(&self.from, self.when, Kind::Message, text, line.number);
        chat.note_cut(line);
    }
}

/// Whether the app says which message is answered.
fn is_quote(text: &str) -> bool {
    let text = text.trim();
    text.starts_with("Replying to \"") && text.ends_with('"')
}

fn is_reaction(text: &str) -> bool {
    let given = text.starts_with("Reacted to \"") && text.contains("\" with ");
    given || (text.starts_with("Removed a ") && text.contains(" reaction from \""))
}

#[cfg(test)]
mod tests {
    use crate::import::tried;

    fn shown(text: &str) -> Vec<String> {
        let found = tried::read("z.txt", text, "zoom");
        found
            .iter()
            .flat_map(|found| [vec![found.transcript.id.clone()], tried::lines(found)].concat())
            .collect()
    }

    #[test]
    fn words_stand_below_the_head_and_private_ones_apart() {
        let text = "21:07:12 From Ida Berg to Everyone:\n\thello all\n21:08:12 From  Max  to  Ida Berg(Direct Message):\n\
                    \tonly you: ok?\n\tsecond line\n21:09:12 From Ida Berg to Everyone:\n\tReacted to \"hello\" with 👍\n\
                    21:10:12 From Max to Everyone:\n\tReplying to \"hello all\"\n\t\n\thi\n";
        let expected = [
            "z.txt",
            "21:07:12 Ida Berg: hello all",
            "21:09:12 *: Ida Berg: Reacted to \"hello\" with 👍",
            "21:10:12 Max: hi",
            "z.txt#Ida Berg, Max",
            "21:08:12 Max: only you: ok?\nsecond line",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn older_ones_and_dated_ones() {
        let old =
            "21:07:12\t From  Ida Berg : hello: you\n21:08:12\t From  Max  to  Ida Berg(Privately) : yes\n";
        assert_eq!(
            shown(old)[1..],
            ["21:07:12 Ida Berg: hello: you", "z.txt#Ida Berg, Max", "21:08:12 Max: yes"]
        );
        let dated = "2024-03-04 16:01:05 From Ida to Everyone:\n\thello\n2024-03-04 16:02:05 Von Max an Alle:\n\thi\n";
        assert_eq!(shown(dated)[1..], ["2024-03-04T16:01:05 Ida: hello", "2024-03-04T16:02:05 Max: hi"]);
    }
}
