//! The real clock: the one place that asks the machine what time it is.

use std::time::Duration;

use nix::sys::time::TimeSpec;
use nix::time::ClockId;

use crate::time::{Epoch, Instant};

/// The machine's monotonic clock, counted from the moment at which this was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: i64,
    epoch: Epoch,
}

/// How finely a machine's clock counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Granularity {
    /// What the system says.
    pub resolution: Duration,
    /// The smallest step that was seen between two readings, one right after the other.
    pub step: Duration,
}

/// How far the date is ahead of the monotonic clock, at one moment. Somebody may set the date
/// meanwhile, so this is measured anew for every batch of datagrams.
#[derive(Clone, Copy, Debug)]
pub(super) struct DateOffset(i64);

impl Clock {
    pub(super) fn start() -> Self {
        let (start, date) = (read(ClockId::CLOCK_MONOTONIC), read(ClockId::CLOCK_REALTIME));
        Self { start, epoch: Epoch::from_unix_nanos(date) }
    }

    pub(super) fn now(&self) -> Instant {
        self.moment(read(ClockId::CLOCK_MONOTONIC))
    }

    /// The date at which this clock was started.
    pub(super) fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub(super) fn date_offset() -> DateOffset {
        let (date, monotonic) = (read(ClockId::CLOCK_REALTIME), read(ClockId::CLOCK_MONOTONIC));
        DateOffset(date - monotonic)
    }

    /// The moment that the kernel stamped with a date, not later than now.
    pub(super) fn stamped(&self, date: TimeSpec, offset: DateOffset) -> Instant {
        self.moment(nanos(date) - offset.0).min(self.now())
    }

    /// Measures the granularity; takes some fifty microseconds.
    pub(super) fn granularity() -> Granularity {
        let resolution = nix::time::clock_getres(ClockId::CLOCK_MONOTONIC).map_or(0, nanos);
        let readings: Vec<i64> = (0..READINGS).map(|_| read(ClockId::CLOCK_MONOTONIC)).collect();
        let steps = readings.windows(2).map(|pair| pair[1] - pair[0]);
        let step = steps.filter(|step| *step > 0).min().unwrap_or(resolution);
        Granularity { resolution: duration(resolution), step: duration(step) }
    }

    fn moment(&self, nanos: i64) -> Instant {
        Instant::START + duration(nanos - self.start)
    }
}

fn read(clock: ClockId) -> i64 {
    nanos(nix::time::clock_gettime(clock).expect("every Linux has both clocks"))
}

fn nanos(time: TimeSpec) -> i64 {
    time.tv_sec() * 1_000_000_000 + time.tv_nsec()
}

fn duration(nanos: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
}

const READINGS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_from_its_start_and_never_back() {
        let clock = Clock::start();
        let readings: Vec<Instant> = (0..1_000).map(|_| clock.now()).collect();
        assert!(readings.is_sorted());
        assert!(readings[0] < Instant::from_millis(1_000));
    }

    #[test]
    fn a_stamp_of_the_kernel_becomes_a_moment_of_this_clock() {
        let clock = Clock::start();
        let date = nix::time::clock_gettime(ClockId::CLOCK_REALTIME).unwrap();
        let before = clock.now();
        let stamped = clock.stamped(date, Clock::date_offset());
        assert!(before.since(stamped).max(stamped.since(before)) < Duration::from_millis(100));
    }

    #[test]
    fn the_granularity_is_measured() {
        let granularity = Clock::granularity();
        assert!(granularity.step > Duration::ZERO);
        assert!(granularity.step < Duration::from_millis(20));
    }
}
