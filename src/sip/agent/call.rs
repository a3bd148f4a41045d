//! What an agent remembers of a call, from its INVITE to its end.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;

use super::authenticate::Challenged;
use super::content::{Body, Content, Reply};
use super::core::{Core, Purpose};
use super::event::{CallId, Event, RequestId, Why};
use super::identity::fill;
use super::prack::Reliable;
use super::redirect::Targets;
use super::session::Clock;
use super::{CallState, Error};
use crate::packet::Transport;
use crate::sip::dialog::Dialog;
use crate::sip::transaction::{Resend, ServerId};
use crate::sip::{Message, Method};
use crate::time::Instant;

/// See the module.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: CallId,
    /// What the owner may see.
    pub(super) state: CallState,
    pub(super) stage: Stage,
    /// Our Contact, as long as the call lasts.
    pub(super) contact: String,
    /// The dialog: a callee's from the start, a caller's once it is confirmed.
    pub(super) dialog: Option<Dialog>,
    /// A caller's early dialogs, the one that we last heard of at the end.
    pub(super) forks: Vec<Dialog>,
    /// Our INVITE that has no final response yet, or whose ACK waits for its answer.
    pub(super) ours: Option<OurInvite>,
    /// Their INVITE that has no final response yet.
    pub(super) theirs: Option<TheirInvite>,
    /// Our 2xx that have no ACK yet.
    pub(super) unacknowledged: Vec<Unacknowledged>,
    /// Our UPDATE that has no final response yet.
    pub(super) our_update: Option<OurUpdate>,
    /// Their UPDATE, or PRACK with an offer, that has no final response yet.
    pub(super) their_update: Option<TheirUpdate>,
    /// A reliable provisional response whose PRACK may come after the final response, and the
    /// INVITE's number (RFC 3262 section 3).
    pub(super) late_prack: Option<(u32, u32)>,
    pub(super) exchange: Exchange,
    /// Modifications that wait for their turn.
    pub(super) wanted: VecDeque<Wanted>,
    /// The session timer, if there is one.
    pub(super) clock: Option<Clock>,
    /// The largest Min-SE that anybody on the path asked for.
    pub(super) least_interval: u32,
    /// The session description that we last sent, to be repeated by a refresh.
    pub(super) description: Option<Body>,
    /// The owner has hung up, with these headers, but it is not time yet.
    pub(super) hang_up: Option<Vec<(String, String)>>,
    /// Who asked for credentials within this call.
    pub(super) challenged: Challenged,
    /// Where our first INVITE goes, whatever its URI says.
    pub(super) outbound: Option<(Transport, SocketAddr)>,
    /// Where else our first INVITE may go.
    pub(super) targets: Targets,
    pub(super) lifetime: Lifetime,
}

/// How long the first INVITE is worth an answer (RFC 3261 section 13.2.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lifetime {
    /// As long as it takes.
    Unlimited,
    /// Until its Expires says.
    Until(Instant),
    /// No longer: it is cancelled as soon as it can be.
    Over,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    /// The first INVITE has no final response.
    Early,
    /// It has a 2xx.
    Confirmed,
    /// The owner was told that the call is over; the peer may not know yet.
    Ending { until: Instant },
    /// It can be forgotten.
    Over,
}

/// Our INVITE, the first one or a later one.
#[derive(Debug)]
pub(super) struct OurInvite {
    pub(super) id: RequestId,
    pub(super) bargain: Bargain,
    /// What it wants to change; `None` for the first one.
    pub(super) wanted: Option<Wanted>,
    /// The response that waits for the owner's answer.
    pub(super) waiting: Option<Waiting>,
    /// It was cancelled.
    pub(super) is_cancelled: bool,
    /// The last reliable provisional response in order, by the To tag of its fork (RFC 3262
    /// section 4).
    pub(super) rseqs: Vec<(String, u32)>,
}

/// A response that brought an offer.
#[derive(Debug)]
pub(super) enum Waiting {
    /// A 2xx from the peer of this tag.
    Ack(String),
    /// A provisional response from the peer of this tag, with the `RAck` that it asks for.
    Prack(String, String),
}

/// Their INVITE, the first one or a later one.
#[derive(Debug)]
pub(super) struct TheirInvite {
    pub(super) server: ServerId,
    /// The number of its `CSeq`.
    pub(super) number: u32,
    pub(super) bargain: Bargain,
    pub(super) reliable: Reliable,
    /// The last provisional response that went without reliability, and when to repeat it.
    pub(super) progress: Option<(Instant, Bytes)>,
    /// The 2xx that waits for a PRACK.
    pub(super) answer: Option<Reply>,
}

/// The offer and answer of one INVITE transaction (RFC 3261 section 13.2.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Bargain {
    /// The INVITE brought an offer, which is not answered reliably yet.
    Offered,
    /// The INVITE brought none: its server has to make one.
    Awaited,
    /// The server has made the offer, which is not answered yet.
    Countered,
    /// Offer and answer are known to both.
    Settled,
}

/// Where the call is with offers and answers: there is one at a time (RFC 3264 section 4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Exchange {
    /// There is none.
    Idle,
    /// We made an offer and have no answer.
    Ours,
    /// They made an offer and have no answer.
    Theirs,
}

/// A 2xx of ours that has no ACK yet (RFC 3261 section 13.3.1.4).
#[derive(Debug)]
pub(super) struct Unacknowledged {
    pub(super) server: ServerId,
    /// The number of the INVITE.
    pub(super) number: u32,
    pub(super) code: u16,
    pub(super) payload: Bytes,
    pub(super) resend: Resend,
    pub(super) give_up: Instant,
    /// It brought an offer.
    pub(super) offer: bool,
    /// It answered the call.
    pub(super) is_first: bool,
}

/// Our UPDATE.
#[derive(Debug)]
pub(super) struct OurUpdate {
    pub(super) wanted: Wanted,
    pub(super) offered: bool,
}

/// Their UPDATE, or their PRACK with an offer.
#[derive(Clone, Copy, Debug)]
pub(super) struct TheirUpdate {
    pub(super) server: ServerId,
    pub(super) offered: bool,
}

/// A re-INVITE or UPDATE that the owner, or the session timer, wants.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) id: RequestId,
    pub(super) method: Method,
    pub(super) content: Content,
    /// Not before this moment.
    pub(super) not_before: Option<Instant>,
    /// How often it was refused by 491 or 500.
    pub(super) tries: u8,
    /// It only refreshes the session: the owner need not hear of it.
    pub(super) is_refresh: bool,
    /// What was said before it, in case it is refused.
    pub(super) before: Option<Body>,
    /// Something else was said since it was composed.
    pub(super) is_stale: bool,
}

impl Wanted {
    /// Something that the owner wants, as soon as may be.
    pub(super) fn new(id: RequestId, method: Method, content: Content) -> Self {
        Self {
            id,
            method,
            content,
            not_before: None,
            tries: 0,
            is_refresh: false,
            before: None,
            is_stale: false,
        }
    }
}

impl Call {
    /// A call about which nothing is known beyond `state`.
    pub(super) fn new(id: CallId, state: CallState, contact: String) -> Self {
        Self {
            id,
            state,
            stage: Stage::Early,
            contact,
            dialog: None,
            forks: Vec::new(),
            ours: None,
            theirs: None,
            unacknowledged: Vec::new(),
            our_update: None,
            their_update: None,
            late_prack: None,
            challenged: Challenged::default(),
            outbound: None,
            targets: Targets::default(),
            lifetime: Lifetime::Unlimited,
            exchange: Exchange::Idle,
            wanted: VecDeque::new(),
            clock: None,
            least_interval: 0,
            description: None,
            hang_up: None,
        }
    }

    /// By what requests within the call find it.
    pub(super) fn key(&self) -> String {
        dialog_key(&self.state.call_id, self.state.local.tag().unwrap_or_default())
    }

    /// The dialog with the peer of this tag.
    pub(super) fn dialog_with(&mut self, remote_tag: &str) -> Option<&mut Dialog> {
        let mut dialogs = self.dialog.iter_mut().chain(&mut self.forks);
        dialogs.find(|dialog| dialog.id().remote_tag == remote_tag)
    }

    /// The dialog for a request of ours: the confirmed one, or the early one we last heard of.
    pub(super) fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        self.dialog.as_mut().or(self.forks.last_mut())
    }

    /// Sends a request within the dialog, with what the agent and the owner put into it.
    pub(super) fn send_within(
        &mut self,
        core: &mut Core,
        now: Instant,
        id: RequestId,
        purpose: Purpose,
        method: Method,
        content: &Content,
    ) -> Result<(), Error> {
        let dialog = self.dialog_mut().ok_or(Error::NotNow)?;
        let kind = method.clone();
        let mut request = dialog.request(method);
        let route = core.route_within(&request, dialog);
        match kind {
            Method::Invite | Method::Update => {
                core.identity.introduce(&mut request, &self.contact);
                self.ask_for_session_timer(core, &mut request);
            }
            // RFC 3515 section 2.2, RFC 6665 section 8.2.1.
            Method::Refer | Method::Notify => core.identity.introduce(&mut request, &self.contact),
            _ => core.identity.sign(&mut request),
        }
        fill(&mut request, content);
        core.prove(&mut request, &self.challenged);
        core.send(now, id, purpose, request, route);
        Ok(())
    }

    /// Notes what the peer says of itself.
    pub(super) fn hear(&mut self, message: &Message) {
        if let Ok(Some(contact)) = message.contact() {
            self.state.remote_contact = Some(contact);
        }
        if message.headers.has("Allow") {
            self.state.remote_allow = message.headers.all("Allow").map(Method::from).collect();
        }
        if message.headers.has("Supported") {
            let tags = message.headers.all("Supported").map(str::to_owned);
            self.state.remote_supported = tags.collect();
        }
        self.state.last_remote = Some(message.clone());
    }

    /// Tells the owner that the call is over, and forgets it.
    pub(super) fn end(&mut self, core: &mut Core, why: Why, request: Option<Message>) {
        if self.is_alive() {
            core.events.push_back(Event::Ended { call: self.id, why, request });
        }
        self.stage = Stage::Over;
    }

    /// Whether the owner has not been told that the call is over.
    pub(super) fn is_alive(&self) -> bool {
        matches!(self.stage, Stage::Early | Stage::Confirmed)
    }

    /// Whether our first INVITE is not wanted any more, so that no refusal of it is argued with.
    pub(super) fn is_given_up(&self) -> bool {
        let is_cancelled = self.ours.as_ref().is_some_and(|ours| ours.is_cancelled);
        self.stage == Stage::Early && (self.hang_up.is_some() || is_cancelled)
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(super) fn deadline(&self) -> Option<Instant> {
        if let Stage::Ending { until } = self.stage {
            return Some(until);
        }
        let unacknowledged =
            self.unacknowledged.iter().map(|sent| sent.resend.at.min(sent.give_up));
        let theirs = self.theirs.iter().flat_map(TheirInvite::deadlines);
        let wanted = self.wanted.front().and_then(|wanted| wanted.not_before);
        let clock = self.clock.as_ref().map(Clock::deadline);
        let clock = clock.filter(|_| self.stage == Stage::Confirmed);
        let expiry = match (self.lifetime, self.stage) {
            (Lifetime::Until(at), Stage::Early) => Some(at),
            _ => None,
        };
        unacknowledged.chain(theirs).chain(wanted).chain(clock).chain(expiry).min()
    }

    /// Does what is due.
    pub(super) fn handle_timeout(&mut self, core: &mut Core, now: Instant) {
        if let Stage::Ending { until } = self.stage {
            if until <= now {
                self.stage = Stage::Over;
            }
            return;
        }
        self.expire(core, now);
        self.repeat_2xx(core, now);
        self.repeat_provisional(core, now);
        self.keep_session(core, now);
    }
}

impl TheirInvite {
    fn deadlines(&self) -> impl Iterator<Item = Instant> {
        let progress = self.progress.as_ref().map(|(at, _)| *at);
        self.reliable.deadline().into_iter().chain(progress)
    }
}

/// By what a request finds its call: the Call-ID and our tag.
pub(super) fn dialog_key(call_id: &str, local_tag: &str) -> String {
    format!("{call_id}\n{local_tag}")
}

/// More forks than a call has telephones.
pub(super) const FORKS_MAX: usize = 16;
/// More modifications than an owner has reason to ask for before the first one is through.
pub(super) const WANTED_MAX: usize = 16;
