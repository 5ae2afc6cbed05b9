//! What whoever wrote a talk down remarks below it: `Follow up: none needed.` It begins as a message does, but with no name.

use std::io::BufRead;

use super::super::warning::WarningKind;
use super::ahead::Ahead;
use super::grammars::{Head, Who};
use super::plan::Grammar;
use super::reading::Reading;
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

/// What such a remark begins with, in small letters.
const LABELS: &str = "action|actions|action taken|advice given|assessment|comment|comments|concern|concerns|follow up|\
    follow-up|followup|my note|my notes|next step|next steps|observation|observations|outcome|plan|recommendation|\
    recommendations|referral|referred to|remark|remarks|result|risk|risk level|safety plan|signed|staff|staff note|\
    staff notes|status|summary|worker|worker note|worker notes|\
    anmerkung|anmerkungen|bemerkung|bemerkungen|ergebnis|fazit|hinweis|kommentar|maßnahme|maßnahmen|notiz|\
    nächste schritte|weiteres vorgehen|zusammenfassung|\
    commentaire|commentaires|conclusion|observation|remarque|remarques|résultat|résumé|suite|suites|suivi|\
    comentario|comentarios|conclusión|nota|observaciones|próximos pasos|resultado|resumen|seguimiento|\
    acompanhamento|comentário|comentários|conclusão|encaminhamento|observação|observações|próximos passos|resumo|\
    commento|commenti|conclusione|esito|osservazioni|prossimi passi|riepilogo|seguito|\
    conclusie|opmerking|opmerkingen|resultaat|samenvatting|vervolg|vervolgstappen|volgende stappen|\
    dalsze kroki|podsumowanie|uwaga|uwagi|wynik|wniosek|wnioski|açıklama|not|sonuç|takip|özet|\
    вывод|заметка|итог|примечание|результат|нотатка|примітка|висновок";

/// Whether `name` is what a remark begins with.
fn is_label(name: &str) -> bool {
    let name = name.to_lowercase();
    LABELS.split('|').any(|label| label == name)
}

/// Whether `name` is written as people are not called: `Contact made`, some words of which the first alone is big.
fn is_phrase(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let small = |word: &str| word.chars().all(|c| c.is_lowercase() || c == '-');
    words.len() > 1 && name.starts_with(char::is_uppercase) && words[1..].iter().all(|word| small(word))
}

impl Reading<'_> {
    /// Whether `line`, which begins as a message by `head` does, is a remark below the talk, or goes on with one. It stands
    /// apart, and nobody who has spoken speaks below it.
    pub(super) fn is_remark(
        &mut self,
        head: Option<&Head<'_>>,
        line: &Line<'_>,
        lines: &Ahead<impl BufRead>,
    ) -> bool {
        let spoken = |head: &Head<'_>| match &head.who {
            Who::Speaker(name) => self.has_spoken(name),
            Who::App => true,
        };
        let begins = || {
            let Some(Who::Speaker(name)) = head.map(|head| &head.who) else { return false };
            let apart = self.gap && self.plan.grammar == Grammar::Named && self.said > 2;
            apart && (is_label(name) || (self.gaps == 1 && is_phrase(name)))
        };
        let over = || !lines.sight().any(|l| self.plan.head(self.plan.words(l)).is_some_and(|h| spoken(&h)));
        self.remark = !head.is_some_and(spoken) && (self.remark || begins()) && over();
        if self.remark {
            self.append_held();
            self.chat.doubt(WarningKind::LineAfterLastMessage, line.number);
            self.chat.note(When::Unknown, line.text.trim(), line.number);
        }
        self.remark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_names() {
        assert!(is_label("Follow up") && is_label("Anmerkung") && !is_label("Amy"));
        assert!(
            is_phrase("Contact made") && !is_phrase("Anna Berg") && !is_phrase("anna") && !is_phrase("Amy")
        );
    }
}
