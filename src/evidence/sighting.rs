//! One message of signalling, as it crossed one point.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::bodies::Bodies;
use crate::http;
use crate::ice::stun;
use crate::packet::Transport;
use crate::sdp::Description;
use crate::sip::Message;
use crate::siprec::Metadata;
use crate::time::Instant;

/// One message of signalling, as it crossed one point.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// When.
    pub at: Instant,
    /// Whether it left or arrived.
    pub side: Side,
    /// What carried it.
    pub transport: Transport,
    /// Where it came from.
    pub source: SocketAddr,
    /// Where it was going.
    pub target: SocketAddr,
    /// What it was.
    pub content: Content,
    pub(super) bodies: Arc<Bodies>,
}

/// On which side of the network something was seen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// As it left a part of ours.
    Sent,
    /// As it reached a part of ours.
    Received,
    /// The network said that it did not get there.
    Undeliverable,
}

/// See [`Sighting`].
#[derive(Clone, Debug)]
pub enum Content {
    /// A SIP message, lossless.
    Sip(Arc<Message>),
    /// An HTTP message.
    Http(Arc<http::Message>),
    /// A STUN message, as it is understood and as it was.
    Stun(Arc<stun::Message>, Bytes),
    /// Something else that came to a signalling address, cut to its first 2,048 bytes,
    /// and why it is no message.
    Rubbish(Bytes, String),
}

impl Sighting {
    /// The message, if it is one.
    pub fn message(&self) -> Option<&Message> {
        match &self.content {
            Content::Sip(message) => Some(message),
            Content::Http(_) | Content::Stun(..) | Content::Rubbish(..) => None,
        }
    }

    /// The HTTP message, if it is one.
    pub fn http(&self) -> Option<&http::Message> {
        match &self.content {
            Content::Http(message) => Some(message),
            Content::Sip(_) | Content::Stun(..) | Content::Rubbish(..) => None,
        }
    }

    /// The STUN message, if it is one.
    pub fn stun(&self) -> Option<&stun::Message> {
        match &self.content {
            Content::Stun(message, _) => Some(message),
            Content::Sip(_) | Content::Http(_) | Content::Rubbish(..) => None,
        }
    }

    /// The SDP in it, as it stands there and as it is read.
    pub fn description(&self) -> Option<&(Bytes, Description)> {
        self.bodies.description(self.message()?)
    }

    /// The metadata in it, or why it cannot be read.
    pub fn metadata(&self) -> Option<&Result<Metadata, String>> {
        self.bodies.metadata(self.message()?)
    }
}

/// Enough to see what it was; the whole is in the pcapng.
pub(super) const RUBBISH_KEPT: usize = 2_048;
