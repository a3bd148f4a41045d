//! A message that goes out again and again, at intervals that double.

use std::time::Duration;

use crate::time::Instant;

/// When the next copy is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::sip) struct Resend {
    /// The moment of the next copy.
    pub(in crate::sip) at: Instant,
    interval: Duration,
}

impl Resend {
    /// The first copy after the original is due after `interval`.
    pub(in crate::sip) fn after(now: Instant, interval: Duration) -> Self {
        Self { at: now + interval, interval }
    }

    /// The copy after this one, twice as far away but never further than `longest`.
    ///
    /// It is counted from when this one was due: a late wake-up must not stretch the schedule.
    pub(in crate::sip) fn doubled(self, longest: Duration) -> Self {
        self.every((2 * self.interval).min(longest))
    }

    /// The copy after this one, `interval` after it.
    pub(in crate::sip) fn every(self, interval: Duration) -> Self {
        Self { at: self.at + interval, interval }
    }
}
