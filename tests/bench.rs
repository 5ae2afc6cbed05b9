//! `rushlight bench`: that it measures what it says, on files small enough for a test. The rates themselves are never judged here.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::prelude::*;
use serde_json::Value;

fn bench() -> Command {
    let mut command = Command::cargo_bin("rushlight").unwrap();
    command.env_remove("RUSHLIGHT_MODELS").env_remove("RUSHLIGHT_KERNEL").arg("bench");
    command
}

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn json(command: &mut Command) -> Value {
    let output = command.args(["--json", "-"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn is_spread(value: &Value) -> bool {
    let [min, median, max] = ["min", "median", "max"].map(|name| value[name].as_f64().unwrap());
    0.0 < min && min <= median && median <= max && max.is_finite()
}

#[test]
fn a_decoder_is_timed_at_each_length_and_the_result_describes_itself() {
    let gguf = at("tests/fixtures/engine/tiny-qwen3.gguf");
    let result = json(bench().arg("--gguf").arg(gguf).args(["--tokens", "4,40", "--runs", "3"]));
    assert_eq!((&result["runs"], &result["backbone"]["architecture"]), (&3.into(), &"qwen3".into()));
    let passes = result["passes"].as_array().unwrap();
    let lengths: Vec<_> = passes.iter().map(|p| p["tokens"].as_u64().unwrap()).collect();
    assert_eq!(lengths, [4, 40]);
    for pass in passes {
        assert!(is_spread(&pass["tokens_per_second"]), "{pass}");
        let (rate, weights) = (&pass["tokens_per_second"]["median"], &result["backbone"]["linear_weights"]);
        let expected = rate.as_f64().unwrap() * 2e-9 * weights.as_f64().unwrap();
        let found = pass["linear_gflops"].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} where {expected} was expected");
    }
    assert!(result["machine"]["peak_f32"].as_f64().unwrap() > 0.0);
    assert!(result["chats"].is_null(), "a GGUF alone reads no chats");
}

#[test]
#[cfg(feature = "embed")]
fn the_default_model_is_timed_on_given_chats() {
    let chat = at("examples/raid-night.txt");
    let result = json(bench().args(["--only", "chats", "--runs", "2", "--chats"]).arg(chat));
    let chats = &result["chats"];
    assert_eq!((&chats["chats"], &result["passes"]), (&1.into(), &Value::Array(vec![])));
    assert!(chats["messages"].as_u64().unwrap() > 5 && chats["tokens"].as_u64() > chats["messages"].as_u64());
    assert!(is_spread(&chats["messages_per_second"]), "{chats}");
}

#[test]
fn what_cannot_be_measured_is_refused_with_the_reason() {
    let gguf = at("tests/fixtures/engine/tiny-qwen3.gguf");
    for (flags, reason) in [
        (["--only", "chats"], "give --model"),
        (["--tokens", "0"], "0 is not in 1.."),
        (["--runs", "0"], "0 is not in 1.."),
    ] {
        bench()
            .arg("--gguf")
            .arg(&gguf)
            .args(flags)
            .assert()
            .code(2)
            .stderr(predicate::str::contains(reason));
    }
    bench()
        .args(["--gguf", "no-such.gguf"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("no-such.gguf"));
}
