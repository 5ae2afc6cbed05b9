//! What KakaoTalk writes in place of words.

/// What a text of somebody is.
#[derive(Debug, PartialEq, Eq)]
pub enum Body<'t> {
    /// Words.
    Words,
    /// Something sent, by its file name or the app's word for it.
    Media(&'t str),
    /// A message that was taken back.
    Deleted,
    /// A call.
    Call(&'t str),
}

/// The app's words for things that are sent.
const MEDIA: [&str; 21] = [
    "사진",
    "동영상",
    "이모티콘",
    "(이모티콘)",
    "음성메시지",
    "음성 메시지",
    "연락처",
    "지도",
    "Photo",
    "Photos",
    "Video",
    "Emoticon",
    "Emoticons",
    "(Emoticon)",
    "(emoticon)",
    "Sticker",
    "Voice Message",
    "Contact",
    "写真",
    "動画",
    "スタンプ",
];
/// What stands before the name of a file.
const FILE: [&str; 3] = ["파일: ", "File: ", "ファイル: "];
const DELETED: [&str; 2] = ["삭제된 메시지입니다", "This message was deleted"];
const CALLS: [&str; 4] = ["그룹보이스톡", "보이스톡", "그룹페이스톡", "페이스톡"];
const HOW: [&str; 7] = ["", "해요", "취소", "부재중", "종료", "시작", "응답 없음"];

/// What `text` is.
pub fn body(text: &str) -> Body<'_> {
    let plain = text.trim();
    if MEDIA.contains(&plain) || is_pictures(plain) {
        return Body::Media(plain);
    }
    if let Some(name) = FILE.iter().find_map(|word| plain.strip_prefix(word)) {
        return Body::Media(name);
    }
    if DELETED.contains(&plain.trim_end_matches('.')) {
        return Body::Deleted;
    }
    if is_call(plain) { Body::Call(plain) } else { Body::Words }
}

/// `사진 3장`.
fn is_pictures(text: &str) -> bool {
    let count = text.strip_prefix("사진 ").and_then(|rest| rest.strip_suffix('장'));
    count.is_some_and(is_number)
}

/// `보이스톡 해요`, `페이스톡 1:05`.
fn is_call(text: &str) -> bool {
    let how = CALLS.iter().find_map(|call| text.strip_prefix(call)?.strip_prefix(' '));
    let Some(how) = how.map(str::trim) else { return false };
    let behind = how.rsplit(' ').next().unwrap_or(how);
    let lasted = behind.contains(':') && behind.split(':').all(is_number);
    HOW.contains(&how) || (lasted && HOW.contains(&how[..how.len() - behind.len()].trim()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Of whom a whole line tells what the app says when people come and go.
pub fn event(line: &str) -> Option<&str> {
    const DONE: [&str; 8] = [
        "님이 들어왔습니다",
        "님이 나갔습니다",
        "님을 내보냈습니다",
        "님을 초대했습니다",
        "님을 초대하였습니다",
        "메시지를 가렸습니다",
        " joined this chatroom",
        " left this chatroom",
    ];
    // Before them stands a name or two, not a sentence.
    let names =
        |who: &str| (1..=60).contains(&who.chars().count()) && !who.contains(['.', '!', '?', '…', ',']);
    DONE.iter().find_map(|words| line.trim_end_matches('.').strip_suffix(words)).filter(|who| names(who))
}

/// Whether `who` looks like a name or two and not like the beginning of a sentence that somebody wrote: a few words, none
/// in small letters.
pub fn is_like_names(who: &str) -> bool {
    const NOBODY: [&str; 9] = ["I", "He", "She", "It", "We", "You", "They", "Who", "And"];
    let words: Vec<&str> = who.split_whitespace().collect();
    let small = |word: &&str| word.starts_with(char::is_lowercase);
    (1..=4).contains(&words.len()) && !words.iter().any(small) && !NOBODY.contains(&words[0])
}

/// Whether the app calls the owner of the export so.
pub fn is_owner(name: &str) -> bool {
    name == "회원님"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_what() {
        for (text, expected) in [
            ("사진", Body::Media("사진")),
            ("사진 12장", Body::Media("사진 12장")),
            ("사진 예쁘다", Body::Words),
            ("파일: plan.pdf", Body::Media("plan.pdf")),
            ("삭제된 메시지입니다.", Body::Deleted),
            ("보이스톡 해요", Body::Call("보이스톡 해요")),
            ("페이스톡 1:05", Body::Call("페이스톡 1:05")),
            ("보이스톡 종료 12:05", Body::Call("보이스톡 종료 12:05")),
            ("보이스톡 할래?", Body::Words),
            ("Photo please", Body::Words),
        ] {
            assert_eq!(body(text), expected, "{text}");
        }
        assert!(
            event("Ida님이 Max님을 초대했습니다.") == Some("Ida님이 Max")
                && event("님이 나갔습니다.").is_none()
                && event("나갔어요").is_none()
        );
        assert!(is_like_names("Max Lee") && is_like_names("Ida님이 Max"));
        assert!(!is_like_names("I think he") && !is_like_names("He") && !is_like_names("my mum"));
    }
}
