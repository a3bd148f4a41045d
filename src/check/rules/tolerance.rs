//! What is unusual and legal has to be taken, and what is illegal has not (RFC 4475, RFC 5118, and
//! what the field sends).

use super::responses::requires_the_unknown;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::packet::Transport;
use crate::sdp::Description;
use crate::sip::{Malformed, Method};
use crate::siprec::{Metadata, Oddity};

pub const RULES: &[Rule] = &[
    rule("RFC3261-7.3.3-1", |case| taken(case, "RFC3261-7.3.3-1", "short names", has_short_names)),
    rule("RFC3261-8.2.2-1", |case| {
        taken(case, "RFC3261-8.2.2-1", "an unknown header", is_decorated)
    }),
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
    let judged = case.requests().filter_map(|(request, asked)| {
        let outcome = asked.outcome(case)?;
        is(request).then(|| {
            let is_taken = outcome.code.is_none_or(|code| !refusals.contains(&code));
            case.require(is_taken, row, outcome, || {
                format!("to message {}, which is legal and has {form}", request.number)
            })
        })
    });
    judged.collect()
}

/// An illegal request of some form is not granted.
pub(super) fn refused(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let outcome = asked.outcome(case)?;
        is(request).then(|| {
            case.require(!outcome.is_answer(200, 299), row, outcome, || {
                format!("to message {}, which has {form}", request.number)
            })
        })
    });
    judged.collect()
}

fn has_short_names(request: &Said<'_>) -> bool {
    request.message.headers.lines().any(|line| line.name().len() == 1)
}

fn is_decorated(request: &Said<'_>) -> bool {
    let mut lines = request.message.headers.lines();
    lines.any(|line| line.name().get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-")))
}

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

pub(super) fn is_multipart(request: &Said<'_>) -> bool {
    let kind = request.message.content_type().ok().flatten();
    kind.is_some_and(|kind| kind.kind.eq_ignore_ascii_case("multipart"))
}

fn is_of_ipv6(request: &Said<'_>) -> bool {
    let is_six = |description: &Description| {
        let media = description.media.iter().filter_map(|medium| medium.address.as_ref());
        media.chain(&description.address).any(|it| it.ip().is_some_and(|ip| ip.is_ipv6()))
    };
    request.sighting.description().is_some_and(|(_, description)| is_six(description))
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
        let known = ["application", "audio", "image", "message", "multipart", "text", "video"];
        let is_known = |known: &&str| kind.kind.eq_ignore_ascii_case(known);
        !known.iter().any(is_known) || kind.subtype.to_ascii_lowercase().starts_with("unknown")
    });
    let matters = !matches!(request.method, Method::Bye | Method::Cancel | Method::Info);
    matters && is_unknown && !request.message.body.is_empty()
}

fn has_two_lengths(request: &Said<'_>) -> bool {
    let lines = request.message.headers.lines().filter(|line| line.is("Content-Length"));
    lines.count() > 1
}
