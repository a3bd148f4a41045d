//! Whether recording was set up as it may be, and the recorder told of it as it should.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Verdict;
use super::modes::end;
use crate::evidence::{Kind, Side, Sighting, Timeline};
use crate::http::{Request, Response};
use crate::time::Instant;

/// What an administrator is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// What was asked for is done.
    Done,
    /// Nothing can be done before the terms are accepted.
    Terms,
    /// The token does not allow it.
    NotAllowed,
    /// The token is not good, or not any more.
    NoToken,
    /// What should be set cannot be set.
    NoValue,
    /// The e-mail address serves another account at the recorder.
    OtherAccount,
    /// The licence does not allow recording.
    Licence,
    /// The partner has not enabled recording.
    Partner,
    /// There is nobody on this page.
    Nobody,
}

/// The last that somebody heard of the platform is this.
pub fn hears(timeline: &Timeline, who: &str, answer: Answer) -> Verdict {
    let Some((at, response)) = last_answer(timeline, who) else {
        return Verdict::fail(
            answer.requirement(),
            end(timeline),
            format!("{who} was told nothing"),
        );
    };
    let body = json(response.body());
    let refused = response.status().is_client_error();
    if refused && answer != Answer::Terms && !is_documented(response, &body) {
        let seen = format!("the body of {} is not the one documented", response.status());
        return Verdict::fail(answer.requirement(), at, seen);
    }
    Verdict::require(answer.is(response.status().as_u16(), &body), answer.requirement(), at, || {
        format!("{who} was told: {} {body}", response.status())
    })
}

/// The recorder was told of a person, and exactly the five things that it may know.
pub fn is_shared(timeline: &Timeline, who: &str) -> Verdict {
    let told = shared(timeline, "/provisioning/v1/users");
    let found = told.iter().find(|(_, body, _)| body["firstName"] == who);
    let Some((at, body, _)) = found else {
        let seen = format!("the recorder was not told of {who}");
        return Verdict::fail("DUB-ACC-1", end(timeline), seen);
    };
    let members: BTreeSet<_> =
        body.as_object().into_iter().flatten().map(|(name, _)| &name[..]).collect();
    let whole = body
        .as_object()
        .into_iter()
        .flatten()
        .all(|(_, value)| value.as_str().is_some_and(|text| !text.is_empty()));
    Verdict::require(whole && members == SHARED.into(), "WXC-PRIV-1", *at, || {
        let members: Vec<_> = members.into_iter().collect();
        format!("the recorder was told {}", members.join(", "))
    })
}

/// Whoever enabled recording was named to the recorder as the administrator.
pub fn looks_after_account(timeline: &Timeline, who: &str) -> Verdict {
    let made = shared(timeline, "/provisioning/v1/accounts");
    let Some((at, body, _)) = made.iter().find(|(.., fine)| *fine) else {
        let seen = "the recorder made no account".to_owned();
        return Verdict::fail("DUB-ACC-4", end(timeline), seen);
    };
    Verdict::require(body["firstName"] == who, "DUB-ACC-4", *at, || {
        format!("the account is looked after by {}", body["firstName"])
    })
}

/// The recorder made so many accounts.
pub fn accounts_are(timeline: &Timeline, count: usize) -> Verdict {
    let made = shared(timeline, "/provisioning/v1/accounts");
    let fine: Vec<_> = made.iter().filter(|(.., fine)| *fine).collect();
    let at = fine.last().map_or_else(|| end(timeline), |(at, ..)| *at);
    Verdict::require(fine.len() == count, "DUB-ACC-8", at, || {
        format!("{} account(s) were made instead of {count}", fine.len())
    })
}

/// What somebody saw last are the settings of a person for whom nothing was ever set.
pub fn settings_are_clear(timeline: &Timeline, who: &str) -> Verdict {
    let Some((at, response)) = last_answer(timeline, who) else {
        return Verdict::fail("WXC-CFG-2", end(timeline), format!("{who} saw no settings"));
    };
    let body = json(response.body());
    let clear = body["enabled"] == false
        && body["record"] == "Never"
        && body["recordVoicemailEnabled"] == false
        && body["repeat"]["enabled"] == false
        && body["notification"]["enabled"] == false
        && body["startStopAnnouncement"]["internalCallsEnabled"] == false
        && body["startStopAnnouncement"]["pstnCallsEnabled"] == false;
    Verdict::require(clear, "WXC-CFG-2", at, || format!("{who} saw {body}"))
}

/// What somebody saw last has all by which support finds a person.
pub fn identifiers_are_shown(timeline: &Timeline, who: &str) -> Verdict {
    let Some((at, response)) = last_answer(timeline, who) else {
        return Verdict::fail("WXC-CFG-4", end(timeline), format!("{who} saw no settings"));
    };
    let body = json(response.body());
    let shown = IDENTIFIERS.iter().all(|name| body[name].as_str().is_some_and(|it| !it.is_empty()));
    Verdict::require(shown, "WXC-CFG-4", at, || format!("{who} saw {body}"))
}

/// How many questions of somebody were answered, and how many were asked: what has no answer yet is
/// going on.
pub fn exchanges(timeline: &Timeline, who: &str) -> (usize, usize) {
    let count = |side: Side, is_question: bool| {
        let seen = timeline.signalling().iter().filter(|seen| seen.side == side);
        let own = seen.filter(|seen| {
            let end = if is_question { seen.source } else { seen.target };
            let kind = seen.http().is_some_and(|it| it.request().is_some() == is_question);
            kind && timeline.cast().label(end) == who
        });
        own.count()
    };
    let undelivered = timeline.signalling().iter().filter(|seen| {
        seen.side == Side::Undeliverable
            && seen.http().is_some()
            && timeline.cast().label(seen.source) == who
    });
    (count(Side::Received, false) + undelivered.count(), count(Side::Sent, true))
}

impl Answer {
    fn requirement(self) -> &'static str {
        match self {
            Self::Done => "WXC-CFG-1",
            Self::Terms => "DUB-ACC-3",
            Self::NotAllowed => "WXC-API-1",
            Self::NoToken => "WXC-API-2",
            Self::NoValue => "WXC-API-3",
            Self::OtherAccount => "DUB-ACC-6",
            Self::Licence => "WXC-PRQ-3",
            Self::Partner => "WXC-PRQ-1",
            Self::Nobody => "WXC-API-4",
        }
    }

    fn is(self, status: u16, body: &Value) -> bool {
        let says = |word: &str| body["message"].as_str().is_some_and(|text| text.contains(word));
        match self {
            Self::Done => (200..300).contains(&status),
            Self::Terms => status == 409 && body["termsOfServiceUrl"].is_string(),
            Self::NotAllowed => status == 403,
            Self::NoToken => status == 401,
            Self::NoValue => status == 400 && says("Invalid value"),
            Self::OtherAccount => status == 409 && says("e-mail"),
            Self::Licence => status == 400 && says("license"),
            Self::Partner => status == 400 && says("partner"),
            Self::Nobody => status == 200 && body["members"] == serde_json::json!([]),
        }
    }
}

/// The body of every refusal: `message`, `errors` with their descriptions, and the `trackingId`
/// that stands in the header as well (product facts, section 3.7).
fn is_documented(response: &Response<bytes::Bytes>, body: &Value) -> bool {
    let tracking = response.headers().get("trackingid").and_then(|id| id.to_str().ok());
    let errors = body["errors"].as_array().is_some_and(|errors| {
        !errors.is_empty() && errors.iter().all(|error| error["description"].is_string())
    });
    body["message"].is_string()
        && errors
        && tracking.is_some()
        && body["trackingId"].as_str() == tracking
}

/// The last answer of the platform that reached somebody.
fn last_answer<'a>(
    timeline: &'a Timeline,
    who: &str,
) -> Option<(Instant, &'a Response<bytes::Bytes>)> {
    let seen = timeline.signalling().iter().rev();
    let mut own = seen.filter(|seen| {
        seen.side == Side::Received
            && timeline.cast().is(seen.source, Kind::Platform)
            && timeline.cast().label(seen.target) == who
    });
    own.find_map(|seen| Some((seen.at, seen.http()?.response()?)))
}

/// What the recorder was told, with the moment, and whether it took it.
fn shared(timeline: &Timeline, path: &str) -> Vec<(Instant, Value, bool)> {
    let seen = || timeline.signalling().iter().filter(|seen| seen.side == Side::Received);
    let is_told = |seen: &&Sighting| timeline.cast().is(seen.target, Kind::Recorder);
    let told = seen().filter(is_told).filter_map(|seen| {
        let request: &Request<bytes::Bytes> = seen.http()?.request()?;
        (request.uri().path() == path).then_some((seen, request))
    });
    told.map(|(asked, request)| {
        let mut answers = seen().filter(|it| {
            it.at >= asked.at && (it.source, it.target) == (asked.target, asked.source)
        });
        let answer = answers.find_map(|it| it.http()?.response());
        let fine = answer.is_some_and(|answer| answer.status().is_success());
        (asked.at, json(request.body()), fine)
    })
    .collect()
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

/// S-37.
const SHARED: [&str; 5] = ["customerName", "email", "firstName", "lastName", "timeZone"];
/// S-42.
const IDENTIFIERS: [&str; 3] = ["serviceProvider", "externalGroup", "externalIdentifier"];
