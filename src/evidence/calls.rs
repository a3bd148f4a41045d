//! Calls told apart: which dialogs are legs of one call, and which recording sessions are of it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use super::cast::Kind;
use super::dialogs::{Dialog, dialogs};
use super::media::Flow;
use super::recordings::is_recording;
use super::sighting::Sighting;
use super::timeline::Timeline;
use crate::sip::Uri;
use crate::time::Instant;

/// One call, with the recordings of it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The Call-IDs of its legs and of its recording sessions.
    pub call_ids: BTreeSet<String>,
    /// When it was dialled.
    pub dialled: Instant,
    /// When the last leg was over; nothing, if one never was.
    pub over: Option<Instant>,
    /// Who called whom: the users in From and To.
    pub parties: (String, String),
    /// Where its media is wanted.
    addresses: BTreeSet<SocketAddr>,
    users: BTreeSet<String>,
}

/// Every call of a timeline, in the order in which they were dialled. A recording session of
/// which no call was seen is one by itself.
pub fn calls(timeline: &Timeline) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    // Those that may still be going on.
    let mut open: Vec<usize> = Vec::new();
    for dialog in dialogs(timeline) {
        open.retain(|place| {
            calls.get(*place).is_some_and(|call| call.may_last_until(dialog.invited))
        });
        let found = if is_recording(timeline, &dialog) {
            recorded(&calls, &open, &dialog)
        } else if timeline.cast().is(dialog.caller, Kind::Platform) {
            let users = users(&dialog);
            let shares =
                |place: &&usize| calls[**place].users.intersection(&users).next().is_some();
            open.iter().rev().find(shares).copied()
        } else {
            // The other side of a proxy is the same dialog; anything else is a call of its own.
            None
        };
        if let Some(place) = found {
            calls[place].add(&dialog);
        } else {
            open.push(calls.len());
            calls.push(Call::of(&dialog));
        }
    }
    calls
}

/// The call that a recording session is of: the one that its metadata names, or its parties.
fn recorded(calls: &[Call], open: &[usize], dialog: &Dialog<'_>) -> Option<usize> {
    let body = String::from_utf8_lossy(&dialog.invite.body).to_lowercase();
    let score = |call: &Call| {
        let named = call.call_ids.iter().any(|id| body.contains(&id.to_lowercase()));
        let users = call.users.iter().filter(|user| body.contains(user.as_str())).count();
        if named { 10 + users } else { users }
    };
    let best = open.iter().copied().max_by_key(|place| (score(&calls[*place]), *place))?;
    (score(&calls[best]) > 0 || open.len() == 1).then_some(best)
}

impl Call {
    fn of(dialog: &Dialog<'_>) -> Self {
        let user = |address: Option<Uri>| {
            address.and_then(|uri| uri.user()).unwrap_or_else(|| "somebody".to_owned())
        };
        let mut call = Self {
            call_ids: BTreeSet::new(),
            dialled: dialog.invited,
            over: Some(Instant::START),
            parties: (
                user(dialog.invite.from().ok().map(|from| from.uri)),
                user(dialog.invite.to().ok().map(|to| to.uri)),
            ),
            addresses: BTreeSet::new(),
            users: users(dialog),
        };
        call.add(dialog);
        call
    }

    fn add(&mut self, dialog: &Dialog<'_>) {
        self.call_ids.insert(dialog.call_id.to_owned());
        self.over = self.over.zip(dialog.over()).map(|(one, other)| one.max(other));
        self.addresses.extend(dialog.media_addresses());
    }

    fn may_last_until(&self, at: Instant) -> bool {
        self.over.is_none_or(|over| over + AFTERWARDS >= at)
    }
}

impl Timeline {
    /// What was seen of one call; `next` is when the next one was dialled that may use the same
    /// addresses.
    #[must_use]
    pub fn of_call(&self, call: &Call, next: Option<Instant>) -> Self {
        let is_of = |sighting: &Sighting| {
            let message = sighting.message();
            message.and_then(|it| it.call_id().ok()).is_some_and(|id| call.call_ids.contains(id))
        };
        let end = call.over.map(|over| over + AFTERWARDS);
        let end = end.zip(next).map(|(end, next)| end.min(next)).or(end);
        let is_during = |at: Instant| at >= call.dialled && end.is_none_or(|end| at <= end);
        let flow = |flow: &Flow| {
            let own = [flow.source, flow.target].iter().any(|it| call.addresses.contains(it));
            own.then(|| Flow {
                sent: flow.sent.iter().filter(|packet| is_during(packet.at)).copied().collect(),
                received: flow.received.iter().filter(|seen| is_during(seen.at)).copied().collect(),
                over_sent: flow.over_sent.during(is_during),
                over_received: flow.over_received.during(is_during),
                ..Flow::new(flow.source, flow.target)
            })
        };
        let flows = self.flows().iter().filter_map(flow);
        let flows = flows.filter(|flow| !flow.nearest_to_receiver().is_empty()).collect();
        self.part(is_of, flows, is_during)
    }
}

fn users(dialog: &Dialog<'_>) -> BTreeSet<String> {
    let invite = dialog.invite;
    let uris = [
        invite.from().ok().map(|from| from.uri),
        invite.to().ok().map(|to| to.uri),
        invite.request_uri().ok(),
    ];
    let users = uris.into_iter().flatten().filter_map(|uri| uri.user());
    users.map(|user| user.trim_start_matches('+').to_lowercase()).collect()
}

/// What belongs to a call comes within this time of its end; a recording may outlive it.
const AFTERWARDS: Duration = Duration::from_secs(5);
