//! The first walk: who is called what, how dates are written, which lists hold messages and where each conversation ends.

use std::collections::{HashMap, HashSet};

use super::super::csv::headings::folded;
use super::message::{self, Names, Said};
use super::roles::Role;
use super::units::{Takes, Unit};
use super::words::{self, Part};
use crate::import::chats::chat::When;
use crate::import::chats::times;
use crate::import::time::order::{Evidence, Verdict};
use crate::import::{Flow, ImportError, Options};

/// Where a message stands: the unit around it, the list there, and the conversation it names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Place {
    around: u64,
    list: String,
    room: Option<String>,
    /// Both who write to each other there.
    pair: Option<String>,
}

/// A unit that messages stand in.
struct Home {
    parent: u64,
    id: Option<String>,
}

/// What the first walk finds.
#[derive(Default)]
pub struct Survey {
    /// The names of people.
    pub names: Names,
    evidence: Evidence,
    /// By the way to a list: how many in it said something.
    lists: HashMap<String, u64>,
    homes: HashMap<u64, Home>,
    /// Messages that others stand in, and where they are.
    hosts: HashMap<u64, Place>,
    /// Units with answers in them.
    answered: HashSet<u64>,
    latest: HashMap<(u64, String), String>,
    places: HashMap<Place, u64>,
    /// By both who write to each other: how often, and which of them.
    pairs: HashMap<String, (u64, HashSet<String>)>,
    spoken: u64,
    mute: u64,
    deep: bool,
    /// Whether most messages are part of a correspondence in which both write.
    paired: bool,
    /// Whether records say which way they went, which tables know more of.
    pub directed: bool,
}

impl Survey {
    /// Whether people talk: two messages at least, and nearly all with somebody who wrote them.
    pub fn is_talk(&self) -> bool {
        self.spoken > 1 && self.spoken * 3 >= (self.spoken + self.mute) * 2
    }

    /// Whether it is more than one flat list of rows.
    pub fn is_deep(&self) -> bool {
        let nested = self.lists.keys().any(|way| way.contains('.') || way.matches('/').count() > 1);
        let called = self.homes.values().any(|home| home.id.is_some());
        self.deep || nested || called || self.lists.len() > 1
    }

    /// The order of dates.
    pub fn verdict(&self, options: &Options) -> Verdict {
        self.evidence.verdict(options.date_order)
    }

    /// Whether `unit` says something, and what.
    pub fn said(&self, unit: &Unit) -> Option<Said> {
        message::of(unit, self.lists.contains_key(&unit.way))
    }

    /// Where `unit` is. What happens without naming a conversation happens in the one before.
    fn place(&mut self, unit: &Unit, said: &Said) -> Place {
        let around = (unit.parent, unit.list.clone());
        let named = unit.get(Role::Conversation).map(str::to_owned).or_else(|| unit.members());
        let room = match named {
            Some(room) => {
                self.latest.insert(around.clone(), room.clone());
                Some(room)
            }
            None if *said == Said::Message => None,
            None => self.latest.get(&around).cloned(),
        };
        if unit.holds_messages && !self.answered.contains(&unit.number) {
            return Place { around: unit.number, ..Place::default() };
        }
        let pair = if room.is_none() { pair(unit) } else { None };
        Place { around: around.0, list: around.1, room, pair }
    }

    /// The key of the conversation of `unit`, and what to call it; empty where there is no other.
    pub fn conversation(&mut self, unit: &Unit, said: &Said) -> (String, String) {
        let place = self.place(unit, said);
        self.key(place)
    }

    fn key(&self, mut place: Place) -> (String, String) {
        while let Some(host) = self.hosts.get(&place.around).filter(|host| **host != place) {
            place = host.clone();
        }
        if place.room.is_none() && self.paired {
            place.room = place.pair;
        }
        let home = self.home(place.around);
        let list = || place.list.rsplit('.').next().unwrap_or_default().to_owned();
        match (home, &place.room) {
            (None, Some(room)) => (format!("room\u{1f}{room}"), room.clone()),
            (Some(home), Some(room)) => {
                let same = room.contains(home) || home.contains(room.as_str());
                let name = if same { room.clone() } else { format!("{home}/{room}") };
                (format!("{home}\u{1f}{room}"), name)
            }
            (Some(home), None) => (format!("{home}\u{1f}{}", place.list), home.to_owned()),
            (None, None) if self.lists.len() < 2 && self.homes.len() < 2 => (String::new(), String::new()),
            (None, None) => (format!("{}\u{1f}{}", place.around, place.list), list()),
        }
    }

    /// The id of what is `around`, or of what that stands in.
    fn home(&self, around: u64) -> Option<&str> {
        let mut at = around;
        while let Some(home) = self.homes.get(&at) {
            if home.id.is_some() {
                return home.id.as_deref();
            }
            at = home.parent;
        }
        None
    }

    /// The last unit of each conversation.
    pub fn ends(&self) -> HashMap<String, u64> {
        let mut ends = HashMap::new();
        for (place, order) in &self.places {
            let end = ends.entry(self.key(place.clone()).0).or_insert(*order);
            *end = (*end).max(*order);
        }
        ends
    }

    /// The second walk begins.
    pub fn rewind(&mut self) {
        let answered = self.pairs.values().filter(|(_, senders)| senders.len() > 1).map(|(count, _)| count);
        self.paired = answered.sum::<u64>() * 2 > self.pairs.values().map(|(count, _)| count).sum();
        self.pairs.clear();
        self.latest.clear();
    }

    fn count(&mut self, unit: &Unit, said: &Said) {
        let strong = [Role::Name, Role::Sender, Role::SenderId, Role::Nick, Role::Mine, Role::Played]
            .iter()
            .any(|r| unit.get(*r).is_some());
        if strong || unit.get(Role::Time).is_some() {
            self.spoken += u64::from(unit.get(Role::Text).is_some());
        } else {
            self.mute += 1;
        }
        self.directed |= unit.directed;
        self.deep |= unit.deep || *said != Said::Message;
    }
}

/// Who wrote `unit`, as to whom others are written is told: by id, if that is told.
fn sender(unit: &Unit) -> Option<&str> {
    [Role::SenderId, Role::Sender, Role::Name, Role::Nick].into_iter().find_map(|role| unit.get(role))
}

/// Who writes and to whom, whichever way round.
fn pair(unit: &Unit) -> Option<String> {
    let mut both = [sender(unit)?, unit.get(Role::Recipient)?];
    both.sort_unstable();
    Some(both.join(", "))
}

impl Takes for Survey {
    fn unit(&mut self, unit: &Unit) -> Result<(Flow, bool), ImportError> {
        self.names.learn(unit);
        let said = message::of(unit, self.lists.contains_key(&unit.way));
        if unit.holds_messages {
            let id = [Role::Conversation, Role::OwnId].iter().find_map(|role| unit.get(*role));
            let id = id.or(unit.key.as_deref()).map(str::to_owned);
            self.homes.insert(unit.number, Home { parent: unit.parent, id });
        }
        let Some(said) = said else {
            self.mute += u64::from(unit.get(Role::Text).is_some() && self.lists.contains_key(&unit.way));
            return Ok((Flow::Continue(()), false));
        };
        self.count(unit, &said);
        if said != Said::Event {
            *self.lists.entry(unit.way.clone()).or_default() += 1;
        }
        if words::is(Part::Replies, &folded(unit.list.rsplit('.').next().unwrap_or_default())) {
            self.answered.insert(unit.parent);
        }
        if let Some(When::Written(stamp)) = unit.get(Role::Time).and_then(times::read) {
            self.evidence.add(&stamp, unit.order);
        }
        let place = self.place(unit, &said);
        if let (Some(pair), Some(sender)) = (&place.pair, sender(unit)) {
            let (count, senders) = self.pairs.entry(pair.clone()).or_default();
            *count += 1;
            senders.insert(sender.to_owned());
        }
        if unit.holds_messages {
            self.hosts.insert(unit.number, place.clone());
        }
        self.places.insert(place, unit.order);
        Ok((Flow::Continue(()), true))
    }
}
