//! A recording session: what its offers and its metadata have to be.

use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::view::is_living;
use crate::evidence::RecordingSession;
use crate::sdp::Direction;

pub const RULES: &[Rule] = &[
    rule("RFC7866-9.1-1", |case| each(case, metadata_is_there_and_readable)),
    rule("RFC7866-7.1.1-2", |case| each(case, every_stream_has_a_label)),
    rule("RFC7866-7.1.1-5", |case| each(case, labels_are_unique)),
    rule("RFC7866-7.1.1-1", |case| each(case, streams_are_only_sent)),
];

fn each(case: &Case<'_>, judge: fn(&RecordingSession<'_>) -> Verdict) -> Vec<Verdict> {
    case.recordings.iter().map(judge).collect()
}

/// A recording comes with metadata, and every document of it can be read (RFC 7866 section 9.1).
fn metadata_is_there_and_readable(session: &RecordingSession<'_>) -> Verdict {
    if let Some((at, why)) = session.unreadable.first() {
        return Verdict::fail("RFC7866-9.1-1", *at, format!("metadata that one cannot {why}"));
    }
    let is_there = !is_living(session) || !session.documents.is_empty();
    Verdict::require(is_there, "RFC7866-9.1-1", session.dialog.invited, || {
        "a recording without metadata".to_owned()
    })
}

/// Every stream that a recording client offers has a label (RFC 7866 section 7.1.1).
fn every_stream_has_a_label(session: &RecordingSession<'_>) -> Verdict {
    let bare = session.streams.iter().position(|stream| stream.label.is_none());
    match bare {
        Some(place) => {
            let seen = format!("stream {} of the offer has no label", place + 1);
            Verdict::fail("RFC7866-7.1.1-2", session.dialog.invited, seen)
        }
        None => Verdict::Pass,
    }
}

/// No two streams of a recording session have one label (RFC 7866 section 7.1.1).
fn labels_are_unique(session: &RecordingSession<'_>) -> Verdict {
    let mut seen: Vec<&str> = Vec::new();
    for label in session.streams.iter().filter_map(|stream| stream.label.as_deref()) {
        if seen.contains(&label) {
            let seen = format!("two streams are labelled {label}");
            return Verdict::fail("RFC7866-7.1.1-5", session.dialog.invited, seen);
        }
        seen.push(label);
    }
    Verdict::Pass
}

/// A recording client wants nothing back: its streams are sent, or paused (RFC 7866 section
/// 7.1.1).
fn streams_are_only_sent(session: &RecordingSession<'_>) -> Verdict {
    for exchange in session.dialog.exchanges().iter().filter(|exchange| exchange.by_caller) {
        let open = exchange.offer.media.iter().filter(|medium| !medium.is_disabled());
        let wrong = open
            .map(|medium| medium.direction)
            .find(|direction| !matches!(direction, Direction::SendOnly | Direction::Inactive));
        if let Some(direction) = wrong {
            let seen = format!("a recorded stream is offered as {}", direction.name());
            return Verdict::fail("RFC7866-7.1.1-1", exchange.offered, seen);
        }
    }
    Verdict::Pass
}
