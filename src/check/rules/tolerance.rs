//! What the field sends has to be taken, by recorders above all (RFC 8068, and what is known of old
//! clients), and every request is answered.

use std::time::Duration;

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sdp::{Direction, MediaDescription};
use crate::sip::{Method, Uri};
use crate::siprec::{DataMode, Id, Metadata, Oddity, Received};

pub const RULES: &[Rule] = &[
    rule("RFC3261-7.3.1-1", |case| {
        taken(case, "RFC3261-7.3.1-1", "a list written otherwise", is_listed_otherwise)
    }),
    rule("RFC3261-7.3.3-1", |case| taken(case, "RFC3261-7.3.3-1", "short names", has_short_names)),
    rule("RFC3261-8.2.2-1", |case| {
        taken(case, "RFC3261-8.2.2-1", "an unknown header", is_decorated)
    }),
    rule("RFC3261-19.1.1-1", |case| {
        let form = "an unknown parameter in an address";
        of_form(case, "RFC3261-19.1.1-1", form, &[400], has_a_strange_parameter)
    }),
    rule("RFC5621-4.2-1", |case| taken(case, "RFC5621-4.2-1", "several parts", is_multipart)),
    rule("INT-BW-1", |case| recorded(case, "INT-BW-1", "the metadata of the drafts", is_of_drafts)),
    rule("INT-BW-2", |case| {
        recorded(case, "INT-BW-2", "the tag of the drafts", is_tagged_by_drafts)
    }),
    rule("INT-BW-3", |case| {
        recorded(case, "INT-BW-3", "its metadata before its SDP", is_metadata_first)
    }),
    rule("INT-AC-1", |case| {
        recorded(case, "INT-AC-1", "a namespace without its version", has_bare_namespace)
    }),
    rule("INT-ORA-1", |case| {
        recorded(case, "INT-ORA-1", "the spelling of early drafts", is_spelt_early)
    }),
    rule("RFC8068-3.2.1-2", |case| {
        recorded(case, "RFC8068-3.2.1-2", "a media type in capitals", is_in_capitals)
    }),
    rule("RFC8068-3.2.3-5", |case| {
        recorded(case, "RFC8068-3.2.3-5", "metadata without disposition", has_no_disposition)
    }),
    rule("RFC8068-3.3.1-2", |case| {
        recorded(case, "RFC8068-3.3.1-2", "no association of the session", has_no_association)
    }),
    rule("RFC8068-3.5-1", |case| {
        recorded(case, "RFC8068-3.5-1", "several calls on one stream", shares_a_stream)
    }),
    rule("RFC7245-3.2.1-2", streams_may_wait),
    rule("INT-MIX-1", |case| {
        recorded(case, "INT-MIX-1", "one stream without a direction", is_one_stream)
    }),
    rule("INT-OSS-1", |case| {
        recorded(case, "INT-OSS-1", "metadata as old clients write it", is_of_old_clients)
    }),
];

/// A legal request of some form is not refused as if it could not be read.
pub(super) fn taken(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    of_form(case, row, form, &[400, 415, 505, 513], |it| is(it) && it.flaw.is_none())
}

/// An invitation to record that the field is full of is not refused for its form.
pub(super) fn recorded(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    of_form(case, row, form, &[400, 415, 420, 421, 488, 500, 606], |it| {
        it.method == Method::Invite && is(it)
    })
}

pub(super) fn of_form(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    refusals: &[u16],
    is: impl Fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    let is_wrong = |code: u16| refusals.contains(&code);
    outcomes(case, row, &format!("is legal and has {form}"), is_wrong, is)
}

/// A client that is not ready offers streams that do not flow yet, and lets them flow later (RFC 7245
/// section 3.2.1).
fn streams_may_wait(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7245-3.2.1-2";
    let form = "streams that do not flow yet";
    let mut verdicts = recorded(case, row, form, |it| it.to_tag.is_none() && waits(it));
    for talk in case.talks.iter().filter(|it| it.recording && it.confirmed.is_some()) {
        let mut offers = talk.offers.iter();
        let Some(first) = offers.next().filter(|it| waits(case.at(it.offered))) else { continue };
        let mut own = offers.filter(|it| it.by_caller == first.by_caller);
        let begins = own.find(|it| it.offer.media.iter().any(|it| it.direction.sends()));
        let outcome = begins.and_then(|it| it.refused.or(it.answer.map(|answer| answer.1)));
        verdicts.extend(outcome.map(|place| {
            let outcome = case.at(place);
            case.require(!matches!(outcome.code, Some(488 | 606)), row, outcome, || {
                "to a client that begins to send what it had offered before".to_owned()
            })
        }));
    }
    verdicts
}

/// An illegal request of some form is not granted.
pub(super) fn refused(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    outcomes(case, row, &format!("has {form}"), |code| (200..300).contains(&code), is)
}

/// A request of some form does not end with some codes. One that a later one overtook ends with a
/// 500 whatever its form is (RFC 3261 section 12.2.2).
fn outcomes(
    case: &Case<'_>,
    row: &'static str,
    what: &str,
    is_wrong: impl Fn(u16) -> bool,
    is: impl Fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    let judged = case.requests().filter(|(request, _)| is(request));
    let judged =
        judged.filter_map(|(request, asked)| {
            let outcome = asked.outcome(case)?;
            if outcome.code == Some(500) && was_overtaken(case, request, outcome) {
                return None;
            }
            let met = !outcome.code.is_some_and(&is_wrong);
            Some(case.require(met, row, outcome, || {
                format!("to message {}, which {what}", request.number)
            }))
        });
    judged.collect()
}

/// Whether a request with a higher number came before it, or may have: where it is not seen what
/// reaches a server, one that was sent before it answered.
fn was_overtaken(case: &Case<'_>, request: &Said<'_>, outcome: &Said<'_>) -> bool {
    let came = request.arrived.unwrap_or(outcome.at);
    case.said.iter().any(|it| {
        let is_later = it.is_request() && it.cseq > request.cseq;
        let is_of_same = it.call_id == request.call_id && it.from_tag == request.from_tag;
        is_later && is_of_same && it.arrived.unwrap_or(it.at) <= came
    })
}

/// A request of some form is answered, whatever is answered.
pub(super) fn answered(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    heard(case, row, form, is, |_, asked| asked.outcome(case).is_some())
}

/// A request of some form is answered, as far as it has to be.
pub(super) fn heard(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: impl Fn(&Said<'_>) -> bool,
    is_answered: impl Fn(&Said<'_>, &Asked) -> bool,
) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let arrived = request.arrived.filter(|_| is(request))?;
        let is_answered = is_answered(request, asked);
        let is_due = arrived + PATIENCE < case.end;
        (is_answered || is_due).then(|| {
            let who = case.timeline.cast().label(request.target());
            let seen = || format!("with {form} to {who}, who never answered it");
            case.require(is_answered, row, request, seen).blaming(&who)
        })
    });
    judged.collect()
}

fn has_short_names(request: &Said<'_>) -> bool {
    request.message.headers.lines().any(|line| line.name().len() == 1)
}

/// Whether a list that mostly stands in one line stands in several, or one of several lines in one.
fn is_listed_otherwise(request: &Said<'_>) -> bool {
    let headers = &request.message.headers;
    let lines = |name: &str| headers.lines().filter(|line| line.is(name)).count();
    let is_split = |name: &&str| lines(name) > 1;
    let is_joined = |name: &&str| headers.all(name).count() > lines(name);
    ["Allow", "Supported", "Accept"].iter().any(is_split)
        || ["Via", "Route", "Record-Route"].iter().any(is_joined)
}

fn is_decorated(request: &Said<'_>) -> bool {
    let mut lines = request.message.headers.lines();
    lines.any(|line| line.name().get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-")))
}

/// Whether whom it is for, or who is meant by it, has a parameter that nobody knows (RFC 3261 section
/// 19.1.1).
fn has_a_strange_parameter(request: &Said<'_>) -> bool {
    let message = request.message;
    let ends = [message.from().ok(), message.to().ok()].map(|it| it.map(|it| it.uri));
    let mut uris = ends.into_iter().chain([message.request_uri().ok()]).flatten();
    let is_known = |name: &str| PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known));
    let is_strange = |uri: &Uri| {
        uri.as_sip().is_some_and(|uri| uri.params.iter().any(|(name, _)| !is_known(name)))
    };
    request.flaw.is_none() && uris.any(|uri| is_strange(&uri))
}

pub(super) fn is_multipart(request: &Said<'_>) -> bool {
    let kind = request.message.content_type().ok().flatten();
    kind.is_some_and(|kind| kind.kind.eq_ignore_ascii_case("multipart"))
}

pub(super) fn quirks<'a>(request: &'a Said<'_>) -> impl Iterator<Item = &'a Oddity> {
    let document: Option<&Metadata> = request.sighting.metadata().and_then(|it| it.as_ref().ok());
    document.into_iter().flat_map(|it| it.quirks.iter().map(|quirk| &quirk.what))
}

fn is_of_drafts(request: &Said<'_>) -> bool {
    quirks(request).any(|it| matches!(it, Oddity::Root { .. }))
}

fn is_tagged_by_drafts(request: &Said<'_>) -> bool {
    let contact = request.message.contact().ok().flatten();
    contact.is_some_and(|contact| contact.params.has("src"))
}

fn is_metadata_first(request: &Said<'_>) -> bool {
    let body = String::from_utf8_lossy(&request.message.body);
    let place = |kind: &str| body.find(kind);
    let (metadata, sdp) = (place("application/rs-metadata"), place("application/sdp"));
    is_multipart(request) && metadata.zip(sdp).is_some_and(|(metadata, sdp)| metadata < sdp)
}

fn has_bare_namespace(request: &Said<'_>) -> bool {
    quirks(request).any(|it| {
        matches!(it, Oddity::Namespace { found: Some(found) } if found.ends_with(":recording"))
    })
}

fn is_spelt_early(request: &Said<'_>) -> bool {
    let is = |it: &Oddity| {
        matches!(it, Oddity::DataModeSpelling { .. } | Oddity::NestedReference { .. })
    };
    quirks(request).any(is)
}

fn is_in_capitals(request: &Said<'_>) -> bool {
    let body = String::from_utf8_lossy(&request.message.body);
    let kinds = body.lines().filter_map(|line| line.split_once(':'));
    let mut kinds = kinds.filter(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
    let kind = |value: &str| value.split(';').next().unwrap_or_default().to_owned();
    kinds.any(|(_, value)| kind(value).bytes().any(|it| it.is_ascii_uppercase()))
}

fn has_no_disposition(request: &Said<'_>) -> bool {
    let kind = request.message.headers.get("Content-Type");
    let parts = kind.and_then(|it| Received::split(it, &request.message.body).ok());
    let metadata = parts.and_then(|parts| parts.metadata);
    is_multipart(request) && metadata.is_some_and(|it| it.header("Content-Disposition").is_none())
}

fn has_no_association(request: &Said<'_>) -> bool {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return false };
    let is_drafts = quirks(request).any(|it| matches!(it, Oddity::Root { .. }));
    let is_whole = metadata.mode == DataMode::Complete && !metadata.sessions.is_empty();
    is_whole && metadata.session_recordings.is_empty() && !is_drafts
}

fn is_one_stream(request: &Said<'_>) -> bool {
    let is_recording = request.sighting.metadata().is_some();
    let description = request.sighting.description().map(|it| &it.1);
    let media = description.map(|it| it.media.as_slice()).unwrap_or_default();
    let is_directed = |it: &crate::sdp::Attribute| {
        ["sendonly", "recvonly", "sendrecv", "inactive"].contains(&it.name.as_str())
    };
    let [one] = media else { return false };
    let mut all = one.attributes.iter().chain(description.iter().flat_map(|it| &it.attributes));
    is_recording && !all.any(is_directed)
}

/// Whether every stream of a recording is there, and none flows.
fn waits(request: &Said<'_>) -> bool {
    let description = request.sighting.description().map(|it| &it.1);
    let mut open = description.iter().flat_map(|it| &it.media).filter(|it| !it.is_disabled());
    let is_still = |it: &MediaDescription| it.direction == Direction::Inactive;
    let is_recording = request.sighting.metadata().is_some();
    is_recording && open.clone().next().is_some() && open.all(is_still)
}

/// Whether several calls are up in one recording, and one of them has no stream of its own.
fn shares_a_stream(request: &Said<'_>) -> bool {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return false };
    let up: Vec<_> = metadata.sessions.iter().filter(|it| it.stop_time.is_none()).collect();
    let has_stream =
        |id: &Id| metadata.streams.iter().any(|stream| stream.session.as_ref() == Some(id));
    let is_shared = !metadata.streams.is_empty() && up.iter().any(|it| !has_stream(&it.id));
    up.len() > 1 && is_shared
}

fn is_of_old_clients(request: &Said<'_>) -> bool {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return false };
    let mut ids = metadata.sessions.iter().flat_map(|it| &it.sip_session_ids);
    let body = String::from_utf8_lossy(&request.message.body);
    ids.any(|id| !id.contains(";remote=")) || body.contains("+0000</")
}

/// Every transaction is over by then (RFC 3261 section 17: 64 T1), and a part that is well needs far
/// less.
const PATIENCE: Duration = Duration::from_secs(5);
/// The parameters of addresses that everybody has to know (RFC 3261 section 19.1.1).
const PARAMETERS: &[&str] = &["transport", "user", "method", "ttl", "maddr", "lr"];
