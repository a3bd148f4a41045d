//! What people did, and the settings in force: the judge needs to know what was asked for as
//! well as what was seen.

use crate::time::Instant;

use super::Name;

/// Something that somebody did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deed {
    /// When.
    pub at: Instant,
    /// The part they did it at.
    pub who: Name,
    /// What it was.
    pub what: What,
}

/// See [`Deed`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum What {
    /// A person did this at a telephone, as the ladder tells it: `calls +12025550102`.
    Act(String),
    /// Whose calls are recorded from now on: a number, and the mode in the words of the scenario.
    Recording {
        /// E.164.
        number: String,
        /// `never`, `always`.
        mode: String,
    },
}
