//! What the settings API of a platform said to those who asked it.

use std::time::Duration;

use serde_json::Value;

use super::Verdict;
use super::modes::end;
use crate::evidence::{Kind, Side, Timeline, recordings};
use crate::http::{Method, Response};
use crate::siprec::BroadWorks;
use crate::time::Instant;

/// What somebody is told who asks.
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
    /// What was bought on the product's web pages has no recording.
    Online,
    /// The partner has not enabled recording.
    Partner,
    /// There is nobody on this page.
    Nobody,
    /// The organisation is somebody else's.
    OtherOrganization,
    /// Nobody has this id.
    Unknown,
    /// The mode or the state of the recording does not allow it.
    NotNow,
}

/// Something that can be set for a person.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Setting {
    /// The begin and the end of a recording are announced on every call.
    Announcements,
    /// A pause and its end are told in words.
    AnnouncedPauses,
    /// A pause and its end are told by a beep.
    Beeps,
    /// Voice messages are recorded too.
    VoiceMessages,
    /// A tone reminds everybody so often.
    Reminder(Duration),
}

/// The last that somebody heard of the platform is this.
pub fn hears(timeline: &Timeline, who: &str, answer: Answer) -> Verdict {
    let requirement = answer.requirement();
    let Some((at, response)) = last_answer(timeline, who) else {
        return Verdict::fail(requirement, end(timeline), format!("{who} was told nothing"));
    };
    let body = json(response.body());
    let refused = response.status().is_client_error();
    if refused && answer != Answer::Terms && !is_documented(response, &body) {
        let seen = format!("the body of {} is not the one documented", response.status());
        return Verdict::fail(requirement, at, seen);
    }
    Verdict::require(answer.is(response.status().as_u16(), &body), requirement, at, || {
        format!("{who} was told: {} {body}", response.status())
    })
}

/// What somebody saw last are the settings of a person for whom nothing was ever set.
pub fn settings_are_clear(timeline: &Timeline, who: &str) -> Verdict {
    seen(timeline, who, "WXC-CFG-2", |body| {
        body["enabled"] == false
            && body["record"] == "Never"
            && body["recordVoicemailEnabled"] == false
            && body["repeat"]["enabled"] == false
            && body["notification"]["enabled"] == false
            && body["startStopAnnouncement"]["internalCallsEnabled"] == false
            && body["startStopAnnouncement"]["pstnCallsEnabled"] == false
    })
}

/// What somebody saw last has this setting.
pub fn shows(timeline: &Timeline, who: &str, setting: Setting) -> Verdict {
    seen(timeline, who, setting.requirement(), |body| setting.is_in(body))
}

/// What somebody saw last has all by which support finds a person.
pub fn identifiers_are_shown(timeline: &Timeline, who: &str) -> Verdict {
    seen(timeline, who, "WXC-CFG-4", |body| {
        IDENTIFIERS.iter().all(|name| body[name].as_str().is_some_and(|it| !it.is_empty()))
    })
}

/// What somebody saw last has the same identifiers as the last recording.
pub fn identifiers_are_recorded(timeline: &Timeline, who: &str) -> Verdict {
    let last = recordings(timeline)
        .last()
        .and_then(|recording| recording.metadata()?.extensions.iter().find_map(BroadWorks::read));
    let Some(told) = last else {
        let seen = "no recording says whose it is".to_owned();
        return Verdict::fail("WXC-IDN-1", end(timeline), seen);
    };
    let told = [told.service_provider, told.group, told.user];
    seen(timeline, who, "WXC-IDN-1", |body| {
        IDENTIFIERS.iter().zip(&told).all(|(name, told)| body[name].as_str() == told.as_deref())
    })
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

/// Whether somebody's recording was switched off at the API.
pub(super) fn is_switched_off(timeline: &Timeline) -> bool {
    timeline.signalling().iter().any(|seen| {
        let request = seen.http().and_then(|it| it.request());
        request.is_some_and(|request| {
            request.method() == Method::PUT
                && request.uri().path().ends_with("/features/callRecording")
                && json(request.body())["enabled"] == false
        })
    })
}

/// JSON, or null where it is none.
pub(super) fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

/// Judges what somebody saw last.
fn seen(
    timeline: &Timeline,
    who: &str,
    requirement: &'static str,
    fits: impl FnOnce(&Value) -> bool,
) -> Verdict {
    let Some((at, response)) = last_answer(timeline, who) else {
        return Verdict::fail(requirement, end(timeline), format!("{who} saw nothing"));
    };
    let body = json(response.body());
    Verdict::require(fits(&body), requirement, at, || format!("{who} saw {body}"))
}

impl Setting {
    fn requirement(self) -> &'static str {
        match self {
            Self::Reminder(_) => "WXC-API-9",
            _ => "WXC-API-8",
        }
    }

    fn is_in(self, body: &Value) -> bool {
        let notified = &body["notification"];
        match self {
            Self::Announcements => {
                let announced = &body["startStopAnnouncement"];
                announced["internalCallsEnabled"] == true && announced["pstnCallsEnabled"] == true
            }
            Self::AnnouncedPauses => {
                notified["enabled"] == true && notified["type"] == "Play Announcement"
            }
            Self::Beeps => notified["enabled"] == true && notified["type"] == "Beep",
            Self::VoiceMessages => body["recordVoicemailEnabled"] == true,
            Self::Reminder(period) => {
                body["repeat"]["enabled"] == true && body["repeat"]["interval"] == period.as_secs()
            }
        }
    }
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
            Self::Online => "DUB-GO-6",
            Self::Partner => "WXC-PRQ-1",
            Self::Nobody => "WXC-API-4",
            Self::OtherOrganization => "WXC-API-5",
            Self::Unknown => "WXC-API-6",
            Self::NotNow => "WXC-API-7",
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
            Self::Online => status == 400 && says("online"),
            Self::Partner => status == 400 && says("partner"),
            Self::Nobody => status == 200 && body["members"] == serde_json::json!([]),
            Self::OtherOrganization => status == 403 && says("organization"),
            Self::Unknown => status == 404,
            Self::NotNow => (400..500).contains(&status),
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

/// S-42, in the order of the metadata's own.
const IDENTIFIERS: [&str; 3] = ["serviceProvider", "externalGroup", "externalIdentifier"];
