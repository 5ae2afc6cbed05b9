//! Streams made of pieces: the records of one group that have a `seq` are one long conversation, as the chats of one pair of people are in PANC.

use std::collections::HashSet;

use anyhow::{Result, ensure};

use super::labelled::Record;

/// The stream that is being put together, and those that are done.
#[derive(Default)]
pub struct Join {
    open: Option<Record>,
    last: u64,
    done: HashSet<String>,
}

/// What the person of concern and the other one are called where a record holds no more than these two: letters given by order of
/// appearance do not carry over from record to record, but the label does.
const NAMES: [&str; 2] = ["concern", "other"];

impl Join {
    /// The next record; what is whole by then goes to `each`.
    ///
    /// # Errors
    /// When the records of a group do not stand together in the order of `seq`.
    pub fn take(&mut self, record: Record, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        let (Some(group), Some(seq)) = (record.group.clone(), record.seq) else {
            self.end(each)?;
            return each(record);
        };
        let record = renamed(record);
        match self.open.as_mut().filter(|open| open.group.as_ref() == Some(&group)) {
            Some(open) => {
                let why = "must stand in the order of seq, each once";
                ensure!(
                    self.last < seq,
                    "{}: {}: the records of group {group} {why}",
                    record.place,
                    record.id
                );
                append(open, record);
            }
            None => {
                self.end(each)?;
                let new = self.done.insert(group.clone());
                ensure!(
                    new,
                    "{}: {}: the records of group {group} must stand together",
                    record.place,
                    record.id
                );
                self.open = Some(record);
            }
        }
        self.last = seq;
        Ok(())
    }

    /// No more records; the last stream goes to `each`.
    pub fn end(&mut self, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        self.open.take().map_or(Ok(()), each)
    }
}

/// Two people under the names of [`NAMES`]; labels of messages, which no stream needs, are let go.
fn renamed(mut record: Record) -> Record {
    record.messages.iter_mut().for_each(|m| m.signals = None);
    let speakers: HashSet<&str> = record.messages.iter().map(|m| m.speaker.as_str()).collect();
    let Some(concern) = record.person_of_concern.clone().filter(|c| c.len() <= 1) else { return record };
    if record.risk != Some(1) || speakers.len() > NAMES.len() {
        return record;
    }
    let name = |speaker: &String| NAMES[usize::from(!concern.contains(speaker))].to_owned();
    record.messages.iter_mut().for_each(|m| m.speaker = name(&m.speaker));
    record.person_of_concern = Some(concern.iter().map(name).collect());
    record
}

/// Risky when any part is, and unknown when none is and one may be; the onset is that of the first part that has one.
fn append(open: &mut Record, next: Record) {
    let before = open.messages.len();
    open.onset = open.onset.or(next.onset.map(|onset| before + onset));
    open.risk = match (open.risk, next.risk) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.max(b).filter(|risk| *risk == 1),
    };
    open.person_of_concern = union(open.person_of_concern.take(), next.person_of_concern);
    open.patterns = union(open.patterns.take(), next.patterns);
    open.messages.extend(next.messages);
}

/// What is known of either.
fn union<T: PartialEq>(a: Option<Vec<T>>, b: Option<Vec<T>>) -> Option<Vec<T>> {
    let Some(more) = b else { return a };
    let mut all = a.unwrap_or_default();
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Some(all)
}
