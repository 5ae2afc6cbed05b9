//! What was understood of one input, in words and without any of the chat's.

use jiff::tz::TimeZone;

use crate::import::{Counts, Imported, Warning};
use crate::report::{one_line, plural, readable, zone_name};
use crate::transcript::{Kind, Role, Time};

/// Chats, and people of a chat, that are told one by one.
const CHATS: usize = 20;
const PEOPLE: usize = 12;
const LABEL: usize = 12;

/// All chats of one input.
#[derive(Default)]
pub struct Summary {
    /// The zone in which moments are told.
    zone: Option<TimeZone>,
    format: &'static str,
    all: Tally,
    chats: u64,
    /// The first of them.
    told: Vec<Chat>,
}

/// One chat.
struct Chat {
    id: String,
    /// Names, roles and how many messages.
    people: Vec<(String, Role, u64)>,
    tally: Tally,
    /// The order its dates were read in, where there was a choice.
    order: Option<String>,
    warnings: Vec<Warning>,
}

/// Entries by kind, and the first and last time.
#[derive(Clone, Default)]
struct Tally {
    words: u64,
    media: u64,
    deleted: u64,
    system: u64,
    first: Option<Time>,
    last: Option<Time>,
    /// Warnings by kind, over all chats.
    warnings: Vec<Warning>,
}

impl Tally {
    fn of(imported: &Imported) -> Self {
        let messages = &imported.transcript.messages;
        let of_kind = |kind| messages.iter().filter(|m| m.kind == kind).count() as u64;
        let mut times = messages.iter().filter_map(|m| m.time);
        let first = times.next();
        Self {
            words: of_kind(Kind::Message),
            media: of_kind(Kind::Media),
            deleted: of_kind(Kind::Deleted),
            system: of_kind(Kind::System),
            first,
            last: times.next_back().or(first),
            warnings: imported.warnings.clone(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.words += other.words;
        self.media += other.media;
        self.deleted += other.deleted;
        self.system += other.system;
        let earlier = |a: Time, b: Time| a.seconds_since(&b).is_some_and(|s| s < 0);
        self.first = match (self.first, other.first) {
            (Some(a), Some(b)) if earlier(b, a) => Some(b),
            (a, b) => a.or(b),
        };
        self.last = match (self.last, other.last) {
            (Some(a), Some(b)) if earlier(a, b) => Some(b),
            (a, b) => a.or(b),
        };
        for warning in &other.warnings {
            match self.warnings.iter_mut().find(|w| w.kind == warning.kind) {
                Some(known) => known.count += warning.count,
                // A line of one chat of many is no place.
                None => self.warnings.push(Warning::new(warning.kind, warning.count, 0)),
            }
        }
    }

    fn entries(&self) -> String {
        let mut parts = vec![plural(self.words + self.media + self.deleted, "message")];
        let kinds = [(self.media, "media"), (self.deleted, "deleted")];
        let of: Vec<String> =
            kinds.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        if !of.is_empty() {
            parts[0] += &format!(" ({})", of.join(", "));
        }
        if self.system > 0 {
            parts.push(plural(self.system, "system line"));
        }
        parts.join(", ")
    }

    fn dates(&self, zone: Option<&TimeZone>) -> String {
        match (self.first, self.last) {
            (Some(first), Some(last)) => {
                let [first, last] = [first, last].map(|time| readable(&time.to_string(), zone));
                let moments =
                    [self.first, self.last].iter().any(|time| matches!(time, Some(Time::Instant(_))));
                let zone = zone.filter(|_| moments).map(|zone| format!(", clocks of {}", zone_name(zone)));
                format!("{first} to {last}{}", zone.unwrap_or_default())
            }
            _ => "not known".to_owned(),
        }
    }
}

impl Summary {
    /// Of no chats yet; moments will be told in `zone`, or in UTC.
    pub fn new(zone: Option<&TimeZone>) -> Self {
        Self { zone: zone.cloned(), ..Self::default() }
    }

    /// Take one more chat in.
    pub fn add(&mut self, imported: &Imported) {
        let tally = Tally::of(imported);
        self.all.add(&tally);
        self.chats += 1;
        self.format = imported.format;
        if self.told.len() < CHATS {
            self.told.push(Chat::of(imported, tally));
        }
    }

    /// How many chats there were.
    pub fn chats(&self) -> u64 {
        self.chats
    }

    /// How many messages were in them.
    pub fn messages(&self) -> u64 {
        self.all.words + self.all.media + self.all.deleted
    }

    /// As text of `width` columns, about the input called `name`.
    pub fn text(&self, name: &str, counts: Option<&Counts>, width: usize) -> String {
        let mut page = Page { width, out: String::new() };
        page.wrapped(&one_line(name), "", "  ");
        page.labelled(2, "format", if self.format.is_empty() { "not known" } else { self.format });
        page.labelled(2, "chats", &self.chats.to_string());
        if self.chats > 1 {
            page.labelled(2, "messages", &self.all.entries());
            page.labelled(2, "dates", &self.all.dates(self.zone.as_ref()));
        }
        if let Some(counts) = counts {
            page.labelled(2, "lines", &lines(counts));
            if counts.media > 0 {
                page.labelled(2, "media", &format!("{}, not opened", plural(counts.media, "file")));
            }
            counts.told().for_each(|(_, told)| page.labelled(2, "warning", &one_line(&told)));
        }
        for chat in &self.told {
            chat.tell(&mut page, self.zone.as_ref());
        }
        if self.chats > self.told.len() as u64 {
            let more = self.chats - self.told.len() as u64;
            page.out.push_str(&format!("\n  and {more} more\n"));
            self.all.warnings.iter().for_each(|w| page.labelled(2, "in all", &w.to_string()));
        }
        page.out.push('\n');
        page.out
    }
}

impl Chat {
    fn of(imported: &Imported, tally: Tally) -> Self {
        let transcript = &imported.transcript;
        let mut counts = vec![0; transcript.speakers.len()];
        transcript.spoken().filter_map(|(_, m)| m.speaker).for_each(|s| counts[s] += 1);
        let mut people: Vec<_> =
            transcript.speakers.iter().zip(counts).map(|(s, n)| (s.name.clone(), s.role, n)).collect();
        people.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
        let order = imported.dates.map(|verdict| verdict.to_string());
        Self { id: transcript.id.clone(), people, tally, order, warnings: imported.warnings.clone() }
    }

    fn tell(&self, page: &mut Page, zone: Option<&TimeZone>) {
        page.out.push('\n');
        page.wrapped(&one_line(&self.id), "  ", "    ");
        let told = self.people.iter().take(PEOPLE);
        let mut people: Vec<String> =
            told.map(|(name, role, n)| format!("{}{}: {n}", one_line(name), spoken_of(*role))).collect();
        if self.people.len() > PEOPLE {
            people.push(format!("and {} more", self.people.len() - PEOPLE));
        }
        page.labelled(4, "speakers", &people.join(", "));
        page.labelled(4, "messages", &self.tally.entries());
        let order = self.order.iter().map(|order| format!(", read {order}")).collect::<String>();
        page.labelled(4, "dates", &(self.tally.dates(zone) + &order));
        self.warnings.iter().for_each(|w| page.labelled(4, "warning", &w.to_string()));
    }
}

struct Page {
    width: usize,
    out: String,
}

impl Page {
    fn wrapped(&mut self, text: &str, first: &str, rest: &str) {
        let options = textwrap::Options::new(self.width).initial_indent(first).subsequent_indent(rest);
        for line in textwrap::wrap(text, options) {
            self.out.push_str(&line);
            self.out.push('\n');
        }
    }

    fn labelled(&mut self, indent: usize, label: &str, value: &str) {
        let first = format!("{:indent$}{label:<LABEL$}", "");
        self.wrapped(value, &first, &" ".repeat(first.len()));
    }
}

fn lines(counts: &Counts) -> String {
    let parts = [
        (counts.messages, plural(counts.messages, "message")),
        (counts.continuations, format!("{} going on", counts.continuations)),
        (counts.system, format!("{} system", counts.system)),
        (counts.headings, plural(counts.headings, "heading")),
        (counts.blank, format!("{} blank", counts.blank)),
        (counts.warned, format!("{} with a warning", counts.warned)),
    ];
    let told: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(_, told)| told).collect();
    let open = counts.lines.saturating_sub(counts.accounted());
    let open = if open > 0 { format!(", {open} not accounted for") } else { String::new() };
    format!("{}: {}{open}", counts.lines, told.join(", "))
}

fn spoken_of(role: Role) -> String {
    role.name().map(|role| format!(" ({role})")).unwrap_or_default()
}
