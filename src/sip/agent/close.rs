//! Ending a call: BYE and CANCEL, both ways (RFC 3261 sections 9 and 15).

use super::call::{Call, Lifetime, Stage, Waiting};
use super::content::{Content, Reply};
use super::core::{Core, Purpose};
use super::event::{CallId, Why};
use super::{Error, UserAgent};
use crate::sip::transaction::ServerId;
use crate::sip::{Message, Method};
use crate::time::Instant;

impl UserAgent {
    /// Ends a call by whatever its state needs: CANCEL as soon as there is a provisional response,
    /// a refusal (486), or BYE as soon as the 2xx is acknowledged. A 2xx that crosses the CANCEL
    /// gets its ACK and then BYE. The headers, such as Reason, go into the one or the other.
    pub fn hang_up(
        &mut self,
        now: Instant,
        call: CallId,
        headers: Vec<(String, String)>,
    ) -> Result<(), Error> {
        self.with_call(now, call, |call, core| call.hang_up(core, now, headers))
    }

    /// A CANCEL came (RFC 3261 section 9.2).
    pub(super) fn handle_cancel(
        &mut self,
        now: Instant,
        cancel: ServerId,
        target: Option<ServerId>,
        request: Message,
    ) {
        let Some(target) = target else {
            self.core.reply(now, cancel, &Reply::new(481));
            return;
        };
        let call = self.invites.get(&target).copied();
        let Some(call) = call.filter(|call| self.calls.contains_key(call)) else {
            // It was answered before there was a call; there is nothing to cancel.
            self.core.reply(now, cancel, &Reply::new(200));
            return;
        };
        let _ = self.touch(now, call, |call, core| {
            call.reply(core, now, cancel, &Reply::new(200));
            call.handle_cancel(core, now, target, request);
            Ok(())
        });
    }
}

/// As a client.
impl Call {
    fn hang_up(
        &mut self,
        core: &mut Core,
        now: Instant,
        headers: Vec<(String, String)>,
    ) -> Result<(), Error> {
        match self.stage {
            _ if self.hang_up.is_some() => Ok(()),
            Stage::Early if self.theirs.is_some() => {
                let content = Content { headers, body: None };
                self.reject(core, now, &Reply::new(486).with(content), Why::HungUpHere)
            }
            Stage::Early => {
                self.cancel(core, now, &headers);
                self.hang_up = Some(headers);
                Ok(())
            }
            // RFC 3261 section 15: a callee waits for the ACK.
            Stage::Confirmed if self.unacknowledged.iter().any(|sent| sent.is_first) => {
                self.hang_up = Some(headers);
                Ok(())
            }
            Stage::Confirmed => {
                self.close(core, now, headers);
                Ok(())
            }
            Stage::Ending { .. } | Stage::Over => Err(Error::NoSuchCall),
        }
    }

    /// Cancels our first INVITE, if there was a provisional response to it (RFC 3261 section 9.1).
    /// Otherwise the first one that comes does it.
    pub(super) fn cancel(&mut self, core: &mut Core, now: Instant, headers: &[(String, String)]) {
        if let Some(ours) = self.ours.as_mut().filter(|ours| !ours.is_cancelled) {
            ours.is_cancelled = core.cancel(now, ours.id, headers);
        }
    }

    /// Gives up an INVITE that was answered neither way in the time that it is worth (RFC 3261
    /// sections 13.2.1 and 13.3.1).
    pub(super) fn expire(&mut self, core: &mut Core, now: Instant) {
        match self.lifetime {
            Lifetime::Until(at) if at <= now => self.lifetime = Lifetime::Over,
            _ => return,
        }
        if self.stage == Stage::Early && self.state.incoming {
            let _ = self.reject(core, now, &Reply::new(487), Why::Expired);
        } else if self.stage == Stage::Early && self.hang_up.is_none() {
            self.cancel(core, now, &[]);
        }
    }

    /// Ends an answered call.
    pub(super) fn close(&mut self, core: &mut Core, now: Instant, headers: Vec<(String, String)>) {
        if let Some(ours) = &mut self.ours
            && let Some(Waiting::Ack(tag)) = ours.waiting.take()
        {
            // RFC 3261 section 13.2.2.4: the 2xx is acknowledged all the same.
            let id = ours.id;
            self.ours = None;
            self.send_ack(core, id, &tag, &Content::none());
        }
        self.say_bye(core, now, headers, Why::HungUpHere);
    }

    /// Sends BYE, and tells the owner that the call is over: it is, from this moment (RFC 3261
    /// section 15.1.1).
    pub(super) fn say_bye(
        &mut self,
        core: &mut Core,
        now: Instant,
        headers: Vec<(String, String)>,
        why: Why,
    ) {
        self.refuse_pending(core, now);
        let (id, purpose) = (core.next_request(), Purpose::Bye(self.id));
        let mut content = Content { headers, body: None };
        if let Some(reason) = why.reason() {
            content = content.with_header("Reason", &reason);
        }
        let sent = self.send_within(core, now, id, purpose, Method::Bye, &content);
        self.end(core, why, None);
        if sent.is_ok() {
            self.linger(core, now);
        }
    }

    /// Our BYE has its final response, or never will have.
    pub(super) fn handle_bye_response(&mut self) {
        // A 2xx to our last INVITE may still have to be acknowledged.
        if self.ours.is_none() {
            self.stage = Stage::Over;
        }
    }

    /// Keeps the dialog until nothing can be on the way any more.
    fn linger(&mut self, core: &Core, now: Instant) {
        self.stage = Stage::Ending { until: now + 2 * core.settings.timers.give_up() };
    }
}

/// As a server.
impl Call {
    /// A BYE came.
    pub(super) fn handle_bye(
        &mut self,
        core: &mut Core,
        now: Instant,
        server: ServerId,
        request: Message,
    ) {
        self.reply(core, now, server, &Reply::new(200));
        // RFC 3261 section 15: a callee must not end an early dialog so; its refusal will come.
        let is_callees = self.stage == Stage::Early && !self.state.incoming;
        if !self.is_alive() || is_callees {
            return;
        }
        self.refuse_pending(core, now);
        self.end(core, Why::HungUpThere, Some(request));
        if self.ours.is_some() {
            self.linger(core, now);
        }
    }

    /// A CANCEL of their INVITE came; it is answered already.
    fn handle_cancel(&mut self, core: &mut Core, now: Instant, target: ServerId, request: Message) {
        // RFC 3261 section 9.2: no effect on what has its final response.
        if self.theirs.as_ref().is_none_or(|theirs| theirs.server != target) {
            return;
        }
        self.refuse_invite(core, now, target, &Reply::new(487));
        if self.stage == Stage::Early {
            self.end(core, Why::Cancelled, Some(request));
            self.linger(core, now);
        }
    }

    /// Answers what they still wait for (RFC 3261 section 15.1.2), and gives up what we wanted.
    fn refuse_pending(&mut self, core: &mut Core, now: Instant) {
        let reply = Reply::new(487);
        if let Some(server) = self.theirs.as_ref().map(|theirs| theirs.server) {
            self.refuse_invite(core, now, server, &reply);
        }
        if let Some(update) = self.their_update {
            self.answer_update(core, now, update, reply);
        }
        self.wanted.clear();
        self.unacknowledged.clear();
        self.clock = None;
        self.hang_up = None;
    }
}
