//! What went wrong with a connection, for people to read.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use crate::packet::Transport;
use crate::time::Instant;

/// A connection that could not be opened, or that was cut off because of the peer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Complaint {
    /// When.
    pub at: Instant,
    /// On which transport.
    pub transport: Transport,
    /// Our end.
    pub local: SocketAddr,
    /// The peer.
    pub remote: SocketAddr,
    /// What happened.
    pub trouble: Trouble,
}

/// See [`Complaint`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Trouble {
    /// It could not be opened: refused, no route, or an untrusted certificate.
    #[error("could not be opened: {0}")]
    NotOpened(String),
    /// It broke while it was in use.
    #[error("broke: {0}")]
    Broken(String),
    /// A message was begun and not finished in time.
    #[error("was cut off: a message was not complete after {0:?}")]
    SlowMessage(Duration),
    /// The peer did not take a message of ours in time.
    #[error("was cut off: the peer did not read a message in {0:?}")]
    SlowReader(Duration),
    /// There were too many connections.
    #[error("was refused: {0} connections are open")]
    TooMany(usize),
    /// What came is not a stream of SIP messages, or a message is too long.
    #[error("was cut off: {0}")]
    Unreadable(String),
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, transport, local, remote, trouble } = self;
        write!(f, "{at} ms  {transport} {local} to {remote} {trouble}")
    }
}
