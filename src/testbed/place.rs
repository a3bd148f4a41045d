//! The addresses of a part: where it listens for SIP, and where its media comes from.

use std::net::{IpAddr, SocketAddr};

use super::AnyDriver;
use super::cast::{Builder, Error, SIP, above};
use super::words::transport;
use crate::driver::Listen as _;
use crate::packet::Transport;
use crate::role::Ports;
use crate::scenario::{self, Part, Setting};

impl Builder<'_> {
    /// UDP and TCP at one port, TLS at the next.
    pub(super) fn listen(
        &mut self,
        host: IpAddr,
        part: &Part,
    ) -> Result<Vec<(Transport, SocketAddr)>, Error> {
        let wanted = match &self.scenario.setting {
            Setting::Simulated(_) => Some(SIP),
            Setting::Wire(wire) => wire.port(&part.name),
        };
        let mut listen = Vec::new();
        let both = self.listen_both(host, wanted)?;
        listen.extend([Transport::Udp, Transport::Tcp].map(|transport| (transport, both)));
        let tls = match wanted {
            Some(port) => SocketAddr::new(host, port + 1),
            None => SocketAddr::new(host, 0),
        };
        listen.push((Transport::Tls, self.driver.listen(Transport::Tls, tls)?));
        // What a part prefers stands first.
        let preferred = transport(part.transport);
        listen.sort_by_key(|(transport, _)| *transport != preferred);
        Ok(listen)
    }

    /// UDP and TCP at the same port. One that is free for UDP may be taken for TCP: then another
    /// is tried, unless it has to be this one.
    fn listen_both(&mut self, host: IpAddr, wanted: Option<u16>) -> Result<SocketAddr, Error> {
        let mut tries = if wanted.is_some() { 1 } else { TRIES };
        loop {
            let address = SocketAddr::new(host, wanted.unwrap_or(0));
            let udp = self.driver.listen(Transport::Udp, address)?;
            tries -= 1;
            match self.driver.listen(Transport::Tcp, udp) {
                Ok(_) => return Ok(udp),
                Err(_) if tries > 0 => {}
                Err(why) => return Err(why.into()),
            }
        }
    }

    pub(super) fn ports(&mut self, host: IpAddr, part: &Part) -> Result<Ports, Error> {
        let people = self.scenario.phones().count();
        let count = match part.role {
            scenario::Role::Phone(_) => PORTS_OF_PHONE,
            scenario::Role::Portal | scenario::Role::Admin(_) => 0,
            scenario::Role::Platform(_) | scenario::Role::Recorder(_) => {
                PORTS_PER_PERSON * people.max(4)
            }
        };
        let mut ports = Vec::new();
        for pair in 0..count {
            let rtp = match &self.driver {
                AnyDriver::Sim(_) => {
                    let port = FIRST_MEDIA + 2 * u16::try_from(pair).unwrap_or(u16::MAX / 4);
                    let rtp = SocketAddr::new(host, port);
                    self.driver.listen(Transport::Udp, rtp)?;
                    self.driver.listen(Transport::Udp, above(rtp))?;
                    rtp
                }
                AnyDriver::Wire(_) => self.driver.listen_pair(host, FIRST_MEDIA..=LAST_MEDIA)?,
            };
            ports.push(rtp.port());
        }
        Ok(Ports::of(host, ports))
    }
}

/// A machine on which eight ports in a row are half taken has other troubles.
const TRIES: usize = 8;
const FIRST_MEDIA: u16 = 20_000;
/// Below the ports that systems give to outgoing connections.
const LAST_MEDIA: u16 = 32_000;
/// One telephone has at most a few calls at once.
const PORTS_OF_PHONE: usize = 4;
/// A leg, and two streams in each of the recordings of the two parties.
const PORTS_PER_PERSON: usize = 6;
