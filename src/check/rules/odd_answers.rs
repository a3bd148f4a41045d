//! What whoever asks makes of odd answers: those in odd words are heard, and those that cannot be
//! are passed over (RFC 4475).

use std::net::{IpAddr, Ipv4Addr};

use super::outcomes::answers_are_heard;
use super::torture::is_overlarge;
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::sip::{Method, StartLine};

pub const RULES: &[Rule] = &[
    rule("RFC4475-3.1.1.12-1", |case| answers_are_heard(case, "RFC4475-3.1.1.12-1", has_odd_words)),
    rule("RFC4475-3.1.1.13-1", |case| answers_are_heard(case, "RFC4475-3.1.1.13-1", has_no_words)),
    rule("RFC4475-3.1.2.5-1", |case| {
        passed_over(case, "RFC4475-3.1.2.5-1", "a number beyond 2^31", |request, it| {
            is_overlarge(it) && !is_overlarge(request)
        })
    }),
    rule("RFC4475-3.1.2.19-1", |case| {
        passed_over(case, "RFC4475-3.1.2.19-1", "a code that there is not", |_, it| {
            it.code.is_some_and(|code| code > 699)
        })
    }),
    rule("RFC4475-3.3.10-1", nothing_goes_to_everybody),
];

/// The words behind the code of a response that can be read.
fn words<'s>(said: &'s Said<'_>) -> Option<&'s str> {
    match &said.message.start {
        StartLine::Status { reason, .. } if said.flaw.is_none() => Some(reason),
        _ => None,
    }
}

/// Whether the words are none that anybody would expect (section 3.1.1.12).
fn has_odd_words(response: &Said<'_>) -> bool {
    let is_odd = |it: char| !it.is_ascii_alphanumeric() && !PLAIN.contains(it);
    words(response).is_some_and(|words| words.contains(is_odd))
}

/// Whether there are no words (section 3.1.1.13).
fn has_no_words(response: &Said<'_>) -> bool {
    words(response).is_some_and(str::is_empty)
}

/// Whoever asks passes over a final response of some form: an INVITE that has no other is not
/// acknowledged. Of other requests it does not show what was made of their answers.
fn passed_over(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Said<'_>, &Said<'_>) -> bool,
) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let is_odd = |it: &Said<'_>| it.code.is_some_and(|code| code >= 200) && is(request, it);
        let odd = case.all(&asked.responses).find(|it| is_odd(it))?;
        let arrived = odd.arrived?;
        if request.method != Method::Invite {
            let who = case.sender(request.sighting);
            return Some(Verdict::Inconclusive(format!(
                "what {who} made of message {}, which has {form}, cannot be seen",
                odd.number
            )));
        }
        let sound = case.all(&asked.responses).filter(|it| it.is_answer(200, 699) && !is_odd(it));
        let sound = sound.filter_map(|it| it.arrived).min();
        let told = case.all(&asked.acks).find(|ack| {
            let is_own = case.host(ack.source()) == case.host(request.source());
            is_own && ack.at >= arrived && sound.is_none_or(|sound| ack.at < sound)
        });
        Some(told.map_or(Verdict::Pass, |ack| {
            let seen = format!("to message {}, which has {form} and says nothing", odd.number);
            case.broken(row, ack, seen)
        }))
    });
    judged.collect()
}

/// An answer that came by a broadcast address is not heard by whoever asked, and nobody sends
/// answers on to everybody (section 3.3.10).
fn nothing_goes_to_everybody(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC4475-3.3.10-1";
    let mut verdicts = passed_over(case, row, "a broadcast address in a Via", |request, it| {
        let vias = it.message.vias().unwrap_or_default();
        let is_broad = |ip: Option<IpAddr>| ip == Some(EVERYBODY);
        let asked = request.message.headers.all("Via").count();
        asked == 1 && vias.iter().skip(1).any(|via| is_broad(via.host.ip()))
    });
    let answers = case.said.iter().filter(|it| !it.is_request());
    let broad = answers.filter(|it| it.target().ip() == EVERYBODY);
    verdicts.extend(broad.map(|it| case.broken(row, it, "to everybody")));
    verdicts
}

/// Every host of a network.
const EVERYBODY: IpAddr = IpAddr::V4(Ipv4Addr::BROADCAST);
/// What the words of every day are written with, beside letters and digits.
const PLAIN: &str = " -_/.,:;'()&!?";
