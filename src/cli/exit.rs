//! Exit codes: *a requirement was broken* is not *could not run*, and *nothing ran* is its own
//! failure.

use std::fmt;
use std::process::ExitCode;

use crate::report::Tally;

/// How the program ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// 0: everything that was played passed.
    Passed,
    /// 1: a requirement was broken.
    Broken,
    /// 2: something could not run: usage, a file, an unknown step, a port in use.
    CouldNotRun,
    /// 3: nothing was broken, but a question was left open.
    Inconclusive,
    /// 4: nothing was played.
    NothingRan,
}

impl Exit {
    /// The code that the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Broken => 1,
            Self::CouldNotRun => 2,
            Self::Inconclusive => 3,
            Self::NothingRan => 4,
        }
    }

    /// What a run comes to. As in TTCN-3 (ES 201 873-1 section 24.1) the worst one wins, and an
    /// error of the harness is the worst: after one, a verdict is not the whole of it.
    pub fn of(tally: Tally) -> Self {
        if tally.cannot_run > 0 {
            Self::CouldNotRun
        } else if tally.failed > 0 {
            Self::Broken
        } else if tally.inconclusive > 0 {
            Self::Inconclusive
        } else if tally.passed > 0 {
            Self::Passed
        } else {
            Self::NothingRan
        }
    }
}

/// The code and what it means.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = match self {
            Self::Passed => "all passed",
            Self::Broken => "a requirement was broken",
            Self::CouldNotRun => "could not run",
            Self::Inconclusive => "nothing was broken, but something is inconclusive",
            Self::NothingRan => "nothing ran",
        };
        write!(f, "exit {}: {meaning}", self.code())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_ending_wins() {
        let passed = Tally { passed: 9, skipped: 3, ..Tally::default() };
        assert_eq!(Exit::of(passed), Exit::Passed);
        let open = Tally { inconclusive: 1, ..passed };
        assert_eq!(Exit::of(open), Exit::Inconclusive);
        let broken = Tally { failed: 1, ..open };
        assert_eq!(Exit::of(broken), Exit::Broken);
        assert_eq!(Exit::of(Tally { cannot_run: 1, ..broken }), Exit::CouldNotRun);
    }

    #[test]
    fn a_run_of_nothing_but_skips_did_not_pass() {
        assert_eq!(Exit::of(Tally { skipped: 3, ..Tally::default() }), Exit::NothingRan);
        assert_eq!(Exit::of(Tally::default()), Exit::NothingRan);
    }
}
