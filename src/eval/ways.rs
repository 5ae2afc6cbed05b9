//! The conversations of a suite in other ways than they stand there: under each attack, or cut short. In each way a conversation has an id of its own, `id|way`, under
//! which it is written for other systems and their scores are taken back.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::attacks::{ATTACKS, Attack};
use super::cases::{Case, Gold, case};
use super::labelled::Line;
use super::lengths::KEPT;
use super::suite::{Suite, Task};
use super::texts::Texts;
use crate::transcript::{Kind, Message, Transcript};

/// What stands between the id of a conversation and the name of a way.
const BETWEEN: char = '|';

/// One way.
#[derive(Clone, Copy)]
enum Way {
    Attack(Attack),
    First(usize),
    Last(usize),
}

/// The id of a conversation in a way.
pub fn id_in(id: &str, way: &str) -> String {
    format!("{id}{BETWEEN}{way}")
}

/// The conversation and the way of such an id.
pub fn parted(id: &str) -> Option<(&str, &str)> {
    id.rsplit_once(BETWEEN)
}

/// The names of the ways in which a suite reads its conversations once more, where other systems can do so, too.
pub fn names(task: Task) -> Vec<String> {
    of(task).into_iter().map(Way::name).collect()
}

/// Only the first messages.
pub fn first(kept: usize) -> String {
    Way::First(kept).name()
}

/// Only the last.
pub fn last(kept: usize) -> String {
    Way::Last(kept).name()
}

/// A conversation with its first messages only.
pub fn only_first(chat: &Transcript, kept: usize) -> Transcript {
    let mut chat = chat.clone();
    chat.messages.truncate(kept);
    chat
}

/// A conversation with its last messages only.
pub fn only_last(chat: &Transcript, kept: usize) -> Transcript {
    let mut chat = chat.clone();
    chat.messages.drain(..chat.messages.len().saturating_sub(kept));
    chat
}

fn of(task: Task) -> Vec<Way> {
    match task {
        Task::Robustness => ATTACKS.map(Way::Attack).into(),
        Task::Length => KEPT.map(Way::First).into_iter().chain(KEPT.map(Way::Last)).collect(),
        _ => Vec::new(),
    }
}

impl Way {
    fn name(self) -> String {
        match self {
            Self::Attack(attack) => attack.name().to_owned(),
            Self::First(kept) => format!("first {kept}"),
            Self::Last(kept) => format!("last {kept}"),
        }
    }

    fn on(self, chat: &Transcript, others: &[&Transcript], seed: u64) -> Transcript {
        match self {
            Self::Attack(attack) => attack.on(chat, others, seed),
            Self::First(kept) => only_first(chat, kept),
            Self::Last(kept) => only_last(chat, kept),
        }
    }
}

/// Harmless conversations with which others of their split are padded.
pub struct Harmless(Vec<Case>);

impl Harmless {
    /// Of some conversations of one split.
    pub fn of<'g>(texts: &Texts, golds: impl Iterator<Item = &'g Gold>) -> Result<Self> {
        let harmless: Vec<&Gold> = golds.filter(|gold| !gold.risk).collect();
        Ok(Self(texts.cases(&harmless)?))
    }

    /// Those of other groups than this conversation's.
    pub fn others(&self, gold: &Gold) -> Vec<&Transcript> {
        self.0.iter().filter(|c| c.gold.group != gold.group).map(|c| &c.transcript).collect()
    }
}

/// Write what a suite judges to a new file, without labels, for another system to score: a line of JSON each, in the order of the files, each conversation followed by what
/// becomes of it in every way. Gives how many lines there are.
///
/// # Errors
/// As [`Texts::judged`], when the suite takes no scores, and when the file is there already or cannot be written.
pub fn write_texts(
    suite: &Suite,
    data: Option<&Path>,
    limit: Option<usize>,
    ids: Option<&Path>,
    out: &Path,
) -> Result<usize> {
    suite.takes_scores()?;
    ensure!(
        suite.task != Task::Pan12,
        "suite {}: its texts are the corpus's own XML; score that",
        suite.name
    );
    let (measured, path) = suite.measured(data)?;
    let (texts, golds, _) = Texts::judged(&measured, &path, limit, ids)?;
    let ways = of(suite.task);
    let asked = || golds.iter().filter(|gold| gold.split != "train");
    for (gold, way) in asked().flat_map(|gold| ways.iter().map(move |way| (gold, way))) {
        let id = id_in(&gold.id, &way.name());
        ensure!(!texts.hold(&id), "{id} would stand for two conversations; give {} another id", gold.id);
    }
    let mut harmless: BTreeMap<&str, Harmless> = BTreeMap::new();
    for split in ["dev", "test"].into_iter().filter(|_| suite.task == Task::Robustness) {
        harmless.insert(split, Harmless::of(&texts, golds.iter().filter(|gold| gold.split == split))?);
    }
    let mut judged: HashMap<&str, &Gold> = asked().map(|gold| (gold.id.as_str(), gold)).collect();
    let writing = || format!("cannot write {}; give the name of a new file", out.display());
    let mut file = BufWriter::new(File::create_new(out).with_context(writing)?);
    let mut n = 0;
    texts.all(&mut |record| {
        let Some(gold) = judged.remove(record.id.as_str()) else { return Ok(()) };
        let mut put = |id: &str, messages: Vec<Value>| {
            n += 1;
            writeln!(file, "{}", json!({"id": id, "split": gold.split, "messages": messages}))
                .with_context(writing)
        };
        let plain = |m: &Line| json!({"speaker": m.speaker, "time": m.time, "text": m.text});
        put(&gold.id, record.messages.iter().map(plain).collect())?;
        if ways.is_empty() {
            return Ok(());
        }
        let case = case(&measured, record, &gold.source)?;
        let others = harmless.get(gold.split.as_str()).map(|h| h.others(gold)).unwrap_or_default();
        ways.iter().try_for_each(|way| {
            let chat = way.on(&case.transcript, &others, suite.seed);
            put(&id_in(&gold.id, &way.name()), lines(&chat))
        })
    })?;
    file.flush().with_context(writing)?;
    ensure!(judged.is_empty(), "{}: it changed while it was read", path.display());
    Ok(n)
}

/// The messages of a conversation, as they are read back.
fn lines(chat: &Transcript) -> Vec<Value> {
    let line = |m: &Message| {
        let speaker = m.speaker.map_or("", |s| chat.speakers[s].name.as_str());
        let time = m.time.map(|time| time.to_string());
        let mut line = json!({"speaker": speaker, "time": time, "text": m.text.reveal()});
        let kind = match m.kind {
            Kind::Message => return line,
            Kind::System => "system",
            Kind::Media => "media",
            Kind::Deleted => "deleted",
        };
        line["kind"] = kind.into();
        line
    };
    chat.messages.iter().map(line).collect()
}
