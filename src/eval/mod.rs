//! Suites: labelled conversations in, one self-describing result out, which every report renders.
//!
//! ```text
//! suite.toml ─▸ cases (text and labels) ─▸ verdicts of the model, of a file of scores, of baselines
//!                                            └─▸ thresholds on dev, frozen ─▸ tables, plots ─▸ Outcome
//! ```

mod again;
mod agreement;
mod attacks;
mod baselines;
mod beside;
mod bins;
mod cases;
mod choice;
mod compare;
mod espd;
mod fairness;
mod folds;
mod foreign;
mod html;
mod ids;
mod join;
mod judge;
mod labelled;
mod lengths;
mod measures;
mod notation;
mod pan12;
mod part;
mod plots;
mod quantization;
mod result;
mod robustness;
mod shipped;
mod side;
mod sides;
mod signals;
mod strata;
mod suite;
mod svg;
mod tables;
mod texts;
mod verdict;
mod warnings;
mod ways;

pub use again::{Book, Brief};
pub use agreement::agreement;
pub use cases::{Case, Gold, Skipped, labelled};
pub use compare::{Comparison, compare, read};
pub use folds::{CrossValidation, SPLIT, Share};
pub use html::{html, is_report};
pub use judge::{Request, Tell, run};
pub use measures::compared;
pub use result::{Measure, Outcome, Plot, Row, Run, Series, Table, Threshold};
pub use side::{SideFile, is_torn};
pub use sides::Side;
pub use suite::{Suite, Task, list};
pub use tables::{markdown, text};
pub use texts::set_aside;
pub use verdict::{Verdict, score};
pub use ways::write_texts;

/// The JSON Schema of a result.
pub fn schema() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(Outcome)).expect("a schema is plain data")
}
