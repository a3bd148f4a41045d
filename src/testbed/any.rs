//! Either driver: the testbed does not care which.

use std::net::SocketAddr;

use crate::driver::{Arrival, Driver, Error, Listen, Sim, Wire};
use crate::packet::{Packet, Transport};
use crate::time::{Epoch, Instant};

/// Either driver.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a testbed")]
pub enum AnyDriver {
    /// Virtual time and an in-memory network.
    Sim(Sim),
    /// Real time and real sockets.
    Wire(Box<Wire>),
}

impl AnyDriver {
    /// The date at which the run started.
    pub fn epoch(&self) -> Epoch {
        match self {
            Self::Sim(sim) => sim.epoch(),
            Self::Wire(wire) => wire.epoch(),
        }
    }
}

impl Driver for AnyDriver {
    fn now(&self) -> Instant {
        match self {
            Self::Sim(sim) => sim.now(),
            Self::Wire(wire) => wire.now(),
        }
    }

    fn send(&mut self, packet: Packet) {
        match self {
            Self::Sim(sim) => sim.send(packet),
            Self::Wire(wire) => wire.send(packet),
        }
    }

    fn wait(&mut self, deadline: Instant) -> Option<Arrival> {
        match self {
            Self::Sim(sim) => sim.wait(deadline),
            Self::Wire(wire) => wire.wait(deadline),
        }
    }
}

impl Listen for AnyDriver {
    fn listen(&mut self, transport: Transport, address: SocketAddr) -> Result<SocketAddr, Error> {
        match self {
            Self::Sim(sim) => sim.listen(transport, address),
            Self::Wire(wire) => wire.listen(transport, address),
        }
    }

    fn close(&mut self, transport: Transport, address: SocketAddr) {
        match self {
            Self::Sim(sim) => sim.close(transport, address),
            Self::Wire(wire) => wire.close(transport, address),
        }
    }
}
