//! What a packet is, before anybody looks into it.

use crate::ice::stun;
use crate::packet::{Packet, Transport};

/// The kinds of packet that the timeline tells apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// RTP (RFC 3550 section 5.1).
    Rtp,
    /// RTCP (RFC 3550 section 6, RFC 5761 section 4).
    Rtcp,
    /// STUN among media (RFC 8489), or what has its magic cookie.
    Stun,
    /// SIP or HTTP, or what claims to be it by going where they go.
    Signalling,
}

/// RFC 7983 section 7: RTP and RTCP begin with 128 to 191, STUN with 0 to 3, text with neither.
pub(super) fn classify(packet: &Packet) -> Class {
    match (packet.transport, packet.payload.as_ref()) {
        (Transport::Udp, [128..=191, 192..=223, ..]) => Class::Rtcp,
        (Transport::Udp, [128..=191, _, ..]) => Class::Rtp,
        (Transport::Udp, payload) if stun::is_stun(payload) => Class::Stun,
        _ => Class::Signalling,
    }
}
