//! What one of our own parts wants to say: a description that can only be legal.

use std::net::IpAddr;
use std::time::Duration;

use super::attribute::{Attribute, Rtcp};
use super::codec::Format;
use super::description::{Description, Origin, Timing};
use super::direction::Direction;
use super::media::Kind;

impl Origin {
    /// The first version of a description that `username`, a word, makes at `address`.
    ///
    /// The session's number has to be unique to user and host (RFC 8866 section 5.2).
    pub fn new(username: &str, session_id: u64, address: IpAddr) -> Self {
        Self {
            username: username.to_owned(),
            session_id: session_id.to_string(),
            version: 1,
            address_type: address_type(address).to_owned(),
            host: address.to_string(),
        }
    }
}

/// A session description to be written: an offer or an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// The `o=` line.
    pub origin: Origin,
    /// Where media goes, unless a stream says otherwise.
    pub address: IpAddr,
    /// When it takes place; nothing stands for now.
    pub times: Vec<Timing>,
    /// What to say of the session as a whole, such as [`Record::attribute`](super::Record).
    pub attributes: Vec<Attribute>,
    /// The streams. Once written, one keeps its place for ever: see [`Session::remove`].
    pub media: Vec<Medium>,
    /// Whether this version was never sent: see [`Session::instead_of`].
    pub is_unsaid: bool,
}

impl Session {
    /// A description without streams, whose media goes to `address`.
    pub fn new(origin: Origin, address: IpAddr) -> Self {
        Self {
            origin,
            address,
            times: Vec::new(),
            attributes: Vec::new(),
            media: Vec::new(),
            is_unsaid: false,
        }
    }

    /// The same description as the other side will read it.
    pub fn describe(&self) -> Description {
        Description::read(&self.to_bytes()).expect("what we write can be read")
    }
}

/// One stream to be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Medium {
    /// What it carries.
    pub kind: Kind,
    /// The port of RTP; 0 refuses or removes the stream.
    pub port: u16,
    /// The transport protocol, such as `RTP/AVP`.
    pub proto: String,
    /// The formats, the most preferred first; at least one.
    pub formats: Vec<Format>,
    /// Which way media flows while the stream is not held.
    pub direction: Direction,
    /// How the stream is held, if it is.
    pub hold: Option<Hold>,
    /// Where its media goes, if not where that of the session goes.
    pub address: Option<IpAddr>,
    /// Where its RTCP goes, if not to the port above.
    pub rtcp: Option<Rtcp>,
    /// Whether RTCP may share the port of RTP.
    pub rtcp_mux: bool,
    /// How much media to put into a packet.
    pub ptime: Option<Duration>,
    /// The name by which metadata refers to the stream: a token (RFC 4574 section 4).
    pub label: Option<String>,
    /// Any other attribute, written last.
    pub attributes: Vec<Attribute>,
}

impl Medium {
    /// Audio over plain RTP, both ways, 20 ms to a packet.
    pub fn audio(port: u16, formats: Vec<Format>) -> Self {
        Self {
            kind: Kind::Audio,
            port,
            proto: "RTP/AVP".to_owned(),
            formats,
            direction: Direction::SendRecv,
            hold: None,
            address: None,
            rtcp: None,
            rtcp_mux: false,
            ptime: Some(Duration::from_millis(20)),
            label: None,
            attributes: Vec::new(),
        }
    }

    /// The stream of a recording client: audio that is only sent, under a label (RFC 7866
    /// section 7.1.1).
    pub fn recorded(port: u16, formats: Vec<Format>, label: &str) -> Self {
        let audio = Self::audio(port, formats);
        Self { direction: Direction::SendOnly, label: Some(label.to_owned()), ..audio }
    }

    /// A stream that is refused, or gone: port 0, and one format because SDP wants one (RFC 3264
    /// section 6).
    pub fn refused(kind: Kind, proto: &str, format: &str) -> Self {
        let format = Format { name: format.to_owned(), codec: None, parameters: None };
        let audio = Self::audio(0, vec![format]);
        Self { kind, proto: proto.to_owned(), ptime: None, ..audio }
    }

    /// Whether the stream is refused or gone.
    pub fn is_disabled(&self) -> bool {
        self.port == 0
    }

    /// Whether nothing flows on it: it is gone, or held.
    pub fn is_still(&self) -> bool {
        self.is_disabled() || self.hold.is_some()
    }

    /// The direction to be written: what is left of it while the stream is held.
    pub fn effective_direction(&self) -> Direction {
        match self.hold {
            None | Some(Hold::NullAddress) => self.direction,
            Some(Hold::SendOnly) => self.direction.held(),
            Some(Hold::Inactive | Hold::InactiveNullAddress) => Direction::Inactive,
        }
    }
}

/// How a stream is put on hold, or a recording of it is paused.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Hold {
    /// No more receiving: `sendonly` for a stream that went both ways (RFC 3264 section 8.4).
    SendOnly,
    /// `inactive`: also how a recording client pauses (RFC 7866 section 7.1.1.1).
    Inactive,
    /// `c=IN IP4 0.0.0.0` with the direction as it was: the way of RFC 2543.
    NullAddress,
    /// Both `inactive` and 0.0.0.0: how Webex Calling pauses a recording.
    InactiveNullAddress,
}

impl Hold {
    /// Whether the connection address is nulled.
    pub fn nulls_address(self) -> bool {
        matches!(self, Self::NullAddress | Self::InactiveNullAddress)
    }
}

pub(super) fn address_type(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "IP4" } else { "IP6" }
}
