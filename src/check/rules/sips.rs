//! How addresses are written, and those that have to be kept safe (RFC 3261 sections 19.1.2 and 26,
//! RFC 5630).

use super::case::unless;
use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::packet::Transport;
use crate::sip::{Contacts, Method, NameAddr, SipUri, Uri};

pub const RULES: &[Rule] = &[
    rule("RFC3261-8.1.1.8-2", |case| case.each("RFC3261-8.1.1.8-2", is_reached_less_safely)),
    rule("RFC3261-19.1.2-1", |case| case.each("RFC3261-19.1.2-1", has_a_bare_character)),
    rule("RFC3261-26.3.1-1", whoever_knows_tls_knows_sips),
    rule("RFC5630-5.1.1-1", nobody_asks_less_safely),
    rule("RFC5630-5.1.2-1", whoever_was_asked_safely_stays_so),
];

/// Whatever else is in the user of an address is escaped (section 19.1.2).
fn has_a_bare_character(said: &Said<'_>) -> Option<Result<(), String>> {
    let headers = &said.message.headers;
    let named = ADDRESSES.iter().flat_map(|name| headers.all(name));
    let target = said.is_request().then(|| said.message.uri_text());
    let mut users = target.into_iter().chain(named).filter_map(user).peekable();
    users.peek()?;
    let odd = users.find(|user| !is_escaped(user));
    Some(unless(odd.is_some(), || {
        format!("with {} in an address, not escaped", odd.unwrap_or_default())
    }))
}

/// What stands before the host of an address, behind any name.
fn user(address: &str) -> Option<&str> {
    let own = address.rsplit_once('<').map_or(address, |(_, own)| own);
    let own = own.split('>').next().unwrap_or_default().trim();
    let scheme = own.split_once(':').filter(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips")
    });
    scheme?.1.split_once('@').map(|(user, _)| user)
}

fn is_escaped(user: &str) -> bool {
    let mut parts = user.split('%');
    let is_plain = |it: &str| it.chars().all(|it| it.is_ascii_alphanumeric() || BARE.contains(it));
    let is_code =
        |it: &str| it.get(..2).is_some_and(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
    parts.next().is_none_or(is_plain) && parts.all(|it| is_code(it) && is_plain(it))
}

/// Whoever speaks TLS takes addresses that want it (section 26.3.1). That Digest is known does not
/// show: who has no password has nothing to answer.
fn whoever_knows_tls_knows_sips(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let over_tls = request.sighting.transport == Transport::Tls;
        target(request).filter(|it| it.secure && over_tls)?;
        let outcome = asked.outcome(case)?;
        Some(case.require(outcome.code != Some(416), "RFC3261-26.3.1-1", outcome, || {
            "to a sips address over TLS, as if it did not know any".to_owned()
        }))
    });
    judged.collect()
}

fn target(request: &Said<'_>) -> Option<SipUri> {
    let uri = request.is_request().then(|| request.message.request_uri().ok())??;
    uri.as_sip().cloned()
}

/// Every Contact of a message.
pub(super) fn contacts(said: &Said<'_>) -> Vec<Uri> {
    match said.message.contacts() {
        Ok(Contacts::These(all)) => all.into_iter().map(|it| it.uri).collect(),
        _ => Vec::new(),
    }
}

fn is_safe(uri: &Uri) -> bool {
    uri.as_sip().is_some_and(|it| it.secure)
}

/// Whoever asks a sips address, or by way of one, is reached at one (section 8.1.1.8). What is
/// registered may be of both kinds.
fn is_reached_less_safely(said: &Said<'_>) -> Option<Result<(), String>> {
    (said.is_request() && said.method != Method::Register).then_some(())?;
    let route: Vec<NameAddr> = said.message.addresses("Route").unwrap_or_default();
    let by_way = route.first().is_some_and(|it| is_safe(&it.uri));
    let is_due = by_way || target(said).is_some_and(|it| it.secure);
    let own = contacts(said);
    let other = own.iter().find(|it| !is_safe(it));
    (is_due && !own.is_empty()).then(|| {
        unless(other.is_some(), || {
            let other = other.map(ToString::to_string).unwrap_or_default();
            format!("for a sips address, to be reached at {other}")
        })
    })
}

/// A sips address is asked as it is: without `transport=tls`, which says nothing more, and not as a
/// sip address once that was refused, or where a redirection has it (RFC 5630 section 5.1.1).
fn nobody_asks_less_safely(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC5630-5.1.1-1";
    let mut verdicts = case.each(row, |said| {
        let uri = target(said).filter(|it| it.secure)?;
        let wrong = uri.params.get("transport").is_some_and(|it| it.eq_ignore_ascii_case("tls"));
        Some(unless(wrong, || "for a sips address with transport=tls".to_owned()))
    });
    verdicts.extend(case.requests().filter_map(|(request, asked)| {
        let (refusal, wanted) = wanted_safely(case, request, asked)?;
        let told = refusal.arrived?;
        let (next, _) = case.requests().find(|(it, _)| {
            let is_same = it.call_id == request.call_id && it.from_tag == request.from_tag;
            is_same && it.method == request.method && it.at > told && it.branch != request.branch
        })?;
        let uri = target(next)?;
        let is_meant = |it: &SipUri| it.user == uri.user && it.host == uri.host;
        let wrong = !uri.secure && wanted.iter().any(is_meant);
        Some(case.require(!wrong, row, next, || {
            format!("for {uri}, which was a sips address before message {}", refusal.number)
        }))
    }));
    verdicts
}

/// The sips addresses that whoever is refused may not ask as sip addresses: the one that it has
/// asked, or those that it was sent to.
fn wanted_safely<'b, 'a>(
    case: &'b Case<'a>,
    request: &Said<'_>,
    asked: &'b Asked,
) -> Option<(&'b Said<'a>, Vec<SipUri>)> {
    let refusal = asked.outcome(case)?;
    let warns = || refusal.message.warnings().is_ok_and(|all| all.iter().any(|it| it.code == 380));
    let wanted: Vec<SipUri> = match refusal.code? {
        416 => target(request).into_iter().collect(),
        480 if warns() => target(request).into_iter().collect(),
        300..=399 => {
            let all = contacts(refusal);
            let all: Vec<_> = all.iter().filter_map(Uri::as_sip).cloned().collect();
            // Where both are given, either will do.
            let is_given = |it: &SipUri| {
                all.iter()
                    .any(|plain| !plain.secure && plain.user == it.user && plain.host == it.host)
            };
            all.iter().filter(|it| !is_given(it)).cloned().collect()
        }
        _ => return None,
    };
    let wanted: Vec<_> = wanted.into_iter().filter(|it| it.secure).collect();
    (!wanted.is_empty()).then_some((refusal, wanted))
}

/// Whoever was called at a sips address is reached at one for the whole call (RFC 5630 section
/// 5.1.2).
fn whoever_was_asked_safely_stays_so(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for talk in &case.talks {
        let Some(first) = talk.said.first().map(|place| case.at(*place)) else { continue };
        if !first.is(&Method::Invite) || !target(first).is_some_and(|it| it.secure) {
            continue;
        }
        let own = case.all(&talk.said).filter(|it| {
            let refreshes = matches!(it.method, Method::Invite | Method::Update);
            let says = it.is_request() || it.is_answer(200, 299);
            refreshes && says && !talk.is_from_caller(it)
        });
        verdicts.extend(own.filter_map(|it| {
            let all = contacts(it);
            let other = all.iter().find(|it| !is_safe(it));
            (!all.is_empty()).then(|| {
                case.require(other.is_none(), "RFC5630-5.1.2-1", it, || {
                    let other = other.map(ToString::to_string).unwrap_or_default();
                    format!("to be reached at {other}, having been called at a sips address")
                })
            })
        }));
    }
    verdicts
}

/// Headers that hold addresses.
const ADDRESSES: &[&str] = &["From", "To", "Contact", "Refer-To", "P-Asserted-Identity", "Route"];
/// What a user, and its password behind the colon, may be written with beside letters and digits
/// (RFC 3261 section 25.1).
const BARE: &str = "-_.!~*'()&=+$,;?/:";
