//! Which hosts there are, whether they live, and which of their ports are open.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::packet::Transport;

/// Every host on which a port was ever opened.
#[derive(Debug, Default)]
pub(super) struct Hosts(BTreeMap<Name, Host>);

/// An address of a host as a number: looked up several times for every packet, and quicker to
/// compare than an [`IpAddr`].
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Name(u128);

/// The name of a host; an IPv4 address and the IPv6 address that stands for it are one host.
pub(super) fn name(ip: IpAddr) -> Name {
    Name(match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    })
}

#[derive(Debug)]
struct Host {
    alive: bool,
    udp: Ports,
    streams: BTreeSet<(Transport, u16)>,
}

impl Hosts {
    /// Opens a port, and brings its host to life if need be. Whether it was free.
    pub(super) fn open(&mut self, transport: Transport, address: SocketAddr) -> bool {
        let host = self.0.entry(name(address.ip())).or_insert_with(Host::new);
        host.alive = true;
        match transport {
            Transport::Udp => host.udp.insert(address.port()),
            Transport::Tcp | Transport::Tls | Transport::Http => {
                host.streams.insert((transport, address.port()))
            }
        }
    }

    pub(super) fn close(&mut self, transport: Transport, address: SocketAddr) {
        let Some(host) = self.0.get_mut(&name(address.ip())) else { return };
        match transport {
            Transport::Udp => host.udp.remove(address.port()),
            Transport::Tcp | Transport::Tls | Transport::Http => {
                host.streams.remove(&(transport, address.port()));
            }
        }
    }

    /// Takes a host away, with all its ports. The network still knows that it was there.
    pub(super) fn kill(&mut self, ip: IpAddr) {
        self.0.insert(name(ip), Host { alive: false, ..Host::new() });
    }

    /// Whether somebody at `ip` would answer at all.
    pub(super) fn is_alive(&self, ip: IpAddr) -> bool {
        self.0.get(&name(ip)).is_some_and(|host| host.alive)
    }

    /// Whether the host was alive once and is no more.
    pub(super) fn is_dead(&self, ip: IpAddr) -> bool {
        self.0.get(&name(ip)).is_some_and(|host| !host.alive)
    }

    pub(super) fn is_open(&self, transport: Transport, address: SocketAddr) -> bool {
        self.0.get(&name(address.ip())).is_some_and(|host| match transport {
            Transport::Udp => host.udp.contains(address.port()),
            Transport::Tcp | Transport::Tls | Transport::Http => {
                host.streams.contains(&(transport, address.port()))
            }
        })
    }
}

impl Host {
    fn new() -> Self {
        Self { alive: true, udp: Ports::new(), streams: BTreeSet::new() }
    }
}

/// A set of ports, one bit each: looked up for every datagram.
struct Ports(Box<[u64]>);

impl Ports {
    fn new() -> Self {
        Self(vec![0; 65_536 / 64].into_boxed_slice())
    }

    fn insert(&mut self, port: u16) -> bool {
        let free = !self.contains(port);
        self.0[usize::from(port / 64)] |= 1 << (port % 64);
        free
    }

    fn remove(&mut self, port: u16) {
        self.0[usize::from(port / 64)] &= !(1 << (port % 64));
    }

    fn contains(&self, port: u16) -> bool {
        self.0[usize::from(port / 64)] >> (port % 64) & 1 == 1
    }
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries((0..=u16::MAX).filter(|port| self.contains(*port))).finish()
    }
}
