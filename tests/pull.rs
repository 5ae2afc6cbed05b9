//! `rushlight models pull` against a hub on loopback: what comes, what binds it, and what stays behind when something is wrong.
#![cfg(feature = "pull")]

mod hub;

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use hub::{Answer, Hub};
use predicates::prelude::*;
use predicates::str::contains;
use rushlight::models::sha256;
use tempfile::TempDir;

const SMALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/rushlight-small");
const FILES: [&str; 3] = ["head.safetensors", "model.gguf", "tokenizer.json"];

/// A hub, and a folder to pull into.
struct Made {
    hub: Hub,
    dir: TempDir,
}

impl Made {
    fn new() -> Self {
        Self { hub: Hub::start(), dir: TempDir::new().unwrap() }
    }

    /// The same with a model folder `some/model`: a true card over files of a few bytes, since pulling looks at hashes only.
    fn with_model() -> Self {
        let made = Self::new();
        made.serve("model.toml", card(bytes).as_bytes());
        FILES.iter().for_each(|name| made.serve(name, &bytes(name)));
        made
    }

    fn at(name: &str) -> String {
        format!("/some/model/resolve/main/{name}")
    }

    fn serve(&self, name: &str, bytes: &[u8]) {
        self.hub.put(&Self::at(name), [Answer::Whole(bytes.to_vec())]);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn pull(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("rushlight").unwrap();
        let proxies = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "https_proxy", "http_proxy"];
        for name in proxies.into_iter().chain(["HF_TOKEN", "RUSHLIGHT_MODELS"]) {
            command.env_remove(name);
        }
        command.env("HF_ENDPOINT", &self.hub.endpoint).args(["models", "pull"]).args(args);
        command.arg("--to").arg(self.dir.path());
        command
    }
}

fn bytes(name: &str) -> Vec<u8> {
    name.bytes().cycle().take(200_000).collect()
}

/// The default model's card, over other files.
fn card(bytes: impl Fn(&str) -> Vec<u8>) -> String {
    let text = fs::read_to_string(Path::new(SMALL).join("model.toml")).unwrap();
    FILES.iter().fold(text, |text, name| {
        let now = sha256(&fs::read(Path::new(SMALL).join(name)).unwrap());
        text.replace(&now, &sha256(&bytes(name)))
    })
}

#[test]
fn a_model_folder_comes_whole_and_is_a_model() {
    let made = Made::new();
    for name in ["model.toml", "head.safetensors", "tokenizer.json", "CARD.md"] {
        made.serve(name, &fs::read(Path::new(SMALL).join(name)).unwrap());
    }
    // Large files lie on another host, as with a real hub. The token must not go there.
    let elsewhere = made.hub.endpoint.replace("127.0.0.1", "localhost");
    made.hub.put(&Made::at("model.gguf"), [Answer::Redirect(format!("{elsewhere}/store/1"))]);
    made.hub.put("/store/1", [Answer::Whole(fs::read(Path::new(SMALL).join("model.gguf")).unwrap())]);
    let card = sha256(&fs::read(Path::new(SMALL).join("model.toml")).unwrap());
    made.pull(&["some/model", "--sha256", &card])
        .env("HF_TOKEN", "hf_x")
        .assert()
        .success()
        .stdout(contains("as --sha256 says").and(contains("as model.toml says")))
        .stdout(contains("Not bound").not())
        .stderr("");
    let asked = made.hub.asked();
    assert!(asked.iter().all(|(path, h)| path.starts_with("/store/") || h["authorization"] == "Bearer hf_x"));
    assert!(asked.iter().any(|(path, h)| path.starts_with("/store/") && !h.contains_key("authorization")));
    assert!(!made.path("model.part").exists());
    let origin: toml::Table = fs::read_to_string(made.path("model/pulled.toml")).unwrap().parse().unwrap();
    assert_eq!(origin["model.toml"]["sha256"].as_str(), Some(card.as_str()));
    assert_eq!(origin["CARD.md"]["bound_by"].as_str(), Some("nothing"));
    let mut show = Command::cargo_bin("rushlight").unwrap();
    show.args(["models", "show"])
        .arg(made.path("model"))
        .assert()
        .success()
        .stdout(contains("rushlight-small"));
}

#[test]
fn what_nothing_binds_is_said() {
    let made = Made::with_model();
    let card = sha256(card(bytes).as_bytes());
    made.pull(&["some/model"])
        .assert()
        .success()
        .stdout(contains("Not bound by a hash known to this release: model.toml.").and(contains(card)));
}

#[test]
fn a_wrong_hash_is_refused_deleted_and_mended_by_the_next_run() {
    let made = Made::with_model();
    made.serve("model.gguf", b"something else");
    made.pull(&["some/model"]).assert().code(2).stderr(
        contains("model.gguf from some/model is not the file that was expected").and(contains("deleted")),
    );
    assert!(!made.path("model").exists() && !made.path("model.part/model.gguf").exists());
    assert!(!made.path("model.part/model.gguf.part").exists());
    made.hub.asked();
    made.serve("model.gguf", &bytes("model.gguf"));
    made.pull(&["some/model"]).assert().success();
    // The head was whole and is not asked for again; the card had no hash to know it by.
    assert_eq!(made.hub.names(), ["model.toml", "model.gguf", "tokenizer.json", "CARD.md"]);
    assert_eq!(fs::read(made.path("model/model.gguf")).unwrap(), bytes("model.gguf"));
}

#[test]
fn a_card_that_is_not_the_one_asked_for_brings_nothing_else() {
    let made = Made::with_model();
    made.pull(&["some/model", "--sha256", &"0".repeat(64)]).assert().code(2).stderr(contains("model.toml"));
    assert_eq!(made.hub.names(), ["model.toml"]);
    assert!(!made.path("model").exists());
}

#[test]
fn a_file_that_breaks_off_is_gone_on_with() {
    let made = Made::with_model();
    let gguf = bytes("model.gguf");
    made.hub
        .put(&Made::at("model.gguf"), [Answer::CutOff(gguf.clone(), 70_000), Answer::Whole(gguf.clone())]);
    made.pull(&["some/model"]).assert().code(2).stderr(contains("broke off while model.gguf came"));
    assert!(!made.path("model").exists());
    made.hub.asked();
    made.pull(&["some/model"]).assert().success();
    let asked = made.hub.asked();
    let again = asked.iter().find(|(path, _)| path.ends_with("gguf")).unwrap();
    assert_eq!(again.1["range"], "bytes=70000-");
    assert_eq!(fs::read(made.path("model/model.gguf")).unwrap(), gguf);
}

#[test]
fn a_killed_run_is_gone_on_with_also_when_the_server_knows_no_ranges() {
    let made = Made::with_model();
    let gguf = bytes("model.gguf");
    made.hub
        .put(&Made::at("model.gguf"), [Answer::Stalls(gguf.clone(), 90_000), Answer::NoRanges(gguf.clone())]);
    let mut child = process::Command::new(assert_cmd::cargo::cargo_bin("rushlight"))
        .args(["models", "pull", "some/model", "--to"])
        .arg(made.dir.path())
        .env("HF_ENDPOINT", &made.hub.endpoint)
        .env("NO_PROXY", "127.0.0.1")
        .env_remove("HF_TOKEN")
        .spawn()
        .unwrap();
    let (part, began) = (made.path("model.part/model.gguf.part"), Instant::now());
    while fs::metadata(&part).map_or(0, |m| m.len()) < 90_000 {
        assert!(began.elapsed() < Duration::from_secs(40), "nothing came");
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    made.pull(&["some/model"]).assert().success();
    assert_eq!(fs::read(made.path("model/model.gguf")).unwrap(), gguf);
}

#[test]
fn a_whole_file_is_not_replaced_by_a_part_that_lies_beside_it() {
    let made = Made::with_model();
    fs::create_dir(made.path("model.part")).unwrap();
    fs::write(made.path("model.part/model.gguf"), bytes("model.gguf")).unwrap();
    fs::write(made.path("model.part/model.gguf.part"), "left by who knows what").unwrap();
    // This one is whole but for its name; asking for more of it would be asking past its end.
    fs::write(made.path("model.part/tokenizer.json.part"), bytes("tokenizer.json")).unwrap();
    // And this one is longer than the file.
    fs::write(made.path("model.part/head.safetensors.part"), vec![0; 300_000]).unwrap();
    made.pull(&["some/model"]).assert().success();
    assert_eq!(made.hub.names(), ["model.toml", "head.safetensors", "head.safetensors", "CARD.md"]);
    for name in FILES {
        assert!(fs::read(made.path("model").join(name)).unwrap() == bytes(name), "{name}");
    }
    assert_eq!(fs::read_dir(made.path("model")).unwrap().count(), 5);
}

#[test]
fn what_no_hash_binds_is_never_pieced_together() {
    let made = Made::new();
    let whole = bytes("x");
    made.hub.put(&Made::at("x.gguf"), [Answer::CutOff(whole.clone(), 9_000), Answer::Whole(whole.clone())]);
    made.pull(&["some/model", "--file", "x.gguf"]).assert().code(2).stderr(contains("anew"));
    made.hub.asked();
    made.pull(&["some/model", "--file", "x.gguf"])
        .assert()
        .success()
        .stdout(contains("backbone without a head").and(contains("Not bound by a hash")));
    assert!(!made.hub.asked()[0].1.contains_key("range"));
    assert_eq!(fs::read(made.path("model/x.gguf")).unwrap(), whole);
    let origin = fs::read_to_string(made.path("model/pulled.toml")).unwrap();
    assert!(origin.contains(&sha256(&whole)) && origin.contains("bound_by = \"nothing\""));
}

#[test]
fn a_name_of_the_manifest_is_known_and_others_are_not() {
    let made = Made::new();
    made.hub.put("/Qwen/Qwen3-0.6B-GGUF/resolve/main/Qwen3-0.6B-Q8_0.gguf", [Answer::Whole(bytes("q"))]);
    made.hub.put("/Qwen/Qwen3-0.6B/resolve/main/tokenizer.json", [Answer::Whole(bytes("t"))]);
    let other = format!("tokenizer.json={}", sha256(&bytes("t")));
    made.pull(&["qwen3-0.6b", "--sha256", &other])
        .assert()
        .success()
        .stdout(contains("Not bound by a hash known to this release: model.gguf."));
    assert_eq!(fs::read(made.path("qwen3-0.6b/model.gguf")).unwrap(), bytes("q"));
    made.pull(&["unheard-of"]).assert().code(2).stderr(contains("which lists: qwen3-0.6b"));
}

#[test]
fn refusals_of_the_hub_are_told_apart() {
    let made = Made::with_model();
    made.pull(&["some/other"])
        .assert()
        .code(2)
        .stderr(contains("has no model.toml in some/other at main (404)"));
    made.hub.put(&Made::at("tokenizer.json"), [Answer::Status(404)]);
    made.pull(&["some/model"]).assert().code(2).stderr(contains("has no tokenizer.json"));
    made.hub.put(&Made::at("model.toml"), [Answer::Status(401)]);
    made.pull(&["some/model"]).assert().code(2).stderr(contains("(401)").and(contains("into HF_TOKEN")));
    made.hub.put(&Made::at("model.toml"), [Answer::Status(403)]);
    let mut with_token = made.pull(&["some/model"]);
    with_token.env("HF_TOKEN", "hf_secret").assert().code(2).stderr(
        contains("the token in HF_TOKEN (403)").and(contains("hf_secret").not()).and(contains("127.0.0.1")),
    );
    made.hub.put(&Made::at("model.toml"), [Answer::Status(503)]);
    made.pull(&["some/model"]).assert().code(2).stderr(contains("try again later"));
    made.hub.put(&Made::at("model.toml"), [Answer::Redirect(Made::at("model.toml"))]);
    made.pull(&["some/model"]).assert().code(2).stderr(contains("redirects"));
    assert!(!made.path("model").exists());
}

#[test]
fn a_computer_without_a_network_is_told_the_other_way() {
    let made = Made::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut pull = made.pull(&["some/model"]);
    pull.env("HF_ENDPOINT", format!("http://{free}")).assert().code(2).stderr(
        contains(format!("cannot reach {free}")).and(contains("copy the folder")).and(contains("README")),
    );
}

#[test]
fn endpoints_that_would_give_a_token_away_are_refused() {
    let made = Made::new();
    for (endpoint, why) in [
        ("http://hub.invalid", "for all to read"),
        ("http://127.0.0.1.hub.invalid", "for all to read"),
        ("file:///etc", "must begin with"),
        ("https://me:word@hub.invalid", "without a password"),
    ] {
        let mut pull = made.pull(&["some/model"]);
        pull.env("HF_ENDPOINT", endpoint).env("HF_TOKEN", "hf_x").assert().code(2).stderr(contains(why));
    }
}

#[test]
fn a_model_that_is_there_is_replaced_only_when_asked_and_only_if_it_is_one() {
    let made = Made::with_model();
    fs::create_dir(made.path("model")).unwrap();
    fs::write(made.path("model/thesis.txt"), "mine").unwrap();
    made.pull(&["some/model"]).assert().code(2).stderr(contains("is there already"));
    made.pull(&["some/model", "--overwrite"]).assert().code(2).stderr(contains("holds no model"));
    assert!(made.hub.asked().is_empty() && made.path("model/thesis.txt").exists());
    fs::write(made.path("model/model.toml"), "old").unwrap();
    made.pull(&["some/model", "--overwrite"]).assert().success();
    assert!(made.path("model/model.gguf").exists() && !made.path("model/thesis.txt").exists());
    assert_eq!(fs::read_dir(made.dir.path()).unwrap().count(), 1, "something was left behind");
}

#[test]
fn hostile_names_lead_nowhere() {
    let made = Made::with_model();
    for what in ["../up", "some/..", "/etc/passwd", "some/model@../../x", "some/model/more"] {
        made.pull(&[what]).assert().code(2).stderr(contains("cannot be a name").or(contains("OWNER/REPO")));
    }
    for name in ["../../up", "/tmp/up", "pulled.toml", "a\\\\b", "model.toml"] {
        let line = format!("[files]\n\"{name}\" = \"{}\"", "0".repeat(64));
        made.serve("model.toml", card(bytes).replace("[files]", &line).as_bytes());
        made.pull(&["some/model"]).assert().code(2);
    }
    made.serve("model.toml", "x = \"\u{1b}[31m".as_bytes());
    made.pull(&["some/model"]).assert().code(2).stderr(contains("\u{1b}").not());
    assert!(!made.path("model").exists());
    assert_eq!(fs::read_dir(made.dir.path()).unwrap().count(), 1, "something stands beside the part");
}

#[test]
fn a_server_that_never_ends_is_stopped() {
    let made = Made::with_model();
    made.hub.put(&Made::at("model.gguf"), [Answer::Endless]);
    made.pull(&["some/model", "--most", "0.001"]).assert().code(2).stderr(contains("--most"));
    let part = made.path("model.part/model.gguf.part");
    assert!(!part.exists(), "what is too large stays");
    made.hub.put(&Made::at("model.gguf"), [Answer::Announces(30 << 30)]);
    made.pull(&["some/model"]).assert().code(2).stderr(contains("more than the"));
    made.hub.put(&Made::at("model.toml"), [Answer::Announces(2 << 20)]);
    made.pull(&["some/model"]).assert().code(2).stderr(contains("more than the"));
    made.hub.put(&Made::at("x.gguf"), [Answer::Endless]);
    made.pull(&["some/model", "--file", "x.gguf"]).assert().code(2).stderr(contains("does not say how long"));
}
