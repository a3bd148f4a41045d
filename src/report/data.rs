//! What a run found, as data: every rendering reads this and nothing else.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// A whole run, in the order in which it was planned: feature by feature, scenario by scenario.
#[derive(Clone, Debug, Default)]
pub struct RunReport {
    /// Every example on every scenario, played or skipped.
    pub examples: Vec<ExampleReport>,
    /// How much real time it took.
    pub elapsed: Duration,
}

/// One example on one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct ExampleReport {
    /// The name of the feature.
    pub feature: String,
    /// The name of the rule, if the example stands in one.
    pub rule: Option<String>,
    /// The name of the example.
    pub example: String,
    /// The path of the feature file.
    pub path: String,
    /// The line of the example.
    pub line: usize,
    /// What it was played on.
    pub scenario: ScenarioName,
    /// Where all randomness came from.
    pub seed: u64,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The requirements that were broken, in the order of time.
    pub findings: Vec<FindingText>,
    /// What is to be known beside the verdict: an admitted deviation, our own lateness.
    pub notes: Vec<String>,
    /// The command that plays it again.
    pub again: String,
    /// How much real time it took.
    #[serde(rename = "elapsed_s", serialize_with = "seconds")]
    pub elapsed: Duration,
    /// How much virtual time went by; `None` on the wire.
    #[serde(rename = "simulated_s", serialize_with = "some_seconds")]
    pub simulated: Option<Duration>,
}

/// A scenario, for people.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ScenarioName {
    /// Its title.
    pub title: String,
    /// Its file.
    pub path: String,
}

/// How an example ended.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing was broken.
    Passed,
    /// A requirement was broken; noticed in this step, or by a check that no step asked for.
    Failed {
        /// The step.
        step: Option<StepText>,
        /// What the step said, for want of a finding.
        why: String,
    },
    /// The question cannot be answered here.
    Inconclusive {
        /// The step that asked it.
        step: Option<StepText>,
        /// Why not.
        why: String,
    },
    /// It was not played.
    Skipped {
        /// What the scenario says about it.
        reason: String,
    },
    /// The harness could not do its work.
    CannotRun {
        /// The step that it was in.
        step: Option<StepText>,
        /// Why not, in a sentence.
        why: String,
    },
}

/// A step in its feature file.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct StepText {
    /// The path of the feature file.
    pub path: String,
    /// The line of the step.
    pub line: usize,
    /// The keyword and the sentence.
    pub text: String,
}

/// A requirement that was broken, and how one can tell.
#[derive(Clone, Debug, Serialize)]
pub struct FindingText {
    /// The id of the requirement.
    pub requirement: String,
    /// `must`, `should` and so on.
    pub level: String,
    /// What the requirement says.
    pub statement: String,
    /// Where it says so: an RFC and its section, a manual.
    pub source: String,
    /// What was seen.
    pub seen: String,
    /// Whose fault it is: a part, or why it cannot be told.
    pub blame: BlameText,
    /// When it was, counted from the start of the run.
    #[serde(rename = "at_s", serialize_with = "seconds")]
    pub at: Duration,
    /// Where in a recording it is to be heard.
    pub audio: Option<AudioPlace>,
    /// The lines of the ladder around it.
    pub ladder: Vec<LadderLine>,
}

/// Whose fault a finding is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlameText {
    /// This part's.
    Part(String),
    /// It cannot be told from here, and why not.
    Unknown(String),
}

/// A place in a recording.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AudioPlace {
    /// Which recording of the run: the first is 1.
    pub recording: usize,
    /// Counted from the first media of it.
    #[serde(rename = "offset_s", serialize_with = "seconds")]
    pub offset: Duration,
}

/// One line of a ladder: something that crossed the network, or did not.
#[derive(Clone, Debug, Serialize)]
pub struct LadderLine {
    /// When, counted from the start of the run; `None` for what never came.
    #[serde(rename = "at_s", serialize_with = "some_seconds")]
    pub at: Option<Duration>,
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// `INVITE`, `200 OK`, `RTP`.
    pub what: String,
    /// What matters in it.
    pub detail: String,
    /// Whether this is the line that broke the requirement.
    pub marked: bool,
}

/// How many examples ended in which way.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Tally {
    /// Nothing was broken.
    pub passed: usize,
    /// A requirement was broken.
    pub failed: usize,
    /// The question could not be answered.
    pub inconclusive: usize,
    /// Not played.
    pub skipped: usize,
    /// The harness could not do its work.
    pub cannot_run: usize,
}

impl fmt::Display for BlameText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part(name) => f.write_str(name),
            Self::Unknown(why) => write!(f, "cannot be told from here: {why}"),
        }
    }
}

impl fmt::Display for AudioPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.offset.as_secs();
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        let milliseconds = self.offset.subsec_millis();
        write!(f, "{minutes}:{seconds:02}.{milliseconds:03} of recording {}", self.recording)
    }
}

impl RunReport {
    /// Counts the endings.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for example in &self.examples {
            let count = match example.outcome {
                Outcome::Passed => &mut tally.passed,
                Outcome::Failed { .. } => &mut tally.failed,
                Outcome::Inconclusive { .. } => &mut tally.inconclusive,
                Outcome::Skipped { .. } => &mut tally.skipped,
                Outcome::CannotRun { .. } => &mut tally.cannot_run,
            };
            *count += 1;
        }
        tally
    }

    /// How much virtual time went by in all examples together.
    pub fn simulated(&self) -> Duration {
        self.examples.iter().filter_map(|example| example.simulated).sum()
    }
}

impl Tally {
    /// How many there are.
    pub fn total(&self) -> usize {
        self.passed + self.failed + self.inconclusive + self.skipped + self.cannot_run
    }
}

fn seconds<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(time.as_secs_f64())
}

#[expect(clippy::ref_option, reason = "serde wants a reference to the field")]
fn some_seconds<S: Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(to)
}
