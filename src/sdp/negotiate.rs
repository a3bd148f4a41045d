//! What an offer and its answer come to: where to send, what, and whether at all.

use std::net::SocketAddr;
use std::time::Duration;

use super::codec::{Codec, Format};
use super::description::Description;
use super::media::MediaDescription;

/// One of the two ends of an exchange.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The one that made the offer.
    Offerer,
    /// The one that answered it.
    Answerer,
}

/// A codec under the payload type that stands for it in one direction.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chosen {
    /// The RTP payload type, 0 to 127.
    pub payload_type: u8,
    /// What it stands for.
    pub codec: Codec,
}

/// The payload types of telephone-event in both directions (RFC 4733).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TelephoneEvent {
    /// To be sent.
    pub send: u8,
    /// To be expected.
    pub receive: u8,
}

/// What a stream became, seen from one side.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Negotiated {
    /// Where RTP goes; `None` if the other side gave a null address, or the name of a host.
    pub remote_rtp: Option<SocketAddr>,
    /// Where RTCP goes, also while no media may be sent (RFC 3264 section 5.1).
    pub remote_rtcp: Option<SocketAddr>,
    /// What to send: the format that the other side prefers among the common ones.
    pub send: Chosen,
    /// All that may arrive, events too.
    pub receive: Vec<Chosen>,
    /// How to send and expect digits, if both sides know named events.
    pub telephone_event: Option<TelephoneEvent>,
    /// Whether media may be sent now.
    pub may_send: bool,
    /// Whether media is to be expected now.
    pub may_receive: bool,
    /// The name of the stream: the offerer's, or else the answerer's.
    pub label: Option<String>,
    /// How much media to put into a packet that is sent.
    pub ptime: Duration,
}

/// What each stream became, in order; `None` if it is refused, gone or without common codec.
pub fn negotiate(offer: &Description, answer: &Description, side: Side) -> Vec<Option<Negotiated>> {
    let answered = |index: usize| answer.media.get(index);
    let stream = |(index, offered)| one(offered, answered(index)?, side);
    offer.media.iter().enumerate().map(stream).collect()
}

fn one(offer: &MediaDescription, answer: &MediaDescription, side: Side) -> Option<Negotiated> {
    // RFC 3264 section 6: neither side sends anything on a refused stream.
    if offer.is_disabled() || answer.is_disabled() {
        return None;
    }
    let (local, remote) = match side {
        Side::Offerer => (offer, answer),
        Side::Answerer => (answer, offer),
    };
    let pairs = common(local, remote);
    let speech = pairs.iter().find(|(send, _)| !send.codec.is_auxiliary()).or(pairs.first());
    let send = speech?.0.clone();
    let rtp = remote.rtp_address();
    let muxed = offer.rtcp_mux && answer.rtcp_mux;
    let ptime = remote.ptime.unwrap_or(DEFAULT_PTIME);
    Some(Negotiated {
        remote_rtp: rtp,
        // RFC 5761 section 5.1.1: one port for both only if both sides said so.
        remote_rtcp: if muxed { rtp } else { remote.rtcp_address() },
        telephone_event: telephone_event(&pairs, send.codec.clock),
        send,
        receive: pairs.into_iter().map(|(_, receive)| receive).collect(),
        may_send: passes(local, remote),
        may_receive: passes(remote, local),
        label: offer.label.clone().or_else(|| answer.label.clone()),
        ptime: remote.max_ptime.map_or(ptime, |most| ptime.min(most)),
    })
}

/// Whether media may flow from one to the other (RFC 3264 sections 6.1 and 8.4).
fn passes(from: &MediaDescription, to: &MediaDescription) -> bool {
    from.direction.sends() && to.direction.receives() && !to.has_null_address()
}

/// The common formats in the order that the other side prefers, each as sent and as received.
///
/// Either side sends under the numbers that the other one gave: the offerer under those of the
/// answer (RFC 3264 section 5.1), the answerer under those of the offer (section 6.1).
fn common(local: &MediaDescription, remote: &MediaDescription) -> Vec<(Chosen, Chosen)> {
    let pair = |theirs: &Format| {
        let send = chosen(theirs)?;
        let of_same_codec = || local.formats.iter().filter(|it| it.is(&send.codec));
        let receive = of_same_codec()
            .find(|it| it.name == theirs.name)
            .or_else(|| of_same_codec().next())
            .and_then(chosen)?;
        Some((send, receive))
    };
    remote.formats.iter().filter_map(pair).collect()
}

fn chosen(format: &Format) -> Option<Chosen> {
    Some(Chosen { payload_type: format.payload_type()?, codec: format.codec.clone()? })
}

/// The events that share the timestamps of the codec, as RFC 4733 section 2.1 wants it, or else
/// any.
fn telephone_event(pairs: &[(Chosen, Chosen)], clock: u32) -> Option<TelephoneEvent> {
    let events = || pairs.iter().filter(|(send, _)| send.codec.is_telephone_event());
    let (send, receive) =
        events().find(|(send, _)| send.codec.clock == clock).or_else(|| events().next())?;
    Some(TelephoneEvent { send: send.payload_type, receive: receive.payload_type })
}

/// What audio codecs use if nobody says anything (RFC 3551 section 4.2).
const DEFAULT_PTIME: Duration = Duration::from_millis(20);
