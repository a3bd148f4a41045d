//! Who is named in the metadata: those who are on the call (RFC 7865 section 6).

use std::time::Duration;

use super::legs::{Kept, Leg, kept, legs};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Call, calls};
use crate::siprec::Metadata;
use crate::time::Instant;

pub const RULES: &[Rule] = &[rule("RFC7865-SEM-3", both_parties_are_named)];

/// Each party of a recorded call is a participant, by the address that they have in the call, soon
/// after the call and its recording have begun (RFC 7865 section 6).
fn both_parties_are_named(case: &Case<'_>) -> Vec<Verdict> {
    let (kept, legs, calls) = (kept(case), legs(case), calls(case.timeline));
    let mut verdicts = Vec::new();
    for recording in &kept {
        let Some(call) = call_of(recording, &calls) else { continue };
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
                is_named(state, &names),
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

fn call_of<'c>(recording: &Kept<'_, '_>, calls: &'c [Call]) -> Option<&'c Call> {
    let own = recording.session.invite()?.message.call_id().ok()?;
    calls.iter().find(|it| it.call_ids.contains(own))
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

fn is_named(state: &Metadata, names: &[String]) -> bool {
    let mut known = state.participants.iter().flat_map(|it| &it.names);
    known.any(|known| names.iter().any(|name| known.aor.contains(name.as_str())))
}

/// A recording client may not know at once whom a call reached.
const LIMIT: Duration = Duration::from_secs(2);
