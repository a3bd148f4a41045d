//! What the Gherkin sentences mean, and how features are read and played.

#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod calls;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod control;
mod failure;
mod feature;
mod folder;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod ice;
mod lint;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod mailbox;
mod office_words;
mod outcome;
mod outline;
mod plan;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod portal;
mod portal_words;
mod prompt_words;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod prompts;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod provisioning;
mod recorder;
mod runner;
mod selection;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod settings;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod settings_api;
mod stage;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod transfer;
mod trust;
#[expect(clippy::needless_pass_by_value, reason = "cucumber hands every word over")]
mod verdicts;
mod vocabulary;
mod words;
pub mod world;

pub use feature::{Example, read};
pub use folder::{folder, write_verdict};
pub use outcome::{Ending, Played, StepError, StepOutcome, StepPlayed, Trouble};
pub use plan::{Play, plan};
pub use runner::{Job, run};
pub use selection::{Selection, Target, tags};
pub use stage::Stage;
pub use vocabulary::{Sentence, Vocabulary, word};
pub use words::{Count, PARAMETERS, Party, Shown, Span, Unsaid, Way};
