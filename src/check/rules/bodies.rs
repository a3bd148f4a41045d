//! Bodies and their parts: what they are for, how they are written, and who takes them (RFC 3261
//! section 7.4, RFC 5621, RFC 6086).

use std::collections::BTreeMap;

use super::case::unless;
use super::tolerance::{is_multipart, of_form};
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-7.4.1-2", who_takes_no_parts_gets_none),
    rule("RFC3261-20.11-1", what_is_not_said_is_assumed),
    rule("RFC5621-3.2-1", |case| case.each("RFC5621-3.2-1", is_encoded)),
    rule("RFC5621-4.3-1", |case| case.each("RFC5621-4.3-1", is_nested)),
    rule("RFC5621-8.2-1", |case| case.each("RFC5621-8.2-1", says_what_it_needs)),
    rule("RFC5621-8.4-1", what_is_required_is_not_passed_over),
    rule("RFC6086-3-1", |case| case.each("RFC6086-3-1", is_of_both_kinds)),
    rule("RFC6086-4.3.2-1", |case| case.each("RFC6086-4.3.2-1", answers_with_a_package)),
    rule("RFC6086-5.2.3-1", packages_are_told_first),
];

/// A body, or a part of one, in lower case: its type, what it is for, how it is encoded, and by what
/// others refer to it; each empty where that is not said.
#[derive(Debug, Default)]
struct Part {
    kind: String,
    name: String,
    disposition: String,
    encoding: String,
}

impl Part {
    fn of<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Self {
        let value = |name| header(name).unwrap_or_default().trim().to_ascii_lowercase();
        let first = |value: String| value.split(';').next().unwrap_or_default().trim().to_owned();
        Self {
            kind: first(value("Content-Type")),
            name: value("Content-ID"),
            disposition: value("Content-Disposition"),
            encoding: value("Content-Transfer-Encoding"),
        }
    }

    /// What whoever does not know it has to do; nothing, where that is not said.
    fn handling(&self) -> Option<&str> {
        let mut params = self.disposition.split(';').skip(1);
        let value = params.find_map(|it| it.trim().strip_prefix("handling"))?;
        Some(value.trim_start().strip_prefix('=')?.trim().trim_matches('"'))
    }

    /// Whether nobody can know its type.
    fn is_strange(&self) -> bool {
        let Some((kind, subtype)) = self.kind.split_once('/') else { return false };
        !KINDS.contains(&kind) || subtype.starts_with("unknown")
    }

    /// Whether nobody can know what it is for.
    fn is_for_nothing(&self) -> bool {
        let what = self.disposition.split(';').next().unwrap_or_default().trim();
        !what.is_empty() && !DISPOSITIONS.contains(&what)
    }
}

/// The parts of a body, or the body itself; none, where there is none.
fn parts(said: &Said<'_>) -> Vec<Part> {
    let message = said.message;
    if message.body.is_empty() {
        return Vec::new();
    }
    let boundary = message.content_type().ok().flatten();
    let boundary = boundary.filter(|_| is_multipart(said));
    let Some(boundary) = boundary.and_then(|it| it.params.get("boundary").map(str::to_owned))
    else {
        return vec![Part::of(|name| message.headers.get(name))];
    };
    let text = String::from_utf8_lossy(&message.body);
    let border = format!("--{boundary}");
    let parts = text.split(border.as_str()).skip(1).filter(|it| !it.starts_with("--"));
    let parts = parts.map(|part| {
        let head = part.trim_start().split_once("\r\n\r\n").map_or("", |(head, _)| head);
        Part::of(|name| {
            let mut lines = head.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(own, _)| own.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value)
        })
    });
    parts.collect()
}

/// Who says what they take, and takes no body of several parts, gets a description alone (section
/// 7.4.1). Who has just taken several parts cannot have meant it so.
fn who_takes_no_parts_gets_none(case: &Case<'_>) -> Vec<Verdict> {
    let in_parts = case
        .requests()
        .filter(|(request, _)| is_multipart(request) && request.sighting.description().is_some());
    let mut telling: BTreeMap<&str, Vec<&Said<'_>>> = BTreeMap::new();
    for said in case.said.iter().filter(|it| it.message.headers.all("Accept").next().is_some()) {
        telling.entry(said.call_id).or_default().push(said);
    }
    let judged = in_parts.filter_map(|(request, _)| {
        let peer = case.host(request.target());
        let told = telling.get(request.call_id)?.iter().rfind(|it| {
            let is_known = it.arrived.is_some_and(|arrived| arrived <= request.at);
            let asked = it.asked.map(|asked| case.asked[asked].request(case));
            let took = it.is_answer(200, 299) && asked.is_some_and(is_multipart);
            case.host(it.source()) == peer && is_known && !took
        })?;
        let mut ranges = told.message.headers.all("Accept").map(str::to_ascii_lowercase);
        let takes = ranges.any(|it| it.starts_with("multipart/") || it.starts_with("*/*"));
        Some(case.require(takes, "RFC3261-7.4.1-2", request, || {
            format!("in several parts, which the Accept of message {} does not have", told.number)
        }))
    });
    judged.collect()
}

/// A description of which it is not said what it is for is that of the session, and whoever does not
/// know a type refuses it unless that is said to be needless (section 20.11).
fn what_is_not_said_is_assumed(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-20.11-1";
    let form = "a description without Content-Disposition";
    let mut verdicts = of_form(case, row, form, &[415], |request| {
        let is_plain = |it: &Part| it.kind == "application/sdp" && it.disposition.is_empty();
        let is_encoded = request.message.headers.has("Content-Encoding");
        let all = parts(request);
        request.method == Method::Invite
            && !is_encoded
            && all.len() == 1
            && all.iter().all(is_plain)
    });
    verdicts.extend(case.requests().filter_map(|(request, asked)| {
        let all = parts(request);
        let odd = all.iter().find(|it| it.is_strange() && it.handling().is_none())?;
        let outcome = asked.outcome(case).filter(|_| matters(request))?;
        Some(case.require(!outcome.is_answer(200, 299), row, outcome, || {
            format!("although {}, which nobody knows, was not said to be optional", odd.kind)
        }))
    }));
    verdicts
}

/// Whoever cannot do what a part requires says 415 (RFC 5621 section 8.4).
fn what_is_required_is_not_passed_over(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let all = parts(request);
        let is_due = |it: &&Part| {
            it.handling() == Some("required") && (it.is_strange() || it.is_for_nothing())
        };
        let odd = all.iter().find(is_due)?;
        let outcome = asked.outcome(case).filter(|_| matters(request))?;
        // What else was wrong is not known.
        let is_judged = outcome.is_answer(200, 299) || outcome.code == Some(415);
        is_judged.then(|| {
            case.require(outcome.code == Some(415), "RFC5621-8.4-1", outcome, || {
                let (kind, what) = (&odd.kind, &odd.disposition);
                format!("although a part was required that nobody knows ({kind}, {what})")
            })
        })
    });
    judged.collect()
}

/// Whether what is in a request has to be understood: a call ends whatever else is said.
fn matters(request: &Said<'_>) -> bool {
    !matches!(request.method, Method::Bye | Method::Cancel | Method::Info)
}

/// SIP carries any byte: what is in a body is not written in letters (RFC 5621 section 3.2).
fn is_encoded(said: &Said<'_>) -> Option<Result<(), String>> {
    let all = parts(said);
    let told = all.iter().find(|it| !it.encoding.is_empty())?;
    let odd = all.iter().find(|it| ["base64", "quoted-printable"].contains(&it.encoding.as_str()));
    Some(unless(odd.is_some(), || {
        format!("with a body in {}, where binary will do", odd.unwrap_or(told).encoding)
    }))
}

/// Parts are not within parts of the same kind, unless something refers to the inner ones (RFC 5621
/// section 4.3).
fn is_nested(said: &Said<'_>) -> Option<Result<(), String>> {
    let all = if is_multipart(said) { parts(said) } else { Vec::new() };
    let first = all.first()?;
    let outer = Part::of(|name| said.message.headers.get(name)).kind;
    let odd = all.iter().find(|it| match outer.as_str() {
        "multipart/mixed" => it.kind == outer && it.name.is_empty(),
        "multipart/alternative" => it.kind == outer,
        _ => false,
    });
    Some(unless(odd.is_some(), || {
        format!("with {} within {outer}, for nothing", odd.unwrap_or(first).kind)
    }))
}

/// What a part needs of whoever does not know it is one of two things (RFC 5621 section 8.2).
fn says_what_it_needs(said: &Said<'_>) -> Option<Result<(), String>> {
    let all = parts(said);
    let mut told = all.iter().filter_map(|it| Some((it.handling()?, &it.kind))).peekable();
    told.peek()?;
    let odd = told.find(|(handling, _)| !["required", "optional"].contains(handling));
    Some(unless(odd.is_some(), || {
        let (handling, kind) = odd.map_or(("", ""), |(handling, kind)| (handling, kind.as_str()));
        format!("with {kind}, whose handling is {handling:?}")
    }))
}

/// An INFO of the old kind has no package (RFC 6086 section 3).
fn is_of_both_kinds(said: &Said<'_>) -> Option<Result<(), String>> {
    let all = if said.is(&Method::Info) { parts(said) } else { Vec::new() };
    let is_old =
        |it: &&Part| OLD.contains(&it.kind.as_str()) && !it.disposition.starts_with("info-package");
    let old = all.iter().find(is_old)?;
    Some(unless(said.message.headers.has("Info-Package"), || {
        format!("of {}, as of old, with a package in Info-Package", old.kind)
    }))
}

/// What belongs to a package is in requests alone (RFC 6086 section 4.3.2).
fn answers_with_a_package(said: &Said<'_>) -> Option<Result<(), String>> {
    let is_answer = !said.is_request() && said.method == Method::Info;
    let all = if is_answer { parts(said) } else { Vec::new() };
    let first = all.first()?;
    let wrong = all.iter().any(|it| it.disposition.starts_with("info-package"));
    Some(unless(wrong, || format!("with {}, said to be of a package", first.kind)))
}

/// Whoever uses packages says in the first INVITE which they take, be it none; and who was not told
/// so tells nothing (RFC 6086 section 5.2.3).
fn packages_are_told_first(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC6086-5.2.3-1";
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        let Some(first) = talk.said.first().map(|place| case.at(*place)) else { continue };
        let tells = first.message.headers.has("Recv-Info");
        let uses = case.all(&talk.said).any(|it| {
            let is_own = it.is_request() && talk.is_from_caller(it);
            is_own && it.message.headers.has("Info-Package")
        });
        if first.is(&Method::Invite) && uses {
            verdicts.push(case.require(tells, row, first, || {
                "without Recv-Info, although it uses packages".to_owned()
            }));
        }
    }
    for (request, asked) in case.requests_of(Method::Invite) {
        let wants = request.message.headers.has("Recv-Info");
        let answers = case.all(&asked.responses).filter(|it| it.is_answer(101, 299));
        let telling = answers.filter(|it| it.message.headers.has("Recv-Info"));
        verdicts.extend(telling.map(|it| {
            case.require(wants, row, it, || {
                format!("with Recv-Info, which message {} does not have", request.number)
            })
        }));
    }
    verdicts
}

/// What stands before the slash of a type that there is (RFC 2046, RFC 6838).
pub(super) const KINDS: &[&str] = &[
    "application",
    "audio",
    "example",
    "font",
    "haptics",
    "image",
    "message",
    "model",
    "multipart",
    "text",
    "video",
];
/// What a part may be for (the registry of RFC 2183).
const DISPOSITIONS: &[&str] = &[
    "inline",
    "attachment",
    "form-data",
    "signal",
    "alert",
    "icon",
    "render",
    "session",
    "aib",
    "early-session",
    "recipient-list",
    "recipient-list-history",
    "recording-session",
    "by-reference",
    "info-package",
    "notification",
];
/// What INFO carried before there were packages.
const OLD: &[&str] =
    &["application/dtmf", "application/dtmf-relay", "application/media_control+xml"];
