//! Requests and their responses, each delivered once: RFC 3261 section 17 and RFC 6026.
//!
//! Four machines, one file each, know nothing but their own messages and timers. The [`Layer`]
//! owns them all, finds the one that a message belongs to, and wakes them.

mod derived;
mod invite_client;
mod invite_server;
mod key;
mod layer;
mod plain_client;
mod plain_server;
mod resend;
mod timers;

pub(super) use layer::{ClientId, Indication, Layer, ServerId};
pub(super) use resend::Resend;
pub use timers::Timers;

use bytes::Bytes;

use super::Message;

/// What a client transaction wants.
#[derive(Debug)]
enum ClientOutput {
    /// Send these bytes.
    Transmit(Bytes),
    /// Tell the transaction user.
    Response(Message),
    /// Nobody answered: timer B or F.
    TimedOut,
    /// The transport failed.
    Unreachable,
}

/// What a server transaction wants.
#[derive(Debug)]
enum ServerOutput {
    /// Send these bytes.
    Transmit(Bytes),
    /// Say 100 in place of the transaction user.
    Trying,
    /// Tell the transaction user of an ACK to its 2xx.
    Ack(Message),
    /// Nobody acknowledged the final response: timer H.
    NoAck,
}
