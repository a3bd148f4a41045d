//! Who is named in the metadata: those who are on the call, and what they can do (RFC 7865 section 6,
//! RFC 4235), by more than an address within somebody's network (RFC 5853 section 3.1).

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use super::legs::{Leg, kept, legs, participant};
use super::metadata::documents;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sip::Uri;
use crate::siprec::Participant;
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC4235-4.1.6.2-1", what_people_can_do_is_unquoted),
    rule("RFC5853-3.1-1", people_are_more_than_machines),
    rule("RFC7865-SEM-3", both_parties_are_named),
];

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

/// What somebody can do has a name and a value, which is "true" where there is none to tell, and
/// stands without the quotes and brackets that it has in Contact (RFC 4235 section 4.1.6.2).
fn what_people_can_do_is_unquoted(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for (said, metadata) in documents(case) {
        let mut all = metadata.participant_sessions.iter().flat_map(|it| &it.params).peekable();
        if all.peek().is_none() {
            continue;
        }
        let is_quoted = |it: &str| it.len() > 1 && it.starts_with('"') && it.ends_with('"');
        let odd = all.find(|it| {
            let value = it.value.trim();
            it.name.trim().is_empty() || value.is_empty() || is_quoted(value)
        });
        verdicts.push(odd.map_or(Verdict::Pass, |odd| {
            let seen = format!("named what a party can do as {:?} of {:?}", odd.value, odd.name);
            case.blame("RFC4235-4.1.6.2-1", said.sighting, &seen)
        }));
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

/// Whatever a border controller hides, of two people whose users the call names neither is named by
/// an internal address alone (RFC 5853 section 3.1). A third may be a machine.
fn people_are_more_than_machines(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC5853-3.1-1";
    let recordings: BTreeSet<&str> = case.recordings.iter().map(|it| it.dialog.call_id).collect();
    case.each_session(|recording, session| {
        let known = case.call_of(recording.dialog.call_id).is_some_and(|call| {
            let users = [&call.parties.0, &call.parties.1];
            let is_leg = |id: &String| !recordings.contains(id.as_str());
            call.call_ids.iter().any(is_leg) && users.iter().all(|it| *it != NOBODY)
        });
        let told = session.told().into_iter().filter(|_| known);
        let told = told.filter(|told| (1..=2).contains(&told.document.participants.len()));
        let judged = told.map(|told| {
            let bare = told.document.participants.iter().find(|it| is_machine(it));
            case.held(bare.is_none(), row, told.said.sighting, || {
                let aor = bare.and_then(|it| it.names.first()).map(|name| name.aor.as_str());
                format!("named somebody by {} alone", aor.unwrap_or_default())
            })
        });
        judged.collect()
    })
}

/// Whether all that is said of somebody is an address within a network, without a user or a name.
fn is_machine(person: &Participant) -> bool {
    !person.names.is_empty()
        && person.names.iter().all(|name| {
            let address = match Uri::parse(&name.aor) {
                Ok(Uri::Sip(uri)) => uri.host.ip().filter(|_| uri.user.is_none()),
                _ => name.aor.parse().ok(),
            };
            let is_named = name.names.iter().any(|it| !it.text.trim().is_empty());
            !is_named && address.is_some_and(is_internal)
        })
}

fn is_internal(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => {
            it.is_private() || it.is_loopback() || it.is_link_local() || it.is_unspecified()
        }
        IpAddr::V6(it) => {
            let is_local = it.is_unique_local() || it.is_unicast_link_local();
            is_local || it.is_loopback() || it.is_unspecified()
        }
    }
}

/// What a party of a call is called whose address has no user.
const NOBODY: &str = "somebody";
/// A recording client may not know at once whom a call reached.
const LIMIT: Duration = Duration::from_secs(2);
