//! What the app writes in its languages. All lists are in lower case; texts are compared in lower case, without a
//! full stop at the end.

use super::super::cursor;

/// A message that was taken back.
pub fn is_deleted(text: &str) -> bool {
    DELETED.contains(&folded(text).as_str())
}

/// The note on an edited message, without its brackets.
pub fn is_edited(note: &str) -> bool {
    EDITED.contains(&folded(note).as_str())
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
    OMITTED.iter().any(|word| text.ends_with(word))
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

/// Whether what stands before a colon is no name but the start of a notice.
pub fn is_notice(name: &str) -> bool {
    let name = folded(name);
    NOTICES.iter().any(|phrase| name.contains(phrase))
}

/// Whether a body with the app's mark is a notice. Every other marked body stays somebody's words: a mark alone must
/// not hide a message.
pub fn is_app_notice(text: &str) -> bool {
    let text = folded(text);
    is_notice(&text)
        || ENCRYPTED.iter().any(|phrase| text.contains(phrase))
        || APP_NOTICES.iter().any(|phrase| text.starts_with(phrase))
}

fn folded(text: &str) -> String {
    cursor::plain(text).to_lowercase().trim_end_matches(['.', '。']).to_owned()
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
    "це повідомлення видалено",
    "ви видалили це повідомлення",
    "acest mesaj a fost șters",
    "ai șters acest mesaj",
    "ez az üzenet törölve lett",
    "αυτό το μήνυμα διαγράφηκε",
    "הודעה זו נמחקה",
    "מחקת הודעה זו",
];

const EDITED: &[&str] = &[
    "this message was edited",
    "diese nachricht wurde bearbeitet",
    "se editó este mensaje",
    "este mensaje fue editado",
    "ce message a été modifié",
    "mensagem editada",
    "esta mensagem foi editada",
    "essa mensagem foi editada",
    "questo messaggio è stato modificato",
    "dit bericht is bewerkt",
    "dit bericht is gewijzigd",
    "это сообщение изменено",
    "данное сообщение изменено",
    "сообщение изменено",
    "bu mesaj düzenlendi",
    "pesan ini diedit",
    "pesan ini telah diedit",
    "ta wiadomość została edytowana",
    "تم تعديل هذه الرسالة",
    "यह मैसेज एडिट किया गया",
    "このメッセージは編集されました",
    "此消息已被编辑",
    "此消息已编辑",
    "此訊息已編輯",
    "detta meddelande har redigerats",
    "denne besked er redigeret",
    "denne meldingen er redigert",
    "це повідомлення змінено",
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
    "تم استبعاد الصورة",
    "含まれていません",
    "省略",
    "已忽略",
    "已省略",
    "생략됨",
    "utelämnad",
    "udeladt",
    "utelatt",
    "jätettiin pois",
    "הושמט",
    "הושמטה",
];

const THINGS: &[&str] = &[
    "image",
    "photo",
    "picture",
    "video",
    "video note",
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

/// Parts of notices that stand before a colon, where a name would stand.
const NOTICES: &[&str] = &[
    "changed the subject",
    "changed the group",
    "changed this group",
    "changed the description",
    "changed the settings",
    "changed to +",
    "created group",
    "created this group",
    "security code",
    "pinned a message",
    "hat den betreff",
    "hat die gruppe",
    "hat gruppe",
    "hat die beschreibung",
    "cambió el asunto",
    "cambió el nombre",
    "cambió la descripción",
    "creó el grupo",
    "a changé l",
    "a modifié l",
    "a créé le groupe",
    "mudou o assunto",
    "mudou o nome",
    "alterou o nome",
    "mudou a descrição",
    "criou o grupo",
    "ha cambiato l'oggetto",
    "ha cambiato il nome",
    "ha creato il gruppo",
    "heeft het onderwerp",
    "heeft de groep",
    "heeft groep",
    "изменил тему",
    "изменил название",
    "изменила название",
    "создал группу",
    "создала группу",
    "grubun konusunu",
    "konuyu değiştirdi",
    "mengubah subjek",
    "membuat grup",
    "zmienił temat",
    "zmieniła temat",
    "utworzył grupę",
    "ändrade ämnet",
    "skapade gruppen",
];

/// How the notice of encryption, the first line of nearly every export, is told in each language.
const ENCRYPTED: &[&str] = &[
    "end-to-end encrypted",
    "end-to-end-verschlüsselt",
    "ende-zu-ende-verschlüsselt",
    "cifrados de extremo a extremo",
    "chiffrés de bout en bout",
    "criptografia de ponta a ponta",
    "encriptadas ponta a ponta",
    "crittografati end-to-end",
    "crittografia end-to-end",
    "end-to-end versleuteld",
    "сквозным шифрованием",
    "uçtan uca şifreli",
    "terenkripsi secara end-to-end",
    "szyfrowane metodą end-to-end",
    "مشفرة تمامًا بين الطرفين",
    "एंड-टू-एंड एन्क्रिप्टेड",
    "エンドツーエンド暗号化",
    "端到端加密",
    "端對端加密",
    "종단간 암호화",
    "krypterade från ände till ände",
];

/// How other notices begin that iOS puts under a name.
const APP_NOTICES: &[&str] = &[
    "missed voice call",
    "missed video call",
    "missed group",
    "voice call,",
    "video call,",
    "you were added",
    "waiting for this message",
    "verpasster sprachanruf",
    "verpasster videoanruf",
    "llamada perdida",
    "llamada de voz perdida",
    "appel vocal manqué",
    "appel vidéo manqué",
    "chamada de voz perdida",
    "chamada de vídeo perdida",
    "chiamata persa",
    "gemiste spraakoproep",
];
