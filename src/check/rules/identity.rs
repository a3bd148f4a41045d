//! What every request has to carry so that it can be told from others (RFC 3261 section 8.1.1).

use std::collections::BTreeMap;

use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::{Contacts, Method};

pub const RULES: &[Rule] = &[
    rule("RFC3261-7.4.1-1", bodies_are_named),
    rule("RFC3261-8.1.1-1", requests_are_whole),
    rule("RFC3261-8.1.1.3-1", senders_have_a_tag),
    rule("RFC3261-8.1.1.4-1", calls_have_an_id_of_their_own),
    rule("RFC3261-8.1.1.7-1", transactions_have_a_branch_of_their_own),
    rule("RFC3261-8.1.1.8-1", whoever_calls_can_be_called_back),
];

/// A body comes with its type (RFC 3261 section 7.4.1).
fn bodies_are_named(case: &Case<'_>) -> Vec<Verdict> {
    let with_body = case.said.iter().filter(|it| !it.message.body.is_empty());
    let judged = with_body.map(|it| {
        case.require(it.message.headers.has("Content-Type"), "RFC3261-7.4.1-1", it, || {
            format!("with a body of {} bytes and no Content-Type", it.message.body.len())
        })
    });
    judged.collect()
}

/// Six headers are in every request (RFC 3261 section 8.1.1).
fn requests_are_whole(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.said.iter().filter(|it| it.is_request()).map(|it| {
        let missing = EVERY.iter().find(|name| !it.message.headers.has(name));
        missing.map_or(Verdict::Pass, |name| {
            case.broken("RFC3261-8.1.1-1", it, format!("without {name}"))
        })
    });
    judged.collect()
}

/// The From of a request has a tag (RFC 3261 section 8.1.1.3).
fn senders_have_a_tag(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.said.iter().filter(|it| it.is_request()).map(|it| {
        case.require(it.from_tag.is_some(), "RFC3261-8.1.1.3-1", it, || {
            "without a tag in From".to_owned()
        })
    });
    judged.collect()
}

/// No two calls have one Call-ID (RFC 3261 section 8.1.1.4). The tag of the caller tells calls
/// apart: the same request sent again, elsewhere or with credentials, keeps it.
fn calls_have_an_id_of_their_own(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<&str, &Said<'_>> = BTreeMap::new();
    let begins = case.said.iter().filter(|it| it.is(&Method::Invite) && it.to_tag.is_none());
    let judged = begins.map(|it| {
        let first = *known.entry(it.call_id).or_insert(it);
        let is_own = first.from_tag == it.from_tag || it.call_id.is_empty();
        case.require(is_own, "RFC3261-8.1.1.4-1", it, || {
            format!("with the Call-ID of another call (message {})", first.number)
        })
    });
    judged.collect()
}

/// Each request has a branch of its own, made as RFC 3261 wants it (section 8.1.1.7). That of a
/// CANCEL is that of what it cancels, and the ACK to a refusal belongs to the INVITE.
fn transactions_have_a_branch_of_their_own(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC3261-8.1.1.7-1";
    let mut known: BTreeMap<&str, &Said<'_>> = BTreeMap::new();
    let of_acks = case
        .asked
        .iter()
        .filter(|asked| asked.outcome(case).is_some_and(|it| it.is_answer(200, 299)));
    let acks = of_acks.flat_map(|asked| asked.acks.first()).map(|place| case.at(*place));
    let requests = case.requests().map(|(request, _)| request);
    let mut all: Vec<_> = requests.filter(|it| it.method != Method::Cancel).chain(acks).collect();
    all.sort_by_key(|it| it.number);
    let judged = all.into_iter().map(|it| {
        let Some(branch) = it.branch.as_deref() else {
            return case.broken(row, it, "without a branch in its Via");
        };
        if !branch.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("z9hG4bK")) {
            return case.broken(row, it, format!("with the branch {branch}, which is no z9hG4bK"));
        }
        let first = *known.entry(branch).or_insert(it);
        case.require(std::ptr::eq(first, it), row, it, || {
            format!("with the branch of {} (message {})", first.title(), first.number)
        })
    });
    judged.collect()
}

/// What begins a dialog has one Contact, a SIP address (RFC 3261 section 8.1.1.8).
fn whoever_calls_can_be_called_back(case: &Case<'_>) -> Vec<Verdict> {
    let begins =
        |it: &&Said<'_>| matches!(it.method, Method::Invite | Method::Subscribe | Method::Refer);
    let requests = case.requests().map(|(request, _)| request).filter(begins);
    let judged = requests.map(|it| match it.message.contacts() {
        Ok(Contacts::These(contacts)) => {
            let is_one = contacts.len() == 1 && contacts.iter().all(|it| it.uri.is_sip());
            case.require(is_one, "RFC3261-8.1.1.8-1", it, || match contacts.len() {
                0 => "without a Contact".to_owned(),
                1 => "with a Contact that is no SIP address".to_owned(),
                count => format!("with {count} Contacts"),
            })
        }
        _ => case.broken("RFC3261-8.1.1.8-1", it, "with a Contact that says nothing"),
    });
    judged.collect()
}

const EVERY: &[&str] = &["To", "From", "CSeq", "Call-ID", "Max-Forwards", "Via"];
