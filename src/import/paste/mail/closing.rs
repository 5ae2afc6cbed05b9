//! How letters close: a formula, then who wrote them.

/// Formulas, in small letters and without the comma behind them. From memory.
const FORMULAS: &str = "best wishes|best regards|kind regards|kindest regards|warm regards|warmest regards|regards|many thanks|with thanks|yours sincerely|sincerely|yours faithfully|all the best|viele grüße|viele grüsse|liebe grüße|liebe grüsse|mit freundlichen grüßen|mit freundlichen grüssen|freundliche grüße|freundliche grüsse|beste grüße|herzliche grüße|schöne grüße|mfg|cordialement|bien cordialement|bien à vous|meilleures salutations|salutations|saludos|un saludo|saludos cordiales|un cordial saludo|atentamente|atenciosamente|com os melhores cumprimentos|cumprimentos|abraços|cordiali saluti|distinti saluti|saluti|un saluto|met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|groeten|pozdrawiam|z poważaniem|с уважением|з повагою|med vänliga hälsningar|vänliga hälsningar|med venlig hilsen|venlig hilsen|med vennlig hilsen|vennlig hilsen|ystävällisin terveisin|terveisin|saygılarımla|saygılar|s pozdravem|üdvözlettel|cu stimă|με εκτίμηση|salam|hormat saya|trân trọng|よろしくお願いします|敬具|此致|祝好|감사합니다|مع التحية|תודה ובברכה|בברכה|ด้วยความเคารพ|सादर";
/// How many lines stand below a formula at most.
const MOST: usize = 3;
/// How many words such a line has at most.
const FEW: usize = 5;

/// Whether `lines`, the last of a text and none of them blank, close a letter: a formula, and below it at least a name.
pub fn is_closing(lines: &[&str]) -> bool {
    let Some((first, rest)) = lines.split_first() else { return false };
    let formula = first.trim().trim_end_matches([',', '.', '!', '，', '、', '。']).to_lowercase();
    let short = |line: &&str| line.split_whitespace().count() <= FEW && !line.ends_with(['?', '!', ':']);
    (1..=MOST).contains(&rest.len()) && FORMULAS.split('|').any(|f| f == formula) && rest.iter().all(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_close_with_a_formula_and_a_name() {
        for lines in [
            &["Best wishes", "Carla"][..],
            &["Viele Grüße,", "Ida Berg", "Klasse 5b"],
            &["С уважением", "Ида"],
        ] {
            assert!(is_closing(lines), "{lines:?}");
        }
        for lines in
            [&["Best wishes"][..], &["Thanks", "Carla"], &["Best wishes", "are you in?"], &["Carla"], &[]]
        {
            assert!(!is_closing(lines), "{lines:?}");
        }
    }
}
