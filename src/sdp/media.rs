//! One stream as its describer sees it: an `m=` line, what follows it, and what it inherits.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::attribute::{Address, Attribute, Record, RecordPreference, Rtcp, values};
use super::codec::{Codec, Format};
use super::direction::Direction;

/// What kind of media a stream carries: the first word of an `m=` line.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// `audio`.
    Audio,
    /// `video`.
    Video,
    /// Any other word, such as `image` or `application`.
    Other(String),
}

impl Kind {
    pub(super) fn named(word: &str) -> Self {
        match word {
            "audio" => Self::Audio,
            "video" => Self::Video,
            word => Self::Other(word.to_owned()),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Other(word) => word,
        })
    }
}

/// A media description that was read (RFC 8866 section 5.14).
///
/// What holds for the whole session is already filled in where the stream says nothing itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MediaDescription {
    /// What it carries.
    pub kind: Kind,
    /// The port of RTP; 0 if the stream is refused or removed.
    pub port: u16,
    /// The transport protocol, such as `RTP/AVP`.
    pub proto: String,
    /// The formats, the most preferred first.
    pub formats: Vec<Format>,
    /// Which way media flows, as the describer sees it.
    pub direction: Direction,
    /// Where media goes: the stream's own `c=` line, or else that of the session.
    pub address: Option<Address>,
    /// Where RTCP goes, if the stream says so (RFC 3605).
    pub rtcp: Option<Rtcp>,
    /// Whether RTCP may share the port of RTP (RFC 5761).
    pub rtcp_mux: bool,
    /// How much media the describer would like in a packet (RFC 8866 section 6.4).
    pub ptime: Option<Duration>,
    /// How much media the describer takes in a packet at most (RFC 8866 section 6.5).
    pub max_ptime: Option<Duration>,
    /// The name by which metadata refers to the stream (RFC 4574).
    pub label: Option<String>,
    /// Whether the medium is being recorded (RFC 7866 section 7.1.2).
    pub record: Option<Record>,
    /// What the describer would like the recording to do (RFC 7866 section 7.1.3).
    pub record_preference: Option<RecordPreference>,
    /// Every `a=` line of this stream alone, in order, the ones above among them.
    pub attributes: Vec<Attribute>,
}

impl MediaDescription {
    /// Whether the stream is refused or removed: port 0 (RFC 3264 sections 5.1 and 6).
    pub fn is_disabled(&self) -> bool {
        self.port == 0
    }

    /// Whether the address says that nothing may be sent there, RTCP included (RFC 3264
    /// section 8.4): the hold of RFC 2543.
    pub fn has_null_address(&self) -> bool {
        self.address.as_ref().is_some_and(Address::is_null)
    }

    /// Whether nothing flows either way: inactive, or held as of old.
    pub fn is_still(&self) -> bool {
        self.direction == Direction::Inactive || self.has_null_address()
    }

    /// Whether the describer asks the other side to stop sending, in the new way or the old
    /// (RFC 3264 section 8.4). A recording client's pause looks the same.
    pub fn is_held(&self) -> bool {
        !self.direction.receives() || self.has_null_address()
    }

    /// Whether its formats are RTP payload types.
    pub fn is_rtp(&self) -> bool {
        is_rtp(&self.proto)
    }

    /// Where RTP goes; `None` if the stream is disabled or its address is null, absent, or a name.
    pub fn rtp_address(&self) -> Option<SocketAddr> {
        if self.is_disabled() || self.has_null_address() {
            return None;
        }
        Some(SocketAddr::new(self.address.as_ref()?.ip()?, self.port))
    }

    /// Where RTCP goes: where `a=rtcp` says, or else to the port above (RFC 3264 section 5.1).
    ///
    /// That both sides asked for RTCP on the port of RTP is not considered: see
    /// [`negotiate`](super::negotiate).
    pub fn rtcp_address(&self) -> Option<SocketAddr> {
        let rtp = self.rtp_address()?;
        let Some(rtcp) = &self.rtcp else {
            return Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?));
        };
        match &rtcp.address {
            Some(address) if address.is_null() => None,
            Some(address) => Some(SocketAddr::new(address.ip()?, rtcp.port)),
            None => Some(SocketAddr::new(rtp.ip(), rtcp.port)),
        }
    }

    /// Where RTP goes, then where RTCP goes, as far as either is said.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + Clone + use<> {
        [self.rtp_address(), self.rtcp_address()].into_iter().flatten()
    }

    /// The first attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|it| it.name == name)
    }

    /// The values of every `a=crypto` line, in order (RFC 4568).
    pub fn crypto(&self) -> impl Iterator<Item = &str> {
        values(&self.attributes, "crypto")
    }

    /// The first format that carries the medium itself, not events or comfort noise.
    pub fn first_speech(&self) -> Option<&Format> {
        self.formats.iter().find(|it| it.codec.as_ref().is_some_and(|it| !it.is_auxiliary()))
    }

    pub(super) fn read(media: &sdp_types::Media, session: &Defaults) -> Self {
        let attributes = own(&media.attributes);
        let rtp = is_rtp(&media.proto);
        let flag = |name: &str| attributes.iter().any(|it| it.name == name);
        let value = |name| values(&attributes, name).next();
        Self {
            kind: Kind::named(&media.media),
            port: media.port,
            proto: media.proto.clone(),
            formats: formats(&media.fmt, &attributes, rtp),
            direction: direction(&attributes).unwrap_or(session.direction),
            address: media.connections.first().map(address).or_else(|| session.address.clone()),
            rtcp: value("rtcp").and_then(Rtcp::parse),
            rtcp_mux: flag("rtcp-mux"),
            ptime: value("ptime").and_then(millis),
            max_ptime: value("maxptime").and_then(millis),
            label: value("label").map(|it| it.trim().to_owned()),
            record: value("record").and_then(Record::parse).or(session.record),
            record_preference: value("recordpref")
                .and_then(RecordPreference::parse)
                .or(session.record_preference),
            attributes,
        }
    }
}

/// What the session says for every stream that does not say otherwise.
pub(super) struct Defaults {
    direction: Direction,
    address: Option<Address>,
    record: Option<Record>,
    record_preference: Option<RecordPreference>,
}

impl Defaults {
    pub(super) fn read(session: &sdp_types::Session, attributes: &[Attribute]) -> Self {
        let value = |name| values(attributes, name).next();
        Self {
            direction: direction(attributes).unwrap_or_default(),
            address: session.connection.as_ref().map(address),
            record: value("record").and_then(Record::parse),
            record_preference: value("recordpref").and_then(RecordPreference::parse),
        }
    }
}

/// The attributes in our own words.
pub(super) fn own(attributes: &[sdp_types::Attribute]) -> Vec<Attribute> {
    let own = |it: &sdp_types::Attribute| Attribute {
        name: it.attribute.clone(),
        value: it.value.clone(),
    };
    attributes.iter().map(own).collect()
}

/// The host of a `c=` line, without `/ttl` and `/count` (RFC 8866 section 5.7).
pub(super) fn address(connection: &sdp_types::Connection) -> Address {
    let host = connection.connection_address.split('/').next().unwrap_or_default();
    Address { host: host.to_owned() }
}

/// The first of the four attributes (RFC 8866 section 6.7 allows one at most).
fn direction(attributes: &[Attribute]) -> Option<Direction> {
    attributes.iter().find_map(|it| Direction::named(&it.name))
}

fn is_rtp(proto: &str) -> bool {
    proto.to_ascii_uppercase().split('/').any(|part| part == "RTP")
}

/// The formats of an `m=` line, each with what `a=rtpmap` and `a=fmtp` say of it.
fn formats(list: &str, attributes: &[Attribute], rtp: bool) -> Vec<Format> {
    let of_each = |name| -> BTreeMap<&str, &str> {
        let entries = values(attributes, name).filter_map(|it| it.trim_start().split_once(' '));
        // The first line of a payload type wins, as with every other attribute.
        entries.fold(BTreeMap::new(), |mut map, (format, rest)| {
            map.entry(format).or_insert(rest);
            map
        })
    };
    let (rtpmaps, fmtps) = (of_each("rtpmap"), of_each("fmtp"));
    let read = |name: &str| {
        let parameters = fmtps.get(name).map(|it| it.trim().to_owned());
        let mut format = Format { name: name.to_owned(), codec: None, parameters };
        if rtp {
            let mapped = rtpmaps.get(name).and_then(|it| Codec::parse(it));
            let fixed = || format.payload_type().and_then(Codec::of_static);
            format.codec = mapped.or_else(fixed);
        }
        format
    };
    list.split_ascii_whitespace().map(read).collect()
}

/// A positive whole or decimal number of milliseconds (RFC 8866 section 6.4).
fn millis(value: &str) -> Option<Duration> {
    let value = value.trim();
    let is_decimal = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let millis: f64 = is_decimal.then(|| value.parse().ok())??;
    let is_sane = millis > 0.0 && millis <= MAX_PTIME_MILLIS;
    is_sane.then(|| Duration::from_secs_f64(millis / 1_000.0))
}

/// More than a minute in a packet is a slip of the pen.
const MAX_PTIME_MILLIS: f64 = 60_000.0;
