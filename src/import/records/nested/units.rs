//! Records out of a walk through JSON: every element of a list, every value under a key that is an id, and the document
//! itself is a unit, and what is told in it, however deep, is told of it. Only what is for something is kept, so a unit
//! that holds gigabytes of others costs no more than a message.

use std::collections::HashMap;

use serde_json::Value;

use super::super::csv::headings::folded;
use super::roles::{self, Known, Role};
use super::words::{self, Part};
use super::{kinds, message};
use crate::import::chats::chat::When;
use crate::import::chats::times;
use crate::import::syntax::json::{Path, Walker, Want};
use crate::import::{Columns, Flow, ImportError};

/// Kinds, files and members that are kept of one unit.
const MOST: usize = 16;

/// What is told of one unit.
#[derive(Debug, Default)]
pub struct Unit {
    /// A number of its own, the same whenever the document is walked.
    pub number: u64,
    /// How many were complete before it.
    pub order: u64,
    /// That of the unit it stands in.
    pub parent: u64,
    /// The keys from that unit to the list it is in.
    pub list: String,
    /// The same from the top of the document.
    pub way: String,
    /// The key it stands under, where that is an id.
    pub key: Option<String>,
    /// Whether messages stand in it.
    pub holds_messages: bool,
    /// Whether something in it had to be looked for deeper than in a table.
    pub deep: bool,
    /// Whether it says which way it went.
    pub directed: bool,
    found: HashMap<Role, (u32, String)>,
    /// What kinds of record it says it is.
    pub kinds: Vec<String>,
    /// Files that were sent with it.
    pub files: Vec<String>,
    members: Vec<String>,
    /// Words that are told piece by piece.
    pieces: Vec<String>,
}

impl Unit {
    /// What it tells of `role`, if that is more than blanks.
    pub fn get(&self, role: Role) -> Option<&str> {
        self.found.get(&role).map(|(_, value)| value.as_str())
    }

    /// Who takes part, where a list tells it.
    pub fn members(&self) -> Option<String> {
        (!self.members.is_empty()).then(|| self.members.join(", "))
    }

    /// One more piece of the words, which stand in a list.
    fn piece(&mut self, words: String) {
        self.deep = true;
        self.pieces.push(words);
    }

    /// The pieces as words, where no others are told: on lines of their own, unless they run on.
    fn join(&mut self) {
        let mut words = String::new();
        for piece in std::mem::take(&mut self.pieces) {
            let apart = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | '!' | '?' | ';' | ':' | ')');
            if !words.is_empty() && !words.ends_with(char::is_whitespace) && !piece.starts_with(apart) {
                words.push('\n');
            }
            words.push_str(&piece);
        }
        if !words.trim().is_empty() {
            self.found.entry(Role::Text).or_insert((0, words));
        }
    }

    fn offer(&mut self, (role, rank): (Role, u32), value: String) {
        let many = match role {
            Role::Kind => Some(&mut self.kinds),
            Role::File => Some(&mut self.files),
            Role::Members => Some(&mut self.members),
            _ => None,
        };
        match many {
            Some(many) if many.len() < MOST => many.push(value),
            Some(_) => {}
            None if self.found.get(&role).is_none_or(|(best, _)| rank < *best) => {
                self.found.insert(role, (rank, value));
            }
            None => {}
        }
    }
}

/// Whoever gets the units.
pub trait Takes {
    /// The unit is complete. Whether it is a message.
    fn unit(&mut self, unit: &Unit) -> Result<(Flow, bool), ImportError>;

    /// The line with this number begins, where each line is a document.
    fn line(&mut self, _number: u64) {}

    /// The line is no document; `cut` where the file ends in it.
    fn broken(&mut self, _cut: bool) {}

    /// The line is blank.
    fn blank(&mut self) {}

    /// The last line is over.
    fn end(&mut self) {}
}

/// Makes units out of a walk.
pub struct Units<'t> {
    /// Whoever gets them.
    pub takes: &'t mut dyn Takes,
    asked: Option<Columns>,
    /// The units that are not complete, with the depth of each.
    open: Vec<(usize, Unit)>,
    count: u64,
    closed: u64,
    /// What the values at ways seen before are for.
    known: HashMap<String, Known>,
}

impl<'t> Units<'t> {
    /// For `takes`; columns that are `asked` for go before what keys tell.
    pub fn new(takes: &'t mut dyn Takes, asked: Option<&Columns>) -> Self {
        Self { takes, asked: asked.cloned(), open: Vec::new(), count: 0, closed: 0, known: HashMap::new() }
    }

    /// A document begins.
    pub fn begin(&mut self) {
        self.open.clear();
        self.count += 1;
        self.open.push((0, Unit { number: self.count, ..Unit::default() }));
    }

    /// The document is at its end. Where that is not `whole`, units that hold no messages are lost with it.
    pub fn finish(&mut self, whole: bool) -> Result<Flow, ImportError> {
        let mut flow = Flow::Continue(());
        while let Some((_, unit)) = self.open.last()
            && flow.is_continue()
        {
            if whole || unit.holds_messages {
                flow = self.close()?;
            } else {
                self.open.pop();
            }
        }
        Ok(flow)
    }

    fn close(&mut self) -> Result<Flow, ImportError> {
        let Some((_, mut unit)) = self.open.pop() else { return Ok(Flow::Continue(())) };
        unit.join();
        self.closed += 1;
        unit.order = self.closed;
        let list = folded(unit.list.rsplit('.').next().unwrap_or_default());
        if list == "attachments" || words::is(Part::File, &list) || list == "files" {
            let file = unit.get(Role::File).or(unit.get(Role::OwnName)).map(str::to_owned);
            if let Some((_, outer)) = self.open.last_mut().filter(|_| !kinds::refers(&unit.kinds)) {
                outer.offer((Role::File, 0), file.unwrap_or_default());
            }
            return Ok(Flow::Continue(()));
        }
        if self.is_piece(&unit, &list) {
            let (words, outer) = (unit.get(Role::Text).map(str::to_owned), self.open.last_mut());
            if let (Some(words), Some((_, outer))) = (words, outer) {
                outer.piece(words);
            }
            return Ok(Flow::Continue(()));
        }
        if words::is(Part::Other, &list) {
            return Ok(Flow::Continue(()));
        }
        let (flow, is_message) = self.takes.unit(&unit)?;
        if let Some((_, outer)) = self.open.last_mut() {
            outer.holds_messages |= is_message || unit.holds_messages;
        }
        Ok(flow)
    }

    /// Whether a unit of the list `list` is a piece of what the unit around it says: words in a list of words, without anybody
    /// or any time of their own.
    fn is_piece(&self, unit: &Unit, list: &str) -> bool {
        let alone = !message::names_somebody(unit) && unit.get(Role::Time).is_none() && !unit.holds_messages;
        alone && self.open.len() > 1 && words::is_in_pieces(list)
    }

    /// The keys of `path` behind the first `from` steps, without those that are places.
    fn keys(path: &Path, from: usize) -> Vec<&str> {
        (from..path.depth()).filter_map(|at| path.key(at)).collect()
    }

    fn known(&mut self, keys: &[&str]) -> Known {
        let way = keys.join("\u{1f}");
        if let Some(known) = self.known.get(&way) {
            return *known;
        }
        let known = roles::of(keys, self.asked.as_ref());
        // Keys that never come again are ids; they must not pile up.
        if self.known.len() < 10_000 {
            self.known.insert(way, known);
        }
        known
    }
}

impl Walker for Units<'_> {
    fn want(&mut self, path: &Path) -> Want {
        let Some((depth, outer)) = self.open.last() else { return Want::Skip };
        let key = path.last_key();
        let above = path.depth().checked_sub(2).and_then(|at| path.key(at)).unwrap_or_default();
        let id = key.filter(|key| is_id(key) || words::lists(above, key));
        if key.is_none() || id.is_some() {
            let list = Self::keys(path, *depth);
            let list = list[..list.len() - usize::from(key.is_some())].join(".");
            let way = format!("{}/{list}", outer.way);
            let parent = outer.number;
            self.count += 1;
            let key = id.map(str::to_owned);
            let unit = Unit { number: self.count, parent, list, way, key, ..Unit::default() };
            self.open.push((path.depth(), unit));
        }
        Want::Enter
    }

    fn take(&mut self, path: &Path, value: Value) -> Result<Flow, ImportError> {
        // What opened as a unit and is a plain value belongs to the one around it.
        let plain = self.open.len() > 1 && self.open.last().is_some_and(|(depth, _)| *depth == path.depth());
        if plain {
            self.open.pop();
        }
        let Some(value) = written(value) else { return Ok(Flow::Continue(())) };
        let from = self.open.last().map_or(0, |(depth, _)| *depth);
        let keys = Self::keys(path, from);
        if path.last_key().is_none()
            && keys.last().is_some_and(|key| words::is_in_pieces(&folded(key)))
            && let Some((_, unit)) = self.open.last_mut()
        {
            unit.piece(value);
            return Ok(Flow::Continue(()));
        }
        let known = match path.last_key() {
            None => keys.last().and_then(|key| roles::of_list(key)),
            Some(_) => self.known(&keys),
        };
        let Some((role, rank)) = known else { return Ok(Flow::Continue(())) };
        let moment = |value: &str| times::read(value).is_some_and(|when| when != When::Unknown);
        if matches!(role, Role::Direction | Role::Mine)
            && let Some((_, unit)) = self.open.last_mut()
        {
            unit.directed = true;
        }
        let fits = match role {
            Role::Direction => value.to_lowercase().starts_with("out") || value == "sent",
            Role::Time => moment(&value),
            Role::Text => value != "true" && value != "false",
            Role::Mine | Role::Media => value == "true" || value == "1",
            Role::Deleted => value == "true" || value == "1" || moment(&value),
            // What is a yes or no is nobody.
            _ => value != "true" && value != "false",
        };
        let role = if role == Role::Direction { Role::Mine } else { role };
        if let (true, Some((_, unit))) = (fits, self.open.last_mut()) {
            unit.deep |= keys.len() > 1 && role != Role::File && role != Role::Kind;
            unit.offer((role, rank), value);
        }
        Ok(Flow::Continue(()))
    }

    fn leave(&mut self, path: &Path) -> Result<Flow, ImportError> {
        let ends = self.open.len() > 1 && self.open.last().is_some_and(|(depth, _)| *depth == path.depth());
        if ends { self.close() } else { Ok(Flow::Continue(())) }
    }
}

/// A plain value as it is written; none that is blank.
fn written(value: Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.trim().is_empty()).then_some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// Whether a key is an id, as where a database keeps lists as objects: `-NrAbC…`, `42`, `msg_7`, a UUID.
fn is_id(key: &str) -> bool {
    let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'#' | b':'));
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    let pushed = key.len() > 5 && key.starts_with('-');
    let counted =
        digits > 0 && key.trim_end_matches(|c: char| c.is_ascii_digit()).len() + digits == key.len();
    let cases = key.contains(char::is_uppercase) && key.contains(char::is_lowercase);
    let mixed = (key.len() > 7 || (key.len() > 5 && cases)) && digits > 0 && !key.starts_with('_');
    plain && (pushed || counted || mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_as_keys() {
        for key in ["-NrAbC1", "42", "msg_7", "r1", "kJ3nfA8x", "8f0c2a51-9b1e-4b6c-8a55-0f4b8a1d2c3e"] {
            assert!(is_id(key), "{key}");
        }
        for key in ["messages", "created_at", "@timestamp", "user.name", "_id", "$date", "stringValue"] {
            assert!(!is_id(key), "{key}");
        }
    }
}
