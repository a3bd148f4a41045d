//! Calls that are handed on (RFC 3515, RFC 3891).

use std::time::Duration;

use super::tolerance::answered;
use super::{Case, Rule, Said, Talk, rule};
use crate::check::Verdict;
use crate::evidence::Dialog;
use crate::sip::{Method, Replaces};

pub const RULES: &[Rule] = &[
    rule("RFC3515-2.4.1-1", one_target_is_named),
    rule("RFC3515-2.4.2-1", a_referral_is_answered),
    rule("RFC3515-2.4.4-1", progress_is_told),
    rule("RFC3515-2.4.7-1", the_last_word_says_so),
    rule("RFC3891-3-1", calls_are_replaced_by_invitations),
    rule("RFC3891-3-2", what_is_not_there_is_not_replaced),
    rule("RFC3891-3-4", what_is_replaced_ends),
    rule("RFC3891-6.2-1", whoever_replaces_says_so),
];

/// A REFER names whom to call, once; what does not is refused with 400 (RFC 3515 section 2.4.1).
fn one_target_is_named(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Refer).filter_map(|(refer, asked)| {
        let count = refer.message.headers.all("Refer-To").count();
        let outcome = asked.outcome(case)?;
        let met = count == 1 || outcome.code == Some(400);
        Some(case.require(met, "RFC3515-2.4.1-1", outcome, || {
            format!("to a REFER with {count} headers Refer-To, where 400 is due")
        }))
    });
    judged.collect()
}

/// A REFER is answered before its sender gives up (RFC 3515 section 2.4.2).
fn a_referral_is_answered(case: &Case<'_>) -> Vec<Verdict> {
    answered(case, "RFC3515-2.4.2-1", "a wish", |it| it.method == Method::Refer)
}

/// The NOTIFY with a final status ends the subscription (RFC 3515 section 2.4.7).
fn the_last_word_says_so(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Notify).filter_map(|(notify, _)| {
        let body = String::from_utf8_lossy(&notify.message.body);
        let status = body.strip_prefix("SIP/2.0 ")?.get(..3)?.parse::<u16>().ok()?;
        let state = notify.message.headers.get("Subscription-State")?;
        let ends = state.trim_start().to_ascii_lowercase().starts_with("terminated");
        (status >= 200).then(|| {
            case.require(ends, "RFC3515-2.4.7-1", notify, || {
                format!("with a final status, {status}, and in Subscription-State {state}")
            })
        })
    });
    judged.collect()
}

/// Replaces stands once, and in an INVITE; otherwise it is refused with 400 (RFC 3891 section 3).
fn calls_are_replaced_by_invitations(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let count = request.message.headers.all("Replaces").count();
        let outcome = asked.outcome(case).filter(|_| count > 0)?;
        let is_sound = count == 1 && request.method == Method::Invite;
        Some(case.require(is_sound || outcome.code == Some(400), "RFC3891-3-1", outcome, || {
            format!("to {} with {count} headers Replaces, where 400 is due", request.method)
        }))
    });
    judged.collect()
}

/// A call that another one takes the place of ends with that (RFC 3891 section 3): whoever takes the
/// new one says goodbye to the old.
fn what_is_replaced_ends(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Invite).filter_map(|(invite, asked)| {
        let replaces = Replaces::parse(invite.message.headers.first("Replaces")?).ok()?;
        let taken = asked.outcome(case).filter(|it| it.is_answer(200, 299))?;
        let host = case.host(invite.target());
        let old = case.talks.iter().find(|talk| {
            let tags = [&talk.tags.0, &talk.tags.1];
            let is_meant = tags.contains(&&replaces.to_tag) && tags.contains(&&replaces.from_tag);
            let is_up = talk.confirmed.is_some_and(|place| case.at(place).at < taken.at);
            let first = talk.said.first().map(|place| case.at(*place));
            let is_own = first.is_some_and(|it| {
                [it.source(), it.target()].into_iter().any(|end| case.host(end) == host)
            });
            talk.call_id == replaces.call_id && is_meant && is_up && is_own
        })?;
        let until = taken.at + SOON;
        let ended = old.ended.is_some_and(|place| case.at(place).at <= until);
        let lives = case.lives(host, taken.at);
        (ended || lives && until < case.end).then(|| {
            case.require(ended, "RFC3891-3-4", taken, || {
                format!("and did not end the call {} that it replaces", old.call_id)
            })
        })
    });
    judged.collect()
}

/// A call that there is not, or not any more, is not replaced (RFC 3891 section 3). Whoever does not
/// know Replaces takes the call as any other; and calls of before we looked are not known.
fn what_is_not_there_is_not_replaced(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests_of(Method::Invite).filter_map(|(invite, asked)| {
        let replaces = Replaces::parse(invite.message.headers.first("Replaces")?).ok()?;
        let (outcome, arrived) = (asked.outcome(case)?, invite.arrived?);
        let host = case.host(invite.target());
        let own = case.talks.iter().filter(|talk| {
            let first = talk.said.first().map(|place| case.at(*place));
            let ends = |it: &Said<'_>| [it.source(), it.target()].map(|end| case.host(end));
            talk.call_id == replaces.call_id && first.is_some_and(|it| ends(it).contains(&host))
        });
        let own: Vec<&Talk<'_>> = own.collect();
        let mut meant = own.iter().filter(|talk| {
            let tags = [&talk.tags.0, &talk.tags.1];
            tags.contains(&&replaces.to_tag) && tags.contains(&&replaces.from_tag)
        });
        let is_over = |talk: &&&Talk<'_>| {
            let bye = talk.ended.map(|place| case.at(place));
            let settled = bye.and_then(|bye| case.asked[bye.asked?].outcome(case));
            settled.is_some_and(|it| it.at.max(it.arrived.unwrap_or(it.at)) + CROSSING < arrived)
        };
        let is_gone = !own.is_empty() && meant.all(|talk| is_over(&talk));
        let knows = |it: &Said<'_>, header| it.tokens(header).iter().any(|tag| tag == "replaces");
        let is_known = knows(invite, "Require")
            || case.said.iter().any(|it| {
                case.host(it.source()) == host && it.is_answer(200, 299) && knows(it, "Supported")
            });
        (is_gone && is_known).then(|| {
            case.require(!outcome.is_answer(200, 299), "RFC3891-3-2", outcome, || {
                format!("to message {}, which replaces a call that there is not", invite.number)
            })
        })
    });
    judged.collect()
}

/// Whoever replaces calls has `replaces` in Supported (RFC 3891 section 6.2).
fn whoever_replaces_says_so(case: &Case<'_>) -> Vec<Verdict> {
    let replacing = case.said.iter().filter(|it| it.is(&Method::Invite));
    let replacing = replacing.filter(|it| it.message.headers.has("Replaces"));
    let judged = replacing.map(|it| {
        let says = ["Supported", "Require"]
            .into_iter()
            .any(|header| it.tokens(header).iter().any(|tag| tag == "replaces"));
        case.require(says, "RFC3891-6.2-1", it, || {
            "replacing a call, and without `replaces` in Supported".to_owned()
        })
    });
    judged.collect()
}

/// Whoever accepts a REFER tells how it goes (RFC 3515 section 2.4.4).
fn progress_is_told(case: &Case<'_>) -> Vec<Verdict> {
    case.dialogs.iter().filter_map(is_told).collect()
}

fn is_told(dialog: &Dialog<'_>) -> Option<Verdict> {
    let messages = || dialog.sightings().filter_map(|it| Some((it.at, it.message()?)));
    let accepts = |code: Option<u16>| code.is_some_and(|code| (200..300).contains(&code));
    let of_refer = |message: &crate::sip::Message| {
        accepts(message.code()) && message.cseq().is_ok_and(|it| it.method == Method::Refer)
    };
    let (at, _) = messages().find(|(_, message)| of_refer(message))?;
    let told = messages().any(|(_, message)| {
        let is_sipfrag = message
            .content_type()
            .is_ok_and(|kind| kind.is_some_and(|kind| kind.essence_is("message/sipfrag")));
        message.method() == Some(&Method::Notify) && is_sipfrag
    });
    Some(Verdict::require(told, "RFC3515-2.4.4-1", at, || {
        "a call was to be handed on, and nobody was told how that went".to_owned()
    }))
}

/// What ends at once has ended by then.
const SOON: Duration = Duration::from_secs(5);
/// What crosses on the way, or is done one after the other.
const CROSSING: Duration = Duration::from_secs(1);
