//! Whether a recording begins and ends with its conversation.

use std::time::Duration;

use super::modes::end;
use super::view::{conversations, living};
use super::{Finding, Id, Verdict};
use crate::evidence::{Kind, Timeline, recordings};

/// The recorder was asked within `limit` of the answer.
pub fn began_within(timeline: &Timeline, limit: Duration) -> Verdict {
    let sessions = recordings(timeline);
    let Some(conversation) = conversations(timeline).pop() else {
        return Verdict::Inconclusive("no conversation was seen".to_owned());
    };
    let Some(session) = sessions.last() else {
        return Verdict::Fail(Finding {
            requirement: Id("WXC-MODE-4"),
            at: end(timeline),
            seen: "the recorder was never asked".to_owned(),
            never: Some("platform -> recorder  INVITE".to_owned()),
        });
    };
    let delay = session.dialog.invited - conversation.answered;
    Verdict::require(delay <= limit, "WXC-MODE-4", session.dialog.invited, || {
        format!("the recorder was asked {} ms after the answer", delay.as_millis())
    })
}

/// Nothing was sent to the recorder before both sides knew of the answer.
pub fn nothing_before_the_answer(timeline: &Timeline) -> Verdict {
    let Some(conversation) = conversations(timeline).pop() else {
        return Verdict::Inconclusive("no conversation was seen".to_owned());
    };
    let sessions = recordings(timeline);
    let Some(session) = sessions.last() else {
        return Verdict::Inconclusive("no recording was seen".to_owned());
    };
    // The callee's answer is on its way to the caller when the recorder is asked.
    let answered = timeline
        .signalling()
        .iter()
        .filter(|sighting| timeline.cast().is(sighting.source, Kind::Phone))
        .find(|sighting| {
            sighting.message().is_some_and(|message| {
                message.code() == Some(200)
                    && message.cseq().is_ok_and(|cseq| cseq.method == crate::sip::Method::Invite)
            })
        })
        .map_or(conversation.answered, |sighting| sighting.at);
    let early = answered - session.dialog.invited;
    Verdict::require(early == Duration::ZERO, "RFC7866-5.1-1", session.dialog.invited, || {
        format!("the recorder was asked {} ms before the answer", early.as_millis())
    })
}

/// Every recording session was ended within `limit` of the hang-up.
pub fn ended_within(timeline: &Timeline, limit: Duration) -> Verdict {
    let Some(known) = conversations(timeline).pop().and_then(|conversation| conversation.end_known) else {
        return Verdict::Inconclusive("nobody hung up".to_owned());
    };
    let sessions = living(timeline);
    if sessions.is_empty() {
        return Verdict::Inconclusive("no recording was seen".to_owned());
    }
    for session in sessions {
        let Some(ended) = session.dialog.ended else {
            return Verdict::Fail(Finding {
                requirement: Id("RFC7866-5.1-3"),
                at: known,
                seen: "the recording session was never ended".to_owned(),
                never: Some("platform -> recorder  BYE".to_owned()),
            });
        };
        let delay = ended - known;
        if delay > limit {
            let seen = format!("the recording session ended {} ms after the call", delay.as_millis());
            return Verdict::fail("RFC7866-5.1-3", ended, seen);
        }
    }
    Verdict::Pass
}

/// No media leaves for the recorder once its session was ended.
pub fn nothing_after_the_end(timeline: &Timeline) -> Verdict {
    let sessions = living(timeline);
    if sessions.is_empty() {
        return Verdict::Inconclusive("no recording was seen".to_owned());
    }
    for session in sessions {
        let Some(ended) = session.dialog.ended else {
            return Verdict::Fail(Finding {
                requirement: Id("RFC7866-5.1-3"),
                at: end(timeline),
                seen: "the recording session was never ended".to_owned(),
                never: Some("platform -> recorder  BYE".to_owned()),
            });
        };
        let flows = session.streams.iter().flat_map(|stream| &stream.flows);
        let late = flows.flat_map(|flow| flow.nearest_to_sender()).filter(|packet| packet.at > ended);
        if let Some(first) = late.clone().map(|packet| packet.at).min() {
            let seen = format!("{} packets left for the recorder after the BYE", late.count());
            return Verdict::fail("RFC3261-15.1.1-1", first, seen);
        }
    }
    Verdict::Pass
}
