//! Messages without words: what stands for them in a text, and the kinds that sources name.

use crate::transcript::Kind;

/// Texts that stand for something that is no text.
const PLACEHOLDERS: [&str; 6] = ["<photo>", "<video>", "<voice>", "<sticker>", "<file>", "<media>"];
/// The same as WeChat and QQ have them.
const CHINESE: [&str; 19] = [
    "图片",
    "照片",
    "语音",
    "表情",
    "动画表情",
    "视频",
    "小视频",
    "文件",
    "位置",
    "名片",
    "闪照",
    "圖片",
    "照片訊息",
    "語音",
    "貼圖",
    "動態貼圖",
    "影片",
    "檔案",
    "位置訊息",
];
/// The same as Viber has them.
const VIBERS: [&str; 2] = ["Photo message", "Video message"];

/// Whether `text` is what Viber has in the place of a picture.
pub fn is_vibers(text: &str) -> bool {
    VIBERS.contains(&text.trim())
}

/// Whether `text` is what WeChat and QQ have in the place of a picture, and nothing else: `[图片]`, or with the name of a file, `[图片: a.jpg(请在附件中查看)]`.
pub fn is_chinese(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).filter(|inner| !inner.contains(']'));
    inner.is_some_and(|inner| CHINESE.contains(&inner.split([':', '：']).next().unwrap_or(inner)))
}

/// Whether `text` stands for a picture also where it is a line below words: `[图片]`, `<sticker>`.
pub fn stands_alone(text: &str) -> bool {
    is_chinese(text) || PLACEHOLDERS.contains(&text)
}

/// The kind of a message with this text, and the text that remains.
pub fn placeholder(text: &str) -> (Kind, &str) {
    match text.trim() {
        "<deleted>" => (Kind::Deleted, ""),
        word if PLACEHOLDERS.contains(&word) || is_vibers(word) || is_chinese(word) => (Kind::Media, ""),
        _ => (Kind::Message, text),
    }
}

/// The kind of a message for which its source names one, and the text that remains. Without a kind the text tells.
pub fn told_kind<'t>(told: Option<&str>, text: &'t str) -> (Kind, &'t str) {
    match told {
        Some("message") => (Kind::Message, text),
        Some("media") => (Kind::Media, text),
        Some("deleted") => (Kind::Deleted, text),
        Some("system") => (Kind::System, text),
        _ => placeholder(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_brackets_that_stand_alone() {
        for text in ["[图片]", " [动画表情] ", "[語音]", "<photo>", "[图片: 8b0a.jpg(请在附件中查看)]"]
        {
            assert_eq!(placeholder(text), (Kind::Media, ""), "{text}");
        }
        for text in ["[图片]好看", "[微笑]", "图片", "可以啊[表情]", "[]"] {
            assert_eq!(placeholder(text), (Kind::Message, text), "{text}");
        }
    }
}
