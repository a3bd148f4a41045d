//! What all calls and registrations of an agent share: its transactions, its identity, and what
//! it still has to tell.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use super::authenticate::{Challenged, Keyring};
use super::content::Reply;
use super::event::{CallId, Event, RegistrationId, RequestId};
use super::identity::{Identity, fill};
use super::settings::Settings;
use crate::packet::{Packet, Transport};
use crate::sip::dialog::Dialog;
use crate::sip::flow::Flow;
use crate::sip::ids::Ids;
use crate::sip::transaction::{ClientId, Layer, ServerId};
use crate::sip::transport::{Paths, Route, next_hop};
use crate::sip::{CSeq, Message, Method};
use crate::time::Instant;

/// See the module.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) settings: Settings,
    pub(super) identity: Identity,
    pub(super) ids: Ids,
    pub(super) layer: Layer,
    paths: Paths,
    /// Emptied by the owner after each input, which adds a few for each call at most.
    pub(super) events: VecDeque<Event>,
    /// Bounded by the number of transactions, as each has one that is alive.
    sent: BTreeMap<RequestId, Sent>,
    clients: BTreeMap<ClientId, RequestId>,
    /// As `sent`.
    asked: BTreeMap<RequestId, Asked>,
    servers: BTreeMap<ServerId, RequestId>,
    /// Requests that could not even be sent, to be failed in their turn.
    unsent: VecDeque<RequestId>,
    pub(super) keyring: Keyring,
    next: u64,
}

/// A request of ours that is not answered yet; or an INVITE whose 2xx may still be repeated.
#[derive(Debug)]
pub(super) struct Sent {
    /// Its transaction; `None` if it could not be sent.
    pub(super) client: Option<ClientId>,
    /// Whose it is.
    pub(super) purpose: Purpose,
    /// The request without its Via, to be made again.
    pub(super) request: Message,
    /// The way it went.
    pub(super) route: Route,
    /// How often it was made again.
    pub(super) retries: u8,
    /// The ACK to each fork's 2xx.
    pub(super) acks: Vec<Ack>,
    /// Who asked for credentials, outside a call or registration.
    pub(super) challenged: Challenged,
}

/// An ACK to a 2xx, for the next copy of that 2xx.
#[derive(Debug)]
pub(super) struct Ack {
    /// The To tag of the 2xx.
    pub(super) tag: String,
    /// As it went.
    pub(super) packet: Packet,
    /// As it goes if that way fails.
    pub(super) fallback: Option<Packet>,
}

/// Whose request it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Purpose {
    /// The INVITE of a call, the first one or a later one.
    Invite(CallId),
    /// The UPDATE of a call.
    Update(CallId),
    /// The PRACK of a call.
    Prack(CallId),
    /// The BYE that ends a call.
    Bye(CallId),
    /// Any other request within a call, which its owner wants to hear of.
    Within(CallId),
    /// A request outside any call.
    Outside,
    /// A registration.
    Register(RegistrationId),
    /// A CANCEL, or the BYE to a fork that nobody wants: whatever becomes of it.
    Forgotten,
}

/// A request of theirs that the owner has to respond to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Its transaction.
    pub(super) server: ServerId,
    /// The call in whose dialog it came.
    pub(super) call: Option<CallId>,
}

impl Core {
    pub(super) fn new(settings: Settings, seed: u64) -> Self {
        let mut ids = Ids::new(seed);
        let layer = Layer::new(settings.timers, settings.transactions_max, ids.tag());
        let paths =
            Paths { listen: settings.listen.clone(), large_to_tcp: settings.large_requests_to_tcp };
        Self {
            identity: Identity::new(&settings),
            settings,
            ids,
            layer,
            paths,
            events: VecDeque::new(),
            sent: BTreeMap::new(),
            clients: BTreeMap::new(),
            asked: BTreeMap::new(),
            servers: BTreeMap::new(),
            unsent: VecDeque::new(),
            keyring: Keyring::default(),
            next: 0,
        }
    }

    /// A number that was never given before.
    pub(super) fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A request id that was never given before.
    pub(super) fn next_request(&mut self) -> RequestId {
        RequestId(self.next_id())
    }

    /// The way of a request outside any dialog: where we are told, or where it says.
    pub(super) fn route_outside(
        &self,
        request: &Message,
        outbound: Option<(Transport, SocketAddr)>,
    ) -> Option<Route> {
        let told = outbound.or(self.settings.outbound);
        self.paths.route(told.or_else(|| next_hop(request, false)), None)
    }

    /// The way of a request within a dialog: where it says; or if that is nowhere, the way by
    /// which the dialog was made.
    pub(super) fn route_within(&self, request: &Message, dialog: &Dialog) -> Option<Route> {
        self.paths.route(next_hop(request, dialog.is_strict()), Some(dialog.flow()))
    }

    /// Sends a request under `id`. Without a way, or without room, it fails in its turn.
    pub(super) fn send(
        &mut self,
        now: Instant,
        id: RequestId,
        purpose: Purpose,
        request: Message,
        route: Option<Route>,
    ) {
        let sent = Sent {
            client: None,
            purpose,
            request,
            route: route.unwrap_or_else(Route::nowhere),
            retries: 0,
            acks: Vec::new(),
            challenged: Challenged::default(),
        };
        if route.is_some() {
            self.start(now, id, sent);
        } else {
            self.sent.insert(id, sent);
            self.unsent.push_back(id);
        }
    }

    /// Makes a request again, with another number and what `change` does to it. It keeps its id.
    pub(super) fn send_again(
        &mut self,
        now: Instant,
        id: RequestId,
        cseq: u32,
        change: impl FnOnce(&mut Message),
    ) {
        let Some(mut sent) = self.sent.remove(&id) else { return };
        if let Some(client) = sent.client.take() {
            self.clients.remove(&client);
        }
        change(&mut sent.request);
        if let Some(method) = sent.request.method().cloned() {
            sent.request.headers.set("CSeq", CSeq { number: cseq, method }.to_string());
        }
        sent.retries = sent.retries.saturating_add(1);
        self.start(now, id, sent);
    }

    /// Sends a request under the id, and in the place, of one that was redirected.
    pub(super) fn send_elsewhere(
        &mut self,
        now: Instant,
        id: RequestId,
        number: u32,
        request: Message,
        route: Option<Route>,
    ) {
        let Some(sent) = self.sent.get_mut(&id) else { return };
        sent.route = route.unwrap_or_else(Route::nowhere);
        sent.retries = 0;
        if route.is_some() {
            self.send_again(now, id, number, |again| *again = request);
        } else {
            self.unsent.push_back(id);
        }
    }

    fn start(&mut self, now: Instant, id: RequestId, mut sent: Sent) {
        let branch = self.ids.branch();
        sent.client = self.layer.send(now, sent.request.clone(), branch, sent.route);
        match sent.client {
            Some(client) => {
                self.clients.insert(client, id);
            }
            None => self.unsent.push_back(id),
        }
        self.sent.insert(id, sent);
    }

    /// An ACK could not be delivered: sends it the other way, if there is one.
    pub(super) fn reroute_ack(&mut self, lost: &Packet) {
        // Among all that is sent: connections do not fail every day.
        let mut acks = self.sent.values_mut().flat_map(|sent| &mut sent.acks);
        if let Some(ack) = acks.find(|ack| ack.packet == *lost)
            && let Some(packet) = ack.fallback.take()
        {
            ack.packet = packet.clone();
            self.layer.send_again(packet);
        }
    }

    /// Cancels an INVITE. Whether there was anything to cancel.
    pub(super) fn cancel(
        &mut self,
        now: Instant,
        id: RequestId,
        headers: &[(String, String)],
    ) -> bool {
        let Some(sent) = self.sent.get(&id) else { return false };
        let Some(client) = sent.client else { return false };
        self.layer.cancel(now, client, headers).is_some()
    }

    /// Our request that a transaction belongs to.
    pub(super) fn sent_by(&self, client: ClientId) -> Option<RequestId> {
        self.clients.get(&client).copied()
    }

    /// Our request of this id.
    pub(super) fn sent(&self, id: RequestId) -> Option<&Sent> {
        self.sent.get(&id)
    }

    /// Our request of this id.
    pub(super) fn sent_mut(&mut self, id: RequestId) -> Option<&mut Sent> {
        self.sent.get_mut(&id)
    }

    /// Forgets a request of ours.
    pub(super) fn forget_sent(&mut self, id: RequestId) -> Option<Sent> {
        let sent = self.sent.remove(&id)?;
        if let Some(client) = sent.client {
            self.clients.remove(&client);
        }
        Some(sent)
    }

    /// Forgets what belongs to a client transaction that is gone.
    pub(super) fn forget_client(&mut self, client: ClientId) {
        if let Some(id) = self.clients.remove(&client) {
            self.sent.remove(&id);
        }
    }

    /// The next request that could not be sent.
    pub(super) fn next_unsent(&mut self) -> Option<RequestId> {
        self.unsent.pop_front()
    }

    /// Notes that the owner has to respond to a request.
    pub(super) fn ask(&mut self, asked: Asked) -> RequestId {
        let id = self.next_request();
        self.servers.insert(asked.server, id);
        self.asked.insert(id, asked);
        id
    }

    /// What the owner has to respond to under this id.
    pub(super) fn asked(&self, id: RequestId) -> Option<Asked> {
        self.asked.get(&id).copied()
    }

    /// Forgets a request that has its final response, or needs none any more.
    pub(super) fn forget_asked(&mut self, server: ServerId) -> Option<Asked> {
        let id = self.servers.remove(&server)?;
        self.asked.remove(&id)
    }

    /// Answers a request that came outside any call. To gets a tag, if it has none.
    pub(super) fn reply(&mut self, now: Instant, server: ServerId, reply: &Reply) {
        let tag = self.ids.tag();
        let Some(request) = self.layer.open_request(server) else { return };
        let reason = reply.reason.as_deref().unwrap_or_default();
        let mut response = Message::response_to(request, reply.code, reason);
        response.set_to_tag(&tag);
        self.identity.sign(&mut response);
        fill(&mut response, &reply.content);
        self.layer.respond(now, server, &response);
        if reply.code >= 200 {
            self.forget_asked(server);
        }
    }

    /// Answers a request that breaks the grammar, if it says enough to be answered.
    pub(super) fn refuse_malformed(&mut self, request: &Message, flow: Flow, code: u16) {
        let says_enough =
            ["From", "To", "Call-ID", "CSeq"].iter().all(|name| request.headers.has(name));
        if says_enough && request.method() != Some(&Method::Ack) {
            self.layer.answer_alone(request, flow, code);
        }
    }

    /// How many requests are remembered, ours and theirs.
    pub(super) fn remembered(&self) -> usize {
        self.sent.len() + self.clients.len() + self.asked.len() + self.servers.len()
    }

    /// Whether there is no room for another call beside these.
    pub(super) fn is_full(&self, calls: usize) -> bool {
        calls >= self.settings.calls_max
    }
}
