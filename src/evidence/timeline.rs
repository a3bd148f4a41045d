//! The record of a run, written while time passes.

mod again;
mod read;

use std::fmt;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::Name;
use super::between::Between;
use super::bodies::Bodies;
use super::cast::Cast;
use super::classify::{Class, classify};
use super::deed::{Deed, What};
use super::index::Index;
use super::learning::learn;
use super::listening::{Ear, StreamEar};
use super::media::{Flow, ReportSeen, RtpSeen};
use super::pcapng::PcapWriter;
use super::sighting::{Content, Side, Sighting};
use super::speakers::Speakers;
use crate::packet::{Handshake, Packet, Transport};
use crate::rtp;
use crate::time::{Epoch, Instant};

/// A pcapng file that can be written from any thread.
pub type Pcap = PcapWriter<Box<dyn Write + Send>>;

/// What was seen, when, between whom.
pub struct Timeline {
    epoch: Epoch,
    cast: Cast,
    signalling: Vec<Sighting>,
    index: Index,
    flows: Vec<Flow>,
    flow_between: Between,
    /// Learned when somebody asks, and forgotten with the next packet of media, which may name
    /// those before it, and whenever an address turns out to be somebody's.
    speakers: OnceLock<Speakers>,
    reports: Vec<ReportSeen>,
    handshakes: Vec<(Instant, Handshake)>,
    ear: Ear,
    /// The frequency of the tones that are looked for, in hertz.
    tone: u16,
    /// For each flow, an ear where it leaves and one where it arrives.
    stream_ears: Vec<[StreamEar; 2]>,
    deeds: Vec<Deed>,
    /// The last few messages that were read: a packet that left is soon one that arrived.
    lately_read: [Option<(Bytes, Content, Arc<Bodies>)>; 8],
    reads: usize,
    /// How many of the sightings are no message.
    rubbish: usize,
    /// How many bytes of HTTP are kept.
    http_bytes: usize,
    dropped: u64,
    /// What else is missing in it, if anything is.
    torn: Option<&'static str>,
    pcap: Option<Pcap>,
    pcap_trouble: Option<String>,
}

impl Timeline {
    /// An empty timeline.
    pub fn new(epoch: Epoch) -> Self {
        Self {
            epoch,
            cast: Cast::default(),
            signalling: Vec::new(),
            index: Index::default(),
            flows: Vec::new(),
            flow_between: Between::new(),
            speakers: OnceLock::new(),
            reports: Vec::new(),
            handshakes: Vec::new(),
            ear: Ear::new(),
            tone: TONE,
            stream_ears: Vec::new(),
            deeds: Vec::new(),
            lately_read: Default::default(),
            reads: 0,
            rubbish: 0,
            http_bytes: 0,
            dropped: 0,
            torn: None,
            pcap: None,
            pcap_trouble: None,
        }
    }

    /// Writes every packet to a pcapng file too, from now on.
    pub fn write_pcap(&mut self, pcap: Pcap) {
        self.pcap = Some(pcap);
    }

    /// Takes the pcapng file away again, to end it.
    pub fn take_pcap(&mut self) -> Option<Pcap> {
        self.pcap.take()
    }

    /// Why the pcapng file ended before the run, if it did.
    pub fn pcap_trouble(&self) -> Option<&str> {
        self.pcap_trouble.as_deref()
    }

    /// Looks for tones of about this frequency from now on: 35 Hz more or less.
    pub fn listen_for(&mut self, hertz: u16) {
        self.tone = hertz;
    }

    /// The wall-clock time of the start of the run.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Who takes part.
    pub fn cast(&self) -> &Cast {
        &self.cast
    }

    /// Who takes part, to add to.
    pub fn cast_mut(&mut self) -> &mut Cast {
        // Whoever lives elsewhere now spoke there.
        self.speakers.take();
        &mut self.cast
    }

    /// Every message of signalling, oldest first; each one as it left and as it arrived.
    pub fn signalling(&self) -> &[Sighting] {
        &self.signalling
    }

    /// What is kept of its dialogs.
    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    /// Whether a request that left a part of ours waits for its final answer.
    pub fn waits(&self) -> bool {
        self.index.waits()
    }

    /// Every flow of media, in the order of its first packet.
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// Whose voice is whose, as far as it was heard.
    pub(super) fn speakers(&self) -> &Speakers {
        self.speakers.get_or_init(|| Speakers::learn(self))
    }

    /// Every RTCP packet, oldest first; each one as it left and as it arrived.
    pub fn reports(&self) -> &[ReportSeen] {
        &self.reports
    }

    /// Every TLS connection that was opened, or was not, and when, oldest first. Where both ends are
    /// ours, each may have told what it saw.
    pub fn handshakes(&self) -> &[(Instant, Handshake)] {
        &self.handshakes
    }

    /// What people did, oldest first.
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }

    /// How many sightings did not fit any more: the evidence is whole only if this is zero.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What is missing in the evidence for another reason than that it did not fit.
    pub fn torn(&self) -> Option<&'static str> {
        self.torn
    }

    /// The evidence is not whole, for a reason that fits after "the evidence is not whole: ".
    pub fn tear(&mut self, why: &'static str) {
        self.torn = Some(why);
    }

    /// As if something had not fitted.
    #[cfg(test)]
    pub fn overflow(&mut self) {
        self.dropped += 1;
    }

    /// Somebody did something.
    pub fn deed(&mut self, at: Instant, who: &str, what: What) {
        self.deeds.push(Deed { at, who: Name::from(who), what });
    }

    /// A packet left a part of ours.
    pub fn sent(&mut self, at: Instant, packet: &Packet) {
        self.record(at, Side::Sent, packet);
        self.capture(at, packet);
    }

    /// A packet reached a part of ours.
    pub fn received(&mut self, at: Instant, packet: &Packet) {
        self.record(at, Side::Received, packet);
        let is_ours = || self.cast.at(packet.source).is_some_and(|member| !member.real);
        // Ours was captured as it left.
        if self.pcap.is_some() && !is_ours() {
            self.capture(at, packet);
        }
    }

    /// A TLS connection was opened, or was not.
    pub fn handshake(&mut self, at: Instant, handshake: Handshake) {
        if self.handshakes.len() == SIGHTINGS_MAX {
            self.dropped += 1;
            return;
        }
        self.handshakes.push((at, handshake));
    }

    /// The network said that a packet of ours did not get there.
    pub fn undeliverable(&mut self, at: Instant, packet: &Packet) {
        if classify(packet) == Class::Signalling {
            self.record(at, Side::Undeliverable, packet);
        }
    }

    /// Forgets everything but the cast: the next call begins on a clean page.
    pub fn clear(&mut self) {
        self.signalling.clear();
        self.index = Index::default();
        self.flows.clear();
        self.flow_between.clear();
        self.speakers.take();
        self.stream_ears.clear();
        self.reports.clear();
        self.handshakes.clear();
        self.deeds.retain(|deed| matches!(deed.what, What::Recording { .. }));
        self.rubbish = 0;
        self.http_bytes = 0;
        self.dropped = 0;
    }

    fn record(&mut self, at: Instant, side: Side, packet: &Packet) {
        match classify(packet) {
            Class::Rtp => self.rtp(at, side, packet),
            Class::Rtcp => self.rtcp(at, side, packet),
            Class::Signalling | Class::Stun => self.message(at, side, packet),
        }
    }

    fn rtp(&mut self, at: Instant, side: Side, packet: &Packet) {
        let Ok(read) = rtp::Packet::read(&packet.payload) else {
            return self.message(at, side, packet);
        };
        let Some(number) = self.flow((packet.source, packet.target)) else {
            self.dropped += 1;
            return;
        };
        self.speakers.take();
        let [leaving, arriving] = &mut self.stream_ears[number];
        let flow = &mut self.flows[number];
        let (list, stream_ear, over) = match side {
            Side::Received => (&mut flow.received, arriving, &mut flow.over_received),
            _ => (&mut flow.sent, leaving, &mut flow.over_sent),
        };
        if list.len() == PACKETS_MAX {
            self.dropped += 1;
            return;
        }
        let before = list.last().and_then(|seen| seen.sound.voice());
        let payload_type = read.header.payload_type;
        let sound = self.ear.hear(payload_type, &packet.payload, read.payload, before);
        list.push(RtpSeen {
            at,
            timestamp: read.header.timestamp,
            ssrc: read.header.ssrc,
            sequence: read.header.sequence,
            payload_type,
            marker: read.header.marker,
            sound,
        });
        if !over.note(at, read.header.ssrc, &read.header.csrcs) {
            self.dropped += 1;
        }
        stream_ear.hear(list, read.payload, self.tone, over);
    }

    /// The number of the flow that a packet is of, unless it would be one too many.
    fn flow(&mut self, ends: (SocketAddr, SocketAddr)) -> Option<usize> {
        let known = self.flow_between.get(ends);
        if known.is_some() || self.flows.len() == FLOWS_MAX {
            return known;
        }
        self.flows.push(Flow::new(ends.0, ends.1));
        self.stream_ears.push(<[StreamEar; 2]>::default());
        self.flow_between.insert(ends, self.flows.len() - 1);
        Some(self.flows.len() - 1)
    }

    fn rtcp(&mut self, at: Instant, side: Side, packet: &Packet) {
        if self.reports.len() == SIGHTINGS_MAX {
            self.dropped += 1;
            return;
        }
        let (source, target) = (packet.source, packet.target);
        self.reports.push(ReportSeen { at, side, source, target, bytes: packet.payload.clone() });
    }

    fn message(&mut self, at: Instant, side: Side, packet: &Packet) {
        if packet.payload.iter().all(|byte| b"\r\n\0 ".contains(byte)) {
            // A keep-alive (RFC 5626 section 3.5.1).
            return;
        }
        if self.signalling.len() == SIGHTINGS_MAX {
            self.dropped += 1;
            return;
        }
        let (content, bodies) = match packet.transport {
            Transport::Http => (self.read_http(&packet.payload), Arc::default()),
            _ if classify(packet) == Class::Stun => (read::stun(&packet.payload), Arc::default()),
            _ => self.read(&packet.payload),
        };
        if matches!(content, Content::Rubbish(..)) {
            if self.rubbish == RUBBISH_MAX {
                // More of it would show nothing that the first did not: no evidence is lost.
                return;
            }
            self.rubbish += 1;
        }
        if let (Side::Received, Content::Sip(message)) = (side, &content) {
            learn(self.cast_mut(), packet, message);
        }
        self.take_in(Sighting {
            at,
            side,
            transport: packet.transport,
            source: packet.source,
            target: packet.target,
            content,
            bodies,
        });
    }

    fn take_in(&mut self, sighting: Sighting) {
        self.index.see(self.signalling.len(), &sighting);
        self.signalling.push(sighting);
    }

    fn capture(&mut self, at: Instant, packet: &Packet) {
        if let Some(pcap) = &mut self.pcap
            && let Err(why) = pcap.packet(at, packet, None)
        {
            tracing::error!("the pcapng file ends here: cannot write it: {why}");
            self.pcap_trouble = Some(why.to_string());
            self.pcap = None;
        }
    }
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline")
            .field("signalling", &self.signalling.len())
            .field("flows", &self.flows.len())
            .finish_non_exhaustive()
    }
}

/// A week of calls by telephone people, or a minute of flooding: enough is enough.
const SIGHTINGS_MAX: usize = 500_000;
/// The first few tell what it is; a peer could send any amount.
const RUBBISH_MAX: usize = 200;
/// A thousand calls at once.
const FLOWS_MAX: usize = 8_192;
/// The recorder warning tone of FS-1037C.
const TONE: u16 = 1_400;
/// Ten hours of one stream; 58 MB.
const PACKETS_MAX: usize = 1_800_000;
