//! Who writes to whom in a table: senders, the other person beside a direction, recipients, and the conversations that
//! they make.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use ::csv::StringRecord;

use super::direction::{Direction, Way};
use super::headings::{
    CASE, CONTACT, CONVERSATION, FILE, Headings, NAME, NUMBER, RECIPIENT, Role, SENDER, SENDER_ID,
};
use super::holds;

/// The columns that tell it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct People {
    chats: Chats,
    /// A name, and what stands in for it where there is none.
    speaker: Vec<usize>,
    /// Whether these columns name the other person, also beside what the owner wrote.
    other: bool,
    /// Whether every message stands there twice, as sent by one and as received by another.
    pub copied: bool,
    /// Which way messages went.
    pub direction: Option<Direction>,
    /// The name of a file that was sent.
    file: Option<usize>,
    /// WeChat's numbers of kinds.
    kinds: Option<usize>,
}

/// How rows are told apart by conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Chats {
    #[default]
    One,
    /// By a column.
    Column(usize),
    /// By the other person.
    Other,
    /// By sender and recipient, whichever way round.
    Pair(usize, usize),
}

/// What kind of entry WeChat's number says a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeChat {
    /// A picture, a recording, a sticker: what stands in the row is a description for programs.
    Media,
    /// The app's words.
    Notice,
}

impl People {
    /// Of a table with these names, whose `text` and `time` are known.
    pub fn find(names: &Headings, rows: &[StringRecord], text: usize, time: &[usize]) -> Self {
        let free = |c: &usize| *c != text && !time.contains(c) && !holds::is_time(rows, *c);
        // The same letters may stand for a number that every message has of its own.
        let own = |c: &usize| names.all("uid").contains(c) && !holds::comes_again(rows, *c);
        // Cases are counted, and have more messages than one.
        let counted = |c: &usize| holds::are_numbered(rows, *c) && holds::comes_again(rows, *c);
        let all = |role: Role| {
            let cases = names.all(CASE).into_iter().filter(|c| role == CONVERSATION && counted(c));
            names.all(role).into_iter().chain(cases).filter(|c| free(c) && !own(c)).collect::<Vec<usize>>()
        };
        let direction = Direction::find(names, rows);
        let wechat = names.has("strcontent") && names.has("issender");
        let senders = if wechat { all("remark nickname sender") } else { all(SENDER) };
        // The boxes of several people, each of which has the way for its owner.
        let copied = direction.is_some_and(|way| {
            !all(RECIPIENT).is_empty() && senders.first().is_some_and(|c| way.has_owners(*c, rows))
        });
        let direction = direction.filter(|_| !copied);
        let people = Self {
            direction,
            copied,
            file: names.first(FILE).filter(free),
            kinds: names.first("type").filter(|_| wechat),
            ..Self::default()
        };
        let contacts = [all(CONTACT), all(NAME), all(NUMBER)].concat();
        let named = Self { chats: Chats::One, ..people };
        match direction {
            Some(direction) => named.with_direction(direction, &senders, &contacts, &all, rows),
            None => named.plain(&senders, &all, rows),
        }
    }

    /// Of a table whose columns have no names.
    pub fn unnamed(speaker: Option<usize>, conversation: Option<usize>) -> Self {
        let chats = conversation.map_or(Chats::One, Chats::Column);
        Self { chats, speaker: speaker.into_iter().collect(), ..Self::default() }
    }

    /// With the columns that the user asks for.
    pub fn asked(self, speaker: Option<usize>, conversation: Option<usize>) -> Self {
        let mut people = self;
        if let Some(speaker) = speaker {
            if people.chats == Chats::Other {
                people.chats = people.speaker.first().map_or(Chats::One, |c| Chats::Column(*c));
            }
            (people.speaker, people.other, people.direction) = (vec![speaker], false, None);
        }
        if let Some(column) = conversation {
            people.chats = Chats::Column(column);
        }
        people
    }

    fn plain(mut self, senders: &[usize], all: &dyn Fn(Role) -> Vec<usize>, rows: &[StringRecord]) -> Self {
        let named = senders.first().copied().or_else(|| all(NAME).first().copied());
        self.speaker = named.into_iter().chain(all(SENDER_ID)).collect();
        let other = all(CONTACT).into_iter().find(|c| !self.speaker.contains(c));
        self.chats = chats(&all(CONVERSATION), other, self.speaker.first().copied(), &all(RECIPIENT), rows);
        self
    }

    fn with_direction(
        mut self,
        direction: Direction,
        senders: &[usize],
        contacts: &[usize],
        all: &dyn Fn(Role) -> Vec<usize>,
        rows: &[StringRecord],
    ) -> Self {
        let ids = all(SENDER_ID);
        // A table that has not even an id of senders has the other person in each row.
        let named = !senders.is_empty() || !ids.is_empty();
        let candidates = if named { [senders, &ids].concat() } else { contacts.to_vec() };
        self.other = candidates.first().is_some_and(|c| direction.is_contact(*c, rows, named));
        self.speaker = candidates;
        if self.other {
            self.speaker.extend(contacts.iter().filter(|c| !self.speaker.contains(c)).collect::<Vec<_>>());
        }
        let beside = contacts.iter().copied().find(|c| !self.speaker.contains(c));
        self.chats = match (all(CONVERSATION).first(), self.other) {
            (Some(column), _) => Chats::Column(*column),
            (None, true) => Chats::Other,
            (None, false) => chats(&[], beside, self.speaker.first().copied(), &all(RECIPIENT), rows),
        };
        self
    }

    /// The columns in which people are named.
    pub fn columns(&self) -> Vec<usize> {
        let pair = match self.chats {
            Chats::Pair(from, to) => vec![from, to],
            _ => Vec::new(),
        };
        [pair, self.speaker.clone()].concat()
    }

    /// All columns that tell of people and conversations.
    pub fn used(&self) -> Vec<usize> {
        let chat = if let Chats::Column(column) = self.chats { Some(column) } else { None };
        self.columns().into_iter().chain(chat).collect()
    }

    /// Whether anything of it is told.
    pub fn is_told(&self) -> bool {
        !self.speaker.is_empty() || self.chats != Chats::One || self.direction.is_some()
    }

    /// The conversation a row belongs to; empty when there is only one. `exact` fields are taken to the letter.
    pub fn conversation<'r>(&self, row: &'r StringRecord, exact: bool) -> Cow<'r, str> {
        let field = |c: usize| row.get(c).map(|f| if exact { f } else { f.trim() }).unwrap_or("");
        match self.chats {
            Chats::One => Cow::Borrowed(""),
            Chats::Column(column) => field(column).into(),
            Chats::Other => self.first(row, exact).unwrap_or("").into(),
            Chats::Pair(from, to) => pair(row, from, to).into_iter().collect::<Vec<_>>().join(", ").into(),
        }
    }

    /// Who wrote it, if that is told.
    pub fn speaker<'r>(&self, row: &'r StringRecord, exact: bool) -> Option<&'r str> {
        let way = self.direction.and_then(|direction| direction.of(row));
        // Beside a direction that cannot be read, the other person may be either.
        self.first(row, exact).filter(|_| !self.other || way == Some(Way::In))
    }

    fn first<'r>(&self, row: &'r StringRecord, exact: bool) -> Option<&'r str> {
        let fields = self.speaker.iter().filter_map(|c| row.get(*c));
        fields.map(|f| if exact { f } else { f.trim() }).find(|f| !f.is_empty())
    }

    /// The name of a file that was sent; counts and marks are none.
    pub fn file<'r>(&self, row: &'r StringRecord) -> Option<&'r str> {
        self.file.and_then(|c| row.get(c)).map(str::trim).filter(|name| name.contains('.'))
    }

    /// What WeChat says of a row that holds no words of somebody.
    pub fn wechat(&self, row: &StringRecord) -> Option<WeChat> {
        match row.get(self.kinds?)?.trim() {
            "3" | "34" | "43" | "47" | "48" | "62" => Some(WeChat::Media),
            "10000" | "10002" => Some(WeChat::Notice),
            _ => None,
        }
    }
}

/// What tells conversations apart: a column of its own, the `other` person beside a sender, or who writes to whom.
fn chats(
    columns: &[usize],
    other: Option<usize>,
    sender: Option<usize>,
    recipients: &[usize],
    rows: &[StringRecord],
) -> Chats {
    let column = columns.first().copied().or(other.filter(|_| sender.is_some()));
    match (column, sender, recipients.first()) {
        (Some(column), _, _) => Chats::Column(column),
        (None, Some(from), Some(to)) if are_answered(rows, from, *to) => Chats::Pair(from, *to),
        _ => Chats::One,
    }
}

/// Whether most of the rows are part of a correspondence in which more than one writes.
fn are_answered(rows: &[StringRecord], from: usize, to: usize) -> bool {
    let mut senders: HashMap<BTreeSet<&str>, (usize, HashSet<&str>)> = HashMap::new();
    for row in rows {
        let (count, names) = senders.entry(pair(row, from, to)).or_default();
        *count += 1;
        names.insert(row.get(from).unwrap_or("").trim());
    }
    let answered: usize = senders.values().filter(|(_, names)| names.len() > 1).map(|(count, _)| count).sum();
    answered * 2 > rows.len()
}

/// Everybody whom a row names.
fn pair(row: &StringRecord, from: usize, to: usize) -> BTreeSet<&str> {
    let names = row.get(from).into_iter().chain(row.get(to).unwrap_or("").split([';', ',']));
    names.map(str::trim).filter(|name| !name.is_empty()).collect()
}
