//! When the next report goes out (RFC 3550 sections 6.3.2 to 6.3.6).

use std::time::Duration;

use rand_chacha::ChaCha8Rng;

use super::interval::{Interval, Share};
use crate::time::Instant;

/// The transmission timer of one participant.
#[derive(Clone, Debug)]
pub(in crate::rtp) struct Schedule {
    interval: Interval,
    rng: ChaCha8Rng,
    /// "tp": when the last report went out, or when the session was joined.
    last: Instant,
    /// "tn": when the next is due.
    next: Instant,
    /// "pmembers": how many there were when `next` was calculated.
    members_then: usize,
    average_size: f64,
    initial: bool,
}

/// Who is there, as far as the schedule depends on it.
#[derive(Clone, Copy, Debug)]
pub(in crate::rtp) struct Crowd {
    /// Participants, this one included.
    pub(in crate::rtp) members: usize,
    /// Those who send media, this one included.
    pub(in crate::rtp) senders: usize,
    pub(in crate::rtp) we_sent: bool,
}

impl Schedule {
    /// Joins a session. The first report is expected to have `probable_size` octets.
    pub(in crate::rtp) fn new(
        now: Instant,
        interval: Interval,
        probable_size: usize,
        rng: ChaCha8Rng,
    ) -> Self {
        let mut schedule = Self {
            interval,
            rng,
            last: now,
            next: now,
            members_then: 1,
            average_size: size_on_the_wire(probable_size),
            initial: true,
        };
        schedule.next = now + schedule.draw(Crowd { members: 1, senders: 0, we_sent: false });
        schedule
    }

    /// When the next report is due, or its time to be reconsidered.
    pub(in crate::rtp) const fn next(&self) -> Instant {
        self.next
    }

    /// The timer has expired: whether to report now. If not, the crowd has grown and the timer was
    /// set again ("timer reconsideration", RFC 3550 section 6.3.6).
    pub(in crate::rtp) fn expire(&mut self, now: Instant, crowd: Crowd) -> bool {
        let due = self.last + self.draw(crowd);
        self.members_then = crowd.members;
        if due > now {
            self.next = due;
            return false;
        }
        self.last = now;
        self.initial = false;
        self.next = now + self.draw(crowd);
        true
    }

    /// Counts a compound that was sent or received into the average (RFC 3550 section 6.3.3).
    pub(in crate::rtp) fn passed(&mut self, octets: usize) {
        self.average_size += (size_on_the_wire(octets) - self.average_size) / 16.0;
    }

    /// Brings the next report forward if the crowd is smaller than it was ("reverse
    /// reconsideration", RFC 3550 section 6.3.4).
    pub(in crate::rtp) fn reconsider(&mut self, now: Instant, members: usize) {
        if members >= self.members_then {
            return;
        }
        let shrink = |span: Duration| {
            let nanos = span.as_nanos() * members as u128 / self.members_then as u128;
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        };
        let (ahead, ago) = (shrink(self.next - now), shrink(now - self.last));
        self.next = now + ahead;
        self.last = Instant::START + now.elapsed().saturating_sub(ago);
        self.members_then = members;
    }

    /// After how long a silent participant is gone.
    pub(in crate::rtp) fn gone_after(&self, crowd: Crowd) -> Duration {
        self.interval.timeout(&self.share(crowd))
    }

    /// After how long one that sends no media is no sender: two intervals.
    pub(in crate::rtp) fn mute_after(&self, crowd: Crowd) -> Duration {
        2 * self.interval.calculated(&self.share(crowd))
    }

    fn draw(&mut self, crowd: Crowd) -> Duration {
        self.interval.draw(&self.share(crowd), &mut self.rng)
    }

    fn share(&self, crowd: Crowd) -> Share {
        Share {
            members: crowd.members,
            senders: crowd.senders,
            we_sent: crowd.we_sent,
            average_size: self.average_size,
            initial: self.initial,
        }
    }
}

/// RFC 3550 section 6.2: the size "includes lower-layer transport and network protocol headers".
fn size_on_the_wire(octets: usize) -> f64 {
    f64::from(u32::try_from(octets + UDP_AND_IPV4).unwrap_or(u32::MAX))
}

const UDP_AND_IPV4: usize = 8 + 20;

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    const PAIR: Crowd = Crowd { members: 2, senders: 2, we_sent: true };

    fn schedule(seed: u64) -> Schedule {
        let rng = ChaCha8Rng::seed_from_u64(seed);
        Schedule::new(Instant::from_millis(1_000), Interval::new(80_000), 100, rng)
    }

    /// When reports go out over ten minutes, in milliseconds.
    fn reports(schedule: &mut Schedule) -> Vec<u64> {
        let mut sent = Vec::new();
        while schedule.next() < Instant::from_millis(600_000) {
            let now = schedule.next();
            if schedule.expire(now, PAIR) {
                sent.push(now.as_nanos() / 1_000_000);
            }
        }
        sent
    }

    #[test]
    fn the_first_report_comes_within_half_the_range_and_no_gap_leaves_the_range() {
        for seed in 0..50 {
            let sent = reports(&mut schedule(seed));
            let first = sent[0] - 1_000;
            assert!((1_026..=3_078).contains(&first), "seed {seed}: {first} ms");
            for pair in sent.windows(2) {
                let gap = pair[1] - pair[0];
                assert!((2_052..=6_157).contains(&gap), "seed {seed}: {gap} ms");
            }
        }
    }

    #[test]
    fn reports_keep_to_five_seconds_on_average() {
        let sent: usize = (0..50).map(|seed| reports(&mut schedule(seed)).len()).sum();
        // Ten minutes fifty times over: 6,000 reports.
        assert!((5_800..6_250).contains(&sent), "{sent}");
    }

    #[test]
    fn the_average_size_follows_what_passes_by_a_sixteenth() {
        let mut schedule = schedule(1);
        assert!((schedule.average_size - 128.0).abs() < 1e-9);
        schedule.passed(260);
        assert!((schedule.average_size - 138.0).abs() < 1e-9);
    }

    #[test]
    fn a_crowd_that_shrinks_brings_the_next_report_forward() {
        let mut schedule = schedule(1);
        let crowd = Crowd { members: 40, senders: 40, we_sent: true };
        while !schedule.expire(schedule.next(), crowd) {}
        let (last, before) = (schedule.last, schedule.next());
        schedule.reconsider(last, 20);
        assert_eq!(schedule.next() - last, (before - last) / 2);
        schedule.reconsider(last, 30);
        assert_eq!(schedule.next() - last, (before - last) / 2);
    }
}
