//! Whether what should be recorded is, and nothing else.

use super::view::{living, recorded, voices};
use super::{Finding, Id, Verdict};
use crate::evidence::{Kind, Speakers, Timeline, dialogs, recordings};
use crate::time::Instant;

/// No recorder was asked, and none was sent media.
pub fn nothing_is_recorded(timeline: &Timeline) -> Verdict {
    let to_recorder = |address| timeline.cast().is(address, Kind::Recorder);
    let asked = dialogs(timeline).into_iter().find(|dialog| to_recorder(dialog.callee));
    let sent = timeline.flows().iter().find(|flow| to_recorder(flow.target));
    let (at, what) = match (asked, sent) {
        (Some(dialog), _) => (dialog.invited, "the recorder was invited"),
        (None, Some(flow)) => {
            let first = flow.nearest_to_sender().first().map(|packet| packet.at);
            (first.unwrap_or_default(), "media was sent to the recorder")
        }
        (None, None) => return Verdict::Pass,
    };
    Verdict::fail("WXC-MODE-1", at, format!("{what}, although nobody's calls are to be recorded"))
}

/// A recording session brought the recorder what this person said.
pub fn is_recorded(timeline: &Timeline, name: &str) -> Verdict {
    let voice = Speakers::of(timeline).voice_of(name);
    let found = living(timeline)
        .iter()
        .any(|session| voice.is_some_and(|voice| voices(&recorded(session)).contains(&voice)));
    if found {
        return Verdict::Pass;
    }
    Verdict::Fail(Finding {
        requirement: Id("WXC-MODE-4"),
        at: end(timeline),
        seen: format!("nothing that {name} said reached a recorder"),
        never: Some("platform -> recorder  INVITE".to_owned()),
    })
}

/// There are exactly so many recordings.
pub fn recordings_are(timeline: &Timeline, count: usize) -> Verdict {
    let found = living(timeline).len();
    Verdict::require(found == count, "WXC-MODE-8", end(timeline), || {
        format!("{found} recording(s) instead of {count}")
    })
}

/// The recorder was asked, and no recording came of it.
pub fn was_not_recorded(timeline: &Timeline) -> Verdict {
    let asked = recordings(timeline);
    let Some(first) = asked.first() else {
        return Verdict::Fail(Finding {
            requirement: Id("WXC-MODE-4"),
            at: end(timeline),
            seen: "the recorder was never asked".to_owned(),
            never: Some("platform -> recorder  INVITE".to_owned()),
        });
    };
    let flowed = asked.iter().flat_map(|session| &session.streams).any(|stream| stream.is_alive());
    Verdict::require(!flowed, "RFC7866-7.2-9", first.dialog.invited, || {
        "media was sent to a recorder that had not taken it".to_owned()
    })
}

/// The last moment at which anything was seen.
pub(super) fn end(timeline: &Timeline) -> Instant {
    timeline.signalling().last().map(|sighting| sighting.at).unwrap_or_default()
}
