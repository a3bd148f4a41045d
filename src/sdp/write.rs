//! Writes a session in the order of RFC 8866 section 9.

use std::net::IpAddr;
use std::time::Duration;

use super::attribute::{Attribute, Rtcp};
use super::description::Origin;
use super::session::{Hold, Medium, Session, address_type};

impl Session {
    /// The body to be sent, of type `application/sdp`.
    ///
    /// A stream that is disabled is an `m=` line and nothing else: its attributes need not be
    /// present (RFC 3264 section 8).
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut session = sdp_types::Session::new(origin(&self.origin), "-");
        session.set_connection(self.address);
        session.times =
            self.times.iter().map(|it| sdp_types::Time::new(it.start, it.stop)).collect();
        session.attributes = self.attributes.iter().map(attribute).collect();
        session.medias = self.media.iter().map(|it| media(it, self.address)).collect();
        let mut bytes = Vec::new();
        session.write(&mut bytes).expect("a vector takes every write");
        bytes
    }
}

fn origin(origin: &Origin) -> sdp_types::Origin {
    sdp_types::Origin {
        username: Some(origin.username.clone()),
        sess_id: origin.session_id.clone(),
        sess_version: origin.version,
        nettype: sdp_types::NetType::In,
        addrtype: sdp_types::AddrType::new(&origin.address_type),
        unicast_address: origin.host.clone(),
    }
}

fn media(medium: &Medium, session_address: IpAddr) -> sdp_types::Media {
    let names: Vec<&str> = medium.formats.iter().map(|it| it.name.as_str()).collect();
    let mut media = sdp_types::Media {
        media: medium.kind.to_string(),
        port: medium.port,
        num_ports: None,
        proto: medium.proto.clone(),
        fmt: names.join(" "),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    };
    if medium.is_disabled() {
        return media;
    }
    let own = medium.address.unwrap_or(session_address);
    if medium.hold.is_some_and(Hold::nulls_address) {
        media.add_connection(null(own));
    } else if own != session_address {
        media.add_connection(own);
    }
    media.attributes = attributes(medium).iter().map(attribute).collect();
    media
}

/// In the order of the captures: the formats, then the packets, then the direction, then the name.
fn attributes(medium: &Medium) -> Vec<Attribute> {
    let mut list = Vec::new();
    for format in &medium.formats {
        // RFC 3264 section 6.1: mandatory for dynamic payload types, recommended for the others.
        if let Some(codec) = &format.codec {
            list.push(Attribute::new("rtpmap", format!("{} {codec}", format.name)));
        }
        if let Some(parameters) = &format.parameters {
            list.push(Attribute::new("fmtp", format!("{} {parameters}", format.name)));
        }
    }
    list.extend(medium.ptime.map(|it| Attribute::new("ptime", millis(it))));
    list.extend(medium.rtcp.as_ref().map(rtcp));
    list.extend(medium.rtcp_mux.then(|| Attribute::flag("rtcp-mux")));
    list.push(Attribute::flag(medium.effective_direction().name()));
    list.extend(medium.label.as_ref().map(|it| Attribute::new("label", it.clone())));
    list.extend(medium.attributes.iter().cloned());
    list
}

fn rtcp(rtcp: &Rtcp) -> Attribute {
    let Some(address) = &rtcp.address else {
        return Attribute::new("rtcp", rtcp.port.to_string());
    };
    let kind = address.ip().map_or("IP4", address_type);
    Attribute::new("rtcp", format!("{} IN {kind} {}", rtcp.port, address.host))
}

fn attribute(attribute: &Attribute) -> sdp_types::Attribute {
    sdp_types::Attribute { attribute: attribute.name.clone(), value: attribute.value.clone() }
}

/// Whole milliseconds where they are whole, as everybody writes them.
fn millis(span: Duration) -> String {
    (span.as_secs_f64() * 1_000.0).to_string()
}

/// What says "send nothing" in the place of this address: 0.0.0.0 (RFC 3264 section 8.4), but
/// never `::` (RFC 6157 section 5.1).
fn null(address: IpAddr) -> sdp_types::Connection {
    let (kind, host) = match address {
        IpAddr::V4(_) => (sdp_types::AddrType::Ip4, "0.0.0.0"),
        IpAddr::V6(_) => (sdp_types::AddrType::Ip6, "nowhere.invalid"),
    };
    sdp_types::Connection::new(sdp_types::NetType::In, kind, host)
}
