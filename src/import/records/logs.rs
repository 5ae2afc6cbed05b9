//! Logs that servers keep: those of games made with Source (`"Bo<3><STEAM_1:0:7><CT>" say "hello"`), and those of services
//! that put an object in JSON behind the time. What else they log is counted and passed over.

use serde_json::{Map, Value};

use super::csv::held::Held;
use super::csv::roster::Roster;
use super::rows;
use crate::import::chats::times;
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::{Format, Sink};

/// The format.
pub struct Logs;

/// How many lines are looked at.
const LOOK_AT: usize = 200;

impl Format for Logs {
    fn name(&self) -> &'static str {
        "server-log"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let lines = || sample.lines().filter(|l| !l.trim().is_empty()).take(LOOK_AT);
        let all = lines().count();
        let most = |is: &dyn Fn(&str) -> bool| all > 1 && lines().filter(|l| is(l)).count() * 10 >= all * 9;
        if most(&|line| game(line).is_some()) {
            return if lines().any(|l| said(l).is_some()) { 0.9 } else { 0.0 };
        }
        // An object that begins a line makes it one of JSON.
        if !most(&|line| stamp(line).is_some()) {
            return 0.0;
        }
        let mut held = Held::default();
        lines().filter_map(entry).for_each(|fields| push(&mut held, 0, &fields));
        if held.rows.len() > 1 && held.layout().is_some() { 0.85 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limit) = (source.name().to_owned(), sink.options().limits.held);
        let (mut held, mut others) = (Held::default(), Vec::new());
        source.into_lines()?.each(|line: &Line<'_>| {
            match said(line.text).or_else(|| entry(line.text)) {
                Some(fields) => push(&mut held, line.number, &fields),
                None if line.is_blank() => {}
                None => others.push(line.number),
            }
            held.fits(&name, line.number, limit)
        })?;
        let Some(layout) = held.layout() else {
            let lines = (held.rows.len() + others.len()) as u64;
            return Err(ImportError::NoMessages { name, format: self.name(), lines });
        };
        // Other events have objects as well, and no words.
        held.read_words(&name, &layout, &Roster::default(), others, sink)
    }
}

/// Fields by name.
type Fields = Vec<(String, String)>;

fn push(held: &mut Held, line: u64, fields: &Fields) {
    held.push(line, fields.iter().map(|(name, field)| (name.as_str(), field.as_str())));
}

/// `L 03/08/2024 - 18:01:02: `, the date and time of it, the month first as these servers write it, and what follows.
fn game(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches('\u{feff}');
    let (date, rest) = line.strip_prefix("L ").unwrap_or(line).split_once(" - ")?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let mut parts = date.splitn(3, '/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    let whole =
        digits(month, 2) && digits(day, 2) && digits(year, 4) && clock.split(':').all(|p| digits(p, 2));
    whole.then(|| (format!("{year}-{month}-{day} {clock}"), rest.trim_start_matches([':', ' '])))
}

/// What somebody says in a game.
fn said(line: &str) -> Option<Fields> {
    let (time, rest) = game(line)?;
    let (who, text) = [" say \"", " say_team \""].iter().find_map(|say| rest.split_once(say))?;
    let (text, _) = text.rsplit_once('"')?;
    // The name, which may have such signs itself, stands before the number, the account and the team.
    let name = who.strip_prefix('"')?.strip_suffix('"')?.rsplitn(4, '<').nth(3)?;
    let fields = [("time", time.as_str()), ("sender", name), ("text", text)];
    Some(fields.map(|(name, field)| (name.to_owned(), field.to_owned())).into())
}

/// The time with which a line begins.
fn stamp(line: &str) -> Option<String> {
    let line = line.trim_start_matches('\u{feff}').trim_start_matches('[');
    let mut ends = line.match_indices([' ', ']', '\t']).map(|(at, _)| at).take(3);
    ends.find_map(|end| {
        let stamp = line[..end].replace(',', ".");
        let dated = stamp.len() > 9 && stamp.contains(':') && stamp.starts_with(|c: char| c.is_ascii_digit());
        (dated && times::read(&stamp).is_some()).then_some(stamp)
    })
}

/// The object at the end of a line with a time.
fn entry(line: &str) -> Option<Fields> {
    let time = stamp(line)?;
    let start = line.find("{\"")?;
    let object: Map<String, Value> = serde_json::from_str(line[start..].trim_end()).ok()?;
    let mut fields: Fields =
        object.iter().map(|(key, value)| (key.clone(), rows::field(Some(value)))).collect();
    fields.push(("time".to_owned(), time));
    Some(fields)
}

#[cfg(test)]
mod tests {
    use crate::import::tried;

    fn read(text: &str) -> Vec<String> {
        tried::read("s.log", text, "server-log").iter().flat_map(tried::lines).collect()
    }

    #[test]
    fn what_people_say_in_a_game() {
        let log = "L 03/08/2024 - 18:00:01: Log file started (file \"logs/L1.log\")\n\
            L 03/08/2024 - 18:00:40: \"Bo <3<3><STEAM_1:0:7><>\" entered the game\n\
            L 03/08/2024 - 18:01:02: \"Bo <3<3><STEAM_1:0:7><CT>\" say \"so \"good\"\"\n\
            L 03/08/2024 - 18:01:30: \"tea cup<5><[U:1:9]><TERRORIST>\" say_team \"yes: it is\" (dead)\n";
        assert_eq!(
            read(log),
            ["2024-03-08T18:01:02 Bo <3: so \"good\"", "2024-03-08T18:01:30 tea cup: yes: it is"]
        );
    }

    #[test]
    fn objects_behind_a_time() {
        let log = "2024-04-19T18:01:02.000Z gw-2 INFO [ws-0] message {\"room\":\"den\",\"from\":\"ivy\",\"text\":\"hello\"}\n\
            2024-04-19T18:01:02.000Z gw-2 DEBUG [ws-0] ping rtt=31ms\n\
            2024-04-19T18:01:09.000Z gw-2 WARN [ws-1] rate limit {\"user\":\"tux\",\"limit\":20}\n\
            2024-04-19T18:02:02.000Z gw-2 INFO [ws-1] message {\"room\":\"den\",\"from\":\"tux\",\"text\":\"hi {you}\"}\n";
        assert_eq!(read(log), ["2024-04-19T18:01:02Z ivy: hello", "2024-04-19T18:02:02Z tux: hi {you}"]);
    }
}
