//! What the model leaves to a client, a recorder takes: who and what is in a document may be none,
//! one, or several (RFC 7865 sections 5 to 9).

use std::collections::BTreeSet;

use super::metadata_words::encoding_of;
use super::tolerance::{answered, of_form, quirks};
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::siprec::{DataMode, Metadata, Oddity, Received};

pub const RULES: &[Rule] = &[
    rule("RFC7865-5.1-3", |case| {
        let form = "a charset that overrules its declaration";
        of_form(case, "RFC7865-5.1-3", form, OBJECTIONS, has_charset)
    }),
    rule("RFC7865-6.1.2-1", |case| begun(case, "RFC7865-6.1.2-1", "no session", is_without_call)),
    rule("RFC7865-6.3.2-1", |case| {
        begun(case, "RFC7865-6.3.2-1", "a session without people", is_without_people)
    }),
    rule("RFC7865-6.3.1-2", |case| {
        told(case, "RFC7865-6.3.1-2", "reasons of an end", |it| {
            it.sessions.iter().any(|it| !it.reasons.is_empty())
        })
    }),
    rule("RFC7865-6.3.2-3", |case| {
        told(case, "RFC7865-6.3.2-3", "a stream of no session", |it| {
            it.streams.iter().any(|it| it.session.is_none())
        })
    }),
    rule("RFC7865-6.4.1-3", |case| {
        told(case, "RFC7865-6.4.1-3", "a session that is recorded once more", |it| {
            has_twice(it.session_recordings.iter().map(|it| &it.session))
        })
    }),
    rule("RFC7865-6.5.1-3", |case| {
        told(case, "RFC7865-6.5.1-3", "somebody with two addresses", |it| {
            it.participants.iter().any(|it| it.names.len() > 1)
        })
    }),
    rule("RFC7865-6.6.1-4", |case| {
        told(case, "RFC7865-6.6.1-4", "somebody who takes part once more", |it| {
            has_twice(it.participant_sessions.iter().map(|it| (&it.participant, &it.session)))
        })
    }),
    rule("RFC7865-6.8.1-4", |case| {
        told(case, "RFC7865-6.8.1-4", "somebody on two streams", |it| {
            it.participant_streams.iter().any(|it| it.send.len() > 1 || it.receive.len() > 1)
        })
    }),
    rule("RFC7865-6.8.1-5", |case| {
        told(case, "RFC7865-6.8.1-5", "somebody who neither sends nor receives", |it| {
            it.participant_streams.iter().any(|it| it.send.is_empty() && it.receive.is_empty())
        })
    }),
    rule("RFC7865-6.11-2", |case| {
        answered(case, "RFC7865-6.11-2", "metadata of another version", is_of_another_version)
    }),
    rule("RFC7865-9-11", |case| {
        of_form(case, "RFC7865-9-11", "blanks around a reference", OBJECTIONS, has_blanks)
    }),
];

/// Metadata of some form is taken in a session that is up: the recorder has read the first.
fn told(case: &Case<'_>, row: &'static str, form: &str, is: fn(&Metadata) -> bool) -> Vec<Verdict> {
    of_form(case, row, form, OBJECTIONS, |request| legal_update(request).is_some_and(is))
}

/// A recording may begin with metadata of some form: it is no bad request.
fn begun(
    case: &Case<'_>,
    row: &'static str,
    form: &str,
    is: fn(&Metadata) -> bool,
) -> Vec<Verdict> {
    of_form(case, row, form, &[400], |request| {
        request.to_tag.is_none() && legal(request).is_some_and(is)
    })
}

/// The metadata of a request, if nothing is wrong with it.
fn legal<'s>(request: &'s Said<'_>) -> Option<&'s Metadata> {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return None };
    (is_legal(metadata) && request.flaw.is_none()).then_some(metadata)
}

/// As [`legal`], in a session that is up.
fn legal_update<'s>(request: &'s Said<'_>) -> Option<&'s Metadata> {
    request.to_tag.as_ref()?;
    legal(request)
}

/// Whether nothing had to be forgiven in a document.
pub(super) fn is_legal(document: &Metadata) -> bool {
    document.quirks.iter().all(|quirk| quirk.what.is_legal())
}

/// Whether its type says that it is in UTF-8, and its declaration says otherwise (section 5.1).
fn has_charset(request: &Said<'_>) -> bool {
    if legal_update(request).is_none() {
        return false;
    }
    let kind = request.message.headers.get("Content-Type");
    let parts = kind.and_then(|it| Received::split(it, &request.message.body).ok());
    let Some(part) = parts.and_then(|parts| parts.metadata) else { return false };
    let is_utf8 = |name: &str| name.eq_ignore_ascii_case("utf-8");
    let declared = encoding_of(&part.body);
    part.media_type().parameter("charset").is_some_and(is_utf8)
        && declared.is_some_and(|declared| !is_utf8(&declared))
}

/// Whether nothing is to be recorded yet (section 6.1.2).
fn is_without_call(metadata: &Metadata) -> bool {
    let is_whole = metadata.mode == DataMode::Complete;
    is_whole && metadata.sessions.is_empty() && metadata.groups.is_empty()
}

/// Whether a session is told of and nobody who takes part in it (section 6.3.2).
fn is_without_people(metadata: &Metadata) -> bool {
    let is_whole = metadata.mode == DataMode::Complete;
    is_whole && !metadata.sessions.is_empty() && metadata.participants.is_empty()
}

/// Whether the number behind the namespace is not that of RFC 7865 (section 6.11).
fn is_of_another_version(request: &Said<'_>) -> bool {
    quirks(request).any(|it| {
        let Oddity::Namespace { found: Some(found) } = it else { return false };
        let version = found.strip_prefix("urn:ietf:params:xml:ns:recording:");
        version.is_some_and(|it| it != "1" && it.bytes().all(|it| it.is_ascii_digit()))
    })
}

/// Whether there are blanks around a reference: to `xs:base64Binary` they mean nothing (section 9).
fn has_blanks(request: &Said<'_>) -> bool {
    if legal_update(request).is_none() {
        return false;
    }
    let body = String::from_utf8_lossy(&request.message.body);
    body.split('<').any(|piece| {
        let Some((tag, content)) = piece.split_once('>') else { return false };
        let name = tag.split_ascii_whitespace().next().unwrap_or_default();
        let name = name.rsplit(':').next().unwrap_or_default();
        let bare = content.trim();
        let is_padded = !bare.is_empty() && bare.len() < content.len();
        ["group-ref", "send", "recv"].contains(&name) && is_padded
    })
}

/// Whether something comes a second time.
fn has_twice<T: Ord>(mut all: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    all.any(|it| !seen.insert(it))
}

/// What is answered to a request that is not understood; other refusals are about other things.
pub(super) const OBJECTIONS: &[u16] = &[400, 415];
