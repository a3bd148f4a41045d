//! A moment counted from the start of the run, and the epoch it hangs on.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// A moment, counted in nanoseconds from the start of the run.
///
/// Unlike [`std::time::Instant`] it has a zero, prints alike on every run, can stand in a
/// `const`, and cannot be obtained by asking the machine.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant(u64);

impl Instant {
    /// The start of the run.
    pub const START: Self = Self(0);

    /// The moment `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The moment `micros` microseconds after the start.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros * 1_000)
    }

    /// The moment `millis` milliseconds after the start.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// How long after the start this is.
    pub const fn elapsed(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// How long after `earlier` this moment is; zero if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

/// How long after `earlier`; zero if it is not after, as [`Instant::since`].
impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}

/// Milliseconds with three decimals, right-aligned on request: `{:>12}`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0 / 1_000;
        f.pad(&format!("{}.{:03}", micros / 1_000, micros % 1_000))
    }
}

/// The wall-clock time at which a run started: what turns an [`Instant`] into a date (metadata)
/// or an NTP timestamp (RTCP).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Epoch {
    unix_nanos: i64,
}

impl Epoch {
    /// The epoch of every simulated run: 2030-01-01T00:00:00Z, so that dates are alike on every
    /// machine and cannot be taken for real ones.
    pub const SIMULATED: Self = Self { unix_nanos: 1_893_456_000_000_000_000 };

    /// An epoch `nanos` nanoseconds after 1970-01-01T00:00:00Z.
    pub const fn from_unix_nanos(nanos: i64) -> Self {
        Self { unix_nanos: nanos }
    }

    /// Nanoseconds from 1970-01-01T00:00:00Z to `moment`.
    pub fn unix_nanos(self, moment: Instant) -> i64 {
        self.unix_nanos.saturating_add_unsigned(moment.as_nanos())
    }

    /// The date of `moment` in RFC 3339 form, in UTC, to the millisecond.
    pub fn rfc3339(self, moment: Instant) -> String {
        let nanos = i128::from(self.unix_nanos) + i128::from(moment.as_nanos());
        jiff::Timestamp::from_nanosecond(nanos)
            .map_or_else(|_| "9999-12-30T00:00:00.000Z".to_owned(), |at| format!("{at:.3}"))
    }

    /// The moment of a date in RFC 3339 form, if it is one, and not before the start of the run.
    pub fn moment(self, rfc3339: &str) -> Option<Instant> {
        let at: jiff::Timestamp = rfc3339.trim().parse().ok()?;
        let nanos = at.as_nanosecond() - i128::from(self.unix_nanos);
        u64::try_from(nanos).ok().map(Instant::from_nanos)
    }

    /// The NTP timestamp of `moment` (RFC 3550 section 4): seconds since 1900 in the upper 32
    /// bits, the fraction of a second in the lower 32.
    pub fn ntp(self, moment: Instant) -> u64 {
        let nanos = i128::from(self.unix_nanos) + i128::from(moment.as_nanos());
        let seconds = nanos.div_euclid(1_000_000_000) + SECONDS_FROM_1900_TO_1970;
        let fraction = (nanos.rem_euclid(1_000_000_000) << 32) / 1_000_000_000;
        // The era wraps in 2036, as the RFC intends.
        let wrapped = (seconds << 32 | fraction) & i128::from(u64::MAX);
        u64::try_from(wrapped).expect("64 bits remain")
    }
}

const SECONDS_FROM_1900_TO_1970: i128 = 2_208_988_800;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_prints_milliseconds_with_three_decimals() {
        assert_eq!(format!("{:>10}", Instant::from_micros(44_789)), "    44.789");
    }

    #[test]
    fn the_simulated_epoch_is_the_start_of_2030() {
        let moment = Instant::from_millis(1_500);
        assert_eq!(Epoch::SIMULATED.rfc3339(moment), "2030-01-01T00:00:01.500Z");
        assert_eq!(Epoch::SIMULATED.ntp(moment) & 0xFFFF_FFFF, 1 << 31);
    }

    #[test]
    fn a_span_never_goes_backwards() {
        assert_eq!(Instant::START - Instant::from_millis(1), Duration::ZERO);
    }

    #[test]
    fn a_date_is_the_moment_that_it_was_made_of() {
        let epoch = Epoch::SIMULATED;
        let moment = Instant::from_millis(61_234);
        assert_eq!(epoch.moment(&epoch.rfc3339(moment)), Some(moment));
        assert_eq!(epoch.moment("2030-01-01T01:00:01.5+01:00"), Some(Instant::from_millis(1_500)));
        assert_eq!(epoch.moment("1999-01-01T00:00:00Z"), None);
        assert_eq!(epoch.moment("yesterday"), None);
    }
}
