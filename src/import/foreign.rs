//! Exports that are known and not read: what they are, and what to ask the app for instead.

use super::error::ImportError;
use crate::import::intake::source::Sample;

/// A form of export, and the way out.
struct Known {
    what: &'static str,
    instead: &'static str,
}

const META: Known = Known {
    what: "a page of a Messenger or Instagram download that holds no chat",
    instead: "give the folder messages of the download",
};
const IMESSAGE: Known =
    Known { what: "a page of imessage-exporter", instead: "export again with the format txt" };
const SNAPCHAT: Known = Known {
    what: "a page of Snapchat's download that holds no chat",
    instead: "give the folder html/chat_history of the download",
};
const CALL: Known =
    Known { what: "a call or voicemail of Google Voice", instead: "give the pages of texts beside it" };
const CONTACTS: Known =
    Known { what: "a list of contacts (vCard)", instead: "give the export of the chat itself" };
const CALENDAR: Known =
    Known { what: "a calendar (iCalendar)", instead: "give the export of the chat itself" };
const COMMITS: Known = Known { what: "a log of git", instead: "give the export of the chat itself" };
const SYSTEM: Known =
    Known { what: "a log of a computer's programs", instead: "give the export of the chat itself" };
const SHELL: Known =
    Known { what: "a record of a command line", instead: "give the export of the chat itself" };
const PAGE: Known = Known {
    what: "a web page",
    instead: "export the chat again as JSON or TXT, or copy its words from the page and paste them",
};

/// Why the input that begins with `sample`, which no format claims, is not read, when it is known.
pub fn refusal(sample: &Sample) -> Option<ImportError> {
    let known = page(sample).or_else(|| program(sample.text()))?;
    let general = known.what == PAGE.what;
    Some(ImportError::Foreign {
        name: sample.name().to_owned(),
        what: known.what,
        instead: known.instead,
        general,
    })
}

/// Whether a text is written by programs in a form that others read as lines with names: it must not be taken for a paste.
pub fn is_of_programs(text: &str) -> bool {
    program(text).is_some()
}

/// What programs wrote it.
fn program(text: &str) -> Option<Known> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let begins = |start: &str| text.get(..start.len()).is_some_and(|t| t.eq_ignore_ascii_case(start));
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(100);
    let most = |is: fn(&str) -> bool| {
        let all = lines().count();
        all > 2 && lines().filter(|line| is(line)).count() * 10 >= all * 9
    };
    let prompts = lines().filter(|line| is_prompt(line)).count();
    if begins("BEGIN:VCARD") {
        Some(CONTACTS)
    } else if begins("BEGIN:VCALENDAR") {
        Some(CALENDAR)
    } else if is_commit(text) {
        Some(COMMITS)
    } else if most(is_syslog) {
        Some(SYSTEM)
    } else if prompts > 1 && lines().next().is_some_and(is_prompt) {
        Some(SHELL)
    } else {
        None
    }
}

/// `commit 3f2a…` with an author below it.
fn is_commit(text: &str) -> bool {
    let mut lines = text.lines();
    let hash = lines.next().and_then(|line| line.strip_prefix("commit ")?.split(' ').next());
    let full = hash.is_some_and(|h| h.len() >= 40 && h.bytes().all(|b| b.is_ascii_hexdigit()));
    full && lines.take(2).any(|line| line.starts_with("Author: ") || line.starts_with("Merge: "))
}

/// `Jan 13 21:07:01 host program[211]: …`
fn is_syslog(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let month = words
        .next()
        .is_some_and(|w| w.len() == 3 && crate::import::time::months::in_words(&w.to_lowercase()).is_some());
    let day = words.next().is_some_and(|w| w.len() <= 2 && w.bytes().all(|b| b.is_ascii_digit()));
    let clock = words.next().is_some_and(|w| w.len() == 8 && w.matches(':').count() == 2);
    let host = words.next().is_some_and(|w| !w.ends_with(':'));
    let program = words.next().is_some_and(|w| w.ends_with("]:") || w.ends_with(':'));
    month && day && clock && host && program
}

/// `bo@mill:~$ ls`
fn is_prompt(line: &str) -> bool {
    let Some((place, _)) = line.split_once(['$', '#']) else { return false };
    let Some((host, path)) = place.split_once(':') else { return false };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
    let machine = host.split_once('@').is_some_and(|(user, host)| plain(user) && plain(host));
    machine && path.starts_with(['~', '/']) && !path.contains(' ')
}

/// What page of HTML it is.
fn page(sample: &Sample) -> Option<Known> {
    let text = sample.text();
    let start: String = text.trim_start().chars().take(200).collect::<String>().to_ascii_lowercase();
    if !start.contains("<!doctype html") && !start.starts_with("<html") {
        return None;
    }
    let has = |word: &str| text.contains(word);
    // Classes that the page makers of the apps have used for years.
    Some(if has("class=\"message_part\"") || has("Reveal in Messages app") {
        IMESSAGE
    } else if has("uiBoxWhite noborder") || (has("_a6-g") && has("_a6-p")) {
        META
    } else if has("class=\"haudio\"") {
        CALL
    } else if has("Snapchat") || sample.name().ends_with("chat_history.html") {
        SNAPCHAT
    } else {
        PAGE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_and_what_to_do() {
        let meta = r#"<html><body><div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"></div>"#;
        for (name, text, words) in [
            ("m.html", meta, "Messenger or Instagram"),
            ("i.html", "<!DOCTYPE html><div class=\"message_part\">", "imessage-exporter"),
            ("v.html", "<?xml ?>\n<!DOCTYPE html><div class=\"haudio\">", "Google Voice"),
            ("html/chat_history.html", "<html><h1>Chat History</h1>", "Snapchat"),
            ("p.html", "<html><p>hello</p>", "a web page"),
            ("c.vcf", "BEGIN:VCARD\nFN:Bo Lee\nEND:VCARD\n", "vCard"),
            ("c.ics", "BEGIN:VCALENDAR\nSUMMARY:Match\n", "iCalendar"),
            ("g.txt", "commit 3f2a9c1d0b7e4f5a6b7c8d9e0f1a2b3c4d5e6f70\nAuthor: Bo <b@example.org>\n", "git"),
            ("b.txt", "bo@mill:~$ ls\nnotes.txt\nbo@mill:~$ exit\n", "command line"),
            ("s.log", &"Jan 13 21:07:01 mill sshd[211]: Accepted\n".repeat(3), "programs"),
        ] {
            let error = refusal(&Sample::new(name, text.as_bytes().to_vec())).unwrap().to_string();
            assert!(error.contains(words) && error.contains("; "), "{error}");
            assert!(!error.contains("--as"), "{error}");
        }
        assert!(refusal(&Sample::new("x.json", b"{\"a\": 1}".to_vec())).is_none());
        assert!(refusal(&Sample::new("x.xml", b"<?xml version=\"1.0\"?><calls></calls>".to_vec())).is_none());
    }
}
