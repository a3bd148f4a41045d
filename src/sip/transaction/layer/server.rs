//! The server half of the layer.

use std::mem;

use bytes::Bytes;

use super::super::invite_server::InviteServer;
use super::super::plain_server::PlainServer;
use super::super::{ServerOutput, key};
use super::{Indication, Layer, Owner, ServerId};
use crate::packet::Packet;
use crate::sip::flow::Flow;
use crate::sip::transport::{fallback_target, reply_flow};
use crate::sip::{CSeq, Malformed, Message, Method, Via};
use crate::time::Instant;

#[derive(Debug)]
pub(super) struct Server {
    machine: Machine,
    key: String,
    merge_key: Option<String>,
    flow: Flow,
    via: Via,
    /// What to answer, as long as it is not answered.
    request: Option<Message>,
}

#[derive(Debug)]
enum Machine {
    Invite(InviteServer),
    Plain(PlainServer),
}

impl Layer {
    /// Takes a request that reached us by `flow`.
    pub(in crate::sip) fn handle_request(
        &mut self,
        now: Instant,
        mut request: Message,
        flow: Flow,
    ) -> Result<(), Malformed> {
        let (mut via, cseq) = (request.via()?, request.cseq()?);
        let key = match cseq.method {
            Method::Ack => key::server_key(&request, &via, &cseq, &Method::Invite),
            _ => key::server_key(&request, &via, &cseq, &cseq.method),
        };
        if let Some(&id) = self.server_keys.get(&key) {
            self.handle_copy(now, id, request);
            return Ok(());
        }
        if cseq.method == Method::Ack {
            self.indications.push_back(Indication::Ack { request });
            return Ok(());
        }
        let target = match cseq.method {
            Method::Cancel => {
                let key = key::server_key(&request, &via, &cseq, &Method::Invite);
                self.server_keys.get(&key).copied()
            }
            _ => None,
        };
        // RFC 3261 section 18.2.1 and RFC 3581 section 4.
        via.note_source(flow.remote);
        request.headers.set_first_value("Via", via.to_string());
        if self.is_full() {
            self.answer_alone(&request, flow, 503);
            return Ok(());
        }
        if let Some(merge_key) = key::merge_key(&request, &cseq)
            && self.merge_keys.contains_key(&merge_key)
        {
            // RFC 3261 section 8.2.2.2.
            self.answer_alone(&request, flow, 482);
            return Ok(());
        }
        let server = self.insert_server(now, &request, &cseq, key, via, flow);
        self.indications.push_back(match cseq.method {
            Method::Cancel => Indication::Cancel { server, target, request },
            _ => Indication::Request { server, request, flow },
        });
        Ok(())
    }

    /// The request of a transaction that has no final response yet.
    pub(in crate::sip) fn open_request(&self, id: ServerId) -> Option<&Message> {
        self.servers.get(&id)?.request.as_ref()
    }

    /// Sends a response. One that comes too late is dropped.
    pub(in crate::sip) fn respond(&mut self, now: Instant, id: ServerId, response: &Message) {
        if let Some(code) = response.code() {
            self.respond_again(now, id, code, response.to_bytes());
        }
    }

    /// Sends a response, or a copy of one, that is in bytes already.
    pub(in crate::sip) fn respond_again(
        &mut self,
        now: Instant,
        id: ServerId,
        code: u16,
        response: Bytes,
    ) {
        let Some(server) = self.servers.get_mut(&id) else { return };
        match &mut server.machine {
            Machine::Invite(machine) => machine.send(now, code, response, &mut self.server_outputs),
            Machine::Plain(machine) => machine.send(now, code, response, &mut self.server_outputs),
        }
        if code >= 200 {
            server.request = None;
        }
        self.settle_server(now, id);
    }

    /// Answers a request without a transaction (RFC 3261 section 8.2.7). Its topmost Via says
    /// where it came from.
    pub(in crate::sip) fn answer_alone(&mut self, request: &Message, flow: Flow, code: u16) {
        let Ok(via) = request.via() else { return };
        let mut response = Message::response_to(request, code, "");
        response.set_to_tag(&self.stateless_tag);
        self.packets.push_back(reply_flow(&via, flow).packet(response.to_bytes()));
    }

    pub(super) fn wake_server(&mut self, now: Instant, id: ServerId) {
        let Some(server) = self.servers.get_mut(&id) else { return };
        match &mut server.machine {
            Machine::Invite(machine) => machine.handle_timeout(now, &mut self.server_outputs),
            Machine::Plain(machine) => machine.handle_timeout(now, &mut self.server_outputs),
        }
        self.settle_server(now, id);
    }

    /// A response of ours could not be delivered. RFC 6026 section 7.1: the transaction stays as
    /// it is, to absorb copies.
    pub(super) fn handle_lost_response(
        &mut self,
        response: &Message,
        packet: &Packet,
    ) -> Result<(), Malformed> {
        let (via, cseq) = (response.via()?, response.cseq()?);
        if !via.has_magic_cookie() {
            // What else would tell the transaction is in the request only.
            return Ok(());
        }
        let key = key::server_key(response, &via, &cseq, &cseq.method);
        let Some(id) = self.server_keys.get(&key) else { return Ok(()) };
        let server = self.servers.get_mut(id).expect("a key leads to a server");
        if server.flow != Flow::of_departure(packet) {
            return Ok(());
        }
        if let Some(target) = fallback_target(&server.via, server.flow) {
            server.flow.remote = target;
            self.packets.push_back(server.flow.packet(packet.payload.clone()));
        }
        Ok(())
    }

    /// A request came that belongs to a transaction we have.
    fn handle_copy(&mut self, now: Instant, id: ServerId, request: Message) {
        let server = self.servers.get_mut(&id).expect("a key leads to a server");
        let is_ack = request.method() == Some(&Method::Ack);
        match &mut server.machine {
            Machine::Invite(machine) if is_ack => {
                machine.handle_ack(now, request, &mut self.server_outputs);
            }
            Machine::Invite(machine) => machine.handle_retransmission(&mut self.server_outputs),
            Machine::Plain(machine) => machine.handle_retransmission(&mut self.server_outputs),
        }
        self.settle_server(now, id);
    }

    fn insert_server(
        &mut self,
        now: Instant,
        request: &Message,
        cseq: &CSeq,
        key: String,
        via: Via,
        flow: Flow,
    ) -> ServerId {
        let reliable = flow.transport.is_reliable();
        let machine = if cseq.method == Method::Invite {
            Machine::Invite(InviteServer::new(now, reliable, self.timers))
        } else {
            Machine::Plain(PlainServer::new(now, reliable, self.timers))
        };
        let id = ServerId(self.next_id());
        let merge_key =
            if cseq.method == Method::Cancel { None } else { key::merge_key(request, cseq) };
        self.server_keys.insert(key.clone(), id);
        if let Some(merge_key) = &merge_key {
            self.merge_keys.insert(merge_key.clone(), id);
        }
        let flow = reply_flow(&via, flow);
        let request = Some(request.clone());
        self.servers.insert(id, Server { machine, key, merge_key, flow, via, request });
        self.settle_server(now, id);
        id
    }

    /// Carries out what the machine wants, and keeps its deadline and its place.
    fn settle_server(&mut self, now: Instant, id: ServerId) {
        let Some(server) = self.servers.get_mut(&id) else { return };
        let mut outputs = mem::take(&mut self.server_outputs);
        let mut says_trying = false;
        for output in outputs.drain(..) {
            match output {
                ServerOutput::Transmit(payload) => {
                    self.packets.push_back(server.flow.packet(payload));
                }
                ServerOutput::Trying => says_trying = true,
                ServerOutput::Ack(request) => {
                    self.indications.push_back(Indication::Ack { request });
                }
                // The request was refused: there is nothing left that an ACK could change.
                ServerOutput::NoAck => {}
            }
        }
        self.server_outputs = outputs;
        if says_trying && let Some(request) = &server.request {
            let trying = Message::response_to(request, 100, "");
            self.respond(now, id, &trying);
            return;
        }
        let (deadline, is_terminated) = match &server.machine {
            Machine::Invite(machine) => (machine.deadline(), machine.is_terminated()),
            Machine::Plain(machine) => (machine.deadline(), machine.is_terminated()),
        };
        self.agenda.set(Owner::Server(id), deadline);
        if is_terminated {
            self.forget_server(id);
        }
    }

    fn forget_server(&mut self, id: ServerId) {
        let Some(server) = self.servers.remove(&id) else { return };
        self.server_keys.remove(&server.key);
        if let Some(merge_key) = &server.merge_key
            && self.merge_keys.get(merge_key) == Some(&id)
        {
            self.merge_keys.remove(merge_key);
        }
        self.indications.push_back(Indication::ServerGone { server: id });
    }
}
