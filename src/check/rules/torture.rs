//! What is unusual and legal has to be taken, and what is illegal has not: the messages of RFC 4475
//! and RFC 5118.

use super::bodies::KINDS;
use super::responses::requires_the_unknown;
use super::tolerance::{is_multipart, of_form, refused, taken};
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::evidence::Kind;
use crate::packet::Transport;
use crate::sdp::Description;
use crate::sip::{Malformed, Method, StartLine, Uri};

pub const RULES: &[Rule] = &[
    rule("RFC4475-3.1.1.1-1", |case| taken(case, "RFC4475-3.1.1.1-1", "folded lines", is_folded)),
    rule("RFC4475-3.1.1.6-1", |case| {
        taken(case, "RFC4475-3.1.1.6-1", "a name close to its address", is_tight)
    }),
    rule("RFC4475-3.1.1.8-1", |case| {
        taken(case, "RFC4475-3.1.1.8-1", "bytes after its body", has_excess)
    }),
    rule("RFC4475-3.1.1.11-1", |case| {
        taken(case, "RFC4475-3.1.1.11-1", "a binary part", has_binary_part)
    }),
    rule("RFC5118-4.6-1", |case| {
        taken(case, "RFC5118-4.6-1", "an address of IPv6 in its SDP", is_of_ipv6)
    }),
    rule("RFC4475-3.1.2.2-1", |case| {
        refused(case, "RFC4475-3.1.2.2-1", "less body than it said", is_short)
    }),
    rule("RFC4475-3.1.2.3-1", |case| {
        refused(case, "RFC4475-3.1.2.3-1", "a negative length", is_negative)
    }),
    rule("RFC4475-3.3.1-1", |case| {
        refused(case, "RFC4475-3.3.1-1", "a header missing", lacks_a_header)
    }),
    rule("RFC4475-3.3.5-1", |case| {
        refused(case, "RFC4475-3.3.5-1", "an unknown extension required", requires_the_unknown)
    }),
    rule("RFC4475-3.3.6-1", |case| {
        refused(case, "RFC4475-3.3.6-1", "a body of an unknown type", is_of_unknown_type)
    }),
    rule("RFC4475-3.3.9-1", |case| {
        refused(case, "RFC4475-3.3.9-1", "two lengths", has_two_lengths)
    }),
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
];

fn is_folded(request: &Said<'_>) -> bool {
    let mut lines = request.message.headers.lines();
    lines.any(|line| line.raw().split(|byte| *byte == b'\n').count() > 2)
}

fn is_tight(request: &Said<'_>) -> bool {
    ["From", "To", "Contact"].into_iter().any(|name| {
        let value = request.message.headers.get(name).unwrap_or_default();
        let before = value.split('<').next().filter(|before| before.len() < value.len());
        before.is_some_and(|before| before.ends_with(|c: char| !c.is_whitespace()))
    })
}

fn has_excess(request: &Said<'_>) -> bool {
    request.sighting.transport == Transport::Udp && !request.message.excess().is_empty()
}

fn has_binary_part(request: &Said<'_>) -> bool {
    is_multipart(request) && std::str::from_utf8(&request.message.body).is_err()
}

fn is_of_ipv6(request: &Said<'_>) -> bool {
    let is_six = |description: &Description| {
        let media = description.media.iter().filter_map(|medium| medium.address.as_ref());
        media.chain(&description.address).any(|it| it.ip().is_some_and(|ip| ip.is_ipv6()))
    };
    request.sighting.description().is_some_and(|(_, description)| is_six(description))
}

fn is_short(request: &Said<'_>) -> bool {
    matches!(request.flaw, Some(Malformed::Length { said, there }) if said > there)
}

fn is_negative(request: &Said<'_>) -> bool {
    request.message.headers.get("Content-Length").is_some_and(|it| it.starts_with('-'))
}

fn lacks_a_header(request: &Said<'_>) -> bool {
    let has = |name: &str| request.message.headers.has(name);
    !["From", "To", "Call-ID", "CSeq", "Via"].into_iter().all(has)
}

fn is_of_unknown_type(request: &Said<'_>) -> bool {
    let kind = request.message.content_type().ok().flatten();
    let is_unknown = kind.is_some_and(|kind| {
        let is_known = |known: &&str| kind.kind.eq_ignore_ascii_case(known);
        !KINDS.iter().any(is_known) || kind.subtype.to_ascii_lowercase().starts_with("unknown")
    });
    let matters = !matches!(request.method, Method::Bye | Method::Cancel | Method::Info);
    let what = request.message.headers.get("Content-Disposition").unwrap_or_default();
    let is_optional = what.to_ascii_lowercase().contains("handling=optional");
    matters && is_unknown && !is_optional && !request.message.body.is_empty()
}

fn has_two_lengths(request: &Said<'_>) -> bool {
    let lines = request.message.headers.lines().filter(|line| line.is("Content-Length"));
    lines.count() > 1
}

/// The addresses in a request, as they are written.
fn addresses<'s>(request: &'s Said<'_>) -> impl Iterator<Item = &'s str> {
    let headers = &request.message.headers;
    ["From", "To", "Contact"].into_iter().flat_map(move |name| headers.all(name))
}

/// What stands before the host of an address.
fn user(address: &str) -> Option<&str> {
    let uri = address.split_once("sip:").map_or(address, |(_, uri)| uri);
    uri.split('>').next()?.split_once('@').map(|(user, _)| user)
}

fn has_escapes(request: &Said<'_>) -> bool {
    let is_escape =
        |rest: &str| rest.get(..2).is_some_and(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
    addresses(request).filter_map(user).any(|user| user.split('%').skip(1).any(is_escape))
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

pub(super) fn was_received_by_ipv6(request: &Said<'_>) -> bool {
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

/// Whether the number in `CSeq` is beyond 2^31.
pub(super) fn is_overlarge(said: &Said<'_>) -> bool {
    let number = said.message.headers.get("CSeq").and_then(|it| it.split(' ').next());
    number.is_some_and(|it| {
        let is_number = !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        is_number && !it.parse::<u32>().is_ok_and(|it| it < 1 << 31)
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
    let host = uri
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .trim_start_matches("sip:")
        .trim_start_matches("sips:");
    host.matches(':').count() > 1 && !host.contains('[')
}

/// Longer than the headers of every day: those of the example have thousands.
const LONG: usize = 500;
