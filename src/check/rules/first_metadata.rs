//! What the first INVITE of a recording tells of the call (RFC 8068 section 3.2.1), and by which
//! name it calls the call's dialogs (RFC 7865 section 6.3.1).

use std::collections::BTreeSet;

use super::headers::uuids_in;
use super::session::{Session, Told};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::siprec::{Metadata, Oddity, Quirk};

pub const RULES: &[Rule] = &[
    rule("RFC8068-3.2.1-1", |case| {
        case.each_session(|_, session| whole_call(case, session).into_iter().collect())
    }),
    rule("RFC7865-6.3.1-4", dialogs_are_called_as_they_are),
];

/// Where two people talk, it is said who takes part in what (section 3.2.1): they may be mixed into one
/// stream. The drafts have no association of a session with its recording.
fn whole_call(case: &Case<'_>, session: &Session<'_>) -> Option<Verdict> {
    let told = session.told();
    let first = session.invite().filter(|said| said.by_client && said.message.is_request())?;
    let first = told.iter().find(|told| std::ptr::eq(told.said, first))?;
    let is_call = first.document.participants.len() >= 2;
    let lacks = lack(first.document);
    is_call.then(|| {
        case.held(lacks.is_none(), "RFC8068-3.2.1-1", first.said.sighting, || {
            format!("began a recording with metadata that {}", lacks.unwrap_or_default())
        })
    })
}

fn lack(metadata: &Metadata) -> Option<String> {
    let is_drafts = |quirk: &Quirk| matches!(quirk.what, Oddity::Namespace { .. });
    let is_by_the_book = !metadata.quirks.iter().any(is_drafts);
    let associations = [
        ("session and recording", is_by_the_book && metadata.session_recordings.is_empty()),
        ("participants and session", metadata.participant_sessions.is_empty()),
        ("participants and streams", metadata.participant_streams.is_empty()),
    ];
    let missing = associations.iter().find(|(_, is_missing)| *is_missing);
    missing.map(|(what, _)| format!("associates no {what}"))
}

/// A session names its dialogs by their Session-IDs: pairs of UUIDs (RFC 7989 section 5), which
/// stand in messages of the call where those are seen.
fn dialogs_are_called_as_they_are(case: &Case<'_>) -> Vec<Verdict> {
    let known = seen_in_calls(case);
    case.each_session(|_, session| {
        let told = session.told();
        let told = told.iter().filter(|told| ids(told).next().is_some());
        let judged = told.map(|told| {
            let is_known = known.is_empty() || ids(told).any(|id| names_one_of(id, &known));
            let strange = || ids(told).next().filter(|_| !is_known);
            let wrong = ids(told)
                .find(|id| !is_pair(id))
                .map(|id| format!("called a dialog {id}, which is no Session-ID"))
                .or_else(|| Some(format!("called a dialog {}, as no call is called", strange()?)));
            case.held(wrong.is_none(), "RFC7865-6.3.1-4", told.said.sighting, || {
                wrong.unwrap_or_default()
            })
        });
        judged.collect()
    })
}

fn ids<'s>(told: &'s Told<'_, '_>) -> impl Iterator<Item = &'s str> {
    told.document.sessions.iter().flat_map(|it| &it.sip_session_ids).map(String::as_str)
}

/// Whether it is a pair of UUIDs.
fn is_pair(id: &str) -> bool {
    let is_uuid = |it: &str| it.len() == 32 && it.bytes().all(|it| it.is_ascii_hexdigit());
    let both = uuids_in(id);
    both.len() == 2 && both.into_iter().all(is_uuid)
}

/// Whether both of its UUIDs were seen. One of several dialogs is enough: the others may not have
/// been captured.
fn names_one_of(id: &str, known: &BTreeSet<String>) -> bool {
    uuids_in(id).into_iter().all(|it| known.contains(&it.to_ascii_lowercase()))
}

/// Every UUID in a Session-ID outside of the recording sessions.
fn seen_in_calls(case: &Case<'_>) -> BTreeSet<String> {
    let is_recording = |call: &str| case.recordings.iter().any(|it| it.dialog.call_id == call);
    let calls = case.said.iter().filter(|said| !is_recording(said.call_id));
    let values = calls.filter_map(|said| said.message.headers.get("Session-ID"));
    values.flat_map(uuids_in).map(str::to_ascii_lowercase).collect()
}
