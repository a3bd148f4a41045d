//! An incoming media port: the sources heard on it.

use super::Log;
use super::packet::Header;
use super::rtcp::{ReportBlock, SenderInfo};
use super::sequence::Arrival;
use super::source::Source;
use crate::time::Instant;

/// What arrives at one port, by source.
#[derive(Clone, Debug)]
pub struct Receiver {
    clock_rate: u32,
    probation: u16,
    sources: Vec<Source>,
    /// The place of the source heard last: telephony seldom has another.
    current: usize,
    changes: Log<SsrcChange, CHANGES_KEPT>,
    forgotten: u64,
}

/// Another source than before is heard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SsrcChange {
    /// When its packet arrived.
    pub at: Instant,
    /// The source before.
    pub from: u32,
    /// The source since.
    pub to: u32,
}

impl Receiver {
    /// A port on which nothing was heard yet. See [`Sequence::new`](super::Sequence::new) for
    /// `probation`: 2 is what RFC 3550 suggests, 0 counts from the first packet.
    pub fn new(clock_rate: u32, probation: u16) -> Self {
        Self {
            clock_rate,
            probation,
            sources: Vec::new(),
            current: 0,
            changes: Log::new(),
            forgotten: 0,
        }
    }

    /// Takes a packet that arrived at `now` with so many octets of payload.
    pub fn receive(&mut self, now: Instant, header: &Header, octets: usize) -> Arrival {
        let before = self.sources.get(self.current).filter(|source| source.is_valid());
        let from = before.map(Source::ssrc);
        let place = self.place(header.ssrc);
        let arrival = self.sources[place].receive(now, header, octets);
        if matches!(arrival, Arrival::Probation | Arrival::Refused) {
            return arrival;
        }
        self.current = place;
        if let Some(from) = from.filter(|&from| from != header.ssrc) {
            self.changes.push(SsrcChange { at: now, from, to: header.ssrc });
        }
        arrival
    }

    /// Takes what a sender report says. One of a source without media is of no use here.
    pub fn reported(&mut self, now: Instant, ssrc: u32, info: SenderInfo) {
        if let Some(source) = self.sources.iter_mut().find(|source| source.ssrc() == ssrc) {
            source.reported(now, info);
        }
    }

    /// Takes the goodbye of a source.
    pub fn said_goodbye(&mut self, now: Instant, ssrc: u32) {
        if let Some(source) = self.sources.iter_mut().find(|source| source.ssrc() == ssrc) {
            source.said_goodbye(now);
        }
    }

    /// What to report on every source heard since the last time (RFC 3550 section 6.4).
    pub fn report_blocks(&mut self, now: Instant) -> Vec<ReportBlock> {
        self.sources.iter_mut().filter_map(|source| source.report_block(now)).collect()
    }

    fn place(&mut self, ssrc: u32) -> usize {
        let of = |source: &Source| source.ssrc() == ssrc;
        if self.sources.get(self.current).is_some_and(of) {
            return self.current;
        }
        if let Some(place) = self.sources.iter().position(of) {
            return place;
        }
        let new = Source::new(ssrc, self.clock_rate, self.probation);
        if self.sources.len() < SOURCES_MAX {
            self.sources.push(new);
            return self.sources.len() - 1;
        }
        let oldest = (0..SOURCES_MAX).min_by_key(|&place| self.sources[place].last());
        let place = oldest.expect("there are as many sources as may be");
        self.sources[place] = new;
        self.forgotten += 1;
        place
    }

    /// The sources, in the order in which they were first heard unless some were forgotten.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The source with this identifier.
    pub fn source(&self, ssrc: u32) -> Option<&Source> {
        self.sources.iter().find(|source| source.ssrc() == ssrc)
    }

    /// The valid source heard last.
    pub fn current(&self) -> Option<&Source> {
        self.sources.get(self.current).filter(|source| source.is_valid())
    }

    /// When one source took over from another. The first 64 changes are kept.
    pub const fn changes(&self) -> &Log<SsrcChange, CHANGES_KEPT> {
        &self.changes
    }

    /// How many sources were dropped, longest silent first, to make room for new ones.
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

/// More than any telephone call has, transfers and announcements included.
const SOURCES_MAX: usize = 16;

const CHANGES_KEPT: usize = 64;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Gap, PayloadTypeChange};
    use super::*;

    /// A port that hears packets of 20 ms: sequence number and arrival in milliseconds.
    struct Port {
        receiver: Receiver,
        ssrc: u32,
        payload_type: u8,
    }

    impl Port {
        fn new() -> Self {
            Self { receiver: Receiver::new(8_000, 0), ssrc: 7, payload_type: 0 }
        }

        fn hears(&mut self, sequence: u16, millis: u64) -> Arrival {
            let header = Header {
                payload_type: self.payload_type,
                sequence,
                timestamp: u32::from(sequence).wrapping_mul(160).wrapping_sub(1_000),
                ssrc: self.ssrc,
                ..Header::default()
            };
            self.receiver.receive(Instant::from_millis(millis), &header, 160)
        }

        fn hears_evenly(&mut self, sequences: std::ops::Range<u16>) {
            for sequence in sequences {
                self.hears(sequence, 20 * u64::from(sequence));
            }
        }

        fn source(&self) -> &Source {
            self.receiver.source(self.ssrc).unwrap()
        }
    }

    fn gaps(source: &Source) -> Vec<(Instant, Instant, u16)> {
        source.gaps().kept().iter().map(|&Gap { from, to, lost, .. }| (from, to, lost)).collect()
    }

    #[test]
    fn a_gap_tells_when_it_was_and_how_many_are_missing() {
        let mut port = Port::new();
        port.hears_evenly(0..10);
        port.hears_evenly(13..20);
        let (from, to) = (Instant::from_millis(180), Instant::from_millis(260));
        assert_eq!(gaps(port.source()), [(from, to, 3)]);
    }

    #[test]
    fn disorder_is_no_gap() {
        let mut port = Port::new();
        port.hears_evenly(0..10);
        for (sequence, millis) in [(12, 240), (10, 241), (11, 242), (13, 260)] {
            port.hears(sequence, millis);
        }
        assert_eq!(gaps(port.source()), []);
        assert_eq!((port.source().totals().late, port.source().totals().lost()), (2, 0));
    }

    #[test]
    fn a_gap_that_is_filled_in_part_tells_what_is_still_missing() {
        let mut port = Port::new();
        port.hears_evenly(0..10);
        port.hears(12, 240);
        port.hears(11, 241);
        let (from, to) = (Instant::from_millis(180), Instant::from_millis(240));
        assert_eq!(gaps(port.source()), [(from, to, 1)]);
    }

    #[test]
    fn a_pause_of_the_sender_is_a_gap_without_loss() {
        let mut port = Port::new();
        port.hears_evenly(0..10);
        port.hears(10, 5_180);
        let (from, to) = (Instant::from_millis(180), Instant::from_millis(5_180));
        assert_eq!(gaps(port.source()), [(from, to, 0)]);
        assert_eq!(port.source().leaps(), 1);
    }

    #[test]
    fn gaps_without_end_do_not_fill_the_memory() {
        let mut port = Port::new();
        for nth in 0..20_000_u16 {
            port.hears(nth.wrapping_mul(2), 40 * u64::from(nth));
        }
        let gaps = port.source().gaps();
        assert_eq!((gaps.kept().len(), gaps.total()), (256, 19_999));
    }

    #[test]
    fn a_change_of_source_and_of_payload_type_is_told() {
        let mut port = Port::new();
        port.hears_evenly(0..5);
        port.payload_type = 8;
        port.hears_evenly(5..10);
        let at = Instant::from_millis(100);
        let to_a_law = PayloadTypeChange { at, from: 0, to: 8 };
        assert_eq!(port.source().payload_type_changes().kept(), [to_a_law]);
        port.ssrc = 9;
        port.hears_evenly(500..505);
        let change = SsrcChange { at: Instant::from_millis(10_000), from: 7, to: 9 };
        assert_eq!(port.receiver.changes().kept(), [change]);
        assert_eq!(port.receiver.current().map(Source::ssrc), Some(9));
    }

    #[test]
    fn a_flood_of_sources_does_not_fill_the_memory_and_spares_those_in_use() {
        let mut port = Port::new();
        for nth in 0..1_000 {
            port.ssrc = 7;
            port.hears(nth, 20 * u64::from(nth));
            port.ssrc = 1_000 + u32::from(nth);
            port.hears(nth, 20 * u64::from(nth));
        }
        assert_eq!((port.receiver.sources().len(), port.receiver.forgotten()), (16, 985));
        port.ssrc = 7;
        assert_eq!(port.source().totals().received, 1_000);
    }

    #[test]
    fn a_source_on_probation_does_not_take_over() {
        let mut port = Port::new();
        port.receiver = Receiver::new(8_000, 2);
        port.hears_evenly(0..5);
        port.ssrc = 9;
        port.hears(77, 110);
        assert_eq!(port.receiver.current().map(Source::ssrc), Some(7));
        assert_eq!(port.receiver.changes().total(), 0);
        assert_eq!(port.receiver.report_blocks(Instant::from_millis(120)).len(), 1);
    }

    #[test]
    fn a_report_tells_of_each_source_once_since_the_last_with_the_delay_of_its_own() {
        let mut port = Port::new();
        port.hears_evenly(0..10);
        let info = SenderInfo { ntp: 0x1234_5678_9ABC_DEF0, timestamp: 0, packets: 10, octets: 0 };
        port.receiver.reported(Instant::from_millis(500), 7, info);
        let [block] = port.receiver.report_blocks(Instant::from_millis(2_000))[..] else {
            panic!("one source was heard")
        };
        assert_eq!((block.ssrc, block.highest, block.lost), (7, 9, 0));
        assert_eq!((block.last_report, block.delay), (0x5678_9ABC, 0x1_8000));
        assert_eq!(port.receiver.report_blocks(Instant::from_millis(3_000)), []);
    }

    #[test]
    fn a_clock_that_is_fast_is_measured() {
        let mut port = Port::new();
        for nth in 0..3_000_u16 {
            let at = Instant::START + Duration::from_nanos(u64::from(nth) * 19_998_000);
            let header = Header {
                sequence: nth,
                timestamp: u32::from(nth) * 160,
                ssrc: 7,
                ..Header::default()
            };
            port.receiver.receive(at, &header, 160);
        }
        let line = port.source().drift().unwrap();
        assert!((line.ppm - 100.0).abs() < 0.1, "{line:?}");
    }
}
