//! The clocks of the machines that captured: each goes forward only, and they are set by each
//! other.

use std::collections::BTreeMap;

/// The clock of one capture, made to go forward.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<i64>,
    added: i64,
    /// How often it jumped back, and how far at most.
    jumps: (u64, i64),
}

impl Clock {
    /// The time of the next packet: never before that of the last. A packet that was written a
    /// little late counts as if it had come with the one before it; after a jump the clock goes on
    /// from where it was.
    pub(super) fn tell(&mut self, nanos: i64) -> i64 {
        let now = nanos.saturating_add(self.added);
        let last = *self.last.get_or_insert(now);
        let back = last.saturating_sub(now);
        if back >= JUMP {
            self.jumps = (self.jumps.0 + 1, self.jumps.1.max(back));
            self.added = self.added.saturating_add(back);
        }
        let now = now.max(last);
        self.last = Some(now);
        now
    }

    /// What is to be known about it.
    pub(super) fn note(&self) -> Option<String> {
        let (jumps, most) = self.jumps;
        let seconds = seconds(most);
        (jumps > 0).then(|| {
            format!(
                "its clock jumps back {jumps} times, by up to {seconds} s: what comes after is \
                 taken to have happened right then, and spans across a jump are too short"
            )
        })
    }
}

/// When each of the same packets was seen in two captures, by the way that it went.
#[derive(Debug, Default)]
pub(super) struct Stamps {
    seen: BTreeMap<u64, (u64, Vec<i64>)>,
}

impl Stamps {
    /// A packet, by a number that tells it from others, on a way, which has a number too.
    pub(super) fn add(&mut self, packet: u64, way: u64, nanos: i64) {
        if self.seen.len() < STAMPS_MAX || self.seen.contains_key(&packet) {
            let (_, times) = self.seen.entry(packet).or_insert((way, Vec::new()));
            if times.len() < TIMES_MAX {
                times.push(nanos);
            }
        }
    }

    /// What has to be added to the times of `other` so that they are ours; none if the two have no
    /// packet in common. What goes one way seems late by the delay of the network, what goes the
    /// other way early by it: the middle is right (as in RFC 5905 section 8).
    pub(super) fn offset_of(&self, other: &Self) -> Option<i64> {
        let mut ways: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
        for (packet, (way, theirs)) in &other.seen {
            let Some((_, ours)) = self.seen.get(packet) else { continue };
            // What was sent several times may be lost on the way: which is which is not known.
            if let ([ours], [theirs]) = (&ours[..], &theirs[..]) {
                ways.entry(*way).or_default().push(ours.saturating_sub(*theirs));
            }
        }
        let mut typical: Vec<_> = ways.into_values().map(median).collect();
        typical.sort_unstable();
        let (least, most) = (typical.first()?, typical.last()?);
        Some(least + (most - least) / 2)
    }
}

/// Nanoseconds as seconds, to the millisecond.
pub(super) fn seconds(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let millis = nanos.unsigned_abs() / 1_000_000;
    format!("{sign}{}.{:03}", millis / 1_000, millis % 1_000)
}

fn median(mut list: Vec<i64>) -> i64 {
    let middle = list.len() / 2;
    *list.select_nth_unstable(middle).1
}

/// Cards and queues put packets out of order by less.
const JUMP: i64 = 1_000_000_000;
/// Of the signalling of an hour this many tell enough.
const STAMPS_MAX: usize = 20_000;
/// Of what is sent more often nothing is learned.
const TIMES_MAX: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_back_goes_on_from_where_it_was() {
        let mut clock = Clock::default();
        let told = [10, 12, 11, 13].map(|second| clock.tell(second * 400_000_000));
        assert_eq!(told.map(|nanos| nanos / 400_000_000), [10, 12, 12, 13]);
        assert_eq!(clock.note(), None);
        assert_eq!(clock.tell(0), 5_200_000_000);
        assert_eq!(clock.tell(1), 5_200_000_001);
        assert!(clock.note().unwrap().contains("jumps back 1 times, by up to 5.200 s"));
    }

    #[test]
    fn two_clocks_are_set_by_what_both_saw_on_both_ways() {
        let (mut ours, mut theirs) = (Stamps::default(), Stamps::default());
        // They are 500 ahead; the network takes 20.
        for packet in 0..10 {
            let at = i64::try_from(packet).unwrap() * 1_000;
            let (there, back) = (2 * packet, 2 * packet + 1);
            ours.add(there, 1, at);
            theirs.add(there, 1, at + 520);
            theirs.add(back, 2, at + 600);
            ours.add(back, 2, at + 120);
        }
        assert_eq!(ours.offset_of(&theirs), Some(-500));
        assert_eq!(ours.offset_of(&Stamps::default()), None);
    }
}
