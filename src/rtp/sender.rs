//! An outgoing RTP stream: who sends it, where it stands, what it has sent.

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::clock::Clock;
use super::packet::Header;
use super::rtcp::SenderInfo;
use crate::time::Instant;

/// Where a stream starts: random, so that streams differ (RFC 3550 section 5.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Origin {
    /// The source of the stream.
    pub ssrc: u32,
    /// The sequence number of its first packet.
    pub sequence: u16,
    /// The timestamp of its first packet.
    pub timestamp: u32,
}

impl Origin {
    /// Draws an origin from a seeded generator.
    ///
    /// The sequence number starts in the lower half, as RFC 3711 section 3.3.1 recommends to
    /// those who may encrypt.
    pub fn draw(rng: &mut ChaCha8Rng) -> Self {
        let sequence = (rng.next_u32() & 0x7FFF) as u16;
        Self { ssrc: rng.next_u32(), sequence, timestamp: rng.next_u32() }
    }
}

/// An outgoing stream of frames of one length.
#[derive(Clone, Debug)]
pub struct Sender {
    ssrc: u32,
    csrcs: Vec<u32>,
    payload_type: u8,
    clock: Clock,
    ptime: Duration,
    next_sequence: u16,
    position: Position,
    packets: u32,
    octets: u32,
    last_sent: Option<Instant>,
}

/// Where the sampling clock of the stream stands.
#[derive(Clone, Copy, Debug)]
enum Position {
    /// Nothing was sampled yet; the first sample will have this timestamp.
    Unstarted(u32),
    /// At this instant the sample with this timestamp is taken; a frame is due.
    Due { at: Instant, timestamp: u32 },
}

impl Sender {
    /// A stream that starts at `origin`, in frames of 20 ms.
    pub fn new(origin: Origin, payload_type: u8, clock_rate: u32) -> Self {
        Self {
            ssrc: origin.ssrc,
            csrcs: Vec::new(),
            payload_type,
            clock: Clock::new(clock_rate),
            ptime: PTIME_DEFAULT,
            next_sequence: origin.sequence,
            position: Position::Unstarted(origin.timestamp),
            packets: 0,
            octets: 0,
            last_sent: None,
        }
    }

    /// From now on the frames are a mixture of what these sources sent (RFC 3550 section 5.1); of the
    /// first fifteen, if there are more.
    pub(super) fn mix(&mut self, csrcs: Vec<u32>) {
        self.csrcs = csrcs;
    }

    /// Sends a frame whose first sample was taken at `now`.
    ///
    /// On the wire `now` is the deadline of the frame, not the moment at which a thread woke up
    /// for it: a frame that is less than its own length late continues the one before. Later
    /// than that, nothing was sampled in between: the timestamp leaps over the gap and the
    /// marker says that a talkspurt begins (RFC 3551 section 4.1).
    pub fn next(&mut self, now: Instant, payload: &[u8]) -> Bytes {
        let (at, timestamp, marker) = match self.position {
            Position::Unstarted(timestamp) => (now, timestamp, true),
            Position::Due { at, timestamp } if now < at + self.ptime => (at, timestamp, false),
            Position::Due { .. } => (now, self.timestamp_at(now), true),
        };
        let packet = self.emit(now, self.payload_type, marker, timestamp, payload);
        self.position = Position::Due {
            at: at + self.ptime,
            timestamp: timestamp.wrapping_add(self.clock.ticks(self.ptime)),
        };
        packet
    }

    /// Sends a packet that is not a frame, such as a telephone event, in the same sequence.
    pub fn emit(
        &mut self,
        now: Instant,
        payload_type: u8,
        marker: bool,
        timestamp: u32,
        payload: &[u8],
    ) -> Bytes {
        if let Position::Unstarted(timestamp) = self.position {
            self.position = Position::Due { at: now, timestamp };
        }
        let header = Header {
            payload_type,
            marker,
            sequence: self.next_sequence,
            timestamp,
            ssrc: self.ssrc,
            csrcs: self.csrcs.clone(),
        };
        self.next_sequence = self.next_sequence.wrapping_add(1);
        self.packets = self.packets.wrapping_add(1);
        // Counts the payload only, "not including header or padding" (RFC 3550 section 6.4.1).
        let octets = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        self.octets = self.octets.wrapping_add(octets);
        self.last_sent = Some(now);
        header.write(payload)
    }

    /// When the next frame is due, once the first was sent.
    pub fn due(&self) -> Option<Instant> {
        match self.position {
            Position::Unstarted(_) => None,
            Position::Due { at, .. } => Some(at),
        }
    }

    /// The timestamp of the sample taken at `now`; that of the first sample if none was taken.
    pub fn timestamp_at(&self, now: Instant) -> u32 {
        match self.position {
            Position::Unstarted(timestamp) => timestamp,
            Position::Due { at, timestamp } if now < at => {
                timestamp.wrapping_sub(self.clock.ticks(at - now))
            }
            Position::Due { at, timestamp } => timestamp.wrapping_add(self.clock.ticks(now - at)),
        }
    }

    /// What a sender report at `now` says about this stream (RFC 3550 section 6.4.1).
    pub fn info(&self, now: Instant, ntp: u64) -> SenderInfo {
        SenderInfo {
            ntp,
            timestamp: self.timestamp_at(now),
            packets: self.packets,
            octets: self.octets,
        }
    }

    /// Continues with another payload type of the same clock rate.
    pub fn switch_payload_type(&mut self, payload_type: u8) {
        self.payload_type = payload_type;
    }

    /// Continues with frames of another length.
    pub fn switch_ptime(&mut self, ptime: Duration) {
        self.ptime = ptime.max(PTIME_MIN);
    }

    /// Starts over as another source, after a collision (RFC 3550 section 8.2).
    pub(super) fn become_source(&mut self, ssrc: u32) {
        self.ssrc = ssrc;
        (self.packets, self.octets) = (0, 0);
    }

    /// The source of the stream.
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Ticks per second of the timestamp.
    pub const fn clock_rate(&self) -> u32 {
        self.clock.rate()
    }

    /// The length of a frame.
    pub const fn ptime(&self) -> Duration {
        self.ptime
    }

    /// How many packets were sent, modulo 2^32.
    pub const fn packets(&self) -> u32 {
        self.packets
    }

    /// When the last packet was sent, if one was.
    pub const fn last_sent(&self) -> Option<Instant> {
        self.last_sent
    }
}

/// RFC 3551 section 4.2: "the default packetization interval SHOULD have a duration of 20 ms".
const PTIME_DEFAULT: Duration = Duration::from_millis(20);

/// A frame has some length, or a gap could not be told.
const PTIME_MIN: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::super::Packet;
    use super::*;

    const ORIGIN: Origin = Origin { ssrc: 7, sequence: 0xFFFF, timestamp: 0xFFFF_FFFF };

    fn sent(sender: &mut Sender, millis: u64) -> (u16, u32, bool) {
        let bytes = sender.next(Instant::from_millis(millis), &[0xFF; 160]);
        let header = Packet::read(&bytes).unwrap().header;
        (header.sequence, header.timestamp, header.marker)
    }

    #[test]
    fn a_stream_counts_on_over_both_wraps_and_marks_its_first_packet_only() {
        let mut sender = Sender::new(ORIGIN, 0, 8_000);
        assert_eq!(sent(&mut sender, 1_000), (0xFFFF, 0xFFFF_FFFF, true));
        assert_eq!(sent(&mut sender, 1_020), (0, 159, false));
        assert_eq!(sent(&mut sender, 1_040), (1, 319, false));
    }

    #[test]
    fn a_frame_sent_a_little_late_keeps_its_sampling_instant() {
        let mut sender = Sender::new(ORIGIN, 0, 8_000);
        sent(&mut sender, 0);
        assert_eq!(sent(&mut sender, 39), (0, 159, false));
        assert_eq!(sent(&mut sender, 40), (1, 319, false));
    }

    #[test]
    fn a_frame_late_by_its_own_length_follows_a_gap() {
        let mut sender = Sender::new(ORIGIN, 0, 8_000);
        sent(&mut sender, 0);
        assert_eq!(sent(&mut sender, 40), (0, 319, true));
    }

    #[test]
    fn after_a_pause_the_timestamp_has_moved_on_and_the_sequence_has_not() {
        let mut sender = Sender::new(ORIGIN, 0, 8_000);
        sent(&mut sender, 0);
        assert_eq!(sent(&mut sender, 10_000), (0, 79_999, true));
        assert_eq!(sent(&mut sender, 10_020), (1, 80_159, false));
    }

    #[test]
    fn a_report_counts_payload_and_gives_the_timestamp_of_its_own_instant() {
        let mut sender = Sender::new(Origin { timestamp: 1_000, ..ORIGIN }, 0, 8_000);
        sent(&mut sender, 0);
        sent(&mut sender, 20);
        let info = sender.info(Instant::from_millis(30), 99);
        assert_eq!(info, SenderInfo { ntp: 99, timestamp: 1_240, packets: 2, octets: 320 });
    }

    #[test]
    fn the_same_seed_draws_the_same_origin_and_another_seed_another() {
        let draw = |seed| Origin::draw(&mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!((0..100).all(|seed| draw(seed).sequence < 0x8000));
    }
}
