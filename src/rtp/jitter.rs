//! The interarrival jitter of a stream (RFC 3550 sections 6.4.1 and A.8).

use std::time::Duration;

use super::clock::{Clock, ticks_between};
use crate::time::Instant;

/// How unevenly packets arrive, smoothed over sixteen of them.
///
/// It is kept in nanoseconds instead of ticks: at 8 kHz a tick is 125 microseconds, more than the
/// jitter of a good network.
#[derive(Clone, Debug)]
pub struct Jitter {
    clock: Clock,
    last: Option<(Instant, u32)>,
    /// Sixteen times the estimate, in nanoseconds, as in the RFC's integer example.
    scaled: u64,
    max: u64,
}

impl Jitter {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, last: None, scaled: 0, max: 0 }
    }

    /// Takes the arrival of a packet with this timestamp. All packets count, also those that
    /// share a timestamp (RFC 4733 section 2.5.2.2).
    ///
    /// Returns by how many nanoseconds it was later than the one before it, judged by their
    /// timestamps; nothing if the timestamp leapt, which is no jitter and does not count.
    pub(super) fn update(&mut self, now: Instant, timestamp: u32) -> Option<i64> {
        let Some((at, before)) = self.last.replace((now, timestamp)) else {
            return Some(0);
        };
        let media = self.clock.nanos(ticks_between(before, timestamp).into());
        let arrival = i64::try_from((now - at).as_nanos()).unwrap_or(i64::MAX);
        let later = arrival.saturating_sub(media);
        if later.unsigned_abs() > LEAP_NANOS {
            return None;
        }
        self.scaled = self.scaled - ((self.scaled + 8) >> 4) + later.unsigned_abs();
        self.max = self.max.max(self.scaled);
        Some(later)
    }

    /// The estimate after the last packet.
    pub const fn now(&self) -> Duration {
        Duration::from_nanos(self.scaled >> 4)
    }

    /// The highest that the estimate ever was.
    pub const fn max(&self) -> Duration {
        Duration::from_nanos(self.max >> 4)
    }

    /// The estimate in timestamp units, as a report has it.
    pub(super) fn ticks(&self) -> u32 {
        self.clock.ticks(self.now())
    }
}

/// A packet that is off by more than a second is not late: its clock was set. Without this a
/// hold after which the timestamp goes on where it stood would be told as minutes of jitter.
const LEAP_NANOS: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// The jitter of packets 20 ms apart that are late by these milliseconds.
    fn of(late_millis: impl IntoIterator<Item = u64>) -> Jitter {
        let mut jitter = Jitter::new(Clock::new(8_000));
        for (nth, late) in (0_u32..).zip(late_millis) {
            let at = Instant::from_millis(20 * u64::from(nth) + late);
            jitter.update(at, nth.wrapping_mul(160).wrapping_sub(320));
        }
        jitter
    }

    #[test]
    fn an_even_stream_has_none() {
        assert_eq!(of([5; 100]).now(), Duration::ZERO);
    }

    #[test]
    fn one_late_packet_counts_a_sixteenth_of_its_lateness_twice() {
        // The late packet, and the next, which is early by as much (RFC 3550 section 6.4.1).
        let millis = of([0, 16, 0]).now().as_secs_f64() * 1_000.0;
        assert!((millis - (1.0 * 15.0 / 16.0 + 1.0)).abs() < 1e-3, "{millis}");
    }

    #[test]
    fn a_leap_of_the_timestamp_is_no_jitter() {
        let mut jitter = of([0; 10]);
        assert_eq!(jitter.update(Instant::from_millis(60_000), 1_280), None);
        assert_eq!(jitter.update(Instant::from_millis(60_020), 1_440), Some(0));
        assert_eq!(jitter.max(), Duration::ZERO);
    }

    #[test]
    fn an_alternating_delay_converges_to_its_difference() {
        let jitter = of((0..400).map(|nth| nth % 2 * 8));
        let millis = jitter.now().as_secs_f64() * 1_000.0;
        assert!((millis - 8.0).abs() < 0.01, "{millis}");
        assert_eq!(jitter.ticks(), 63);
        assert_eq!(jitter.max(), jitter.now());
    }
}
