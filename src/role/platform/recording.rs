//! The recording session of one recorded user in one call: the platform as a session recording
//! client (RFC 7866 section 7.1).

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;

use super::bridge::End;
use super::change::Change;
use super::fault::Fault;
use super::metadata::Script;
use super::spoil::spoil_medium;
use crate::packet::{Packet, Transport};
use crate::role::ports::rtcp_of;
use crate::sdp::{Format, Medium, Negotiated, Origin, Session};
use crate::sip::agent::{CallId, RequestId};
use crate::time::Instant;

/// The recording of one user's side of things.
#[derive(Debug)]
pub struct Recording {
    /// Whose recording it is.
    pub user: End,
    /// The call to the recorder, while there is one.
    pub call: Option<CallId>,
    /// How far it is.
    pub stage: Stage,
    /// The place in the list of the recorder that it is at.
    pub recorder: usize,
    /// Whether its user lets it take what is said.
    pub flow: Flow,
    /// What became of it last.
    pub last: Option<Change>,
    /// One stream for each side of the call: the recorded user's own first.
    pub streams: Vec<Stream>,
    /// What the metadata says.
    pub script: Script,
    /// What people said before the recorder answered; it gets it then.
    waiting: VecDeque<(End, Bytes)>,
    pub(super) said: Session,
    /// What the last offer replaced, in case it is refused.
    pub(super) said_before: Option<Session>,
    /// What was offered and is not answered yet: one offer may wait for another.
    pub(super) offered: VecDeque<(RequestId, Session)>,
}

/// How far a recording is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// It is to begin at this moment.
    Due(Instant),
    /// The recorder was asked, and has until this moment to answer.
    Asked(Instant),
    /// It takes what is said.
    Up,
    /// There is none, or none any more.
    Over,
}

/// Whether a recording takes what is said, as far as its user is concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flow {
    /// It does.
    Running,
    /// It does not any more, and the recorder has yet to agree: what is said waits for that.
    Pausing,
    /// It does not.
    Paused,
    /// It does again, and the recorder has yet to agree: what is said waits for that.
    Resuming,
}

/// One stream to the recorder.
#[derive(Debug)]
pub struct Stream {
    /// Whose voice it carries.
    pub of: End,
    /// Our RTP address.
    pub local: SocketAddr,
    /// Where it goes, once the recorder took it.
    pub agreed: Option<Negotiated>,
}

impl Recording {
    /// A recording that is to begin at `due`, with streams from these addresses.
    pub fn new(
        user: End,
        due: Instant,
        streams: Vec<Stream>,
        script: Script,
        session_id: u64,
    ) -> Self {
        let host = streams.first().map(|stream| stream.local.ip());
        let host = host.expect("a recording has a stream");
        let said = Session::new(Origin::new("tallylight", session_id, host), host);
        Self {
            user,
            call: None,
            stage: Stage::Due(due),
            recorder: 0,
            flow: Flow::Running,
            last: None,
            streams,
            script,
            waiting: VecDeque::new(),
            said,
            said_before: None,
            offered: VecDeque::new(),
        }
    }

    /// Whether it is not over.
    pub fn is_alive(&self) -> bool {
        self.stage != Stage::Over
    }

    /// The recording itself, which goes elsewhere with its user; what is left here is over.
    pub fn hand_over(&mut self) -> Self {
        let left = Self {
            user: self.user,
            call: None,
            stage: Stage::Over,
            recorder: self.recorder,
            flow: self.flow,
            last: self.last,
            streams: Vec::new(),
            script: Script::default(),
            waiting: VecDeque::new(),
            said: self.said.clone(),
            said_before: None,
            offered: VecDeque::new(),
        };
        std::mem::replace(self, left)
    }

    /// The two sides of the call change their names.
    pub fn turn(&mut self) {
        self.user = self.user.other();
        self.streams.iter_mut().for_each(|stream| stream.of = stream.of.other());
        self.waiting.iter_mut().for_each(|(from, _)| *from = from.other());
        self.script.turn();
    }

    /// The offer to the recorder: a stream for each side, only sent, under its label (RFC 7866
    /// section 7.1.1).
    pub fn offer(&mut self, formats: impl Fn(End) -> Vec<Format>, fault: Option<Fault>) -> Vec<u8> {
        let media = self.streams.iter().enumerate().map(|(index, stream)| {
            let port = stream.local.port();
            spoil_medium(fault, Medium::recorded(port, formats(stream.of), &label(index)))
        });
        self.said.media = media.collect();
        self.said.to_bytes()
    }

    /// Whether it takes what is said, or will as soon as the recorder agrees.
    pub fn flows(&self) -> bool {
        matches!(self.flow, Flow::Running | Flow::Resuming)
    }

    /// The recorder agreed to something; if that was to take media again, what waited goes out.
    pub fn resumed(&mut self, packets: &mut VecDeque<Packet>) {
        let mut agreed = self.streams.iter().filter_map(|stream| stream.agreed.as_ref());
        if self.flow == Flow::Resuming && agreed.any(|agreed| agreed.may_send) {
            self.flow = Flow::Running;
            self.release(packets);
        }
    }

    /// What `from` said goes to the recorder, or waits for it.
    pub fn hear(&mut self, from: End, packet: &Bytes, packets: &mut VecDeque<Packet>) {
        match (self.stage, self.flow) {
            (Stage::Over, _) | (_, Flow::Paused) => {}
            (Stage::Due(_) | Stage::Asked(_), _) | (Stage::Up, Flow::Resuming | Flow::Pausing) => {
                self.wait(from, packet);
            }
            (Stage::Up, Flow::Running) => self.send(from, packet, packets),
        }
    }

    /// What `from` said waits for the recorder.
    pub fn wait(&mut self, from: End, packet: &Bytes) {
        if self.waiting.len() == WAITING_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back((from, packet.clone()));
    }

    /// What waited for the recorder goes out.
    pub fn release(&mut self, packets: &mut VecDeque<Packet>) {
        for (from, packet) in std::mem::take(&mut self.waiting) {
            self.send(from, &packet, packets);
        }
    }

    /// What waited for the recorder is thrown away.
    pub fn discard(&mut self) {
        self.waiting.clear();
    }

    /// RTCP of `from` goes to the recorder: a translator passes it on (RFC 7866 section 8.2.1.1).
    pub fn hear_rtcp(&self, from: End, packet: &Bytes, packets: &mut VecDeque<Packet>) {
        if self.stage != Stage::Up {
            return;
        }
        for stream in self.streams.iter().filter(|stream| stream.of == from) {
            let Some(target) = stream.agreed.as_ref().and_then(|agreed| agreed.remote_rtcp) else {
                continue;
            };
            packets.push_back(datagram(rtcp_of(stream.local), target, packet));
        }
    }

    /// The stream that has this port of ours, for RTP or RTCP.
    pub fn stream_at(&self, port: u16) -> Option<&Stream> {
        self.streams
            .iter()
            .find(|stream| port == stream.local.port() || port == rtcp_of(stream.local).port())
    }

    /// What `from` said goes to a recorder that wants none of it: a fault.
    pub fn leak(&self, from: End, packet: &Bytes, packets: &mut VecDeque<Packet>) {
        for stream in self.streams.iter().filter(|stream| stream.of == from) {
            packets.extend(stream.datagram(packet));
        }
    }

    fn send(&self, from: End, packet: &Bytes, packets: &mut VecDeque<Packet>) {
        let flows = |stream: &&Stream| stream.agreed.as_ref().is_some_and(|agreed| agreed.may_send);
        for stream in self.streams.iter().filter(|stream| stream.of == from).filter(flows) {
            packets.extend(stream.datagram(packet));
        }
    }
}

impl Stream {
    /// A packet of media on its way to the recorder; `None` if that has no place for it.
    fn datagram(&self, packet: &Bytes) -> Option<Packet> {
        let agreed = self.agreed.as_ref()?;
        // The recorder may have taken fewer codecs than the telephones speak.
        let payload_type = packet.get(1).map(|byte| byte & 0x7F);
        let is_known = agreed.receive.iter().any(|it| Some(it.payload_type) == payload_type);
        let target = agreed.remote_rtp.filter(|_| is_known)?;
        Some(datagram(self.local, target, packet))
    }
}

/// The label of the stream at this place: the field counts from 1.
pub fn label(index: usize) -> String {
    (index + 1).to_string()
}

/// A datagram of media.
pub fn datagram(source: SocketAddr, target: SocketAddr, payload: &Bytes) -> Packet {
    Packet { transport: Transport::Udp, source, target, payload: payload.clone() }
}

/// Both sides of a call for ten seconds, the longest that a platform waits for a recorder.
const WAITING_MAX: usize = 1_000;
