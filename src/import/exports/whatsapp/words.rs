//! What the app writes in its languages. All lists are in lower case; texts are compared in lower case, without a
//! full stop at the end.

use crate::import::syntax::cursor;

/// A message that was taken back.
pub fn is_deleted(text: &str) -> bool {
    DELETED.contains(&folded(text).as_str())
}

/// A message that was taken back by somebody else, who is told of behind it.
pub fn deleted_by(text: &str) -> Option<String> {
    let text = cursor::plain(text);
    let (deleted, who) = text.trim_end_matches('.').split_once(" by admin ")?;
    is_deleted(deleted).then(|| who.to_owned())
}

/// The note on an edited message, without its brackets: a short sentence about editing, and nothing else in it.
pub fn is_edited(note: &str) -> bool {
    const LONGEST: usize = 60;
    let note = folded(note);
    let short = note.chars().count() <= LONGEST && !note.contains([':', '/', '=', '"', '?', '!']);
    short && EDITED.iter().any(|stem| note.contains(stem))
}

/// The note behind a file name, without its brackets.
pub fn is_file_attached(note: &str) -> bool {
    FILE_ATTACHED.contains(&folded(note).as_str())
}

/// Whether the words in angle brackets are about media left out.
pub fn names_media(inner: &str) -> bool {
    let inner = folded(inner);
    MEDIA.iter().any(|stem| inner.contains(stem)) && !inner.contains(':')
}

/// Whether there is a word for leaving out.
pub fn says_omitted(text: &str) -> bool {
    let text = folded(text);
    OMITTED.iter().any(|word| text.ends_with(word)) || OMITTED_FIRST.iter().any(|word| text.starts_with(word))
}

/// Whether the text begins with a known thing.
pub fn names_thing(text: &str) -> bool {
    let text = folded(text);
    THINGS.iter().any(|thing| text.strip_prefix(thing).is_some_and(|rest| rest.starts_with(' ')))
}

/// A picture or recording that could be seen once.
pub fn is_view_once(text: &str) -> bool {
    let text = folded(text);
    text.starts_with("you received a view once message")
        || text.starts_with("view once voice message omitted")
}

/// What stands in the place of a message that the phone could not read or show.
pub fn is_unread(text: &str) -> bool {
    UNREAD.contains(&folded(text).replace('’', "'").as_str())
}

/// `text` as the lists have it. Hindi letters with a dot may be one character or two.
pub fn folded(text: &str) -> String {
    let text = cursor::plain(text).to_lowercase().replace('\u{95c}', "\u{921}\u{93c}");
    text.trim_end_matches(['.', '。', '।']).to_owned()
}

const DELETED: &[&str] = &[
    "this message was deleted",
    "you deleted this message",
    "diese nachricht wurde gelöscht",
    "du hast diese nachricht gelöscht",
    "se eliminó este mensaje",
    "este mensaje fue eliminado",
    "eliminaste este mensaje",
    "ce message a été supprimé",
    "vous avez supprimé ce message",
    "mensagem apagada",
    "esta mensagem foi apagada",
    "essa mensagem foi apagada",
    "você apagou esta mensagem",
    "você apagou essa mensagem",
    "apagou esta mensagem",
    "apagaste esta mensagem",
    "questo messaggio è stato eliminato",
    "hai eliminato questo messaggio",
    "dit bericht is verwijderd",
    "dit bericht werd verwijderd",
    "u hebt dit bericht verwijderd",
    "je hebt dit bericht verwijderd",
    "данное сообщение удалено",
    "это сообщение удалено",
    "сообщение удалено",
    "вы удалили это сообщение",
    "вы удалили данное сообщение",
    "bu mesaj silindi",
    "bu mesajı sildiniz",
    "pesan ini telah dihapus",
    "pesan ini dihapus",
    "anda telah menghapus pesan ini",
    "anda menghapus pesan ini",
    "ta wiadomość została usunięta",
    "usunięto tę wiadomość",
    "usunąłeś tę wiadomość",
    "تم حذف هذه الرسالة",
    "لقد حذفت هذه الرسالة",
    "حذفت هذه الرسالة",
    "यह संदेश हटाया गया",
    "यह मैसेज हटा दिया गया",
    "आपने यह संदेश हटा दिया है",
    "このメッセージは削除されました",
    "このメッセージを削除しました",
    "此消息已被删除",
    "您已删除此消息",
    "你已删除此消息",
    "此訊息已刪除",
    "您已刪除此訊息",
    "這則訊息已被刪除",
    "삭제된 메시지입니다",
    "메시지가 삭제되었습니다",
    "이 메시지를 삭제했습니다",
    "detta meddelande raderades",
    "du raderade detta meddelande",
    "denne besked blev slettet",
    "du slettede denne besked",
    "denne meldingen ble slettet",
    "du slettet denne meldingen",
    "tämä viesti poistettiin",
    "poistit tämän viestin",
    "tato zpráva byla odstraněna",
    "tato zpráva byla smazána",
    "táto správa bola odstránená",
    "aquest missatge s'ha eliminat",
    "ova je poruka izbrisana",
    "tuto zprávu jste smazali",
    "det här meddelandet raderades",
    "це повідомлення видалено",
    "ви видалили це повідомлення",
    "acest mesaj a fost șters",
    "ai șters acest mesaj",
    "ez az üzenet törölve lett",
    "αυτό το μήνυμα διαγράφηκε",
    "הודעה זו נמחקה",
    "מחקת הודעה זו",
    "यह मैसेज डिलीट कर दिया गया",
    "यह मैसेज डिलीट कर दिया गया था",
    "यह मैसेज डिलीट किया गया",
    "आपने इस मैसेज को डिलीट कर दिया",
    "आपने यह मैसेज डिलीट कर दिया",
    "आपने यह मैसेज डिलीट किया",
    "це повідомлення було видалено",
    "삭제한 메시지입니다",
    "ההודעה נמחקה",
    "tin nhắn này đã bị xóa",
    "bạn đã xóa tin nhắn này",
    // From memory, as what follows in these lists.
    "du raderade det här meddelandet",
    "यह मैसेज मिटा दिया गया",
    "आपने यह मैसेज मिटा दिया",
    "此消息已删除",
    "您删除了此消息",
    "你删除了此消息",
    "此訊息已被刪除",
    "ข้อความนี้ถูกลบ",
    "ข้อความนี้ถูกลบแล้ว",
    "คุณลบข้อความนี้",
    "คุณลบข้อความนี้แล้ว",
    "ezt az üzenetet törölték",
    "törölted ezt az üzenetet",
    "това съобщение бе изтрито",
    "това съобщение беше изтрито",
    "изтрихте това съобщение",
];

const UNREAD: &[&str] = &[
    "waiting for this message",
    "waiting for this message. this may take a while",
    "this message can't be displayed here. please open whatsapp on your phone to view the message",
    "this message can't be displayed here",
    "warte auf diese nachricht. dies kann eine weile dauern",
];

/// Parts of the words for editing, which the note has in any wording of its language.
const EDITED: &[&str] = &[
    "edit",
    "bearbeit",
    "modifi",
    "bewerkt",
    "gewijzigd",
    "zmieniono",
    "edytow",
    "redig",
    "redag",
    "редаг",
    "редакт",
    "измен",
    "змінен",
    "düzenlen",
    "muokat",
    "uprav",
    "szerkeszt",
    "izmijenj",
    "izmenj",
    "uređen",
    "urejen",
    "επεξεργ",
    "تعديل",
    "נערכ",
    "एडिट",
    "संपादित",
    "編集",
    "编辑",
    "編輯",
    "수정",
    "แก้ไข",
    "chỉnh sửa",
];

const FILE_ATTACHED: &[&str] = &[
    "file attached",
    "datei angehängt",
    "archivo adjunto",
    "fichier joint",
    "arquivo anexado",
    "ficheiro anexado",
    "file allegato",
    "bestand bijgevoegd",
    "файл добавлен",
    "файл прикреплен",
    "файл додано",
    "dosya ekli",
    "dosya eklendi",
    "file terlampir",
    "plik dołączony",
    "załączono plik",
    "الملف مرفق",
    "ملف مرفق",
    "फ़ाइल संलग्न है",
    "फ़ाइल अटैच की गई",
    "添付ファイル",
    "文件附件",
    "档案附件",
    "檔案附件",
    "附件",
    "파일 첨부됨",
    "bifogad fil",
    "fil vedhæftet",
    "fil vedlagt",
    "tiedosto liitetty",
    "soubor přiložen",
    "fișier atașat",
    "fájl csatolva",
    "επισυνάπτεται αρχείο",
    "קובץ מצורף",
];

/// Stems of the words for media.
const MEDIA: &[&str] = &[
    "media ",
    "medien",
    "medya",
    "mediefil",
    "mediafil",
    "medier",
    "multimed",
    "médi",
    "mídia",
    "média",
    "медиа",
    "медіа",
    "وسائط",
    "मीडिया",
    "メディア",
    "多媒体",
    "多媒體",
    "媒体",
    "미디어",
    "המדיה",
    "πολυμέσ",
    "archivo omitido",
    "arquivo de mídia",
    "ficheiro não revelado",
    "utelämnad media",
    "multimèdia",
    "medijski sadržaj",
    "മീഡിയ",
    "媒體",
    "phương tiện",
    "fichier omis",
    "медіафайл",
    "мултимед",
    "สื่อ",
];

/// Endings that say that something was left out.
const OMITTED: &[&str] = &[
    "omitted",
    "weggelassen",
    "ausgelassen",
    "omitido",
    "omitida",
    "omitidos",
    "omis",
    "omise",
    "absent",
    "absente",
    "ocultado",
    "ocultada",
    "oculto",
    "omesso",
    "omessa",
    "weggelaten",
    "отсутствует",
    "пропущено",
    "опущено",
    "dahil edilmedi",
    "tidak disertakan",
    "pominięto",
    "pominięty",
    "含まれていません",
    "省略",
    "已忽略",
    "已省略",
    "생략됨",
    "utelämnad",
    "udeladt",
    "vynechán",
    "vynecháno",
    "vynechána",
    "utelatt",
    "jätettiin pois",
    "הושמט",
    "הושמטה",
    "retiré",
    "manquant",
    "manquante",
    "non incluso",
    "non inclusa",
    "escluso",
    "esclusa",
    "छोड़ा गया",
    "छोड़ी गई",
    "छोड़े गए",
    "제외됨",
    "không được bao gồm",
    "已略去",
];

/// The same before the thing.
const OMITTED_FIRST: &[&str] = &["pominięto ", "تم استبعاد ", "đã bỏ qua ", "ไม่รวม"];

const THINGS: &[&str] = &[
    "image",
    "photo",
    "picture",
    "video",
    "video note",
    "view once photo",
    "view once video",
    "view once voice message",
    "audio",
    "voice message",
    "sticker",
    "gif",
    "document",
    "contact card",
    "bild",
    "dokument",
    "kontaktkarte",
    "imagen",
    "foto",
    "vídeo",
    "documento",
    "imagem",
    "áudio",
    "figurinha",
    "immagine",
    "afbeelding",
    "vidéo",
    "изображение",
    "видео",
    "аудио",
    "стикер",
];
