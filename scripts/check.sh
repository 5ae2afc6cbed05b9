#!/usr/bin/env bash
# Every check of the project, in the order in which they fail fastest. Needs Rust; brings what else it needs from the package registry.
set -euo pipefail
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }
step() { printf '\n== %s\n' "$1"; }

step "formatting"
cargo fmt --all --check

step "corpus notation"
if have python3; then
  python3 scripts/corpus/compile.py
else
  echo "SKIPPED: python3 is not installed, so the chats of eval/corpus were not checked"
fi

step "clippy"
cargo clippy --locked --workspace --all-targets -- -D warnings

step "the build without a client of the network"
cargo clippy --locked --no-default-features --features embed -- -D warnings
if cargo tree --locked --no-default-features --features embed --edges normal --prefix none | grep -E '^(hf-hub|ureq|reqwest|rustls) '; then
  echo "a client of the network is in the build that must have none" >&2
  exit 1
fi

step "tests"
have cargo-nextest || cargo install --locked cargo-nextest
cargo nextest run --locked --workspace --no-fail-fast

step "documentation tests"
cargo test --locked --workspace --doc

step "licences and sources of dependencies"
have cargo-deny || cargo install --locked cargo-deny
cargo deny --locked check licenses bans sources
if ! cargo deny --locked check advisories 2>/tmp/rushlight-advisories.$$; then
  if grep -q "failed to fetch advisory database" /tmp/rushlight-advisories.$$; then
    echo "SKIPPED: the advisory database cannot be reached from here, so known vulnerabilities were not checked"
  else
    cat /tmp/rushlight-advisories.$$ >&2
    exit 1
  fi
fi
rm -f /tmp/rushlight-advisories.$$
