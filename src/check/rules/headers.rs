//! Headers that every request has, and what they say (RFC 3261 sections 7.1, 8.1.1 and 13.2.1,
//! RFC 6086, RFC 7989).

use std::collections::BTreeMap;

use super::tolerance::answered;
use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-7.1-1", |case| {
        each(
            case,
            "RFC3261-7.1-1",
            |it| it.is_request().then(|| !is_bracketed(it)),
            |it| format!("for {}, which is no address as it stands", it.message.uri_text()),
        )
    }),
    rule("RFC3261-8.1.1.2-1", |case| {
        each(case, "RFC3261-8.1.1.2-1", begins_anew, |_| "with a tag in To".to_owned())
    }),
    rule("RFC3261-8.1.1.5-1", |case| {
        each(case, "RFC3261-8.1.1.5-1", is_numbered, |it| {
            let cseq = it.message.headers.get("CSeq").unwrap_or("nothing");
            format!("with {cseq} in CSeq")
        })
    }),
    rule("RFC3261-8.1.1.6-1", |case| {
        each(case, "RFC3261-8.1.1.6-1", may_hop, |it| {
            let hops = it.message.headers.get("Max-Forwards").unwrap_or("nothing");
            format!("with {hops} in Max-Forwards, where 70 is usual")
        })
    }),
    rule("RFC3261-13.2.1-1", |case| {
        each(case, "RFC3261-13.2.1-1", lists_itself, |_| {
            "without Allow or without Supported".to_owned()
        })
    }),
    rule("RFC3261-8.2.1-1", |case| {
        let is_405 = |it: &Said<'_>| it.code == Some(405);
        each(
            case,
            "RFC3261-8.2.1-1",
            move |it| is_405(it).then(|| it.message.headers.has("Allow")),
            |_| "without saying in Allow which methods it knows".to_owned(),
        )
    }),
    rule("RFC6086-4.2.1-1", packages_were_asked_for),
    rule("RFC6086-4.2.2-1", packages_unasked_for_are_refused),
    rule("RFC6086-4.2.2-2", |case| {
        answered(case, "RFC6086-4.2.2-2", "a report", |it| it.method == Method::Info)
    }),
    rule("RFC7989-6-1", everybody_keeps_their_uuid),
    rule("RFC7989-4.1-1", |case| {
        each(
            case,
            "RFC7989-4.1-1",
            |it| Some(uuids(it)?.iter().all(|it| is_uuid(it))),
            |it| format!("with the Session-ID {}", session_id(it).unwrap_or_default()),
        )
    }),
    rule("RFC7989-5-1", |case| {
        each(
            case,
            "RFC7989-5-1",
            |it| Some(uuids(it)?.len() == 2),
            |it| {
                let own = session_id(it).unwrap_or_default();
                format!("with the Session-ID {own}, which names no remote side, or more than one")
            },
        )
    }),
];

/// What a row makes of each message that it speaks of.
fn each(
    case: &Case<'_>,
    row: &'static str,
    holds: impl Fn(&Said<'_>) -> Option<bool>,
    seen: impl Fn(&Said<'_>) -> String,
) -> Vec<Verdict> {
    let judged = case.said.iter().filter_map(|said| {
        let met = holds(said)?;
        Some(case.require(met, row, said, || seen(said)))
    });
    judged.collect()
}

/// Whether the Request-URI is in brackets, has blanks, or control characters (section 7.1).
fn is_bracketed(request: &Said<'_>) -> bool {
    let uri = request.message.uri_text();
    uri.contains(['<', '>']) || uri.chars().any(|it| it.is_whitespace() || it.is_control())
}

/// A REGISTER is never within a dialog (section 8.1.1.2; of other requests it depends on what was
/// before).
fn begins_anew(request: &Said<'_>) -> Option<bool> {
    request.is(&Method::Register).then_some(request.to_tag.is_none())
}

/// `CSeq` has the method of the request, and a number below 2^31 (section 8.1.1.5).
fn is_numbered(request: &Said<'_>) -> Option<bool> {
    let cseq = request.message.headers.get("CSeq").filter(|_| request.is_request())?;
    let (number, method) = cseq.trim().split_once(char::is_whitespace)?;
    let is_small = number.parse::<u64>().is_ok_and(|number| number < 1 << 31);
    Some(is_small && method.trim() == request.method.as_str())
}

/// A request may go over as many hops as is usual, or what is left of them (section 8.1.1.6).
fn may_hop(request: &Said<'_>) -> Option<bool> {
    let hops = request.message.headers.get("Max-Forwards").filter(|_| request.is_request())?;
    Some(hops.trim().parse::<u8>().is_ok_and(|hops| hops <= 70))
}

/// An INVITE says which methods and extensions its sender knows (section 13.2.1).
fn lists_itself(request: &Said<'_>) -> Option<bool> {
    let headers = &request.message.headers;
    request.is(&Method::Invite).then(|| headers.has("Allow") && headers.has("Supported"))
}

/// Each INFO of a package, the package, and whether whoever gets it has asked for it.
fn of_packages<'b, 'a>(
    case: &'b Case<'a>,
) -> impl Iterator<Item = (&'b Said<'a>, &'b Asked, &'a str, bool)> {
    case.requests_of(Method::Info).filter_map(|(info, asked)| {
        let package = info.message.headers.get("Info-Package")?.split(';').next()?.trim();
        let of_peer = case.said.iter().filter(|it| {
            let is_peers = case.host(it.source()) == case.host(info.target());
            it.number < info.number && it.call_id == info.call_id && is_peers
        });
        let mut wanted =
            of_peer.flat_map(|it| it.message.headers.all("Recv-Info")).flat_map(|it| it.split(','));
        let is_wanted = wanted.any(|it| it.trim() == package);
        Some((info, asked, package, is_wanted))
    })
}

/// An INFO of a package is only sent to who has asked for the package (RFC 6086 section 4.2.1).
fn packages_were_asked_for(case: &Case<'_>) -> Vec<Verdict> {
    let judged = of_packages(case).map(|(info, _, package, is_wanted)| {
        case.require(is_wanted, "RFC6086-4.2.1-1", info, || {
            format!("of the package {package}, which its peer has not asked for in Recv-Info")
        })
    });
    judged.collect()
}

/// Who has not asked for a package refuses it with 469, and says what it takes (RFC 6086 section
/// 4.2.2).
fn packages_unasked_for_are_refused(case: &Case<'_>) -> Vec<Verdict> {
    let unwanted = of_packages(case).filter(|(.., is_wanted)| !is_wanted);
    let judged = unwanted.filter_map(|(_, asked, package, _)| {
        let outcome = asked.outcome(case)?;
        let met = outcome.code == Some(469) && outcome.message.headers.has("Recv-Info");
        Some(case.require(met, "RFC6086-4.2.2-1", outcome, || {
            format!(
                "to the package {package}, which it has not asked for, and not 469 with Recv-Info"
            )
        }))
    });
    judged.collect()
}

/// In one dialog somebody has one UUID (RFC 7989 section 6): whoever it is by the tag, since proxies
/// pass on what others said.
fn everybody_keeps_their_uuid(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<(&str, &str), (String, usize)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for said in &case.said {
        let Some(local) = uuids(said).and_then(|all| all.first().copied()) else { continue };
        let tag = if said.is_request() { &said.from_tag } else { &said.to_tag };
        let Some(tag) = tag.as_deref() else { continue };
        let own = (local.to_owned(), said.number);
        let (first, number) = known.entry((said.call_id, tag)).or_insert(own).clone();
        verdicts.push(case.require(first == local, "RFC7989-6-1", said, || {
            format!("as {local} in Session-ID, which was {first} in message {number}")
        }));
    }
    verdicts
}

fn session_id<'a>(said: &Said<'a>) -> Option<&'a str> {
    said.message.headers.get("Session-ID")
}

/// The UUIDs in the Session-ID of a message, its sender's first.
fn uuids<'a>(said: &Said<'a>) -> Option<Vec<&'a str>> {
    session_id(said).map(uuids_in)
}

/// The local UUID of a Session-ID, and those that stand as remote (RFC 7989 section 5).
pub(super) fn uuids_in(session_id: &str) -> Vec<&str> {
    let mut parts = session_id.split(';').map(str::trim);
    let local = parts.next().unwrap_or_default();
    let remote = parts.filter_map(|it| it.strip_prefix("remote=").map(str::trim));
    [local].into_iter().chain(remote).collect()
}

/// 32 digits in lower case, of a random or a named UUID; or nil, for one that is not known (RFC 7989
/// section 4.1).
fn is_uuid(text: &str) -> bool {
    let is_hex = text.len() == 32 && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    let is_nil = text.bytes().all(|it| it == b'0');
    is_hex && (is_nil || matches!(text.as_bytes().get(12), Some(b'4' | b'5')))
}
