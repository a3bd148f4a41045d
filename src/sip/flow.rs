//! The path of a message: what carries it, between which two addresses.

use std::net::SocketAddr;

use crate::packet::{Packet, Transport};

use bytes::Bytes;

/// A path between one of our addresses and one of theirs. On a stream transport it names the
/// connection.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Flow {
    /// What carries the messages.
    pub transport: Transport,
    /// Our end.
    pub local: SocketAddr,
    /// Their end.
    pub remote: SocketAddr,
}

impl Flow {
    /// The path by which `packet` reached us: an answer goes back along it.
    pub fn of_arrival(packet: &Packet) -> Self {
        Self { transport: packet.transport, local: packet.target, remote: packet.source }
    }

    /// The path that `packet` of ours took.
    pub fn of_departure(packet: &Packet) -> Self {
        Self { transport: packet.transport, local: packet.source, remote: packet.target }
    }

    /// A packet of ours along this path.
    pub fn packet(self, payload: Bytes) -> Packet {
        Packet { transport: self.transport, source: self.local, target: self.remote, payload }
    }
}
