//! What a recorder makes of metadata that is unusual, or broken: it takes the one, and lives on
//! with the other (RFC 7865 section 9, RFC 7866 section 9.2, RFC 9806).

use std::collections::BTreeMap;

use super::legs::record_of;
use super::tolerance::{answered, of_form, recorded};
use super::{Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::evidence::Host;
use crate::siprec::{DataMode, Id, Metadata, Received};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7865-9-9", |case| {
        // Other refusals are about other things.
        of_form(case, "RFC7865-9-9", "an extension in its metadata", &[400, 500], has_extension)
    }),
    rule("RFC7866-9.1-13", |case| {
        of_form(case, "RFC7866-9.1-13", "metadata that keeps names back", &[400], keeps_names_back)
    }),
    rule("RFC9806-4.1-1", |case| {
        of_form(case, "RFC9806-4.1-1", "a charset beside its type", &[400, 415], has_charset)
    }),
    rule("RFC9806-2-2", |case| {
        recorded(case, "RFC9806-2-2", "metadata by its old name", is_called_as_before)
    }),
    rule("RFC7865-5.1.2-4", |case| {
        of_form(case, "RFC7865-5.1.2-4", "metadata without a mode", UNREAD, has_no_mode)
    }),
    rule("RFC7865-6.8.1-8", |case| {
        of_form(case, "RFC7865-6.8.1-8", "somebody who sends no more", UNREAD, sends_no_more)
    }),
    rule("RFC7865-SEM-5", |case| {
        of_form(case, "RFC7865-SEM-5", "names of what was told before", UNREAD, leans_on_earlier)
    }),
    rule("RFC7866-7.3.2-1", |case| {
        of_form(case, "RFC7866-7.3.2-1", "a preference for recording", UNTAKEN, has_preference)
    }),
    rule("RFC7866-9.1-8", |case| {
        of_form(case, "RFC7866-9.1-8", "metadata without an offer", UNTAKEN, is_metadata_alone)
    }),
    rule("RFC7866-11.1.2-1", whoever_is_aware_takes_it),
    rule("RFC7866-9.1-3", |case| {
        of_form(case, "RFC7866-9.1-3", "a snapshot", &[488], is_later_snapshot)
    }),
    rule("RFC7866-9.2-10", |case| answered(case, "RFC7866-9.2-10", "broken metadata", is_broken)),
    rule("RFC7865-9-12", |case| {
        answered(case, "RFC7865-9-12", "metadata that declares entities", declares_entities)
    }),
];

/// A telephone that has said that it is aware of recordings is told of one (RFC 7866 section 6.3).
fn whoever_is_aware_takes_it(case: &Case<'_>) -> Vec<Verdict> {
    let mut aware: BTreeMap<Host, Instant> = BTreeMap::new();
    for said in &case.said {
        if said.tokens("Supported").iter().any(|it| it == "record-aware") {
            aware.entry(case.host(said.source())).or_insert(said.at);
        }
    }
    of_form(case, "RFC7866-11.1.2-1", "a=record", UNTAKEN, |request| {
        let since = aware.get(&case.host(request.target()));
        has_record(request) && since.is_some_and(|since| *since <= request.at)
    })
}

/// Whether there is an element in it that is in another namespace, and in its place there.
fn has_extension(request: &Said<'_>) -> bool {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return false };
    !metadata.extensions.is_empty()
}

/// Whether it tells everything once more, in a session that is up.
fn is_later_snapshot(request: &Said<'_>) -> bool {
    is_update(request).is_some_and(|it| it.mode == DataMode::Complete)
}

/// Whether it tells everything and does not say so: that is the default (RFC 7865 section 5.1.2).
fn has_no_mode(request: &Said<'_>) -> bool {
    let body = String::from_utf8_lossy(&request.message.body).to_ascii_lowercase();
    is_update(request).is_some_and(|it| it.mode == DataMode::Complete) && !body.contains("datamode")
}

/// Whether it only tells what changed, and somebody is in it who receives and sends nothing: what
/// they sent before is gone (RFC 7865 section 6.8.1).
fn sends_no_more(request: &Said<'_>) -> bool {
    is_update(request).is_some_and(|it| {
        let mut people = it.participant_streams.iter();
        it.mode == DataMode::Partial
            && people.any(|it| it.send.is_empty() && !it.receive.is_empty())
    })
}

/// Whether it names people or streams that only an earlier document describes.
fn leans_on_earlier(request: &Said<'_>) -> bool {
    is_update(request).is_some_and(|it| {
        let is_person = |id: &Id| it.participants.iter().any(|known| known.id == *id);
        let is_stream = |id: &Id| it.streams.iter().any(|known| known.id == *id);
        let mut unknown = it.participant_streams.iter().filter(|it| {
            let mut streams = it.send.iter().chain(&it.receive);
            !is_person(&it.participant) || !streams.all(is_stream)
        });
        it.mode == DataMode::Partial && unknown.next().is_some()
    })
}

/// The metadata of a request in a session that is up, if nothing is odd about it.
fn is_update<'s>(request: &'s Said<'_>) -> Option<&'s Metadata> {
    let Some(Ok(metadata)) = request.sighting.metadata() else { return None };
    (request.to_tag.is_some() && metadata.quirks.is_empty()).then_some(metadata)
}

/// Whether somebody says what they would like to become of a recording (RFC 7866 section 7.3.2).
fn has_preference(request: &Said<'_>) -> bool {
    let media = request.sighting.description().map(|(_, it)| it.media.as_slice());
    media.is_some_and(|media| media.iter().any(|it| it.record_preference.is_some()))
}

/// Whether somebody is told how a recording stands.
fn has_record(request: &Said<'_>) -> bool {
    request.sighting.description().is_some_and(|(_, it)| record_of(it).is_some())
}

/// Whether it tells the recorder something and offers nothing (RFC 7866 section 9.1).
fn is_metadata_alone(request: &Said<'_>) -> bool {
    is_update(request).is_some() && request.sighting.description().is_none()
}

fn is_called_as_before(request: &Said<'_>) -> bool {
    let body = String::from_utf8_lossy(&request.message.body);
    body.contains("application/rs-metadata\r\n") || body.contains("application/rs-metadata;")
}

/// Whether somebody is in it of whom only the address is told.
fn keeps_names_back(request: &Said<'_>) -> bool {
    is_update(request).is_some_and(|it| {
        let mut people = it.participants.iter();
        people.any(|it| it.names.iter().all(|name| name.names.is_empty()))
    })
}

/// Whether its metadata says which letters it has, as any XML may, and these are the usual ones.
fn has_charset(request: &Said<'_>) -> bool {
    let kind = request.message.headers.get("Content-Type").unwrap_or_default();
    let parts = Received::split(kind, &request.message.body).unwrap_or_default();
    let kind = parts.metadata.map(|it| it.media_type());
    let charset = kind.as_ref().and_then(|it| it.parameter("charset"));
    charset.is_some_and(|it| ["utf-8", "us-ascii"].contains(&it.to_ascii_lowercase().as_str()))
}

fn is_broken(request: &Said<'_>) -> bool {
    matches!(request.sighting.metadata(), Some(Err(_)))
}

fn declares_entities(request: &Said<'_>) -> bool {
    String::from_utf8_lossy(&request.message.body).contains("<!ENTITY")
}

/// What is answered where somebody stumbles over what there is to read.
const UNTAKEN: &[u16] = &[400, 415, 420, 488, 500, 606];
/// What is answered to metadata that was not understood.
const UNREAD: &[u16] = &[400, 488, 500];
