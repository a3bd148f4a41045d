//! Headers that every request has, and what they say (RFC 3261 sections 7.1, 8.1.1 and 13.2.1,
//! RFC 3326, RFC 6086, RFC 7989).

use std::collections::BTreeMap;

use super::case::unless;
use super::tolerance::answered;
use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-7.1-1", |case| case.each("RFC3261-7.1-1", stands_bare)),
    rule("RFC3261-8.1.1.2-1", |case| case.each("RFC3261-8.1.1.2-1", begins_anew)),
    rule("RFC3261-8.1.1.5-1", |case| case.each("RFC3261-8.1.1.5-1", is_numbered)),
    rule("RFC3261-8.1.1.6-1", |case| case.each("RFC3261-8.1.1.6-1", may_hop)),
    rule("RFC3261-13.2.1-1", |case| case.each("RFC3261-13.2.1-1", lists_itself)),
    rule("RFC3261-8.2.1-1", |case| case.each("RFC3261-8.2.1-1", names_what_it_knows)),
    rule("RFC3326-2-1", |case| case.each("RFC3326-2-1", gives_its_reasons)),
    rule("RFC6086-4.2.1-1", packages_were_asked_for),
    rule("RFC6086-4.2.2-1", packages_unasked_for_are_refused),
    rule("RFC6086-4.2.2-2", |case| {
        answered(case, "RFC6086-4.2.2-2", "a report", |it| it.method == Method::Info)
    }),
    rule("RFC6086-5.2.2-1", what_was_said_last_counts),
    rule("RFC7989-6-1", everybody_keeps_their_uuid),
    rule("RFC7989-4.1-1", |case| case.each("RFC7989-4.1-1", is_of_uuids)),
    rule("RFC7989-5-1", |case| case.each("RFC7989-5-1", names_both_sides)),
];

/// A Request-URI is in no brackets, and has no blanks or control characters (section 7.1).
fn stands_bare(request: &Said<'_>) -> Option<Result<(), String>> {
    let uri = request.is_request().then(|| request.message.uri_text())?;
    let is_odd = |it: char| it.is_whitespace() || it.is_control();
    let wrong = uri.contains(['<', '>']) || uri.chars().any(is_odd);
    Some(unless(wrong, || format!("for {uri}, which is no address as it stands")))
}

/// A REGISTER is never within a dialog (section 8.1.1.2; of other requests it depends on what was
/// before).
fn begins_anew(request: &Said<'_>) -> Option<Result<(), String>> {
    let wrong = request.is(&Method::Register).then_some(request.to_tag.is_some())?;
    Some(unless(wrong, || "with a tag in To".to_owned()))
}

/// `CSeq` has the method of the request, and a number below 2^31 (section 8.1.1.5).
fn is_numbered(request: &Said<'_>) -> Option<Result<(), String>> {
    let cseq = request.message.headers.get("CSeq").filter(|_| request.is_request())?;
    let (number, method) = cseq.trim().split_once(char::is_whitespace)?;
    let is_small = number.parse::<u64>().is_ok_and(|number| number < 1 << 31);
    let wrong = !is_small || method.trim() != request.method.as_str();
    Some(unless(wrong, || format!("with {cseq} in CSeq")))
}

/// A request may go over as many hops as is usual, or what is left of them (section 8.1.1.6).
fn may_hop(request: &Said<'_>) -> Option<Result<(), String>> {
    let hops = request.message.headers.get("Max-Forwards").filter(|_| request.is_request())?;
    let wrong = !hops.trim().parse::<u8>().is_ok_and(|hops| hops <= 70);
    Some(unless(wrong, || format!("with {hops} in Max-Forwards, where 70 is usual")))
}

/// An INVITE says which methods and extensions its sender knows (section 13.2.1).
fn lists_itself(request: &Said<'_>) -> Option<Result<(), String>> {
    request.is(&Method::Invite).then_some(())?;
    let headers = &request.message.headers;
    let wrong = !headers.has("Allow") || !headers.has("Supported");
    Some(unless(wrong, || "without Allow or without Supported".to_owned()))
}

/// Who does not know a method says which they know (section 8.2.1).
fn names_what_it_knows(response: &Said<'_>) -> Option<Result<(), String>> {
    (response.code == Some(405)).then_some(())?;
    let wrong = !response.message.headers.has("Allow");
    Some(unless(wrong, || "without saying in Allow which methods it knows".to_owned()))
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

/// Whoever has said last that it takes a package does not refuse it, and whoever has heard that it
/// takes a package no more sends none (RFC 6086 section 5.2.2).
fn what_was_said_last_counts(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC6086-5.2.2-1";
    let mut verdicts = Vec::new();
    for (info, asked, package, _) in of_packages(case).filter(|(.., is_wanted)| *is_wanted) {
        let peer = case.host(info.target());
        let tells = |it: &&Said<'_>| {
            let is_peers = it.call_id == info.call_id && case.host(it.source()) == peer;
            is_peers && it.message.headers.has("Recv-Info")
        };
        let last = case.said.iter().filter(tells).rfind(|it| it.number < info.number);
        let Some(last) = last else { continue };
        let mut wanted = last.message.headers.all("Recv-Info").flat_map(|it| it.split([',', ';']));
        if wanted.any(|it| it.trim() == package) {
            let Some(outcome) = asked.outcome(case) else { continue };
            let between = |it: &Said<'_>| (info.number..outcome.number).contains(&it.number);
            if !case.said.iter().filter(tells).any(between) {
                verdicts.push(case.require(outcome.code != Some(469), row, outcome, || {
                    format!("to the package {package}, which it takes by message {}", last.number)
                }));
            }
        } else if last.arrived.is_some_and(|arrived| arrived <= info.at) {
            let seen = format!("of {package}, which its peer takes no more by its last Recv-Info");
            verdicts.push(case.broken(row, info, seen));
        }
    }
    verdicts
}

/// A Reason can be read, has numbers for causes, and has one value of SIP and one of Q.850 (RFC 3326
/// section 2; RFC 9366 lets others have more).
fn gives_its_reasons(said: &Said<'_>) -> Option<Result<(), String>> {
    said.message.headers.has("Reason").then_some(())?;
    let Ok(reasons) = said.message.reasons() else {
        return Some(Err("with a Reason that cannot be read".to_owned()));
    };
    let of =
        |name: &str| reasons.iter().filter(|it| it.protocol.eq_ignore_ascii_case(name)).count();
    if let Some(twice) = ["SIP", "Q.850"].into_iter().find(|name| of(name) > 1) {
        return Some(Err(format!("with two Reasons of {twice}")));
    }
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let mut causes = reasons.iter().filter_map(|it| it.params.get("cause"));
    let odd = causes.find(|it| !is_number(it));
    Some(unless(odd.is_some(), || format!("with the cause {:?} in Reason", odd.unwrap_or(""))))
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

pub(super) fn session_id<'a>(said: &Said<'a>) -> Option<&'a str> {
    said.message.headers.get("Session-ID")
}

/// A Session-ID is of UUIDs (RFC 7989 section 4.1).
fn is_of_uuids(said: &Said<'_>) -> Option<Result<(), String>> {
    let own = session_id(said)?;
    let wrong = !uuids_in(own).iter().all(|it| is_uuid(it));
    Some(unless(wrong, || format!("with the Session-ID {own}")))
}

/// A Session-ID is of its sender and one remote side (RFC 7989 section 5).
fn names_both_sides(said: &Said<'_>) -> Option<Result<(), String>> {
    let own = session_id(said)?;
    Some(unless(uuids_in(own).len() != 2, || {
        format!("with the Session-ID {own}, which names no remote side, or more than one")
    }))
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
