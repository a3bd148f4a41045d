//! Whether a recording begins and ends with its conversation.

use std::time::Duration;

use super::modes::never_asked;
use super::strangers::mute;
use super::view::{asked_in, is_living, last_conversation, living};
use super::{Finding, Id, Verdict};
use crate::evidence::{RecordingSession, Timeline};
use crate::time::Instant;

/// The recorder was asked for every recording of the last call within `limit` of the answer, and
/// was sent media.
pub fn began_within(timeline: &Timeline, limit: Duration) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    let sessions = asked_in(timeline, &conversation);
    if sessions.is_empty() {
        return never_asked(timeline, "the recorder was never asked".to_owned());
    }
    Verdict::of_all(sessions.iter().map(|session| {
        let asked = session.dialog.invited;
        let delay = asked - conversation.answered;
        if !is_living(session) {
            if let Some(why) = mute(timeline) {
                return Verdict::Inconclusive(why);
            }
            let seen = "the recorder was asked, and no media followed";
            return Verdict::fail("WXC-MODE-4", asked, seen);
        }
        Verdict::require(delay <= limit, "WXC-MODE-4", asked, || {
            format!("the recorder was asked {} ms after the answer", delay.as_millis())
        })
    }))
}

/// Nothing was asked of the recorder before the called telephone was answered.
///
/// The answer is still on its way to the caller when the recorder is asked.
pub fn nothing_before_the_answer(timeline: &Timeline) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    let sessions = asked_in(timeline, &conversation);
    if sessions.is_empty() {
        return no_recording();
    }
    Verdict::of_all(sessions.iter().map(|session| {
        let asked = session.dialog.invited;
        let Some(taken) = conversation.taken else {
            if asked >= conversation.answered {
                return Verdict::Pass;
            }
            let why = "the called telephone is out of sight: nobody knows when it was answered";
            return Verdict::Inconclusive(why.to_owned());
        };
        Verdict::require(asked >= taken, "RFC6341-5-REQ003", asked, || {
            let early = taken - asked;
            format!("the recorder was asked {} ms before the answer", early.as_millis())
        })
    }))
}

/// Every recording session of the last call was ended within `limit` of the hang-up.
pub fn ended_within(timeline: &Timeline, limit: Duration) -> Verdict {
    let known = last_conversation(timeline).and_then(|conversation| conversation.end_known);
    let Some(known) = known else {
        return Verdict::Inconclusive("nobody hung up".to_owned());
    };
    let sessions = living(timeline);
    if sessions.is_empty() {
        return no_recording();
    }
    Verdict::of_all(sessions.iter().map(|session| {
        let Some(ended) = session.dialog.ended else { return never_ended(known) };
        let delay = ended - known;
        Verdict::require(delay <= limit, "RFC7866-5.1-3", ended, || {
            format!("the recording session ended {} ms after the call", delay.as_millis())
        })
    }))
}

/// No media leaves for the recorder once its session was ended.
pub fn nothing_after_the_end(timeline: &Timeline) -> Verdict {
    let sessions = living(timeline);
    if sessions.is_empty() {
        return no_recording();
    }
    Verdict::of_all(sessions.iter().map(silent_after_the_end))
}

fn silent_after_the_end(session: &RecordingSession<'_>) -> Verdict {
    let Some(ended) = session.dialog.ended else { return never_ended(session.dialog.invited) };
    let flows = session.streams.iter().flat_map(|stream| &stream.flows);
    let late = flows.flat_map(|flow| flow.nearest_to_sender()).filter(|packet| packet.at > ended);
    match late.clone().map(|packet| packet.at).min() {
        Some(first) => {
            let seen = format!("{} packets left for the recorder after the BYE", late.count());
            Verdict::fail("RFC3261-15.1.1-1", first, seen)
        }
        None => Verdict::Pass,
    }
}

fn never_ended(at: Instant) -> Verdict {
    Verdict::Fail(Finding {
        requirement: Id("RFC7866-5.1-3"),
        at,
        seen: "the recording session was never ended".to_owned(),
        never: Some("platform -> recorder  BYE".to_owned()),
        by: None,
    })
}

fn no_conversation() -> Verdict {
    Verdict::Inconclusive("no conversation was seen".to_owned())
}

fn no_recording() -> Verdict {
    Verdict::Inconclusive("no recording was seen".to_owned())
}
