//! What a platform does about recorders that fail, and how soon it notices.

use std::fmt;
use std::time::Duration;

/// How a platform makes sure that its recorders are there: OPTIONS every so often (RFC 3261
/// section 11). Which message the product uses is not known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heartbeat {
    /// How often: 10 s to 300 s (product: `refreshPeriodSeconds`).
    pub period: Duration,
    /// After how many failures running a recorder is given up: 1 to 10 (product:
    /// `maxConsecutiveFailures`).
    pub failures: u32,
}

/// Something that whoever runs a platform decides about its recorders.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecorderChoice {
    /// The recorders after the first are asked where it fails.
    StandBy,
    /// How long one is waited for: 50 ms to 10 s.
    Patience(Duration),
    /// How it is made sure that they are there.
    Beat(Heartbeat),
}

impl fmt::Display for RecorderChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandBy => f.write_str("asks the next recorder when one fails"),
            Self::Patience(span) => write!(f, "waits {span:?} for a recorder"),
            Self::Beat(Heartbeat { period, failures }) => {
                write!(f, "asks its recorders every {period:?}, and gives up after {failures}")
            }
        }
    }
}
