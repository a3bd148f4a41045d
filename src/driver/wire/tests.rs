//! What real sockets promise, over the loopback interface.

mod certificates;
mod datagrams;
mod streams;
mod web;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;

use super::*;

fn wire() -> Wire {
    Wire::open(&WireSettings::default()).unwrap()
}

/// The next packet: from where, to where, what.
fn next(wire: &mut Wire) -> Option<(SocketAddr, SocketAddr, String)> {
    loop {
        match wire.wait(soon(wire))?.event {
            Event::Packet(packet) => {
                let text = String::from_utf8_lossy(&packet.payload).into_owned();
                return Some((packet.source, packet.target, text));
            }
            Event::Undeliverable(_) => return None,
            Event::Handshake(_) => {}
        }
    }
}

fn packet(transport: Transport, source: SocketAddr, target: SocketAddr, text: &str) -> Packet {
    Packet { transport, source, target, payload: Bytes::copy_from_slice(text.as_bytes()) }
}

fn soon(wire: &Wire) -> Instant {
    wire.now() + Duration::from_secs(5)
}

const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
