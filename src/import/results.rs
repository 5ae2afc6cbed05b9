//! What this program wrote itself. Results are no chats, wherever they lie, although they hold ids and messages as chats do.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::ImportError;
use super::{GZIP, Limits, archive};

/// Bytes of a beginning that tell.
const HEAD: u64 = 512;

/// Whether a file, packed by gzip or not, begins as what `score` and `scripts` write.
pub fn is_results(path: &Path) -> bool {
    head(path).is_some_and(|head| states_schema(&head))
}

/// Whether a file, packed by gzip or not, begins as the scores that `eval` writes beside its result.
pub fn is_scores(path: &Path) -> bool {
    head(path).is_some_and(|head| binds_text(&head))
}

/// Whether an input that begins so is either of them.
pub(super) fn begins(head: &[u8]) -> bool {
    states_schema(head) || binds_text(head)
}

/// Why they are not read.
pub(super) fn refusal(name: &str) -> ImportError {
    ImportError::Foreign {
        name: name.to_owned(),
        what: "a file of results of rushlight",
        instead: "give the chats that were scored",
        general: false,
    }
}

fn head(path: &Path) -> Option<Vec<u8>> {
    let begin = |stream: &mut dyn Read| -> Option<Vec<u8>> {
        let mut head = Vec::new();
        stream.take(HEAD).read_to_end(&mut head).ok()?;
        Some(head)
    };
    let head = begin(&mut File::open(path).ok()?)?;
    if !head.starts_with(GZIP) {
        return Some(head);
    }
    begin(&mut archive::inflate(File::open(path).ok()?, &Limits::default()))
}

/// A line of JSON that states its schema first.
fn states_schema(head: &[u8]) -> bool {
    let rest = head.strip_prefix(b"{\"schema\":").unwrap_or_default();
    let rest = &rest[rest.iter().take_while(|b| b.is_ascii_digit()).count()..];
    [&b",\"version\":"[..], b",\"script\":"].iter().any(|next| rest.starts_with(next))
}

/// A line of JSON that binds an id to the hash of a text.
fn binds_text(head: &[u8]) -> bool {
    const HASH: &[u8] = b"\",\"sha256\":\"";
    let Some(rest) = head.strip_prefix(b"{\"id\":\"") else { return false };
    let hash = rest.windows(HASH.len()).position(|some| some == HASH).map(|at| &rest[at + HASH.len()..]);
    hash.and_then(|hash| hash.get(..64)).is_some_and(|hash| hash.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_known_by_how_they_begin() {
        let hash = "0".repeat(64);
        for (head, ours) in [
            ("{\"schema\":1,\"version\":\"0.1.0\",\"id\":\"x\"}".to_owned(), true),
            ("{\"schema\":1,\"script\":1}".to_owned(), true),
            (format!("{{\"id\":\"a\",\"sha256\":\"{hash}\",\"model\":\"m\"}}"), true),
            ("{\"id\":\"a\",\"messages\":[]}".to_owned(), false),
            ("{\"id\":\"a\",\"sha256\":\"short\"}".to_owned(), false),
        ] {
            assert_eq!(begins(head.as_bytes()), ours, "{head}");
        }
    }
}
