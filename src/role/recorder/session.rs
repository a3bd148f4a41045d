//! One recording session at the recorder: its streams, what was heard on them, and the metadata.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::library::{Entry, Id};
use super::store::{Recording, Track};
use super::{REORDERING, Settings};
use crate::packet::{Packet, Transport};
use crate::role::latch::Latch;
use crate::role::ports::rtcp_of;
use crate::rtp::{self, Codec, Interval, Playout, Sender};
use crate::sdp::{self, Capabilities, Description, Direction, Negotiated, Origin, Slot};
use crate::sip::Message;
use crate::sip::agent::Why;
use crate::siprec::{Announcement, Metadata};
use crate::time::{Epoch, Instant};

/// One recording session.
#[derive(Debug)]
pub struct Session {
    call_id: String,
    started: Instant,
    origin: Option<Origin>,
    said: Option<sdp::Session>,
    streams: Vec<Stream>,
    metadata: Option<Metadata>,
    announcements: Vec<Announcement>,
    document: Bytes,
    /// Its place in the library.
    pub entry: Id,
    /// A longer recording is kept without its sound.
    samples_max: usize,
    rng: ChaCha8Rng,
}

/// One stream of it; refused where it has no address.
#[derive(Debug)]
struct Stream {
    local: Option<SocketAddr>,
    agreed: Option<Negotiated>,
    rtp: rtp::Session,
    playout: Playout,
    pcm: Vec<i16>,
    from: Latch,
}

impl Session {
    /// A session in which nothing was agreed on yet.
    pub fn new(now: Instant, seed: u64, samples_max: usize, request: &Message) -> Self {
        let call_id = request.call_id().unwrap_or_default().to_owned();
        let salt = call_id.bytes().fold(seed, |sum, byte| sum.rotate_left(5) ^ u64::from(byte));
        Self {
            call_id,
            started: now,
            origin: None,
            said: None,
            streams: Vec::new(),
            metadata: None,
            announcements: Vec::new(),
            document: Bytes::new(),
            entry: Id::default(),
            samples_max,
            rng: ChaCha8Rng::seed_from_u64(salt),
        }
    }

    /// Answers an offer: takes every audio stream to receive it (RFC 7866 section 7.2). Returns
    /// whether anything was taken.
    pub fn accept(&mut self, now: Instant, offer: &Description, settings: &mut Settings) -> bool {
        let known = self.streams.len();
        if offer.media.len() < known {
            // RFC 3264 section 8: a stream that was there keeps its line.
            return false;
        }
        for medium in offer.media.iter().skip(known) {
            let wanted = medium.kind == sdp::Kind::Audio && !medium.is_disabled();
            let room = self.addresses().len() < STREAMS_MAX;
            let local = if wanted && room { settings.ports.take() } else { None };
            let stream = self.stream(now, local, settings.epoch);
            self.streams.push(stream);
        }
        let slots = self.streams.iter().map(|stream| match stream.local {
            Some(local) => Slot::open(local.port(), Direction::RecvOnly),
            None => Slot::refused(),
        });
        let slots = slots.collect();
        let host = settings.ports.host();
        let session_id = u64::from(self.rng.next_u32());
        let origin = self.origin.get_or_insert_with(|| Origin::new("recorder", session_id, host));
        let capabilities = Capabilities {
            codecs: settings.codecs.clone(),
            slots,
            ..Capabilities::new(origin.clone(), host)
        };
        let answer = sdp::answer(offer, &capabilities);
        let taken = |index: &usize| {
            !answer.is_refusal && answer.session.media.get(*index).is_some_and(|it| it.port != 0)
        };
        // A new stream that is not taken after all needs no address.
        for index in (known..self.streams.len()).filter(|index| !taken(index)) {
            let local = self.streams.get_mut(index).and_then(|stream| stream.local.take());
            if let Some(local) = local {
                settings.ports.give_back(local);
            }
        }
        if answer.is_refusal {
            self.streams.truncate(known);
            return false;
        }
        for (stream, agreed) in self.streams.iter_mut().zip(answer.negotiated) {
            stream.agreed = agreed;
            stream.from.release();
        }
        self.said = Some(match self.said.take() {
            Some(before) => answer.session.following(&before),
            None => answer.session,
        });
        true
    }

    /// The recording starts: all its streams count from here.
    pub fn start(&mut self, now: Instant) {
        self.started = now;
        for stream in &mut self.streams {
            stream.playout = Playout::new(now, REORDERING);
        }
    }

    /// What we said last, as bytes of SDP.
    pub fn said(&self) -> Vec<u8> {
        self.said.as_ref().map(sdp::Session::to_bytes).unwrap_or_default()
    }

    /// Takes a document of metadata; one that cannot be read changes nothing.
    pub fn read_metadata(&mut self, document: &[u8]) {
        let Ok(read) = Metadata::parse(document) else { return };
        self.document = Bytes::copy_from_slice(document);
        // A document tells of the last ones again: each is kept once.
        for told in read.announcements() {
            if !self.announcements.contains(&told) && self.announcements.len() < ANNOUNCEMENTS_MAX {
                self.announcements.push(told);
            }
        }
        match &mut self.metadata {
            Some(whole) => {
                // An update of what was never said is for the evidence to show.
                let _ = whole.apply(&read);
            }
            None => self.metadata = Some(read),
        }
    }

    /// What is known of it, once all documents are counted in.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// The Call-ID of its dialog.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// When it started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Whether nothing is to be heard on any of its streams: a pause, or a call on hold, which
    /// nobody can tell apart by this (product facts, section 4.5).
    pub fn is_paused(&self) -> bool {
        let mut agreed = self.streams.iter().filter_map(|stream| stream.agreed.as_ref()).peekable();
        agreed.peek().is_some() && agreed.all(|agreed| !agreed.may_receive)
    }

    /// The RTP addresses that it has.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.streams.iter().filter_map(|stream| stream.local).collect()
    }

    /// Whether an address is one of its own.
    pub fn owns(&self, address: SocketAddr) -> bool {
        let mut locals = self.streams.iter().filter_map(|stream| stream.local);
        locals.any(|local| address == local || address == rtcp_of(local))
    }

    /// Takes RTP or RTCP.
    pub fn hear(&mut self, now: Instant, packet: &Packet) {
        for stream in &mut self.streams {
            let Some(local) = stream.local else { continue };
            if packet.target == local {
                stream.hear(now, packet);
                if stream.pcm.len() > self.samples_max {
                    // From now on there is no sound of any side.
                    self.samples_max = 0;
                }
                if self.samples_max == 0 {
                    stream.pcm = Vec::new();
                }
            } else if packet.target == rtcp_of(local) {
                // Rubbish is for the evidence to show.
                let _ = stream.rtp.handle_rtcp(now, &packet.payload);
            }
        }
    }

    /// Sends the receiver reports that are due (RFC 7866 section 8.1.1).
    pub fn report(&mut self, now: Instant, packets: &mut VecDeque<Packet>) {
        for stream in &mut self.streams {
            let report = stream.rtp.poll_rtcp(now);
            stream.send_rtcp(report, packets);
        }
    }

    /// When a report is due next.
    pub fn next_deadline(&self) -> Option<Instant> {
        let live = self.streams.iter().filter(|stream| stream.local.is_some());
        live.filter_map(|stream| stream.rtp.next_deadline()).min()
    }

    /// Ends it: what there is to keep, if anything was heard.
    pub fn finish(
        mut self,
        now: Instant,
        why: Why,
        epoch: Epoch,
        packets: &mut VecDeque<Packet>,
    ) -> Option<Recording> {
        let mut tracks = Vec::new();
        for stream in self.streams.iter_mut().filter(|stream| stream.local.is_some()) {
            let goodbye = stream.rtp.leave(now);
            stream.send_rtcp(goodbye, packets);
            let Stream { playout, pcm, agreed, .. } = stream;
            playout.finish(now, pcm);
            if self.samples_max == 0 {
                pcm.clear();
            }
            let label = agreed.as_ref().and_then(|agreed| agreed.label.clone());
            tracks.push(Track { label, heard: playout.tally().heard, pcm: std::mem::take(pcm) });
        }
        tracks.iter().any(|track| track.heard > 0).then(|| Recording {
            id: self.entry,
            entry: Entry::default(),
            call_id: self.call_id,
            started: epoch.rfc3339(self.started),
            ended: epoch.rfc3339(now),
            why,
            tracks,
            metadata: self.metadata,
            announcements: self.announcements,
            document: self.document,
        })
    }

    fn stream(&mut self, now: Instant, local: Option<SocketAddr>, epoch: Epoch) -> Stream {
        let mut rng = ChaCha8Rng::seed_from_u64(self.rng.next_u64());
        let sender = Sender::new(rtp::Origin::draw(&mut rng), 0, 8_000);
        let host = local.map_or_else(String::new, |local| local.ip().to_string());
        let settings = rtp::Settings {
            cname: format!("recorder@{host}"),
            epoch,
            interval: Interval::new(SESSION_BANDWIDTH),
            probation: 0,
        };
        Stream {
            local,
            agreed: None,
            rtp: rtp::Session::new(now, sender, settings, rng),
            playout: Playout::new(now, REORDERING),
            pcm: Vec::new(),
            from: Latch::default(),
        }
    }
}

impl Stream {
    fn hear(&mut self, now: Instant, packet: &Packet) {
        let named = self.agreed.as_ref().and_then(|agreed| agreed.remote_rtp);
        if !self.from.takes(packet.source, named, &packet.payload) {
            return;
        }
        let Ok((packet, _)) = self.rtp.handle_rtp(now, &packet.payload) else { return };
        let Some(agreed) = self.agreed.as_ref().filter(|agreed| agreed.may_receive) else { return };
        let payload_type = packet.header.payload_type;
        let chosen = agreed.receive.iter().find(|chosen| chosen.payload_type == payload_type);
        let codec = chosen.and_then(|chosen| Codec::of_name(&chosen.codec.name));
        if let Some(codec) = codec.filter(|_| self.pcm.len() < SAMPLES_MAX) {
            self.playout.push(now, &packet.header, codec, packet.payload, &mut self.pcm);
        }
    }

    fn send_rtcp(&self, report: Option<Bytes>, packets: &mut VecDeque<Packet>) {
        let target = self.agreed.as_ref().and_then(|agreed| agreed.remote_rtcp);
        let Some(((report, target), local)) = report.zip(target).zip(self.local) else { return };
        let source = rtcp_of(local);
        packets.push_back(Packet { transport: Transport::Udp, source, target, payload: report });
    }
}

/// G.711 with its headers, in bits per second.
const SESSION_BANDWIDTH: u32 = 80_000;
/// A tone every ten seconds for three hours.
const ANNOUNCEMENTS_MAX: usize = 1_000;
/// A conference has more voices, but nobody records so many apart.
const STREAMS_MAX: usize = 8;
/// Four hours of one side: longer calls are cut there.
const SAMPLES_MAX: usize = 4 * 3_600 * 8_000;
