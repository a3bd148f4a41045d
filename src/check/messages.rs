//! Calls that somebody else took, or a mailbox.

use super::Verdict;
use super::people::living;
use crate::audio::Message;
use crate::evidence::{Flow, RecordingSession, Sound, Timeline};
use crate::siprec::{BroadWorks, Call};
use crate::time::Instant;

/// Somebody was played the greeting of a mailbox.
pub fn is_greeted(timeline: &Timeline, name: &str) -> Verdict {
    let to_listener = timeline.flows().iter().filter(|flow| {
        timeline.cast().at(flow.target).is_some_and(|member| member.name.as_str() == name)
    });
    let packets = to_listener.flat_map(Flow::nearest_to_receiver);
    let greeting = packets.filter(|packet| {
        matches!(packet.sound, Sound::Prompt(cue) if cue.prompt.message() == Message::Greeting)
    });
    let count = greeting.count();
    Verdict::require(count >= SECOND, "WXC-VM-1", Instant::START, || {
        format!("{name} heard {} ms of a greeting", 20 * count)
    })
}

/// Every recording says that it is one of a message.
pub fn is_told(timeline: &Timeline) -> Verdict {
    each(timeline, |session| {
        let metadata = session.metadata().unwrap_or_default();
        let is_told = metadata.extensions.iter().any(|it| it.name == "voicemail");
        Verdict::require(is_told, "WXC-VM-1", session.dialog.invited, || {
            "nothing in the metadata tells a message from a conversation".to_owned()
        })
    })
}

/// Every recording of somebody who was called says who was called at first: this number.
pub fn was_for(timeline: &Timeline, number: &str) -> Verdict {
    each(timeline, |session| {
        let metadata = session.metadata().unwrap_or_default();
        let own = metadata.extensions.iter().find_map(BroadWorks::read).and_then(|it| it.call);
        let Some(Call::Terminating { redirect, .. }) = own else { return Verdict::Pass };
        let original = redirect.and_then(|redirect| redirect.original);
        Verdict::require(
            original.as_deref() == Some(number),
            "WXC-IDN-1",
            session.dialog.invited,
            || {
                let original = original.unwrap_or_else(|| "nobody".to_owned());
                format!("by the metadata the call was for {original}")
            },
        )
    })
}

fn each(timeline: &Timeline, judge: impl FnMut(&RecordingSession<'_>) -> Verdict) -> Verdict {
    let sessions = living(timeline);
    if sessions.is_empty() {
        return super::modes::never_asked(timeline, "nothing reached the recorder".to_owned());
    }
    Verdict::of_all(sessions.iter().map(judge))
}

/// So many packets.
const SECOND: usize = 50;
