//! A page of a forum, copied whole: who wrote a post and since when they are there, how many posts they have, the words, and
//! what can be done with them.

use std::collections::HashSet;
use std::io::BufRead;

use super::ahead::Ahead;
use super::reading::Reading;
use super::{comments, days, furniture, moments, names, page};
use crate::import::chats::chat::When;
use crate::import::intake::lines::Line;

/// What is told of whoever wrote a post, with a value behind it or on the next line.
const FIELDS: &str = "joined|posts|join date|messages|location|registered|reputation|points|reaction score|threads|karma|topics";
/// What people are called by what they have written.
const RANKS: &str = "member|new member|junior member|senior member|active member|well-known member|full member|hero member|regular|moderator|super moderator|administrator|newbie|veteran|registered user|staff member|original poster|op|supporter|online|offline|•";
/// What can be done with a post.
const DEEDS: &str = "reply|quote|like|share|report|top|reply with quote|permalink|upvote|downvote|award|give award|follow|save|vote|thanks|quote reply|edit|react";
/// The same where they stand on one line.
const LINKS: [&str; 11] =
    ["permalink", "embed", "save", "report", "reply", "parent", "give", "award", "share", "context", "quote"];

/// Where the reading of a page stands.
#[derive(Default)]
pub struct Post {
    name: Option<String>,
    when: Option<When>,
    /// Whether its words have begun.
    begun: bool,
    /// Whether the value of a field stands on the next line.
    label: bool,
    /// Whether what follows is quoted, and whether any of it was met.
    quote: Option<bool>,
    /// Lines that were said, as others quote them.
    said: HashSet<String>,
}

/// Whether `lines` are such a page: posts with signs that only forums have.
pub fn is_page(lines: &[&str]) -> bool {
    let above = |pair: &&[&str]| is_author(pair[0], pair[1]);
    let heads = lines.windows(2).filter(above).count();
    let posts = heads.max(lines.iter().filter(|l| posted(l).is_some()).count());
    let marks = lines.iter().filter(|l| is_mark(l)).count();
    if comments::is_page(lines) {
        return true;
    }
    posts > 1 && marks > 1 && marks * 2 >= posts && posts * 12 >= lines.len()
}

/// Whether `line` is who wrote a post, as what stands below says.
fn is_author(line: &str, below: &str) -> bool {
    if comments::is_author(line, below) {
        return true;
    }
    let line = line.trim();
    let short = line.split_whitespace().count() <= 3 && line.chars().count() <= 30;
    let name = short && !line.ends_with(['.', '?', '!', ':', ',']) && names::any(line).is_some();
    name && (says_presence(line, below) || is_profile(below)) && !is_of_page(line) && !page::is_day(line)
}

/// `tom is online`: whether the writer called `name` is there.
fn says_presence(name: &str, line: &str) -> bool {
    let state = line.trim().strip_prefix(name);
    state.is_some_and(|l| matches!(l, " Online" | " Offline" | " is offline" | " is online"))
}

/// `Posts: 85`, `Senior Member`, `Member since Mar 2018`, `2h ago`, `#3`: what stands around the name of a post.
fn is_profile(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let field = line.split_once(':').is_some_and(|(field, _)| FIELDS.split('|').any(|f| f == field));
    let ago = line.ends_with(" ago")
        && line.split(' ').count() <= 4
        && line.starts_with(|c: char| c.is_ascii_digit());
    field
        || RANKS.split('|').any(|rank| rank == line)
        || line.starts_with("member since ")
        || counted(&line, &["posts", "messages"])
        || line.strip_prefix('#').is_some_and(is_number)
        || ago
        || furniture::is_age(&line)
}

/// Whether `line` is of the page and nobody's words.
fn is_of_page(line: &str) -> bool {
    let lower = line.trim().to_lowercase();
    let links = lower.split_whitespace().count() > 1 && lower.split_whitespace().all(|w| LINKS.contains(&w));
    is_profile(line)
        || links
        || DEEDS.split('|').any(|deed| deed == lower)
        || counted(&lower, &["likes", "like", "replies", "reply", "upvotes"])
        || lower.starts_with("last edited by ")
        || comments::is_of_page(line)
}

/// Whether it is a sign that only forums have.
fn is_mark(line: &str) -> bool {
    const MARKS: [&str; 5] = ["reply with quote", "permalink", "upvote", "downvote", "quote reply"];
    let lower = line.trim().to_lowercase();
    let links = lower.contains("permalink") && is_of_page(line);
    let field = is_profile(line)
        && (lower.contains(':') || lower.starts_with('#') || lower.starts_with("member since"));
    field
        || links
        || MARKS.contains(&&*lower)
        || posted(line).is_some()
        || counted(&lower, &["posts", "likes"])
}

/// `85 posts`: a number and one of `words`.
fn counted(line: &str, words: &[&str]) -> bool {
    line.split_once(' ').is_some_and(|(number, word)| is_number(number) && words.contains(&word))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | 'k'))
}

/// `Post by tom » Sat Nov 15, 2025 1:00 pm`, `Post #2 by tom on Nov 15, 2025, 1:00 PM`, `tom 4 points 2 hours ago`.
fn posted(line: &str) -> Option<(&str, When)> {
    let line = line.trim();
    let told = line
        .strip_prefix('#')
        .map_or(line, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' '));
    let by = told.strip_prefix("Post ").or_else(|| told.strip_prefix("by ").map(|_| told));
    let by = by.map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || "# ".contains(c)));
    if let Some(rest) = by.and_then(|rest| rest.strip_prefix("by ")) {
        let (name, time) = rest.split_once(" » ").or_else(|| rest.rsplit_once(" on "))?;
        return Some((name.trim(), moments::whole(time)?));
    }
    let rest = line.trim_start_matches("[–]").trim_start_matches("[-]").trim_start_matches("[+]");
    let (name, points) = rest.split_once(' ')?;
    let (number, ago) = points.trim_start().split_once(' ')?;
    let ago = ago.strip_prefix("points ").or_else(|| ago.strip_prefix("point "))?;
    (number.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()) && ago.contains(" ago"))
        .then_some((name, When::Unknown))
}

/// `tom wrote:`, `tom said:`, `Originally Posted by tom`: what follows is quoted.
fn is_quote(line: &str) -> bool {
    let line = line.trim().trim_end_matches(['↑', ' ']);
    let said = [" wrote:", " said:", " schrieb:"].iter().find_map(|verb| line.strip_suffix(verb));
    said.is_some_and(|who| who.split_whitespace().count() <= 2)
        || line.starts_with("Originally Posted by ")
        || line.starts_with("Quote from: ")
        || line == "Quote:"
}

fn is_end_of_quote(line: &str) -> bool {
    line.trim().starts_with("Click to expand")
}

impl Reading<'_> {
    /// A line of the page of a forum.
    pub(super) fn forum(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) {
        let text = line.text.trim();
        let value = std::mem::take(&mut self.post.label);
        let there =
            !self.post.begun && self.post.name.as_deref().is_some_and(|name| says_presence(name, text));
        if let Some((name, when)) = posted(text) {
            self.write_post(name, Some(when));
        } else if there {
            self.post.label = false;
        } else if is_author(text, lines.sight().next().unwrap_or_default()) {
            let when = self.post.when.take().filter(|_| self.post.begun || self.post.name.is_none());
            self.write_post(text, when);
        } else if self.is_of_comment(text, lines.sight().next().unwrap_or_default()) {
            self.post.label = false;
        } else if value || is_of_page(text) {
            let labels = text.ends_with(':') || matches!(&*text.to_lowercase(), "upvote" | "vote");
            self.post.label = labels && !value;
        } else if let Some(when) = moments::whole(text.strip_prefix("Posted ").unwrap_or(text)) {
            self.post.when = Some(when);
        } else if page::is_day(text) {
            self.day = days::parting(text, self.day);
        } else if is_quote(text) && self.post.name.is_some() {
            self.post.quote = Some(false);
        } else {
            return self.post_words(line, lines);
        }
        self.chat.heading();
    }

    /// Whether `text` is how old a comment is, right under its name, or how many like it.
    fn is_of_comment(&self, text: &str, below: &str) -> bool {
        let named = self.post.name.as_deref().is_some_and(|name| name.starts_with('@'));
        let begun = self.post.begun;
        named && ((!begun && comments::is_age(text)) || (begun && comments::is_liked(text, below)))
    }

    fn write_post(&mut self, name: &str, when: Option<When>) {
        let same = !self.post.begun && self.post.name.as_deref() == Some(name);
        let when = if same { when.or(self.post.when) } else { when };
        self.post.name = Some(name.to_owned());
        (self.post.when, self.post.begun, self.post.quote) = (when, false, None);
    }

    fn post_words(&mut self, line: &Line<'_>, lines: &Ahead<impl BufRead>) {
        let text = line.text.trim();
        if let Some(met) = self.post.quote {
            let known = self.post.said.contains(text);
            let inside = lines.sight().any(is_end_of_quote);
            self.post.quote = (!is_end_of_quote(text)).then_some(true);
            if known || is_end_of_quote(text) {
                return self.chat.heading();
            }
            if inside || !met {
                return self.chat.note(When::Unknown, text, line.number);
            }
            self.post.quote = None;
        }
        let Some(name) = self.post.name.clone() else {
            return self.set_aside(line);
        };
        self.post.said.insert(text.to_owned());
        if std::mem::replace(&mut self.post.begun, true) {
            return self.go_on(line);
        }
        let when = self.post.when.take().unwrap_or(When::Unknown);
        self.say(&name, when, text, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_chats() {
        let page = |text: &str| is_page(&text.split('|').collect::<Vec<_>>());
        assert!(page("tom|Senior Member|Posts: 85|in?|Reply|ria|Posts: 9|yes|Reply"));
        assert!(page(
            "tom 4 points 1 hour ago|in?|permalink reply|ria 2 points 1 hour ago|yes|permalink reply"
        ));
        assert!(!page("Tom|16:02|in?|Ria|16:03|Reply|Tom|16:04|ok"));
        assert!(!page("Tom: Posts: 85|Ria: Reply|Tom: ok"));
        assert_eq!(posted("Post by tom » Sat Nov 15, 2025 1:00 pm").map(|p| p.0), Some("tom"));
        assert!(is_quote("tom wrote: ↑") && !is_quote("so the man said: no"));
    }
}
