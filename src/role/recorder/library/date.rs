//! A date in a recorder's books, which outlive the run.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::{Epoch, Instant};

/// A moment by the calendar: milliseconds since 1970-01-01T00:00:00Z.
///
/// What is kept has dates rather than [`Instant`]s, since the next run counts from another start.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Date(i64);

impl Date {
    /// The date of a moment, rounded down.
    pub fn of(epoch: Epoch, moment: Instant) -> Self {
        Self(epoch.unix_nanos(moment).div_euclid(NANOS_PER_MILLI))
    }

    /// A date in RFC 3339 form, as metadata has them.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(|at: jiff::Timestamp| Self(at.as_millisecond()))
    }

    /// The first moment of a run at which it is this date; the start, if that is before.
    pub fn moment(self, epoch: Epoch) -> Instant {
        let start = epoch.unix_nanos(Instant::START);
        let nanos = self.0.saturating_mul(NANOS_PER_MILLI).saturating_sub(start);
        Instant::from_nanos(u64::try_from(nanos).unwrap_or(0))
    }

    /// So much later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// So much earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier`; zero if it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// As the product writes it: in the form of RFC 822 with the year of RFC 1123, in UTC.
    pub fn rfc822(self) -> String {
        self.timestamp().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
    }

    /// As RFC 3339 wants it, to the millisecond: what the product has no form for.
    pub fn rfc3339(self) -> String {
        format!("{:.3}", self.timestamp())
    }

    fn timestamp(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}

const NANOS_PER_MILLI: i64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_the_product_does() {
        let date = Date::of(Epoch::SIMULATED, Instant::from_millis(61_500));
        assert_eq!(date.rfc822(), "Tue, 01 Jan 2030 00:01:01 +0000");
        assert_eq!(date.rfc3339(), "2030-01-01T00:01:01.500Z");
        assert_eq!(Date::parse("2030-01-01T00:01:01.500Z"), Some(date));
        assert_eq!(date.moment(Epoch::SIMULATED), Instant::from_millis(61_500));
    }

    #[test]
    fn what_is_before_the_run_is_at_its_start() {
        assert_eq!(Date(0).moment(Epoch::SIMULATED), Instant::START);
    }
}
