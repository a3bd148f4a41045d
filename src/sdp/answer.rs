//! Makes the answer to an offer (RFC 3264 section 6).

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use super::attribute::{Address, Attribute};
use super::codec::{Codec, Format};
use super::description::{Description, Origin};
use super::direction::Direction;
use super::events;
use super::media::{Kind, MediaDescription};
use super::negotiate::{Negotiated, Side, negotiate};
use super::session::{Hold, Medium, Session};

/// What an answerer can do, and what it has made ready.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Capabilities {
    /// The `o=` line of the answer.
    pub origin: Origin,
    /// Where media goes.
    pub address: IpAddr,
    /// The codecs, telephone-event among them if digits are taken; the most preferred first.
    pub codecs: Vec<Codec>,
    /// Whose order of codecs the answer keeps.
    pub preference: Preference,
    /// The transport protocols, such as `RTP/AVP`.
    pub protos: Vec<String>,
    /// Whether RTCP may share the port of RTP, where that was offered.
    pub rtcp_mux: bool,
    /// How much media the answerer would like in a packet.
    pub ptime: Option<Duration>,
    /// What was made ready for each offered stream, in order; one without a slot is refused.
    pub slots: Vec<Slot>,
}

impl Capabilities {
    /// G.711 both ways and digits over plain RTP, 20 ms to a packet; no slot is open yet.
    pub fn new(origin: Origin, address: IpAddr) -> Self {
        Self {
            origin,
            address,
            codecs: vec![Codec::PCMU, Codec::PCMA, Codec::TELEPHONE_EVENT],
            preference: Preference::Offerers,
            protos: vec!["RTP/AVP".to_owned()],
            rtcp_mux: false,
            ptime: Some(Duration::from_millis(20)),
            slots: Vec::new(),
        }
    }
}

/// Whose order of codecs an answer keeps.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Preference {
    /// The offerer's: recommended, for then both directions use the same codec (RFC 3264
    /// section 6.1).
    #[default]
    Offerers,
    /// The answerer's own.
    Own,
}

/// What an answerer made ready for one offered stream.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Slot {
    /// The port of RTP; 0 refuses the stream.
    pub port: u16,
    /// Which way media should flow, as far as the offer allows it.
    pub direction: Direction,
    /// How the answerer itself holds the stream, if it does.
    pub hold: Option<Hold>,
    /// The answerer's own name for the stream. It is not obliged to have one because the offerer
    /// has (RFC 4574 section 5).
    pub label: Option<String>,
    /// Any other attribute.
    pub attributes: Vec<Attribute>,
}

impl Slot {
    /// Takes the stream at `port`.
    pub fn open(port: u16, direction: Direction) -> Self {
        Self { port, direction, hold: None, label: None, attributes: Vec::new() }
    }

    /// Refuses the stream.
    pub fn refused() -> Self {
        Self::open(0, Direction::Inactive)
    }
}

/// The answer, and what it comes to for the answerer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// What to send.
    pub session: Session,
    /// What each stream became, in order.
    pub negotiated: Vec<Option<Negotiated>>,
    /// Whether streams were offered and none is taken: then the offer itself is to be rejected
    /// (RFC 3264 section 6.1), in SIP with 488.
    pub is_refusal: bool,
}

/// Answers an offer.
///
/// There is one `m=` line for each that was offered, in the same order. Payload types are the
/// offerer's. Only audio is taken, and only if a codec that carries speech is common to both, or
/// nothing but events was offered.
pub fn answer(offer: &Description, capabilities: &Capabilities) -> Answer {
    let medium = |(index, offered): (usize, &MediaDescription)| {
        let slot = capabilities.slots.get(index).filter(|it| it.port != 0);
        slot.and_then(|it| accept(offered, it, capabilities)).unwrap_or_else(|| refuse(offered))
    };
    let session = Session {
        // RFC 3264 section 6: the time of a session cannot be negotiated.
        times: offer.times.clone(),
        media: offer.media.iter().enumerate().map(medium).collect(),
        ..Session::new(capabilities.origin.clone(), capabilities.address)
    };
    let was_offered = offer.media.iter().any(|it| !it.is_disabled());
    let is_refusal = was_offered && session.media.iter().all(Medium::is_disabled);
    let negotiated = negotiate(offer, &session.describe(), Side::Answerer);
    Answer { session, negotiated, is_refusal }
}

/// RFC 3264 section 6: port 0, the kind and the transport as offered, and one of the formats.
fn refuse(offered: &MediaDescription) -> Medium {
    let format = offered.formats.first().map_or("0", |it| it.name.as_str());
    Medium::refused(offered.kind.clone(), &offered.proto, format)
}

fn accept(offered: &MediaDescription, slot: &Slot, capabilities: &Capabilities) -> Option<Medium> {
    // RFC 3264 section 8.2: what is offered with port 0 is answered with port 0.
    let is_ours = !offered.is_disabled()
        && offered.kind == Kind::Audio
        && capabilities.protos.contains(&offered.proto)
        && !offered.address.as_ref().is_some_and(Address::is_multicast);
    if !is_ours {
        return None;
    }
    let formats = common(&offered.formats, capabilities)?;
    Some(Medium {
        direction: offered.direction.answered(slot.direction),
        hold: slot.hold,
        rtcp_mux: capabilities.rtcp_mux && offered.rtcp_mux,
        ptime: capabilities.ptime,
        label: slot.label.clone(),
        attributes: slot.attributes.clone(),
        proto: offered.proto.clone(),
        ..Medium::audio(slot.port, formats)
    })
}

/// The formats that both know, in the order preferred; `None` if no speech can pass.
fn common(offered: &[Format], capabilities: &Capabilities) -> Option<Vec<Format>> {
    let ours = &capabilities.codecs;
    let mut formats: Vec<Format> = offered.iter().filter_map(|it| take(it, ours)).collect();
    // One that is listed twice is meant once.
    let mut named = BTreeSet::new();
    formats.retain(|it| named.insert(it.name.clone()));
    if capabilities.preference == Preference::Own {
        formats.sort_by_key(|format| ours.iter().position(|codec| format.is(codec)));
    }
    let speaks = |list: &[Format]| {
        list.iter().any(|it| it.codec.as_ref().is_none_or(|codec| !codec.is_auxiliary()))
    };
    let serves = !formats.is_empty() && (speaks(&formats) || !speaks(offered));
    serves.then_some(formats)
}

/// An offered format as it stands in the answer, under the offerer's number (RFC 3264
/// section 6.1).
fn take(offered: &Format, ours: &[Codec]) -> Option<Format> {
    let codec = offered.codec.as_ref().filter(|it| ours.contains(it))?;
    offered.payload_type()?;
    if codec.is_telephone_event() {
        let events = events::in_common(None, offered.parameters.as_deref())?;
        return Some(Format { parameters: Some(events), ..offered.clone() });
    }
    // Parameters that describe the format itself have to be repeated (RFC 3264 section 6.1), those
    // of Opus are each side's own affair (RFC 7587 section 7.1).
    let parameters = offered.parameters.clone().filter(|_| *codec != Codec::OPUS);
    Some(Format { parameters, ..offered.clone() })
}
