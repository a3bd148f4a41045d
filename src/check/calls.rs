//! Whether calls go as their people expect.

use super::Verdict;
use super::modes::end;
use crate::evidence::{Timeline, dialogs};

/// The last call of somebody was refused with this status.
pub fn is_refused_with(timeline: &Timeline, caller: &str, code: u16) -> Verdict {
    let dialogs = dialogs(timeline);
    let from_caller = |address| {
        timeline.cast().at(address).is_some_and(|member| member.name.as_str() == caller)
    };
    let Some(call) = dialogs.iter().rfind(|dialog| from_caller(dialog.caller)) else {
        return Verdict::Inconclusive(format!("no call of {caller} was seen"));
    };
    let (at, seen) = call.refused.unwrap_or((end(timeline), 0));
    Verdict::require(seen == code, "RFC3261-8.2.2.1-1", at, || match seen {
        0 => format!("the call was not refused, and should have been with {code}"),
        seen => format!("the call was refused with {seen} instead of {code}"),
    })
}
