//! Names of columns in the languages that exports come in: English, German, French, Spanish, Portuguese, Italian, Dutch,
//! Polish, Swedish, Turkish, Russian, Ukrainian.

use super::composed;
use ::csv::StringRecord;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a column may be for, by its name: words in lower case, letters only, without accents, with spaces between; the
/// likeliest first.
pub type Role = &'static str;

/// Which conversation a row belongs to.
pub const CONVERSATION: Role = "conversation conversationid convid chat chatid chatname thread threadid channel channelid channelurl \
     room roomid chatroom group groupid groupname session sessionid chatsession dialogue dialogueid \
     dialog dialogid case caseid ticket ticketid talkerid unterhaltung konversation gesprach gruppe \
     discussion groupe conversacion conversa grupo conversazione gruppo gesprek groep rozmowa czat grupa \
     gesprachsid gesprachid gesprachsnr gesprachsnummer gespraech gespraechsid gespraechsnr gespraechsnummer unterhaltungsid unterhaltungsnr \
     konversationsid konversationsnr chatnr chatno chatnumber chatnummer threadno raum raumid kanal kanalid sala salon canal canale kanaal \
     conversationno conversationnumber conversationref chatref \
     chatt grupp sohbet konusma grup чат беседа диалог переписка группа розмова бесіда діалог група";

/// The same by the number of a case, as names made of [`super::composed`]'s words for these mean.
pub const CASE: Role = "casenumber";

/// Who wrote it.
pub const SENDER: Role = "speaker sender sendername from fromname author authorname user username nick who participant sentby postedby login screenname poster \
     writer wer qui quien chi wie kto кто хто absender absendername von verfasser autor benutzer teilnehmer expediteur envoyeur emetteur \
     auteur de utilisateur remitente emisor enviadopor usuario remetente mittente da autore utente \
     afzender van gebruiker nadawca od uzytkownik avsandare fran anvandare gonderen kimden kullanici \
     whosaid whosaidit whosaysit whowrote whowroteit whosent whosentit saidby writtenby personwriting quem quemescreveu quemdisse quemfalou quemenviou \
     quienescribe quienescribio quienlodijo quiendijo quienhabla quiaecrit quiecrit quiparle quiadit werschreibt werschrieb werspricht \
     wersagt wersagte wergeschriebenhat chiscrive chihascritto chiparla wieschrijft wieschreef ktonapisal ktopisze ktomowi kim kimyazdi \
     vem vemskrev hvem hvemskrev kuka ктонаписал ктопишет ктоговорит ктосказал хтонаписав хтопише 谁 誰 누구 \
     felado odesilatel отправитель от автор пользователь відправник від користувач";

/// The number or id of who wrote it, for rows without a name.
pub const SENDER_ID: Role = "senderid authorid userid speakerid senderjid sendernumber senderphone senderphonenumber \
     senderaddress senderemail fromnumber fromid fromrecipientid fromaddress uid";

/// Who wrote it, or, where a direction stands beside it, perhaps with whom the owner writes.
pub const NAME: Role =
    "name nickname handle fullname displayname nom nombre nome naam nazwa imie namn isim имя імя";

/// With whom the owner writes.
pub const CONTACT: Role = "contact contactname namenumber person buddy kontakt kontaktname contacto contato contatto kisi \
     контакт имяконтакта";

/// The same, by a number.
pub const NUMBER: Role = "number phonenumber phone mobile address msisdn contactnumber nummer telefonnummer rufnummer telefon \
     numero telephone numerodetelephone telefono telefone telefoonnummer numer numertelefonu numara номер \
     телефон номертелефона адрес";

/// To whom it was written.
pub const RECIPIENT: Role = "to toname recipient recipientname recipients receiver receivername receiverjid an empfanger \
     empfangername a destinataire para destinatario aan ontvanger do odbiorca till mottagare kime alici \
     кому получатель одержувач отримувач";

/// When: a moment, or a date beside which a time stands.
pub const TIME: Role = "timestamp datetime dateandtime messagedate sent sentat sentdate senttime sentdatetime datesent \
     created createdat createdutc createtime timestampms epoch strtime when date time ts utc datereceived \
     received receivedat zeitstempel datumuhrzeit zeitpunkt gesendet gesendetam datum uhrzeit zeit \
     horodatage dateheure dateetheure dateenvoi datedenvoi heure fechahora fechayhora marcadetiempo fecha \
     hora datahora dataehora data dataora dataeora orario ora datumtijd tijdstip tijd verzonden \
     datagodzina dataigodzina czas godzina tidpunkt tid datumtid skickat tarihsaat tarih zaman saat \
     датаивремя датавремя дата время датаічас датачас час wann quand cuando quando kiedy когда ido";

/// The words.
pub const TEXT: Role = "text message body content contents messagetext messagebody messagecontent utterance msg txt strcontent \
     sms nachricht nachrichtentext nachrichteninhalt inhalt texte contenu mensaje texto contenido \
     mensagem conteudo messaggio testo contenuto bericht tekst inhoud wiadomosc trescwiadomosci tresc \
     meddelande innehall mesaj ileti metin icerik сообщение текстсообщения текст содержание повідомлення \
     текстповідомлення зміст uzenet zprava sprava whattheysaid whattheywrote whathesaid whathewrote whatshesaid whatshewrote whatwassaid \
     whatwaswritten whatwassent whatitsays whatitsaid whatissaid whatisaid whatiwrote theirwords said wrote oqueescreveu \
     oqueescreveram oquefoiescrito oquedisse oquedisseram oquefoidito escreveu disse loqueescribio loqueescribieron loqueseescribio \
     loquedijo loquedijeron queescribio quedijo escribio dijo cequilaecrit cequaecrit cequiaeteecrit cequiladit cequiaetedit aecrit \
     wasgeschriebenwurde wasgesagtwurde wassiegeschriebenhat wasergeschriebenhat geschrieben gesagt wortlaut worte coshascritto cosahascritto \
     cosahadetto hascritto hadetto watergeschrevenis watgeschreven watgezegd watzezei conapisal conapisala conapisano napisal tekstwiadomosci \
     neyazdi nededi nesoyledi vadskrev hvadskrev чтонаписал чтонаписала чтонаписали чтосказал написал слова щонаписав щонаписали 内容 內容 \
     说了什么 メッセージ 内容文 본문 메시지 내용 what was quoi cosa oque что що";

/// Whether it came in or went out.
pub const DIRECTION: Role = "direction messagedirection inout incomingoutgoing type messagetype folder box richtung typ sens \
     direccion tipo direcao direzione richting kierunek riktning yon tur направление тип напрямок";

/// Whether the owner wrote it: yes or no.
pub const MINE: Role = "isfromme fromme issender issent ismine isoutgoing outgoing keyfromme sentbyme isme";

/// The name of a file that was sent.
pub const FILE: Role = "attachment attachments attachmentname attachmenturl attachmenturls attachmentlink attachmentpath mediaurl mediaurls \
     fileurl imageurl filename anhang";

/// All of them.
const ROLES: [Role; 12] =
    [CONVERSATION, SENDER, SENDER_ID, NAME, CONTACT, NUMBER, RECIPIENT, TIME, TEXT, DIRECTION, MINE, FILE];

/// When it was deleted.
pub const DELETED: Role = "deleteddate datedeleted deletedat deletedon deletedtime";

/// The number of a message. A column called `id` may be another's.
pub const MESSAGE_ID: Role = "messageid msgid mid messageuuid messageguid id guid uuid";

/// What accounts and orders count.
const MONEY: &str = "amount balance price debit credit total sum currency betrag saldo kontostand preis soll haben summe \
     wahrung montant solde prix devise importe precio monto valor preco importo prezzo bedrag prijs kwota cena belopp \
     tutar bakiye сумма остаток цена баланс";

/// Whether a column of this name holds sums of money.
pub fn is_of_money(name: &str) -> bool {
    let name = folded(name);
    MONEY.split_whitespace().any(|word| folded(word) == name)
}

/// Whether `name` is one that a column of a chat may have.
pub fn is_known(name: &str) -> bool {
    let roles = [
        TEXT,
        SENDER,
        TIME,
        NAME,
        CONVERSATION,
        RECIPIENT,
        CONTACT,
        DIRECTION,
        "tag day dia giorno jour dag",
    ];
    let name = folded(name);
    roles.iter().flat_map(|role| role.split_whitespace()).any(|word| folded(word) == name)
}

/// The names of the columns of one table.
pub struct Headings {
    names: Vec<String>,
    /// What those that no list has are made of.
    meant: Vec<Option<Role>>,
}

impl Headings {
    /// Of a table that begins with `first`.
    pub fn of(first: &StringRecord) -> Self {
        let names: Vec<String> = first.iter().map(folded).collect();
        let roles = || ROLES.iter().flat_map(|role| role.split_whitespace());
        let is_listed = |name: &String| roles().any(|word| folded(word) == *name);
        let made = names.iter().zip(first).map(|(name, raw)| {
            let made = composed::meant(raw);
            made.filter(|_| !is_listed(name))
        });
        Self { meant: made.collect(), names }
    }

    /// The columns with a name of `role`, the likeliest first; after them those whose names are made of such.
    pub fn all(&self, role: Role) -> Vec<usize> {
        let of_word = |word: &str| {
            // Letters such as й are taken apart as well.
            let word = folded(word);
            let named = self.names.iter().enumerate();
            named.filter(move |(_, n)| **n == word).map(|(c, _)| c).collect::<Vec<_>>()
        };
        let made = |word: &'static str| {
            let made = self.meant.iter().enumerate();
            made.filter(move |(_, m)| **m == Some(word)).map(|(c, _)| c)
        };
        let listed = role.split_whitespace().flat_map(of_word);
        listed.chain(role.split_whitespace().flat_map(made)).collect()
    }

    /// The likeliest of them.
    pub fn first(&self, role: Role) -> Option<usize> {
        self.all(role).first().copied()
    }

    /// Whether there is a column of this name, as it is folded.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.names.len()
    }
}

/// Whether `word` is one of `words`, which have spaces between them.
pub fn is_one(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|w| w == word)
}

/// A name in lower case, letters and digits only, without accents.
pub fn folded(name: &str) -> String {
    // What people write behind a name: `Date (Europe/Berlin)`, `Sent [UTC]`.
    let bare = name.split(['(', '[']).next().filter(|b| !b.trim().is_empty()).unwrap_or(name);
    let plain = bare.nfd().filter(|c| !is_combining_mark(*c) && c.is_alphanumeric());
    plain
        .flat_map(char::to_lowercase)
        .map(|c| {
            if c == 'ł' {
                'l'
            } else if c == 'ı' {
                'i'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_dress() {
        let first = |names: &[&str], role| Headings::of(&StringRecord::from(names.to_vec())).first(role);
        assert_eq!(first(&["Дата", "Отправитель", "Текст сообщения"], TEXT), Some(2));
        assert_eq!(first(&["Data", "Nadawca", "Treść wiadomości"], TEXT), Some(2));
        assert_eq!(first(&["Tarih", "Gönderen", "İleti"], TEXT), Some(2));
        for names in [
            ["Data", "Quem", "O que escreveu"],
            ["When", "Who", "What they wrote"],
            ["Wann", "Wer schreibt", "Was geschrieben wurde"],
            ["Date", "Qui", "Ce qu'il a écrit"],
            ["Fecha", "Quién", "Lo que escribió"],
            ["Когда", "Кто", "Что написал"],
            ["Kiedy", "Kto", "Co napisał"],
        ] {
            assert_eq!((first(&names, SENDER), first(&names, TEXT)), (Some(1), Some(2)), "{names:?}");
        }
        for name in [
            "Gesprächs-ID",
            "Gespraechs-Nr.",
            "Unterhaltungs-ID",
            "Konversations-ID",
            "Chat-Nr",
            "Raum",
            "Chat no.",
        ] {
            assert_eq!(first(&["Von", "Text", name], CONVERSATION), Some(2), "{name}");
        }
        assert_eq!(first(&["Expéditeur", "Contenu"], SENDER), Some(0));
        assert_eq!(first(&["from_recipient_id", "Від"], SENDER), Some(1));
        assert_eq!(first(&["x", "Date (Europe/Berlin)"], TIME), Some(1));
        assert_eq!(first(&["Nachricht-ID", "Message count"], TEXT), None);
    }

    #[test]
    fn words_are_folded_once_and_for_all() {
        for role in ROLES {
            for word in role.split_whitespace() {
                assert!(word.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase()), "{word}");
            }
        }
    }
}
