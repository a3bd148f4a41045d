//! The stream towards one telephone: what the other side says, and what is played in its place, as
//! one sequence of packets from one source.
//!
//! A telephone should not take an announcement for a loss, nor what follows it for something late.
//! So what is played goes on where the other side stopped, under its source and with its clock,
//! and what comes from the other side afterwards is numbered on: a translator in the sense of
//! RFC 3550 section 7.1.

use std::time::Duration;

use bytes::Bytes;

use crate::rtp::{Header, Origin};
use crate::time::Instant;

/// The stream towards one telephone.
#[derive(Debug)]
pub struct Splice {
    /// Where a stream begins that has nothing to follow.
    own: Origin,
    last: Option<Last>,
    /// What is added to the numbers of the other side.
    shift: u16,
    /// How the other side's packets continue.
    entry: Entry,
}

/// The last packet that went out.
#[derive(Clone, Copy, Debug)]
struct Last {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    at: Instant,
}

/// How the other side's packets continue.
#[derive(Clone, Copy, Debug)]
enum Entry {
    /// As they come.
    Open,
    /// Something was played: the next that is not too late goes on from there. So many were.
    Pending(u8),
    /// As they come, but for those before this number, which are too late.
    Since(u16),
}

impl Splice {
    /// A stream in which nothing was heard yet.
    pub fn new(own: Origin) -> Self {
        Self { own, last: None, shift: 0, entry: Entry::Open }
    }

    /// What the other side said, as it goes to the telephone; nothing if it comes too late, after
    /// what was played. Anything that is no RTP passes as it is.
    pub fn pass(&mut self, now: Instant, packet: &Bytes) -> Option<Bytes> {
        let Some(fields) = Fields::of(packet) else { return Some(packet.clone()) };
        let Some(last) = self.last.filter(|last| last.ssrc == fields.ssrc) else {
            // Another source begins with its own numbers.
            let marked = matches!(self.entry, Entry::Pending(_));
            (self.shift, self.entry) = (0, Entry::Open);
            self.last = Some(fields.last(now));
            return Some(if marked {
                write(packet, fields.sequence, true)
            } else {
                packet.clone()
            });
        };
        let mut begins = false;
        match self.entry {
            Entry::Open => {}
            Entry::Pending(late) => {
                let is_late = is_before(fields.timestamp, last.timestamp.wrapping_add(1));
                if is_late && late < LATE_MAX {
                    self.entry = Entry::Pending(late + 1);
                    return None;
                }
                self.shift = last.sequence.wrapping_add(1).wrapping_sub(fields.sequence);
                self.entry = Entry::Since(fields.sequence);
                begins = true;
            }
            Entry::Since(first) => {
                let ahead = fields.sequence.wrapping_sub(first);
                if ahead > u16::MAX - REORDERED_MAX {
                    return None;
                }
                if ahead > u16::MAX / 4 {
                    // What was late would have come by now.
                    self.entry = Entry::Open;
                }
            }
        }
        let sequence = fields.sequence.wrapping_add(self.shift);
        let is_newer = sequence.wrapping_sub(last.sequence) < u16::MAX / 2;
        if is_newer {
            let timestamp = fields.timestamp;
            self.last = Some(Last { ssrc: fields.ssrc, sequence, timestamp, at: now });
        }
        if self.shift == 0 && !begins {
            return Some(packet.clone());
        }
        Some(write(packet, sequence, begins || fields.marker))
    }

    /// A frame of so many ticks that is played now, the first of what is played or not.
    pub fn play(&mut self, now: Instant, payload_type: u8, payload: &[u8], begins: bool) -> Bytes {
        let ticks = u32::try_from(payload.len()).unwrap_or(FRAME_TICKS);
        let own = self.own;
        let (ssrc, sequence, timestamp) = match self.last {
            None => (own.ssrc, own.sequence, own.timestamp),
            Some(last) => {
                let since = if begins { ticks_of(now - last.at).max(ticks) } else { ticks };
                (last.ssrc, last.sequence.wrapping_add(1), last.timestamp.wrapping_add(since))
            }
        };
        self.last = Some(Last { ssrc, sequence, timestamp, at: now });
        self.entry = Entry::Pending(0);
        let header =
            Header { payload_type, marker: begins, sequence, timestamp, ssrc, csrcs: Vec::new() };
        header.write(payload)
    }

    /// Whether the other side is heard at present.
    pub fn is_flowing(&self, now: Instant) -> bool {
        self.last.is_some_and(|last| now - last.at <= FLOWING)
    }

    /// A report of the telephone's, as it goes to the other side: with the numbers that it knows
    /// (RFC 3550 section 7.2).
    pub fn report(&self, packet: &Bytes) -> Bytes {
        let Some(last) = self.last.filter(|_| self.shift != 0) else { return packet.clone() };
        let mut bytes = packet.to_vec();
        let mut start = 0;
        while let Some(&[first, kind, high, low]) = bytes.get(start..start + 4) {
            let first_block = match kind {
                200 => 28,
                201 => 8,
                _ => usize::MAX / 2,
            };
            let end = start + 4 * (usize::from(u16::from_be_bytes([high, low])) + 1);
            for block in 0..usize::from(first & 0x1F) {
                let at = start + first_block + 24 * block;
                let Some(block) = bytes.get_mut(at..at + 24).filter(|_| at + 24 <= end) else {
                    break;
                };
                if block[..4] == last.ssrc.to_be_bytes() {
                    let highest = [block[8], block[9], block[10], block[11]];
                    let highest = u32::from_be_bytes(highest);
                    // The lower half is a number of ours, the upper half counts its turns.
                    let known =
                        highest.wrapping_sub(i32::from(self.shift.cast_signed()).cast_unsigned());
                    block[8..12].copy_from_slice(&known.to_be_bytes());
                }
            }
            start = end;
        }
        bytes.into()
    }
}

/// What there is to know of a packet, read in place.
#[derive(Clone, Copy, Debug)]
struct Fields {
    marker: bool,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
}

impl Fields {
    fn of(packet: &[u8]) -> Option<Self> {
        let &[version, kind, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] =
            packet.first_chunk::<12>()?;
        (version >> 6 == 2).then_some(Self {
            marker: kind & 0x80 != 0,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
        })
    }

    fn last(self, at: Instant) -> Last {
        let Self { ssrc, sequence, timestamp, .. } = self;
        Last { ssrc, sequence, timestamp, at }
    }
}

/// The packet under another number.
fn write(packet: &Bytes, sequence: u16, marker: bool) -> Bytes {
    let mut bytes = packet.to_vec();
    if let Some([_, kind, high, low, ..]) = bytes.first_chunk_mut::<12>() {
        *kind = *kind & 0x7F | u8::from(marker) << 7;
        [*high, *low] = sequence.to_be_bytes();
    }
    bytes.into()
}

/// Whether a timestamp is before another, within ten seconds: any further is another clock.
fn is_before(one: u32, other: u32) -> bool {
    (1..80_000).contains(&other.wrapping_sub(one))
}

/// Ticks of the 8 kHz that all telephone codecs of ours count in.
fn ticks_of(span: Duration) -> u32 {
    u32::try_from(span.as_micros() * 8 / 1_000).unwrap_or(u32::MAX)
}

/// 20 ms.
const FRAME_TICKS: u32 = 160;
/// A source that is silent for longer is not mixed with anything.
const FLOWING: Duration = Duration::from_millis(100);
/// So many packets may still be on their way when something was played: a second.
const LATE_MAX: u8 = 50;
/// A second of packets: what is further behind has gone all the way round.
const REORDERED_MAX: u16 = 50;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::Packet;

    const OWN: Origin = Origin { ssrc: 9, sequence: 500, timestamp: 70_000 };

    fn said(number: u16) -> Bytes {
        let header = Header {
            sequence: 65_530_u16.wrapping_add(number),
            timestamp: 1_000 + 160 * u32::from(number),
            ssrc: 7,
            ..Header::default()
        };
        header.write(&[0; 160])
    }

    fn at(frame: u16) -> Instant {
        Instant::from_millis(20 * u64::from(frame))
    }

    fn fields(packet: &Bytes) -> (u16, u32, u32, bool) {
        let header = Packet::read(packet).unwrap().header;
        (header.sequence, header.timestamp, header.ssrc, header.marker)
    }

    #[test]
    fn what_is_passed_on_alone_stays_as_it_is() {
        let mut splice = Splice::new(OWN);
        for number in 0..20 {
            assert_eq!(splice.pass(at(number), &said(number)), Some(said(number)));
        }
        let rubbish = Bytes::from_static(b"no RTP");
        assert_eq!(splice.pass(at(20), &rubbish), Some(rubbish));
    }

    #[test]
    fn what_is_played_continues_the_stream_and_is_continued_by_it() {
        let mut splice = Splice::new(OWN);
        let mut out = Vec::new();
        for number in 0..10 {
            out.extend(splice.pass(at(number), &said(number)));
        }
        // It takes the place of six, and one comes late.
        for number in 10..16 {
            out.push(splice.play(at(number), 0, &[0; 160], number == 10));
        }
        assert_eq!(splice.pass(at(16), &said(15)), None, "its time is over");
        for number in 16..20 {
            out.extend(splice.pass(at(number), &said(number)));
        }
        assert_eq!(splice.pass(at(20), &said(14)), None, "it is overtaken");
        let expected = (0..20_u16).map(|number| {
            let (sequence, timestamp, _, _) = fields(&said(number));
            (sequence, timestamp, 7, number == 10 || number == 16)
        });
        let out: Vec<_> = out.iter().map(fields).collect();
        assert_eq!(out, expected.collect::<Vec<_>>());
    }

    #[test]
    fn what_nobody_speaks_before_has_a_source_of_its_own() {
        let mut splice = Splice::new(OWN);
        assert_eq!(fields(&splice.play(at(0), 8, &[0; 160], true)), (500, 70_000, 9, true));
        assert_eq!(fields(&splice.play(at(1), 8, &[0; 160], false)), (501, 70_160, 9, false));
        assert_eq!(fields(&splice.pass(at(2), &said(3)).unwrap()), (65_533, 1_480, 7, true));
    }

    #[test]
    fn after_a_silence_the_clock_has_gone_on() {
        let mut splice = Splice::new(OWN);
        splice.pass(at(0), &said(0));
        assert!(splice.is_flowing(at(5)) && !splice.is_flowing(at(6)));
        assert_eq!(fields(&splice.play(at(50), 0, &[0; 160], true)), (65_531, 9_000, 7, true));
    }

    #[test]
    fn numbers_that_were_shifted_are_shifted_back_in_reports() {
        let mut splice = Splice::new(OWN);
        splice.pass(at(0), &said(0));
        for number in 1..4 {
            splice.play(at(number), 0, &[0; 160], number == 1);
        }
        // Two were lost meanwhile, so that its fifth is numbered as its third would be.
        assert_eq!(fields(&splice.pass(at(4), &said(6)).unwrap()).0, 65_534);
        let mut report = vec![0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0];
        report.extend(65_534_u32.to_be_bytes());
        report.extend([0; 12]);
        let passed = splice.report(&report.clone().into());
        assert_eq!(passed[16..20], 65_536_u32.to_be_bytes(), "after 65,535 comes the next turn");
        for length in 0..report.len() {
            splice.report(&Bytes::copy_from_slice(&report[..length]));
        }
    }
}
