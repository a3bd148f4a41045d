//! What moves time and packets: the only difference between simulation and wire.

mod error;
mod listen;
pub mod sim;
#[cfg(test)]
mod tests;
pub mod wire;

pub use error::Error;
pub use listen::Listen;
pub use sim::Sim;
pub use wire::Wire;

use crate::packet::{Handshake, Packet};
use crate::time::Instant;

/// Moves time and packets.
pub trait Driver: Send {
    /// The present moment. It never goes backwards.
    fn now(&self) -> Instant;
    /// Sends a packet from one of the addresses that were opened on this driver.
    ///
    /// There is no error: a packet that cannot leave comes back as [`Event::Undeliverable`], as
    /// one does that the network returns.
    fn send(&mut self, packet: Packet);
    /// Lets time pass until something arrives or `deadline` is reached (`None`).
    ///
    /// What arrives at the deadline itself is still an arrival.
    fn wait(&mut self, deadline: Instant) -> Option<Arrival>;
}

/// What the network brings.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// When it reached this machine: on the wire the kernel's receive timestamp where there is
    /// one, so that our own lateness does not count as the sender's. It then lies before `now`,
    /// and may lie a little before that of an arrival taken earlier.
    pub at: Instant,
    /// What arrived.
    pub event: Event,
}

/// See [`Arrival`].
#[derive(Clone, Debug)]
pub enum Event {
    /// A packet for one of our addresses.
    Packet(Packet),
    /// A packet of ours that could not be delivered.
    Undeliverable(Packet),
    /// A TLS connection with one of our addresses was opened, or was not. Where both ends are ours,
    /// each may tell what it saw.
    Handshake(Handshake),
}

impl Event {
    /// The packet that it is about.
    pub fn packet(&self) -> Option<&Packet> {
        match self {
            Self::Packet(packet) | Self::Undeliverable(packet) => Some(packet),
            Self::Handshake(_) => None,
        }
    }
}
