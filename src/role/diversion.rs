//! Where calls go that their callee does not take.

use std::fmt;
use std::time::Duration;

/// When a user's calls go elsewhere.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Occasion {
    /// Always: the telephone does not ring.
    Always,
    /// The telephone is in use, or its user does not want the call.
    Busy,
    /// Nobody answers for so long, or there is no telephone.
    NoAnswer(Duration),
}

/// Where they go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Elsewhere {
    /// To another number (E.164).
    Number(String),
    /// To the user's mailbox.
    Mailbox,
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Busy => f.write_str("when busy"),
            Self::NoAnswer(after) => write!(f, "when nobody answers for {after:?}"),
        }
    }
}

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => f.pad(number),
            Self::Mailbox => f.pad("the mailbox"),
        }
    }
}
