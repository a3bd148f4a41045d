//! How long to wait between reports (RFC 3550 sections 6.2 and 6.3.1, appendix A.7).

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// The rule of a session: all its participants have the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// What all participants together may send, in octets per second.
    bandwidth: f64,
    /// The shortest calculated interval, in seconds.
    minimum: f64,
}

/// What a participant knows of its session when it calculates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// How many participants there are, this one included.
    pub members: usize,
    /// How many of them send media.
    pub senders: usize,
    /// Whether this one does.
    pub we_sent: bool,
    /// The average size of a compound in octets, UDP and IP headers included.
    pub average_size: f64,
    /// Whether this participant has not yet reported.
    pub initial: bool,
}

impl Interval {
    /// Reports at five seconds at the least, for media of this many bits per second.
    pub fn new(session_bandwidth: u32) -> Self {
        // RFC 3550 section 6.2: "5%". A bandwidth of nothing would never report.
        let bandwidth = f64::from(session_bandwidth.max(1)) * 0.05 / 8.0;
        Self { bandwidth, minimum: MINIMUM_SECONDS }
    }

    /// Scales the minimum down with the bandwidth: 360 s divided by the kilobits per second
    /// (RFC 3550 section 6.2), if that is less than five.
    #[must_use]
    pub fn scaled(self) -> Self {
        let kilobits = self.bandwidth * 8.0 / 0.05 / 1_000.0;
        Self { minimum: self.minimum.min(360.0 / kilobits), ..self }
    }

    /// The calculated interval without its random factor, "Td" in RFC 3550 section 6.3.1.
    pub fn calculated(&self, share: &Share) -> Duration {
        let minimum = if share.initial { self.minimum / 2.0 } else { self.minimum };
        Duration::from_secs_f64(self.seconds(share).max(minimum).min(MAXIMUM_SECONDS))
    }

    /// After how long a participant that was not heard is gone: five calculated intervals of a
    /// receiver, with the fixed minimum (RFC 3550 sections 6.2 and 6.3.5).
    pub fn timeout(&self, share: &Share) -> Duration {
        let fixed = Self { minimum: MINIMUM_SECONDS, ..*self };
        5 * fixed.calculated(&Share { we_sent: false, initial: false, ..*share })
    }

    /// The interval to wait: 0.5 to 1.5 times the calculated one, over 1.21828 (RFC 3550 section
    /// 6.3.1, steps 4 and 5).
    pub fn draw(&self, share: &Share, rng: &mut ChaCha8Rng) -> Duration {
        let uniform = f64::from(rng.next_u32()) / (f64::from(u32::MAX) + 1.0);
        self.calculated(share).mul_f64((uniform + 0.5) / COMPENSATION)
    }

    /// Step 1: how long it takes until everybody of this participant's kind had a turn.
    fn seconds(&self, share: &Share) -> f64 {
        let (members, senders) = (as_f64(share.members), as_f64(share.senders));
        let (sharing, part) = if senders > members * SENDERS_PART {
            (members, 1.0)
        } else if share.we_sent {
            (senders, SENDERS_PART)
        } else {
            (members - senders, 1.0 - SENDERS_PART)
        };
        sharing * share.average_size / (self.bandwidth * part)
    }
}

fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

const MINIMUM_SECONDS: f64 = 5.0;

/// A day: an absurd share must not give a time that no clock can hold.
const MAXIMUM_SECONDS: f64 = 86_400.0;

/// The part of the bandwidth that is kept for senders while they are few.
const SENDERS_PART: f64 = 0.25;

/// e - 3/2, because reconsideration settles below the intended bandwidth.
const COMPENSATION: f64 = 1.218_28;

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    const G711: u32 = 80_000;

    fn pair() -> Share {
        Share { members: 2, senders: 2, we_sent: true, average_size: 120.0, initial: false }
    }

    fn seconds(interval: Interval, share: Share) -> f64 {
        interval.calculated(&share).as_secs_f64()
    }

    #[test]
    fn two_people_on_the_telephone_report_every_five_seconds_and_first_after_half() {
        assert!((seconds(Interval::new(G711), pair()) - 5.0).abs() < 1e-9);
        let first = Share { initial: true, ..pair() };
        assert!((seconds(Interval::new(G711), first) - 2.5).abs() < 1e-9);
    }

    #[test]
    fn the_scaled_minimum_is_360_over_the_kilobits() {
        assert!((seconds(Interval::new(G711).scaled(), pair()) - 4.5).abs() < 1e-9);
        // Below 72 kbit/s it would be longer, and stays five seconds.
        assert!((seconds(Interval::new(32_000).scaled(), pair()) - 5.0).abs() < 1e-9);
    }

    #[test]
    fn a_timeout_never_uses_the_scaled_minimum() {
        let timeout = Interval::new(800_000).scaled().timeout(&pair());
        assert_eq!(timeout, Duration::from_secs(25));
    }

    #[test]
    fn few_senders_have_a_quarter_of_the_bandwidth_and_receivers_the_rest() {
        let crowd = Share { members: 100, senders: 10, average_size: 100.0, ..pair() };
        // 500 octets a second in all: 10 senders share 125, 90 receivers share 375.
        assert!((seconds(Interval::new(G711), crowd) - 8.0).abs() < 1e-9);
        let receiver = Share { we_sent: false, ..crowd };
        assert!((seconds(Interval::new(G711), receiver) - 24.0).abs() < 1e-9);
        let many_senders = Share { senders: 26, ..crowd };
        assert!((seconds(Interval::new(G711), many_senders) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn drawn_intervals_spread_over_the_range_of_the_rfc() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let drawn: Vec<_> = (0..2_000)
            .map(|_| Interval::new(G711).draw(&pair(), &mut rng).as_secs_f64() * COMPENSATION)
            .collect();
        let (low, high) = drawn
            .iter()
            .fold((9.0_f64, 0.0_f64), |(low, high), &one| (low.min(one), high.max(one)));
        assert!((2.5..2.52).contains(&low) && (7.48..7.5).contains(&high), "{low} to {high}");
        let mean = drawn.iter().sum::<f64>() / 2_000.0;
        assert!((mean - 5.0).abs() < 0.1, "{mean}");
    }

    #[test]
    fn an_absurd_share_gives_a_time_that_can_be_waited() {
        let absurd = Share { members: usize::MAX, average_size: f64::INFINITY, ..pair() };
        assert_eq!(Interval::new(0).calculated(&absurd), Duration::from_hours(24));
    }
}
