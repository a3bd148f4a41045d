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
    /// The harness could not do its work; a fragment that fits after "cannot".
    #[error("cannot: {0}")]
    CannotRun(String),
}

impl StepError {
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

/// What went wrong outside of the steps: in setting a world up, or in clearing it away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// The world says what.
    Error(StepError),
    /// A panic, and where: a mistake of ours.
    Panicked(String),
}

/// One example that was played, and what is kept of its world.
#[derive(Clone, Debug)]
pub struct Played<K> {
    /// Every step, those of the background first.
    pub steps: Vec<StepPlayed>,
    /// What went wrong outside of the steps, if anything did.
    pub trouble: Option<Trouble>,
    /// What the world left behind, however the example ended; `None` if it could not be made.
    pub kept: Option<K>,
    /// How long it took by the clock that the runner was given.
    pub elapsed: std::time::Duration,
}

/// How an example ended, seen as a whole; with the step in which it did, if it was in one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending<'a> {
    /// Every step was reached, and passed.
    Passed,
    /// A requirement is broken.
    Broken(Option<&'a StepPlayed>, &'a str),
    /// The question cannot be answered here.
    Inconclusive(Option<&'a StepPlayed>, &'a str),
    /// The harness could not do its work; a whole sentence says why.
    CannotRun(Option<&'a StepPlayed>, String),
}

impl<K> Played<K> {
    /// How the example ended. It passed only if every step was reached and passed: an example
    /// that did not happen cannot pass.
    pub fn ending(&self) -> Ending<'_> {
        let unpassed = self.steps.iter().find(|step| step.outcome != StepOutcome::Passed);
        let Some(step) = unpassed else {
            return match &self.trouble {
                Some(trouble) => trouble.ending(),
                None if self.steps.is_empty() => {
                    Ending::CannotRun(None, "there is no step to play".to_owned())
                }
                None => Ending::Passed,
            };
        };
        let cannot = |why: String| Ending::CannotRun(Some(step), why);
        match &step.outcome {
            StepOutcome::Failed(error) => error.ending(Some(step)),
            StepOutcome::Panicked(why) => cannot(format!("the step panicked: {why}")),
            StepOutcome::Undefined => cannot("no sentence says this".to_owned()),
            StepOutcome::Ambiguous(sentences) => {
                cannot(format!("more than one sentence says this: {}", sentences.join(", ")))
            }
            // No step before it failed, and yet it was not reached.
            StepOutcome::NotReached | StepOutcome::Passed => self.trouble.as_ref().map_or_else(
                || Ending::CannotRun(None, "the example was not played".to_owned()),
                Trouble::ending,
            ),
        }
    }
}

impl Trouble {
    fn ending(&self) -> Ending<'_> {
        match self {
            Self::Error(error) => error.ending(None),
            Self::Panicked(why) => Ending::CannotRun(None, why.clone()),
        }
    }
}

impl StepError {
    fn ending<'a>(&'a self, step: Option<&'a StepPlayed>) -> Ending<'a> {
        match self {
            Self::Broken(why) => Ending::Broken(step, why),
            Self::Inconclusive(why) => Ending::Inconclusive(step, why),
            Self::CannotRun(why) => Ending::CannotRun(step, format!("cannot {why}")),
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
        let error = StepError::CannotRun("write the evidence".to_owned());
        let trouble = Some(Trouble::Error(error));
        let played = Played { trouble, ..played(&[StepOutcome::Passed]) };
        let why = "cannot write the evidence".to_owned();
        assert_eq!(played.ending(), Ending::CannotRun(None, why));
    }
}
