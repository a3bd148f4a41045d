//! Whether what keys promise is kept: encryption of reports, new keys for new addresses, parameters
//! that are not known, and seals on reports and on keys that people press (RFC 3711, RFC 4568, RFC
//! 4733).

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::exchange::{Exchange, Half, Stream};
use super::ports::is_secret;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::ReportSeen;
use crate::rtp::Compound;

pub const RULES: &[Rule] = &[
    rule("RFC3711-5.2-1", seals_of_reports_are_long),
    rule("RFC4568-6.3.2-1", reports_are_encrypted_as_agreed),
    rule("RFC4568-6.3.7-1", unknown_parameters_are_not_taken),
    rule("RFC4568-7.1.4-1", a_new_address_has_a_new_key),
    rule("RFC4733-6-1", events_are_sealed),
];

/// One `a=crypto` line, as far as these rules need it.
struct Line<'a> {
    tag: &'a str,
    suite: &'a str,
    inline: &'a str,
    parameters: Vec<&'a str>,
}

fn lines(half: Half<'_>) -> Vec<Line<'_>> {
    let each = half.medium.crypto().filter_map(|it| {
        let mut words = it.split_ascii_whitespace();
        let (tag, suite, inline) = (words.next()?, words.next()?, words.next()?);
        Some(Line { tag, suite, inline, parameters: words.collect() })
    });
    each.collect()
}

/// The keys that an exchange agreed on: that of the side that sends, and that of the other.
fn taken<'a>(it: &Exchange<'a>, from_caller: bool) -> Option<(Line<'a>, Line<'a>)> {
    let answer = lines(it.half(!it.by_caller)).into_iter().next()?;
    let tag = answer.tag;
    let of = |caller| lines(it.half(caller)).into_iter().find(|it| it.tag == tag);
    Some((of(from_caller)?, of(!from_caller)?))
}

/// How reports of one side are to be: where the bit for encryption is, counted from the end, and
/// whether it is set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Form {
    bit_at: usize,
    is_encrypted: bool,
}

fn form(it: &Exchange<'_>, from_caller: bool) -> Option<Form> {
    let (own, other) = taken(it, from_caller)?;
    let is_open = |line: &Line<'_>| line.parameters.contains(&"UNENCRYPTED_SRTCP");
    if is_open(&own) != is_open(&other) || own.inline.contains(';') {
        return None;
    }
    // RFC 4568 section 6.2 and RFC 6188: 80 bits whatever those of RTP are. In RFC 7714 section 9
    // the seal stands before the index.
    let seal = if own.suite.to_ascii_uppercase().starts_with("AEAD_AES_") {
        0
    } else if is_hmac(&own) {
        10
    } else {
        return None;
    };
    Some(Form { bit_at: 4 + seal + index(&own)?, is_encrypted: !is_open(&own) })
}

/// Whether what is sent with a key is sealed by HMAC-SHA1.
fn is_hmac(line: &Line<'_>) -> bool {
    let suite = line.suite.to_ascii_uppercase();
    suite.ends_with("_HMAC_SHA1_80") || suite.ends_with("_HMAC_SHA1_32")
}

/// How long the index of a key is, which stands in each packet; nothing, if it cannot be read.
fn index(line: &Line<'_>) -> Option<usize> {
    let index = line.inline.split('|').skip(1).find_map(|it| it.split_once(':'));
    index.map_or(Some(0), |(_, length)| length.parse().ok())
}

/// What one side of a stream reported while the dialog lasted.
fn reports<'c>(
    case: &'c Case<'_>,
    stream: &Stream<'_>,
    from_caller: bool,
) -> impl Iterator<Item = &'c ReportSeen> {
    let (from, until) = stream.span(case);
    let to: BTreeSet<SocketAddr> = stream.wanted(!from_caller);
    let hosts = stream.wanted(from_caller);
    case.timeline.reports().iter().filter(move |it| {
        let is_from = hosts.iter().any(|host| host.ip() == it.source.ip());
        is_from && to.contains(&it.target) && it.at >= from && it.at <= until
    })
}

/// The seal of RTCP has ten octets, whatever that of RTP has (RFC 3711 section 5.2). A report is of
/// words of four octets, and its index is one: that leaves two, or none if the seal is a short one.
fn seals_of_reports_are_long(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for stream in &case.streams {
        for from_caller in [true, false] {
            let own = stream.exchanges.iter().map(|it| {
                let (own, _) = taken(it, from_caller)?;
                index(&own).filter(|_| is_hmac(&own) && !own.inline.contains(';'))
            });
            let own: Option<BTreeSet<usize>> = own.collect();
            let Some(length) = own.filter(|it| it.len() == 1).and_then(|it| it.first().copied())
            else {
                continue;
            };
            for report in reports(case, stream, from_caller) {
                let is_bare = Compound::read(&report.bytes).is_ok_and(|it| it.is_regular());
                let rest = report.bytes.len().checked_sub(length).map(|it| it % 4);
                let Some(rest) = rest.filter(|rest| !is_bare && matches!(rest, 0 | 2)) else {
                    continue;
                };
                let who = case.timeline.cast().label(report.source);
                verdicts.push(Verdict::require(rest == 2, "RFC3711-5.2-1", report.at, || {
                    format!("{who} sent RTCP with a seal of four octets, not of ten")
                }));
            }
        }
    }
    verdicts
}

/// Reports are encrypted unless it was agreed that they are not, and say so (RFC 4568 section 6.3.2).
fn reports_are_encrypted_as_agreed(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for stream in &case.streams {
        for from_caller in [true, false] {
            let mut forms = stream.exchanges.iter().map(|it| form(it, from_caller));
            let Some(agreed) = forms.next().flatten() else { continue };
            if !forms.all(|it| it == Some(agreed)) {
                continue;
            }
            for report in reports(case, stream, from_caller) {
                let Some(is_encrypted) = bit(report, agreed) else { continue };
                let who = case.timeline.cast().label(report.source);
                let wrong = is_encrypted != agreed.is_encrypted;
                verdicts.push(Verdict::require(!wrong, "RFC4568-6.3.2-1", report.at, || {
                    let (is, agreed) = if is_encrypted {
                        ("encrypted", "not to be")
                    } else {
                        ("not encrypted", "to be")
                    };
                    format!("{who} sent RTCP that says to be {is}, and was agreed {agreed}")
                }));
            }
        }
    }
    verdicts
}

/// The bit for encryption; nothing, where there is no room for it, or no seal at all.
fn bit(report: &ReportSeen, form: Form) -> Option<bool> {
    let is_bare = Compound::read(&report.bytes).is_ok_and(|it| it.is_regular());
    let place = report.bytes.len().checked_sub(form.bit_at).filter(|place| *place >= 8)?;
    report.bytes.get(place).filter(|_| !is_bare).map(|byte| byte & 0x80 != 0)
}

/// A key with a parameter that nobody knows is not taken, unless that begins with a dash (RFC 4568
/// section 6.3.7). Who says it again may know it.
fn unknown_parameters_are_not_taken(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for stream in &case.streams {
        for it in stream.exchanges.iter().filter(|it| it.is_open()) {
            let Some((offered, answered)) = taken(it, it.by_caller) else { continue };
            let odd = offered.parameters.iter().find(|it| {
                let name = name(it);
                let is_said = answered.parameters.iter().any(|other| self::name(other) == name);
                !name.starts_with('-') && !PARAMETERS.contains(&name.as_str()) && !is_said
            });
            verdicts.push(case.require(
                odd.is_none(),
                "RFC4568-6.3.7-1",
                case.at(it.answered),
                || format!("taking a key with {}, which is not known", odd.unwrap_or(&"")),
            ));
        }
    }
    verdicts
}

fn name(parameter: &str) -> String {
    parameter.split('=').next().unwrap_or_default().to_ascii_uppercase()
}

/// Whoever takes media elsewhere has a new key (RFC 4568 section 7.1.4).
fn a_new_address_has_a_new_key(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for stream in &case.streams {
        for of_caller in [true, false] {
            for pair in stream.exchanges.windows(2) {
                let [before, now] = pair else { continue };
                let (was, is) = (before.half(of_caller), now.half(of_caller));
                let (Some(old), Some(new)) = (was.medium.rtp_address(), is.medium.rtp_address())
                else {
                    continue;
                };
                let keys = |half| -> BTreeSet<_> {
                    lines(half).into_iter().filter_map(|it| it.inline.split('|').next()).collect()
                };
                let (known, keys) = (keys(was), keys(is));
                if known.is_empty() || keys.is_empty() {
                    continue;
                }
                let is_kept = old != new && !known.is_disjoint(&keys);
                let place = if now.by_caller == of_caller { now.offered } else { now.answered };
                verdicts.push(case.require(!is_kept, "RFC4568-7.1.4-1", case.at(place), || {
                    format!("with media at {new} instead of {old}, and the key that it had there")
                }));
            }
        }
    }
    verdicts
}

/// Where media is in secret, so are the keys that people press, with a seal behind them (RFC 4733
/// section 6): four octets alone have none.
fn events_are_sealed(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let agreed = lane.agreed(&case.said, &case.talks[lane.talk]);
        let all_secret = agreed.iter().all(|it| is_secret(it.sender) && is_secret(it.receiver));
        if agreed.is_empty() || !all_secret {
            continue;
        }
        let formats = agreed.iter().flat_map(|it| &it.receiver.formats);
        let events = formats.filter(|format| {
            format.codec.as_ref().is_some_and(crate::sdp::Codec::is_telephone_event)
        });
        let types: BTreeSet<_> = events.filter_map(crate::sdp::Format::payload_type).collect();
        let mut own = lane.packets.iter().filter(|it| types.contains(&it.payload_type)).peekable();
        if own.peek().is_none() {
            continue;
        }
        let bare = own.find(|it| it.sound.event().is_some());
        verdicts.push(bare.map_or(Verdict::Pass, |packet| {
            let what = "of an event, as long as it is without a seal, on a stream in secret";
            super::rtp::broken(case, "RFC4733-6-1", lane.flow, packet, what)
        }));
    }
    verdicts
}

/// RFC 4568 section 6.3.
const PARAMETERS: &[&str] = &[
    "KDR",
    "UNENCRYPTED_SRTCP",
    "UNENCRYPTED_SRTP",
    "UNAUTHENTICATED_SRTP",
    "FEC_ORDER",
    "FEC_KEY",
    "WSH",
];
