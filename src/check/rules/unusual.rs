//! More of what is unusual and legal, and of what only looks legal (RFC 4475, RFC 5118), and what
//! recorders have to live with (RFC 8068, and what the field sends).

use super::tolerance::{is_multipart, of_form, quirks, recorded, refused, taken};
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::evidence::Kind;
use crate::sip::{Method, StartLine, Uri};
use crate::siprec::{DataMode, Oddity, Received};

pub const RULES: &[Rule] = &[
    rule("RFC4475-3.1.1.3-1", |case| taken(case, "RFC4475-3.1.1.3-1", "escapes", has_escapes)),
    rule("RFC4475-3.1.1.4-1", |case| {
        taken(case, "RFC4475-3.1.1.4-1", "escaped nulls", has_escaped_nulls)
    }),
    rule("RFC4475-3.1.1.7-1", |case| {
        taken(case, "RFC4475-3.1.1.7-1", "a long header", has_a_long_header)
    }),
    rule("RFC4475-3.1.1.9-1", |case| {
        taken(case, "RFC4475-3.1.1.9-1", "a semicolon in a user", has_semicolons)
    }),
    rule("RFC4475-3.2.1-1", |case| {
        taken(case, "RFC4475-3.2.1-1", "a branch of the cookie alone", has_bare_branch)
    }),
    rule("RFC5118-4.1-1", |case| {
        taken(case, "RFC5118-4.1-1", "an address of IPv6 as its target", goes_to_ipv6)
    }),
    rule("RFC5118-4.5-1", |case| {
        taken(case, "RFC5118-4.5-1", "an address of IPv6 as received", was_received_by_ipv6)
    }),
    rule("RFC4475-3.3.11-1", no_hop_is_left_and_none_is_needed),
    rule("RFC4475-3.1.2.4-1", |case| {
        refused(case, "RFC4475-3.1.2.4-1", "a number beyond 2^31", is_overlarge)
    }),
    rule("RFC4475-3.1.2.6-1", |case| {
        refused(case, "RFC4475-3.1.2.6-1", "a quoted string without its end", is_unterminated)
    }),
    rule("RFC4475-3.1.2.17-1", |case| {
        refused(case, "RFC4475-3.1.2.17-1", "another method in CSeq", has_another_method)
    }),
    rule("RFC4475-3.3.8-1", |case| {
        refused(case, "RFC4475-3.3.8-1", "a header twice that is one", has_one_twice)
    }),
    rule("RFC4475-3.3.15-1", |case| {
        refused(case, "RFC4475-3.3.15-1", "an Accept without SDP", takes_no_sdp)
    }),
    rule("RFC5118-4.2-1", |case| {
        refused(case, "RFC5118-4.2-1", "an address of IPv6 without brackets", has_bare_ipv6)
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
    rule("INT-MIX-1", |case| {
        recorded(case, "INT-MIX-1", "one stream without a direction", is_one_stream)
    }),
    rule("INT-OSS-1", |case| {
        recorded(case, "INT-OSS-1", "metadata as old clients write it", is_of_old_clients)
    }),
];

/// The addresses in a request, as they are written.
fn addresses<'s>(request: &'s Said<'_>) -> impl Iterator<Item = &'s str> {
    let headers = &request.message.headers;
    ["From", "To", "Contact"].into_iter().flat_map(move |name| headers.all(name))
}

/// What stands before the host of an address.
fn user(address: &str) -> Option<&str> {
    let uri = address.split_once("sip:").map_or(address, |(_, uri)| uri);
    uri.split_once('@').map(|(user, _)| user)
}

fn has_escapes(request: &Said<'_>) -> bool {
    let is_escape = |rest: &str| {
        let mut digits = rest.bytes().take(2);
        let both = [digits.next(), digits.next()];
        both.into_iter().all(|it| it.is_some_and(|it| it.is_ascii_hexdigit()))
    };
    addresses(request).filter_map(user).any(|user| user.split('%').nth(1).is_some_and(is_escape))
}

fn has_escaped_nulls(request: &Said<'_>) -> bool {
    addresses(request).filter_map(user).any(|user| user.contains("%00"))
}

fn has_a_long_header(request: &Said<'_>) -> bool {
    request.message.headers.lines().any(|line| line.raw().len() > LONG)
}

fn has_semicolons(request: &Said<'_>) -> bool {
    addresses(request).filter_map(user).any(|user| user.contains(';'))
}

fn has_bare_branch(request: &Said<'_>) -> bool {
    request.branch.as_deref() == Some("z9hG4bK")
}

fn goes_to_ipv6(request: &Said<'_>) -> bool {
    let uri = request.message.request_uri().ok();
    uri.as_ref()
        .and_then(Uri::as_sip)
        .is_some_and(|uri| uri.host.ip().is_some_and(|it| it.is_ipv6()))
}

fn was_received_by_ipv6(request: &Said<'_>) -> bool {
    let received = |via: &str| {
        let (_, behind) = via.split_once("received=")?;
        behind.split([';', ',']).next().map(|it| it.matches(':').count() > 1)
    };
    request.message.headers.all("Via").any(|via| received(via) == Some(true))
}

/// Whoever is meant by a request takes it, although it may go no further (section 3.3.11).
fn no_hop_is_left_and_none_is_needed(case: &Case<'_>) -> Vec<Verdict> {
    let is_end = |request: &Said<'_>| {
        let is = |kind| case.timeline.cast().is(request.target(), kind);
        is(Kind::Phone) || is(Kind::Recorder)
    };
    of_form(case, "RFC4475-3.3.11-1", "no hop left", &[483], |request| {
        request.message.headers.get("Max-Forwards").map(str::trim) == Some("0") && is_end(request)
    })
}

fn is_overlarge(request: &Said<'_>) -> bool {
    let number = request.message.headers.get("CSeq").and_then(|it| it.split(' ').next());
    number.is_some_and(|it| {
        let is_number = !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        is_number && it.parse::<u32>().is_ok_and(|it| it < 1 << 31) != is_number
    })
}

fn is_unterminated(request: &Said<'_>) -> bool {
    addresses(request).any(|address| {
        let plain = address.replace("\\\\", "").replace("\\\"", "");
        plain.matches('"').count() % 2 == 1
    })
}

fn has_another_method(request: &Said<'_>) -> bool {
    request.message.cseq().is_ok_and(|cseq| Some(&cseq.method) != request.message.method())
}

fn has_one_twice(request: &Said<'_>) -> bool {
    let times = |name: &str| request.message.headers.lines().filter(|it| it.is(name)).count();
    ["From", "To", "Call-ID", "CSeq", "Max-Forwards"].into_iter().any(|name| times(name) > 1)
}

fn takes_no_sdp(request: &Said<'_>) -> bool {
    let mut ranges = request.message.headers.all("Accept").flat_map(|it| it.split(',')).peekable();
    let is_sdp = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        ["application/sdp", "application/*", "*/*"].contains(&range.as_str())
    };
    request.method == Method::Invite && ranges.peek().is_some() && !ranges.any(is_sdp)
}

fn has_bare_ipv6(request: &Said<'_>) -> bool {
    let StartLine::Request { uri, .. } = &request.message.start else { return false };
    let host = uri.rsplit('@').next().unwrap_or_default().trim_start_matches("sip:");
    host.matches(':').count() > 1 && !host.contains('[')
}

fn is_in_capitals(request: &Said<'_>) -> bool {
    let body = String::from_utf8_lossy(&request.message.body);
    let kinds = body.lines().filter_map(|line| line.split_once(':'));
    let mut kinds = kinds.filter(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
    kinds.any(|(_, kind)| kind.bytes().any(|it| it.is_ascii_uppercase()))
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

fn is_of_old_clients(request: &Said<'_>) -> bool {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return false };
    let mut ids = metadata.sessions.iter().flat_map(|it| &it.sip_session_ids);
    let body = String::from_utf8_lossy(&request.message.body);
    ids.any(|id| !id.contains(";remote=")) || body.contains("+0000</")
}

/// Longer than the headers of every day: those of the example have thousands.
const LONG: usize = 500;
