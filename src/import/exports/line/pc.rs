//! LINE on PC and Mac: `2024.01.13 Saturday`, then `21:07 Ida Berg hello` with spaces between. Where a name ends shows in
//! what comes again at the beginning of lines.

use std::collections::HashMap;

use super::{Day, Said, clock, unsent_by};

/// How many lines a longer name needs to be believed by repetition alone.
const OFTEN: usize = 3;
/// Words that a name may have.
const LONGEST: usize = 5;

/// Words that stand alone for what cannot be exported.
const ABSENT: [&str; 50] = [
    "Stickers",
    "Sticker",
    "Photos",
    "Photo",
    "Videos",
    "Video",
    "Files",
    "File",
    "Voice messages",
    "Voice message",
    "Albums",
    "Contacts",
    "Locations",
    "Location",
    "スタンプ",
    "写真",
    "画像",
    "動画",
    "ファイル",
    "ボイスメッセージ",
    "アルバム",
    "連絡先",
    "位置情報",
    "스티커",
    "사진",
    "동영상",
    "파일",
    "음성메시지",
    "음성 메시지",
    "앨범",
    "연락처",
    "위치",
    "貼圖",
    "圖片",
    "照片",
    "影片",
    "檔案",
    "語音訊息",
    "相簿",
    "聯絡資訊",
    "位置訊息",
    "贴图",
    "图片",
    "视频",
    "สติกเกอร์",
    "รูป",
    "รูปภาพ",
    "วิดีโอ",
    "ไฟล์",
    "ข้อความเสียง",
];
/// The sign before what is told of a call.
const CALL: char = '☎';

/// The beginnings of lines.
pub struct Names {
    /// How often each comes.
    known: HashMap<String, usize>,
    /// How many beginnings that come often are a word longer than each, and how often they come together.
    longer: HashMap<String, (usize, usize)>,
    /// Whether hours are written without a zero before them.
    short: bool,
}

impl Names {
    /// Those of a file of this kind; `None` when it is of another.
    pub fn learn<'l>(lines: impl Iterator<Item = &'l str>) -> Option<Self> {
        let mut lines = lines.filter(|line| !line.trim().is_empty()).peekable();
        lines.peek().is_some_and(|first| is_day(first)).then_some(())?;
        let mut beginnings = HashMap::<String, usize>::new();
        let (mut said, mut others) = (0, 0);
        let lines: Vec<&str> = lines.collect();
        let hours = lines.iter().filter_map(|line| timed(line)).map(|(_, rest, digits)| (rest, digits));
        let short = hours.clone().any(|(_, digits)| digits == 1)
            && !lines.iter().any(|line| line.starts_with('0') && timed(line).is_some());
        for line in lines {
            let Some((_, rest, _)) = timed(line).filter(|(_, _, digits)| short || *digits == 2) else {
                others += usize::from(!is_day(line));
                continue;
            };
            said += 1;
            for name in starts(rest).take(LONGEST) {
                *beginnings.entry(name.to_owned()).or_insert(0) += 1;
            }
        }
        let mut longer = HashMap::<String, (usize, usize)>::new();
        for (beginning, count) in beginnings.iter().filter(|(_, count)| **count >= OFTEN) {
            if let Some((shorter, _)) = beginning.rsplit_once(' ') {
                let (names, lines) = longer.entry(shorter.to_owned()).or_default();
                (*names, *lines) = (*names + 1, *lines + count);
            }
        }
        (said > 0 && said >= others).then_some(Self { known: beginnings, longer, short })
    }

    /// A line that somebody said, and whether where the name ends is doubtful.
    /// An hour of one digit begins one only where no zeros stand before hours, behind the time of the `last` of that day, and
    /// before a name that comes again.
    pub fn message<'l>(&self, line: &'l str, last: Option<(u32, u32)>) -> Option<(Said<'l>, bool)> {
        let (clock, rest, digits) = timed(line)?;
        let fits = digits == 2 || (self.short && last.is_none_or(|last| last <= clock));
        fits.then_some(())?;
        if unsent_by(rest).is_some() {
            return Some((Said { clock, name: None, text: rest }, false));
        }
        let (name, sure) = self.name(rest).filter(|(name, _)| digits == 2 || self.count(name) > 1)?;
        let text = rest[name.len()..].strip_prefix(' ').unwrap_or("");
        Some((Said { clock, name: Some(name), text }, !sure))
    }

    /// The name with which `rest` begins, and whether that is sure.
    fn name<'l>(&self, rest: &'l str) -> Option<(&'l str, bool)> {
        let mut starts = starts(rest).take(LONGEST);
        let (mut name, mut sure) = (starts.next()?, true);
        let mut count = self.count(name);
        for longer in starts {
            let more = self.count(longer);
            // A longer name ends all or nearly all lines that begin so, or is one of several that come often.
            let always = more == count && count >= OFTEN;
            let shared = more >= OFTEN && self.is_shared(name, count);
            let looks = more == count && count > 1 && is_capital(&longer[name.len()..]);
            if !(always || shared || looks) || longer.len() == rest.trim_end().len() && more == 1 {
                break;
            }
            (name, count, sure) = (longer, more, sure && (always || shared));
        }
        Some((name, sure && count > 1))
    }

    /// Whether nearly all lines that begin with `name` go on with one of a few words that come often: people who share
    /// a first name.
    fn is_shared(&self, name: &str, count: usize) -> bool {
        let (people, lines) = self.longer.get(name).copied().unwrap_or_default();
        people > 1 && people * OFTEN <= count && lines * 10 >= count * 9
    }

    fn count(&self, name: &str) -> usize {
        self.known.get(name).copied().unwrap_or(0)
    }
}

/// Whether `text` only stands for what cannot be exported.
pub fn is_absent(text: &str) -> bool {
    ABSENT.contains(&text.trim())
}

/// `2024.01.13 Saturday`: with dots, and a day of the week behind.
fn is_day(line: &str) -> bool {
    let (date, weekday) = line.trim().split_once(' ').unwrap_or((line, ""));
    date.len() == 10 && date.matches('.').count() == 2 && !weekday.is_empty() && Day::read(line).is_some()
}

/// The time with which a line begins, the rest, and how many digits the hour has.
fn timed(line: &str) -> Option<((u32, u32), &str, usize)> {
    let (time, rest) = line.trim_start_matches('\u{feff}').split_once(' ')?;
    let plain = matches!(time.len(), 4 | 5) && !rest.starts_with(' ') && !rest.contains('\t');
    let digits = time.find(':').filter(|digits| time.len() == digits + 3);
    Some((clock(time).filter(|_| plain)?, rest, digits?))
}

/// The first word of `text`, the first two, and so on, up to what stands for something else than words.
fn starts(text: &str) -> impl Iterator<Item = &str> {
    let name = |start: &&str| {
        let (first, last) = start.rsplit_once(' ').unwrap_or(("", start));
        first.is_empty() || !(ABSENT.contains(&last) || last.starts_with(CALL))
    };
    let ends = text.match_indices(' ').map(|(at, _)| at).chain([text.len()]);
    ends.map(|end| &text[..end]).filter(|start| !start.trim().is_empty()).take_while(name)
}

/// Whether a further word of a name would be one: it has a capital, and is not "I".
fn is_capital(word: &str) -> bool {
    let word = word.trim();
    word.chars().next().is_some_and(char::is_uppercase) && word.chars().count() > 1
}

#[cfg(test)]
mod tests {
    use crate::import::tried;

    fn shown(text: &str) -> (Vec<String>, u64) {
        let found = tried::read("t.txt", text, "line");
        // Of each time the day and the minutes.
        let lines =
            found.iter().flat_map(tried::lines).map(|line| format!("{}{}", &line[8..16], &line[19..]));
        let doubts =
            found.iter().flat_map(|found| &found.warnings).filter(|w| w.kind.id() == "doubtful-name");
        (lines.collect(), doubts.map(|w| w.count).sum())
    }

    #[test]
    fn names_are_what_comes_again() {
        let (found, doubts) = shown(
            "2024.01.13 Saturday\n21:07 Ida Berg hello\n21:08 Max I am here\nand more\n21:09 Ida Berg how are you\n\
             21:10 Ida Berg unsent a message.\n21:11 Max Stickers\n2024.01.14 Sunday\n08:00 Ida Berg fine\n",
        );
        let expected = [
            "13T21:07 Ida Berg: hello",
            "13T21:08 Max: I am here\nand more",
            "13T21:09 Ida Berg: how are you",
            "13T21:10 Ida Berg: ",
            "13T21:11 Max: Stickers",
            "14T08:00 Ida Berg: fine",
        ];
        assert_eq!((found, doubts), (expected.map(str::to_owned).to_vec(), 0));
    }

    #[test]
    fn hours_of_one_digit_and_what_stands_for_pictures_and_calls() {
        let (found, _) = shown(
            "2024.01.13 土曜日\n18:04 けんた スタンプ\n18:08 けんた 電車\n7:50 発\n18:09 みさき 写真\n18:10 みさき ☎ 通話時間 3:21\n\
             2024.01.14 日曜日\n7:50 けんた 遅れてる\n7:51 みさき はい\n",
        );
        let expected = [
            "13T18:04 けんた: スタンプ",
            "13T18:08 けんた: 電車\n7:50 発",
            "13T18:09 みさき: 写真",
            "13T18:10 *: みさき: ☎ 通話時間 3:21",
            "14T07:50 けんた: 遅れてる",
            "14T07:51 みさき: はい",
        ];
        assert_eq!(found, expected);
        // Elsewhere hours have a zero.
        let (found, _) = shown("2024.01.13 土曜日\n08:04 けんた 電車は\n9:50 けんた発\n09:51 みさき はい\n");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn shared_first_names_and_names_that_come_once() {
        let day = "2024.01.13 星期六\n";
        let lines = ["Berg hello", "Berg yes", "Berg how", "Moor so", "Moor ok", "Moor no"]
            .map(|l| format!("21:07 Ida {l}\n"));
        let (found, doubts) = shown(&format!("{day}{}21:09 Max hi you\n", lines.concat()));
        assert_eq!(
            (found[0].as_str(), found[3].as_str()),
            ("13T21:07 Ida Berg: hello", "13T21:07 Ida Moor: so")
        );
        assert_eq!((found[6].as_str(), doubts), ("13T21:09 Max: hi you", 1));
    }
}
