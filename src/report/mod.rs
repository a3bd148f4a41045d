//! Verdicts as data, and their readers: text for a terminal, JSON, `JUnit` and a page for a browser,
//! and the progress of a run.

mod by_requirement;
mod command;
mod coverage;
mod data;
mod html;
mod json;
mod junit;
mod progress;
mod text;

pub use by_requirement::{Broken, Shown, by_requirement};
pub use command::again;
pub use coverage::{CoverageTally, coverage};
pub use data::{
    AudioPlace, BlameText, ExampleReport, FindingText, LadderLine, Outcome, RunReport,
    ScenarioName, StepText, Tally,
};
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use progress::Progress;
pub use text::{failure, finding, ladder_text, summary, verdicts};
