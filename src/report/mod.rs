//! Verdicts as data, and their readers: the text for a terminal, and the progress of a run.

mod command;
mod data;
mod progress;
mod text;

pub use command::again;
pub use data::{
    ExampleReport, FindingText, LadderLine, Outcome, RunReport, ScenarioName, StepText, Tally,
};
pub use progress::Progress;
pub use text::{failure, finding, summary, verdicts};
