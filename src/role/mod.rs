//! The parts that can be played, each a state machine that touches no socket and asks no clock.

use crate::packet::Packet;
use crate::time::Instant;

/// A part in the scenario.
///
/// After every [`handle_input`](Self::handle_input) the testbed calls
/// [`poll_output`](Self::poll_output) until it yields [`Output::Timeout`]: the deadline is the
/// last word of every drain, so it cannot be read too early.
///
/// There is no `Result` here: a part that receives rubbish answers 400 or stays silent, as a
/// telephone would.
pub trait Role: Send {
    /// Takes one input. `now` never goes backwards.
    fn handle_input(&mut self, now: Instant, input: Input);
    /// Yields what the part wants next.
    fn poll_output(&mut self) -> Output;
}

/// What a part can be given.
#[derive(Clone, Debug)]
pub enum Input {
    /// A person does something with this part.
    Command(Command),
    /// A packet reached one of the part's addresses.
    Packet(Packet),
    /// The network says that it could not deliver this packet of the part's: a connection was
    /// refused or broke (RFC 3261 section 18.4), or an ICMP error came back.
    Undeliverable(Packet),
    /// The deadline named by the last [`Output::Timeout`] has come.
    Timeout,
}

/// What a part can say.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send this.
    Transmit(Packet),
    /// Nothing more to do until this moment, or until the next input.
    Timeout(Option<Instant>),
}

/// What a person does at a part.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Command {}
