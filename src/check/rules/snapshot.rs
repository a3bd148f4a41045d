//! A recorder asks for all of the metadata, and gets it (RFC 7865 section 7, RFC 7866 section
//! 9.2).

use std::time::Duration;

use super::session::{Said, Session};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::check::view::last_seen;
use crate::sip::Method;
use crate::siprec::{DataMode, Document, Malformed, Oddity};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7865-7-1", |case| each(case, has_namespace)),
    rule("RFC7865-7-2", |case| each(case, has_root)),
    rule("RFC7866-9.2-3", |case| each(case, has_disposition)),
    rule("RFC7866-9.2-4", |case| each(case, has_no_offer)),
    rule("RFC7866-9.2-5", |case| each(case, is_an_update)),
    rule("RFC7866-9.1-11", |case| each(case, is_answered_with_all)),
    rule("RFC7866-9.2-7", |case| each(case, is_answered_apart)),
    rule("RFC7866-9.2-11", |case| each(case, is_taken)),
];

type Judge = for<'s> fn(&Case<'_>, &Session<'_>, &'s Said<'_>) -> Option<Verdict>;

/// What a row makes of each document that a recorder sent: it has no other than requests.
fn each(case: &Case<'_>, judge: Judge) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let requests =
            session.said.iter().filter(|said| !said.by_client && said.document.is_some());
        requests.filter_map(|said| judge(case, session, said)).collect()
    })
}

/// It is XML in the namespace of metadata (RFC 7865 section 7).
fn has_namespace(case: &Case<'_>, _: &Session<'_>, said: &Said<'_>) -> Option<Verdict> {
    let row = "RFC7865-7-1";
    let quirks = match said.document.as_ref()? {
        Ok(Document::SnapshotRequest(request)) => &request.quirks,
        Ok(Document::Metadata(metadata)) => &metadata.quirks,
        Err(why) => {
            return Some(case.blame(
                row,
                said.sighting,
                &format!("asked in words that one cannot read: cannot {why}"),
            ));
        }
    };
    let wrong = quirks.iter().find(|quirk| matches!(quirk.what, Oddity::Namespace { .. }));
    Some(match wrong {
        Some(wrong) => {
            case.blame(row, said.sighting, &format!("asked in a document where {}", wrong.what))
        }
        None => Verdict::Pass,
    })
}

/// Its root is `requestsnapshot` (RFC 7865 section 7).
fn has_root(case: &Case<'_>, _: &Session<'_>, said: &Said<'_>) -> Option<Verdict> {
    let found = match said.document.as_ref()? {
        Ok(Document::SnapshotRequest(_)) => None,
        Ok(Document::Metadata(_)) => Some("recording"),
        Err(Malformed::Root { found }) => Some(found.as_str()),
        Err(_) => return None,
    };
    Some(case.held(found.is_none(), "RFC7865-7-2", said.sighting, || {
        format!("sent a document with the root <{}>, not a request", found.unwrap_or_default())
    }))
}

/// Its disposition is `recording-session`.
fn has_disposition(case: &Case<'_>, _: &Session<'_>, said: &Said<'_>) -> Option<Verdict> {
    let found = said.disposition().and_then(|it| it.split(';').next()).unwrap_or("none").trim();
    let met = found.eq_ignore_ascii_case("recording-session");
    said.wants_snapshot().then(|| {
        case.held(met, "RFC7866-9.2-3", said.sighting, || {
            format!("asked for a snapshot with the disposition {found}, not recording-session")
        })
    })
}

/// It comes without an offer.
fn has_no_offer(case: &Case<'_>, _: &Session<'_>, said: &Said<'_>) -> Option<Verdict> {
    said.wants_snapshot().then(|| {
        case.held(said.parts.sdp.is_none(), "RFC7866-9.2-4", said.sighting, || {
            "asked for a snapshot beside a session description".to_owned()
        })
    })
}

/// It is an UPDATE, and nothing else.
fn is_an_update(case: &Case<'_>, _: &Session<'_>, said: &Said<'_>) -> Option<Verdict> {
    said.wants_snapshot().then(|| {
        case.held(said.asks(&Method::Update), "RFC7866-9.2-5", said.sighting, || {
            let what = match said.message.method() {
                Some(method) => method.to_string(),
                None => format!("answer to {}", said.cseq.method),
            };
            format!("asked for a snapshot in its {what}, not in an UPDATE")
        })
    })
}

/// All of the metadata follows at once.
fn is_answered_with_all(
    case: &Case<'_>,
    session: &Session<'_>,
    said: &Said<'_>,
) -> Option<Verdict> {
    let row = "RFC7866-9.1-11";
    let by = limit(case, session, said)?;
    let later = documents_after(session, said);
    let first = later.iter().find(|(told, _)| told.at() <= by);
    Some(match first {
        Some((_, DataMode::Complete)) => Verdict::Pass,
        Some((told, DataMode::Partial)) => case.blame(
            row,
            told.sighting,
            "answered the request for a snapshot with a partial update",
        ),
        None => case.blame(
            row,
            reply(session, said),
            "sent no snapshot within 2 s of the request for one",
        ),
    })
}

/// It comes in an INVITE or an UPDATE of the client's own, not in what it answers.
fn is_answered_apart(case: &Case<'_>, session: &Session<'_>, said: &Said<'_>) -> Option<Verdict> {
    let row = "RFC7866-9.2-7";
    let by = limit(case, session, said)?;
    let later = documents_after(session, said);
    let (told, _) = later.iter().find(|(told, _)| told.at() <= by)?;
    Some(case.held(told.message.is_request(), row, told.sighting, || {
        "put the snapshot that it was asked for into its answer".to_owned()
    }))
}

/// A client takes an UPDATE without an offer.
fn is_taken(case: &Case<'_>, session: &Session<'_>, said: &Said<'_>) -> Option<Verdict> {
    if !said.wants_snapshot() || !said.asks(&Method::Update) || said.parts.sdp.is_some() {
        return None;
    }
    let answer = session.answer_to(said)?;
    let code = answer.message.code().unwrap_or_default();
    let met = !REFUSED.contains(&code);
    Some(case.held(met, "RFC7866-9.2-11", answer.sighting, || {
        format!("refused the request for a snapshot with {code}")
    }))
}

/// Until when all of the metadata has to be there: `None`, if nobody was asked for it, or if the
/// session was over, or nobody watched, before that.
fn limit(case: &Case<'_>, session: &Session<'_>, said: &Said<'_>) -> Option<Instant> {
    let by = said.at() + AT_ONCE;
    let bye = session.said.iter().find(|it| it.asks(&Method::Bye)).map(Said::at);
    let is_asked = said.wants_snapshot() && said.asks(&Method::Update);
    let is_over = bye.is_some_and(|bye| bye <= by) || last_seen(case.timeline) < by;
    (is_asked && (!is_over || !documents_after(session, said).is_empty())).then_some(by)
}

fn documents_after<'s, 'a>(
    session: &'s Session<'a>,
    said: &Said<'_>,
) -> Vec<(&'s Said<'a>, DataMode)> {
    let later = super::recording_body::documents(session);
    let later = later.filter(|(told, _)| told.at() > said.at());
    later.map(|(told, document)| (told, document.mode)).collect()
}

/// What the client answered to a request, or else the request.
fn reply<'s, 'a>(session: &'s Session<'a>, said: &'s Said<'a>) -> &'a crate::evidence::Sighting {
    session.answer_to(said).map_or(said.sighting, |answer| answer.sighting)
}

/// "Immediately", and what the network needs.
const AT_ONCE: Duration = Duration::from_secs(2);
/// Not known, not taken in this way, or beyond the client.
const REFUSED: [u16; 5] = [405, 415, 420, 500, 501];
