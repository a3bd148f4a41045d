//! Changing a session by re-INVITE, both ways (RFC 3261 section 14).

use std::time::Duration;

use super::call::{Call, Exchange, Stage, WANTED_MAX, Wanted};
use super::content::{Content, Reply};
use super::core::{Asked, Core, Purpose};
use super::describe::{describes, has_description};
use super::event::{CallId, Event, RequestId, Why};
use super::invite::to_tag;
use super::session::Agreement;
use super::{Error, UserAgent};
use crate::sip::transaction::ServerId;
use crate::sip::{Message, Method, SessionExpires};
use crate::time::Instant;

impl UserAgent {
    /// Changes an answered call by INVITE. It waits for its turn while another INVITE of the call
    /// is in progress, and is repeated after a 491 (RFC 3261 section 14.1), unless
    /// it is [out of date](Event::ModifyStale) by then. If the call ends before, no event speaks
    /// of it.
    pub fn reinvite(
        &mut self,
        now: Instant,
        call: CallId,
        content: Content,
    ) -> Result<RequestId, Error> {
        self.with_call(now, call, |call, core| match call.stage {
            Stage::Confirmed => call.want(core, Method::Invite, content),
            _ => Err(Error::NotNow),
        })
    }

    /// The peer's offer came before ours: changes that still wait to be sent for the first time
    /// are [out of date](Event::ModifyStale) before they are said. Returns whether there is one: the
    /// answer then follows what was said before it, not what it would have said (RFC 3264 section
    /// 8).
    pub fn overtake(&mut self, call: CallId) -> bool {
        self.calls.get_mut(&call).is_some_and(Call::overtake)
    }
}

/// As a client.
impl Call {
    /// Notes that a modification is wanted; it goes out as soon as it may.
    pub(super) fn want(
        &mut self,
        core: &mut Core,
        method: Method,
        content: Content,
    ) -> Result<RequestId, Error> {
        if self.hang_up.is_some() {
            return Err(Error::NotNow);
        }
        if self.wanted.len() >= WANTED_MAX {
            return Err(Error::TooMany);
        }
        let id = core.next_request();
        self.wanted.push_back(Wanted::new(id, method, content));
        Ok(id)
    }

    /// Sends the modifications whose turn it is.
    pub(super) fn proceed(&mut self, core: &mut Core, now: Instant) {
        while let Some(wanted) = self.wanted.front()
            && wanted.not_before.is_none_or(|at| at <= now)
            && self.may_send(wanted)
            && let Some(wanted) = self.wanted.pop_front()
        {
            match wanted.method {
                _ if wanted.is_stale => {
                    let (call, id) = (self.id, wanted.id);
                    core.events.push_back(Event::ModifyStale { call, id });
                }
                Method::Invite => self.send_reinvite(core, now, wanted),
                _ => self.send_update(core, now, wanted),
            }
        }
        // Whatever held the first one up tells us when it is over: no need to wake for it.
        if let Some(wanted) = self.wanted.front_mut()
            && wanted.not_before.is_some_and(|at| at <= now)
        {
            wanted.not_before = None;
        }
    }

    /// RFC 3261 section 14.1, RFC 3311 section 5.1. Of two requests that are on their way at once the
    /// second may come first, and the first is refused then (RFC 3261 section 12.2.2): no UPDATE of
    /// ours follows a re-INVITE that is not answered yet.
    fn may_send(&self, wanted: &Wanted) -> bool {
        let brings_offer = describes(&wanted.content);
        if brings_offer && self.exchange != Exchange::Idle {
            return false;
        }
        if self.dialog.is_none() && self.forks.is_empty() {
            return false;
        }
        let is_confirmed = self.stage == Stage::Confirmed;
        if wanted.method == Method::Invite {
            return is_confirmed
                && self.ours.is_none()
                && self.theirs.is_none()
                && self.unacknowledged.is_empty();
        }
        let is_behind = is_confirmed && self.ours.is_some();
        self.our_update.is_none() && !is_behind && !(brings_offer && self.awaits_offer())
    }

    fn send_reinvite(&mut self, core: &mut Core, now: Instant, mut wanted: Wanted) {
        let (id, purpose) = (wanted.id, Purpose::Invite(self.id));
        self.propose(&mut wanted);
        self.offer_in(id, &wanted.content);
        let _ = self.send_within(core, now, id, purpose, Method::Invite, &wanted.content);
        if let Some(ours) = &mut self.ours {
            ours.wanted = Some(wanted);
        }
    }

    /// A modification of ours was refused: the session is as it was (RFC 3261 section 14.1).
    pub(super) fn handle_modify_refusal(
        &mut self,
        core: &mut Core,
        now: Instant,
        mut wanted: Wanted,
        code: u16,
        response: Option<Message>,
    ) {
        if !self.is_alive() {
            return;
        }
        self.withdraw(&mut wanted);
        if let Some(wait) = self.wait_after(core, &wanted, code, response.as_ref()) {
            let (not_before, tries) = (Some(now + wait), wanted.tries + 1);
            self.wanted.push_front(Wanted { not_before, tries, ..wanted });
            return;
        }
        if wanted.is_refresh && wanted.method == Method::Update && matches!(code, 405 | 501) {
            // It does not do UPDATE after all: refresh by INVITE.
            self.state.remote_allow.retain(|method| *method != Method::Update);
            let again = self.refresh(core);
            self.wanted.push_front(again);
            return;
        }
        // A refresh that fails is only heard of when the session is given up.
        if !wanted.is_refresh {
            let (call, id) = (self.id, wanted.id);
            core.events.push_back(Event::ModifyFailed { call, id, code, response });
        }
        if matches!(code, 408 | 481) && self.stage == Stage::Confirmed {
            // RFC 3261 section 12.2.1.2.
            self.say_bye(core, now, Vec::new(), Why::Lost(code));
        }
    }

    /// How long to wait before a modification is tried again, if it should be.
    fn wait_after(
        &self,
        core: &mut Core,
        wanted: &Wanted,
        code: u16,
        response: Option<&Message>,
    ) -> Option<Duration> {
        if wanted.tries >= TRIES_MAX || self.hang_up.is_some() {
            return None;
        }
        let millis = Duration::from_millis;
        match code {
            // RFC 3261 section 14.1, RFC 3311 section 5.3: the owner of the Call-ID waits longer.
            491 if self.state.incoming => Some(core.ids.wait(millis(0), millis(2_000))),
            491 => Some(core.ids.wait(millis(2_100), millis(4_000))),
            // RFC 3261 section 14.2: the peer is busy with our last one, and says how long.
            500 => {
                let wait = response?.retry_after().ok().flatten()?.seconds;
                (wait <= 10).then(|| Duration::from_secs(wait.into()))
            }
            _ => None,
        }
    }

    /// Takes a 422 to an INVITE or UPDATE of ours: asks once more with the interval that it wants
    /// (RFC 4028 section 7.3). Whether it does.
    pub(super) fn ask_again_after_422(
        &mut self,
        core: &mut Core,
        now: Instant,
        id: RequestId,
        response: &Message,
    ) -> bool {
        let Some(sent) = core.sent(id).filter(|sent| sent.retries < TRIES_MAX) else {
            return false;
        };
        let Some(least) = self.yield_to_422(&sent.request, response) else { return false };
        let refresher = sent.request.session_expires().ok().flatten();
        let refresher = refresher.and_then(|asked| asked.refresher);
        let Some(number) = self.next_cseq(core, id) else { return false };
        let expires = SessionExpires { seconds: least, refresher }.to_string();
        core.send_again(now, id, number, |request| {
            request.headers.set("Session-Expires", expires);
            request.headers.set("Min-SE", least.to_string());
        });
        true
    }

    /// The number of a request of ours that has to be made again.
    pub(super) fn next_cseq(&mut self, core: &Core, id: RequestId) -> Option<u32> {
        let request = &core.sent(id)?.request;
        let tag = to_tag(request);
        if tag.is_empty() {
            // RFC 3261 section 8.1.3.5. What was early went with the refusal.
            self.forks.clear();
            return Some(request.cseq().ok()?.number + 1);
        }
        Some(self.dialog_with(&tag)?.next_cseq())
    }
}

/// As a server.
impl Call {
    /// An INVITE came within the dialog.
    pub(super) fn handle_reinvite(
        &mut self,
        core: &mut Core,
        now: Instant,
        server: ServerId,
        request: Message,
    ) {
        let brings_offer = has_description(&request);
        let is_crowded = self.unacknowledged.len() >= UNACKNOWLEDGED_MAX;
        if self.theirs.is_some() || is_crowded {
            // RFC 3261 section 14.2: the first one comes first.
            self.ask_to_wait(core, now, server);
        } else if self.ours.is_some() || brings_offer && self.exchange == Exchange::Ours {
            self.reply(core, now, server, &Reply::new(491));
        } else if brings_offer && self.exchange == Exchange::Theirs {
            self.ask_to_wait(core, now, server);
        } else if let Agreement::TooSmall(least) = self.agree_on_session_timer(core, &request) {
            self.refuse_interval(core, now, server, least);
        } else if self.take_invite(core, server, &request).is_ok() {
            self.hear(&request);
            let id = core.ask(Asked { server, call: Some(self.id) });
            core.events.push_back(Event::Modify { call: self.id, id, request });
        }
    }

    /// RFC 3261 section 14.2, RFC 3311 section 5.2.
    pub(super) fn ask_to_wait(&mut self, core: &mut Core, now: Instant, server: ServerId) {
        let wait = core.ids.retry_after().to_string();
        let content = Content::none().with_header("Retry-After", &wait);
        self.reply(core, now, server, &Reply::new(500).with(content));
    }

    /// RFC 4028 section 9.
    pub(super) fn refuse_interval(
        &mut self,
        core: &mut Core,
        now: Instant,
        server: ServerId,
        least: u32,
    ) {
        let content = Content::none().with_header("Min-SE", &least.to_string());
        self.reply(core, now, server, &Reply::new(422).with(content));
    }
}

/// How often a request is made again for one reason: an honest peer agrees long before.
const TRIES_MAX: u8 = 10;

/// A peer that acknowledges nothing is not answered for ever.
const UNACKNOWLEDGED_MAX: usize = 4;
