//! Mails that stand one within another: whose words a line is, by the fields and the lines with "wrote" above it and by how
//! deep it is quoted. What was quoted was written before what quotes it.

use jiff::tz::Offset;

use super::super::ahead::Kept;
use super::{address, head, is_any_field, is_from, is_sure_head, sent, unquoted, writer, wrote, zone};
use crate::import::chats::chat::When;
use crate::import::paste::{days, forward};

/// What programs of phones set under a mail, as it begins in small letters.
const PHONES: [&str; 16] = [
    "sent from my ",
    "sent with proton",
    "get outlook for ",
    "von meinem iphone gesendet",
    "gesendet von meinem ",
    "gesendet von outlook ",
    "envoyé de mon ",
    "envoyé depuis mon ",
    "enviado desde mi ",
    "enviado do meu ",
    "inviato da iphone",
    "inviato dal mio ",
    "verzonden vanaf mijn ",
    "skickat från min ",
    "wysłane z ",
    "отправлено с ",
];

/// Signs of quotation that count; more are words.
const DEEPEST: usize = 64;

/// How many lines are looked ahead.
const SIGHT: usize = 8;

/// One mail of a thread.
pub struct Mail {
    /// Who wrote it, as far as that is told.
    pub writer: Option<String>,
    /// From which address, as far as that is told.
    pub address: Option<String>,
    /// When.
    pub when: When,
    /// How far the clock of its head is ahead of UTC, as far as that is told.
    pub offset: Option<Offset>,
    /// How many signs of quotation stand before its lines.
    depth: usize,
    /// Whether its subject says that it answers another.
    answer: bool,
    /// Its words, with the lines between them that are blank.
    pub lines: Vec<Kept>,
}

/// The mails of a text as far as it was read.
#[derive(Default)]
pub struct Thread {
    mails: Vec<Mail>,
    /// By the number of signs of quotation before a line, the mail that it is of.
    depths: Vec<usize>,
    /// How many lines of a head are still to come.
    fields: usize,
    /// Whether the last line that is not blank is what programs set above the head of a mail.
    divided: bool,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// Words, or the first blank line behind some: kept.
    Words,
    /// A blank line above all words of its mail, or under another.
    Blank,
    /// Of the head of a mail, or set there by a program.
    Head,
}

impl Thread {
    /// The mails of `text`, in the order in which they stand there.
    pub fn of(text: &str) -> Vec<Mail> {
        let lines: Vec<Kept> = (1..)
            .zip(text.lines())
            .map(|(number, text)| Kept { number, text: text.trim_end().to_owned(), cut: false })
            .collect();
        let full: Vec<&Kept> = lines.iter().filter(|l| !l.text.is_empty()).collect();
        let mut thread = Self::default();
        for line in &lines {
            let next = full.partition_point(|l| l.number <= line.number);
            let sight = full[next..].iter().take(SIGHT).map(|l| l.text.as_str());
            thread.take(line, &sight.collect::<Vec<_>>());
        }
        thread.mails
    }

    /// The next line, with those that follow and are not blank in `sight`.
    pub fn take(&mut self, line: &Kept, sight: &[&str]) -> Is {
        let (depth, text) = depth(&line.text);
        if self.fields > 0 && !text.trim().is_empty() {
            self.fields -= 1;
            self.field(text);
            return Is::Head;
        }
        let sight: Vec<&str> = sight.iter().copied().filter(|l| !unquoted(l).is_empty()).collect();
        let below: Vec<&str> = std::iter::once(text).chain(sight.iter().map(|l| unquoted(l))).collect();
        let deeper = |count: usize| sight.get(count - 1).map_or(depth, |next| self::depth(next).0);
        let divided = if text.trim().is_empty() { self.divided } else { std::mem::take(&mut self.divided) };
        let alone = || (divided && is_from(text)).then_some(1);
        if let Some(count) = head(&below).or_else(alone) {
            self.begin(writer(text), address(text), When::Unknown, None, depth, deeper(count));
            self.fields = count - 1;
            return Is::Head;
        }
        if let Some((count, (name, when))) = introduced(&below) {
            let told = below[..count].join(" ");
            self.begin(Some(name), address(&told), when, zone(&told), depth, deeper(count));
            self.fields = count - 1;
            return Is::Head;
        }
        if is_programs(text, below.get(1).copied()) {
            self.divided = forward::is_above(text);
            return Is::Head;
        }
        let at = self.at(depth);
        if text.trim().is_empty() && self.mails[at].lines.last().is_none_or(|l| l.text.is_empty()) {
            return Is::Blank;
        }
        self.mails[at].lines.push(Kept { text: text.trim_end().to_owned(), ..line.clone() });
        Is::Words
    }

    /// A mail begins below a head at `depth`, and its words stand `deeper` or as deep.
    fn begin(
        &mut self,
        writer: Option<String>,
        address: Option<String>,
        when: When,
        offset: Option<Offset>,
        depth: usize,
        deeper: usize,
    ) {
        let depth = if deeper > depth { deeper } else { depth };
        self.depths.truncate(depth);
        if depth > 0 {
            self.at(depth - 1);
        }
        self.depths.push(self.mails.len());
        self.mails.push(Mail { writer, address, when, offset, depth, answer: false, lines: Vec::new() });
    }

    /// The mail of which lines so deep are.
    fn at(&mut self, depth: usize) -> usize {
        while self.depths.len() <= depth {
            self.depths.push(self.mails.len());
            let depth = self.depths.len() - 1;
            self.mails.push(Mail {
                writer: None,
                address: None,
                when: When::Unknown,
                offset: None,
                depth,
                answer: false,
                lines: Vec::new(),
            });
        }
        self.depths[depth]
    }

    fn field(&mut self, text: &str) {
        let Some(mail) = self.mails.last_mut() else { return };
        if let Some(when) = sent(text) {
            (mail.when, mail.offset) = (when, zone(text));
        }
        // `Re: tea`, `AW: Tee`: a subject with a colon near its beginning.
        let value = text.split_once([':', '：']).map_or("", |(_, value)| value.trim());
        mail.answer |= value.split_once([':', '：']).is_some_and(|(sign, rest)| {
            (2..=4).contains(&sign.chars().count())
                && sign.chars().all(char::is_alphabetic)
                && rest.starts_with(' ')
        });
    }

    /// The mails in the order in which they were written, as far as that shows, and whether this is another than that of the
    /// text.
    pub fn close(self) -> (Vec<Mail>, bool) {
        let mut mails = self.mails;
        let people: Vec<String> = mails.iter().filter_map(|m| m.writer.clone()).collect();
        let spoken: Vec<&Mail> = mails.iter().filter(|m| m.has_words()).collect();
        let depths = spoken.windows(2).any(|pair| pair[0].depth != pair[1].depth);
        let above = spoken.first().is_some_and(|m| m.writer.is_none());
        let dated = spoken.iter().any(|m| m.when != When::Unknown);
        let answers = spoken.first().is_some_and(|m| m.answer) && spoken.last().is_some_and(|m| !m.answer);
        let turned = spoken.len() > 1 && (depths || above || (!dated && answers));
        for mail in mails.iter_mut().filter(|m| m.writer.is_none()) {
            mail.writer = signed(&mail.lines, &people);
        }
        if turned {
            mails.reverse();
        }
        (mails, turned)
    }
}

impl Mail {
    /// Whether it is no mail that the text quotes, but what the text itself says.
    pub fn is_own(&self) -> bool {
        self.writer.is_none() && self.depth == 0
    }

    /// Its words.
    pub fn words(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|l| l.text.as_str()).collect();
        lines.join("\n").trim().to_owned()
    }

    /// Whether anything but blank lines stands in it.
    pub fn has_words(&self) -> bool {
        self.lines.iter().any(|l| !l.text.trim().is_empty())
    }
}

/// How many signs of quotation `line` begins with, and what stands behind them.
fn depth(line: &str) -> (usize, &str) {
    let mut rest = line;
    let mut depth = 0;
    while let Some(inner) = rest.trim_start_matches(' ').strip_prefix('>').filter(|_| depth < DEEPEST) {
        (rest, depth) = (inner, depth + 1);
    }
    (depth, if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest })
}

/// How many of `lines` say who wrote what follows, and what they say: a program may break such a line.
fn introduced(lines: &[&str]) -> Option<(usize, (String, When))> {
    let one = wrote(lines.first()?);
    let two = || {
        let broken =
            lines[0].contains(char::is_numeric) && !lines[0].trim_end().ends_with(['.', '?', '!', ':']);
        let next = lines.get(1).filter(|next| broken && wrote(next).is_none())?;
        let joined = format!("{} {}", lines[0].trim_end(), next.trim_start());
        wrote(&joined.replace("< ", "<"))
    };
    one.map(|found| (1, found)).or_else(|| Some((2, two()?)))
}

/// Who of `people` signed `lines`: the last says no more than the name or its first word.
fn signed(lines: &[Kept], people: &[String]) -> Option<String> {
    let last = lines.iter().rfind(|l| !l.text.trim().is_empty())?;
    people.iter().find(|person| forward::is_signed(&last.text, person)).cloned()
}

/// Whether `line` is set by a program: above a mail, with `next` below, or under one.
fn is_programs(line: &str, next: Option<&str>) -> bool {
    let lower = line.trim().to_lowercase();
    let few = line.split_whitespace().count() <= 8;
    let ruled = days::between(line).is_some_and(|b| b.day.is_none() && !b.bare);
    let above = next.is_some_and(|next| is_from(next) || is_any_field(next));
    let phone = few && PHONES.iter().any(|start| lower.starts_with(start));
    ruled || phone || (forward::is_above(line) && above) || forward::is_signature(line)
}

/// Whether `lines` are mails within each other, by signs that no other text has: a line that says who wrote what is quoted
/// below it, two that say who wrote when, or the fields of one mail below the words of another.
pub fn is_thread(lines: &[&str]) -> bool {
    let lines: Vec<&str> = lines.iter().copied().filter(|l| !unquoted(l).is_empty()).collect();
    let bare: Vec<&str> = lines.iter().map(|l| unquoted(l)).collect();
    let told = |at: &usize| {
        let (count, (_, when)) = introduced(&bare[*at..])?;
        (when != When::Unknown && at + count < lines.len()).then_some((*at, at + count))
    };
    let sure = |(at, below): &(usize, usize)| {
        depth(lines[*below]).0 > depth(lines[*at]).0 || bare[*at..*below].iter().any(|l| l.contains('@'))
    };
    let words = |at: usize| !is_programs(lines[at], lines.get(at + 1).copied());
    let told: Vec<(usize, usize)> = (0..lines.len()).filter_map(|at| told(&at)).collect();
    let heads: Vec<usize> = (0..lines.len()).filter(|at| is_sure_head(&bare[*at..])).collect();
    heads.len() > 1
        || heads.first().is_some_and(|at| (0..*at).any(words))
        || told.len() > 1
        || told.iter().any(sure)
}

/// Whether `line` only says who wrote a mail, when or to whom.
pub fn is_of_head(line: &str) -> bool {
    let line = unquoted(line);
    is_any_field(line) || wrote(line).is_some() || forward::is_above(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, bool) {
        let (mails, turned) = Thread { mails: Thread::of(text), ..Thread::default() }.close();
        let shown = |mail: &Mail| {
            let words: Vec<&str> =
                mail.lines.iter().map(|l| l.text.as_str()).filter(|l| !l.is_empty()).collect();
            format!("{}: {}", mail.writer.as_deref().unwrap_or("?"), words.join("|"))
        };
        (mails.iter().filter(|m| m.has_words()).map(shown).collect(), turned)
    }

    const IDA: &str = "On Wed, May 21, 2025 at 6:03 PM Ida Berg <ida@example.org> wrote:";
    const BO: &str = "On Wed, May 21, 2025 at 5:40 PM Bo Lee <bo@example.org> wrote:";

    #[test]
    fn what_is_quoted_was_written_before() {
        let quoted = format!("yes\n\n{IDA}\n\n> at 7?\n> Ida\n>\n> {BO}\n>\n>> Friday?\n");
        let expected = ["Bo Lee: Friday?", "Ida Berg: at 7?|Ida", "?: yes"].map(str::to_owned).to_vec();
        assert_eq!(read(&quoted), (expected.clone(), true));
        let plain = format!("yes\n\n{IDA}\n\nat 7?\nIda\n\n{BO}\n\nFriday?\n");
        assert_eq!(read(&plain), (expected, true));
    }

    #[test]
    fn answers_between_the_lines_are_one_mail() {
        let text = format!("{IDA}\n> tea?\n\nyes\n\n> and cake?\n\nno\nBo");
        assert_eq!(read(&text).0, ["Ida Berg: tea?|and cake?", "?: yes|no|Bo"]);
        let text = format!("ok\nBo\n\n{IDA}\n> tea?\n>\n> {BO}\n>> hi");
        assert_eq!(read(&text).0[2], "Bo Lee: ok|Bo");
    }

    #[test]
    fn a_line_that_a_program_broke() {
        let text = "yes\n\nOn Wed, May 21, 2025 at 6:03 PM Ida Berg <\nida@example.org> wrote:\n\n> at 7?\n";
        assert_eq!(read(text).0, ["Ida Berg: at 7?", "?: yes"]);
    }

    #[test]
    fn fields_below_an_answer() {
        let text = "fine\n\nVon: Ida Berg\nGesendet: Mittwoch, 21. Mai 2025 17:02\nAn: Bo\nBetreff: Tee\n\num 7?\n\
                    Von meinem iPhone gesendet\n";
        assert_eq!(read(text), (vec!["Ida Berg: um 7?".to_owned(), "?: fine".to_owned()], true));
    }

    #[test]
    fn texts_that_are_no_threads() {
        for text in [
            "Ida: she wrote on 21 May 2025 at 18:03:|Bo: hi",
            "From: here|to: there",
            "On 21 May 2025 at 18:03 Ida wrote:|hi|hey",
            "From: Ida|To: Bo|hi|From: Bo|To: Ida|hey",
            "> hi|> hey",
        ] {
            assert!(!is_thread(&text.split('|').collect::<Vec<_>>()), "{text}");
        }
        let told = "On 21 May 2025 at 18:03 Ida wrote:|hi|On 21 May 2025 at 18:05 Bo wrote:|hey";
        assert!(is_thread(&told.split('|').collect::<Vec<_>>()));
        assert!(is_thread(&["yes", IDA, "> hi"]) && is_thread(&["yes", IDA, "hi"]));
    }
}
