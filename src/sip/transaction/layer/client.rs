//! The client half of the layer.

use std::mem;

use bytes::Bytes;

use super::super::invite_client::InviteClient;
use super::super::plain_client::PlainClient;
use super::super::{ClientOutput, derived, key};
use super::{ClientId, Indication, Layer, Owner};
use crate::sip::flow::Flow;
use crate::sip::transport::{Route, restamped};
use crate::sip::{Malformed, Message, Method};
use crate::time::Instant;

#[derive(Debug)]
pub(super) struct Client {
    machine: Machine,
    branch: String,
    method: Method,
    flow: Flow,
    /// The other way to try when this one fails, and what to send there.
    fallback: Option<(Flow, Message)>,
}

#[derive(Debug)]
enum Machine {
    Invite(Box<InviteClient>),
    Plain(PlainClient),
}

impl Layer {
    /// Sends a request, and resends it as its transport needs it. `None` if the layer is full.
    pub(in crate::sip) fn send(
        &mut self,
        now: Instant,
        request: Message,
        branch: String,
        route: Route,
    ) -> Option<ClientId> {
        if self.is_full() {
            return None;
        }
        let method = request.method()?.clone();
        let stamped = route.stamp(request, &branch);
        let fallback = stamped.fallback.map(|flow| (flow, stamped.request.clone()));
        let machine = self.start(now, stamped.request, stamped.payload, stamped.flow);
        let client = Client { machine, branch, method, flow: stamped.flow, fallback };
        Some(self.insert_client(now, client))
    }

    /// Cancels an INVITE (RFC 3261 section 9.1). `None` if no response to it has come yet, or a
    /// final one has: then there is nothing that a CANCEL could do.
    pub(in crate::sip) fn cancel(
        &mut self,
        now: Instant,
        id: ClientId,
        headers: &[(String, String)],
    ) -> Option<ClientId> {
        let client = self.clients.get_mut(&id)?;
        let Machine::Invite(machine) = &mut client.machine else { return None };
        if !machine.is_proceeding() {
            return None;
        }
        machine.handle_cancel(now);
        let cancel = derived::cancel(machine.invite(), headers);
        let (branch, flow) = (client.branch.clone(), client.flow);
        self.settle_client(now, id);
        let payload = cancel.to_bytes();
        let machine = self.start(now, cancel, payload, flow);
        let client = Client { machine, branch, method: Method::Cancel, flow, fallback: None };
        Some(self.insert_client(now, client))
    }

    /// Takes a response that reached us by `flow`; one that belongs to no transaction is dropped
    /// (RFC 6026 section 7.2).
    pub(in crate::sip) fn handle_response(
        &mut self,
        now: Instant,
        response: Message,
        flow: Flow,
    ) -> Result<(), Malformed> {
        let (via, cseq) = (response.via()?, response.cseq()?);
        let Some(code) = response.code() else { return Ok(()) };
        let key = key::client_key(via.branch().unwrap_or_default(), &cseq.method);
        let Some(&id) = self.client_keys.get(&key) else { return Ok(()) };
        let client = self.clients.get_mut(&id).expect("a key leads to a client");
        // RFC 3261 section 8.1.3.3.
        if response.headers.all("Via").count() > 1 {
            return Ok(());
        }
        // RFC 3261 section 18.1.2: what we did not write into a Via is not for us.
        let ours = (Some(client.flow.local.ip()), Some(client.flow.local.port()));
        if (via.host.ip(), via.port) != ours || flow.transport != client.flow.transport {
            return Ok(());
        }
        let outputs = &mut self.client_outputs;
        match &mut client.machine {
            Machine::Invite(machine) => machine.handle_response(now, code, response, outputs),
            Machine::Plain(machine) => machine.handle_response(now, code, response, outputs),
        }
        // The other side is there: what it was spared before, it need not be sent now.
        client.fallback = None;
        self.settle_client(now, id);
        Ok(())
    }

    pub(super) fn wake_client(&mut self, now: Instant, id: ClientId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        match &mut client.machine {
            Machine::Invite(machine) => machine.handle_timeout(now, &mut self.client_outputs),
            Machine::Plain(machine) => machine.handle_timeout(now, &mut self.client_outputs),
        }
        self.settle_client(now, id);
    }

    /// A request of ours could not be delivered along `flow`.
    pub(super) fn handle_lost_request(
        &mut self,
        now: Instant,
        request: &Message,
        flow: Flow,
    ) -> Result<(), Malformed> {
        let via = request.via()?;
        let method = match request.method() {
            Some(Method::Ack) => &Method::Invite,
            Some(method) => method,
            None => return Ok(()),
        };
        let key = key::client_key(via.branch().unwrap_or_default(), method);
        let Some(&id) = self.client_keys.get(&key) else { return Ok(()) };
        let client = self.clients.get_mut(&id).expect("a key leads to a client");
        // News of a way that was already given up.
        if flow != client.flow {
            return Ok(());
        }
        let Some((flow, request)) = client.fallback.take() else {
            match &mut client.machine {
                Machine::Invite(machine) => {
                    machine.handle_transport_error(&mut self.client_outputs);
                }
                Machine::Plain(machine) => {
                    machine.handle_transport_error(&mut self.client_outputs);
                }
            }
            self.settle_client(now, id);
            return Ok(());
        };
        // RFC 3261 section 18.1.1: the same request, the other way. The branch stays, so that a
        // server that did get it sees a copy.
        let request = restamped(request, flow, &client.branch);
        client.flow = flow;
        let payload = request.to_bytes();
        let machine = self.start(now, request, payload, flow);
        if let Some(client) = self.clients.get_mut(&id) {
            client.machine = machine;
        }
        self.settle_client(now, id);
        Ok(())
    }

    fn start(&mut self, now: Instant, request: Message, payload: Bytes, flow: Flow) -> Machine {
        let reliable = flow.transport.is_reliable();
        let (timers, outputs) = (self.timers, &mut self.client_outputs);
        if request.method() == Some(&Method::Invite) {
            let machine = InviteClient::new(now, request, payload, reliable, timers, outputs);
            Machine::Invite(Box::new(machine))
        } else {
            Machine::Plain(PlainClient::new(now, payload, reliable, timers, outputs))
        }
    }

    fn insert_client(&mut self, now: Instant, client: Client) -> ClientId {
        let id = ClientId(self.next_id());
        self.client_keys.insert(key::client_key(&client.branch, &client.method), id);
        self.clients.insert(id, client);
        self.settle_client(now, id);
        id
    }

    /// Carries out what the machine wants, and keeps its deadline and its place.
    fn settle_client(&mut self, _now: Instant, id: ClientId) {
        let Some(client) = self.clients.get(&id) else { return };
        let mut outputs = mem::take(&mut self.client_outputs);
        for output in outputs.drain(..) {
            match output {
                ClientOutput::Transmit(payload) => {
                    self.packets.push_back(client.flow.packet(payload));
                }
                ClientOutput::Response(response) => {
                    self.indications.push_back(Indication::Response { client: id, response });
                }
                ClientOutput::TimedOut => {
                    self.indications.push_back(Indication::TimedOut { client: id });
                }
                ClientOutput::Unreachable => {
                    self.indications.push_back(Indication::Unreachable { client: id });
                }
            }
        }
        self.client_outputs = outputs;
        let (deadline, is_terminated) = match &client.machine {
            Machine::Invite(machine) => (machine.deadline(), machine.is_terminated()),
            Machine::Plain(machine) => (machine.deadline(), machine.is_terminated()),
        };
        self.agenda.set(Owner::Client(id), deadline);
        if is_terminated {
            self.client_keys.remove(&key::client_key(&client.branch, &client.method));
            self.clients.remove(&id);
            self.indications.push_back(Indication::ClientGone { client: id });
        }
    }
}
