//! What every verb that reads conversations shares: the flags, and the way from an import to an assessment.

use anyhow::Result;
use clap::ValueEnum;

use crate::assessment::Assessment;
use crate::import::{Columns, DateOrder, Imported, Options};
use crate::models::{Model, Place};
use crate::reading::{self, Correction};
use crate::transcript::{Role, Transcript};

/// How to read the input, where the guess should be overruled.
#[derive(Debug, Default, clap::Args)]
pub struct Input {
    /// Model to use: a name that `models list` shows, or a folder.
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Read the input as this format instead of finding out (jsonl, whatsapp, csv, paste).
    #[arg(id = "as", long = "as", value_name = "FORMAT")]
    read_as: Option<String>,
    /// Order of dates that could be read in two ways.
    #[arg(long, value_enum)]
    date_order: Option<Order>,
    /// The columns of a table, as `conversation=NAME,speaker=NAME,time=NAME,text=NAME` (names or numbers; any may be left out).
    #[arg(long, value_name = "MAP", value_parser = columns)]
    columns: Option<Columns>,
    /// Speaker who made the export.
    #[arg(long, value_name = "NAME")]
    me: Option<String>,
    /// Speaker who is under 18 (may be given more than once; the same for --adult and --staff).
    #[arg(long, value_name = "NAME")]
    child: Vec<String>,
    /// Speaker who is of age.
    #[arg(long, value_name = "NAME")]
    adult: Vec<String>,
    /// Speaker who is a helpline worker, moderator or other professional.
    #[arg(long, value_name = "NAME")]
    staff: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

fn columns(map: &str) -> Result<Columns, String> {
    let mut columns = Columns::default();
    for part in map.split(',') {
        let (key, value) = part.split_once('=').ok_or("expected KEY=COLUMN, separated by commas")?;
        let slot = match key.trim() {
            "conversation" => &mut columns.conversation,
            "speaker" => &mut columns.speaker,
            "time" => &mut columns.time,
            "text" => &mut columns.text,
            other => return Err(format!("unknown key {other}: use conversation, speaker, time or text")),
        };
        *slot = Some(value.trim().to_owned());
    }
    Ok(columns)
}

impl Input {
    /// As the importers take it.
    pub fn options(&self) -> Options {
        let date_order = self.date_order.map(|order| match order {
            Order::Dmy => DateOrder::DayFirst,
            Order::Mdy => DateOrder::MonthFirst,
        });
        Options {
            format: self.read_as.clone(),
            date_order,
            me: self.me.clone(),
            columns: self.columns.clone(),
            ..Options::default()
        }
    }

    /// Load the chosen model.
    pub fn model(&self) -> Result<Model> {
        Model::load(&Place::find(self.model.as_deref())?)
    }

    /// Note what the user said about speakers.
    pub fn roles(&self, transcript: &mut Transcript) {
        let given = [(&self.child, Role::Child), (&self.adult, Role::Adult), (&self.staff, Role::Staff)];
        let says = |name: &String, role| Correction { is: name.clone(), name: None, role: Some(role) };
        let roles = given.into_iter().flat_map(|(names, role)| names.iter().map(move |n| says(n, role)));
        let me = self.me.iter().map(|n| says(n, Role::Me));
        reading::correct(transcript, &roles.chain(me).collect::<Vec<_>>());
    }

    /// Names given for roles that no speaker bears, which is most likely a slip of the pen.
    pub fn unmatched(&self, transcript: &Transcript) -> Vec<String> {
        let names = self.child.iter().chain(&self.adult).chain(&self.staff).chain(&self.me);
        names.filter(|n| !transcript.speakers.iter().any(|s| s.name == **n)).cloned().collect()
    }
}

/// Score one imported conversation, with the doubts of its import as caveats.
pub fn assess(model: &Model, imported: &Imported) -> Result<Assessment> {
    reading::assess(model, imported, &[])
}
