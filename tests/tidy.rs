//! The walls of the house, checked: who may import whom, where `unsafe` may stand, how long a file may grow.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms below it that it may use. What is not listed may use nothing of ours.
const WALLS: &[(&str, &[&str])] = &[
    ("transcript", &[]),
    ("import", &["transcript"]),
    ("prompt", &["transcript"]),
    ("kernels", &[]),
    ("backbone", &["kernels"]),
    ("head", &["kernels"]),
    ("assessment", &["head"]),
    ("models", &["backbone", "head", "kernels", "prompt"]),
    ("language", &["prompt", "transcript"]),
    ("score", &["assessment", "backbone", "head", "language", "models", "prompt", "transcript"]),
    ("reading", &["assessment", "import", "models", "score", "transcript"]),
    ("report", &["assessment", "head", "transcript"]),
    ("convert", &["transcript"]),
    ("serve", &["assessment", "import", "models", "reading", "report", "transcript"]),
    ("alike", &[]),
    ("scripts", &["alike", "assessment", "prompt", "report", "score", "transcript"]),
    ("metrics", &[]),
    ("eval", &["assessment", "head", "import", "metrics", "models", "score", "transcript"]),
    (
        "train",
        &[
            "alike",
            "assessment",
            "backbone",
            "eval",
            "head",
            "kernels",
            "metrics",
            "models",
            "prompt",
            "score",
            "transcript",
        ],
    ),
    ("bench", &["backbone", "kernels", "models", "prompt", "score", "transcript"]),
    (
        "cli",
        &[
            "assessment",
            "backbone",
            "bench",
            "convert",
            "eval",
            "import",
            "models",
            "prompt",
            "reading",
            "report",
            "score",
            "scripts",
            "serve",
            "train",
            "transcript",
        ],
    ),
];
/// The rooms within `import`, in the same way. What lies beside them (errors, warnings, the list of formats) is for all.
const WALLS_OF_IMPORT: &[(&str, &[&str])] = &[
    ("syntax", &[]),
    ("intake", &["syntax"]),
    ("time", &["syntax"]),
    ("chats", &["intake", "syntax", "time"]),
    ("paste", &["chats", "intake", "syntax", "time"]),
    ("records", &["chats", "intake", "paste", "syntax", "time"]),
    ("exports", &["chats", "intake", "paste", "records", "syntax", "time"]),
];
/// Lines of a file, its tests included.
const LONGEST: usize = 450;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Path below `src`, room, text.
fn files() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        let room = name.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        (name, room, fs::read_to_string(path).unwrap())
    };
    sources(&root).into_iter().map(read).collect()
}

/// What files use behind `root` that their `room` may not, by `walls`; files without a room there are free.
fn breaches(walls: &[(&str, &[&str])], root: &str, files: &[(String, String, String)]) -> Vec<String> {
    let walls: BTreeMap<&str, &[&str]> = walls.iter().copied().collect();
    let mut breaches = Vec::new();
    for (name, room, text) in files {
        let Some(allowed) = walls.get(room.as_str()) else { continue };
        for part in text.split(root).skip(1) {
            let used: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let known = walls.contains_key(used.as_str());
            if known && used != *room && !allowed.contains(&used.as_str()) {
                breaches.push(format!("{name} uses {used}"));
            }
        }
    }
    breaches
}

#[test]
fn lower_rooms_never_import_higher_ones() {
    let files = files();
    let homeless = |room: &str| !["lib", "main"].contains(&room) && WALLS.iter().all(|(r, _)| *r != room);
    let homeless: Vec<&String> = files.iter().filter(|f| homeless(&f.1)).map(|f| &f.0).collect();
    assert!(homeless.is_empty(), "files in rooms without a place in WALLS: {homeless:#?}");
    assert!(files.len() > 20, "the sources were not found");
    let breaches = breaches(WALLS, "crate::", &files);
    assert!(breaches.is_empty(), "walls breached: {breaches:#?}");
}

#[test]
fn the_rooms_of_import_keep_to_their_walls() {
    let inner = |(name, _, text): (String, String, String)| {
        let below = name.strip_prefix("import/")?;
        let room = below.split('/').next()?.trim_end_matches(".rs").to_owned();
        Some((name, room, text))
    };
    let files: Vec<_> = files().into_iter().filter_map(inner).collect();
    for (room, _) in WALLS_OF_IMPORT {
        assert!(files.iter().any(|f| f.1 == *room), "{room} was not found");
    }
    let breaches = breaches(WALLS_OF_IMPORT, "crate::import::", &files);
    assert!(breaches.is_empty(), "walls breached: {breaches:#?}");
}

#[test]
fn unsafe_stands_in_the_kernels_only_and_gives_its_reason() {
    for (name, room, text) in files() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap();
            if !code.contains("unsafe {") && !code.contains("unsafe fn") && !code.contains("unsafe impl") {
                continue;
            }
            assert_eq!(room, "kernels", "{name}:{}: unsafe outside the kernels", at + 1);
            let reasoned = lines[at.saturating_sub(3)..at].iter().any(|l| l.contains("SAFETY:"));
            assert!(reasoned, "{name}:{}: unsafe without a reason", at + 1);
        }
    }
}

#[test]
fn only_the_verb_of_that_name_touches_the_page() {
    for (name, room, text) in files() {
        let used = text.contains("crate::serve") && room != "serve";
        assert!(!used || name == "cli/serve.rs", "{name} touches serve");
    }
}

#[test]
fn nothing_here_can_open_a_socket_but_the_page_and_that_on_loopback() {
    for (name, room, text) in files() {
        for word in ["TcpStream", "UdpSocket", "UnixStream", "reqwest", "hyper::", "ureq", ".connect("] {
            assert!(!text.contains(word), "{name} mentions {word}; nothing here calls out");
        }
        for word in ["0.0.0.0", "UNSPECIFIED", "Ipv6Addr", "ToSocketAddrs"] {
            assert!(!text.contains(word), "{name} mentions {word}; the page is for this computer only");
        }
        for word in ["std::net", "tokio::", "axum", "async "] {
            assert!(
                room == "serve" || !text.contains(word),
                "{name} mentions {word}, which belongs in serve"
            );
        }
        for bind in text.split("Listener::bind(").skip(1) {
            assert!(bind.starts_with("(Ipv4Addr::LOCALHOST, "), "{name} listens where others can reach it");
        }
    }
}

#[test]
fn only_pulling_a_model_calls_out_and_only_its_verb_pulls() {
    for (name, room, text) in files() {
        assert!(!text.contains("hf_hub") || name == "models/pull.rs", "{name} mentions hf_hub");
        let uses = text.contains("models::pull") || text.contains("super::pull");
        assert!(
            !uses || ["cli/pull.rs", "cli/models.rs"].contains(&name.as_str()),
            "{name} touches models::pull"
        );
        assert!(
            room == "models" || room == "cli" || !text.contains("HF_"),
            "{name} mentions what only pulling needs"
        );
    }
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let client = &manifest["dependencies"]["hf-hub"];
    assert_eq!(client["optional"].as_bool(), Some(true), "the program cannot be built without the client");
    let features = manifest["features"].as_table().unwrap();
    let brings =
        |(name, list): (&String, &toml::Value)| list.to_string().contains("hf-hub").then(|| name.clone());
    let brings: Vec<String> = features.iter().filter_map(brings).collect();
    assert_eq!(brings, ["pull"], "another feature brings the client");
}

#[test]
fn text_is_revealed_only_where_it_is_read_or_shown() {
    for (name, room, text) in files() {
        let reads = [
            "transcript",
            "import",
            "prompt",
            "language",
            "score",
            "report",
            "convert",
            "scripts",
            "eval",
            "train",
        ];
        assert!(
            !text.contains(".reveal()") || reads.contains(&room.as_str()),
            "{name} reveals the words of a chat"
        );
        assert!(!text.contains("dbg!("), "{name} has a dbg!");
    }
}

#[test]
fn files_stay_short_and_finished() {
    for (name, _, text) in files() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{name} has {lines} lines; would a newcomer know their room in it?");
        for word in ["TODO", "FIXME", "unimplemented!", "todo!("] {
            assert!(!text.contains(word), "{name} holds a {word}");
        }
    }
}

#[test]
fn every_module_opens_by_saying_what_it_is_for() {
    for (name, _, text) in files() {
        assert!(text.starts_with("//!"), "{name} does not begin with a paragraph on what it is for");
    }
}
