//! Where a request goes next: RFC 3261 section 8.1.2 and RFC 3263 section 4, without DNS.

use std::net::SocketAddr;

use crate::packet::Transport;
use crate::sip::{Host, Message, NameAddr, Uri};

/// Where a URI leads; nowhere, if that takes DNS or a transport that we do not speak.
pub fn resolve(uri: &Uri) -> Option<(Transport, SocketAddr)> {
    let uri = uri.as_sip()?;
    let named = uri.params.get("transport").map(str::to_ascii_lowercase);
    let transport = match (named.as_deref(), uri.secure) {
        // RFC 3263 section 4.1: numeric without a transport is UDP, or TLS for sips.
        (None | Some("udp"), false) => Transport::Udp,
        (Some("tcp"), false) => Transport::Tcp,
        (None | Some("tcp" | "tls"), true) | (Some("tls"), false) => Transport::Tls,
        (Some(_), _) => return None,
    };
    let host = match uri.params.get("maddr") {
        Some(maddr) => Host::parse(maddr).ok()?,
        None => uri.host.clone(),
    };
    Some((transport, SocketAddr::new(host.ip()?, uri.port.unwrap_or(default_port(transport)))))
}

/// Where a request leads by itself: by its first Route, or else by its Request-URI.
///
/// A strict router's URI is in the Request-URI by then, and what follows it in Route is not for
/// us (RFC 3261 section 8.1.2): `strict` says so.
pub(in crate::sip) fn next_hop(request: &Message, strict: bool) -> Option<(Transport, SocketAddr)> {
    match request.headers.first("Route") {
        Some(route) if !strict => resolve(&NameAddr::parse(route).ok()?.uri),
        _ => resolve(&request.request_uri().ok()?),
    }
}

/// RFC 3261 section 18.1.1.
pub(in crate::sip) fn default_port(transport: Transport) -> u16 {
    match transport {
        Transport::Udp | Transport::Tcp => 5060,
        Transport::Tls => 5061,
        // No SIP goes there.
        Transport::Http => 80,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(uri: &str) -> Option<String> {
        let (transport, target) = resolve(&Uri::parse(uri).unwrap())?;
        Some(format!("{transport} {target}"))
    }

    #[test]
    fn a_numeric_uri_leads_to_its_host_and_port() {
        assert_eq!(lead("sip:a@192.0.2.1").as_deref(), Some("UDP 192.0.2.1:5060"));
        assert_eq!(lead("sip:192.0.2.1:5070;transport=TCP").as_deref(), Some("TCP 192.0.2.1:5070"));
        assert_eq!(lead("sip:a@192.0.2.1;transport=tls").as_deref(), Some("TLS 192.0.2.1:5061"));
        assert_eq!(lead("sip:a@[2001:db8::1]").as_deref(), Some("UDP [2001:db8::1]:5060"));
        assert_eq!(
            lead("sip:a@example.com;maddr=192.0.2.9").as_deref(),
            Some("UDP 192.0.2.9:5060")
        );
    }

    #[test]
    fn a_secure_uri_leads_to_tls() {
        assert_eq!(lead("sips:a@192.0.2.1").as_deref(), Some("TLS 192.0.2.1:5061"));
        assert_eq!(lead("sips:a@192.0.2.1;transport=tcp").as_deref(), Some("TLS 192.0.2.1:5061"));
        assert_eq!(lead("sips:a@192.0.2.1;transport=udp"), None);
    }

    #[test]
    fn a_name_leads_nowhere() {
        assert_eq!(lead("sip:a@example.com"), None);
        assert_eq!(lead("tel:+12025550101"), None);
        assert_eq!(lead("sip:a@192.0.2.1;transport=sctp"), None);
    }
}
