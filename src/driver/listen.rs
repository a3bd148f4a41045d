//! Opening and closing addresses, alike on both drivers.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use super::Error;
use crate::packet::Transport;

/// Opens and closes the addresses that packets are sent from and arrive at.
pub trait Listen {
    /// Opens `address`; port 0 lets the driver choose. Returns the address as it is now, which
    /// is the source of what is sent from it and the target of what arrives at it.
    fn listen(&mut self, transport: Transport, address: SocketAddr) -> Result<SocketAddr, Error>;

    /// Closes an address; nothing happens if it was not open. Connections stay.
    ///
    /// On the wire this takes some 50 microseconds, in which nothing is sent: addresses that
    /// will be needed again are better left open.
    fn close(&mut self, transport: Transport, address: SocketAddr);

    /// Opens the first free pair of UDP ports of a range, an even one for RTP and the next for
    /// RTCP (RFC 3550 section 11), and returns the former.
    fn listen_pair(&mut self, ip: IpAddr, ports: RangeInclusive<u16>) -> Result<SocketAddr, Error> {
        let (first, last) = (*ports.start(), *ports.end());
        for port in (first..last).filter(|port| port.is_multiple_of(2)) {
            let (rtp, rtcp) = (SocketAddr::new(ip, port), SocketAddr::new(ip, port + 1));
            if self.listen(Transport::Udp, rtp).is_err() {
                continue;
            }
            if self.listen(Transport::Udp, rtcp).is_ok() {
                return Ok(rtp);
            }
            self.close(Transport::Udp, rtp);
        }
        Err(Error::Ports { ip, first, last })
    }
}
