//! The clocks of the machines that captured: each goes forward only, and they are set by each
//! other.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::packet::{Packet, Transport};

/// The clock of one capture, made to go forward.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Option<i64>,
    added: i64,
    /// How often it jumped back, and how far at most.
    jumps: (u64, i64),
    /// How often it jumped ahead, and how far at most.
    leaps: (u64, i64),
    /// The last packet of each stream of media: its number, its timestamp, and when it came.
    media: BTreeMap<Stream, (u16, u32, i64)>,
}

/// A stream of media: between whom, and its source.
type Stream = (SocketAddr, SocketAddr, u32);

impl Clock {
    /// The time of the next packet: never before that of the last. A packet that was written a
    /// little late counts as if it had come with the one before it; after a jump the clock goes on
    /// from where it was.
    pub(super) fn tell(&mut self, nanos: i64, packet: &Packet) -> i64 {
        let media = Media::of(packet);
        self.take_back_a_leap(nanos, media);
        let now = self.forward(nanos);
        if let Some(Media { stream, number, timestamp }) = media
            && (self.media.len() < STREAMS_MAX || self.media.contains_key(&stream))
        {
            self.media.insert(stream, (number, timestamp, now));
        }
        now
    }

    /// Where nothing came for long, and a stream then goes on with its very next packet, which is
    /// of the very next moment of its sender's clock: there the clock of the capture was set ahead.
    fn take_back_a_leap(&mut self, nanos: i64, media: Option<Media>) {
        let now = nanos.saturating_add(self.added);
        let leap = self.last.map_or(0, |last| now.saturating_sub(last));
        let Some(Media { stream, number, timestamp }) = media.filter(|_| leap >= LEAP) else {
            return;
        };
        let known = self.media.get(&stream).zip(self.last);
        let goes_on = known.is_some_and(|((before, stamp, at), last)| {
            number.wrapping_sub(*before) == 1
                && timestamp.wrapping_sub(*stamp) <= ONE_PACKET
                && last.saturating_sub(*at) < JUMP
        });
        if goes_on {
            self.leaps = (self.leaps.0 + 1, self.leaps.1.max(leap));
            self.added = self.added.saturating_sub(leap);
        }
    }

    fn forward(&mut self, nanos: i64) -> i64 {
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
    pub(super) fn notes(&self) -> Vec<String> {
        let note = |(times, most): (u64, i64), way: &str, so: &str| {
            let seconds = seconds(most);
            (times > 0).then(|| {
                format!(
                    "its clock jumps {way} {times} times, by up to {seconds} s: what comes after \
                     is taken to have happened right then{so}"
                )
            })
        };
        let back = note(self.jumps, "back", ", and spans across a jump are too short");
        let ahead = note(self.leaps, "ahead", ", as the media that goes on shows");
        back.into_iter().chain(ahead).collect()
    }
}

/// What tells one packet of media from the next (RFC 3550 section 5.1).
#[derive(Clone, Copy, Debug)]
struct Media {
    stream: Stream,
    number: u16,
    timestamp: u32,
}

impl Media {
    fn of(packet: &Packet) -> Option<Self> {
        let is_udp = packet.transport == Transport::Udp;
        let head = packet.payload.first_chunk::<12>().filter(|head| is_udp && head[0] >> 6 == 2)?;
        let ([_, number, time @ ..], _) = head.as_chunks::<2>() else { return None };
        let [high, low, upper, lower] =
            <[[u8; 2]; 4]>::try_from(time).ok()?.map(u16::from_be_bytes);
        let long = |high: u16, low: u16| u32::from(high) << 16 | u32::from(low);
        let stream = (packet.source, packet.target, long(upper, lower));
        let (number, timestamp) = (u16::from_be_bytes(*number), long(high, low));
        Some(Self { stream, number, timestamp })
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

/// Nobody who speaks is silent for so long, on any stream.
const LEAP: i64 = 5_000_000_000;
/// More than a packet holds, in units of the clock of any codec.
const ONE_PACKET: u32 = 10_000;
/// Of two thousand calls.
const STREAMS_MAX: usize = 8_192;
/// Cards and queues put packets out of order by less.
const JUMP: i64 = 1_000_000_000;
/// Of the signalling of an hour this many tell enough.
const STAMPS_MAX: usize = 20_000;
/// Of what is sent more often nothing is learned.
const TIMES_MAX: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(number: u16) -> Packet {
        let [source, target] = ["192.0.2.1:4000", "192.0.2.2:4000"].map(|at| at.parse().unwrap());
        let mut payload = vec![0x80, 0];
        payload.extend(number.to_be_bytes());
        payload.extend((160 * u32::from(number)).to_be_bytes());
        payload.extend(7_u32.to_be_bytes());
        Packet { transport: Transport::Udp, source, target, payload: payload.into() }
    }

    #[test]
    fn a_clock_that_jumps_back_goes_on_from_where_it_was() {
        let mut clock = Clock::default();
        let any = packet(0);
        let told = [10, 12, 11, 13].map(|second| clock.tell(second * 400_000_000, &any));
        assert_eq!(told.map(|nanos| nanos / 400_000_000), [10, 12, 12, 13]);
        assert_eq!(clock.notes(), Vec::<String>::new());
        assert_eq!(clock.tell(0, &any), 5_200_000_000);
        assert_eq!(clock.tell(1, &any), 5_200_000_001);
        assert!(clock.notes()[0].contains("jumps back 1 times, by up to 5.200 s"));
    }

    #[test]
    fn a_clock_that_is_set_ahead_while_somebody_speaks_is_set_back() {
        let mut clock = Clock::default();
        let second = 1_000_000_000;
        assert_eq!(clock.tell(0, &packet(1)), 0);
        assert_eq!(clock.tell(3_600 * second, &packet(2)), 0);
        assert_eq!(clock.tell(3_601 * second, &packet(3)), second);
        assert!(clock.notes()[0].contains("jumps ahead 1 times, by up to 3600.000 s"));
        // A stream that lost packets has had the time.
        let mut clock = Clock::default();
        clock.tell(0, &packet(1));
        assert_eq!(clock.tell(10 * second, &packet(501)), 10 * second);
        assert_eq!(clock.notes(), Vec::<String>::new());
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
