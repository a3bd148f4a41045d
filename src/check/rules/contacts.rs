//! How the two ends of a recording session show each other what they are (RFC 7866 section 6).

use super::session::{has_option, is_servers, is_tagged};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{Dialog, Kind, Sighting};
use crate::packet::Transport;
use crate::sip::{Message, Method, Uri};

pub const RULES: &[Rule] = &[
    rule("RFC7866-6.1.1-1", clients_are_tagged),
    rule("RFC7866-6.1.1-2", |case| requires_siprec(case, "RFC7866-6.1.1-2", false)),
    rule("RFC7866-6.1.1-3", clients_take_only_recorders),
    rule("RFC7866-6.1.1-6", others_refuse),
    rule("RFC7866-6.2-1", |case| {
        recorders_take(case, "RFC7866-6.2-1", |tag, option| !tag || !option)
    }),
    rule("RFC7866-6.2-2", recorders_are_tagged),
    rule("RFC7866-6.2-3", registered_recorders_are_tagged),
    rule("RFC7866-6.2-4", |case| requires_siprec(case, "RFC7866-6.2-4", true)),
    rule("RFC7866-6.2-7", |case| {
        recorders_take(case, "RFC7866-6.2-7", |tag, option| !tag && option)
    }),
    rule("RFC7866-6.2-8", |case| {
        recorders_take(case, "RFC7866-6.2-8", |tag, option| tag && !option)
    }),
    rule("RFC7866-11.1.1-1", supporting_is_not_requiring),
    rule("RFC7866-12-3", whoever_asks_safely_is_safe),
];

/// Every Contact of a recording client carries `+sip.src` (section 6.1.1).
fn clients_are_tagged(case: &Case<'_>) -> Vec<Verdict> {
    tagged(case, "RFC7866-6.1.1-1", true, "+sip.src")
}

/// Every Contact of a recorder carries `+sip.srs` (section 6.2): in what it answers to INVITE and
/// UPDATE, and in its own. A refusal, and what redirects, has a Contact of another kind.
fn recorders_are_tagged(case: &Case<'_>) -> Vec<Verdict> {
    tagged(case, "RFC7866-6.2-2", false, "+sip.srs")
}

fn tagged(case: &Case<'_>, row: &'static str, by_client: bool, tag: &str) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let said = session.sayings(by_client);
        let mut said = said.filter(|said| matches!(said.message.contact(), Ok(Some(_)))).peekable();
        if said.peek().is_none() {
            return Vec::new();
        }
        let bare = said.find(|said| !is_tagged(said.message, tag));
        let verdict = bare.map_or(Verdict::Pass, |said| {
            case.blame(row, said.sighting, &format!("sent a Contact without {tag}"))
        });
        vec![verdict]
    })
}

/// Whoever begins a recording session requires `siprec` (sections 6.1.1 and 6.2).
fn requires_siprec(case: &Case<'_>, row: &'static str, by_server: bool) -> Vec<Verdict> {
    let begun = case.recordings.iter().map(|recording| &recording.dialog);
    let begun = begun.filter(|dialog| is_servers(dialog) == by_server);
    let judged = begun.map(|dialog| {
        let met = has_option(dialog.invite, "Require", "siprec");
        case.held(met, row, dialog.first(), || {
            "began a recording without Require: siprec".to_owned()
        })
    });
    judged.collect()
}

/// To support `siprec` is unusual, and no way to require it (section 11.1.1).
fn supporting_is_not_requiring(case: &Case<'_>) -> Vec<Verdict> {
    let begun = case.recordings.iter().map(|recording| &recording.dialog);
    let begun = begun.filter(|dialog| has_option(dialog.invite, "Supported", "siprec"));
    let judged = begun.map(|dialog| {
        let met = has_option(dialog.invite, "Require", "siprec");
        case.held(met, "RFC7866-11.1.1-1", dialog.first(), || {
            "began a recording with siprec in Supported, and not in Require".to_owned()
        })
    });
    judged.collect()
}

/// Whoever begins a recording at a `sips` address does so over TLS, to be reached at one (section
/// 12).
fn whoever_asks_safely_is_safe(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.recordings.iter().map(|recording| &recording.dialog).filter_map(|dialog| {
        let is_safe = |uri: &Uri| uri.as_sip().is_some_and(|it| it.secure);
        dialog.invite.request_uri().ok().filter(is_safe)?;
        let over = dialog.first().transport;
        let contact = dialog.invite.contact().ok().flatten();
        let other = contact.map(|it| it.uri).filter(|it| !is_safe(it));
        let wrong = match other {
            _ if over != Transport::Tls => Some("in the open".to_owned()),
            other => other.map(|it| format!("to be reached at {it}")),
        };
        Some(case.held(wrong.is_none(), "RFC7866-12-3", dialog.first(), || {
            format!("began a recording at a sips address {}", wrong.unwrap_or_default())
        }))
    });
    judged.collect()
}

/// A recording client takes an INVITE for a recording session only where `+sip.srs` and `siprec`
/// are both in it (section 6.1.1): what it takes as one, it answers as one.
fn clients_take_only_recorders(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.dialogs.iter().filter_map(|dialog| {
        let tag = is_tagged(dialog.invite, "+sip.srs");
        let option = has_option(dialog.invite, "Require", "siprec");
        if !tag && (!option || is_asked_by_client(dialog)) {
            return None;
        }
        let (sighting, _) = accepted(case, dialog).filter(|(_, it)| is_tagged(it, "+sip.src"))?;
        Some(case.held(tag && option, "RFC7866-6.1.1-3", sighting, || {
            let lacks = if tag { "without Require: siprec" } else { "without +sip.srs" };
            format!("took an INVITE {lacks} for a recording session")
        }))
    });
    judged.collect()
}

/// Who knows nothing of recording refuses what requires it with 420 (section 6.1.1).
fn others_refuse(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.dialogs.iter().filter_map(|dialog| {
        let is_other = case.timeline.cast().is(dialog.callee, Kind::Phone);
        if !is_other || !has_option(dialog.invite, "Require", "siprec") {
            return None;
        }
        let (sighting, answer) = answered(case, dialog)?;
        // Whoever takes recordings says so.
        if is_tagged(answer, "+sip.src") || is_tagged(answer, "+sip.srs") {
            return None;
        }
        let code = answer.code().unwrap_or_default();
        let met = code == 420 && has_option(answer, "Unsupported", "siprec");
        Some(case.held(met, "RFC7866-6.1.1-6", sighting, || {
            format!("answered an INVITE that requires siprec with {code}, not 420 and Unsupported")
        }))
    });
    judged.collect()
}

/// A recorder takes an INVITE for a recording session only where `+sip.src` and `siprec` are both
/// in it (section 6.2); what is missing is another row's.
fn recorders_take(
    case: &Case<'_>,
    row: &'static str,
    is_unfit: fn(bool, bool) -> bool,
) -> Vec<Verdict> {
    let asked = case.recordings.iter().map(|recording| &recording.dialog);
    let judged = asked.filter(|dialog| !is_servers(dialog)).filter_map(|dialog| {
        let tag = is_tagged(dialog.invite, "+sip.src");
        let option = has_option(dialog.invite, "Require", "siprec");
        let (sighting, _) = accepted(case, dialog)?;
        Some(case.held(!is_unfit(tag, option), row, sighting, || {
            let lacks = match (tag, option) {
                (false, false) => "without +sip.src and without Require: siprec",
                (false, true) => "without +sip.src",
                _ => "without Require: siprec",
            };
            format!("took an INVITE {lacks} for a recording session")
        }))
    });
    judged.collect()
}

/// A recorder that registers says that it is one (section 6.2).
fn registered_recorders_are_tagged(case: &Case<'_>) -> Vec<Verdict> {
    let of_recorders = case.messages.iter().filter(|(sighting, message)| {
        message.method() == Some(&Method::Register)
            && case.timeline.cast().is(sighting.source, Kind::Recorder)
    });
    let judged = of_recorders.filter_map(|(sighting, message)| {
        message.contact().ok().flatten()?;
        Some(case.held(is_tagged(message, "+sip.srs"), "RFC7866-6.2-3", sighting, || {
            "registered a Contact without +sip.srs".to_owned()
        }))
    });
    judged.collect()
}

/// Whether an INVITE says by its Contact or its metadata that it is a recording client's.
fn is_asked_by_client(dialog: &Dialog<'_>) -> bool {
    is_tagged(dialog.invite, "+sip.src")
        || is_tagged(dialog.invite, "src")
        || crate::evidence::metadata_of(dialog.invite).is_some()
}

/// The first final answer to the INVITE that began a dialog.
fn answered<'c>(case: &'c Case<'_>, dialog: &Dialog<'_>) -> Option<(&'c Sighting, &'c Message)> {
    let transaction = case.transactions.iter().find(|it| std::ptr::eq(it.request(), dialog.invite));
    let by_call = || {
        case.transactions.iter().find(|it| {
            it.request().method() == Some(&Method::Invite)
                && it.request().call_id() == Ok(dialog.call_id)
        })
    };
    let (sighting, _) = transaction.or_else(by_call)?.outcome()?;
    Some((sighting, sighting.message()?))
}

/// The 2xx that took the INVITE that began a dialog.
fn accepted<'c>(case: &'c Case<'_>, dialog: &Dialog<'_>) -> Option<(&'c Sighting, &'c Message)> {
    let answer = |it: &&(&'c Sighting, &'c Message)| {
        let (sighting, message) = it;
        message.code().is_some_and(|code| (200..300).contains(&code))
            && message.call_id() == Ok(dialog.call_id)
            && message.cseq().is_ok_and(|cseq| cseq.method == Method::Invite)
            && !dialog.is_from_caller(sighting)
    };
    case.messages.iter().find(answer).copied()
}
