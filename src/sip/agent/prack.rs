//! Reliable provisional responses and PRACK, both ways (RFC 3262).

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::Error;
use super::call::{Bargain, Call, Exchange, FORKS_MAX, Stage, TheirUpdate, Waiting};
use super::content::{Content, Reply};
use super::core::{Asked, Core, Purpose};
use super::describe::{describes, has_description};
use super::event::{Event, Why};
use super::identity::fill;
use super::settings::Reliability;
use crate::sip::transaction::{Resend, ServerId};
use crate::sip::{Message, Method, RAck};
use crate::time::Instant;

/// The reliable provisional responses to one INVITE of theirs: one at a time.
#[derive(Debug)]
pub(super) struct Reliable {
    /// Whether they are sent reliably at all.
    is_wanted: bool,
    /// The `RSeq` of the next one.
    next: u32,
    outstanding: Option<Outstanding>,
    /// Those that wait for the PRACK to the one before.
    queue: VecDeque<(u16, Content)>,
}

/// A provisional response without its PRACK.
#[derive(Debug)]
struct Outstanding {
    rseq: u32,
    code: u16,
    payload: Bytes,
    resend: Resend,
    give_up: Instant,
    has_description: bool,
}

impl Reliable {
    /// For an INVITE that may require, support, or not know them.
    pub(super) fn new(core: &mut Core, invite: &Message) -> Self {
        let has = |name| invite.headers.all(name).any(|tag| tag.eq_ignore_ascii_case("100rel"));
        let is_wanted = match core.settings.reliable_provisional {
            Reliability::Never => false,
            Reliability::WhenRequired => has("Require"),
            Reliability::WhenSupported => has("Require") || has("Supported"),
        };
        let next = if is_wanted { core.ids.rseq() } else { 0 };
        Self { is_wanted, next, outstanding: None, queue: VecDeque::new() }
    }

    /// Whether provisional responses are sent reliably.
    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    /// Whether a 2xx has to wait, because a session description is not acknowledged.
    pub(super) fn holds_description(&self) -> bool {
        self.outstanding.as_ref().is_some_and(|outstanding| outstanding.has_description)
    }

    /// The `RSeq` that has no PRACK yet.
    pub(super) fn outstanding(&self) -> Option<u32> {
        self.outstanding.as_ref().map(|outstanding| outstanding.rseq)
    }

    /// When a copy is due, or patience ends.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.outstanding.as_ref().map(|outstanding| outstanding.resend.at.min(outstanding.give_up))
    }
}

/// As a server.
impl Call {
    /// Sends a provisional response reliably, or keeps it for its turn.
    pub(super) fn progress_reliably(
        &mut self,
        core: &mut Core,
        now: Instant,
        code: u16,
        content: Content,
    ) -> Result<(), Error> {
        let theirs = self.theirs.as_mut().ok_or(Error::NotNow)?;
        let reliable = &mut theirs.reliable;
        if reliable.outstanding.is_some() {
            // RFC 3262 section 3: not before the one before is acknowledged.
            if reliable.queue.len() >= QUEUE_MAX {
                return Err(Error::TooMany);
            }
            reliable.queue.push_back((code, content));
            return Ok(());
        }
        let (server, rseq) = (theirs.server, reliable.next);
        let reply = Reply::new(code).with(content);
        let mut response = self.response(core, server, &reply).ok_or(Error::NotNow)?;
        response.headers.push("Require", "100rel");
        response.headers.push("RSeq", rseq.to_string());
        core.layer.respond(now, server, &response);
        let has_description = describes(&reply.content);
        let timers = core.settings.timers;
        let theirs = self.theirs.as_mut().ok_or(Error::NotNow)?;
        theirs.reliable.next = rseq.saturating_add(1);
        theirs.reliable.outstanding = Some(Outstanding {
            rseq,
            code,
            payload: response.to_bytes(),
            resend: Resend::after(now, timers.t1),
            give_up: now + timers.give_up(),
            has_description,
        });
        if has_description {
            if theirs.bargain == Bargain::Awaited {
                theirs.bargain = Bargain::Countered;
                self.exchange = Exchange::Ours;
            }
            self.describe(reply.content.body);
        }
        Ok(())
    }

    /// Repeats a provisional response until its PRACK comes, and refuses the INVITE if none does.
    pub(super) fn repeat_provisional(&mut self, core: &mut Core, now: Instant) {
        self.repeat_progress(core, now);
        let Some(theirs) = &mut self.theirs else { return };
        let Some(outstanding) = &mut theirs.reliable.outstanding else { return };
        if outstanding.give_up <= now {
            let server = theirs.server;
            let reply = Reply::new(504);
            if self.stage == Stage::Early {
                let _ = self.reject(core, now, &reply, Why::NotAcknowledged);
            } else {
                self.refuse_invite(core, now, server, &reply);
            }
            return;
        }
        if outstanding.resend.at <= now {
            let (code, payload) = (outstanding.code, outstanding.payload.clone());
            core.layer.respond_again(now, theirs.server, code, payload);
            // RFC 3262 section 3: unlike those of a 2xx, these intervals do not end at T2.
            outstanding.resend = outstanding.resend.doubled(Duration::MAX);
        }
    }

    /// A PRACK came.
    pub(super) fn handle_prack(
        &mut self,
        core: &mut Core,
        now: Instant,
        server: ServerId,
        request: Message,
    ) {
        let rack = request.rack().ok().flatten().filter(|rack| rack.cseq.method == Method::Invite);
        let told = rack.map(|rack| (rack.rseq, rack.cseq.number));
        if told.is_some() && told == self.late_prack {
            self.late_prack = None;
            self.reply(core, now, server, &Reply::new(200));
            return;
        }
        let expected = self
            .theirs
            .as_ref()
            .and_then(|theirs| theirs.reliable.outstanding().map(|rseq| (rseq, theirs.number)));
        if told.is_none() || told != expected {
            self.reply(core, now, server, &Reply::new(481));
            return;
        }
        self.take_prack(core, now, server, request);
        self.go_on(core, now);
    }

    /// The PRACK to the outstanding response came: its body may be an answer, or a new offer (RFC
    /// 3262 section 5).
    fn take_prack(&mut self, core: &mut Core, now: Instant, server: ServerId, request: Message) {
        let Some(theirs) = &mut self.theirs else { return };
        let Some(outstanding) = theirs.reliable.outstanding.take() else { return };
        let is_countered = theirs.bargain == Bargain::Countered;
        if outstanding.has_description {
            theirs.bargain = Bargain::Settled;
            self.exchange = Exchange::Idle;
        }
        if has_description(&request) && !is_countered && self.exchange == Exchange::Idle {
            self.exchange = Exchange::Theirs;
            self.their_update = Some(TheirUpdate { server, offered: true });
            let id = core.ask(Asked { server, call: Some(self.id) });
            core.events.push_back(Event::Modify { call: self.id, id, request });
            return;
        }
        self.reply(core, now, server, &Reply::new(200));
        if is_countered {
            core.events.push_back(Event::Acknowledged { call: self.id, request });
        }
    }

    /// Sends what waited for a PRACK.
    fn go_on(&mut self, core: &mut Core, now: Instant) {
        let Some(theirs) = &mut self.theirs else { return };
        if let Some(answer) = theirs.answer.take() {
            let _ = self.accept(core, now, answer);
        } else if let Some((code, content)) = theirs.reliable.queue.pop_front() {
            let _ = self.progress_reliably(core, now, code, content);
        }
    }
}

/// As a client.
impl Call {
    /// Takes a provisional response for what it is: if it was sent reliably, in its turn and with
    /// a PRACK. `None` if it is to be dropped, otherwise whether it waits for the owner's answer.
    pub(super) fn take_reliable(
        &mut self,
        core: &mut Core,
        now: Instant,
        response: &Message,
        tag: &str,
    ) -> Option<bool> {
        let mut required = response.headers.all("Require");
        if !required.any(|option| option.eq_ignore_ascii_case("100rel")) {
            return Some(false);
        }
        let (rseq, cseq) = (response.rseq().ok().flatten()?, response.cseq().ok()?);
        self.dialog_with(tag)?;
        let ours = self.ours.as_mut()?;
        let brings_offer = ours.bargain == Bargain::Awaited && has_description(response);
        // One offer at a time; the other fork's comes again.
        if brings_offer && ours.waiting.is_some() {
            return None;
        }
        match ours.rseqs.iter().position(|(known, _)| known == tag) {
            Some(known) => {
                let last = &mut ours.rseqs[known].1;
                // RFC 3262 section 4: only in order, and each once.
                if last.checked_add(1) != Some(rseq) {
                    return None;
                }
                *last = rseq;
            }
            None if ours.rseqs.len() < FORKS_MAX => ours.rseqs.push((tag.to_owned(), rseq)),
            None => return None,
        }
        let rack = RAck { rseq, cseq }.to_string();
        if brings_offer {
            self.exchange = Exchange::Theirs;
            ours.waiting = Some(Waiting::Prack(tag.to_owned(), rack));
            return Some(true);
        }
        if ours.bargain == Bargain::Offered && has_description(response) {
            ours.bargain = Bargain::Settled;
            self.exchange = Exchange::Idle;
        }
        self.send_prack(core, now, tag, &rack, &Content::none());
        Some(false)
    }

    /// Sends the PRACK to the fork of this tag.
    pub(super) fn send_prack(
        &mut self,
        core: &mut Core,
        now: Instant,
        tag: &str,
        rack: &str,
        content: &Content,
    ) {
        let Some(dialog) = self.dialog_with(tag) else { return };
        let mut prack = dialog.request(Method::Prack);
        let route = core.route_within(&prack, dialog);
        prack.headers.push("RAck", rack);
        core.identity.sign(&mut prack);
        fill(&mut prack, content);
        core.prove(&mut prack, &self.challenged);
        let id = core.next_request();
        core.send(now, id, Purpose::Prack(self.id), prack, route);
    }
}

/// More than an owner has to say before a call is answered.
const QUEUE_MAX: usize = 8;
