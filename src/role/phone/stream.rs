//! What flows while a call is up: speech and digits one way, RTCP both ways.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::speech::{FRAME, Speech};
use crate::audio::Voice;
use crate::packet::{Packet, Transport};
use crate::role::ports::rtcp_of;
use crate::rtp::{self, Codec, Digit, EventSender, Interval, Press, Sender, Session};
use crate::sdp::Negotiated;
use crate::time::{Epoch, Instant};

/// One end of an audio stream.
#[derive(Debug)]
pub struct Stream {
    session: Session,
    speech: Speech,
    next_frame: Option<Instant>,
    keys: Option<EventSender>,
}

impl Stream {
    /// A stream in which nothing is said yet.
    pub fn new(
        now: Instant,
        voice: Voice,
        codec: Codec,
        cname: &str,
        epoch: Epoch,
        seed: u64,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let origin = rtp::Origin::draw(&mut rng);
        let sender = Sender::new(origin, codec.payload_type(), codec.clock_rate());
        let settings = rtp::Settings {
            cname: cname.to_owned(),
            epoch,
            interval: Interval::new(SESSION_BANDWIDTH),
            probation: PROBATION,
        };
        let session = Session::new(now, sender, settings, rng);
        Self { session, speech: Speech::new(voice, codec, now), next_frame: None, keys: None }
    }

    /// Speaks from now on, unless it does already.
    pub fn speak_from(&mut self, now: Instant, codec: Codec, payload_type: u8) {
        self.speech.switch(codec);
        self.session.sender.switch_payload_type(payload_type);
        if self.next_frame.is_none() {
            self.speech.skip_to(now);
            self.next_frame = Some(now);
        }
    }

    /// Says no more for the time being.
    pub fn fall_silent(&mut self) {
        self.next_frame = None;
    }

    /// Presses keys, as events of this payload type (RFC 4733).
    pub fn press(&mut self, keys: &str, payload_type: u8) {
        let sender = self.keys.get_or_insert_with(|| EventSender::new(payload_type));
        for digit in keys.chars().filter_map(Digit::of_char).take(KEYS_MAX) {
            sender.press(Press { digit, duration: KEY_DOWN, volume: 10 });
        }
    }

    /// Takes RTP, or RTCP; what it says is nobody's business here but RTCP's.
    pub fn hear(&mut self, now: Instant, is_rtp: bool, payload: &[u8]) {
        // Rubbish is for the evidence to show.
        if is_rtp {
            let _ = self.session.handle_rtp(now, payload);
        } else {
            let _ = self.session.handle_rtcp(now, payload);
        }
    }

    /// Says whatever is due.
    pub fn speak(
        &mut self,
        now: Instant,
        local: SocketAddr,
        agreed: &Negotiated,
        packets: &mut VecDeque<Packet>,
    ) {
        while let Some(due) = self.next_frame.filter(|due| *due <= now) {
            self.next_frame = Some(due + FRAME);
            let is_key_down = self.keys.as_ref().is_some_and(|keys| keys.is_down(due));
            let frame = self.speech.next();
            if let Some(target) = agreed.remote_rtp.filter(|_| !is_key_down) {
                let packet = self.session.sender.next(due, frame);
                packets.push_back(datagram(local, target, packet));
            }
        }
        if let Some(keys) = self.keys.as_mut() {
            while let Some(packet) = keys.poll(now, &mut self.session.sender) {
                let target = agreed.remote_rtp;
                packets.extend(target.map(|target| datagram(local, target, packet)));
            }
        }
        if let Some((report, target)) = self.session.poll_rtcp(now).zip(agreed.remote_rtcp) {
            packets.push_back(datagram(rtcp_of(local), target, report));
        }
    }

    /// Leaves the session.
    pub fn leave(
        mut self,
        now: Instant,
        local: SocketAddr,
        agreed: &Negotiated,
        packets: &mut VecDeque<Packet>,
    ) {
        if let Some((goodbye, target)) = self.session.leave(now).zip(agreed.remote_rtcp) {
            packets.push_back(datagram(rtcp_of(local), target, goodbye));
        }
    }

    /// When something is due next.
    pub fn next_deadline(&self) -> Option<Instant> {
        let keys = self.keys.as_ref().and_then(|keys| keys.deadline(&self.session.sender));
        [self.next_frame, keys, self.session.next_deadline()].into_iter().flatten().min()
    }
}

fn datagram(source: SocketAddr, target: SocketAddr, payload: Bytes) -> Packet {
    Packet { transport: Transport::Udp, source, target, payload }
}

/// A key is down for a tenth of a second, as long as people press it.
const KEY_DOWN: Duration = Duration::from_millis(100);
/// Nobody presses more in one go.
const KEYS_MAX: usize = 64;
/// G.711 with its headers, in bits per second.
const SESSION_BANDWIDTH: u32 = 80_000;
/// RFC 3550 appendix A.1: two packets in a row make a source.
const PROBATION: u16 = 2;
