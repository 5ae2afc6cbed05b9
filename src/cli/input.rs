//! What every verb that reads conversations shares: the flags, and what lies below the paths that are given.

use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

use super::people::People;
use crate::import::{self, Columns, DateOrder, HeadPattern, ImportError, Options, Unnamed, format_names};
use crate::models::{Device, Model, Place, Precision};
use crate::report::{one_line, plural};
use crate::transcript::Role;

/// How to read the input, where the guess should be overruled.
#[derive(Debug, Default, clap::Args)]
pub struct Input {
    /// Read the input as this format instead of finding out.
    #[arg(id = "as", long = "as", value_name = "FORMAT", value_parser = PossibleValuesParser::new(format_names()), ignore_case = true)]
    read_as: Option<String>,
    /// Order of dates that could be read in two ways.
    #[arg(long, value_enum)]
    date_order: Option<Order>,
    /// Zone of times that state none: a name like Europe/Berlin, or an offset like +02:00.
    #[arg(long, value_name = "ZONE", value_parser = zone, allow_hyphen_values = true)]
    tz: Option<TimeZone>,
    /// Who speaks in pasted text without names [default: by how it looks].
    #[arg(long, value_enum)]
    unnamed: Option<Nameless>,
    /// The columns of a table, as `conversation=NAME,speaker=NAME,time=NAME,text=NAME` (names or numbers; any may be left out).
    #[arg(long, value_name = "MAP", value_parser = columns)]
    columns: Option<Columns>,
    /// How each message of a text begins, where it is read wrongly: one of its lines with {time}, {name} and {any} (of no interest) for what differs, as `[{time}] {name}:`.
    /// All other lines go on with the message above them. What is known as an export is read as one all the same, unless --as says paste.
    #[arg(long, value_name = "PATTERN")]
    head: Option<HeadPattern>,
    /// Call a speaker by another name (may be given more than once); two speakers with one name become one.
    #[arg(long, value_name = "OLD=NEW", value_parser = renaming)]
    rename: Vec<(String, String)>,
    /// Speaker who made the export.
    #[arg(long, value_name = "NAME")]
    me: Option<String>,
    /// Speaker who is under 18 (may be given more than once; the same for --adult and --staff). Roles stand in the report; the model never sees them.
    #[arg(long, value_name = "NAME")]
    child: Vec<String>,
    /// Speaker who is of age.
    #[arg(long, value_name = "NAME")]
    adult: Vec<String>,
    /// Speaker who is a helpline worker, moderator or other professional. What somebody tells them of cannot be judged, and a chat with them is never called quiet.
    #[arg(long, value_name = "NAME")]
    staff: Vec<String>,
}

/// Which model to use.
#[derive(Debug, Default, clap::Args)]
pub struct Choice {
    /// Model to use: a name that `models list` shows, or a folder.
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Share of your conversations that you expect to be risky, as 0.01; probabilities are stated for it, and bands stay where they are.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub prevalence: Option<f32>,
    #[command(flatten)]
    pub device: Where,
}

/// What to run it on.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Where {
    /// What runs the model: cpu, cuda, cuda:N or metal [default: $RUSHLIGHT_DEVICE, else cpu].
    #[arg(long, value_name = "DEVICE")]
    device: Option<Device>,
}

impl Where {
    /// The device that was chosen.
    pub fn device(self) -> Result<Device> {
        Device::choose(self.device)
    }

    /// Load a model onto it.
    pub fn load(self, model: Option<&str>) -> Result<Model> {
        Model::load_at(&Place::find(model)?, self.device()?, Precision::detect())
    }
}

impl Choice {
    /// Load the chosen model.
    pub fn load(&self) -> Result<Model> {
        let mut model = self.device.load(self.model.as_deref())?;
        self.prevalence.map_or(Ok(()), |p| model.card.at_prevalence(p).context("--prevalence"))?;
        Ok(model)
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Order {
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Nameless {
    /// Two people taking turns, line by line.
    Alternating,
    /// Nobody knows who wrote it.
    Unknown,
}

/// A share, as `0.01`, `0,01` or `1%`.
fn share(text: &str) -> Result<f32, String> {
    let (number, of) =
        text.trim().strip_suffix('%').map_or((text.trim(), 1.0), |percent| (percent.trim(), 100.0));
    let share: Result<f32, _> = number.replace(',', ".").parse();
    share.map(|share| share / of).map_err(|_| "expected a share, as 0.01 or 1%".to_owned())
}

/// The offsets from UTC that are kept anywhere on earth, in seconds.
const OFFSETS: std::ops::RangeInclusive<i32> = -12 * 3_600..=14 * 3_600;

fn zone(text: &str) -> Result<TimeZone, String> {
    let parsed = DateTimeParser::new().parse_time_zone(text.trim());
    let exists = |zone: &TimeZone| zone.to_fixed_offset().map_or(true, |o| OFFSETS.contains(&o.seconds()));
    parsed
        .ok()
        .filter(exists)
        .ok_or_else(|| "no such zone; give a name like Europe/Berlin or an offset like +02:00".to_owned())
}

fn renaming(text: &str) -> Result<(String, String), String> {
    let (old, new) = text.split_once('=').ok_or("expected OLD=NEW")?;
    if old.is_empty() || new.trim().is_empty() {
        return Err("expected OLD=NEW, with a name on both sides".to_owned());
    }
    Ok((old.to_owned(), new.trim().to_owned()))
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
    /// The zone that the user named, by its name.
    pub fn zone(&self) -> Option<&TimeZone> {
        self.tz.as_ref()
    }

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
            head: self.head.clone(),
            zone: self.tz.clone(),
            unnamed: self.unnamed.map(|unnamed| match unnamed {
                Nameless::Alternating => Unnamed::Alternating,
                Nameless::Unknown => Unnamed::Unknown,
            }),
            ..Options::default()
        }
    }

    /// What the user said about speakers.
    ///
    /// # Errors
    /// When one name is given two roles.
    pub fn people(&self) -> Result<People> {
        let given = [(&self.child, Role::Child), (&self.adult, Role::Adult), (&self.staff, Role::Staff)];
        let roles = given.into_iter().flat_map(|(names, role)| names.iter().map(move |n| (n.clone(), role)));
        let me = self.me.iter().map(|name| (name.clone(), Role::Me));
        let roles: Vec<(String, Role)> = roles.collect();
        for (at, (name, role)) in roles.iter().enumerate() {
            let twice = roles[..at].iter().any(|(other, said)| other == name && said != role);
            ensure!(!twice, "{name:?} is given two roles; give one of --child, --adult and --staff");
        }
        Ok(People::new(self.rename.clone(), me.chain(roles).collect()))
    }
}

/// What lies below some paths.
#[derive(Default)]
pub struct Below {
    /// What to read, and what could not be looked into.
    pub inputs: Vec<Result<import::Input, ImportError>>,
    passed_over: PassedOver,
}

/// How many of what was passed over are named.
const NAMED: usize = 3;

/// How many files are not read, by the reason.
#[derive(Default)]
struct PassedOver {
    /// By their names.
    media: u64,
    /// They stand beside the chats of a download or a folder and hold none.
    beside: u64,
    /// This program wrote them.
    results: u64,
    /// They were given before.
    twice: u64,
    /// By name: hidden, unfinished, no files.
    named: Vec<(import::PassedOver, PathBuf)>,
}

/// What lies below some paths, but for the files `own` that this run writes or reads for something else. `-` is standard input.
pub fn below(paths: &[PathBuf], options: &Options, own: impl IntoIterator<Item = PathBuf>) -> Below {
    let own: Vec<PathBuf> = own.into_iter().filter_map(|path| path.canonicalize().ok()).collect();
    let is_own = |found: &Result<import::Input, ImportError>| match found {
        Ok(import::Input::File(path)) => path.canonicalize().is_ok_and(|path| own.contains(&path)),
        _ => false,
    };
    let (mut below, mut seen) = (Below::default(), HashSet::new());
    let mut again = |found: &Result<import::Input, ImportError>| {
        let Ok(input) = found else { return false };
        let format = match input {
            import::Input::File(_) => "",
            import::Input::Bundle { format, .. } => format,
        };
        input.path().canonicalize().is_ok_and(|path| !seen.insert((path, format)))
    };
    for path in paths {
        if path.as_os_str() == "-" {
            below.inputs.push(Ok(import::Input::File(path.clone())));
            continue;
        }
        let walk = import::walk(path, options);
        for found in walk.inputs.into_iter().filter(|found| !is_own(found)) {
            if again(&found) { below.passed_over.twice += 1 } else { below.inputs.push(found) }
        }
        below.passed_over.media += walk.media;
        below.passed_over.beside += walk.beside;
        below.passed_over.results += walk.results;
        below.passed_over.named.extend(walk.named);
    }
    below
}

impl Below {
    /// What is to be said of files that were passed over, on standard error.
    pub fn tell(&self) {
        let PassedOver { media, beside, results, twice, named } = &self.passed_over;
        let (media, beside, results, twice) = (*media, *beside, *results, *twice);
        let hold = |n, which: &str, what: &str| {
            let was = if n == 1 { "was passed over that holds" } else { "were passed over that hold" };
            anstream::eprintln!("  {}{which} {was} {what}", plural(n, "file"));
        };
        if beside > 0 {
            hold(beside, " beside the chats", "no chat");
        }
        if media > 0 {
            let what = match media {
                1 => "1 picture, recording or the like was passed over, by its name".to_owned(),
                n => format!("{n} pictures, recordings and the like were passed over, by their names"),
            };
            anstream::eprintln!("  {what}");
        }
        if results > 0 {
            hold(results, "", "results of rushlight");
        }
        const READ: &str = "give one by name to have it read";
        const WAY_OUT: &str = "they may hold chats; give one by name to be told the way out";
        for (why, one, more, how) in [
            (import::PassedOver::Document, "document or archive was", "documents and archives were", WAY_OUT),
            (import::PassedOver::Hidden, "hidden file or folder was", "hidden files and folders were", READ),
            (import::PassedOver::Unfinished, "unfinished file was", "unfinished files were", READ),
            (
                import::PassedOver::NoFile,
                "pipe, socket or device was",
                "pipes, sockets and devices were",
                READ,
            ),
        ] {
            let these: Vec<String> =
                named.iter().filter(|n| n.0 == why).map(|n| one_line(&import::shown(&n.1))).collect();
            let (n, what) = (these.len(), if these.len() == 1 { one } else { more });
            let and = if n > NAMED { ", …" } else { "" };
            let shown = these.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
            if n > 0 {
                anstream::eprintln!("  {n} {what} passed over ({how}): {shown}{and}");
            }
        }
        if twice > 0 {
            anstream::eprintln!("  {} given more than once and read once", plural(twice, "input"));
        }
    }
}
