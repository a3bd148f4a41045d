//! Changing a session by UPDATE, before or after it is answered, both ways (RFC 3311).

use super::call::{Bargain, Call, Exchange, OurUpdate, Stage, TheirUpdate, Wanted};
use super::content::{Content, Reply};
use super::core::{Asked, Core, Purpose};
use super::describe::{describes, has_description};
use super::event::{CallId, Event, RequestId};
use super::session::Agreement;
use super::{Error, UserAgent};
use crate::sip::transaction::ServerId;
use crate::sip::{Message, Method};
use crate::time::Instant;

impl UserAgent {
    /// Changes a call, answered or not, by UPDATE (RFC 3311). It waits for its turn while an offer
    /// or another UPDATE or re-INVITE of the call is in progress, and is repeated after a 491. If the
    /// call ends before, no event speaks of it.
    pub fn update(
        &mut self,
        now: Instant,
        call: CallId,
        content: Content,
    ) -> Result<RequestId, Error> {
        self.with_call(now, call, |call, core| {
            if !call.is_alive() || call.dialog_mut().is_none() {
                return Err(Error::NotNow);
            }
            call.want(core, Method::Update, content)
        })
    }
}

/// As a client.
impl Call {
    /// Whether an INVITE without an offer is in progress, so that the next offer is its server's.
    pub(super) fn awaits_offer(&self) -> bool {
        let ours = self.ours.as_ref().is_some_and(|ours| ours.bargain == Bargain::Awaited);
        ours || self.theirs.as_ref().is_some_and(|theirs| theirs.bargain == Bargain::Awaited)
    }

    pub(super) fn send_update(&mut self, core: &mut Core, now: Instant, mut wanted: Wanted) {
        let offered = describes(&wanted.content);
        if offered {
            self.exchange = Exchange::Ours;
        }
        self.propose(&mut wanted);
        let (id, purpose) = (wanted.id, Purpose::Update(self.id));
        let _ = self.send_within(core, now, id, purpose, Method::Update, &wanted.content);
        self.our_update = Some(OurUpdate { wanted, offered });
    }

    /// Our UPDATE was answered, or nobody answered it.
    pub(super) fn handle_update_response(
        &mut self,
        core: &mut Core,
        now: Instant,
        request: &Message,
        code: u16,
        response: Option<Message>,
    ) {
        let Some(update) = self.our_update.take() else { return };
        if update.offered {
            self.exchange = Exchange::Idle;
        }
        match response {
            Some(response) if (200..300).contains(&code) => {
                self.take_update(core, now, &update.wanted, request, response);
            }
            response => self.handle_modify_refusal(core, now, update.wanted, code, response),
        }
    }

    fn take_update(
        &mut self,
        core: &mut Core,
        now: Instant,
        wanted: &Wanted,
        request: &Message,
        response: Message,
    ) {
        if !self.is_alive() {
            return;
        }
        if let Some(dialog) = self.dialog_mut() {
            dialog.refresh(&response);
        }
        self.hear(&response);
        if self.stage == Stage::Confirmed {
            self.obey_session_timer(core, now, request, &response);
        }
        if !wanted.is_refresh {
            let (call, id) = (self.id, wanted.id);
            core.events.push_back(Event::Modified { call, id, response, offer: false });
        }
    }
}

/// As a server.
impl Call {
    /// An UPDATE came (RFC 3311 section 5.2).
    pub(super) fn handle_update(
        &mut self,
        core: &mut Core,
        now: Instant,
        server: ServerId,
        request: Message,
    ) {
        let brings_offer = has_description(&request);
        if self.their_update.is_some() {
            self.ask_to_wait(core, now, server);
        } else if brings_offer && self.exchange == Exchange::Ours {
            self.reply(core, now, server, &Reply::new(491));
        } else if brings_offer && (self.exchange == Exchange::Theirs || self.awaits_offer()) {
            self.ask_to_wait(core, now, server);
        } else if let Agreement::TooSmall(least) = self.agree_on_session_timer(core, &request) {
            self.refuse_interval(core, now, server, least);
        } else {
            self.hear(&request);
            let update = TheirUpdate { server, offered: brings_offer };
            self.their_update = Some(update);
            if request.body.is_empty() {
                // It moves the target or refreshes the session: nothing to ask the owner about.
                self.answer_update(core, now, update, Reply::new(200));
                return;
            }
            if brings_offer {
                self.exchange = Exchange::Theirs;
            }
            let id = core.ask(Asked { server, call: Some(self.id) });
            core.events.push_back(Event::Modify { call: self.id, id, request });
        }
    }

    /// Sends the final response to their UPDATE, or to their PRACK with an offer.
    pub(super) fn answer_update(
        &mut self,
        core: &mut Core,
        now: Instant,
        update: TheirUpdate,
        reply: Reply,
    ) {
        let TheirUpdate { server, offered } = update;
        self.their_update = None;
        if offered {
            self.exchange = Exchange::Idle;
        }
        let Some(mut response) = self.response(core, server, &reply) else { return };
        let is_update = response.cseq().is_ok_and(|cseq| cseq.method == Method::Update);
        if (200..300).contains(&reply.code)
            && is_update
            && let Some(request) = core.layer.open_request(server)
        {
            let agreement = self.agree_on_session_timer(core, request);
            if self.stage == Stage::Confirmed {
                self.grant_session_timer(now, agreement, &mut response);
            }
            // RFC 3261 section 12.2.2: nothing changes before the request is accepted.
            let from = request.from().ok();
            let from = from.as_ref().and_then(|from| from.tag()).unwrap_or_default();
            if let Some(dialog) = self.dialog_with(from) {
                dialog.refresh(request);
            }
        }
        if (200..300).contains(&reply.code) && describes(&reply.content) {
            self.describe(reply.content.body);
        }
        core.layer.respond(now, server, &response);
        core.forget_asked(server);
    }

    /// Their UPDATE was never answered by the owner, and its client has given up.
    pub(super) fn forget_update(&mut self, server: ServerId) {
        if let Some(update) = self.their_update.take_if(|update| update.server == server)
            && update.offered
        {
            self.exchange = Exchange::Idle;
        }
    }
}
