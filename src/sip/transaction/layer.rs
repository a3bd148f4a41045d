//! Every transaction of an agent: finds the one that a message belongs to, and wakes them.

mod client;
mod server;

use std::collections::{BTreeMap, VecDeque};

use super::{ClientOutput, ServerOutput, Timers};
use crate::packet::Packet;
use crate::sip::agenda::Agenda;
use crate::sip::flow::Flow;
use crate::sip::transport::{Route, restamped};
use crate::sip::{Malformed, Message};
use crate::time::Instant;

use client::Client;
use server::Server;

/// A request of ours, until no copy of its final response can come any more.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::sip) struct ClientId(u64);

/// A request of theirs, until no copy of it can come any more.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::sip) struct ServerId(u64);

/// What the transaction user has to know.
#[derive(Debug)]
pub(in crate::sip) enum Indication {
    /// A request came that begins a transaction; neither ACK nor CANCEL.
    Request { server: ServerId, request: Message, flow: Flow },
    /// An ACK came that belongs to no transaction: to a 2xx, that is.
    Ack { request: Message },
    /// A CANCEL came; `target` is what it cancels, if that is there.
    Cancel { server: ServerId, target: Option<ServerId>, request: Message },
    /// A response came that is not a copy.
    Response { client: ClientId, response: Message },
    /// Nobody answered: to be taken as a 408 (RFC 3261 section 8.1.3.1).
    TimedOut { client: ClientId },
    /// The transport failed: to be taken as a 503 (RFC 3261 section 8.1.3.1).
    Unreachable { client: ClientId },
    /// The client transaction is gone.
    ClientGone { client: ClientId },
    /// The server transaction is gone.
    ServerGone { server: ServerId },
}

/// See the module.
#[derive(Debug)]
pub(in crate::sip) struct Layer {
    timers: Timers,
    transactions_max: usize,
    stateless_tag: String,
    next: u64,
    clients: BTreeMap<ClientId, Client>,
    client_keys: BTreeMap<String, ClientId>,
    servers: BTreeMap<ServerId, Server>,
    server_keys: BTreeMap<String, ServerId>,
    merge_keys: BTreeMap<String, ServerId>,
    agenda: Agenda<Owner>,
    /// Emptied by the owner after each input, which adds a few for each transaction at most.
    packets: VecDeque<Packet>,
    /// As `packets`.
    indications: VecDeque<Indication>,
    client_outputs: Vec<ClientOutput>,
    server_outputs: Vec<ServerOutput>,
}

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Owner {
    Client(ClientId),
    Server(ServerId),
}

impl Layer {
    /// A layer of at most `transactions_max` transactions. `stateless_tag` is the To tag of the
    /// responses that it gives without one (RFC 3261 section 8.2.7: always the same).
    pub(in crate::sip) fn new(
        timers: Timers,
        transactions_max: usize,
        stateless_tag: String,
    ) -> Self {
        Self {
            timers,
            transactions_max,
            stateless_tag,
            next: 0,
            clients: BTreeMap::new(),
            client_keys: BTreeMap::new(),
            servers: BTreeMap::new(),
            server_keys: BTreeMap::new(),
            merge_keys: BTreeMap::new(),
            agenda: Agenda::new(),
            packets: VecDeque::new(),
            indications: VecDeque::new(),
            client_outputs: Vec::new(),
            server_outputs: Vec::new(),
        }
    }

    /// Takes a packet of ours back that could not be delivered.
    pub(in crate::sip) fn handle_undeliverable(
        &mut self,
        now: Instant,
        packet: &Packet,
    ) -> Result<(), Malformed> {
        let message = Message::parse(&packet.payload)?;
        if message.is_request() {
            self.handle_lost_request(now, &message, Flow::of_departure(packet))
        } else {
            self.handle_lost_response(&message, packet)
        }
    }

    /// Does what is due.
    pub(in crate::sip) fn handle_timeout(&mut self, now: Instant) {
        while let Some(owner) = self.agenda.take_due(now) {
            match owner {
                Owner::Client(client) => self.wake_client(now, client),
                Owner::Server(server) => self.wake_server(now, server),
            }
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(in crate::sip) fn next_deadline(&self) -> Option<Instant> {
        self.agenda.next()
    }

    /// What to send next.
    pub(in crate::sip) fn poll_transmit(&mut self) -> Option<Packet> {
        self.packets.pop_front()
    }

    /// What the transaction user should know next.
    pub(in crate::sip) fn poll_indication(&mut self) -> Option<Indication> {
        self.indications.pop_front()
    }

    /// Sends a request outside any transaction, as an ACK to a 2xx goes (RFC 3261 section
    /// 13.2.2.4). Returns the packet for the next copy of that 2xx, and the one for the way that is
    /// left if the first one fails.
    pub(in crate::sip) fn send_alone(
        &mut self,
        request: Message,
        branch: &str,
        route: Route,
    ) -> (Packet, Option<Packet>) {
        let stamped = route.stamp(request, branch);
        let packet = stamped.flow.packet(stamped.payload);
        self.packets.push_back(packet.clone());
        let fallback = stamped
            .fallback
            .map(|flow| flow.packet(restamped(stamped.request, flow, branch).to_bytes()));
        (packet, fallback)
    }

    /// Sends a packet once more.
    pub(in crate::sip) fn send_again(&mut self, packet: Packet) {
        self.packets.push_back(packet);
    }

    /// How many transactions there are.
    pub(in crate::sip) fn len(&self) -> usize {
        self.clients.len() + self.servers.len()
    }

    fn is_full(&self) -> bool {
        self.len() >= self.transactions_max
    }

    fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}
