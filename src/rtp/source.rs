//! One source of media as its receiver sees it: what came, when, and how evenly.

use std::time::Duration;

use super::Log;
use super::clock::{Clock, ticks_between};
use super::drift::{Drift, Line};
use super::jitter::Jitter;
use super::packet::Header;
use super::rtcp::{ReportBlock, SenderInfo, middle};
use super::sequence::{Arrival, Sequence, Totals};
use crate::time::Instant;

/// A source of media, by its SSRC.
#[derive(Clone, Debug)]
pub struct Source {
    ssrc: u32,
    clock: Clock,
    sequence: Sequence,
    jitter: Jitter,
    pub(super) timeline: Option<Timeline>,
    leaps: u64,
    octets: u64,
    gaps: Log<Gap, GAPS_KEPT>,
    payload_types: Log<PayloadTypeChange, CHANGES_KEPT>,
    report: Option<(SenderInfo, Instant)>,
    goodbye: Option<Instant>,
    heard_since_report: bool,
}

/// Where the timestamps of a source stand against the receiver's clock.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    pub(super) first: Instant,
    pub(super) last: Instant,
    pub(super) last_timestamp: u32,
    last_payload_type: u8,
    /// How much later than its timestamp says the last packet came, in nanoseconds against the
    /// first since the timestamps last leapt.
    pub(super) late: i64,
    media_ticks: i64,
    pub(super) drift: Drift,
}

/// A time in which packets were missing, or nothing came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Gap {
    /// When the last packet before it arrived.
    pub from: Instant,
    /// When the first packet after it arrived.
    pub to: Instant,
    /// How many packets are missing in it; none if the sender paused.
    pub lost: u16,
    /// The extended sequence numbers that were skipped: so many, before this one.
    skipped: (u16, i64),
}

/// A source went on with another payload type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PayloadTypeChange {
    /// When.
    pub at: Instant,
    /// The payload type before.
    pub from: u8,
    /// The payload type since.
    pub to: u8,
}

impl Source {
    pub(super) fn new(ssrc: u32, clock_rate: u32, probation: u16) -> Self {
        let clock = Clock::new(clock_rate);
        Self {
            ssrc,
            clock,
            sequence: Sequence::new(probation),
            jitter: Jitter::new(clock),
            timeline: None,
            leaps: 0,
            octets: 0,
            gaps: Log::new(),
            payload_types: Log::new(),
            report: None,
            goodbye: None,
            heard_since_report: false,
        }
    }

    /// Takes a packet of this source that arrived at `now` with so many octets of payload.
    pub(super) fn receive(&mut self, now: Instant, header: &Header, octets: usize) -> Arrival {
        let arrival = self.sequence.update(header.sequence);
        if arrival == Arrival::Refused {
            return arrival;
        }
        self.octets += octets as u64;
        self.heard_since_report |= self.sequence.is_valid();
        self.note_gap(now, arrival);
        self.note_time(now, header, arrival);
        arrival
    }

    fn note_gap(&mut self, now: Instant, arrival: Arrival) {
        let Some(timeline) = &self.timeline else {
            return;
        };
        match arrival {
            Arrival::Next { extended, missing }
                if missing > 0 || now - timeline.last > SILENCE_MIN =>
            {
                let skipped = (missing, extended);
                self.gaps.push(Gap { from: timeline.last, to: now, lost: missing, skipped });
            }
            Arrival::Late { extended } => self.fill_gap(extended),
            _ => {}
        }
    }

    /// A packet that was missing came after all: what looked like a gap was disorder.
    fn fill_gap(&mut self, extended: i64) {
        let gaps = self.gaps.kept_mut();
        let Some(nth) = gaps.iter().rposition(|gap| gap.skipped_over(extended)) else {
            return;
        };
        gaps[nth].lost = gaps[nth].lost.saturating_sub(1);
        if gaps[nth].lost == 0 && gaps[nth].duration() <= SILENCE_MIN {
            gaps.remove(nth);
        }
    }

    fn note_time(&mut self, now: Instant, header: &Header, arrival: Arrival) {
        let later = self.jitter.update(now, header.timestamp);
        let Some(timeline) = &mut self.timeline else {
            self.timeline = Some(Timeline::new(now, header));
            return;
        };
        if timeline.last_payload_type != header.payload_type {
            let (from, to) = (timeline.last_payload_type, header.payload_type);
            self.payload_types.push(PayloadTypeChange { at: now, from, to });
        }
        let later = later.filter(|_| arrival != Arrival::Restart);
        timeline.advance(now, header, later, self.clock);
        self.leaps += u64::from(later.is_none());
    }

    /// Takes what a sender report of this source says.
    pub(super) fn reported(&mut self, now: Instant, info: SenderInfo) {
        self.report = Some((info, now));
    }

    /// Takes this source's goodbye.
    pub(super) fn said_goodbye(&mut self, now: Instant) {
        self.goodbye = Some(now);
    }

    /// What to report on this source, if media came since the last time (RFC 3550 section 6.4).
    pub(super) fn report_block(&mut self, now: Instant) -> Option<ReportBlock> {
        if !std::mem::take(&mut self.heard_since_report) {
            return None;
        }
        let (fraction_lost, lost) = self.sequence.report_loss();
        let (last_report, delay) = match self.report {
            Some((info, at)) => (middle(info.ntp), Clock::new(0x1_0000).ticks(now - at)),
            None => (0, 0),
        };
        Some(ReportBlock {
            ssrc: self.ssrc,
            fraction_lost,
            lost,
            highest: self.sequence.highest()?,
            jitter: self.jitter.ticks(),
            last_report,
            delay,
        })
    }
}

impl Timeline {
    fn new(now: Instant, header: &Header) -> Self {
        let mut drift = Drift::default();
        drift.add(0.0, 0.0);
        Self {
            first: now,
            last: now,
            last_timestamp: header.timestamp,
            last_payload_type: header.payload_type,
            late: 0,
            media_ticks: 0,
            drift,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a call fit 52 bits")]
    fn advance(&mut self, now: Instant, header: &Header, later: Option<i64>, clock: Clock) {
        if let Some(later) = later {
            self.late += later;
            self.media_ticks += i64::from(ticks_between(self.last_timestamp, header.timestamp));
        } else {
            (self.late, self.media_ticks, self.drift) = (0, 0, Drift::default());
        }
        let media_seconds = self.media_ticks as f64 / f64::from(clock.rate());
        self.drift.add(media_seconds, self.late as f64 / 1e6);
        self.last = now;
        self.last_timestamp = header.timestamp;
        self.last_payload_type = header.payload_type;
    }
}

impl Gap {
    /// How long it lasted, from packet to packet.
    pub fn duration(&self) -> Duration {
        self.to - self.from
    }

    fn skipped_over(&self, extended: i64) -> bool {
        let (count, next) = self.skipped;
        (next - i64::from(count)..next).contains(&extended)
    }
}

/// What there is to know.
impl Source {
    /// The identifier that its packets carry.
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Whether enough packets came in a row to believe in it.
    pub const fn is_valid(&self) -> bool {
        self.sequence.is_valid()
    }

    /// How many packets came, late or twice or never.
    pub fn totals(&self) -> Totals {
        self.sequence.totals()
    }

    /// How many packets were refused because their sequence number was nowhere near.
    pub const fn refused(&self) -> u64 {
        self.sequence.refused()
    }

    /// How often its sequence numbers started over.
    pub const fn restarts(&self) -> u64 {
        self.sequence.restarts()
    }

    /// How often its timestamps leapt by more than a second against the clock.
    pub const fn leaps(&self) -> u64 {
        self.leaps
    }

    /// How many octets of payload came, copies included.
    pub const fn octets(&self) -> u64 {
        self.octets
    }

    /// How unevenly its packets arrive.
    pub const fn jitter(&self) -> &Jitter {
        &self.jitter
    }

    /// How fast its clock is, once ten seconds came without a leap.
    pub fn drift(&self) -> Option<Line> {
        self.timeline.as_ref()?.drift.line()
    }

    /// When packets were missing, or nothing came for more than 200 ms. The first 256 are kept.
    pub const fn gaps(&self) -> &Log<Gap, GAPS_KEPT> {
        &self.gaps
    }

    /// When its payload type changed. The first 64 changes are kept.
    pub const fn payload_type_changes(&self) -> &Log<PayloadTypeChange, CHANGES_KEPT> {
        &self.payload_types
    }

    /// The payload type of its last packet.
    pub fn payload_type(&self) -> Option<u8> {
        Some(self.timeline.as_ref()?.last_payload_type)
    }

    /// When its first packet arrived.
    pub fn first(&self) -> Option<Instant> {
        Some(self.timeline.as_ref()?.first)
    }

    /// When its last packet arrived.
    pub fn last(&self) -> Option<Instant> {
        Some(self.timeline.as_ref()?.last)
    }

    /// Its last sender report, and when that came.
    pub const fn sender_report(&self) -> Option<(SenderInfo, Instant)> {
        self.report
    }

    /// When it said goodbye.
    pub const fn goodbye(&self) -> Option<Instant> {
        self.goodbye
    }

    pub(super) const fn clock(&self) -> Clock {
        self.clock
    }
}

/// A silence longer than this is a gap although no packet is missing: ten frames.
const SILENCE_MIN: Duration = Duration::from_millis(200);

const GAPS_KEPT: usize = 256;
const CHANGES_KEPT: usize = 64;
