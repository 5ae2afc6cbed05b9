//! LINE's text export: a heading, a date on a line of its own, then time, name and text between tabs, or on computers
//! between spaces.

mod pc;
mod weekday;

use jiff::civil::{self, DateTime};

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{close, cut};
use crate::import::chats::parts;
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::cursor::{self, Cursor};
use crate::import::time::dates::{DateOrder, Stamp};
use crate::import::time::meridiem;
use crate::import::time::order::{Basis, Verdict};
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::Kind;

/// The format.
pub struct LineChat;

impl Format for LineChat {
    fn name(&self) -> &'static str {
        "line"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let mut lines = sample.lines().map(cursor::plain).filter(|l| !l.is_empty());
        if lines.next().is_some_and(|l| l.starts_with("[LINE]")) {
            return 0.95;
        }
        if pc::Names::learn(sample.lines()).is_some() {
            return 0.85;
        }
        let lines = sample.lines().take(200).filter(|l| !l.trim().is_empty());
        let (mut dates, mut messages, mut all) = (0, 0, 0);
        for line in lines {
            all += 1;
            dates += usize::from(Day::read(line).is_some());
            messages += usize::from(message(line).is_some_and(|m| m.name.is_some()));
        }
        if dates > 0 && messages > 0 && (dates + messages) * 2 > all { 0.85 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let me = parts::me(sink.options());
        let mut reading = Reading {
            chat: sink.chat(name.as_str()),
            day: None,
            quoted: false,
            me,
            begun: false,
            settled: false,
            last: None,
            names: pc::Names::learn(source.sample().lines()),
        };
        let mut lines = source.into_lines()?;
        let result = lines.each(|line| {
            reading.take(line);
            reading.chat.room(&name, line.number)
        });
        sink.count_lines(lines.number());
        // A quotation that never ends was cut off.
        let open = reading.quoted.then_some(lines.number());
        close(Some(reading.chat), cut(&result, lines.number()).or(open), sink);
        result
    }
}

struct Reading {
    chat: Chat,
    day: Option<Day>,
    /// Whether something was said on that day at an hour before 24.
    begun: bool,
    /// Whether a day of the week has told the order of the dates.
    settled: bool,
    /// Whether a text in quotation marks is still open, in which nothing is a header.
    quoted: bool,
    /// The owner's name, whom the app calls "You".
    me: String,
    /// The last time of that day, where names stand between spaces.
    last: Option<(u32, u32)>,
    /// Names, where nothing but a space stands behind them.
    names: Option<pc::Names>,
}

impl Reading {
    fn take(&mut self, line: &Line<'_>) {
        if self.quoted {
            return self.go_on(line);
        }
        if line.is_blank() {
            return self.chat.blank();
        }
        if let Some(day) = Day::read(line.text) {
            self.settle(&day);
            (self.day, self.begun, self.last) = (Some(day), false, None);
            return self.chat.heading();
        }
        let top = self.chat.is_empty() && self.day.is_none();
        match self.message(line) {
            Some(found) => self.say(&found, line),
            None if top && (line.number <= 2 || is_saved_on(line.text)) => self.chat.heading(),
            None if self.chat.append(line) => {}
            None => self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number),
        }
    }

    fn message<'l>(&mut self, line: &Line<'l>) -> Option<Said<'l>> {
        let Some(names) = &self.names else { return message(line.text) };
        let (said, doubtful) = names.message(line.text, self.last)?;
        if doubtful {
            self.chat.doubt(WarningKind::DoubtfulName, line.number);
        }
        self.last = Some(said.clock);
        Some(said)
    }

    /// The first heading whose day of the week fits one order only settles it for the file.
    fn settle(&mut self, day: &Day) {
        if let Day::Open(_, Some(order)) = day
            && !std::mem::replace(&mut self.settled, true)
        {
            self.chat.set_verdict(Verdict::sure(*order, Basis::Number));
        }
    }

    fn go_on(&mut self, line: &Line<'_>) {
        let end = line.text.strip_suffix('"').filter(|t| !t.ends_with('"') || t.ends_with("\"\""));
        let text = end.unwrap_or(line.text).replace("\"\"", "\"");
        self.quoted = end.is_none();
        self.chat.append(&Line { text: &text, ..*line });
    }

    fn say(&mut self, found: &Said<'_>, line: &Line<'_>) {
        let when = self.when(found, line.number);
        let Some(name) = found.name else {
            let text = cursor::plain(found.text);
            return match unsent_by(&text) {
                Some("You") => self.chat.say(&self.me, when, Kind::Deleted, "", line.number),
                Some(name) => self.chat.say(name, when, Kind::Deleted, "", line.number),
                None => self.chat.note(when, &text, line.number),
            };
        };
        let name = cursor::plain(name);
        let open = found.text.strip_prefix('"').filter(|t| !t.trim_end().ends_with('"'));
        self.quoted = open.is_some();
        let text = match open {
            Some(text) => text.replace("\"\"", "\""),
            None => found.text.to_owned(),
        };
        let absent = self.names.is_some() && pc::is_absent(&text);
        let (kind, text) = if absent { (Kind::Media, text.as_str()) } else { body(&text) };
        if kind == Kind::System {
            self.chat.note(when, &format!("{name}: {text}"), line.number);
        } else {
            self.chat.say(&name, when, kind, text, line.number);
        }
        self.chat.note_cut(line);
    }

    fn when(&mut self, found: &Said<'_>, line: u64) -> When {
        let Some(day) = &self.day else {
            self.chat.doubt(WarningKind::InvalidTime, line);
            return When::Unknown;
        };
        let (hour, minute) = found.clock;
        // Some phones write 24:53 for 0:53, others for 0:53 of the next day, behind all else that was said on this one.
        let late = hour >= 24 && self.begun;
        self.begun |= hour < 24;
        let hours = i64::from(if late { hour } else { hour % 24 });
        match day {
            Day::Sure(date) => {
                let start = DateTime::from_parts(*date, civil::Time::midnight());
                let span = jiff::SignedDuration::from_mins(hours * 60 + i64::from(minute));
                start
                    .checked_add(span)
                    .map_or(When::Unknown, |t| When::Known(crate::transcript::Time::Local(t)))
            }
            // Which day comes next is not known before the order of the date is.
            Day::Open(..) if late => {
                self.chat.doubt(WarningKind::InvalidTime, line);
                When::Unknown
            }
            Day::Open(words, _) => {
                let stamp = Stamp::full(&mut Cursor::new(&format!("{words}, {}:{minute:02}", hour % 24)));
                stamp.map_or(When::Unknown, When::Written)
            }
        }
    }
}

/// A date heading.
enum Day {
    /// With the year first.
    Sure(civil::Date),
    /// With the year last; its order is decided for the whole file, perhaps by the day of the week beside this one.
    Open(String, Option<DateOrder>),
}

impl Day {
    /// `2024/05/01(Wed)`, `2024.05.01 水曜日`, `Wed, 5/1/2024`, `2024年5月1日(水)`; nothing else may stand on the line.
    fn read(line: &str) -> Option<Self> {
        if line.contains('\t') || line.len() > 80 {
            return None;
        }
        let line = cursor::plain(line);
        let start = line.find(|c| cursor::digit(c).is_some())?;
        let before = line[..start].trim_end_matches([' ', ',', '.']);
        let is_name =
            |word: &str| word.chars().count() <= 14 && word.chars().all(|c| is_letter(c) || c == ' ');
        let mut at = Cursor::new(&line[start..]);
        let numbers = [number(&mut at)?, number(&mut at)?, number(&mut at)?];
        for word in ["日", "일", "BE"] {
            at.word(word);
        }
        let behind = at.rest().trim_matches(|c: char| matches!(c, ' ' | '(' | ')' | '（' | '）' | ',' | '.'));
        (is_name(before) && is_name(behind)).then_some(())?;
        match numbers {
            [year @ 1970..2800, month, day] => date(year, month, day).map(Self::Sure),
            [a, b, year @ 1970..2800] => {
                let word = if before.is_empty() { behind } else { before };
                let order = weekday::order(word, date(year, b, a), date(year, a, b));
                Some(Self::Open(format!("{a}/{b}/{year}"), order))
            }
            _ => None,
        }
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<civil::Date> {
    let year = if year > 2400 { year - 543 } else { year };
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A number of a date and the sign behind it.
fn number(at: &mut Cursor<'_>) -> Option<u32> {
    let (value, _) = at.number(4)?;
    if ['/', '.', '-', '年', '月', '년', '월'].into_iter().any(|c| at.eat(c)) {
        at.spaces();
    }
    Some(value)
}

fn is_letter(c: char) -> bool {
    // Thai and Indic words have signs between their letters.
    c.is_alphabetic() || ('\u{e00}'..'\u{e80}').contains(&c)
}

/// A line that begins with a time: of somebody, or of the app.
struct Said<'l> {
    clock: (u32, u32),
    name: Option<&'l str>,
    text: &'l str,
}

fn message(line: &str) -> Option<Said<'_>> {
    let (stamp, rest) = line.split_once('\t')?;
    let clock = clock(stamp)?;
    let (name, text) = match rest.split_once('\t') {
        Some((name, text)) if !name.trim().is_empty() => (Some(name), text),
        Some((_, text)) => (None, text),
        None => (None, rest),
    };
    Some(Said { clock, name, text })
}

/// `18:02`, `24:53`, `午後6:02`, `6:02 PM`.
fn clock(text: &str) -> Option<(u32, u32)> {
    let mut at = Cursor::new(text);
    at.spaces();
    let before = meridiem::read(&mut at);
    at.spaces();
    let (hour, _) = at.number(2)?;
    (at.eat(':') || at.eat('.')).then_some(())?;
    let (minute, 2) = at.number(2)? else { return None };
    at.spaces();
    let half = before.or_else(|| meridiem::read(&mut at));
    let hour = half.map_or(hour, |h| h.hour(hour));
    at.spaces();
    (hour < 30 && minute < 60 && at.rest().is_empty()).then_some((hour, minute))
}

fn is_saved_on(line: &str) -> bool {
    let words = [
        "Saved on",
        "保存日時",
        "儲存日期",
        "保存日期",
        "บันทึกเมื่อ",
        "저장한 날짜",
        "Disimpan pada",
        "Tanggal",
    ];
    words.iter().any(|w| line.trim_start().starts_with(w))
}

/// Who took a message back, when the app's line `text` says that.
fn unsent_by(text: &str) -> Option<&str> {
    const GONE: [&str; 8] = [
        " unsent a message",
        "がメッセージの送信を取り消しました",
        "メッセージの送信を取り消しました",
        "已收回訊息",
        "收回訊息",
        "撤回了一条消息",
        "ยกเลิกข้อความ",
        " membatalkan pengiriman pesan",
    ];
    let text = text.trim_end_matches(['.', '。']);
    let name = GONE.iter().find_map(|words| text.strip_suffix(words))?.trim();
    Some(if name.is_empty() { "You" } else { name })
}

/// What a text of somebody is.
fn body(text: &str) -> (Kind, &str) {
    const MEDIA: [&str; 49] = [
        "Photo",
        "Photos",
        "Video",
        "Videos",
        "Sticker",
        "Voice message",
        "Audio",
        "File",
        "Album",
        "Location",
        "Contact",
        "Note",
        "Gift",
        "Emoji",
        "Image",
        "写真",
        "動画",
        "スタンプ",
        "ボイスメッセージ",
        "ファイル",
        "アルバム",
        "位置情報",
        "連絡先",
        "ノート",
        "プレゼント",
        "照片",
        "圖片",
        "影片",
        "貼圖",
        "語音訊息",
        "檔案",
        "相簿",
        "位置訊息",
        "聯絡資訊",
        "图片",
        "视频",
        "贴图",
        "รูป",
        "รูปภาพ",
        "วิดีโอ",
        "สติกเกอร์",
        "ข้อความเสียง",
        "ไฟล์",
        "사진",
        "동영상",
        "스티커",
        "음성메시지",
        "Foto",
        "Stiker",
    ];
    let plain = text.trim();
    match plain.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        Some(word) if MEDIA.contains(&word) => (Kind::Media, ""),
        // How long a call took, or that it was missed or called off.
        None if plain.starts_with('☎') => (Kind::System, text),
        _ => (Kind::Message, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Flow, Options, read_text};
    use crate::transcript::Time;

    #[test]
    fn a_day_of_the_week_settles_the_order_of_dates() {
        let mut found = Vec::new();
        // The first date falls on a Monday either way.
        let text = "[LINE] Chat history with Ida\nSaved on: 3/8/2024, 16:01\n\nMon, 2/12/2024\n04:01 PM\tMax\thello\n\n\
                    Mon, 3/4/2024\n04:01 PM\tIda\thi\n04:02 PM\tIda\t☎ Missed call\n24:10\tIda\tlate\n";
        let counts = read_text("t.txt", text.as_bytes(), &Options::default(), &mut |imported| {
            found.push(imported);
            Flow::Continue(())
        });
        assert_eq!(counts.unwrap().messages, 3);
        let times: Vec<_> = found[0].transcript.messages.iter().map(|m| m.time).collect();
        assert_eq!(times[..2], [Time::parse("2024-02-12T16:01"), Time::parse("2024-03-04T16:01")]);
        assert!(found[0].warnings.iter().all(|w| !matches!(w.kind, WarningKind::AmbiguousDateOrder(_))));
    }
}
