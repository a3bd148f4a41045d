//! The paths by which one request may go, in the order in which they are tried.

use std::net::SocketAddr;

use bytes::Bytes;

use crate::packet::Transport;
use crate::sip::Message;
use crate::sip::Via;
use crate::sip::flow::Flow;

/// The ways to one next hop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::sip) struct Route {
    /// The way to go.
    pub(in crate::sip) flow: Flow,
    /// The way for a message that is too large for `flow`.
    pub(in crate::sip) large: Option<Flow>,
    /// The way to go when the first one fails.
    pub(in crate::sip) fallback: Option<Flow>,
}

/// A request as it leaves: with its Via.
#[derive(Debug)]
pub(in crate::sip) struct Stamped {
    /// The message.
    pub(in crate::sip) request: Message,
    /// Its bytes.
    pub(in crate::sip) payload: Bytes,
    /// The way it goes.
    pub(in crate::sip) flow: Flow,
    /// The way left if that fails.
    pub(in crate::sip) fallback: Option<Flow>,
}

impl Route {
    /// The way of a request that has none: nobody is there.
    pub(in crate::sip) fn nowhere() -> Self {
        let nobody = SocketAddr::from(([0, 0, 0, 0], 0));
        let flow = Flow { transport: Transport::Udp, local: nobody, remote: nobody };
        Self { flow, large: None, fallback: None }
    }

    /// Puts a Via on `request` and chooses the way by its size.
    pub(in crate::sip) fn stamp(self, mut request: Message, branch: &str) -> Stamped {
        request.headers.push_front("Via", via(self.flow, branch));
        let payload = request.to_bytes();
        match self.large {
            // RFC 3261 section 18.1.1: too large for a datagram; the Via says so.
            Some(large) if payload.len() > DATAGRAM_MAX => {
                let request = restamped(request, large, branch);
                let payload = request.to_bytes();
                Stamped { request, payload, flow: large, fallback: Some(self.flow) }
            }
            _ => Stamped { request, payload, flow: self.flow, fallback: self.fallback },
        }
    }
}

/// The same request with the Via of another way.
pub(in crate::sip) fn restamped(mut request: Message, flow: Flow, branch: &str) -> Message {
    request.headers.set_first_value("Via", via(flow, branch));
    request
}

fn via(flow: Flow, branch: &str) -> String {
    Via::new(&flow.transport.to_string(), flow.local, branch).to_string()
}

/// The addresses that an agent has.
#[derive(Clone, Debug)]
pub(in crate::sip) struct Paths {
    /// In the order of preference.
    pub(in crate::sip) listen: Vec<(Transport, SocketAddr)>,
    /// Whether large requests leave UDP for TCP.
    pub(in crate::sip) large_to_tcp: bool,
}

impl Paths {
    /// The path to `target`, from the first of our addresses that can reach it.
    pub(in crate::sip) fn to(&self, transport: Transport, target: SocketAddr) -> Option<Flow> {
        let fits = |&&(ours, local): &&(Transport, SocketAddr)| {
            ours == transport && local.is_ipv4() == target.is_ipv4()
        };
        let &(_, local) = self.listen.iter().find(fits)?;
        Some(Flow { transport, local, remote: target })
    }

    /// The ways to a next hop; `known` is a path that is known to lead there, for when the hop
    /// cannot be reached or is not told.
    pub(in crate::sip) fn route(
        &self,
        hop: Option<(Transport, SocketAddr)>,
        known: Option<Flow>,
    ) -> Option<Route> {
        let direct = hop.and_then(|(transport, target)| self.to(transport, target));
        let flow = direct.or(known)?;
        let large = (flow.transport == Transport::Udp && self.large_to_tcp)
            .then(|| self.to(Transport::Tcp, flow.remote))
            .flatten();
        let fallback = known.filter(|known| flow.transport.is_reliable() && *known != flow);
        Some(Route { flow, large, fallback })
    }
}

/// RFC 3261 section 18.1.1: within 200 bytes of the MTU of an Ethernet.
const DATAGRAM_MAX: usize = 1_300;
