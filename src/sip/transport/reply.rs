//! Where a response goes: RFC 3261 section 18.2.2 and RFC 3581 section 4.

use std::net::SocketAddr;

use super::hop::default_port;
use crate::sip::Host;
use crate::sip::Via;
use crate::sip::flow::Flow;

/// The path of the responses to a request that came by `flow` with this Via on top.
pub(in crate::sip) fn reply_flow(via: &Via, flow: Flow) -> Flow {
    if flow.transport.is_reliable() {
        // The connection that the request came by.
        return flow;
    }
    let port = via.port.unwrap_or(default_port(flow.transport));
    let maddr = via.maddr().and_then(|maddr| Host::parse(maddr).ok()?.ip());
    let remote = match maddr {
        Some(ip) => SocketAddr::new(ip, port),
        None if via.wants_rport() => flow.remote,
        // What `received` says, or would say if the host were another.
        None => SocketAddr::new(flow.remote.ip(), port),
    };
    Flow { remote, ..flow }
}

/// Where to send a response whose connection is gone: a new one to the host that the request came
/// from, at the port of its Via (RFC 3261 section 18.2.2).
pub(in crate::sip) fn fallback_target(via: &Via, flow: Flow) -> Option<SocketAddr> {
    let port = via.port.unwrap_or(default_port(flow.transport));
    let target = SocketAddr::new(flow.remote.ip(), port);
    (flow.transport.is_reliable() && target != flow.remote).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Transport;

    fn flow(transport: Transport) -> Flow {
        Flow {
            transport,
            local: "192.0.2.1:5060".parse().unwrap(),
            remote: "192.0.2.9:40000".parse().unwrap(),
        }
    }

    fn target(transport: Transport, via: &str) -> String {
        reply_flow(&Via::parse(via).unwrap(), flow(transport)).remote.to_string()
    }

    #[test]
    fn a_datagram_is_answered_at_the_port_of_its_via() {
        let via = "SIP/2.0/UDP 198.51.100.1:5070;branch=z9hG4bK1";
        assert_eq!(target(Transport::Udp, via), "192.0.2.9:5070");
        let via = "SIP/2.0/UDP pc.example.com;branch=z9hG4bK1";
        assert_eq!(target(Transport::Udp, via), "192.0.2.9:5060");
    }

    #[test]
    fn rport_asks_for_the_port_that_was_seen() {
        let via = "SIP/2.0/UDP 198.51.100.1:5070;branch=z9hG4bK1;rport";
        assert_eq!(target(Transport::Udp, via), "192.0.2.9:40000");
    }

    #[test]
    fn maddr_comes_before_everything() {
        let via = "SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK1;rport;maddr=203.0.113.5";
        assert_eq!(target(Transport::Udp, via), "203.0.113.5:5060");
    }

    #[test]
    fn a_connection_is_answered_on_itself_or_at_the_port_of_the_via() {
        let via =
            Via::parse("SIP/2.0/TCP 192.0.2.9:5070;branch=z9hG4bK1;maddr=203.0.113.5").unwrap();
        assert_eq!(reply_flow(&via, flow(Transport::Tcp)), flow(Transport::Tcp));
        let fallback = fallback_target(&via, flow(Transport::Tcp));
        assert_eq!(fallback, Some("192.0.2.9:5070".parse().unwrap()));
        assert_eq!(fallback_target(&via, flow(Transport::Udp)), None);
    }
}
