//! A network that exists only in memory, and a clock that jumps from event to event.

mod agenda;
mod connection;
mod hosts;
mod link;
mod network;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::{
    Bandwidth, BitRate, Credentials, Jitter, LinkSettings, Oversize, Reordering, Shape, Share,
    SimSettings,
};

use std::io;
use std::net::{IpAddr, SocketAddr};

use self::agenda::Happening;
use self::connection::Connections;
use self::network::Network;
use super::{Arrival, Driver, Error, Event, Listen};
use crate::packet::{Packet, Transport};
use crate::time::{Epoch, Instant};

/// A simulated network and its clock.
///
/// * A datagram to a port that nobody opened comes back after one round trip, as ICMP would
///   have it; one to a host that does not exist, or is dead, is never heard of again.
/// * TCP and TLS deliver in order; loss makes them late. A connection costs one round trip to
///   open, two with TLS, which also needs [`Credentials`] that the other side believes. A port that nobody listens on gives the packet back after one round
///   trip, a peer that stays silent after 30 s.
#[derive(Debug)]
pub struct Sim {
    network: Network,
    connections: Connections,
}

impl Sim {
    /// A network without hosts: see [`Listen::listen`].
    pub fn new(settings: SimSettings) -> Self {
        Self { network: Network::new(settings), connections: Connections::default() }
    }

    /// The date at which every simulated run starts.
    pub fn epoch(&self) -> Epoch {
        Epoch::SIMULATED
    }

    /// Cuts both directions between two hosts, until [`heal`](Self::heal). What is already on
    /// its way arrives.
    pub fn partition(&mut self, one: IpAddr, other: IpAddr) {
        self.network.set_cut(one, other, true);
    }

    /// Ends a [`partition`](Self::partition).
    pub fn heal(&mut self, one: IpAddr, other: IpAddr) {
        self.network.set_cut(one, other, false);
    }

    /// Changes what the link from `source` to `target` is like, from now on.
    pub fn set_link(&mut self, source: IpAddr, target: IpAddr, settings: LinkSettings) {
        self.network.set_link(source, target, settings);
    }

    /// What a host shows on TLS, and what it wants to see, from the next connection on.
    pub fn credentials_mut(&mut self, host: IpAddr) -> &mut Credentials {
        self.network.credentials.entry(host).or_default()
    }

    /// Takes a host away without a word: nothing leaves it any more, nothing answers there.
    /// Opening one of its ports brings it back, without its connections.
    pub fn close_host(&mut self, ip: IpAddr) {
        self.network.hosts.kill(ip);
    }

    fn happen(&mut self, thing: Happening) -> Option<Event> {
        match thing {
            Happening::Datagram(packet) => self.network.deliver_datagram(packet).map(Event::Packet),
            Happening::Returned(packet) => Some(Event::Undeliverable(packet)),
            Happening::Shaken(handshake) => Some(Event::Handshake(handshake)),
            Happening::Stream(step) => {
                self.connections.take(&mut self.network, step).map(Event::Packet)
            }
        }
    }
}

impl Driver for Sim {
    fn now(&self) -> Instant {
        self.network.now
    }

    fn send(&mut self, packet: Packet) {
        match packet.transport {
            Transport::Udp => self.network.send_datagram(packet),
            Transport::Tcp | Transport::Tls | Transport::Http => {
                self.connections.send(&mut self.network, packet);
            }
        }
    }

    fn wait(&mut self, deadline: Instant) -> Option<Arrival> {
        let deadline = deadline.max(self.network.now);
        while let Some((at, thing)) = self.network.agenda.next_until(deadline) {
            self.network.now = at;
            if let Some(event) = self.happen(thing) {
                return Some(Arrival { at, event });
            }
        }
        self.network.now = deadline;
        None
    }
}

impl Listen for Sim {
    fn listen(&mut self, transport: Transport, address: SocketAddr) -> Result<SocketAddr, Error> {
        let Network { hosts, .. } = &mut self.network;
        if hosts.is_dead(address.ip()) {
            self.connections.forget(&mut self.network, address.ip());
        }
        let hosts = &mut self.network.hosts;
        if address.port() != 0 {
            return if hosts.open(transport, address) {
                Ok(address)
            } else {
                Err(Error::Listen { transport, address, cause: io::ErrorKind::AddrInUse.into() })
            };
        }
        CHOSEN_PORTS
            .map(|port| SocketAddr::new(address.ip(), port))
            .find(|chosen| hosts.open(transport, *chosen))
            .ok_or(Error::Listen { transport, address, cause: io::ErrorKind::AddrInUse.into() })
    }

    fn close(&mut self, transport: Transport, address: SocketAddr) {
        self.network.hosts.close(transport, address);
    }
}

/// The dynamic ports (RFC 6335 section 6).
const CHOSEN_PORTS: std::ops::RangeInclusive<u16> = 49_152..=65_535;
