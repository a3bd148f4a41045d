//! Binding an address of record to this agent, and keeping it bound (RFC 3261 section 10.2).

use std::time::Duration;

use super::authenticate::Challenged;
use super::core::{Core, Purpose};
use super::event::{Event, RegistrationId, RequestId};
use super::identity::fill;
use super::invite::outside;
use super::{Error, Registration, UserAgent};
use crate::sip::transport::Route;
use crate::sip::{Contacts, Message, Method, NameAddr};
use crate::time::Instant;

/// One binding.
#[derive(Debug)]
pub(super) struct Binding {
    id: RegistrationId,
    told: Registration,
    /// RFC 3261 section 10.2: one Call-ID for all registrations, and a number that grows.
    call_id: String,
    local: NameAddr,
    number: u32,
    /// For how long to ask, in seconds.
    expires: u32,
    /// How often that was raised since it was last agreed on.
    raised: u8,
    contact: String,
    challenged: Challenged,
    state: State,
}

/// Each timer lives in the state that needs it.
#[derive(Debug)]
enum State {
    /// A REGISTER is on its way.
    Asking { is_last: bool },
    /// Bound until after `refresh`.
    Bound { refresh: Instant },
    /// Refused; to be tried again.
    Refused { retry: Instant },
    /// Removed, or given up.
    Gone,
}

impl UserAgent {
    /// Binds an address of record to this agent, and keeps it bound.
    pub fn register(
        &mut self,
        now: Instant,
        registration: Registration,
    ) -> Result<RegistrationId, Error> {
        if self.bindings.len() >= BINDINGS_MAX {
            return Err(Error::TooMany);
        }
        let core = &mut self.core;
        let id = RegistrationId(core.next_id());
        let mut local = registration.aor.clone();
        local.params.set("tag", &core.ids.tag());
        let seconds = u32::try_from(registration.expires.as_secs()).unwrap_or(u32::MAX);
        let mut binding = Binding {
            id,
            told: registration,
            call_id: core.ids.call_id(),
            local,
            number: 0,
            expires: seconds,
            raised: 0,
            contact: String::new(),
            challenged: Challenged::default(),
            state: State::Gone,
        };
        binding.ask(core, now, false);
        self.bindings.insert(id, binding);
        self.settle_binding(id);
        self.pump(now);
        Ok(id)
    }

    /// Removes a binding.
    pub fn unregister(&mut self, now: Instant, id: RegistrationId) -> Result<(), Error> {
        let binding = self.bindings.get_mut(&id).ok_or(Error::NoSuchRequest)?;
        match &mut binding.state {
            // RFC 3261 section 10.2: not before the last one is answered.
            State::Asking { is_last } => *is_last = true,
            State::Bound { .. } | State::Refused { .. } => {
                binding.expires = 0;
                binding.ask(&mut self.core, now, true);
            }
            State::Gone => return Err(Error::NoSuchRequest),
        }
        self.settle_binding(id);
        self.pump(now);
        Ok(())
    }

    /// Refreshes, or tries again, what is due.
    pub(super) fn handle_binding_timeout(&mut self, now: Instant, id: RegistrationId) {
        if let Some(binding) = self.bindings.get_mut(&id) {
            match binding.state {
                State::Bound { refresh: at } | State::Refused { retry: at } if at <= now => {
                    binding.ask(&mut self.core, now, false);
                }
                _ => {}
            }
        }
        self.settle_binding(id);
    }

    /// A REGISTER was refused for want of credentials: sends it again with them, if we have any.
    pub(super) fn prove_binding(
        &mut self,
        now: Instant,
        id: RegistrationId,
        request: RequestId,
        response: &Message,
    ) -> bool {
        let Some(binding) = self.bindings.get_mut(&id) else { return false };
        if !self.core.learn(request, response, &mut binding.challenged) {
            return false;
        }
        binding.number += 1;
        self.core.send_proven(now, request, binding.number, &binding.challenged);
        true
    }

    /// A REGISTER came to its end.
    pub(super) fn handle_register_response(
        &mut self,
        now: Instant,
        id: RegistrationId,
        code: u16,
        response: Option<Message>,
    ) {
        if let Some(binding) = self.bindings.get_mut(&id) {
            binding.handle_response(&mut self.core, now, code, response);
        }
        self.settle_binding(id);
    }

    fn settle_binding(&mut self, id: RegistrationId) {
        let Some(binding) = self.bindings.get(&id) else { return };
        let deadline = match binding.state {
            State::Bound { refresh: at } | State::Refused { retry: at } => Some(at),
            State::Asking { .. } | State::Gone => None,
        };
        self.agenda.set(super::Owner::Registration(id), deadline);
        if matches!(binding.state, State::Gone) {
            self.bindings.remove(&id);
        }
    }
}

impl Binding {
    fn ask(&mut self, core: &mut Core, now: Instant, is_last: bool) {
        self.number += 1;
        let told = &self.told;
        let mut request = outside(
            Method::Register,
            &told.registrar,
            &self.local,
            &told.aor,
            &self.call_id,
            self.number,
        );
        let mut preview = request.clone();
        fill(&mut preview, &told.content);
        let route = core.route_outside(&preview, told.outbound);
        let is_secure = told.aor.uri.as_sip().is_some_and(|uri| uri.secure);
        let user = told.aor.uri.user();
        let flow = route.unwrap_or_else(Route::nowhere).flow;
        self.contact = core.identity.contact(flow, is_secure, user.as_deref(), None);
        core.identity.introduce(&mut request, &self.contact);
        request.headers.push("Expires", self.expires.to_string());
        fill(&mut request, &told.content);
        core.prove(&mut request, &self.challenged);
        self.state = State::Asking { is_last };
        let id = core.next_request();
        core.send(now, id, Purpose::Register(self.id), request, route);
    }

    fn handle_response(
        &mut self,
        core: &mut Core,
        now: Instant,
        code: u16,
        response: Option<Message>,
    ) {
        let State::Asking { is_last } = self.state else { return };
        let registration = self.id;
        match (code, response) {
            (200..300, _) if is_last && self.expires == 0 => {
                core.events.push_back(Event::Unregistered { registration });
                self.state = State::Gone;
            }
            (200..300, Some(response)) => {
                self.raised = 0;
                let granted = self.granted(&response);
                let expires = Duration::from_secs(granted.into());
                core.events.push_back(Event::Registered { registration, expires, response });
                self.state = State::Bound { refresh: now + before_end_of(expires) };
            }
            (423, Some(response)) if self.take_min_expires(&response) => {
                self.ask(core, now, is_last);
                return;
            }
            (code, response) => {
                let retry = response.as_ref().and_then(|response| response.retry_after().ok()?);
                let wait = retry.map_or(RETRY_AFTER, |retry| {
                    Duration::from_secs(retry.seconds.into()).max(RETRY_LEAST)
                });
                let failed = Event::RegistrationFailed { registration, code, response };
                core.events.push_back(failed);
                self.state = State::Refused { retry: now + wait };
            }
        }
        if is_last && !matches!(self.state, State::Gone) {
            if self.expires == 0 {
                // What we could not take back runs out by itself.
                self.state = State::Gone;
            } else {
                self.expires = 0;
                self.ask(core, now, true);
            }
        }
    }

    /// For how long the registrar bound our contact, in seconds (RFC 3261 section 10.2.4).
    fn granted(&self, response: &Message) -> u32 {
        let ours = NameAddr::parse(&self.contact).ok();
        let contacts = match response.contacts() {
            Ok(Contacts::These(contacts)) => contacts,
            _ => Vec::new(),
        };
        let told = contacts
            .iter()
            .find(|contact| ours.as_ref().is_some_and(|ours| ours.uri.is_equivalent(&contact.uri)));
        told.and_then(NameAddr::expires)
            .or_else(|| response.expires().ok().flatten())
            .unwrap_or(self.expires)
    }

    /// RFC 3261 section 10.2.8. Whether asking again makes sense.
    fn take_min_expires(&mut self, response: &Message) -> bool {
        match response.min_expires() {
            Ok(Some(least))
                if least > self.expires && self.expires > 0 && self.raised < RAISED_MAX =>
            {
                self.raised += 1;
                self.expires = least;
                true
            }
            _ => false,
        }
    }
}

/// When to refresh what lasts for `expires`: with time left for a REGISTER that nobody answers,
/// if there is so much.
fn before_end_of(expires: Duration) -> Duration {
    let margin = (expires / 10).max(Duration::from_secs(32));
    expires.saturating_sub(margin).max(expires / 2).max(REFRESH_LEAST)
}

/// A registrar that binds for no time at all is not asked more often than this.
const REFRESH_LEAST: Duration = Duration::from_secs(1);

/// When to try again after a refusal that does not say.
const RETRY_AFTER: Duration = Duration::from_mins(1);

/// The shortest Retry-After that is believed.
const RETRY_LEAST: Duration = Duration::from_secs(1);

/// A registrar that wants ever more is not followed for ever.
const RAISED_MAX: u8 = 3;

/// More addresses than one agent stands for.
const BINDINGS_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_refreshed_before_it_ends() {
        let seconds = Duration::from_secs;
        assert_eq!(before_end_of(seconds(3_600)), seconds(3_240));
        assert_eq!(before_end_of(seconds(120)), seconds(88));
        assert_eq!(before_end_of(seconds(60)), seconds(30));
        assert_eq!(before_end_of(seconds(0)), seconds(1));
    }
}
