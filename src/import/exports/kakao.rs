//! KakaoTalk's text exports: of the desktop, `[name] [time] text` below rules with the date, and of phones,
//! `date time, name : text`; on a Mac it writes a table. The desktop's is recognised line by line, what the app says in it by its words alone.

mod grammar;
mod table;
mod words;

use std::collections::HashSet;

use jiff::civil;

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{close, cut};
use crate::import::chats::parts;
use crate::import::error::ImportError;
use crate::import::intake::lines::{Kept, Line};
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::cursor;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::{Kind, Time};
use grammar::{Bracketed, Stamped, Style};
pub(in crate::import) use table::is_table;
use words::Body;

/// How many lines may stand before the first message: title, date of saving.
const HEAD: u64 = 2;

/// The format.
pub struct Kakao;

impl Format for Kakao {
    fn name(&self) -> &'static str {
        "kakaotalk"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        if table::is_table(sample) {
            return 0.96;
        }
        let lines: Vec<String> =
            sample.lines().map(cursor::plain).filter(|l| !l.is_empty()).take(200).collect();
        if lines.iter().take(2).any(|l| is_title(l) || is_saved_on(l)) && lines.iter().any(|l| is_message(l))
        {
            return 0.95;
        }
        let rules = lines.iter().any(|l| grammar::rule(l).is_some());
        if rules && lines.iter().any(|l| Bracketed::read(l).is_some()) {
            return 0.95;
        }
        let stamped = lines.iter().filter(|l| Stamped::read(l).is_some_and(|s| s.said.is_some())).count();
        if stamped > 1 && stamped * 2 > lines.len() { 0.9 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        if table::is_table(source.sample()) {
            return table::read(source, sink);
        }
        let name = source.name().to_owned();
        let mut reading = Reading::new(sink.chat(name.as_str()), parts::me(sink.options()));
        let mut lines = source.into_lines()?;
        let result = lines.each(|line| {
            reading.take(line);
            reading.chat.room(&name, line.number)
        });
        reading.settle(None);
        sink.count_lines(lines.number());
        close(Some(reading.chat), cut(&result, lines.number()), sink);
        result
    }
}

fn is_title(line: &str) -> bool {
    line.ends_with("카카오톡 대화") || line.starts_with("KakaoTalk Chats with ")
}

fn is_saved_on(line: &str) -> bool {
    ["저장한 날짜 :", "Date Saved :"].iter().any(|words| line.starts_with(words))
}

fn is_message(line: &str) -> bool {
    Bracketed::read(line).is_some() || Stamped::read(line).is_some()
}

/// How the file writes messages; the first one tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `[name] [time] text`
    Brackets,
    /// `date time, name : text`, every time in this style.
    Stamps(Style),
}

struct Reading {
    chat: Chat,
    form: Option<Form>,
    day: Option<civil::Date>,
    /// Whether the line before was blank, as it is before the heading of a day.
    apart: bool,
    /// The owner's name, whom the app calls "you" in some exports.
    me: String,
    /// Who has spoken so far.
    names: HashSet<String>,
    /// When the last message of the day was said.
    last: Option<When>,
    /// A line that is the heading of a day if a message of that day follows.
    heading: Option<(Kept, civil::Date)>,
}

impl Reading {
    fn new(chat: Chat, me: String) -> Self {
        Self {
            chat,
            form: None,
            day: None,
            apart: true,
            me,
            names: HashSet::new(),
            last: None,
            heading: None,
        }
    }

    fn take(&mut self, line: &Line<'_>) {
        let apart = std::mem::replace(&mut self.apart, line.is_blank());
        // A date that is written in another way than the first is of what somebody wrote.
        let fits = |found: &Stamped<'_>| self.form.is_none_or(|form| form == Form::Stamps(found.style));
        let found = Stamped::read(line.text).filter(fits);
        self.settle(found.as_ref().filter(|found| found.said.is_some()).and_then(Stamped::day));
        if line.is_blank() {
            return self.chat.blank();
        }
        if let Some(found) = found {
            return self.stamped(&found, apart, line);
        }
        if !matches!(self.form, Some(Form::Stamps(_))) {
            if let Some(day) = grammar::rule(line.text) {
                (self.form, self.day, self.last) = (Some(Form::Brackets), Some(day), None);
                return self.chat.heading();
            }
            if let Some(found) = Bracketed::read(line.text) {
                self.form = Some(Form::Brackets);
                let when = self.on_day(found.clock, line.number);
                return self.say(found.name, when, found.text, line);
            }
        }
        self.other(apart, line);
    }

    /// A line without a time.
    fn other(&mut self, apart: bool, line: &Line<'_>) {
        let plain = cursor::plain(line.text);
        let top = self.chat.is_empty() && (line.number <= HEAD || is_title(&plain) || is_saved_on(&plain));
        let day = grammar::day_alone(&plain).filter(|_| self.form != Some(Form::Brackets));
        if top || (day.is_some() && (apart || self.chat.is_empty())) {
            return self.chat.heading();
        }
        if let Some(day) = day {
            self.heading = Some((Kept::from(line), day));
            return;
        }
        if let Some(who) = words::event(&plain).filter(|_| self.form == Some(Form::Brackets)) {
            if self.names.contains(who) || words::is_like_names(who) {
                return self.chat.note(self.about_now(), &plain, line.number);
            }
            self.chat.doubt(WarningKind::DoubtfulNotice, line.number);
        }
        if !self.chat.append(line) {
            self.chat.reject(WarningKind::LineBeforeFirstMessage, line.number);
        }
    }

    /// Say what the line kept back is, now that a message of `day` follows, or none: without a blank line above it only that
    /// tells a heading from words.
    fn settle(&mut self, day: Option<civil::Date>) {
        let Some((line, date)) = self.heading.take() else { return };
        match day == Some(date) {
            true => self.chat.heading(),
            false => _ = self.chat.append(&line.line()),
        }
    }

    /// The time for a line that has none: of the message before it, else the beginning of the day.
    fn about_now(&self) -> When {
        let begins = |day: civil::Date| When::Known(Time::Local(day.to_datetime(civil::Time::midnight())));
        self.last.or(self.day.map(begins)).unwrap_or(When::Unknown)
    }

    fn stamped(&mut self, found: &Stamped<'_>, apart: bool, line: &Line<'_>) {
        let when = found.when;
        let Some((name, text)) = found.said else {
            let told = cursor::plain(found.rest);
            if told.is_empty() {
                return self.bare_time(found.day(), apart, line);
            }
            self.form = Some(Form::Stamps(found.style));
            return self.chat.note(when, &told, line.number);
        };
        self.form = Some(Form::Stamps(found.style));
        self.say(name, when, text, line);
    }

    /// A time alone stands above the messages of its day; else somebody wrote it.
    fn bare_time(&mut self, day: Option<civil::Date>, apart: bool, line: &Line<'_>) {
        match day {
            Some(day) if !apart && !self.chat.is_empty() => self.heading = Some((Kept::from(line), day)),
            _ => self.chat.heading(),
        }
    }

    fn say(&mut self, name: &str, when: When, text: &str, line: &Line<'_>) {
        let name = self.chat.called(cursor::plain(name));
        say(&mut self.chat, &self.me, &name, when, text, line.number);
        self.chat.note_cut(line);
        self.names.insert(name);
        self.last = Some(when);
    }

    fn on_day(&mut self, clock: civil::Time, line: u64) -> When {
        match self.day {
            Some(day) => When::Known(Time::Local(day.to_datetime(clock))),
            None => {
                self.chat.doubt(WarningKind::InvalidTime, line);
                When::Known(Time::Clock(clock))
            }
        }
    }
}

/// `name`, or the owner called `me`, says `text`.
fn say(chat: &mut Chat, me: &str, name: &str, when: When, text: &str, line: u64) {
    let own = words::is_owner(name);
    let name = if own { me } else { name };
    if own {
        chat.set_owner(name);
    }
    match words::body(text) {
        Body::Call(told) => chat.note(when, &format!("{name}: {told}"), line),
        Body::Deleted => chat.say(name, when, Kind::Deleted, "", line),
        Body::Media(what) => chat.say(name, when, Kind::Media, what, line),
        Body::Words => chat.say(name, when, Kind::Message, text, line),
    }
}

#[cfg(test)]
mod tests {
    use crate::import::{Flow, Imported, Options, read_text};

    fn import(text: &str) -> Imported {
        let mut found = Vec::new();
        let counts = read_text("t.txt", text.as_bytes(), &Options::default(), &mut |imported| {
            found.push(imported);
            Flow::Continue(())
        });
        let counts = counts.unwrap();
        assert_eq!(counts.lines, counts.accounted());
        assert_eq!((found.len(), found[0].format), (1, "kakaotalk"));
        found.remove(0)
    }

    fn shown(imported: &Imported) -> Vec<String> {
        let transcript = &imported.transcript;
        let line = |m: &crate::transcript::Message| {
            let name = m.speaker.map_or("*", |s| transcript.speakers[s].name.as_str());
            let time = m.time.map_or(String::new(), |t| t.to_string());
            format!("{time} {:?} {name}: {}", m.kind, m.text.reveal())
        };
        transcript.messages.iter().map(line).collect()
    }

    #[test]
    fn the_desktops_text() {
        let found = import(
            "Ida 님과 카카오톡 대화\n저장한 날짜 : 2024-03-04 16:10:05\n\n\
             --------------- 2024년 3월 4일 월요일 ---------------\nMax님이 들어왔습니다.\n\
             [Ida] [오전 12:03] 안녕\n두 번째 줄\n[M[a] x] [오후 4:02] 사진\n\
             --------------- 2024년 3월 5일 화요일 ---------------\n[Ida] [오후 4:03] [Max] 뭐 해\n[Ida] [오후 4:04] \n",
        );
        let expected = [
            "2024-03-04T00:00:00 System *: Max님이 들어왔습니다.",
            "2024-03-04T00:03:00 Message Ida: 안녕\n두 번째 줄",
            "2024-03-04T16:02:00 Media M[a] x: 사진",
            "2024-03-05T16:03:00 Message Ida: [Max] 뭐 해",
            "2024-03-05T16:04:00 Message Ida: ",
        ];
        assert_eq!(shown(&found), expected);
        assert!(found.warnings.is_empty());
    }

    #[test]
    fn who_comes_and_goes_has_the_time_before_and_sentences_are_words() {
        let found = import(
            "--------------- 2024년 3월 4일 월요일 ---------------\n[Ida] [오후 4:02] hey\nMax님이 나갔습니다.\n\
             [my mum] [오후 4:03] so\nI think he left this chatroom\nmy mum left this chatroom\n",
        );
        let expected = [
            "2024-03-04T16:02:00 Message Ida: hey",
            "2024-03-04T16:02:00 System *: Max님이 나갔습니다.",
            "2024-03-04T16:03:00 Message my mum: so\nI think he left this chatroom",
            "2024-03-04T16:03:00 System *: my mum left this chatroom",
        ];
        assert_eq!(shown(&found), expected);
        assert_eq!(found.warnings[0].kind, crate::import::WarningKind::DoubtfulNotice);
    }

    #[test]
    fn an_iphone_has_no_comma_before_who_goes() {
        let found = import(
            "Max 님과 카카오톡 대화\n\n2024. 3. 4. 오후 4:01, Ida : 안녕\n2024. 3. 4. 오후 4:02, Max : 네\n2024. 3. 4. 오후 4:03: 여기\n\
             2024. 3. 4. 오후 4:04: Max님이 나갔습니다.\n",
        );
        let expected = [
            "2024-03-04T16:02:00 Message Max: 네\n2024. 3. 4. 오후 4:03: 여기",
            "2024-03-04T16:04:00 System *: Max님이 나갔습니다.",
        ];
        assert_eq!(shown(&found)[1..], expected);
    }

    #[test]
    fn the_texts_of_phones() {
        let expected = [
            "2024-03-04T16:01:00 Message Ida: 안녕: 하세요",
            "2024-03-04T16:02:00 Message Max: 네\n둘째 줄",
            "2024-03-04T16:03:00 Deleted Max: ",
            "2024-03-04T16:04:00 System *: Max님이 나갔습니다.",
        ];
        for (day, head) in
            [("2024년 3월 4일", "2024년 3월 4일 오후 4:01"), ("2024. 3. 4.", "2024년 3월 4일 월요일")]
        {
            let text = format!(
                "Max 님과 카카오톡 대화\n저장한 날짜 : {day} 오후 4:10\n\n\n{head}\n{day} 오후 4:01, Ida : 안녕: 하세요\n\
                 {day} 오후 4:02, Max : 네\n둘째 줄\n{day} 오후 4:03, Max : 삭제된 메시지입니다.\n{day} 오후 4:04, Max님이 나갔습니다.\n"
            );
            assert_eq!(shown(&import(&text)), expected);
        }
    }

    #[test]
    fn in_english() {
        let said = ["2024-03-04T16:01:00 Message Ida: hello", "2024-03-04T16:02:00 Media Max: Photo"];
        for text in [
            "Max\nDate Saved : 2024-03-04 16:10:05\n\n--------------- Monday, March 4, 2024 ---------------\n\
             [Ida] [4:01 PM] hello\n[Max] [4:02 PM] Photo\n",
            "KakaoTalk Chats with Max\nDate Saved : Mar 4, 2024 4:10 PM\n\nMar 4, 2024 4:01 PM\n\
             Mar 4, 2024 4:01 PM, Ida : hello\nMar 4, 2024 4:02 PM, Max : Photo\n",
            "KakaoTalk Chats with Max\nDate Saved : Mar 4, 2024 at 16:10\n\n\nMonday, March 4, 2024\n\
             Mar 4, 2024 at 16:01, Ida : hello\nMar 4, 2024 at 16:02, Max : Photo\n",
        ] {
            assert_eq!(shown(&import(text)), said);
        }
    }

    #[test]
    fn dates_that_people_write_are_theirs() {
        let found = import(
            "KakaoTalk Chats with Max\nDate Saved : Mar 4, 2024 at 16:10\n\n\nMonday, March 4, 2024\n\
             Mar 4, 2024 at 16:01, Ida : come on\nFriday, March 8, 2024\nMar 8, 2024 at 16:00\n3/8/2024 16:00, the park : gate\n",
        );
        let said = "2024-03-04T16:01:00 Message Ida: come on\nFriday, March 8, 2024\nMar 8, 2024 at 16:00\n3/8/2024 16:00, the park : gate";
        assert_eq!(shown(&found), [said]);
    }

    #[test]
    fn without_a_title_and_with_the_owner() {
        let found = import("2024. 3. 4. 오후 4:01, 회원님 : 안녕\n2024. 3. 4. 오후 4:02, Max : 네\n");
        assert_eq!(shown(&found)[0], "2024-03-04T16:01:00 Message Me: 안녕");
        assert_eq!(found.transcript.speakers[0].role, crate::transcript::Role::Me);
    }
}
