//! The checks that judge every example, asked or not.

use super::Verdict;
use crate::evidence::{Side, Timeline, recordings};

/// Judges what every run has to keep to.
pub fn always(timeline: &Timeline) -> Vec<Verdict> {
    vec![metadata_is_readable(timeline), labels_are_unique(timeline), messages_are_legal(timeline)]
}

/// Every document of metadata can be read (RFC 7865 section 9).
fn metadata_is_readable(timeline: &Timeline) -> Verdict {
    let sessions = recordings(timeline);
    let unreadable = sessions.iter().flat_map(|session| &session.unreadable).next();
    match unreadable {
        Some((at, why)) => Verdict::fail("RFC7866-9.1-1", *at, format!("metadata that one cannot {why}")),
        None => Verdict::Pass,
    }
}

/// No two streams of a recording session have one label (RFC 7866 section 7.1.1).
fn labels_are_unique(timeline: &Timeline) -> Verdict {
    for session in recordings(timeline) {
        let labels: Vec<_> = session.streams.iter().filter_map(|stream| stream.label.as_ref()).collect();
        let twice = labels.iter().enumerate().find(|(place, label)| labels[..*place].contains(label));
        if let Some((_, label)) = twice {
            let seen = format!("two streams are labelled {label}");
            return Verdict::fail("RFC7866-7.1.1-5", session.dialog.invited, seen);
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
            let seen = format!("{} sent what cannot be: {why}", timeline.cast().label(sighting.source));
            return Verdict::fail("RFC3261-7-1", sighting.at, seen);
        }
    }
    Verdict::Pass
}
