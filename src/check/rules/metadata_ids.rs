//! The names of things in metadata (RFC 7865 section 6.10), and that everything has one.

use std::collections::BTreeMap;

use super::metadata::{documents, odd};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::siprec::{Id, IdForm, Metadata, Oddity};

pub const RULES: &[Rule] = &[
    rule("RFC7865-6.2.1-1", |case| present(case, "RFC7865-6.2.1-1", "group")),
    rule("RFC7865-6.5.1-1", participants_have_names),
    rule("RFC7865-6.10-1", |case| each(case, "RFC7865-6.10-1", is_no_uuid)),
    rule("RFC7865-6.10-2", |case| each(case, "RFC7865-6.10-2", is_personal)),
    rule("RFC7865-6.10-3", |case| each(case, "RFC7865-6.10-3", is_otherwise)),
    rule("RFC7865-6.10-4", references_too),
    rule("RFC7865-6.10-5", one_id_one_thing),
];

/// What has a name of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Thing {
    Group,
    Session,
    Participant,
    Stream,
}

impl Thing {
    fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Session => "session",
            Self::Participant => "participant",
            Self::Stream => "stream",
        }
    }
}

/// Everything that a document gives a name to, and the name.
pub(super) fn named(metadata: &Metadata) -> Vec<(Thing, &Id)> {
    let groups = metadata.groups.iter().map(|it| (Thing::Group, &it.id));
    let sessions = metadata.sessions.iter().map(|it| (Thing::Session, &it.id));
    let participants = metadata.participants.iter().map(|it| (Thing::Participant, &it.id));
    let streams = metadata.streams.iter().map(|it| (Thing::Stream, &it.id));
    groups.chain(sessions).chain(participants).chain(streams).collect()
}

/// Every element of this name has its id (sections 6.2.1 and 9).
fn present(case: &Case<'_>, row: &'static str, element: &'static str) -> Vec<Verdict> {
    let judged = documents(case).filter_map(|(said, metadata)| {
        let has_any = named(metadata).iter().any(|(thing, _)| thing.name() == element);
        has_any.then(|| odd(case, row, said, &metadata.quirks, |odd| is_unnamed(odd, element)))
    });
    judged.collect()
}

/// A participant has an id and an address (section 6.5.1), in a partial document too: the schema
/// wants it there.
fn participants_have_names(case: &Case<'_>) -> Vec<Verdict> {
    let lacks = |odd: &Oddity| {
        is_unnamed(odd, "participant")
            || matches!(odd, Oddity::MissingElement { element: "nameID", .. })
    };
    let judged = documents(case).filter(|(_, metadata)| !metadata.participants.is_empty());
    let judged =
        judged.map(|(said, metadata)| odd(case, "RFC7865-6.5.1-1", said, &metadata.quirks, lacks));
    judged.collect()
}

/// Whether an element has no id, or an empty one.
pub(super) fn is_unnamed(odd: &Oddity, name: &str) -> bool {
    let own = format!("{name}_id");
    match odd {
        Oddity::MissingAttribute { element, attribute } => element == name && *attribute == own,
        Oddity::IdForm { element, form: IdForm::Empty, .. } => element == name,
        _ => false,
    }
}

/// A finding about the first name in a document that is not as a row wants it.
fn each(
    case: &Case<'_>,
    row: &'static str,
    is_wrong: fn(&Id) -> Option<&'static str>,
) -> Vec<Verdict> {
    let judged = documents(case).filter_map(|(said, metadata)| {
        let named = named(metadata);
        // That there is none is another row's.
        let mut there = named.iter().filter(|(_, id)| !id.as_str().is_empty());
        let wrong = there.find_map(|(thing, id)| Some((thing, id, is_wrong(id)?)));
        let verdict = wrong.map_or(Verdict::Pass, |(thing, id, why)| {
            let seen = format!("sent metadata with the {} {id}, {why}", thing.name());
            case.blame(row, said.sighting, &seen)
        });
        (!named.is_empty()).then_some(verdict)
    });
    judged.collect()
}

/// The variant and a version of RFC 4122 are in it, whatever it is written like: what is no number
/// of 128 bits at all is another row's.
fn is_no_uuid(id: &Id) -> Option<&'static str> {
    let bytes = id.uuid()?;
    let (version, variant) = (bytes[6] >> 4, bytes[8] >> 6);
    let is_one = variant == 0b10 && [1, 3, 4, 5].contains(&version);
    (!is_one).then_some("whose version and variant are not those of a UUID of RFC 4122")
}

/// It tells of a person or of a machine: a text, a number, an address, or the node of a time-based
/// UUID that is the address of an interface (RFC 4122 section 4.5).
fn is_personal(id: &Id) -> Option<&'static str> {
    if let Some(bytes) = id.uuid() {
        let is_of_interface = bytes[6] >> 4 == 1 && bytes[8] >> 6 == 0b10 && bytes[10] & 1 == 0;
        if is_of_interface {
            return Some("which has the address of a network interface in it");
        }
    }
    let text = id.as_str();
    let is_number =
        text.len() > 6 && text.trim_start_matches('+').bytes().all(|it| it.is_ascii_digit());
    if text.contains('@') || is_number {
        return Some("which is somebody's address");
    }
    let is_text =
        |bytes: &[u8]| bytes.len() > 6 && bytes.iter().all(|it| (b' '..=b'~').contains(it));
    id.bytes().is_some_and(|bytes| is_text(&bytes)).then_some("which is a text in base64")
}

fn is_otherwise(id: &Id) -> Option<&'static str> {
    (id.form() != IdForm::Base64Uuid).then_some("which is no UUID in base64")
}

/// Names and references to them are of one kind (section 6.10).
fn references_too(case: &Case<'_>) -> Vec<Verdict> {
    let wrong = |odd: &Oddity| matches!(odd, Oddity::IdForm { .. });
    let judged = documents(case).filter(|(_, metadata)| !named(metadata).is_empty());
    let judged =
        judged.map(|(said, metadata)| odd(case, "RFC7865-6.10-4", said, &metadata.quirks, wrong));
    judged.collect()
}

/// One id is one thing, whoever speaks of it (section 6.10).
fn one_id_one_thing(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<&Id, (Thing, Vec<&str>)> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (said, metadata) in documents(case) {
        let mut wrong = None;
        for (thing, id) in named(metadata).into_iter().filter(|(_, id)| !id.as_str().is_empty()) {
            let people = addresses(metadata, thing, id);
            let (first, before) = known.entry(id).or_insert((thing, people.clone()));
            let is_other = people.iter().all(|it| !before.contains(it)) && !people.is_empty();
            if *first != thing {
                wrong = Some(format!("names a {} {id}, which is a {}", thing.name(), first.name()));
            } else if is_other && !before.is_empty() {
                wrong = Some(format!("gives {id} to {}, which is {}", people[0], before[0]));
            }
        }
        verdicts
            .push(wrong.map_or(Verdict::Pass, |wrong| {
                case.blame("RFC7865-6.10-5", said.sighting, &wrong)
            }));
    }
    verdicts
}

fn addresses<'m>(metadata: &'m Metadata, thing: Thing, id: &Id) -> Vec<&'m str> {
    let is_person = thing == Thing::Participant;
    let person = metadata.participant(id).filter(|_| is_person);
    person.map(|it| it.names.iter().map(|name| name.aor.as_str()).collect()).unwrap_or_default()
}
