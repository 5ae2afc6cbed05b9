//! rushlight reads a conversation on the organisation's own hardware and says whether, where and why a trained person
//! should look.
//!
//! ```text
//! bytes ─ import ─▸ Transcript ─ prompt ─▸ token ids ─ backbone ─▸ vectors ─ head ─▸ signals, risk, patterns
//!                       │                                                                   │
//!                       └──────────────────────── score ────────────────────────────────────┴─▸ Assessment ─ report ─▸ text, Markdown, HTML, JSON
//! ```
//!
//! The modules in reading order. Lower ones never import higher ones; `tests/tidy.rs` holds these walls.

#![forbid(unsafe_code)]

pub mod transcript;

pub mod import;

pub mod prompt;

pub use rushlight_kernels as kernels;

pub mod backbone;

pub mod head;

pub mod assessment;

pub mod models;

pub mod language;

pub mod score;

pub mod reading;

pub mod report;

pub mod convert;

pub mod serve;

pub mod alike;

pub mod scripts;

pub mod metrics;

pub mod eval;

pub mod train;

pub mod bench;

pub mod cli;
