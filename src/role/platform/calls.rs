//! A call begins: who is called, where they are, and the bridge between the two.

use std::time::Duration;

use rand_chacha::rand_core::Rng;

use super::bridge::{Bridge, End};
use super::indication::is_record_aware;
use super::leg::Leg;
use super::registrar::{Binding, user_of};
use super::room::ROOM;
use super::{BridgeId, Fault, Place, Platform};
use crate::sdp::Description;
use crate::sip::agent::{Body, CallId, Content, Invite, Reply};
use crate::sip::uri::{Host, Uri};
use crate::sip::{Message, NameAddr};
use crate::siprec::Received;
use crate::time::Instant;

impl Platform {
    /// A telephone calls: find the other one, and call it.
    pub(super) fn incoming(&mut self, now: Instant, call: CallId, request: &Message) {
        if self.takes_code(now, call, request) {
            return;
        }
        match self.begin(now, call, request) {
            Ok(()) => {}
            Err(code) => {
                let _ = self.agent.reject(now, call, &Reply::new(code));
            }
        }
    }

    fn begin(&mut self, now: Instant, call: CallId, request: &Message) -> Result<(), u16> {
        let target = request.request_uri().map_err(|_| 400_u16)?;
        let unknown = if self.has(Fault::CallItBusy) { 486_u16 } else { 404 };
        let wants_room = target.user().as_deref() == Some(ROOM);
        let callee = user_of(&target, &self.settings.users);
        let callee = callee.map(|user| (user.number.clone(), user.display.clone()));
        let room = || (ROOM.to_owned(), "Conference".to_owned());
        let (number, display) = callee.or_else(|| wants_room.then(room)).ok_or(unknown)?;
        let hops = request.max_forwards().map_err(|_| 400_u16)?.unwrap_or(70);
        if hops == 0 {
            return Err(483);
        }
        let offer = description_of(request)?;
        let caller = request.from().map_err(|_| 400_u16)?;

        let id = self.bridges_begun;
        self.bridges_begun += 1;
        let mut bridge = self.bridge(now, id, &caller, number, display)?;
        bridge.leg_mut(End::Caller).call = Some(call);
        bridge.hops = hops - 1;
        bridge.leg_mut(End::Caller).record_aware = is_record_aware(request);
        if let Some(offer) = offer {
            bridge.leg_mut(End::Caller).hear(offer, false);
        }
        self.bridges.insert(id, bridge);
        self.places.insert(call, Place::Leg(id, End::Caller));
        let reached = if wants_room { self.open_room(now, id, call) } else { self.reach(now, id) };
        if let Err(code) = reached {
            self.places.remove(&call);
            let gone = self.bridges.remove(&id);
            gone.iter().flat_map(|it| &it.legs).for_each(|leg| self.release_port(leg.local));
            return Err(code);
        }
        if self.has(Fault::RecordRinging) {
            self.begin_recordings(now, id);
        }
        Ok(())
    }

    fn bridge(
        &mut self,
        now: Instant,
        id: BridgeId,
        caller: &NameAddr,
        number: String,
        display: String,
    ) -> Result<Bridge, u16> {
        let ports = self.take_ports(id, 2).ok_or(503_u16)?;
        let known = user_of(&caller.uri, &self.settings.users);
        let from =
            known.map_or_else(|| caller.uri.user().unwrap_or_default(), |user| user.number.clone());
        let shown = known.map_or_else(
            || caller.display.clone().unwrap_or_default(),
            |user| user.display.clone(),
        );
        let mut session_id = || u64::from(self.rng.next_u32());
        let dialect = self.settings.dialect;
        let mut legs = [
            Leg::new(ports[0], session_id(), from, shown, dialect),
            Leg::new(ports[1], session_id(), number, display, dialect),
        ];
        for leg in &mut legs {
            leg.ice = self.settings.ice;
        }
        let tracking_id = super::metadata::uuid(&mut self.rng);
        Ok(Bridge::new(id, legs, now + RINGING_MAX, tracking_id))
    }

    /// A leg of a bridge at which nobody is yet; `None` if all media ports are taken.
    pub(super) fn new_leg(&mut self, id: BridgeId, number: String, display: String) -> Option<Leg> {
        let local = self.take_ports(id, 1)?.pop()?;
        let session_id = u64::from(self.rng.next_u32());
        Some(Leg::new(local, session_id, number, display, self.settings.dialect))
    }

    /// Where a user's telephone is, or the status to refuse a call to it with.
    pub(super) fn way_to(&self, number: &str, now: Instant) -> Result<Binding, u16> {
        let binding = self.registrar.find(number, now).ok_or(480_u16)?;
        // A telephone that says it lives here would make us call ourselves (RFC 3261 section 16.3).
        if self.settings.listen.iter().any(|(_, own)| *own == binding.flow.remote) {
            return Err(482);
        }
        Ok(binding.clone())
    }

    /// Calls a user's telephone.
    pub(super) fn call_out(
        &mut self,
        now: Instant,
        way: Binding,
        from: NameAddr,
        to: NameAddr,
        content: Content,
    ) -> Result<CallId, u16> {
        let outbound = Some(way.way());
        let invite = Invite { uri: way.contact, from, to, outbound, contact_params: None, content };
        self.agent.invite(now, invite).map_err(|_| 503)
    }

    /// Whoever is at the end of a leg, as an address of our domain.
    pub(super) fn identity(&self, leg: &Leg) -> NameAddr {
        let uri = Uri::sip(&leg.number, Host::Name(self.settings.domain.clone()));
        NameAddr {
            display: Some(leg.display.clone()).filter(|name| !name.is_empty()),
            ..NameAddr::new(uri)
        }
    }
}

/// The SDP in a message: none, or a status to refuse it with.
pub(super) fn description_of(message: &Message) -> Result<Option<Description>, u16> {
    if message.body.is_empty() {
        return Ok(None);
    }
    let content_type = message.headers.get("Content-Type").unwrap_or("application/sdp");
    let body = Received::split(content_type, &message.body).map_err(|_| 400_u16)?;
    body.sdp_bytes().map(|sdp| Description::understand(sdp).map_err(|_| 400_u16)).transpose()
}

pub(super) fn sdp_body(bytes: Vec<u8>) -> Body {
    Body::new("application/sdp", bytes)
}

/// RFC 3261 section 16.6 step 11: more than three minutes.
pub(super) const RINGING_MAX: Duration = Duration::from_secs(181);
