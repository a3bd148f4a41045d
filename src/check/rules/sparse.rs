//! What does not belong into a message, or stands there once (RFC 3261 section 7.3.1, RFC 3840, RFC
//! 8866), and answers that are not given (RFC 3262, RFC 4320).

use std::collections::BTreeSet;

use super::case::unless;
use super::transactions::T1;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::packet::Transport;
use crate::sdp::{Codec, Description};
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-7.3.1-2", |case| case.each("RFC3261-7.3.1-2", has_a_parameter_twice)),
    rule("RFC3840-9-1", |case| case.each("RFC3840-9-1", has_a_feature_twice)),
    rule("RFC3261-8.2.2.3-2", |case| case.each("RFC3261-8.2.2.3-2", requires_in_vain)),
    rule("RFC3262-4-2", |case| case.each("RFC3262-4-2", is_a_reliable_hundred)),
    rule("RFC4320-4.1-1", only_invitations_progress),
    rule("RFC4320-4.2-1", |case| case.each("RFC4320-4.2-1", is_a_timeout)),
    rule("RFC8866-5.12-1", |case| case.each("RFC8866-5.12-1", has_a_key_line)),
    rule("RFC3551-3-1", |case| case.each("RFC3551-3-1", has_a_taken_number)),
    rule("RFC5761-4-1", |case| case.each("RFC5761-4-1", has_a_number_of_rtcp)),
];

/// The first name that stands twice among the parameters behind an address or a value.
fn twice(value: &str) -> Option<&str> {
    let plain = value.rsplit_once('>').map_or(value, |(_, behind)| behind);
    let mut known = BTreeSet::new();
    let names = plain.split(';').skip(1).map(|it| it.split('=').next().unwrap_or_default().trim());
    names.into_iter().find(|name| !known.insert(name.to_ascii_lowercase()))
}

/// A parameter stands once in a value (RFC 3261 section 7.3.1).
fn has_a_parameter_twice(said: &Said<'_>) -> Option<Result<(), String>> {
    let headers = &said.message.headers;
    let values = ["Via", "From", "To"].into_iter().flat_map(|name| headers.all(name));
    // A comma divides values; in a quoted name it may mean anything.
    let mut values = values.filter(|it| !it.contains('"')).flat_map(|it| it.split(',')).peekable();
    values.peek()?;
    let found = values.find_map(twice);
    Some(unless(found.is_some(), || {
        format!("with the parameter {} twice", found.unwrap_or_default())
    }))
}

/// A feature tag stands once in a Contact (RFC 3840 section 9).
fn has_a_feature_twice(said: &Said<'_>) -> Option<Result<(), String>> {
    let contact = said.message.headers.get("Contact").filter(|it| !it.contains(','))?;
    let found = twice(contact).filter(|it| it.starts_with('+'));
    Some(unless(found.is_some(), || format!("with {} twice in Contact", found.unwrap_or_default())))
}

/// What cannot be refused requires nothing (RFC 3261 section 8.2.2.3).
fn requires_in_vain(said: &Said<'_>) -> Option<Result<(), String>> {
    said.is(&Method::Cancel).then_some(())?;
    let headers = &said.message.headers;
    let wrong = headers.has("Require") || headers.has("Proxy-Require");
    Some(unless(wrong, || "requiring something, which a CANCEL cannot".to_owned()))
}

/// A 100 is never reliable (RFC 3262 section 4).
fn is_a_reliable_hundred(said: &Said<'_>) -> Option<Result<(), String>> {
    (said.code == Some(100)).then_some(())?;
    let is_reliable =
        said.message.headers.has("RSeq") || said.tokens("Require").iter().any(|it| it == "100rel");
    Some(unless(is_reliable, || "as if a 100 could be reliable".to_owned()))
}

/// Only an INVITE makes progress, and over UDP nobody says 100 to anything else before its sender
/// waits T2 to repeat it: T1 + 2 T1 + 4 T1 (RFC 4320 section 4.1).
fn only_invitations_progress(case: &Case<'_>) -> Vec<Verdict> {
    let others = case.requests().filter(|(request, _)| request.method != Method::Invite);
    let judged = others.flat_map(|(request, asked)| {
        let early = request.arrived.filter(|_| request.sighting.transport == Transport::Udp);
        let too_soon = move |it: &Said<'_>| early.is_some_and(|came| it.at < came + 7 * T1);
        case.all(&asked.responses).map(move |it| {
            let wrong = it.is_answer(101, 199) || it.code == Some(100) && too_soon(it);
            case.require(!wrong, "RFC4320-4.1-1", it, || {
                "at once, as only an INVITE is answered".to_owned()
            })
        })
    });
    judged.collect()
}

/// Nobody says 408 to anything but an INVITE: by then nobody listens (RFC 4320 section 4.2).
fn is_a_timeout(said: &Said<'_>) -> Option<Result<(), String>> {
    let other = said.method != Method::Invite && !said.is_request();
    other.then_some(())?;
    Some(unless(said.code == Some(408), || "for which nobody waits any more".to_owned()))
}

fn description<'s>(said: &'s Said<'_>) -> Option<&'s Description> {
    said.sighting.description().map(|(_, description)| description)
}

/// Keys do not stand in `k=` (RFC 8866 section 5.12).
fn has_a_key_line(said: &Said<'_>) -> Option<Result<(), String>> {
    let (sdp, _) = said.sighting.description()?;
    let wrong = sdp.starts_with(b"k=") || sdp.windows(3).any(|it| it == b"\nk=");
    Some(unless(wrong, || "with a key in k=".to_owned()))
}

/// What has no number of its own has one from 96 to 127 (RFC 3551 section 3); those from 35 on are
/// for when there are too few.
fn has_a_taken_number(said: &Said<'_>) -> Option<Result<(), String>> {
    let open = description(said)?.media.iter().filter(|it| it.is_rtp() && !it.is_disabled());
    let mut formats = open.flat_map(|it| &it.formats);
    let is_free = |number: u8| matches!(number, 35..=63 | 96..=127);
    let odd = formats.find_map(|it| {
        let (codec, number) = it.codec.as_ref().zip(it.payload_type())?;
        let is_taken = match Codec::of_static(number) {
            Some(own) => !own.name.eq_ignore_ascii_case(&codec.name),
            None => codec.is_telephone_event() && !is_free(number),
        };
        is_taken.then_some((codec, number))
    });
    Some(unless(odd.is_some(), || {
        odd.map_or_else(String::new, |(codec, number)| {
            format!("with {} as format {number}, which is another codec's", codec.name)
        })
    }))
}

/// Where RTP and RTCP share a port, no format has a number by which RTCP is known (RFC 5761 section
/// 4).
fn has_a_number_of_rtcp(said: &Said<'_>) -> Option<Result<(), String>> {
    let media = description(said)?.media.iter();
    let mut shared = media.filter(|it| it.rtcp_mux && !it.is_disabled()).peekable();
    shared.peek()?;
    let mut formats = shared.flat_map(|it| &it.formats);
    let odd = formats.find(|it| matches!(it.payload_type(), Some(64..=95)));
    Some(unless(odd.is_some(), || {
        let name = odd.map(|it| it.name.as_str()).unwrap_or_default();
        format!("with format {name} beside RTCP on one port")
    }))
}
