//! Which grammar explains most of a text, and what stands around its lines.

use std::collections::HashSet;

use super::super::bare::Bare;
use super::super::blocks::Blocks;
use super::super::cast::Cast;
use super::super::forms::Form;
use super::super::grammars::{self, Head, Who};
use super::super::guesses::{among, is_one_side, without_names};
use super::super::lead::Lead;
use super::super::mail::thread;
use super::super::packed::Packed;
use super::super::pairs::Pairs;
use super::super::screen::Screen;
use super::super::tags::Tags;
use super::super::wrap::{self, Tail};
use super::super::{
    ahead, asides, dashes, dated, foot, forum, forward, furniture, inline, labels, mail, moments, notices,
    page, retold, said, sections, titles,
};
use super::{Grammar, Plan};
use crate::import::intake::source::Sample;

impl Plan {
    /// The plan for the text that begins with `sample`.
    pub fn of(sample: &Sample) -> Self {
        let mut bare = Bare::of(sample);
        let rest: Vec<_> = sample.lines().filter_map(|l| bare.rest(l)).collect();
        let lines: Vec<&str> = rest.iter().map(|l| &**l).filter(|l| !l.trim().is_empty()).collect();
        let raw = lines.clone();
        // In a mail that passes a talk on, its fields have no sign of quotation.
        let lead = Lead::of(&lines[forward::fields(&lines)..]);
        let within = if forward::below_last(&lines) > 0 { Self::talk_in_mails(sample, &lines) } else { None };
        let mail = within.unwrap_or_else(|| forward::head(&lines, lead));
        let lead = if within.is_some() { Lead::of(&lines[mail..]) } else { lead };
        let fields = lines[..mail].to_vec();
        let lines = lines[mail..].to_vec();
        let whole = lines.clone();
        let lines: Vec<&str> = lines.into_iter().map(|l| lead.strip(l)).filter(|l| !l.is_empty()).collect();
        let pairs = Pairs::of(&lines);
        let kept = |l: &&str| pairs.is_none_or(|pairs| pairs.of_line(l).is_none());
        let lines: Vec<&str> = lines.into_iter().filter(kept).collect();
        let is_screen = |l: &str| furniture::is_furniture(l) || notices::is_there(l) || page::is_day(l);
        let tail = Tail::of(&lines, is_screen);
        let lines: Vec<&str> = lines.into_iter().map(|l| tail.strip(l).0).collect();
        let inline = inline::names_within(&lines);
        let lines: Vec<&str> = match inline.is_empty() {
            true => lines,
            false => lines.into_iter().flat_map(|l| inline::pieces(l, &inline)).collect(),
        };
        let tags = Tags::of(&lines);
        let joined = ahead::joined(&lines, &tags);
        let lines: Vec<&str> = joined.iter().map(String::as_str).collect();
        let top = Some(page::head(&lines)).filter(|top| top + 2 <= lines.len()).unwrap_or(0);
        let all = lines.clone();
        let (head, lines) = lines.split_at(top);
        // The field at the foot of a window has no time below it, as messages have.
        let lines =
            lines.split_last().filter(|(last, _)| top > 0 && foot::is_field(last)).map_or(lines, |l| l.1);
        let alone = all.iter().filter(|l| moments::is_alone(l)).count();
        let times = alone > 2 || (alone > 1 && alone * 4 >= lines.len());
        let ending = lines.iter().filter(|l| moments::ending(l).is_some()).count();
        let ending = lines.len() > 2 && ending * 5 >= lines.len() * 3;
        let sent = lines.iter().filter(|l| l.trim() == "Sent").count() > 1;
        let mut plan = Self {
            lead,
            tail,
            tags,
            inline,
            times,
            ending,
            sent,
            pairs,
            ..Self::of_lines(sample, lines, head, times)
        };
        if plan.grammar == Grammar::Alternating && matches!(lead, Lead::Number | Lead::Bullet) {
            // A list in an article is as long as it stands there.
            plan.grammar = without_names(sample, &whole);
        }
        let page = if plan.has_page() { top } else { 0 };
        match plan.grammar {
            // A mail that passes no talk on is what its writer says.
            Grammar::Prose if mail > 0 => return Self::by(Grammar::Mail),
            _ => (plan.top, plan.forwarded) = (mail + page + plan.top, mail > 0),
        }
        if within.is_none() && thread::is_thread(&raw) && plan.is_hardly_talk(&raw) {
            return Self::by(Grammar::Mail);
        }
        plan.window = top > 0 || ending || times || tail.is_any() || plan.blocks.is_some();
        plan.writer = fields.iter().find_map(|l| mail::writer(l)).filter(|_| plan.forwarded);
        plan.bare_days = (plan.heads_lines() || plan.has_titles())
            && dated::are_between(&all, plan.has_titles(), |line| plan.head(line).map(|head| head.when));
        plan.small_days = all.windows(2).any(|p| dated::is_small(p[0]) && plan.head(p[1]).is_some());
        if plan.grammar == Grammar::Stamped {
            plan.packed = Packed::of(&all);
        }
        plan.times_below = sections::are_below(&all);
        plan.sections = all.iter().any(|l| sections::is_sure(l));
        plan.times_above = plan.is_nameless() && times && sections::are_above(lines);
        if plan.top == mail && plan.is_sectioned() && !plan.times_below && page::is_titled(&all) {
            plan.top += 1;
        }
        plan.marks = wrap::marks(plan.words_of(lines).into_iter());
        let age = |pair: &&[&str]| furniture::is_age(pair[0]) && plan.head(pair[1]).is_some();
        plan.ages = plan.grammar == Grammar::NameLines && lines.windows(2).filter(age).count() > 1;
        plan
    }

    /// How many of `lines` stand above a talk that the last of several mails passes on: most of what it says, or of what it
    /// quotes, are messages of people who come back.
    fn talk_in_mails(sample: &Sample, lines: &[&str]) -> Option<usize> {
        const PREFACE: usize = 6;
        const LEAST: usize = 4;
        let from = forward::below_last(lines);
        let body = &lines[from..];
        let body = &body[..body.iter().position(|l| forward::is_signature(l)).unwrap_or(body.len())];
        let quote = body.iter().position(|l| l.starts_with('>')).unwrap_or(0);
        let lead = Lead::of(&body[quote..]);
        let words = |(at, line): (usize, &&'_ str)| (from + quote + at, lead.strip(line).to_owned());
        let body: Vec<(usize, String)> =
            body[quote..].iter().enumerate().map(words).filter(|(_, l)| !l.trim().is_empty()).collect();
        let all: Vec<&str> = body.iter().map(|(_, line)| line.as_str()).collect();
        for skip in 0..PREFACE.min(body.len()) {
            let talk = &all[skip..];
            let plan = Self::of_lines(sample, talk, &[], false);
            if !plan.heads_lines() || talk.len() < LEAST || plan.head(talk[0]).is_none() {
                continue;
            }
            let by = talk.iter().filter_map(|l| match plan.head(l)?.who {
                Who::Speaker(name) => Some(name),
                Who::App => None,
            });
            let by: Vec<String> = by.collect();
            let people: HashSet<&String> = by.iter().collect();
            if by.len() >= LEAST
                && by.len() * 2 >= talk.len()
                && people.len() > 1
                && people.len() * 2 <= by.len()
            {
                return Some(body[skip].0);
            }
        }
        None
    }

    /// Whether what stands in `lines` below and between the heads of mails is no talk with names, or only here and there.
    fn is_hardly_talk(&self, lines: &[&str]) -> bool {
        use Grammar::{
            Alternating, Blocks, Dashed, Forum, Labelled, Mail, NameLines, Nobody, Own, Prose, Retold, Said,
        };
        match self.grammar {
            Alternating | Nobody | Prose | NameLines | Own | Dashed | Blocks | Mail | Said => return true,
            Forum | Labelled | Retold => return false,
            _ => {}
        }
        let words = lines.iter().map(|l| mail::unquoted(l)).filter(|l| !thread::is_of_head(l));
        let begins: Vec<bool> = words.map(|line| self.head(line).is_some()).collect();
        let heads = begins.iter().filter(|begins| **begins).count();
        // A talk may hold a long mail.
        let leads = begins.first() == Some(&true) && heads > 1;
        let each = if self.has_titles() { 2 } else { 1 };
        !leads && heads * each * 2 < begins.len()
    }

    /// What somebody says in `lines`, as far as that is on the line where it begins.
    fn words_of<'l>(&self, lines: &[&'l str]) -> Vec<&'l str> {
        // Other lines belong to messages that begin above them, unless nothing stands there.
        let mut inside = false;
        let words = |line: &&'l str| match self.head(line) {
            Some(head) => {
                inside = !head.text.is_empty();
                head.text
            }
            None if std::mem::replace(&mut inside, self.heads_lines()) && self.heads_lines() => "",
            None => self.turn(line).0,
        };
        lines.iter().filter(|l| !moments::is_alone(l) && !self.is_between(l)).map(words).collect()
    }

    fn of_lines(sample: &Sample, lines: &[&str], head: &[&str], times: bool) -> Self {
        let mut talk: Vec<&str> = lines.iter().copied().filter(|l| !asides::is_heading(l)).collect();
        if asides::is_above_names(&talk) {
            talk.remove(0);
        }
        let lines = &talk[..];
        let without =
            |what: fn(&str) -> bool| -> Vec<&str> { lines.iter().copied().filter(|l| !what(l)).collect() };
        let whole = lines;
        if forum::is_page(lines) {
            return Self::by(Grammar::Forum);
        }
        if let Some(blocks) = Blocks::with_receipts(lines) {
            return Self { blocks: Some(blocks), ..Self::by(Grammar::Blocks) };
        }
        if let Some(labels) = labels::of(lines) {
            return Self { labels, ..Self::by(Grammar::Labelled) };
        }
        if let Some(form) = Form::of(lines) {
            return Self { form: Some(form), ..Self::by(Grammar::Formed) };
        }
        let undashed = without(furniture::is_dash);
        let screen = Screen::of(&undashed, head).map(|screen| (screen, 0));
        if let Some((screen, top)) = screen.or_else(|| Screen::below(&undashed, head)) {
            return Self { screen, top, ..Self::by(Grammar::NameLines) };
        }
        let lines = match times {
            true => without(|l| moments::is_alone(l) || furniture::is_furniture(l)),
            false => without(furniture::is_furniture),
        };
        let lines = asides::without(&lines);
        let certain = [
            (Grammar::Irc, share(&lines, grammars::irc, 1)),
            (Grammar::Stamped, share(&lines, grammars::stamped, 1)),
            (Grammar::Trailing, share(&lines, grammars::trailing, 1)),
            (Grammar::Timed, mostly(share(&lines, grammars::timed, 1))),
            (Grammar::Titled, share(&lines, grammars::titled, 2)),
        ];
        let (cast, named) = Cast::of(&lines);
        let (dashes, dashed) = dashes::cast(&lines);
        let (close, closely) = titles::beside_times(&lines);
        let doubled = titles::doubled(&lines);
        let (titles, titled) = titles::name_lines(&titles::undoubled(&lines, &doubled));
        if mail::is_mail(whole) {
            return Self::by(Grammar::Mail);
        }
        if retold::is_retold(&lines) {
            return Self::by(Grammar::Retold);
        }
        if said::is_told(&lines) {
            return Self {
                cast: Cast::before(&lines, |l| said::said(l).map(|(name, _)| name)).0,
                ..Self::by(Grammar::Said)
            };
        }
        let guesses = [
            (Grammar::TitledClosely, closely),
            (Grammar::Named, named),
            (Grammar::Dashed, dashed * 0.9),
            (Grammar::NameLines, titled),
        ];
        let ranked = certain.into_iter().chain(guesses).filter(|(_, share)| *share > 0.0);
        // Of equals the first, which is the more certain.
        let best = ranked.reduce(|best, next| if next.1 > best.1 { next } else { best });
        let best = best.map(|(grammar, _)| grammar);
        if matches!(best, None | Some(Grammar::NameLines | Grammar::Dashed))
            && let Some(blocks) = Blocks::of(whole, head)
        {
            let grammar = if blocks.has_names() { Grammar::Blocks } else { Grammar::Alternating };
            return Self { blocks: Some(blocks), ..Self::by(grammar) };
        }
        match best {
            Some(grammar @ Grammar::NameLines) => Self::titled(grammar, titles).with_second(doubled),
            Some(grammar @ Grammar::TitledClosely) => Self::titled(grammar, close),
            Some(grammar @ Grammar::Dashed) => Self { cast: dashes, ..Self::by(grammar) },
            Some(Grammar::Named) if is_one_side(&cast, &lines) => Self { cast, ..Self::by(Grammar::Own) },
            Some(grammar @ Grammar::Stamped) => Self { among: among(&lines), ..Self::by(grammar) },
            Some(grammar) => Self { cast, ..Self::by(grammar) },
            None => match titles::only_name(&lines) {
                Some(name) => Self::titled(Grammar::NameLines, HashSet::from([name])).one_sided(),
                None => Self::by(without_names(sample, &lines)),
            },
        }
    }
}

/// The share of lines that heads of a grammar explain, each with the `lines_each` it stands for; 0 when they are too
/// few to be the way of the text.
fn share<'l>(lines: &[&'l str], head: impl Fn(&'l str) -> Option<Head<'l>>, lines_each: usize) -> f32 {
    let heads = lines.iter().filter(|l| head(l).is_some_and(|h| h.who != Who::App)).count();
    let share = (heads * lines_each) as f32 / lines.len().max(1) as f32;
    let leads = lines.iter().take(2).any(|l| head(l).is_some());
    if share >= 0.3 || (heads > 0 && leads && share >= 0.05) { share.min(1.0) } else { 0.0 }
}

/// Nothing for a share that hangs on the first lines: `dinner at 18:00: soup` begins like a message, too.
fn mostly(share: f32) -> f32 {
    if share >= 0.3 { share } else { 0.0 }
}
