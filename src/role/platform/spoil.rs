//! Faults on the way to the recorder: what a broken media path does to the copies.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use super::bridge::End;
use super::fault::Fault;
use super::recording::{Flow, Recording, Stage};
use crate::audio;
use crate::packet::Packet;
use crate::rtp::{self, Codec};
use crate::sdp::{Direction, Medium};
use crate::sip::agent::CallId;
use crate::time::Instant;

/// Stands between the call and its recordings, and spoils what passes as the fault says.
#[derive(Debug)]
pub struct Spoiler {
    fault: Option<Fault>,
    forked: u64,
    began: Option<Instant>,
    silent: bool,
    /// Packets that leave later than they should.
    delayed: VecDeque<(Instant, Packet)>,
    /// What each side said last.
    frames: BTreeMap<End, Vec<i16>>,
    /// The last packets of each stream.
    last: Vec<Packet>,
    /// Recording sessions that end later than they should.
    ending: VecDeque<(Instant, CallId)>,
}

impl Spoiler {
    /// A spoiler that does what `fault` says, or nothing.
    pub fn new(fault: Option<Fault>) -> Self {
        Self {
            fault,
            forked: 0,
            began: None,
            silent: false,
            delayed: VecDeque::new(),
            frames: BTreeMap::new(),
            last: Vec::new(),
            ending: VecDeque::new(),
        }
    }

    /// The recorder answered: what waited for it goes out.
    pub fn begin(
        &mut self,
        now: Instant,
        recording: &mut Recording,
        packets: &mut VecDeque<Packet>,
    ) {
        self.began = Some(now);
        let mut out = VecDeque::new();
        recording.release(&mut out);
        let spoils = matches!(
            self.fault,
            Some(
                Fault::ForkOnlyCaller
                    | Fault::MixSides
                    | Fault::DelayOneSide
                    | Fault::DropEveryTenth
            )
        );
        if !spoils {
            packets.extend(out);
        }
    }

    /// From now on nothing passes.
    pub fn silence(&mut self) {
        self.silent = true;
    }

    /// What one side said, on its way to one recording.
    pub fn fork(
        &mut self,
        now: Instant,
        recording: &mut Recording,
        from: End,
        packet: &Bytes,
        packets: &mut VecDeque<Packet>,
    ) {
        self.forked += 1;
        if recording.flow == Flow::Paused && recording.stage == Stage::Up {
            return self.leak(recording, from, packet, packets);
        }
        let since = self.began.map(|began| now - began);
        match self.fault {
            None => recording.hear(from, packet, packets),
            _ if self.silent => {}
            Some(Fault::ForkOnlyCaller) if from == End::Callee => {}
            Some(Fault::DropEveryTenth) if self.forked % 10 == 3 => {}
            Some(Fault::StopEarly) if since.is_some_and(|since| since > SECOND) => {}
            Some(Fault::ForgetTheBeginning) if since.is_none_or(|since| since < SECOND) => {}
            Some(Fault::DelayOneSide) if from == End::Callee => {
                let mut out = VecDeque::new();
                recording.hear(from, packet, &mut out);
                self.delayed.extend(out.into_iter().map(|packet| (now + LATE, packet)));
            }
            Some(Fault::DriftOneSide) if from == End::Callee => {
                let mut out = VecDeque::new();
                recording.hear(from, packet, &mut out);
                let late = since.unwrap_or_default() / DRIFT;
                self.delayed.extend(out.into_iter().map(|packet| (now + late, packet)));
            }
            Some(Fault::MixSides) => {
                let mixed = self.mixed(from, packet);
                recording.hear(from, mixed.as_ref().unwrap_or(packet), packets);
            }
            Some(Fault::SendAfterTheEnd) => {
                let mut out = VecDeque::new();
                recording.hear(from, packet, &mut out);
                self.last.extend(out.iter().cloned());
                let excess = self.last.len().saturating_sub(2);
                self.last.drain(..excess);
                packets.extend(out);
            }
            Some(_) => recording.hear(from, packet, packets),
        }
    }

    /// What one side says while the recording is paused: it goes nowhere, unless a fault has it
    /// otherwise.
    fn leak(
        &mut self,
        recording: &mut Recording,
        from: End,
        packet: &Bytes,
        packets: &mut VecDeque<Packet>,
    ) {
        let leaks = match self.fault {
            Some(Fault::KeepSendingWhilePaused) => true,
            Some(Fault::PauseOneSide) => from != recording.user,
            Some(Fault::PassKeysWhilePaused) => is_key(packet),
            Some(Fault::KeepThePause) => return recording.wait(from, packet),
            _ => false,
        };
        if leaks {
            recording.leak(from, packet, packets);
        }
    }

    /// The call is over.
    pub fn linger(&mut self, now: Instant, _recording: &Recording) {
        for (index, packet) in self.last.drain(..).enumerate() {
            for frame in 1..=50 {
                let at = now + FRAME * frame + Duration::from_millis(index as u64);
                self.delayed.push_back((at, packet.clone()));
            }
        }
        self.delayed.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    /// A recording session ends, later than it should.
    pub fn end_late(&mut self, now: Instant, call: CallId) {
        self.ending.push_back((now + LATE_END, call));
    }

    /// A recording session whose late end has come.
    pub fn ended(&mut self, now: Instant) -> Option<CallId> {
        let is_due = self.ending.front().is_some_and(|(at, _)| *at <= now);
        if is_due { self.ending.pop_front().map(|(_, call)| call) } else { None }
    }

    /// When something is due that was held back: a packet, or the end of a recording session.
    pub fn next_deadline(&self) -> Option<Instant> {
        let packet = self.delayed.front().map(|(at, _)| *at);
        let end = self.ending.front().map(|(at, _)| *at);
        packet.into_iter().chain(end).min()
    }

    /// Lets go of what was delayed for long enough.
    pub fn release(&mut self, now: Instant, packets: &mut VecDeque<Packet>) {
        while self.delayed.front().is_some_and(|(at, _)| *at <= now) {
            packets.extend(self.delayed.pop_front().map(|(_, packet)| packet));
        }
    }

    /// The packet with the voice of the other side mixed into it.
    fn mixed(&mut self, from: End, packet: &Bytes) -> Option<Bytes> {
        let read = rtp::Packet::read(packet).ok()?;
        let codec = match read.header.payload_type {
            0 => Codec::Pcmu,
            8 => Codec::Pcma,
            _ => return None,
        };
        let mut own = Vec::new();
        codec.decoder().decode(read.payload, &mut own);
        let other = self.frames.get(&from.other()).cloned().unwrap_or_else(|| vec![0; own.len()]);
        let mut both = vec![0; own.len()];
        audio::mix(&[&own, &other], &mut both);
        self.frames.insert(from, own);
        let mut payload = Vec::new();
        codec.encoder().encode(&both, &mut payload);
        Some(read.header.write(&payload))
    }
}

/// Whether a packet is part of a key that is pressed: four octets (RFC 4733 section 2.3) and a
/// header.
fn is_key(packet: &Bytes) -> bool {
    rtp::Packet::read(packet).is_ok_and(|read| read.payload.len() == 4)
}

/// A stream of the offer to a recorder, as the fault has it.
pub fn spoil_medium(fault: Option<Fault>, medium: Medium) -> Medium {
    match fault {
        Some(Fault::OmitLabels) => Medium { label: None, ..medium },
        Some(Fault::ShareLabel) => Medium { label: Some("1".to_owned()), ..medium },
        Some(Fault::OfferBothWays) => Medium { direction: Direction::SendRecv, ..medium },
        _ => medium,
    }
}

/// A document of metadata, as the fault has it; `None` if it leaves it out.
pub fn spoil_metadata(fault: Option<Fault>, document: String) -> Option<String> {
    match fault {
        Some(Fault::OmitMetadata) => None,
        Some(Fault::GarbleMetadata) => {
            let end = document.rfind("</").unwrap_or(document.len());
            Some(document[..end].to_owned())
        }
        _ => Some(document),
    }
}

/// A message on its way out, as the fault has it.
pub fn spoil_message(fault: Option<Fault>, packet: Packet) -> Packet {
    let Some(rest) = packet.payload.strip_prefix(RINGING) else { return packet };
    let spoilt: &[u8] = match fault {
        Some(Fault::GarbleRinging) => b"Allow: INVITE, (ACK\r\n",
        Some(Fault::BreakLine) => b"Allow: INVITE\n",
        _ => return packet,
    };
    let payload = [RINGING, spoilt, rest].concat();
    Packet { payload: payload.into(), ..packet }
}

const RINGING: &[u8] = b"SIP/2.0 180 Ringing\r\n";
const SECOND: Duration = Duration::from_secs(1);
/// Six times what the ear takes for an echo.
const LATE: Duration = Duration::from_millis(250);
const FRAME: Duration = Duration::from_millis(20);
/// One part in so many: two clocks of cheap telephones differ by as much.
const DRIFT: u32 = 5_000;
/// Longer than a recording may outlive its call, and soon enough to be seen.
const LATE_END: Duration = Duration::from_millis(700);
