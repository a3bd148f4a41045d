//! The checks that judge every example, asked or not.

use super::Verdict;
use super::view::is_living;
use crate::evidence::{RecordingSession, Side, Timeline, recordings};
use crate::sdp::Direction;

/// Judges what every run has to keep to.
pub fn always(timeline: &Timeline) -> Vec<Verdict> {
    let sessions = recordings(timeline);
    let each =
        |judge: fn(&RecordingSession<'_>) -> Verdict| Verdict::of_all(sessions.iter().map(judge));
    vec![
        each(metadata_is_there_and_readable),
        each(every_stream_has_a_label),
        each(labels_are_unique),
        each(streams_are_only_sent),
        messages_are_legal(timeline),
    ]
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

/// What a part sends can be read by a strict reader (RFC 3261 section 7).
fn messages_are_legal(timeline: &Timeline) -> Verdict {
    let sent = timeline.signalling().iter().filter(|sighting| sighting.side == Side::Sent);
    for sighting in sent {
        let Some(message) = sighting.message() else { continue };
        if let Err(why) = message.check() {
            let sender = timeline.cast().label(sighting.source);
            let seen = format!("{sender} sent what cannot be: {why}");
            return Verdict::fail("RFC3261-7-1", sighting.at, seen);
        }
    }
    Verdict::Pass
}
