//! Pictures, recordings and files, as an export writes them with and without the files themselves.

use super::words;
use crate::import::chats::parts::is_file_name;
use crate::import::chats::placeholders::is_vibers;
use crate::import::syntax::cursor;

/// The file name, or nothing, when the whole text stands for something sent. `marked`: the app wrote it.
pub fn whole(text: &str, marked: bool) -> Option<&str> {
    if let Some(file) = attached_note(text)
        .or_else(|| attached_behind(text))
        .or_else(|| omitted_document(text))
        .or_else(|| attached_document(text))
    {
        return Some(file);
    }
    // Viber's texts have heads like these.
    let left_out =
        omitted_in_brackets(text) || omitted_noun(text, marked) || text == "null" || is_vibers(text);
    (left_out || words::is_view_once(text)).then_some("")
}

/// Words with a picture after them on the same line, as iOS writes captions.
pub fn after_words(text: &str) -> Option<(&str, &str)> {
    let at = text.rfind('\u{200e}').filter(|at| *at > 0)?;
    let (words, note) = text.split_at(at);
    let file = whole(note.trim_matches(|c| c == ' ' || cursor::is_mark(c)), true)?;
    let words = words.trim_end_matches(|c: char| c == ' ' || cursor::is_mark(c));
    (!words.is_empty()).then_some((words, file))
}

/// `<attached: f>` in any language: a word, a colon and a file name in angle brackets.
fn attached_note(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    let (word, file) = inner.split_once([':', '：'])?;
    let file = file.trim_matches(|c: char| c.is_whitespace() || cursor::is_mark(c));
    (word.chars().count() <= 24 && is_file_name(file)).then_some(file)
}

/// `f (file attached)` in the languages known.
fn attached_behind(text: &str) -> Option<&str> {
    let (file, note) = text.strip_suffix(')')?.rsplit_once(" (")?;
    let file = file.trim_matches(cursor::is_mark);
    (words::is_file_attached(note) && is_file_name(file)).then_some(file)
}

/// `f • 12 pages document omitted`, as iOS writes: the app's mark stands before what it says of the file.
fn omitted_document(text: &str) -> Option<&str> {
    let (told, note) = text.rsplit_once('\u{200e}')?;
    let name = told.split(" •").next()?.trim_end_matches(|c: char| c == ' ' || cursor::is_mark(c));
    (omitted_noun(note, true) && is_file_name(name)).then_some(name)
}

/// `f • 12 pages <attached: 00000012-f>`, as iOS writes: what it says of the file stands before the note on it.
fn attached_document(text: &str) -> Option<&str> {
    let (told, note) = text.rsplit_once('\u{200e}')?;
    let name = told.split(" •").next()?.trim_matches(|c: char| c == ' ' || cursor::is_mark(c));
    let file = attached_note(note.trim())?;
    let behind = file.strip_suffix(name)?;
    let numbered = behind.ends_with('-') && behind.starts_with(|c: char| c.is_ascii_digit());
    (is_file_name(name) && (numbered || behind.is_empty())).then_some(file)
}

/// `<Media omitted>`, by the known wordings or by the word for media in it.
fn omitted_in_brackets(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('<').and_then(|t| t.strip_suffix('>')) else { return false };
    let short = inner.chars().count() <= 48 && !inner.contains(['<', '>']);
    short && (words::names_media(inner) || omitted_noun(inner, false))
}

/// `image omitted`: a thing and the word for leaving it out. Without the app's mark both words must be known.
fn omitted_noun(text: &str, marked: bool) -> bool {
    let text = text.trim_end_matches('.');
    let few = text.chars().count() <= 48 && text.split_whitespace().count() <= 5;
    few && words::says_omitted(text) && (marked || words::names_thing(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_names() {
        for text in [
            "<attached: 00000012-PHOTO-2022-03-18-14-56-12.jpg>",
            "<Anhang: a.opus>",
            "<pièce jointe : a.jpg>",
            "<添付ファイル： a.jpg>",
            "IMG-20220318-WA0001.jpg (file attached)",
            "a b.pdf (Datei angehängt)",
            "\u{200e}IMG.jpg (archivo adjunto)",
            "x.vcf (fichier joint)",
            "y.mp4 (arquivo anexado)",
        ] {
            let text = text.trim_matches(cursor::is_mark);
            let file = whole(text, false).unwrap_or_else(|| panic!("{text}"));
            assert!(is_file_name(file) && !file.contains([':', '(']), "{file}");
        }
    }

    #[test]
    fn documents_left_out_keep_their_names() {
        assert_eq!(whole("pay.pdf • \u{200e}1 page \u{200e}document omitted", true), Some("pay.pdf"));
        assert_eq!(whole("hw.docx \u{200e}Dokument weggelassen", true), Some("hw.docx"));
        assert_eq!(whole("look \u{200e}image omitted", false), None);
        let file = Some("00000012-pay.pdf");
        assert_eq!(whole("pay.pdf • \u{200e}1 page \u{200e}<attached: 00000012-pay.pdf>", false), file);
        assert_eq!(whole("pay.pdf \u{200e}<Anhang: 00000012-pay.pdf>", false), file);
        assert_eq!(whole("see pay.pdf \u{200e}<attached: 00000012-pay.pdf>", false), None);
    }

    #[test]
    fn things_left_out() {
        for text in [
            "<Media omitted>",
            "<Medien ausgeschlossen>",
            "<Multimedia omitido>",
            "<Médias omis>",
            "<Mídia oculta>",
            "<Media omessi>",
            "<Media weggelaten>",
            "<Без медиафайлов>",
            "<Medya dahil edilmedi>",
            "<Media tidak disertakan>",
            "<pominięto multimedia>",
            "<تم استبعاد الوسائط>",
            "<省略多媒体文件>",
            "<मीडिया छोड़ा गया>",
            "<Archivo omitido>",
            "<Ficheiro não revelado>",
            "<Fichier omis>",
            "<已省略媒體>",
            "<Đã bỏ qua file phương tiện>",
            "<View once voice message omitted>",
            "<Video note omitted>",
            "<Audio weggelassen>",
            "null",
            "Photo message",
            "image omitted",
            "GIF omitted",
            "Bild weggelassen",
            "image absente",
            "imagen omitida",
            "Contact card omitted",
        ] {
            assert_eq!(whole(text, false), Some(""), "{text}");
        }
        for text in [
            "imagem ocultada",
            "画像は含まれていません",
            "изображение отсутствует",
            "afbeelding weggelaten",
            "pominięto naklejkę",
            "GIF retiré",
            "carte de contact manquante",
            "sticker non incluso",
            "GIF esclusa",
            "इमेज छोड़ी गई",
            "GIF छो\u{95c}ा गया",
            "تم استبعاد بطاقة جهة الاتصال",
        ] {
            assert_eq!(whole(text, true), Some(""), "{text}");
        }
    }

    #[test]
    fn what_people_write_is_no_media() {
        for text in [
            "<plan omitted>",
            "photo message",
            "Photo message?",
            "<3",
            "<b>bold</b>",
            "I omitted a word",
            "look (file attached)",
            "see a.b (really)",
            "nullify",
        ] {
            assert_eq!(whole(text, false), None, "{text}");
        }
    }

    #[test]
    fn captions() {
        assert_eq!(after_words("my cat \u{200e}<attached: a.jpg>"), Some(("my cat", "a.jpg")));
        assert_eq!(after_words("my cat \u{200e}image omitted"), Some(("my cat", "")));
        assert_eq!(after_words("my \u{200e}cat"), None);
    }
}
