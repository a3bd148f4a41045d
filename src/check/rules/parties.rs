//! Who is named in the metadata: those who are on the call (RFC 7865 section 6).

use std::time::Duration;

use super::legs::{Leg, kept, legs, participant};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::time::Instant;

pub const RULES: &[Rule] = &[rule("RFC7865-SEM-3", both_parties_are_named)];

/// Each party of a recorded call is a participant, by the address that they have in the call, soon
/// after the call and its recording have begun (RFC 7865 section 6).
fn both_parties_are_named(case: &Case<'_>) -> Vec<Verdict> {
    let (kept, legs) = (kept(case), legs(case));
    let mut verdicts = Vec::new();
    for recording in &kept {
        let invite = recording.session.invite().and_then(|it| it.message.call_id().ok());
        let Some(call) = invite.and_then(|id| case.call_of(id)) else { continue };
        for leg in legs.iter().filter(|leg| call.call_ids.contains(leg.dialog.call_id)) {
            let by = recording.from.max(leg.from) + LIMIT;
            let lasts = |to: Option<Instant>| to.is_none_or(|to| by < to);
            let Some(state) = recording.state(by) else { continue };
            if !(lasts(recording.to) && lasts(leg.to) && by <= case.end) {
                continue;
            }
            let names = names(leg);
            let last = recording.session.said.iter().rfind(|it| it.by_client && it.at() <= by);
            let Some(last) = last else { continue };
            verdicts.push(case.held(
                names.iter().any(|name| participant(state, name).is_some()),
                "RFC7865-SEM-3",
                last.sighting,
                || {
                    let known = state.participants.iter().flat_map(|it| &it.names);
                    let known: Vec<_> = known.map(|it| it.aor.as_str()).collect();
                    format!(
                        "named {}, and not {}, who is on the call",
                        known.join(" and "),
                        leg.user
                    )
                },
            ));
        }
    }
    verdicts
}

/// By which names the user of a telephone goes in its call.
fn names(leg: &Leg<'_, '_>) -> Vec<String> {
    let invite = leg.dialog.invite;
    let said = if leg.by_phone { invite.from() } else { invite.to() };
    let target = invite.request_uri().ok().filter(|_| !leg.by_phone);
    let uris = said.ok().map(|it| it.uri).into_iter().chain(target);
    let users = uris.filter_map(|uri| uri.user()).chain([leg.user.clone()]);
    users.map(|it| it.trim_start_matches('+').to_owned()).filter(|it| it.len() > 2).collect()
}

/// A recording client may not know at once whom a call reached.
const LIMIT: Duration = Duration::from_secs(2);
