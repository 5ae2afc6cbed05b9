//! Messages with a translation below each, as somebody adds it who passes a talk on: `(EN: hi, how old are you?)`. It is nobody's
//! message. Where it alone is in English it says what was said, so that a reader and the model know; else it is a note.

use super::super::warning::WarningKind;
use super::names;
use super::reading::Reading;
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

/// How languages and translations are called in front of one.
const LABELS: &str = "en eng english englisch anglais inglés ingles inglese inglês angielski engels engelska ingilizce англ \
    английский англійська 英語 英文 영어 translation translated transl trans \
    de ger deu deutsch german allemand fr fra french français francais französisch es esp spa spanish español \
    espanol spanisch pt por portuguese português it ita italian italiano nl dutch nederlands pl polish polski ru rus russian русский uk \
    ukr українська tr tur türkçe ar arabic ro romanian română sv da no fi cs hu el he zh ja ko hi tl vi traduction traducción \
    traduccion tradução traducao traduzione übersetzung uebersetzung übers tłumaczenie vertaling översättning çeviri перевод переклад";
/// Words that stand in nearly everything that is said in English, and in hardly anything else.
const COMMON: &str = "the you your are is my to i what how do with have of and at for it its not dont cant can will who when \
    where he she we they this that be was were from or but so if just going come dad mom mum friend";
/// Signs before a translation that stands on a line without brackets.
const SIGNS: [&str; 6] = ["→ ", "-> ", "=> ", "= ", "↳ ", "» "];

/// How translations stand below messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// In brackets, with a label or without one.
    Brackets,
    /// Behind a label and a colon.
    Label,
    /// Behind a sign.
    Sign,
}

/// The translations of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pairs {
    form: Form,
    /// Whether they are in English, and what they translate is not.
    english: bool,
}

impl Pairs {
    /// How translations stand below the messages that begin `lines`, none of them blank, if nearly each has one.
    pub fn of(lines: &[&str]) -> Option<Self> {
        [Form::Brackets, Form::Label, Form::Sign].into_iter().find_map(|form| Self::with(form, lines))
    }

    fn with(form: Form, lines: &[&str]) -> Option<Self> {
        let (mut told, mut said, mut labelled, mut apart) = (Vec::new(), Vec::new(), 0, 0);
        let mut above = None;
        for line in lines {
            match translated(form, line) {
                None => above = Some(*line),
                Some((label, words)) => {
                    labelled += usize::from(label);
                    // What is translated is somebody's, and nothing that has a translation already.
                    let words_above = above.take().and_then(names::prefix).filter(|p| !is_label(&p.name));
                    apart += usize::from(words_above.is_none());
                    said.extend(words_above.map(|p| p.text));
                    told.push(words);
                }
            }
        }
        let others = lines.len() - told.len();
        let each = told.len() > 2 && told.len() * 4 >= others * 3 && apart * 4 <= told.len();
        each.then_some(())?;
        let (there, here) = (share(&told), share(&said));
        let words = |texts: &[&str]| texts.iter().map(|t| t.split_whitespace().count()).sum::<usize>();
        // A remark is shorter or longer than the words that it stands below, and asks no question where they do.
        let (many, all) = (words(&told), words(&said));
        let asks = |pair: &(&&str, &&str)| pair.0.contains('?') == pair.1.contains('?');
        let alike = said.iter().zip(&told).filter(asks).count() * 5 >= said.len() * 4;
        let same = alike && many * 5 >= all * 3 && many * 5 <= all * 11;
        let unlike = same && ((there - here >= 0.12 && many > 5) || (here - there >= 0.12 && many > 11));
        let other = said.iter().zip(&told).all(|(said, told)| said != told || said.len() < 12);
        let marked = labelled * 5 >= told.len() * 4;
        (other && (marked || unlike)).then_some(Self { form, english: there > here + 0.05 })
    }

    /// The translation that `line` is.
    pub fn of_line<'l>(&self, line: &'l str) -> Option<&'l str> {
        translated(self.form, line).map(|(_, words)| words)
    }
}

/// Which share of the words of `texts` hardly any other language has.
fn share(texts: &[&str]) -> f32 {
    let (mut all, mut common) = (0, 0);
    for word in texts.iter().flat_map(|t| t.split(|c: char| !(c.is_alphabetic() || matches!(c, '\'' | '’'))))
    {
        let word = word.replace(['\'', '’'], "").to_lowercase();
        if !word.is_empty() {
            all += 1;
            common += usize::from(COMMON.split_whitespace().any(|w| w == word));
        }
    }
    common as f32 / all.max(1) as f32
}

/// Whether `label` says that a translation follows.
fn is_label(label: &str) -> bool {
    let label = label.trim().trim_end_matches('.').to_lowercase();
    let last = label.rsplit(' ').next().unwrap_or_default();
    // `my translation`, `English translation`; two letters stand alone.
    let few = label.split(' ').count() <= 3 && (last.chars().count() > 3 || last == label);
    few && LABELS.split_whitespace().any(|word| word == label || word == last)
}

/// What `line` translates into, and whether a label says so.
fn translated(form: Form, line: &str) -> Option<(bool, &str)> {
    let line = line.trim();
    let inner = match form {
        Form::Brackets => [('(', ')'), ('[', ']')].iter().find_map(|(open, close)| {
            let inner = line.strip_prefix(*open)?.strip_suffix(*close)?;
            (!inner.contains(*open) || *open == '(').then_some(inner.trim())
        })?,
        Form::Label => {
            let (label, words) = line.split_once(':')?;
            let big = label.chars().count() > 2 || !label.contains(char::is_lowercase);
            let told = is_label(label) && big && words.starts_with(' ');
            return told.then(|| (true, words.trim()));
        }
        Form::Sign => {
            return SIGNS.iter().find_map(|sign| line.strip_prefix(sign)).map(|words| (false, words.trim()));
        }
    };
    let parts = inner.split_once(':').or_else(|| inner.split_once(" - ")).or_else(|| inner.split_once(" – "));
    let marked = parts.filter(|(label, _)| is_label(label));
    let found =
        marked.map_or((false, inner.trim_start_matches(['=', ' '])), |(_, words)| (true, words.trim()));
    (!found.1.is_empty()).then_some(found)
}

impl Reading<'_> {
    /// Whether `line` translates the message above, which then says it in its words, or has a note below it.
    pub(super) fn is_translation(&mut self, line: &Line<'_>) -> bool {
        let Some(pairs) = self.plan.pairs.filter(|_| self.said > 0 || self.title.is_some()) else {
            return false;
        };
        let Some(words) = pairs.of_line(line.text) else {
            if std::mem::take(&mut self.translated) && self.plan.head(line.text).is_none() {
                return self.says_more(line);
            }
            return false;
        };
        self.append_held();
        let before = if pairs.english { self.chat.reword(words) } else { None };
        match before {
            Some(before) => {
                self.chat.doubt(WarningKind::TranslatedWords, line.number);
                self.chat.note_more(When::Unknown, &before, line.number);
            }
            None => {
                self.chat.doubt(WarningKind::NotedTranslation, line.number);
                self.chat.note(When::Unknown, line.text.trim(), line.number);
            }
        }
        self.translated = true;
        true
    }

    /// Whoever spoke above a translation goes on below it with `line`.
    fn says_more(&mut self, line: &Line<'_>) -> bool {
        let (transcript, _) = self.chat.so_far();
        let last = transcript.messages.iter().rev().find_map(|m| m.speaker);
        let Some(name) = last.map(|at| transcript.speakers[at].name.clone()) else { return false };
        self.say(&name, When::Unknown, line.text.trim(), line);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<bool> {
        Pairs::of(&text.split('|').collect::<Vec<_>>()).map(|pairs| pairs.english)
    }

    #[test]
    fn translations_below_messages() {
        for (first, second, third) in [
            ("(EN: how old are you?)", "(EN: I am 14)", "(EN: you look older)"),
            ("[English: how old are you?]", "[English: I am 14]", "[English: you look older]"),
            ("(how old are you?)", "(I am 14 and you)", "(you look older to me)"),
            ("Translation: how old are you?", "Translation: I am 14", "Translation: you look older"),
            ("→ how old are you?", "→ I am 14 and so", "→ you look older to me"),
        ] {
            let text = format!(
                "My words|Tom: ¿cuántos años tienes?|{first}|Ria: tengo 14|{second}|Tom: pareces mayor|{third}"
            );
            assert_eq!(found(&text), Some(true), "{first}");
        }
        let german = "Tom: how old are you?|(DE: wie alt bist du?)|Ria: I am 14|(DE: ich bin 14)|Tom: you look older|(DE: du siehst älter aus)";
        assert_eq!(found(german), Some(false));
    }

    #[test]
    fn what_is_no_translation() {
        for text in [
            "Tom: in?|(laughs)|Ria: yes|(waves)|Tom: so|(sighs)",
            "Tom: in?|Ria: yes|EN: hi|Tom: so|EN: who",
            "Tom: ¿vienes?|(he sent this to me at night)|Ria: no|(I was at my friend)|Tom: ven ya|(he said this to her, too)",
            "Tom: in?|(note: she was out)|Ria: yes|Tom: ok|Ria: so",
            "EN: hello there|DE: hallo du|EN: how are you|DE: wie geht es dir|EN: fine|DE: gut",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
