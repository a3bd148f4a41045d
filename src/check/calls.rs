//! Whether calls go as their people expect.

use super::Verdict;
use super::modes::end;
use super::view::last_conversation;
use crate::evidence::{Timeline, dialogs};

/// The platform ended the last call, and nobody had hung up.
pub fn was_ended(timeline: &Timeline) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else {
        return Verdict::Inconclusive("no conversation was seen".to_owned());
    };
    Verdict::require(conversation.cut.is_some(), "RFC6341-4-UC10", end(timeline), || {
        "the call went on although it could not be recorded".to_owned()
    })
}

/// The last call of somebody was refused with this status.
pub fn is_refused_with(timeline: &Timeline, caller: &str, code: u16) -> Verdict {
    let dialogs = dialogs(timeline);
    let from_caller =
        |address| timeline.cast().at(address).is_some_and(|member| member.name.as_str() == caller);
    let Some(call) = dialogs.iter().rfind(|dialog| from_caller(dialog.caller)) else {
        return Verdict::Inconclusive(format!("no call of {caller} was seen"));
    };
    let (at, seen) = call.refused.unwrap_or((end(timeline), 0));
    Verdict::require(seen == code, "RFC3261-8.2.2.1-1", at, || match seen {
        0 => format!("the call was not refused, and should have been with {code}"),
        seen => format!("the call was refused with {seen} instead of {code}"),
    })
}
