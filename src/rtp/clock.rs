//! How the ticks of an RTP clock and the time of day turn into one another.

use std::time::Duration;

/// An RTP clock, by its ticks per second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Clock(u32);

impl Clock {
    /// A clock of `rate` ticks per second; one that would stand still ticks once a second.
    pub(super) const fn new(rate: u32) -> Self {
        Self(if rate == 0 { 1 } else { rate })
    }

    pub(super) const fn rate(self) -> u32 {
        self.0
    }

    /// The ticks in `span`, rounded down, as far as a timestamp can tell them: modulo 2^32.
    pub(super) fn ticks(self, span: Duration) -> u32 {
        let ticks = span.as_nanos() * u128::from(self.0) / NANOS_PER_SECOND;
        u32::try_from(ticks & u128::from(u32::MAX)).expect("32 bits remain")
    }

    /// The nanoseconds in this many ticks, to the nearest below.
    pub(super) fn nanos(self, ticks: i64) -> i64 {
        let nanos = i128::from(ticks) * NANOS_PER_SECOND.cast_signed() / i128::from(self.0);
        i64::try_from(nanos).unwrap_or(if ticks < 0 { i64::MIN } else { i64::MAX })
    }
}

/// How far `to` is after `from` on a clock that wraps, negative if it is before.
pub(super) const fn ticks_between(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from).cast_signed()
}

const NANOS_PER_SECOND: u128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_and_nanoseconds_agree() {
        let clock = Clock::new(8_000);
        assert_eq!(clock.ticks(Duration::from_millis(20)), 160);
        assert_eq!((clock.nanos(160), clock.nanos(-160)), (20_000_000, -20_000_000));
    }

    #[test]
    fn ticks_wrap_after_six_days_of_telephony() {
        let wrap = Duration::from_micros(125) * 0x1_0000;
        assert_eq!(Clock::new(8_000).ticks(wrap * 0x1_0000 + Duration::from_millis(20)), 160);
    }

    #[test]
    fn a_timestamp_just_before_the_wrap_is_before_one_just_after() {
        assert_eq!(ticks_between(u32::MAX, 1), 2);
        assert_eq!(ticks_between(1, u32::MAX), -2);
    }
}
