//! What stands in single elements of metadata, and beside it: declarations, reasons, names,
//! capabilities, kinds of content (RFC 7865 sections 5.1, 6.3, 6.5 to 6.7, and 7).

use std::collections::{BTreeMap, BTreeSet};

use super::metadata::{documents, is_repeated, odd};
use super::session::Told;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sdp::MediaDescription;
use crate::sip::{Method, Uri};
use crate::siprec::{Document, Id, Metadata, Oddity, Reason};

pub const RULES: &[Rule] = &[
    rule("RFC7865-5.1-2", encodings_are_declared),
    rule("RFC7865-6.3.1-3", causes_are_numbers),
    rule("RFC7865-6.3.1-5", dialogs_are_listed_once),
    rule("RFC7865-6.5.1-4", names_are_bare),
    rule("RFC7865-6.6.1-5", capabilities_are_whole),
    rule("RFC7865-6.7.1-2", contents_are_words),
    rule("RFC7865-7-3", requests_have_one_reason),
];

/// A document begins with a declaration that names its encoding (section 5.1): one in the namespace
/// of RFC 7865, for the drafts were another format.
fn encodings_are_declared(case: &Case<'_>) -> Vec<Verdict> {
    let is_ours = |it: &Metadata| {
        !it.quirks.iter().any(|quirk| matches!(quirk.what, Oddity::Namespace { .. }))
    };
    let judged = documents(case).filter(|(_, metadata)| is_ours(metadata)).map(|(said, _)| {
        let declared = said.parts.metadata_bytes().and_then(encoding_of);
        case.held(declared.is_some(), "RFC7865-5.1-2", said.sighting, || {
            "sent metadata that does not begin by declaring its encoding".to_owned()
        })
    });
    judged.collect()
}

/// The encoding that a declaration names.
pub(super) fn encoding_of(document: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(document.get(..HEAD_MAX).unwrap_or(document));
    let head = head.trim_start_matches('\u{FEFF}').trim_start();
    let (declaration, _) = head.strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|it| ['"', '\''].contains(it))?;
    let name = value.split(quote).nth(1)?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A reason has a cause, which is an `xs:short` (section 6.3.1); its protocol is SIP where it says
/// none.
fn causes_are_numbers(case: &Case<'_>) -> Vec<Verdict> {
    let is_odd = |it: &&Reason| it.cause.as_deref().is_none_or(|it| it.parse::<i16>().is_err());
    let judged = documents(case).filter_map(|(said, metadata)| {
        let mut reasons = metadata.sessions.iter().flat_map(|it| &it.reasons).peekable();
        reasons.peek()?;
        let odd = reasons.find(is_odd);
        Some(case.held(odd.is_none(), "RFC7865-6.3.1-3", said.sighting, || {
            let cause = odd.and_then(|it| it.cause.as_deref()).unwrap_or("none");
            format!("told of a reason whose cause is {cause}, not a number")
        }))
    });
    judged.collect()
}

/// A focus has a dialog of its own with each participant, and lists each of them once (section
/// 6.3.1).
fn dialogs_are_listed_once(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let told = session.told();
        let judged = told.iter().filter_map(|told| {
            let of_conferences = told
                .document
                .sessions
                .iter()
                .filter(|it| it.sip_session_ids.len() > 1 && people_in(told, &it.id) > 2);
            let mut of_conferences = of_conferences.peekable();
            of_conferences.peek()?;
            let again = of_conferences.find_map(|it| listed_twice(&it.sip_session_ids));
            Some(case.held(again.is_none(), "RFC7865-6.3.1-5", told.said.sighting, || {
                format!("listed the dialog {} of a conference twice", again.unwrap_or_default())
            }))
        });
        judged.collect()
    })
}

/// How many people take part in a session by now.
fn people_in(told: &Told<'_, '_>, session: &Id) -> usize {
    let own = told.state.participant_sessions.iter();
    let own = own.filter(|it| it.session == *session && it.interval.is_open());
    own.map(|it| &it.participant).collect::<BTreeSet<_>>().len()
}

/// A Session-ID that is there twice, those of telephones without one not counted.
fn listed_twice(ids: &[String]) -> Option<&str> {
    let mut seen = BTreeSet::new();
    let mut whole = ids.iter().filter(|it| !it.contains(NOBODY));
    whole.find(|it| !seen.insert(it.to_ascii_lowercase())).map(String::as_str)
}

/// A name is what people read: without the quotes and escapes that it has in a header, or in XML
/// (section 6.5.1). Which name somebody has is for the client to say.
fn names_are_bare(case: &Case<'_>) -> Vec<Verdict> {
    let known = shown_in_calls(case);
    let judged = documents(case).filter_map(|(said, metadata)| {
        let mut judged = None;
        for (name, shown) in names(metadata, &known) {
            if shown.contains(name) {
                judged.get_or_insert(Ok(()));
            } else if shown.contains(&unquoted(name)) || shown.contains(&unescaped(name)) {
                judged = Some(Err(name));
                break;
            }
        }
        let judged = judged?;
        Some(case.held(judged.is_ok(), "RFC7865-6.5.1-4", said.sighting, || {
            let name = judged.err().unwrap_or_default();
            format!("sent metadata in which somebody's name is {name}, with its quotes or escapes")
        }))
    });
    judged.collect()
}

type Shown = BTreeMap<String, BTreeSet<String>>;

/// Each name in a document, with those under which the same address was seen in calls.
fn names<'m>(
    metadata: &'m Metadata,
    known: &'m Shown,
) -> impl Iterator<Item = (&'m str, &'m BTreeSet<String>)> {
    let people = metadata.participants.iter().flat_map(|it| &it.names);
    people.flat_map(move |it| {
        let user = Uri::parse(&it.aor).ok().and_then(|it| it.user());
        let shown = user.and_then(|user| known.get(&user));
        let each = move |shown| it.names.iter().map(move |it| (it.text.trim(), shown));
        shown.into_iter().flat_map(each)
    })
}

/// The names under which users were seen in the INVITEs of calls, and in what answers them.
fn shown_in_calls(case: &Case<'_>) -> Shown {
    let mut shown = Shown::new();
    if documents(case).next().is_none() {
        return shown;
    }
    let recordings: BTreeSet<_> = case.recordings.iter().map(|it| it.dialog.call_id).collect();
    let invites = case.said.iter().filter(|it| it.method == Method::Invite);
    for said in invites.filter(|it| !recordings.contains(it.call_id)) {
        let both = [said.message.from().ok(), said.message.to().ok()].into_iter().flatten();
        let asserted = said.message.addresses("P-Asserted-Identity").unwrap_or_default();
        for address in both.chain(asserted) {
            if let (Some(user), Some(name)) = (address.uri.user(), address.display) {
                shown.entry(user).or_default().insert(name.trim().to_owned());
            }
        }
    }
    shown
}

/// A name as it would be if it were still that of a header (RFC 3261 section 25.1).
fn unquoted(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(name);
    inner.replace("\\\"", "\"").replace("\\\\", "\\")
}

/// A name as it would be if it had been escaped twice.
fn unescaped(name: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    entities.iter().fold(name.to_owned(), |name, (entity, is)| name.replace(entity, is))
}

/// A capability has a name and a value (section 6.6.1).
fn capabilities_are_whole(case: &Case<'_>) -> Vec<Verdict> {
    let is_half = |odd: &Oddity| matches!(odd, Oddity::MissingAttribute { element, .. } if element == "param");
    let judged = documents(case).filter(|(_, metadata)| {
        metadata.participant_sessions.iter().any(|it| !it.params.is_empty())
    });
    let judged = judged
        .map(|(said, metadata)| odd(case, "RFC7865-6.6.1-5", said, &metadata.quirks, is_half));
    judged.collect()
}

/// The kind of a stream stands in its description, as words between commas (section 6.7.1, RFC
/// 4796 section 5).
fn contents_are_words(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let described = session.said.iter().filter(|it| it.by_client);
        let judged = described.filter_map(|said| {
            let mut contents = said.sdp?.media.iter().flat_map(contents).peekable();
            contents.peek()?;
            let odd = contents.find(|it| !it.split(',').all(|it| is_word(it.trim())));
            Some(case.held(odd.is_none(), "RFC7865-6.7.1-2", said.sighting, || {
                let odd = odd.unwrap_or_default();
                format!("described a stream whose content is {odd:?}, which is no list of words")
            }))
        });
        judged.collect()
    })
}

fn contents(medium: &MediaDescription) -> impl Iterator<Item = &str> {
    let own = medium.attributes.iter().filter(|it| it.name == "content");
    own.map(|it| it.value.as_deref().unwrap_or_default())
}

/// Whether it is a token of SDP (RFC 4566 section 9).
fn is_word(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]".contains(&byte);
    !text.is_empty() && text.bytes().all(is_part)
}

/// Whoever asks for a snapshot may say why, and once (section 7).
fn requests_have_one_reason(case: &Case<'_>) -> Vec<Verdict> {
    let said = case.sessions().flat_map(|(_, session)| &session.said);
    let judged = said.filter_map(|said| {
        let Some(Ok(Document::SnapshotRequest(request))) = &said.document else { return None };
        request.reason.as_ref()?;
        let is_more = |odd: &Oddity| is_repeated(odd, "requestreason", "requestsnapshot");
        Some(odd(case, "RFC7865-7-3", said, &request.quirks, is_more))
    });
    judged.collect()
}

/// A declaration is much shorter.
const HEAD_MAX: usize = 512;
/// The UUID of a telephone that says none (RFC 7989 section 5).
const NOBODY: &str = "00000000000000000000000000000000";
