//! The media addresses that a part has to give away.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

/// A store of even ports for RTP, each with the odd one above it for RTCP (RFC 3550 section 11).
///
/// A port that comes back is used again last, so that a late packet of an old call does not meet
/// a new one.
#[derive(Clone, Debug)]
pub struct Ports {
    host: IpAddr,
    free: VecDeque<u16>,
}

impl Ports {
    /// `count` pairs from `first`, which is made even.
    pub fn range(host: IpAddr, first: u16, count: u16) -> Self {
        let first = first & !1;
        let free = (0..count).map_while(|pair| first.checked_add(2 * pair)).collect();
        Self { host, free }
    }

    /// These even ports.
    pub fn of(host: IpAddr, ports: Vec<u16>) -> Self {
        Self { host, free: ports.into() }
    }

    /// The host of every address.
    pub fn host(&self) -> IpAddr {
        self.host
    }

    /// Every RTP address that is free.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.free.iter().map(|port| SocketAddr::new(self.host, *port))
    }

    /// How many pairs are free.
    pub fn free(&self) -> usize {
        self.free.len()
    }

    /// Takes an address for RTP; RTCP is at the port above. `None` when all are in use.
    pub fn take(&mut self) -> Option<SocketAddr> {
        self.free.pop_front().map(|port| SocketAddr::new(self.host, port))
    }

    /// Gives an address back.
    pub fn give_back(&mut self, address: SocketAddr) {
        self.free.push_back(address.port());
    }
}

/// The RTCP address that belongs to an RTP address (RFC 3550 section 11).
pub fn rtcp_of(rtp: SocketAddr) -> SocketAddr {
    SocketAddr::new(rtp.ip(), rtp.port().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_comes_back_is_used_last() {
        let mut ports = Ports::range("192.0.2.1".parse().unwrap(), 40_001, 3);
        let first = ports.take().unwrap();
        ports.give_back(first);
        let order: Vec<_> = std::iter::from_fn(|| ports.take()).map(|a| a.port()).collect();
        assert_eq!(order, [40_002, 40_004, 40_000]);
    }

    #[test]
    fn the_range_ends_where_ports_end() {
        let ports = Ports::range("192.0.2.1".parse().unwrap(), 65_530, 100);
        assert_eq!(ports.addresses().count(), 3);
    }
}
