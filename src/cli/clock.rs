//! The real clock: for telling a person how long a run took, and for telling one run from another.

use std::time::{Duration, Instant, SystemTime};

/// A watch that was started.
#[derive(Clone, Copy, Debug)]
pub struct Watch(Instant);

impl Watch {
    /// Starts a watch.
    #[expect(clippy::disallowed_methods, reason = "shown to people; no verdict depends on it")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long ago it was started.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A number that no earlier run had: telephones that outlive us must not take a new call for a
/// copy of an old one.
#[expect(clippy::disallowed_methods, reason = "real telephones are never the same twice anyway")]
pub fn fresh_seed() -> u64 {
    let date = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(date.as_nanos()).unwrap_or_default()
}
