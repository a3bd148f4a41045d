//! A person with two calls, or who wants to be in none: hands a call on, blind or after a word with
//! whoever takes it (RFC 5589), and joins two calls into one (RFC 4579 section 5.6).

use super::call::{Intent, Stage};
use super::{Phone, sdp_body};
use crate::sip::agent::{CallId, Content, Invite, Reply, RequestId};
use crate::sip::uri::{Host, Uri};
use crate::sip::{Message, Method, NameAddr, Replaces};
use crate::time::Instant;

impl Phone {
    /// Hands the call on to somebody with this number.
    pub(super) fn transfer(&mut self, now: Instant, number: &str) {
        let target = self.address_of(number).uri;
        if let Some((id, _)) = self.current() {
            self.intend(now, id, Intent::HandOn(target));
        }
    }

    /// Lets the two whom its person talks to talk to each other: the one who was there first is
    /// handed on to the other (RFC 5589 section 7.1).
    pub(super) fn connect(&mut self, now: Instant) {
        let mut up = self.calls.iter().filter(|(_, call)| call.stage == Stage::Up);
        let (Some((&first, _)), Some((&second, _))) = (up.next(), up.next_back()) else { return };
        let Some(state) = self.agent.call(second) else { return };
        let Some(dialog) = state.dialog.clone() else { return };
        let mut target = state.remote.uri.clone();
        let replaces = Replaces {
            call_id: dialog.call_id,
            to_tag: dialog.remote_tag,
            from_tag: dialog.local_tag,
        };
        if let Uri::Sip(uri) = &mut target {
            uri.push_header("Replaces", &replaces.to_string());
        }
        if let Some(call) = self.calls.get_mut(&first) {
            call.handed_to = Some(second);
        }
        self.intend(now, first, Intent::HandOn(target));
    }

    /// Joins all its calls into one, which the platform mixes.
    pub(super) fn merge(&mut self, now: Instant) {
        if let Some((id, _)) = self.current() {
            self.intend(now, id, Intent::Merge);
        }
    }

    /// Does something with a call once it is on hold (RFC 5589 section 6.1).
    fn intend(&mut self, now: Instant, id: CallId, intent: Intent) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.intent = Some(intent);
        if call.is_held() {
            self.follow_intent(now, id);
        } else {
            let body = call.hold();
            let _ = self.agent.reinvite(now, id, Content::from(body));
        }
    }

    /// The call is on hold now: what that was for.
    pub(super) fn follow_intent(&mut self, now: Instant, id: CallId) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.is_held()) else { return };
        match call.intent.take() {
            Some(Intent::HandOn(target)) => self.refer(now, id, &target),
            Some(Intent::Merge) => self.call_room(now),
            None => {}
        }
    }

    /// The call that was to join the others is up: they are handed on to where it leads.
    pub(super) fn gather(&mut self, now: Instant, room: CallId, response: &Message) {
        let is_room = self.calls.get(&room).is_some_and(|call| call.is_room);
        let contact = response.contact().ok().flatten();
        let Some(focus) = contact.filter(|it| is_room && it.params.has("isfocus")) else { return };
        let up = self.calls.iter().filter(|(id, call)| **id != room && call.stage == Stage::Up);
        let ids: Vec<_> = up.map(|(id, _)| *id).collect();
        for id in ids {
            self.refer(now, id, &focus.uri);
        }
    }

    /// How a call that was handed on is getting on (RFC 3515 section 2.4.4).
    pub(super) fn told(&mut self, now: Instant, id: RequestId, call: CallId, request: &Message) {
        let code = request.body.get(8..11).and_then(|code| std::str::from_utf8(code).ok());
        let code: Option<u16> = code.and_then(|code| code.parse().ok());
        let _ = self.agent.respond(now, id, Reply::new(if code.is_some() { 200 } else { 400 }));
        match code {
            Some(200..300) => {
                let other = self.calls.get(&call).and_then(|call| call.handed_to);
                self.leave(now, call);
                if let Some(other) = other {
                    self.leave(now, other);
                }
            }
            Some(300..) => self.take_back(now, call),
            _ => {}
        }
    }

    /// Nobody took the call: its person takes it up again.
    pub(super) fn take_back(&mut self, now: Instant, id: CallId) {
        let is_meant = |call: &&mut super::Call| call.stage == Stage::Up && call.is_held();
        let Some(call) = self.calls.get_mut(&id).filter(is_meant) else { return };
        let body = call.resume();
        let _ = self.agent.reinvite(now, id, Content::from(body));
    }

    fn refer(&mut self, now: Instant, id: CallId, target: &Uri) {
        let content = Content::none()
            .with_header("Refer-To", &format!("<{target}>"))
            .with_header("Referred-By", &format!("<{}>", self.own_address().uri));
        let _ = self.agent.request_within(now, id, Method::Refer, &content);
    }

    /// Calls the room in which the platform joins calls (RFC 4579 section 5.4).
    fn call_room(&mut self, now: Instant) {
        let room = Uri::sip(ROOM, Host::Name(self.settings.domain.clone()));
        let _ = self.invite(now, NameAddr::new(room), true);
    }

    /// Calls somebody.
    pub(super) fn invite(
        &mut self,
        now: Instant,
        callee: NameAddr,
        is_room: bool,
    ) -> Option<CallId> {
        let local = self.settings.ports.take()?;
        let mut call = super::Call::new(local, self.nth_on(local), &self.settings);
        call.is_room = is_room;
        let invite = Invite {
            uri: callee.uri.clone(),
            from: self.own_address(),
            to: callee,
            outbound: None,
            contact_params: None,
            content: Content::from(sdp_body(call.description())),
        };
        let Ok(id) = self.agent.invite(now, invite) else {
            self.settings.ports.give_back(local);
            return None;
        };
        self.calls.insert(id, call);
        Some(id)
    }
}

/// The user part of the address at which the platform makes rooms.
const ROOM: &str = "conference";
