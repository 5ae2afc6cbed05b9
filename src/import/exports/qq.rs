//! The text export of QQ for computers: `消息对象:小美`, then `2024-05-18 18:03:22 小美(123456)` above the words, with a blank
//! line between messages. One file may hold all conversations of an account. Older versions set the day above
//! (`日期: 2024-05-18`), TIM the half of it before the clock.

use crate::import::chats::chat::{Chat, When};
use crate::import::chats::fields::{close, cut};
use crate::import::chats::ids::Ids;
use crate::import::chats::placeholders::{is_chinese, placeholder};
use crate::import::error::ImportError;
use crate::import::intake::lines::Line;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::cursor::{self, Cursor};
use crate::import::time::dates::Stamp;
use crate::import::warning::WarningKind;
use crate::import::{Format, Sink};
use crate::transcript::Kind;

/// What the lines above the messages begin with.
const TOP: [&str; 4] = ["消息记录", GROUP, WITH, DAY];
const GROUP: &str = "消息分组";
const WITH: &str = "消息对象";
const DAY: &str = "日期";
/// The name under which the app itself speaks.
const APP: &str = "系统消息";
/// How long a ruled line is at least.
const RULE: usize = 30;

/// The format.
pub struct Qq;

impl Format for Qq {
    fn name(&self) -> &'static str {
        "qq"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let lines: Vec<&str> = sample.lines().filter(|l| !l.trim().is_empty()).collect();
        let top = lines.iter().take(8).any(|l| field(l, GROUP).or(field(l, WITH)).is_some());
        let mut day = None;
        let heads = lines.iter().filter(|line| {
            day = field(line, DAY).map(str::to_owned).or(day.take());
            head(line, day.as_deref()).is_some()
        });
        let heads = heads.count();
        let known = |line: &&&str| head(line, None).is_some_and(|head| head.id.is_some());
        let ids = lines.iter().filter(known).count();
        let leads = lines.first().is_some_and(|l| known(&l));
        if top && heads > 0 {
            0.95
        } else if leads && ids > 1 && ids * 6 > lines.len() {
            0.9
        } else {
            0.0
        }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let name = source.name().to_owned();
        let lines: Vec<&str> = source.sample().lines().filter(|l| !l.trim().is_empty()).collect();
        let begins = |pair: &&[&str]| is_top(pair[0]) && field(pair[1], WITH).is_some();
        let many = lines.windows(2).filter(begins).count() > 1;
        let mut ids = Ids::default();
        let mut reading =
            Reading { chat: None, with: name.clone(), day: None, open: None, place: Place::Top };
        let mut lines = source.into_lines()?;
        let result = lines.each(|line| {
            let with = reading.begins(line.text);
            if let Some(with) = with {
                reading.close();
                if let Some(chat) = reading.chat.take() {
                    let _ = sink.emit(chat);
                }
                reading.with = if many { ids.give(&format!("{name}#{with}")).0 } else { name.clone() };
            }
            if reading.chat.is_none() && with.is_none() && head(line.text, None).is_none() {
                match line {
                    _ if line.is_blank() => sink.count_blank(),
                    _ if is_top(line.text) => sink.count_heading(),
                    _ => sink.reject(WarningKind::LineBeforeFirstMessage, line.number),
                }
                return Ok(());
            }
            let chat = reading.chat.take().unwrap_or_else(|| sink.chat(reading.with.as_str()));
            reading.chat.insert(chat).room(&name, line.number)?;
            reading.take(line);
            Ok(())
        });
        reading.close();
        sink.count_lines(lines.number());
        close(reading.chat, cut(&result, lines.number()), sink);
        result
    }
}

/// The line above the words of a message.
struct Head<'l> {
    stamp: Stamp,
    name: &'l str,
    /// The number or the address behind the name.
    id: Option<&'l str>,
}

/// What stands behind `label` and a colon.
fn field<'l>(line: &'l str, label: &str) -> Option<&'l str> {
    let rest = line.trim_start_matches('\u{feff}').trim().strip_prefix(label)?;
    rest.trim_start().strip_prefix([':', '：']).map(str::trim)
}

/// `2024-05-18 18:03:22 【管理员】小美(123456)`, `18:03:22 小美<mei@example.org>` on a day that is known.
fn head<'l>(line: &'l str, day: Option<&str>) -> Option<Head<'l>> {
    line.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    let mut at = Cursor::new(line);
    let dated = Stamp::full(&mut at);
    let stamp = match (dated, day) {
        (Some(stamp), _) => stamp,
        (None, Some(day)) => {
            let clock = Stamp::any(&mut at).filter(|s| s.shape.has_seconds())?;
            Stamp { clock: clock.clock, ..Stamp::full(&mut Cursor::new(&format!("{day} 0:00:00")))? }
        }
        (None, None) => return None,
    };
    (stamp.shape.has_seconds() && at.spaces() > 0).then_some(())?;
    let rest = at.rest().trim_end();
    let rest = rest.strip_prefix('【').and_then(|r| r.split_once('】')).map_or(rest, |(_, name)| name);
    let digits = |id: &str| id.len() > 3 && id.bytes().all(|b| b.is_ascii_digit());
    let number = rest.strip_suffix(')').and_then(|r| r.rsplit_once('(')).filter(|(_, id)| digits(id));
    let mail = rest.strip_suffix('>').and_then(|r| r.rsplit_once('<')).filter(|(_, id)| id.contains('@'));
    let (name, id) = number.or(mail).map_or((rest, None), |(name, id)| (name, Some(id)));
    let name = if name.trim().is_empty() { id? } else { name.trim() };
    (name.chars().count() <= 60).then_some(Head { stamp, name, id })
}

/// Where the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Above the messages.
    Top,
    /// Behind a blank line.
    Apart,
    /// Within a message.
    Within,
}

/// A head whose words have not begun.
struct Open {
    name: String,
    when: When,
    line: u64,
}

struct Reading {
    chat: Option<Chat>,
    /// What the conversation is called.
    with: String,
    day: Option<String>,
    open: Option<Open>,
    place: Place,
}

impl Reading {
    /// With whom another conversation is, where `line` begins one.
    fn begins<'l>(&mut self, line: &'l str) -> Option<&'l str> {
        field(line, WITH).filter(|_| self.place == Place::Top)
    }

    fn take(&mut self, line: &Line<'_>) {
        let Some(chat) = self.chat.as_mut() else { return };
        if line.is_blank() {
            if self.place == Place::Within {
                self.place = Place::Apart;
            }
            return chat.blank();
        }
        if is_rule(line.text) || (is_top(line.text) && self.place != Place::Within) {
            if let Some(day) = field(line.text, DAY) {
                self.day = Some(day.to_owned());
            }
            self.close();
            self.place = Place::Top;
            return self.heading();
        }
        let apart = self.place != Place::Within;
        match head(line.text, self.day.as_deref()).filter(|head| apart || head.id.is_some()) {
            Some(head) => self.head(&head, line.number),
            None => self.words(line),
        }
    }

    fn heading(&mut self) {
        if let Some(chat) = self.chat.as_mut() {
            chat.heading();
        }
    }

    fn head(&mut self, head: &Head<'_>, line: u64) {
        self.close();
        self.heading();
        let Some(chat) = self.chat.as_mut() else { return };
        let name = cursor::plain(head.name);
        let name = match head.id {
            Some(_) if name == APP => name,
            Some(id) => chat.person(id, &name),
            None => name,
        };
        self.open = Some(Open { name, when: When::Written(head.stamp), line });
        self.place = Place::Within;
    }

    fn words(&mut self, line: &Line<'_>) {
        self.place = Place::Within;
        let Some(chat) = self.chat.as_mut() else { return };
        match self.open.take() {
            Some(Open { name, when, .. }) if name == APP => chat.note(when, line.text.trim(), line.number),
            Some(Open { name, when, .. }) => {
                let (kind, text) = placeholder(line.text);
                chat.say(&name, when, kind, text.trim_end(), line.number);
                chat.note_cut(line);
            }
            None if !chat.is_empty() && is_chinese(line.text.trim()) => chat.add_media("", line.number),
            None if chat.append(line) => {}
            None => chat.reject(WarningKind::LineBeforeFirstMessage, line.number),
        }
    }

    /// A message without anything to show is kept, empty.
    fn close(&mut self) {
        if let (Some(open), Some(chat)) = (self.open.take(), self.chat.as_mut()) {
            chat.say_more(&open.name, open.when, Kind::Message, "", open.line);
        }
    }
}

/// Whether `line` is of those above the messages.
fn is_top(line: &str) -> bool {
    is_rule(line) || TOP.iter().any(|label| line.trim_start_matches('\u{feff}').starts_with(label))
}

/// A long line of one sign.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= RULE && ["=", "-"].iter().any(|sign| line.replace(sign, "").is_empty())
}

#[cfg(test)]
mod tests {
    use crate::import::tried;

    const RULE: &str = "================================================================";

    fn shown(text: &str) -> Vec<String> {
        tried::read("qq.txt", text, "qq")
            .iter()
            .flat_map(|found| {
                std::iter::once(format!("# {}", found.transcript.id)).chain(tried::lines(found))
            })
            .collect()
    }

    #[test]
    fn heads_with_numbers_addresses_and_neither() {
        let found = shown(&format!(
            "消息记录（此消息记录为文本格式，不支持重新导入）\n\n{RULE}\n消息分组:我的好友\n{RULE}\n消息对象:小美\n{RULE}\n\n\
             2024-05-18 18:03:22 小美(123456)\n在吗\n[表情]\n\n2024-05-18 下午 6:04:01 【管理员】阿强<qiang@example.org>\n[图片]\n\n\
             2024-05-19 8:01:10 小美(123456)\n\n2024-05-19 8:02:00 系统消息(10000)\n阿强撤回了一条消息\n\n\
             2024-05-19 8:03:00 小美\n消息对象:你\n"
        ));
        let expected = [
            "# qq.txt",
            "2024-05-18T18:03:22 小美: 在吗",
            "2024-05-18T18:03:22 小美: ",
            "2024-05-18T18:04:01 阿强: ",
            "2024-05-19T08:01:10 小美: ",
            "2024-05-19T08:02:00 *: 阿强撤回了一条消息",
            "2024-05-19T08:03:00 小美: 消息对象:你",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn several_conversations_and_days_above() {
        let found = shown(
            "消息分组:我的好友\n消息对象:小美\n\n日期: 2010-05-18\n18:03:22 小美\n在吗\n\n18:04:00 阿强\n18:30 见\n\n\
             --------------------------------\n消息对象:老王\n日期: 2010-05-19\n7:03:22 老王\n早\n",
        );
        let expected = [
            "# qq.txt#小美",
            "2010-05-18T18:03:22 小美: 在吗",
            "2010-05-18T18:04:00 阿强: 18:30 见",
            "# qq.txt#老王",
            "2010-05-19T07:03:22 老王: 早",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn messages_without_the_lines_above() {
        let text = "2024-05-18 18:03:22 小美(123456)\n在吗\n\n2024-05-18 18:04:01 阿强(654321)\n在\n";
        assert_eq!(shown(text).len(), 3);
    }
}
