//! Metadata by the schema: namespaces, elements, their order, attributes and times (RFC 7865
//! sections 5, 6.9 and 9).

use super::session::Said;
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::siprec::{Document, Metadata, Oddity, Quirk, is_xml_date_time};

pub const RULES: &[Rule] = &[
    rule("RFC7865-5.1-4", utf8_is_taken),
    rule("RFC7865-5.1.1-1", |case| each(case, "RFC7865-5.1.1-1", is_elsewhere)),
    rule("RFC7865-5.1.2-1", |case| each(case, "RFC7865-5.1.2-1", has_other_namespace)),
    rule("RFC7865-5.1.2-2", one_recording),
    rule("RFC7865-5.1.2-5", |case| each(case, "RFC7865-5.1.2-5", is_misspelt_mode)),
    rule("RFC7865-6.5.1-2", people_have_addresses),
    rule("RFC7865-6.11-1", version_is_one),
    rule("RFC7865-6.9-1", |case| each(case, "RFC7865-6.9-1", is_no_internet_time)),
    rule("RFC7865-6.9-2", |case| each(case, "RFC7865-6.9-2", is_small_time)),
    rule("RFC7865-9-1", |case| each(case, "RFC7865-9-1", |odd| is_misplaced(odd, "recording"))),
    rule("RFC7865-9-2", |case| each(case, "RFC7865-9-2", |odd| is_misplaced(odd, "session"))),
    rule("RFC7865-9-3", |case| {
        each(case, "RFC7865-9-3", |odd| is_misplaced(odd, "participantstreamassoc"))
    }),
    rule("RFC7865-9-4", |case| each(case, "RFC7865-9-4", is_no_id_attribute)),
    rule("RFC7865-9-5", |case| each(case, "RFC7865-9-5", is_mode)),
    rule("RFC7865-9-6", |case| each(case, "RFC7865-9-6", is_no_name)),
    rule("RFC7865-9-7", |case| {
        each(case, "RFC7865-9-7", |odd| is_repeated(odd, "label", "stream"))
    }),
    rule("RFC7865-9-8", |case| each(case, "RFC7865-9-8", is_bad_extension)),
    rule("RFC7865-9-10", |case| each(case, "RFC7865-9-10", is_no_xml_time)),
];

/// Each document of metadata that a recording client sent and that can be read.
pub(super) fn documents<'c, 'a>(
    case: &'c Case<'a>,
) -> impl Iterator<Item = (&'c Said<'a>, &'c Metadata)> {
    let said = case.sessions().flat_map(|(_, session)| &session.said);
    said.filter_map(|said| match &said.document {
        Some(Ok(Document::Metadata(metadata))) if said.by_client => Some((said, &**metadata)),
        _ => None,
    })
}

/// A finding about the first of a document's oddities that a row speaks of.
fn each(case: &Case<'_>, row: &'static str, is_odd: fn(&Oddity) -> bool) -> Vec<Verdict> {
    documents(case).map(|(said, metadata)| odd(case, row, said, &metadata.quirks, is_odd)).collect()
}

/// As [`each`], for one document.
pub(super) fn odd(
    case: &Case<'_>,
    row: &'static str,
    said: &Said<'_>,
    quirks: &[Quirk],
    is_odd: impl Fn(&Oddity) -> bool,
) -> Verdict {
    quirks.iter().find(|quirk| is_odd(&quirk.what)).map_or(Verdict::Pass, |quirk| {
        let seen = format!("sent metadata in which {} (its line {})", quirk.what, quirk.line);
        case.blame(row, said.sighting, &seen)
    })
}

/// Everybody takes UTF-8 (section 5.1): that a document has more than ASCII in it is no reason to
/// refuse it.
fn utf8_is_taken(case: &Case<'_>) -> Vec<Verdict> {
    let row = "RFC7865-5.1-4";
    case.each_session(|_, session| {
        let wide = session.said.iter().filter(|said| {
            let body = said.parts.metadata_bytes().unwrap_or_default();
            let is_read = matches!(said.document, Some(Ok(_)));
            said.message.is_request() && is_read && !body.is_ascii()
        });
        let answered = wide.filter_map(|said| session.answer_to(said));
        let judged = answered.map(|answer| {
            let code = answer.message.code().unwrap_or_default();
            case.held(!UNREADABLE.contains(&code), row, answer.sighting, || {
                format!("refused metadata in UTF-8 with {code}")
            })
        });
        judged.collect()
    })
}

/// An element is where only the schema's own belong, in another namespace (section 5.1.1).
fn is_elsewhere(odd: &Oddity) -> bool {
    has_other_namespace(odd) || matches!(odd, Oddity::ForeignNamespace { .. })
}

/// The root is not in the namespace of RFC 7865, which it has to declare (section 5.1.2).
fn has_other_namespace(odd: &Oddity) -> bool {
    matches!(odd, Oddity::Namespace { .. })
}

/// There is one `recording` in a document (section 5.1.2): the root, or within that of the drafts.
fn one_recording(case: &Case<'_>) -> Vec<Verdict> {
    let judged = documents(case).map(|(said, metadata)| {
        let count = |is: fn(&Oddity) -> bool| {
            metadata.quirks.iter().filter(|quirk| is(&quirk.what)).count()
        };
        let within = count(
            |odd| matches!(odd, Oddity::DraftElement { element, .. } if element == "recording"),
        );
        let other_roots = count(|odd| matches!(odd, Oddity::Root { .. }));
        let found = (1 + within).saturating_sub(other_roots);
        case.held(found == 1, "RFC7865-5.1.2-2", said.sighting, || {
            format!("sent a document with {found} <recording> elements instead of one")
        })
    });
    judged.collect()
}

/// Both sides' documents are of version 1 (section 6.11).
fn version_is_one(case: &Case<'_>) -> Vec<Verdict> {
    let said = case.sessions().flat_map(|(_, session)| &session.said);
    let judged = said.filter_map(|said| {
        let quirks = match said.document.as_ref()?.as_ref().ok()? {
            Document::Metadata(metadata) => &metadata.quirks,
            Document::SnapshotRequest(request) => &request.quirks,
        };
        Some(odd(case, "RFC7865-6.11-1", said, quirks, has_other_namespace))
    });
    judged.collect()
}

/// A time without its offset, or no time at all; small letters are another row's (section 6.9).
fn is_no_internet_time(odd: &Oddity) -> bool {
    time(odd).is_some_and(|text| !is_date_time(&text.to_ascii_uppercase()))
}

/// A time with a small `t` or `z` (section 6.9).
fn is_small_time(odd: &Oddity) -> bool {
    time(odd).is_some_and(|text| is_date_time(&text.to_ascii_uppercase()))
}

/// A time that is no `xs:dateTime`, or that is there twice (section 9).
fn is_no_xml_time(odd: &Oddity) -> bool {
    let is_twice = matches!(odd, Oddity::Repeated { element, .. } if element.ends_with("-time"));
    is_twice || time(odd).is_some_and(|text| !is_xml_date_time(text))
}

fn time(odd: &Oddity) -> Option<&str> {
    match odd {
        Oddity::Time { text, .. } => Some(text),
        _ => None,
    }
}

/// An element of `parent` is not in its place, or is there too often (section 9).
fn is_misplaced(odd: &Oddity, parent: &str) -> bool {
    match odd {
        Oddity::OutOfOrder { within, .. }
        | Oddity::AfterExtension { within, .. }
        | Oddity::Repeated { within, .. } => within == parent,
        _ => false,
    }
}

/// An id stands in another attribute, in none, or is not of the type of one (section 9).
fn is_no_id_attribute(odd: &Oddity) -> bool {
    match odd {
        Oddity::Attribute { .. } | Oddity::NestedReference { .. } => true,
        Oddity::MissingAttribute { attribute, .. } => attribute.ends_with("_id"),
        Oddity::IdForm { id, .. } => !is_base64(id.as_str()),
        _ => false,
    }
}

fn is_mode(odd: &Oddity) -> bool {
    matches!(odd, Oddity::DataModeValue { .. })
}

/// A `nameID` without its `aor`, with two names, or an `aor` that is an element (section 9).
fn is_misspelt_mode(odd: &Oddity) -> bool {
    matches!(odd, Oddity::DataModeSpelling { .. })
}

/// The address of a person is a SIP or tel URI, or the name or address of a machine (section
/// 6.5.1).
fn people_have_addresses(case: &Case<'_>) -> Vec<Verdict> {
    let judged = documents(case).filter_map(|(said, metadata)| {
        let names = metadata.participants.iter().flat_map(|it| &it.names);
        let addresses: Vec<_> = names.map(|it| it.aor.trim()).filter(|it| !it.is_empty()).collect();
        let odd = addresses.iter().find(|it| !is_address(it));
        (!addresses.is_empty()).then(|| {
            odd.map_or(Verdict::Pass, |odd| {
                let seen = format!("sent metadata in which {odd:?} stands for somebody's address");
                case.blame("RFC7865-6.5.1-2", said.sighting, &seen)
            })
        })
    });
    judged.collect()
}

fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_uri = ["sip:", "sips:", "tel:"].iter().any(|scheme| lower.starts_with(scheme));
    let is_machine = text.contains(['.', ':']) && !text.contains('@') && !text.starts_with('+');
    is_uri || is_machine
}

fn is_no_name(odd: &Oddity) -> bool {
    match odd {
        Oddity::MissingAttribute { attribute, .. } => *attribute == "aor",
        Oddity::DraftElement { element, within } => element == "aor" && within == "participant",
        odd => is_repeated(odd, "name", "nameID"),
    }
}

pub(super) fn is_repeated(odd: &Oddity, name: &str, parent: &str) -> bool {
    matches!(odd, Oddity::Repeated { element, within } if element == name && within == parent)
}

/// An extension without a namespace of its own, or with something after it (section 9).
fn is_bad_extension(odd: &Oddity) -> bool {
    matches!(
        odd,
        Oddity::UnknownElement { .. }
            | Oddity::AfterExtension { .. }
            | Oddity::ForeignNamespace { .. }
    )
}

/// Whether a text is of the type `xs:base64Binary`, of whatever length.
fn is_base64(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    text.len().is_multiple_of(4) && padding <= 2 && bare.bytes().all(is_digit)
}

fn is_date_time(text: &str) -> bool {
    crate::siprec::is_date_time(text)
}

/// What a recorder answers that cannot read a body.
const UNREADABLE: [u16; 3] = [400, 415, 500];
