//! Everything a report says, in words, before anyone decides how it looks.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::assessment::{Assessment, Band, Caveat, Evidence};
use crate::head::{Names, Pattern, Signal};
use crate::report::sanitize::one_line;
use crate::transcript::{Kind, Message, Role, Time, Transcript, UNKNOWN};

/// A pattern is named in a report from this probability on, in a conversation that is risky.
const NAMED: f32 = 0.5;
/// Longest stretch of one message that is quoted.
const QUOTE_CHARS: usize = 400;

/// What holds for every report, and for those with a number what it refers to: the share of risky chats is the model's or the user's.
fn always(assessment: &Assessment) -> Vec<String> {
    let mut always = vec!["It reads words only: no pictures, no tone, nothing said elsewhere. It is wrong at times, both ways; it describes text and accuses nobody.".to_owned()];
    if number(assessment).is_empty() {
        return always;
    }
    let share = match f64::from(assessment.model.prevalence) {
        p if (0.45..=0.55).contains(&p) => {
            "half were risky. Where few are, it reads too high; go by the band".to_owned()
        }
        p if p >= 0.001 => {
            format!("{} in 1,000 are risky; the bands do not depend on it", (p * 1e4).round() / 10.0)
        }
        p => format!("{:.0} in a million are risky; the bands do not depend on it", p * 1e6),
    };
    always.push(format!("The number is a probability among chats of which {share}."));
    always
}

/// What a report says.
#[derive(Clone, Debug)]
pub struct View {
    /// Which conversation.
    pub id: String,
    /// How soon.
    pub band: Band,
    /// Calibrated probability in words, where the band is one to act on; empty elsewhere.
    pub number: String,
    /// One sentence on what the band asks of the reader.
    pub advice: String,
    /// Label and value, in the order in which they matter.
    pub facts: Vec<(&'static str, String)>,
    /// The risk so far of every message, 0 to 1.
    pub risk: Vec<f32>,
    /// Place of the first warning in `risk`.
    pub warning: Option<usize>,
    /// Signals that occur, and at which places of `risk`.
    pub signals: Vec<(Signal, Vec<usize>)>,
    /// First and last time, when known.
    pub ends: Option<(String, String)>,
    /// The messages that say why, in order.
    pub evidence: Vec<Quote>,
    /// What the reader should know.
    pub caveats: Vec<String>,
    /// What holds for every report.
    pub always: Vec<String>,
    /// Model and program.
    pub source: String,
}

/// A quoted message.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Number for people, from 1.
    pub number: usize,
    /// Who wrote it.
    pub speaker: String,
    /// When.
    pub time: Option<String>,
    /// Line of the source.
    pub line: u64,
    /// The words, made safe to print.
    pub text: String,
    /// Reasons in plain words.
    pub why: String,
    /// Whether this is the first warning.
    pub first_warning: bool,
}

impl View {
    /// Put an assessment into words. `transcript` is the conversation it was made from; `names` says from which probability
    /// signals are named, and `zone` in which zone moments are told (UTC).
    pub fn new(
        assessment: &Assessment,
        transcript: &Transcript,
        names: &Names,
        zone: Option<&TimeZone>,
    ) -> Self {
        let place = |index: usize| assessment.messages.iter().position(|m| m.index == index);
        let warning = assessment.first_warning.as_ref().and_then(|w| place(w.index));
        let signals = crate::head::SIGNALS.into_iter().map(|signal| {
            let at = |m: &&crate::assessment::MessageScore| {
                m.signals.get(&signal).is_some_and(|p| names.names(signal, *p))
            };
            let places = assessment.messages.iter().enumerate().filter(|(_, m)| at(m)).map(|(i, _)| i);
            (signal, places.collect::<Vec<_>>())
        });
        Self {
            id: one_line(&assessment.id),
            band: assessment.band,
            number: number(assessment),
            advice: advice(assessment),
            facts: facts(assessment, transcript, zone),
            risk: assessment.messages.iter().map(|m| m.risk).collect(),
            warning,
            signals: signals.filter(|(_, places)| !places.is_empty()).collect(),
            ends: ends(transcript, zone),
            evidence: assessment.evidence.iter().map(|e| quote(e, assessment, transcript, zone)).collect(),
            caveats: assessment.caveats.iter().map(|c| c.text.clone()).collect(),
            always: always(assessment),
            source: format!(
                "rushlight {} with {} {} ({})",
                assessment.version,
                assessment.model.name,
                assessment.model.version,
                &assessment.model.sha256[..12]
            ),
        }
    }

    /// The heading of the quoted messages.
    pub fn why(&self) -> &'static str {
        if self.band == Band::CannotSay { "What its lines do; no judgement" } else { "Why, in order" }
    }
}

/// A probability as a whole number of hundredths that people read: never certain, either way.
pub fn hundredths(probability: f32) -> f32 {
    (probability * 100.0).round().clamp(1.0, 99.0)
}

fn number(assessment: &Assessment) -> String {
    match assessment.band {
        Band::Look | Band::LookNow => format!("{} of 100", hundredths(assessment.risk)),
        Band::Quiet | Band::CannotSay => String::new(),
    }
}

fn advice(assessment: &Assessment) -> String {
    match (assessment.band, &assessment.reason) {
        (Band::LookNow, _) => "A trained person should read this now.".to_owned(),
        (Band::Look, _) => "A trained person should read this.".to_owned(),
        (Band::Quiet, _) => {
            let left_out = assessment.caveats.iter().find(|c| c.leaves_words_out());
            let left_out = left_out.map(|c| format!(" Not all was judged. {}", c.text)).unwrap_or_default();
            format!(
                "Nothing found that asks for a second reader. This is not an all-clear: harm that somebody only tells of is not judged.{left_out}"
            )
        }
        (Band::CannotSay, Some(reason)) => format!("No judgement: {reason}."),
        (Band::CannotSay, None) => "No judgement.".to_owned(),
    }
}

fn facts(
    assessment: &Assessment,
    transcript: &Transcript,
    zone: Option<&TimeZone>,
) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if matches!(assessment.band, Band::Look | Band::LookNow) {
        facts.push(("May be", patterns(assessment)));
        if !assessment.person_of_concern.is_empty() {
            let names: Vec<String> =
                assessment.person_of_concern.iter().map(|n| called(n, transcript)).collect();
            let guessed = assessment.caveats.iter().any(Caveat::is_guess_of_speakers);
            let guess = if guessed { "; the text names nobody, so who wrote what is a guess" } else { "" };
            facts.push(("Messages of", format!("{} are the reason{guess}", names.join(" and "))));
        }
        if let Some(first) = &assessment.first_warning {
            let time = first.time.as_deref().map(|t| format!(", {}", readable(t, zone))).unwrap_or_default();
            let line = transcript.messages[first.index].origin.line;
            let line = if line > 0 { format!(", line {line}") } else { String::new() };
            facts.push(("First warning", format!("message {}{time}{line}", first.index + 1)));
        }
    }
    let by = format!("{} by {}", plural(assessment.messages.len(), "message"), people(transcript));
    let when = ends(transcript, zone).map(|(a, b)| format!(", {a} to {b}")).unwrap_or_default();
    let is_moment = |m: &Message| matches!(m.time, Some(Time::Instant(_)));
    let zone = zone.filter(|_| transcript.messages.iter().any(is_moment));
    let zone = zone.map(|zone| format!("; times are those of {}", zone_name(zone))).unwrap_or_default();
    facts.push(("Read", format!("{by}{when} ({}{zone})", assessment.input.format)));
    let known = transcript.speakers.iter().filter(|s| s.role != Role::Unknown);
    let known: Vec<String> = known.map(|s| called(&s.name, transcript)).collect();
    if !known.is_empty() {
        facts.push(("Speakers", known.join(", ")));
    }
    facts
}

fn patterns(assessment: &Assessment) -> String {
    let of_all = NAMED * assessment.risk;
    let mut named: Vec<(Pattern, f32)> =
        assessment.patterns.iter().map(|(p, v)| (*p, *v)).filter(|(_, v)| *v >= of_all).collect();
    named.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if named.is_empty() {
        return "no single pattern stands out".to_owned();
    }
    let words = named.iter().map(|(p, v)| format!("{} ({} %)", p.plain(), hundredths(*v)));
    words.collect::<Vec<_>>().join("; ")
}

/// A name as the reader knows it, with what the user said about them.
pub(super) fn called(name: &str, transcript: &Transcript) -> String {
    let role = transcript.speakers.iter().find(|s| s.name == name).map_or(Role::Unknown, |s| s.role);
    let role = role.name().map(|role| format!(" ({role})")).unwrap_or_default();
    format!("{}{role}", one_line(name))
}

fn quote(
    evidence: &Evidence,
    assessment: &Assessment,
    transcript: &Transcript,
    zone: Option<&TimeZone>,
) -> Quote {
    let message = &transcript.messages[evidence.index];
    let mut why: Vec<String> = evidence.signals.iter().map(|s| s.plain().to_owned()).collect();
    if evidence.rise >= 0.05 {
        why.push(format!("the risk rises here by {} points", (evidence.rise * 100.0).round()));
    }
    let first_warning = assessment.first_warning.as_ref().is_some_and(|w| w.index == evidence.index);
    if why.is_empty() && first_warning {
        why.push("with this, all said so far is enough for a colleague to look".to_owned());
    }
    let speaker = message.speaker.map(|s| transcript.speakers[s].name.as_str()).unwrap_or_default();
    Quote {
        number: evidence.index + 1,
        speaker: called(speaker, transcript),
        time: evidence.time.as_deref().map(|time| readable(time, zone)),
        line: message.origin.line,
        text: one_line(&words(message, QUOTE_CHARS)),
        why: why.join("; "),
        first_warning,
    }
}

/// What a message says, or what is there instead, no longer than `most` characters.
pub(super) fn words(message: &Message, most: usize) -> String {
    let text = message.text.reveal();
    let text = match text.char_indices().nth(most) {
        Some((end, _)) => &format!("{}…", &text[..end]),
        None => text,
    };
    match message.kind {
        Kind::Media => format!("[file, not opened] {text}"),
        Kind::Deleted => "[deleted]".to_owned(),
        Kind::Message | Kind::System => text.to_owned(),
    }
}

/// The name of a zone, as `Europe/Berlin` or `+02:00`.
pub fn zone_name(zone: &TimeZone) -> String {
    let offset = || match zone.to_fixed_offset().map(|offset| offset.seconds()) {
        Ok(seconds) => {
            let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
        Err(_) => "the zone given".to_owned(),
    };
    zone.iana_name().map_or_else(offset, str::to_owned)
}

/// `2024-03-02T18:51:20` as `2024-03-02 18:51`; a moment as the clocks of `zone` show it, or those of UTC.
pub fn readable(time: &str, zone: Option<&TimeZone>) -> String {
    let moment = || time.parse::<Timestamp>().ok();
    let there = zone.and_then(|zone| Some(zone.to_datetime(moment()?).to_string()));
    let time = there.as_deref().unwrap_or(time);
    let (date, clock) = match time.split_once('T') {
        Some((date, clock)) => (format!("{date} "), clock),
        None => (String::new(), time),
    };
    let zone = if time.ends_with('Z') { " UTC" } else { "" };
    format!("{date}{}{zone}", clock.get(..5).unwrap_or(clock))
}

pub(super) fn ends(transcript: &Transcript, zone: Option<&TimeZone>) -> Option<(String, String)> {
    let mut times = transcript.spoken().filter_map(|(_, m)| m.time);
    let first = times.next()?;
    let last = times.last().unwrap_or(first);
    Some((readable(&first.to_string(), zone), readable(&last.to_string(), zone)))
}

/// `1 message`, `2 messages`.
pub fn plural(n: impl std::fmt::Display, what: &str) -> String {
    let n = n.to_string();
    let s = if n == "1" { "" } else { "s" };
    format!("{n} {what}{s}")
}

/// How many wrote, and whether the source names them.
pub(super) fn people(transcript: &Transcript) -> String {
    let unknown = transcript.speakers.iter().any(|s| s.name == UNKNOWN);
    match (transcript.speakers.len() - usize::from(unknown), unknown) {
        (0, true) => "people unknown".to_owned(),
        (1, false) => "1 person".to_owned(),
        (1, true) => "1 person, others unknown".to_owned(),
        (n, false) => format!("{n} people"),
        (n, true) => format!("{n} people, others unknown"),
    }
}
