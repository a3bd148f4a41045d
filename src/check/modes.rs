//! Whether what should be recorded is, and nothing else.

use super::sources::Sources;
use super::strangers::{is_stranger, nothing_to_record};
use super::view::{carries, is_living, living};
use super::{Finding, Id, Verdict};
use crate::evidence::{Flow, Kind, Name, Speakers, Timeline, What, dialogs, recordings};
use crate::time::Instant;

/// No recorder was asked, and none was sent media.
pub fn nothing_is_recorded(timeline: &Timeline) -> Verdict {
    let to_recorder = |address| timeline.cast().is(address, Kind::Recorder);
    let asked = dialogs(timeline).into_iter().find(|dialog| to_recorder(dialog.callee));
    let sent = media_to_recorder(timeline);
    let (at, what) = match (asked, sent) {
        (Some(dialog), _) => (dialog.invited, "the recorder was invited"),
        (None, Some(at)) => (at, "media was sent to the recorder"),
        (None, None) => return Verdict::Pass,
    };
    let modes = modes(timeline);
    if modes.iter().any(|(_, mode)| mode.contains("on demand")) {
        return Verdict::fail("WXC-MODE-2", at, format!("{what}, although nobody asked for it"));
    }
    if modes.iter().any(|(_, mode)| *mode != "never") {
        let seen = format!("{what}, although nobody had a conversation");
        return Verdict::fail("RFC6341-5-REQ003", at, seen);
    }
    Verdict::fail("WXC-MODE-1", at, format!("{what}, although nobody's calls are to be recorded"))
}

/// When the first media left for a recorder.
fn media_to_recorder(timeline: &Timeline) -> Option<Instant> {
    let to_recorder = |flow: &&Flow| timeline.cast().is(flow.target, Kind::Recorder);
    let flows = timeline.flows().iter().filter(to_recorder);
    flows.filter_map(|flow| Some(flow.nearest_to_sender().first()?.at)).min()
}

/// The mode of everybody for whom one was set: a number, and the mode that was set last.
pub(super) fn modes(timeline: &Timeline) -> Vec<(&str, &str)> {
    let mut modes: Vec<(&str, &str)> = Vec::new();
    for deed in timeline.deeds() {
        if let What::Recording { number, mode } = &deed.what {
            modes.retain(|(known, _)| known != number);
            modes.push((number, mode));
        }
    }
    modes
}

/// A recording session of the last call brought the recorder what this person said.
pub fn is_recorded(timeline: &Timeline, name: &str) -> Verdict {
    let voice = Speakers::of(timeline).voice_of(name);
    let found =
        living(timeline).iter().any(|session| voice.is_some_and(|voice| carries(session, voice)));
    if found {
        return Verdict::Pass;
    }
    let sessions = living(timeline);
    if let Some(why) = is_stranger(timeline, name).filter(|_| !sessions.is_empty()) {
        let sources = Sources::of(timeline);
        let mut streams = sessions.iter().flat_map(|session| &session.streams);
        let is_theirs = |who: &Name| who.as_str() == name;
        let found = streams.any(|stream| sources.speaker(stream).is_some_and(is_theirs));
        return if found { Verdict::Pass } else { Verdict::Inconclusive(why) };
    }
    if let Some(why) = nothing_to_record(timeline).filter(|_| sessions.is_empty()) {
        return Verdict::Inconclusive(why);
    }
    never_asked(timeline, format!("nothing that {name} said reached a recorder"))
}

/// There are exactly so many recordings of the last call.
pub fn recordings_are(timeline: &Timeline, count: usize) -> Verdict {
    let found = living(timeline).len();
    if let Some(why) = nothing_to_record(timeline).filter(|_| found < count) {
        return Verdict::Inconclusive(why);
    }
    Verdict::require(found == count, "WXC-MODE-8", end(timeline), || {
        format!("{found} recording(s) instead of {count}")
    })
}

/// There are exactly so many recordings of all the calls that were seen.
pub fn recordings_in_all_are(timeline: &Timeline, count: usize) -> Verdict {
    let found = recordings(timeline).iter().filter(|session| is_living(session)).count();
    if let Some(why) = nothing_to_record(timeline).filter(|_| found < count) {
        return Verdict::Inconclusive(why);
    }
    Verdict::require(found == count, "WXC-MODE-8", end(timeline), || {
        let s = if found == 1 { "" } else { "s" };
        format!("{found} recording{s} instead of {count}")
    })
}

/// The recorder was asked, and no recording came of it: it was sent nothing at all.
pub fn was_not_recorded(timeline: &Timeline) -> Verdict {
    if recordings(timeline).is_empty() {
        return never_asked(timeline, "the recorder was never asked".to_owned());
    }
    match media_to_recorder(timeline) {
        Some(at) => {
            let seen = "media was sent to a recorder that had not taken it";
            Verdict::fail("RFC7866-7.2-9", at, seen)
        }
        None => Verdict::Pass,
    }
}

/// A call that should be recorded was not: the recorder should have been invited.
pub(super) fn never_asked(timeline: &Timeline, seen: String) -> Verdict {
    Verdict::Fail(Finding {
        requirement: Id("WXC-MODE-4"),
        at: end(timeline),
        seen,
        never: Some("platform -> recorder  INVITE".to_owned()),
        by: None,
    })
}

/// The last moment at which anything was seen.
pub(super) fn end(timeline: &Timeline) -> Instant {
    timeline.signalling().last().map(|sighting| sighting.at).unwrap_or_default()
}
