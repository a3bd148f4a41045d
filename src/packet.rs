//! What crosses the network: transport, source, target, bytes.

mod handshake;

pub use handshake::{Ending, Flaw, Handshake, Shown};

use std::fmt;
use std::net::SocketAddr;

use bytes::Bytes;

/// What carries a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Transport {
    /// Each packet is one datagram: a SIP message, an RTP or an RTCP packet.
    Udp,
    /// Each packet is one SIP message, cut from the stream by the driver (RFC 3261 section 18.3).
    Tcp,
    /// As [`Transport::Tcp`], within TLS.
    Tls,
    /// Each packet is one HTTP/1.1 message with the whole of its body, over TCP. A connection
    /// carries one exchange, and whoever asks has a port for it that no other exchange has: the
    /// answer is the packet with source and target swapped.
    Http,
}

impl Transport {
    /// Whether the transport itself delivers, in order, or reports that it cannot.
    pub fn is_reliable(self) -> bool {
        self != Self::Udp
    }
}

/// The token of a Via header (RFC 3261 section 20.42), but for HTTP, which never stands there.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Http => "HTTP",
        })
    }
}

/// One packet on its way.
///
/// On a stream transport `source` and `target` name the connection: an answer to a packet goes
/// out with the two swapped, and the driver finds the connection by them, or opens one to
/// `target`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Packet {
    /// What carries it.
    pub transport: Transport,
    /// Where it comes from.
    pub source: SocketAddr,
    /// Where it goes.
    pub target: SocketAddr,
    /// What it says.
    pub payload: Bytes,
}
