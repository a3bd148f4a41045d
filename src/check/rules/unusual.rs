//! What is unusual in a request and legal has to be taken, and what can hardly be read is answered
//! all the same: more of the messages of RFC 4475 and RFC 5118.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};

use super::credentials::credentials;
use super::tolerance::{heard, of_form, refused};
use super::torture::was_received_by_ipv6;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sdp::Address;
use crate::sip::{SipUri, Uri};

pub const RULES: &[Rule] = &[
    rule("RFC4475-3.1.1.2-1", |case| {
        legal(case, "RFC4475-3.1.1.2-1", "characters of every kind", has_odd_characters)
    }),
    rule("RFC4475-3.1.1.5-1", percent_signs_are_read_as_they_stand),
    rule("RFC4475-3.1.1.10-1", |case| {
        legal(case, "RFC4475-3.1.1.10-1", "an unknown transport in a Via", came_in_an_unknown_way)
    }),
    rule("RFC4475-3.1.2.7-1", |case| {
        answered(case, "RFC4475-3.1.2.7-1", "its Request-URI in brackets", stands_in_brackets)
    }),
    rule("RFC4475-3.1.2.8-1", |case| {
        answered(case, "RFC4475-3.1.2.8-1", "a blank in its Request-URI", has_a_blank)
    }),
    rule("RFC4475-3.3.2-1", |case| {
        refused(case, "RFC4475-3.3.2-1", "a scheme that nobody knows", is_of_unknown_scheme)
    }),
    rule("RFC4475-3.3.7-1", |case| {
        legal(case, "RFC4475-3.3.7-1", "credentials that nobody knows", has_unknown_credentials)
    }),
    rule("RFC4475-3.4.1-1", |case| {
        answered(case, "RFC4475-3.4.1-1", "neither branch nor tag, as in RFC 2543", is_of_2543)
    }),
    rule("RFC5118-4.3-1", |case| {
        legal(case, "RFC5118-4.3-1", "an address that ends like a port", ends_like_a_port)
    }),
    rule("RFC5118-4.4-1", |case| {
        legal(case, "RFC5118-4.4-1", "a port behind an address of IPv6", has_a_port)
    }),
    rule("RFC5118-4.7-1", |case| {
        legal(case, "RFC5118-4.7-1", "addresses of both kinds in its Vias", came_both_ways)
    }),
    rule("RFC5118-4.8-1", |case| {
        legal(case, "RFC5118-4.8-1", "addresses of both kinds in its SDP", describes_both_kinds)
    }),
    rule("RFC5118-4.9-1", |case| {
        legal(case, "RFC5118-4.9-1", "an address of IPv4 as one of IPv6", has_a_mapped_address)
    }),
    rule("RFC5118-4.10-1", both_grammars_are_known),
];

/// A legal request of some form is not refused as if it could not be read.
fn legal(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    of_form(case, row, form, &[400, 505, 513], |it| is(it) && it.flaw.is_none())
}

/// A request of some form is answered, if only with 180, by whoever answers others of the same sender:
/// of strangers nobody has to take rubbish. Of one without a branch each sending looks like a request
/// of its own, so that an answer to any will do.
fn answered(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>) -> bool,
) -> Vec<Verdict> {
    if !case.requests().any(|(it, _)| is(it)) {
        return Vec::new();
    }
    let all = || case.said.iter().filter(|it| it.is_answer(100, 699));
    let answers: BTreeSet<_> = all().map(|it| (it.call_id, it.cseq)).collect();
    let known: BTreeSet<_> = all().map(|it| (it.target().ip(), it.source().ip())).collect();
    let is_known = |it: &Said<'_>| known.contains(&(it.source().ip(), it.target().ip()));
    heard(
        case,
        row,
        form,
        |it| is(it) && is_known(it),
        |request, asked| {
            !asked.responses.is_empty() || answers.contains(&(request.call_id, request.cseq))
        },
    )
}

/// Whether a method, a name of a header or the Call-ID has characters that few know to be legal
/// (RFC 4475 section 3.1.1.2).
fn has_odd_characters(request: &Said<'_>) -> bool {
    let is_odd = |it: u8| !it.is_ascii_alphanumeric() && !b"-_.".contains(&it);
    let mut lines = request.message.headers.lines();
    request.method.as_str().bytes().any(is_odd)
        || lines.any(|line| line.name().bytes().any(is_odd))
        || request.call_id.contains(['(', ')', '<', '>', '\\', '"', '?', '{', '}', '`'])
}

/// Outside of addresses a percent sign is one: what has some is legal, and a method with them is
/// none that anybody knows (RFC 4475 section 3.1.1.5).
fn percent_signs_are_read_as_they_stand(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC4475-3.1.1.5-1";
    let mut verdicts = legal(case, row, "percent signs that escape nothing", has_percent_signs);
    let in_method = |it: &Said<'_>| it.method.as_str().contains('%');
    verdicts.extend(refused(case, row, "a percent sign in its method", in_method));
    verdicts
}

fn has_percent_signs(request: &Said<'_>) -> bool {
    let message = request.message;
    let named = [message.from().ok(), message.to().ok(), message.contact().ok().flatten()];
    let mut names = named.into_iter().flatten().filter_map(|it| it.display);
    request.method.as_str().contains('%')
        || message.headers.lines().any(|line| line.name().contains('%'))
        || names.any(|name| name.contains('%'))
}

fn came_in_an_unknown_way(request: &Said<'_>) -> bool {
    let is_unknown = |it: &str| !TRANSPORTS.contains(&it.to_ascii_uppercase().as_str());
    let vias = request.message.vias().unwrap_or_default();
    vias.iter().skip(1).any(|via| is_unknown(&via.transport))
}

fn stands_in_brackets(request: &Said<'_>) -> bool {
    request.message.uri_text().starts_with('<')
}

fn has_a_blank(request: &Said<'_>) -> bool {
    request.message.uri_text().contains(char::is_whitespace)
}

fn is_of_unknown_scheme(request: &Said<'_>) -> bool {
    let is_unknown = |it: &str| !SCHEMES.contains(&it.to_ascii_lowercase().as_str());
    matches!(request.message.request_uri(), Ok(Uri::Other { scheme, .. }) if is_unknown(&scheme))
}

fn has_unknown_credentials(request: &Said<'_>) -> bool {
    let scheme = credentials(request).and_then(|it| it.split_whitespace().next());
    scheme.is_some_and(|it| !PROOFS.contains(&it.to_ascii_lowercase().as_str()))
}

/// Whether a request is of the old kind: no tag in From, and no branch by which it could be told
/// from others (RFC 4475 section 3.4.1).
fn is_of_2543(request: &Said<'_>) -> bool {
    let start = request.branch.as_deref().and_then(|it| it.get(..COOKIE.len()));
    let is_new = start.is_some_and(|it| it.eq_ignore_ascii_case(COOKIE));
    !is_new && request.from_tag.is_none() && request.flaw.is_none()
}

/// The Request-URI, and the address of IPv6 in it, as it is and as it is written.
fn at_ipv6<'s>(request: &'s Said<'_>) -> Option<(SipUri, Ipv6Addr, &'s str)> {
    let uri = request.message.request_uri().ok()?.as_sip()?.clone();
    let Some(IpAddr::V6(address)) = uri.host.ip() else { return None };
    let (_, behind) = request.message.uri_text().split_once('[')?;
    let (written, _) = behind.split_once(']')?;
    Some((uri, address, written))
}

fn ends_like_a_port(request: &Said<'_>) -> bool {
    at_ipv6(request).is_some_and(|(uri, _, written)| {
        let last = written.rsplit(':').next().unwrap_or_default();
        uri.port.is_none() && last.parse::<u16>().is_ok_and(|port| port >= 1_024)
    })
}

fn has_a_port(request: &Said<'_>) -> bool {
    at_ipv6(request).is_some_and(|(uri, ..)| uri.port.is_some())
}

fn is_plain_ipv6(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_none())
}

fn are_of_both_kinds(addresses: &[IpAddr]) -> bool {
    addresses.iter().any(IpAddr::is_ipv4) && addresses.iter().any(is_plain_ipv6)
}

fn on_the_way(request: &Said<'_>) -> Vec<IpAddr> {
    let vias = request.message.vias().unwrap_or_default();
    vias.iter().filter_map(|via| via.host.ip()).collect()
}

fn described(request: &Said<'_>) -> Vec<IpAddr> {
    let Some((_, description)) = request.sighting.description() else { return Vec::new() };
    let media = description.media.iter().filter_map(|medium| medium.address.as_ref());
    media.chain(&description.address).filter_map(Address::ip).collect()
}

/// Of what came from an address of IPv6, as its Via says, RFC5118-4.5-1 speaks.
fn came_both_ways(request: &Said<'_>) -> bool {
    !was_received_by_ipv6(request) && are_of_both_kinds(&on_the_way(request))
}

fn describes_both_kinds(request: &Said<'_>) -> bool {
    are_of_both_kinds(&described(request))
}

fn has_a_mapped_address(request: &Said<'_>) -> bool {
    let message = request.message;
    let contact = message.contact().ok().flatten().map(|it| it.uri);
    let uris = [message.request_uri().ok(), contact];
    let hosts = uris.iter().flatten().filter_map(|uri| uri.as_sip()?.host.ip());
    let mut all = hosts.chain(on_the_way(request)).chain(described(request));
    all.any(|it| it.is_ipv6() && !is_plain_ipv6(&it))
}

/// An address of IPv6 may end as one of IPv4; and whoever keeps to the mistake in the grammar of RFC
/// 3261, which has three colons before that, is answered (RFC 5118 section 4.10).
fn both_grammars_are_known(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC5118-4.10-1";
    let mut verdicts = legal(case, row, "an address of IPv6 that ends as one of IPv4", |request| {
        at_ipv6(request).is_some_and(|(_, address, written)| {
            let is_mapped = address.to_ipv4_mapped().is_some();
            written.contains('.') && !written.contains(":::") && !is_mapped
        })
    });
    verdicts.extend(answered(case, row, "three colons in an address", |request| {
        request.message.uri_text().contains(":::")
    }));
    verdicts
}

/// The transports of SIP, in capitals.
const TRANSPORTS: &[&str] =
    &["UDP", "TCP", "TLS", "SCTP", "TLS-SCTP", "DTLS-UDP", "DTLS-SCTP", "WS", "WSS"];
/// Schemes that something that speaks SIP may take, in small letters.
const SCHEMES: &[&str] = &[
    "callto", "cid", "data", "fax", "ftp", "h323", "http", "https", "im", "mailto", "modem",
    "msrp", "msrps", "pres", "service", "sms", "urn", "xmpp",
];
/// Schemes of authentication that are in use, in small letters.
const PROOFS: &[&str] =
    &["basic", "bearer", "digest", "gssapi-data", "kerberos", "negotiate", "ntlm", "tls-dsk"];
/// What a branch begins with (RFC 3261 section 8.1.1.7).
const COOKIE: &str = "z9hG4bK";
