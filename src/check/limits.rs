//! How much a network may take before a check calls it a loss.

use std::time::Duration;

/// What the scenario allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The longest stretch of speech in a row that may be missing.
    pub gap: Duration,
    /// The share of all speech that may be missing, 0 to 1.
    pub loss: f64,
}

impl Default for Limits {
    /// A network that loses nothing.
    fn default() -> Self {
        Self { gap: Duration::from_millis(60), loss: 0.0 }
    }
}
