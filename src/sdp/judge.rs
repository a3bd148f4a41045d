//! What is wrong with an answer, or with a later offer, by RFC 3264: facts, not verdicts.

use std::collections::BTreeMap;
use std::fmt;

use super::attribute::Address;
use super::codec::FIRST_DYNAMIC;
use super::description::{Description, Origin, Timing};
use super::direction::Direction;
use super::media::MediaDescription;

/// Something that RFC 3264 forbids. A stream is named by its place, from 0.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "`Display` says of each what it is, and the fields are its words")]
pub enum Problem {
    StreamCount { offered: usize, answered: usize },
    TimeChanged,
    OriginCopied,
    KindChanged { stream: usize, offered: String, answered: String },
    TransportChanged { stream: usize, offered: String, answered: String },
    NoFormat { stream: usize },
    RemovedStreamAccepted { stream: usize },
    Direction { stream: usize, offered: Direction, answered: Direction },
    NoCommonFormat { stream: usize },
    UnmappedPayloadType { stream: usize, payload_type: u8 },
    NoAddress { stream: usize },
    Multicast { stream: usize },
    ZeroPacketTime { stream: usize },
    OriginChanged,
    VersionStep { from: u64, to: u64 },
    ChangedUnderSameVersion { version: u64 },
    StreamDropped { before: usize, after: usize },
    PayloadTypeReassigned { stream: usize, payload_type: u8 },
}

impl Problem {
    /// The section of RFC 3264 that forbids it.
    pub fn section(&self) -> &'static str {
        match self {
            Self::StreamCount { .. }
            | Self::TimeChanged
            | Self::OriginCopied
            | Self::NoFormat { .. } => "6",
            Self::KindChanged { .. }
            | Self::TransportChanged { .. }
            | Self::Direction { .. }
            | Self::NoCommonFormat { .. }
            | Self::UnmappedPayloadType { .. }
            | Self::NoAddress { .. }
            | Self::Multicast { .. } => "6.1",
            Self::ZeroPacketTime { .. } => "5.1",
            Self::RemovedStreamAccepted { .. } => "8.2",
            Self::OriginChanged
            | Self::VersionStep { .. }
            | Self::ChangedUnderSameVersion { .. }
            | Self::StreamDropped { .. } => "8",
            Self::PayloadTypeReassigned { .. } => "8.3.2",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StreamCount { offered, answered } => {
                write!(f, "{offered} streams were offered, {answered} answered")
            }
            Self::TimeChanged => f.write_str("the t= line is not that of the offer"),
            Self::OriginCopied => f.write_str("the o= line is that of the offer, the rest is not"),
            Self::KindChanged { stream, offered, answered }
            | Self::TransportChanged { stream, offered, answered } => {
                write!(f, "stream {stream} was offered as {offered} and answered as {answered}")
            }
            Self::NoFormat { stream } => write!(f, "stream {stream} lists no format"),
            Self::RemovedStreamAccepted { stream } => {
                write!(f, "stream {stream} was offered with port 0 and answered with another")
            }
            Self::Direction { stream, offered, answered } => {
                write!(f, "stream {stream} was offered {offered} and answered {answered}")
            }
            Self::NoCommonFormat { stream } => {
                write!(f, "stream {stream} was accepted without any of the offered formats")
            }
            Self::UnmappedPayloadType { stream, payload_type } => {
                write!(f, "stream {stream} does not say what payload type {payload_type} is")
            }
            Self::NoAddress { stream } => write!(f, "stream {stream} has no c= line"),
            Self::Multicast { stream } => {
                write!(f, "stream {stream} was offered to one and answered to a group")
            }
            Self::ZeroPacketTime { stream } => {
                write!(f, "stream {stream} wants packets of no length")
            }
            Self::OriginChanged => f.write_str("the o= line changed in more than its version"),
            Self::VersionStep { from, to } => {
                write!(f, "the version went from {from} to {to}, not up by one")
            }
            Self::ChangedUnderSameVersion { version } => {
                write!(f, "the description changed but its version is still {version}")
            }
            Self::StreamDropped { before, after } => {
                write!(f, "{before} streams became {after}: none may vanish")
            }
            Self::PayloadTypeReassigned { stream, payload_type } => {
                write!(f, "payload type {payload_type} of stream {stream} changed its codec")
            }
        }
    }
}

/// What RFC 3264 forbids in this answer to this offer.
///
/// Missing labels are no problem (RFC 4574 section 5), nor is a payload type that differs from the
/// offer's: that only SHOULD be the same.
pub fn judge_answer(offer: &Description, answer: &Description) -> Vec<Problem> {
    let mut problems = Vec::new();
    let (offered, answered) = (offer.media.len(), answer.media.len());
    if offered != answered {
        problems.push(Problem::StreamCount { offered, answered });
    }
    if times(answer) != times(offer) {
        problems.push(Problem::TimeChanged);
    }
    let same_origin = offer.origin.is_some() && offer.origin == answer.origin;
    if same_origin && offer.as_bytes() != answer.as_bytes() {
        problems.push(Problem::OriginCopied);
    }
    for (stream, (offer, answer)) in offer.media.iter().zip(&answer.media).enumerate() {
        judge_stream(stream, offer, answer, &mut problems);
    }
    problems
}

/// A description without a `t=` line is at fault itself: it is taken to mean now.
fn times(description: &Description) -> &[Timing] {
    match &description.times[..] {
        [] => &[Timing { start: 0, stop: 0 }],
        times => times,
    }
}

fn judge_stream(
    stream: usize,
    offer: &MediaDescription,
    answer: &MediaDescription,
    problems: &mut Vec<Problem>,
) {
    if offer.kind != answer.kind {
        let (offered, answered) = (offer.kind.to_string(), answer.kind.to_string());
        problems.push(Problem::KindChanged { stream, offered, answered });
    }
    if offer.proto != answer.proto {
        let (offered, answered) = (offer.proto.clone(), answer.proto.clone());
        problems.push(Problem::TransportChanged { stream, offered, answered });
    }
    if answer.formats.is_empty() {
        problems.push(Problem::NoFormat { stream });
    }
    // Whatever else a refused stream says is ignored.
    if answer.is_disabled() {
        return;
    }
    if offer.is_disabled() {
        problems.push(Problem::RemovedStreamAccepted { stream });
        return;
    }
    if !offer.direction.permits(answer.direction) {
        let (offered, answered) = (offer.direction, answer.direction);
        problems.push(Problem::Direction { stream, offered, answered });
    }
    judge_formats(stream, offer, answer, problems);
    judge_address(stream, offer, answer, problems);
    let zero = |it: &str| it.trim().parse() == Ok(0.0);
    if answer.attribute("ptime").and_then(|it| it.value.as_deref()).is_some_and(zero) {
        problems.push(Problem::ZeroPacketTime { stream });
    }
}

fn judge_formats(
    stream: usize,
    offer: &MediaDescription,
    answer: &MediaDescription,
    problems: &mut Vec<Problem>,
) {
    let is_offered = |format: &super::Format| match &format.codec {
        Some(codec) => offer.formats.iter().any(|it| it.is(codec)),
        None => offer.formats.iter().any(|it| it.name == format.name),
    };
    if !answer.formats.is_empty() && !answer.formats.iter().any(is_offered) {
        problems.push(Problem::NoCommonFormat { stream });
    }
    for payload_type in unmapped(answer) {
        problems.push(Problem::UnmappedPayloadType { stream, payload_type });
    }
}

/// Dynamic payload types that nothing says the codec of.
fn unmapped(media: &MediaDescription) -> impl Iterator<Item = u8> {
    let formats = media.formats.iter().filter(|it| media.is_rtp() && it.codec.is_none());
    formats.filter_map(super::Format::payload_type).filter(|&it| it >= FIRST_DYNAMIC)
}

fn judge_address(
    stream: usize,
    offer: &MediaDescription,
    answer: &MediaDescription,
    problems: &mut Vec<Problem>,
) {
    let is_group =
        |media: &MediaDescription| media.address.as_ref().is_some_and(Address::is_multicast);
    if answer.address.is_none() {
        problems.push(Problem::NoAddress { stream });
    }
    if is_group(answer) && !is_group(offer) {
        problems.push(Problem::Multicast { stream });
    }
}

/// What RFC 3264 section 8 forbids in a description that follows `previous` from the same side of
/// the same dialog, whether either was an offer or an answer.
pub fn judge_reoffer(previous: &Description, next: &Description) -> Vec<Problem> {
    let mut problems = Vec::new();
    let is_same = previous.as_bytes() == next.as_bytes();
    if let (Some(before), Some(after)) = (&previous.origin, &next.origin) {
        let unversioned = |it: &Origin| Origin { version: 0, ..it.clone() };
        let (from, to) = (before.version, after.version);
        if unversioned(before) != unversioned(after) {
            problems.push(Problem::OriginChanged);
        } else if from == to && !is_same {
            problems.push(Problem::ChangedUnderSameVersion { version: to });
        } else if from != to && from.checked_add(1) != Some(to) {
            problems.push(Problem::VersionStep { from, to });
        }
    }
    let (before, after) = (previous.media.len(), next.media.len());
    if after < before {
        problems.push(Problem::StreamDropped { before, after });
    }
    for (stream, (before, after)) in previous.media.iter().zip(&next.media).enumerate() {
        let reassigned = reassigned(before, after).into_iter();
        problems.extend(
            reassigned.map(|payload_type| Problem::PayloadTypeReassigned { stream, payload_type }),
        );
    }
    problems
}

/// Dynamic payload types that stood for another codec before. A slot that was free starts anew.
fn reassigned(before: &MediaDescription, after: &MediaDescription) -> Vec<u8> {
    if before.is_disabled() || before.kind != after.kind {
        return Vec::new();
    }
    let dynamic = |media: &MediaDescription| -> BTreeMap<u8, super::Codec> {
        let codecs =
            media.formats.iter().filter_map(|it| Some((it.payload_type()?, it.codec.clone()?)));
        codecs.filter(|(number, _)| *number >= FIRST_DYNAMIC).collect()
    };
    let before = dynamic(before);
    let changed = |(number, codec): &(u8, super::Codec)| {
        before.get(number).is_some_and(|earlier| earlier != codec)
    };
    dynamic(after).into_iter().filter(changed).map(|(number, _)| number).collect()
}
