//! The real clock, for telling a person how long a run took.

use std::time::{Duration, Instant};

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
