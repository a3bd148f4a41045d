//! How a step ends.

/// Why a step did not pass.
///
/// cucumber's attributes turn an `Err(e)` into `panic!("{e}")`, so only the text reaches the runner;
/// the kind travels in front of it, where people can read it too.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StepError {
    /// A requirement is broken: somebody else did not do their work.
    #[error("broken: {0}")]
    Broken(String),
    /// The question cannot be answered here.
    #[error("inconclusive: {0}")]
    Inconclusive(String),
    /// The harness could not do its work.
    #[error("cannot: {0}")]
    CannotRun(String),
}

impl StepError {
    /// What happened, without the kind.
    pub fn message(&self) -> &str {
        match self {
            Self::Broken(text) | Self::Inconclusive(text) | Self::CannotRun(text) => text,
        }
    }

    /// Reads back what `Display` wrote; `None` for the text of any other panic.
    pub fn from_panic(text: &str) -> Option<Self> {
        let (kind, message) = text.split_once(": ")?;
        let message = message.to_owned();
        match kind {
            "broken" => Some(Self::Broken(message)),
            "inconclusive" => Some(Self::Inconclusive(message)),
            "cannot" => Some(Self::CannotRun(message)),
            _ => None,
        }
    }
}

/// How one step of an example ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StepOutcome {
    /// It did what it says.
    Passed,
    /// It says why not.
    Failed(StepError),
    /// It panicked: a mistake of ours.
    Panicked(String),
    /// No sentence says this.
    Undefined,
    /// More than one sentence says this; these, each with its place.
    Ambiguous(Vec<String>),
    /// A step before it did not pass.
    NotReached,
}

/// One step, and how it ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StepPlayed {
    /// `Given`, `When`, `Then`, `And` or `But`, as it was written.
    pub keyword: String,
    /// The sentence.
    pub text: String,
    /// The line in the feature file.
    pub line: usize,
    /// How it ended.
    pub outcome: StepOutcome,
}

/// One example that was played, and what is kept of its world.
#[derive(Clone, Debug)]
pub struct Played<K> {
    /// Every step, those of the background first.
    pub steps: Vec<StepPlayed>,
    /// What went wrong outside of the steps: in setting up or in clearing away.
    pub trouble: Option<StepError>,
    /// What the world left behind, however the example ended; `None` if it could not be made.
    pub kept: Option<K>,
    /// How long it took by the clock that the runner was given.
    pub elapsed: std::time::Duration,
}

/// How an example ended, seen as a whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending<'a> {
    /// Every step was reached, and passed.
    Passed,
    /// This step says that a requirement is broken.
    Broken(&'a StepPlayed, &'a str),
    /// This step says that the question cannot be answered here.
    Inconclusive(&'a StepPlayed, &'a str),
    /// The harness could not do its work, in this step if it was in one.
    CannotRun(Option<&'a StepPlayed>, String),
}

impl<K> Played<K> {
    /// How the example ended. It passed only if every step was reached and passed: an example
    /// that did not happen cannot pass.
    pub fn ending(&self) -> Ending<'_> {
        let stopped = self.steps.iter().find(|step| step.outcome != StepOutcome::Passed);
        let Some(step) = stopped else {
            return match &self.trouble {
                Some(trouble) => Ending::CannotRun(None, trouble.message().to_owned()),
                None if self.steps.is_empty() => {
                    Ending::CannotRun(None, "there is no step to play".to_owned())
                }
                None => Ending::Passed,
            };
        };
        let cannot = |why: String| Ending::CannotRun(Some(step), why);
        match &step.outcome {
            StepOutcome::Failed(StepError::Broken(why)) => Ending::Broken(step, why),
            StepOutcome::Failed(StepError::Inconclusive(why)) => Ending::Inconclusive(step, why),
            StepOutcome::Failed(StepError::CannotRun(why)) => cannot(why.clone()),
            StepOutcome::Panicked(why) => cannot(format!("the step panicked: {why}")),
            StepOutcome::Undefined => cannot("no sentence says this".to_owned()),
            StepOutcome::Ambiguous(sentences) => {
                cannot(format!("more than one sentence says this: {}", sentences.join(", ")))
            }
            // Nothing before it failed, and yet it was not reached.
            StepOutcome::NotReached | StepOutcome::Passed => {
                let why = self.trouble.as_ref().map_or("it was not played", StepError::message);
                Ending::CannotRun(None, why.to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(outcomes: &[StepOutcome]) -> Played<()> {
        let step = |outcome: &StepOutcome| StepPlayed {
            keyword: "Then".to_owned(),
            text: "all is well".to_owned(),
            line: 3,
            outcome: outcome.clone(),
        };
        let steps = outcomes.iter().map(step).collect();
        Played { steps, trouble: None, kept: Some(()), elapsed: std::time::Duration::ZERO }
    }

    #[test]
    fn the_kind_of_an_error_survives_a_panic() {
        for error in [
            StepError::Broken("1 of 2: streams".to_owned()),
            StepError::Inconclusive("not seen".to_owned()),
            StepError::CannotRun("listen".to_owned()),
        ] {
            assert_eq!(StepError::from_panic(&error.to_string()), Some(error));
        }
        assert_eq!(StepError::from_panic("index out of bounds: the len is 0"), None);
    }

    #[test]
    fn an_example_that_did_not_happen_has_not_passed() {
        assert!(matches!(played(&[]).ending(), Ending::CannotRun(..)));
        assert!(matches!(played(&[StepOutcome::NotReached]).ending(), Ending::CannotRun(..)));
        let undefined = [StepOutcome::Passed, StepOutcome::Undefined, StepOutcome::NotReached];
        assert!(matches!(played(&undefined).ending(), Ending::CannotRun(Some(_), _)));
        assert_eq!(played(&[StepOutcome::Passed]).ending(), Ending::Passed);
    }

    #[test]
    fn trouble_outside_of_the_steps_is_no_pass() {
        let trouble = Some(StepError::CannotRun("write the evidence".to_owned()));
        let played = Played { trouble, ..played(&[StepOutcome::Passed]) };
        assert_eq!(played.ending(), Ending::CannotRun(None, "write the evidence".to_owned()));
    }
}
