//! One call at a telephone: its offer and answer, its stream, and whether it is held.

use std::collections::VecDeque;
use std::net::SocketAddr;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::stream::Stream;
use super::{Settings, sdp_body, sdp_of};
use crate::audio::Voice;
use crate::ice;
use crate::packet::Packet;
use crate::role::ports::rtcp_of;
use crate::role::way::Way;
use crate::rtp;
use crate::sdp::{
    self, Capabilities, Codec, Description, Direction, Format, Hold, Medium, Negotiated, Origin,
    RecordPreference, Session, Side, Slot, negotiate,
};
use crate::sip::agent::{Body, CallId, Reply};
use crate::sip::{Message, Method, Uri};
use crate::time::{Epoch, Instant};

/// One call.
#[derive(Debug)]
pub struct Call {
    /// How far it is.
    pub stage: Stage,
    /// What is to be done with it once it is on hold.
    pub intent: Option<Intent>,
    /// The call to whoever is to take it.
    pub handed_to: Option<CallId>,
    is_silent: bool,
    /// Whether it leads to a room in which the platform joins calls.
    pub is_room: bool,
    local: SocketAddr,
    voice: Voice,
    codecs: Vec<Codec>,
    epoch: Epoch,
    /// The canonical name of its stream (RFC 7022).
    cname: String,
    /// What we said last, and what it replaced in case it is refused.
    said: Session,
    said_before: Option<Session>,
    /// How its person has put it on hold.
    hold: Option<Hold>,
    /// What its person prefers of the recording, until the other side was told.
    preference: Option<RecordPreference>,
    /// The last offer of the other side that has no answer yet.
    offered: Option<Description>,
    agreed: Option<Negotiated>,
    stream: Option<Stream>,
    way: Way,
    seed: u64,
}

/// What a call is put on hold for.
#[derive(Clone, Debug)]
pub enum Intent {
    /// To be handed on to this address.
    HandOn(Uri),
    /// To be joined with the others.
    Merge,
}

/// How far a call is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// It came in and was not answered yet.
    Ringing,
    /// We called, and wait for the answer.
    Dialling,
    /// People can talk.
    Up,
    /// Somebody has hung up.
    Over,
}

impl Call {
    /// A call that we begin, with an offer of everything we have: the `nth` with its media at
    /// `local`, from 0.
    pub fn new(local: SocketAddr, nth: u64, settings: &Settings) -> Self {
        let own = u64::from(local.port()) << 32 ^ nth << 48;
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed ^ own);
        let origin = Origin::new("-", u64::from(rng.next_u32()), local.ip());
        let formats = settings.codecs.iter().map(|codec| Format::of(codec.clone())).collect();
        let seed = rng.next_u64();
        let mut way = Way::default();
        if settings.ice {
            way.seek(local, ice::Mode::Full, seed.rotate_left(32));
        }
        let medium = Medium { attributes: way.lines(), ..Medium::audio(local.port(), formats) };
        let said = Session { media: vec![medium], ..Session::new(origin, local.ip()) };
        Self {
            stage: Stage::Dialling,
            intent: None,
            handed_to: None,
            is_silent: settings.is_silent,
            is_room: false,
            local,
            voice: settings.voice,
            codecs: settings.codecs.clone(),
            epoch: settings.epoch,
            cname: format!("{}@{}", settings.number.trim_start_matches('+'), settings.domain),
            said,
            said_before: None,
            hold: None,
            preference: None,
            offered: None,
            agreed: None,
            stream: None,
            way,
            seed,
        }
    }

    /// A call that came in; the status to refuse it with if it cannot be understood.
    pub fn incoming(
        local: SocketAddr,
        nth: u64,
        settings: &Settings,
        request: &Message,
    ) -> Result<Self, u16> {
        let offered =
            if request.body.is_empty() { None } else { Some(sdp_of(request).ok_or(400_u16)?) };
        Ok(Self { stage: Stage::Ringing, offered, ..Self::new(local, nth, settings) })
    }

    /// The address of its media.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Whether an address of ours belongs to this call.
    pub fn owns(&self, address: SocketAddr) -> bool {
        address == self.local || address == rtcp_of(self.local)
    }

    /// What we say of ourselves at present, as bytes of SDP.
    pub fn description(&self) -> Vec<u8> {
        self.said.to_bytes()
    }

    /// The body of our 200: the answer to the caller's offer, or our own offer if it made none.
    /// `None` if nothing is in common.
    pub fn answer_or_offer(&mut self) -> Option<Body> {
        self.stage = Stage::Up;
        match self.offered.take() {
            Some(offer) => self.answer(&offer),
            None => Some(sdp_body(self.description())),
        }
    }

    /// Early media may come; the answer may already be in a provisional response.
    pub fn early(&mut self, response: &Message) {
        self.take_answer(response);
    }

    /// Our call was answered.
    pub fn answered(&mut self, now: Instant, response: &Message) {
        self.stage = Stage::Up;
        self.take_answer(response);
        self.start(now);
    }

    /// The ACK came; it brings the answer if our 200 brought the offer.
    pub fn acknowledged(&mut self, now: Instant, request: &Message) {
        if self.agreed.is_none() {
            self.take_answer(request);
            self.start(now);
        }
    }

    /// The other side changes the session.
    pub fn modify(&mut self, now: Instant, request: &Message) -> Reply {
        if request.body.is_empty() {
            // An INVITE that asks us for an offer; an UPDATE only refreshes (RFC 3311 section 5.2).
            let reply = Reply::new(200);
            return match request.method() {
                Some(Method::Invite) => reply.with(sdp_body(self.description())),
                _ => reply,
            };
        }
        let Some(offer) = sdp_of(request) else { return Reply::new(400) };
        match self.answer(&offer) {
            Some(body) => {
                self.start(now);
                Reply::new(200).with(body)
            }
            None => Reply::new(488),
        }
    }

    /// Our change was accepted.
    pub fn modified(&mut self, now: Instant, response: &Message) {
        self.said_before = None;
        self.preference = None;
        self.take_answer(response);
        self.start(now);
    }

    /// Our change was refused: all is as before.
    pub fn modify_failed(&mut self, now: Instant) {
        if let Some(before) = self.said_before.take() {
            self.said = before.instead_of(&self.said);
            self.hold = self.said.media.first().and_then(|medium| medium.hold);
            self.preference = None;
            self.start(now);
        }
    }

    /// The other side asked for something before our change could be asked of it: it was not.
    pub fn unsay(&mut self) {
        if let Some(before) = self.said_before.take() {
            self.said = before;
        }
    }

    /// Its person says nothing any more.
    pub fn fall_silent(&mut self) {
        self.is_silent = true;
        self.stream.iter_mut().for_each(Stream::fall_silent);
    }

    /// Whether its person has put it on hold.
    pub fn is_held(&self) -> bool {
        self.hold.is_some()
    }

    /// Puts the call on hold (RFC 3264 section 8.4): the new offer.
    pub fn hold(&mut self) -> Body {
        if let Some(stream) = &mut self.stream {
            stream.fall_silent();
        }
        self.hold = Some(Hold::SendOnly);
        self.offer_anew()
    }

    /// Takes it off hold: the new offer.
    pub fn resume(&mut self) -> Body {
        self.hold = None;
        self.offer_anew()
    }

    /// Says what its user prefers of the recording (RFC 7866 section 7.3.2): the new offer. Once
    /// it was heard there is no preference any more.
    pub fn prefer(&mut self, preference: RecordPreference) -> Body {
        self.preference = Some(preference);
        self.offer_anew()
    }

    /// What its person wants: the new offer.
    pub fn offer_anew(&mut self) -> Body {
        let (hold, lines) = (self.hold, self.way.lines());
        let preference = self.preference.map(RecordPreference::attribute);
        let next = self.said.revised(|session| {
            session.attributes = preference.into_iter().collect();
            // Our last answer may have been narrowed by the other side's hold; what we want
            // ourselves is to talk (RFC 3264 section 8.4).
            for medium in session.media.iter_mut().filter(|medium| !medium.is_disabled()) {
                medium.direction = Direction::SendRecv;
                medium.attributes.clone_from(&lines);
            }
            match hold {
                Some(how) => session.hold(how),
                None => session.resume(),
            }
        });
        self.said_before = Some(std::mem::replace(&mut self.said, next));
        sdp_body(self.description())
    }

    /// Presses keys, one after the other.
    pub fn press(&mut self, keys: &str) {
        let event = self.agreed.as_ref().and_then(|agreed| agreed.telephone_event);
        if let Some((stream, event)) = self.stream.as_mut().zip(event) {
            stream.press(keys, event.send);
        }
    }

    /// Media or RTCP came.
    pub fn handle_media(&mut self, now: Instant, packet: &Packet) {
        if ice::stun::is_stun(&packet.payload) {
            return self.way.handle_stun(packet);
        }
        if let Some(stream) = &mut self.stream {
            stream.hear(now, packet.target == self.local, &packet.payload);
        }
    }

    /// Says whatever is due.
    pub fn speak(&mut self, now: Instant, packets: &mut VecDeque<Packet>) {
        self.way.tend(now, packets);
        if let Some((stream, agreed)) = self.stream.as_mut().zip(self.agreed.as_ref()) {
            let mut said = VecDeque::new();
            stream.speak(now, self.local, agreed, &mut said);
            for packet in said {
                self.way.send(packet.source != self.local, packet, packets);
            }
        }
    }

    /// Speaks no more, and says goodbye (RFC 3550 section 6.3.7).
    pub fn stop(&mut self, now: Instant, packets: &mut VecDeque<Packet>) {
        self.stage = Stage::Over;
        if let Some((stream, agreed)) = self.stream.take().zip(self.agreed.as_ref()) {
            stream.leave(now, self.local, agreed, packets);
        }
    }

    /// When something is due next.
    pub fn next_deadline(&self) -> Option<Instant> {
        let stream = self.stream.as_ref().filter(|_| self.agreed.is_some());
        let stream = stream.and_then(Stream::next_deadline);
        stream.into_iter().chain(self.way.next_deadline()).min()
    }

    /// Speaks from now on as was agreed: begins, goes on, or falls silent.
    pub fn start(&mut self, now: Instant) {
        let Some(agreed) = &self.agreed else {
            // The other side took everything away: there is nothing to say it on.
            self.stream.iter_mut().for_each(Stream::fall_silent);
            return;
        };
        let held = self.is_held();
        let Some(codec) = rtp::Codec::of_name(&agreed.send.codec.name) else { return };
        let stream = self.stream.get_or_insert_with(|| {
            Stream::new(now, self.voice, codec, &self.cname, self.epoch, self.seed)
        });
        if agreed.may_send && !held && !self.is_silent {
            stream.speak_from(now, codec, agreed.send.payload_type);
        } else {
            stream.fall_silent();
        }
    }

    /// Our answer to an offer; `None` if nothing is in common.
    fn answer(&mut self, offer: &Description) -> Option<Body> {
        self.way.agree(offer, ice::Side::Answerer);
        let open = || Slot {
            hold: self.hold,
            attributes: self.way.lines(),
            ..Slot::open(self.local.port(), Direction::SendRecv)
        };
        let mut taken = false;
        let slots = offer.media.iter().map(|medium| {
            // One stream is enough for a telephone.
            let is_first = !taken;
            taken |= !medium.is_disabled();
            if is_first { open() } else { Slot::refused() }
        });
        let capabilities = Capabilities {
            codecs: self.codecs.clone(),
            slots: slots.collect(),
            ..Capabilities::new(self.said.origin.clone(), self.local.ip())
        };
        let answer = sdp::answer(offer, &capabilities);
        if answer.is_refusal {
            return None;
        }
        let next = answer.session;
        self.said = if next.media.len() >= self.said.media.len() {
            next.following(&self.said)
        } else {
            next
        };
        self.said_before = None;
        self.agreed = answer.negotiated.into_iter().flatten().next();
        Some(sdp_body(self.description()))
    }

    /// The answer to our offer, if this message has one.
    fn take_answer(&mut self, message: &Message) {
        let Some(answer) = sdp_of(message) else { return };
        self.way.agree(&answer, ice::Side::Offerer);
        let agreed = negotiate(&self.said.describe(), &answer, Side::Offerer);
        self.agreed = agreed.into_iter().flatten().next();
    }
}
