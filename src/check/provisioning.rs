//! Whether the recorder was told of an organisation and its people as it should be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Verdict;
use super::modes::end;
use super::settings_api::json;
use crate::evidence::{Kind, Side, Sighting, Timeline};
use crate::http::Request;
use crate::time::Instant;

/// The recorder was told of a person, and exactly the five things that it may know.
pub fn is_shared(timeline: &Timeline, who: &str) -> Verdict {
    let told = shared(timeline, USERS);
    let Some(Told { at, body, .. }) = told.iter().find(|told| told.body["firstName"] == who) else {
        let seen = format!("the recorder was not told of {who}");
        return Verdict::fail("DUB-ACC-1", end(timeline), seen);
    };
    let members: BTreeSet<_> =
        body.as_object().into_iter().flatten().map(|(name, _)| &name[..]).collect();
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let whole = body.as_object().into_iter().flatten().all(|(_, value)| is_text(value));
    Verdict::require(whole && members == SHARED.into(), "WXC-PRIV-1", *at, || {
        let members: Vec<_> = members.into_iter().collect();
        format!("the recorder was told {}", members.join(", "))
    })
}

/// Whoever enabled recording was named to the recorder as the administrator.
pub fn looks_after_account(timeline: &Timeline, who: &str) -> Verdict {
    let told = shared(timeline, ACCOUNTS);
    let Some(Told { at, body, .. }) = told.iter().find(|told| told.is_taken) else {
        let seen = "the recorder made no account".to_owned();
        return Verdict::fail("DUB-ACC-4", end(timeline), seen);
    };
    Verdict::require(body["firstName"] == who, "DUB-ACC-4", *at, || {
        format!("the account is looked after by {}", body["firstName"])
    })
}

/// The recorder was asked for so many accounts, and made them.
pub fn accounts_are(timeline: &Timeline, count: usize) -> Verdict {
    let told = shared(timeline, ACCOUNTS);
    let taken: Vec<_> = told.iter().filter(|told| told.is_taken).collect();
    let at = taken.last().map_or_else(|| end(timeline), |told| told.at);
    let requirement = match taken.len() {
        0 if terms_are_accepted(timeline) => "DUB-ACC-2",
        0 => "DUB-ACC-1",
        _ => "DUB-ACC-8",
    };
    Verdict::require(taken.len() == count, requirement, at, || {
        format!("{} account(s) were asked for instead of {count}", taken.len())
    })
}

/// Somebody said that the terms are accepted.
fn terms_are_accepted(timeline: &Timeline) -> bool {
    timeline.signalling().iter().any(|seen| {
        let request = seen.http().and_then(|it| it.request());
        request.is_some_and(|request| {
            request.uri().path().ends_with("/termsOfService")
                && json(request.body())["termsOfServiceEnabled"] == true
        })
    })
}

/// Something that the recorder was told.
struct Told {
    at: Instant,
    body: Value,
    /// Whether it said that it has done what is due.
    is_taken: bool,
}

/// What the recorder was told of this kind.
fn shared(timeline: &Timeline, kind: &str) -> Vec<Told> {
    let seen = || timeline.signalling().iter().filter(|seen| seen.side == Side::Received);
    let is_told = |seen: &&Sighting| timeline.cast().is(seen.target, Kind::Recorder);
    let told = seen().filter(is_told).filter_map(|seen| {
        let request: &Request<bytes::Bytes> = seen.http()?.request()?;
        let path = request.uri().path().strip_prefix(PROVISIONING)?;
        path.contains(kind).then_some((seen, request))
    });
    told.map(|(asked, request)| {
        let mut answers = seen().filter(|it| {
            it.at >= asked.at && (it.source, it.target) == (asked.target, asked.source)
        });
        let answer = answers.find_map(|it| it.http()?.response());
        let is_taken = answer.is_some_and(|answer| answer.status().is_success());
        Told { at: asked.at, body: json(request.body()), is_taken }
    })
    .collect()
}

/// Where the recorder is told: the product's own way is not known.
const PROVISIONING: &str = "/provisioning/v1/";
const ACCOUNTS: &str = "/accounts";
const USERS: &str = "/users/";
/// S-37.
const SHARED: [&str; 5] = ["customerName", "email", "firstName", "lastName", "timeZone"];
