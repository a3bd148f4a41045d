//! What moves time and packets: the only difference between simulation and wire.

use crate::packet::Packet;
use crate::time::Instant;

/// Moves time and packets.
pub trait Driver: Send {
    /// The present moment. It never goes backwards.
    fn now(&self) -> Instant;
    /// Sends a packet from one of the addresses that were opened on this driver.
    fn send(&mut self, packet: Packet);
    /// Lets time pass until something arrives or `deadline` is reached (`None`).
    fn wait(&mut self, deadline: Instant) -> Option<Arrival>;
}

/// What the network brings.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// When it reached this machine: on the wire the kernel's receive timestamp where there is
    /// one, so that our own lateness does not count as the sender's.
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
}
