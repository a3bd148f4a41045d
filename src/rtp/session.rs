//! One RTP session of two: what goes out, what comes in, and the reports about both.

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::Malformed;
use super::packet::Packet;
use super::receiver::Receiver;
use super::rtcp::{
    Chunk, Compound, Crowd, Interval, Members, ReportBlock, RtcpPacket, Schedule, middle,
};
use super::sender::Sender;
use super::sequence::Arrival;
use crate::time::{Epoch, Instant};

/// What a participant brings to a session.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The canonical name, alike for all streams that share a clock (RFC 3550 section 6.5.1).
    pub cname: String,
    /// What turns moments into NTP timestamps.
    pub epoch: Epoch,
    /// How often to report.
    pub interval: Interval,
    /// How many packets in a row make a source valid; see [`Sequence`](super::Sequence).
    pub probation: u16,
}

/// A participant of an RTP session.
///
/// After each call but the getters, [`Session::next_deadline`] says when to poll.
#[derive(Clone, Debug)]
pub struct Session {
    /// The stream that goes out; frames are sent through it.
    pub sender: Sender,
    receiver: Receiver,
    settings: Settings,
    state: State,
    feedback: Option<Feedback>,
    contributors: Vec<Contributor>,
    /// Other identifiers, in case somebody has ours; as many as are left.
    spare_ssrcs: Vec<u32>,
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a session is joined all its life but the end")]
enum State {
    Joined {
        schedule: Schedule,
        members: Members,
        reported: bool,
        /// The goodbye of an identifier that another has too, and since when it waits.
        farewell: Option<(Instant, Bytes)>,
    },
    Left,
}

/// A source of which there is something in what a mixer sends (RFC 3550 section 3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Contributor {
    /// Its identifier.
    pub csrc: u32,
    /// Its canonical name, if it gave one.
    pub cname: Option<String>,
}

/// What the other side reported about our stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Feedback {
    /// When it came.
    pub at: Instant,
    /// Who reported.
    pub by: u32,
    /// What it received.
    pub block: ReportBlock,
    /// The time to there and back, if a sender report of ours had reached it.
    pub round_trip: Option<Duration>,
}

impl Session {
    /// Joins a session. `rng` is this participant's own.
    pub fn new(now: Instant, sender: Sender, settings: Settings, mut rng: ChaCha8Rng) -> Self {
        let receiver = Receiver::new(sender.clock_rate(), settings.probation);
        let spare_ssrcs = (0..COLLISIONS_MAX).map(|_| rng.next_u32()).collect();
        let probable = REPORT_LENGTH + settings.cname.len();
        let schedule = Schedule::new(now, settings.interval, probable, rng);
        let members = Members::default();
        let state = State::Joined { schedule, members, reported: false, farewell: None };
        let contributors = Vec::new();
        Self { sender, receiver, settings, state, feedback: None, contributors, spare_ssrcs }
    }

    /// From now on what goes out is a mixture of these: each packet lists them, and each report names
    /// them (RFC 3550 section 7.1).
    pub fn mix(&mut self, contributors: &[Contributor]) {
        if self.contributors != contributors {
            self.sender.mix(contributors.iter().map(|it| it.csrc).collect());
            self.contributors = contributors.to_vec();
        }
    }

    /// Takes a datagram of RTP. What was read is returned with what it is to its sequence; an
    /// echo of our own is read and refused.
    pub fn handle_rtp<'a>(
        &mut self,
        now: Instant,
        datagram: &'a [u8],
    ) -> Result<(Packet<'a>, Arrival), Malformed> {
        let packet = Packet::read(datagram)?;
        if packet.header.ssrc == self.sender.ssrc() {
            self.collide(now);
            return Ok((packet, Arrival::Refused));
        }
        let arrival = self.receiver.receive(now, &packet.header, packet.payload.len());
        if let State::Joined { members, .. } = &mut self.state
            && !matches!(arrival, Arrival::Probation | Arrival::Refused)
        {
            members.sent_media(now, packet.header.ssrc);
            for &csrc in &packet.header.csrcs {
                members.heard(now, csrc);
            }
        }
        Ok((packet, arrival))
    }

    /// Takes a datagram of RTCP.
    pub fn handle_rtcp(&mut self, now: Instant, datagram: &[u8]) -> Result<Compound, Malformed> {
        let compound = Compound::read(datagram)?;
        if let State::Joined { schedule, .. } = &mut self.state {
            schedule.passed(datagram.len());
        }
        for packet in &compound.0 {
            self.handle_packet(now, packet);
        }
        Ok(compound)
    }

    fn handle_packet(&mut self, now: Instant, packet: &RtcpPacket) {
        if let Some((ssrc, blocks)) = packet.report() {
            if ssrc == self.sender.ssrc() {
                self.collide(now);
                return;
            }
            self.handle_blocks(now, ssrc, blocks);
        }
        if let &RtcpPacket::SenderReport { ssrc, info, .. } = packet {
            self.receiver.reported(now, ssrc, info);
        }
        let State::Joined { schedule, members, .. } = &mut self.state else {
            return;
        };
        match packet {
            RtcpPacket::SenderReport { ssrc, .. } | RtcpPacket::ReceiverReport { ssrc, .. } => {
                members.heard(now, *ssrc);
            }
            RtcpPacket::Description(chunks) => {
                for chunk in chunks {
                    if let Some(cname) = chunk.cname() {
                        members.named(now, chunk.ssrc, cname);
                    }
                }
            }
            RtcpPacket::Goodbye { ssrcs, .. } => {
                for &ssrc in ssrcs {
                    members.remove(ssrc);
                    self.receiver.said_goodbye(now, ssrc);
                }
                schedule.reconsider(now, members.count() + 1);
            }
            RtcpPacket::Other { .. } => {}
        }
    }

    fn handle_blocks(&mut self, now: Instant, by: u32, blocks: &[ReportBlock]) {
        let Some(&block) = blocks.iter().find(|block| block.ssrc == self.sender.ssrc()) else {
            return;
        };
        let round_trip = round_trip(middle(self.settings.epoch.ntp(now)), &block);
        self.feedback = Some(Feedback { at: now, by, block, round_trip });
    }

    /// Somebody else has our identifier, or our own packets come back: says goodbye under it and
    /// takes another (RFC 3550 section 8.2), a few times at most.
    fn collide(&mut self, now: Instant) {
        let Some(other) = self.spare_ssrcs.pop() else {
            return;
        };
        let goodbye = self.has_spoken().then(|| self.compound(now, true).write());
        self.sender.become_source(other);
        if let State::Joined { farewell, .. } = &mut self.state {
            *farewell = goodbye.map(|goodbye| (now, goodbye));
        }
    }

    /// The report that is due at `now`, if one is.
    pub fn poll_rtcp(&mut self, now: Instant) -> Option<Bytes> {
        let crowd = self.crowd(now);
        let State::Joined { schedule, members, reported, farewell } = &mut self.state else {
            return None;
        };
        if let Some((_, goodbye)) = farewell.take() {
            return Some(goodbye);
        }
        if now < schedule.next() {
            return None;
        }
        members.expire(now, schedule.gone_after(crowd), schedule.mute_after(crowd));
        schedule.reconsider(now, members.count() + 1);
        let senders = members.senders() + usize::from(crowd.we_sent);
        let crowd = Crowd { members: members.count() + 1, senders, ..crowd };
        if !schedule.expire(now, crowd) {
            return None;
        }
        *reported = true;
        let report = self.compound(now, false).write();
        if let State::Joined { schedule, .. } = &mut self.state {
            schedule.passed(report.len());
        }
        Some(report)
    }

    /// When to poll next; never again after leaving.
    pub fn next_deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Joined { farewell: Some((since, _)), .. } => Some(*since),
            State::Joined { schedule, .. } => Some(schedule.next()),
            State::Left => None,
        }
    }

    /// Leaves the session: the goodbye to send, unless nothing was ever sent or it was left
    /// before (RFC 3550 section 6.3.7). It goes out at once, for there are fewer than 50 members.
    pub fn leave(&mut self, now: Instant) -> Option<Bytes> {
        let goodbye = self.has_spoken().then(|| self.compound(now, true).write());
        self.state = State::Left;
        goodbye
    }

    fn has_spoken(&self) -> bool {
        match self.state {
            State::Joined { reported, .. } => reported || self.sender.last_sent().is_some(),
            State::Left => false,
        }
    }

    /// A report, the canonical name, and perhaps a goodbye (RFC 3550 section 6.1).
    fn compound(&mut self, now: Instant, goodbye: bool) -> Compound {
        let ssrc = self.sender.ssrc();
        let blocks = self.receiver.report_blocks(now);
        let report = if self.crowd(now).we_sent {
            let info = self.sender.info(now, self.settings.epoch.ntp(now));
            RtcpPacket::SenderReport { ssrc, info, blocks }
        } else {
            RtcpPacket::ReceiverReport { ssrc, blocks }
        };
        let own = Chunk::of_cname(ssrc, &self.settings.cname);
        let others = self.contributors.iter();
        let others = others.filter_map(|it| Some(Chunk::of_cname(it.csrc, it.cname.as_ref()?)));
        let names = RtcpPacket::Description([own].into_iter().chain(others).collect());
        let mut packets = vec![report, names];
        if goodbye {
            packets.push(RtcpPacket::Goodbye { ssrcs: vec![ssrc], reason: None });
        }
        Compound(packets)
    }

    fn crowd(&self, now: Instant) -> Crowd {
        let State::Joined { schedule, members, .. } = &self.state else {
            return Crowd { members: 1, senders: 0, we_sent: false };
        };
        let ever_sent = self.sender.last_sent();
        let others = members.senders();
        let crowd =
            Crowd { members: members.count() + 1, senders: others, we_sent: ever_sent.is_some() };
        // RFC 3550 section 6.3.8: a sender is one until it was mute for two intervals.
        let we_sent = ever_sent.is_some_and(|at| now - at <= schedule.mute_after(crowd));
        Crowd { senders: others + usize::from(we_sent), we_sent, ..crowd }
    }

    /// What was received, by source.
    pub const fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// What the other side last reported about our stream.
    pub const fn feedback(&self) -> Option<Feedback> {
        self.feedback
    }

    /// The canonical name that a source gave.
    pub fn cname(&self, ssrc: u32) -> Option<&str> {
        match &self.state {
            State::Joined { members, .. } => members.cname(ssrc),
            State::Left => None,
        }
    }
}

/// RFC 3550 section 6.4.1: arrival less "last SR" less "delay since last SR", in 1/65,536 s.
fn round_trip(now: u32, block: &ReportBlock) -> Option<Duration> {
    if block.last_report == 0 {
        return None;
    }
    let units = now.wrapping_sub(block.last_report).wrapping_sub(block.delay);
    // A delay that is rounded up, or made up, gives less than nothing.
    let units = u64::from(u32::try_from(units.cast_signed()).ok()?);
    Some(Duration::from_nanos((units * 1_000_000_000) >> 16))
}

/// How often to yield to somebody with the same identifier: an echo has every one of ours.
const COLLISIONS_MAX: usize = 3;

/// A sender report with one block, and a description around its name.
const REPORT_LENGTH: usize = 52 + 12;
