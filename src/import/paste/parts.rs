//! Several talks in one text, one under the other, each below a heading that says whom it is with.

use std::collections::HashSet;

use super::grammars::Who;
use super::plan::Plan;
use super::{asides, days, names};
use crate::import::intake::source::Sample;

/// Where a talk begins, and whom its heading names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The line where it begins, from 1.
    pub line: u64,
    /// The line of its heading; 0 where it has none.
    pub heading: u64,
    /// Whom it is with, as far as a heading says so.
    pub with: Option<String>,
}

/// The people who speak between two headings, by the keys of their names.
type Speakers = HashSet<String>;

/// The talks of a text; none unless there are several beyond doubt: whom a heading names speaks below it and nowhere else, and
/// nobody but one person, who copied them, speaks in two.
pub fn of(sample: &Sample) -> Vec<Part> {
    let lines: Vec<&str> = sample.lines().collect();
    let titles: Vec<(usize, Vec<String>)> =
        (0..lines.len()).filter_map(|at| Some((at, title(&lines, at)?))).collect();
    if !sample.is_whole() || titles.iter().all(|(at, _)| is_first(&lines, *at)) {
        return Vec::new();
    }
    let plan = Plan::of(sample);
    if !plan.heads_lines() && !plan.has_titles() {
        return Vec::new();
    }
    let titles: Vec<_> = titles.into_iter().filter(|(at, _)| !plan.is_name(plan.words(lines[*at]))).collect();
    let by = |line: &&str| match plan.head(plan.words(line))?.who {
        Who::Speaker(name) => Some(names::key(&name)),
        Who::App => None,
    };
    let starts: Vec<usize> = titles.iter().map(|(at, _)| *at).chain([lines.len()]).collect();
    let said: Vec<Vec<String>> =
        starts.windows(2).map(|ends| lines[ends[0]..ends[1]].iter().filter_map(by).collect()).collect();
    let above: Vec<String> = lines[..starts[0]].iter().filter_map(by).collect();
    let mut parts = vec![(Part { line: 1, heading: 0, with: None }, above)];
    for ((at, people), said) in titles.into_iter().zip(said) {
        let with = people.into_iter().find(|person| said.iter().any(|name| is_called(name, person)));
        match with {
            Some(with) => {
                let line = at as u64 + 1;
                parts.push((Part { line, heading: line, with: Some(with) }, said));
            }
            // Words, or a heading of something else.
            None => parts.last_mut().expect("never empty").1.extend(said),
        }
    }
    if parts[0].1.is_empty() && parts.len() > 1 {
        parts.remove(0);
        parts[0].0.line = 1;
    }
    let people: Vec<Speakers> = parts.iter().map(|(_, said)| said.iter().cloned().collect()).collect();
    let long = parts.iter().all(|(_, said)| said.len() > 1);
    let parts: Vec<Part> = parts.into_iter().map(|(part, _)| part).collect();
    if parts.len() > 1 && long && are_apart(&parts, &people) { parts } else { Vec::new() }
}

/// Whether whom each heading names speaks in its talk alone, and nobody else speaks in two, save one.
fn are_apart(parts: &[Part], people: &[Speakers]) -> bool {
    let count = |name: &String| people.iter().filter(|speakers| speakers.contains(name)).count();
    let shared: Speakers = people.iter().flatten().filter(|name| count(name) > 1).cloned().collect();
    let alone = |(part, speakers): (&Part, &Speakers)| {
        let with = part.with.as_ref();
        with.is_none_or(|with| speakers.iter().any(|name| is_called(name, with) && !shared.contains(name)))
    };
    let most = usize::from(parts[0].with.is_some());
    shared.len() <= most && parts.iter().zip(people).all(alone)
}

/// Whether who speaks as `name` is the person whom a heading calls `title`.
fn is_called(name: &str, title: &str) -> bool {
    let title = names::key(title);
    let first = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    name == title || first(name) == title || name == first(&title)
}

/// Whether nothing but blank lines stands above `at`.
fn is_first(lines: &[&str], at: usize) -> bool {
    lines[..at].iter().all(|l| l.trim().is_empty())
}

/// Whom the line `at` names, if it stands where a heading may: `Chat with Ana`, `# Ana`, `=== Ana ===`, `Ana Lee` between blank
/// lines.
fn title(lines: &[&str], at: usize) -> Option<Vec<String>> {
    let blank = |at: Option<usize>| at.and_then(|at| lines.get(at)).is_none_or(|l| l.trim().is_empty());
    let rule = |at: usize| at > 0 && days::between(lines[at - 1]).is_some_and(|b| !b.bare);
    let line = lines[at].trim();
    (!line.is_empty() && (blank(at.checked_sub(1)) || rule(at))).then_some(())?;
    let bare = line.trim_matches(|c: char| days::SIGNS.contains(&c) || c.is_whitespace());
    let marked = bare.len() < line.len()
        && (line.starts_with('#')
            || line.starts_with("==")
            || line.starts_with("--")
            || line.starts_with("**"));
    if asides::is_heading(line) {
        return Some(asides::with(bare)).filter(|people| !people.is_empty());
    }
    let alone = names::is_alone(bare) && (marked || blank(Some(at + 1)));
    alone.then(|| vec![bare.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(u64, Option<String>)> {
        let sample = Sample::new("t", text.replace('|', "\n").into_bytes());
        of(&sample).into_iter().map(|part| (part.line, part.with)).collect()
    }

    const TOM: &str = "Tom: in?|Kim: yes|Tom: good|Kim: bye|";
    const LOU: &str = "Lou: in?|Kim: no|Lou: ok|Kim: so|";

    #[test]
    fn talks_with_different_people_under_their_headings() {
        for (first, second, line) in [
            ("Chat with Tom|", "|Chat with Lou|", 7),
            ("# Tom|", "|# Lou|", 7),
            ("=== Tom ===|", "=== Lou ===|", 0),
            ("Tom Hill||", "|Lou Berg||", 8),
            ("Conversation between Tom and Kim|", "|Conversation between Lou and Kim|", 7),
        ] {
            let parts = found(&format!("{first}{TOM}{second}{LOU}"));
            let lines: Vec<u64> = parts.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, if line == 0 { vec![] } else { vec![1, line] }, "{first}");
        }
        let parts = found(&format!("{TOM}|Chat with Lou|Lou: in?|Ria: no|Lou: ok|"));
        assert_eq!(parts, [(1, None), (6, Some("Lou".to_owned()))]);
    }

    #[test]
    fn one_talk_with_headings_in_it() {
        for text in [
            format!("{TOM}|Chat with Lou|{LOU}"),
            format!("Chat with Tom|{TOM}|Chat with Tom|{TOM}"),
            format!("Chat with Tom|{TOM}|Chat with Lou|{LOU}Tom: me, too|"),
            format!("Chat with Tom|{TOM}|Chat with Ria|{LOU}"),
            format!("Chat with Tom|{TOM}|Lou||Kim: no|Tom: ok|"),
            format!("Chat with Tom|{TOM}"),
            "Tom||in?|are you|Tom||hm||Lou||yes|I am|Lou||so".to_owned(),
        ] {
            assert_eq!(found(&text), [], "{text}");
        }
    }
}
