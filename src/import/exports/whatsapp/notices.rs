//! What the app says of itself in its languages: lines without a name, and notices that iOS puts under one. All lists
//! are in lower case.

use super::calls;
use super::words::folded;

/// Whether what stands before a colon is no name but the start of a notice.
pub fn is_notice(name: &str) -> bool {
    let name = folded(name);
    NOTICES.iter().any(|phrase| name.contains(phrase))
}

/// Whether a body with the app's mark is a notice by its words. Before them may stand who did it, and behind them no speech.
pub fn is_app_notice(text: &str) -> bool {
    const LONGEST: usize = 60;
    const LONGEST_REST: usize = 160;
    let text = folded(text);
    let short = |text: &str| text.chars().count() <= LONGEST;
    let by_somebody = |phrase: &&str| {
        text.find(*phrase).is_some_and(|at| short(&text[..at]) && !text[..at].contains(['.', '!', '?', ',']))
    };
    NOTICES.iter().any(by_somebody)
        || tells_of_encryption(&text)
        || BEGINNINGS.iter().any(|phrase| text.strip_prefix(phrase).is_some_and(short))
        || LONG.iter().any(|phrase| text.strip_prefix(phrase).is_some_and(|rest| rest.len() <= LONGEST_REST))
        || WHOLE.contains(&text.as_str())
        || calls::is_call(&text)
}

/// Whether it is the notice of encryption.
pub fn tells_of_encryption(text: &str) -> bool {
    let text = folded(text);
    ENCRYPTED.iter().any(|phrase| text.find(phrase).is_some_and(|at| text[..at].chars().count() <= 60))
}

/// Who left, when the text says only that somebody did.
pub fn without_leaving(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['.', '。']);
    let lower = text.to_lowercase();
    let behind = LEFT_BEHIND.iter().find(|phrase| lower.ends_with(*phrase));
    let before = LEFT_BEFORE.iter().find(|phrase| lower.starts_with(*phrase));
    let who = match (behind, before) {
        (Some(phrase), _) => text.get(..text.len().checked_sub(phrase.len())?)?,
        (None, Some(phrase)) => text.get(phrase.len()..)?,
        (None, None) => return None,
    };
    Some(who.to_owned())
}

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
    "started an event",
    "security code with",
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
    "ändrade gruppnamn",
    "oprettede gruppen",
    "ændrede gruppens",
    "vytvořil tuto skupinu",
    "vytvořila tuto skupinu",
    "vytvořil skupinu",
    "vytvořila skupinu",
    "set the group description",
    "you're now chatting with",
    "you’re now chatting with",
    "létrehozta a következő csoportot",
    "this group to the community",
    "this group from the community",
    "diese gruppe zur community",
    "diese gruppe aus der community",
    "este grupo a la comunidad",
    "este grupo de la comunidad",
    "ce groupe à la communauté",
    "ce groupe de la communauté",
    "este grupo à comunidade",
    "este grupo da comunidade",
    "questo gruppo alla community",
    "questo gruppo dalla community",
    "deze groep toegevoegd aan de community",
    "deze groep verwijderd uit de community",
    "эту группу в сообщество",
    "эту группу из сообщества",
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
    "наскрізним шифруванням",
    "w pełni szyfrowane",
    "מוצפנות מקצה לקצה",
    "エンドツーエンドで暗号化",
    "mã hóa đầu cuối",
    "krypterade från ände till ände",
    "totalsträckskrypterade",
    "ถูกเข้ารหัสจากต้นทางถึงปลายทาง",
    "végpontok között titkosítottak",
    "шифровани от край до край",
    "end-to-end-krypterede",
    "ende-til-ende-krypter",
    "koncovým šifrováním",
    "end-to-end šifrované",
    "xifrats d'extrem a extrem",
];

/// How other notices begin that iOS puts under a name.
const BEGINNINGS: &[&str] = &[
    "you were added",
    "you joined using this group",
    "you're now an admin",
    "you’re now an admin",
    "you turned on disappearing messages",
    "you turned off disappearing messages",
    "this group was created",
    "your security code with",
    "deine sicherheitsnummer für",
    "tu código de seguridad con",
    "votre code de sécurité avec",
    "il tuo codice di sicurezza con",
    "je beveiligingscode met",
    "seu código de segurança com",
];

/// The same of those that are so long that nobody would begin like this.
const LONG: &[&str] = &[
    "only messages that mention or people share with @meta ai",
    "messages are generated by ai",
    "this business works with other companies",
    "this business uses a secure service",
];

/// Notices as a whole.
const WHOLE: &[&str] = &["you blocked this contact", "you unblocked this contact"];

/// What stands behind a name when somebody leaves.
const LEFT_BEHIND: &[&str] = &[
    " left",
    " hat die gruppe verlassen",
    " est parti",
    " est partie",
    " est parti·e",
    " est parti(e)",
    " salió del grupo",
    " saiu",
    " saiu do grupo",
    " ha abbandonato",
    " ha abbandonato il gruppo",
    " heeft de groep verlaten",
    " opuścił(a) grupę",
    " вышел(-а) из группы",
    " вышел из группы",
    " вышла из группы",
    " виходить із групи",
    " ayrıldı",
    " चले गए",
    " עזב",
    " עזב/ה",
    "が退出しました",
    "님이 나갔습니다",
    " 已退出",
    "已退出",
];

/// The same in front of a name.
const LEFT_BEFORE: &[&str] = &["غادر "];
