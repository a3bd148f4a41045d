//! The library as documents that can be written down, and read again by another run.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Id, Library, Policy};

/// What something in the library is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub enum Kind {
    Group,
    Account,
    User,
    Point,
    Recording,
}

impl Kind {
    /// Every kind and its word in a catalogue.
    pub const ALL: &[(&str, Self)] = &[
        ("group", Self::Group),
        ("account", Self::Account),
        ("user", Self::User),
        ("point", Self::Point),
        ("recording", Self::Recording),
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// The kind of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    }
}

/// How one thing stands now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: Id,
    /// All of it, as JSON; `None` if it is gone.
    pub document: Option<String>,
}

/// What an earlier run wrote down.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// Everything that there was.
    pub documents: Vec<Change>,
    /// The greatest id that was ever given, to things that are gone as well.
    pub last_id: Option<Id>,
}

impl Library {
    /// The library that an earlier run left. What cannot be read is left out.
    pub fn restore(policy: Policy, restored: &Restored) -> Self {
        let mut library = Self::new(policy);
        for Change { kind, id, document } in &restored.documents {
            let text = document.as_deref().unwrap_or_default();
            match kind {
                Kind::Group => insert(&mut library.groups, *id, text),
                Kind::Account => insert(&mut library.accounts, *id, text),
                Kind::User => insert(&mut library.users, *id, text),
                Kind::Point => insert(&mut library.points, *id, text),
                Kind::Recording => insert(&mut library.recordings, *id, text),
            }
            library.last_id = library.last_id.max(*id);
        }
        library.last_id = library.last_id.max(restored.last_id.unwrap_or_default());
        library.reckon_all();
        library
    }

    pub(super) fn change(&self, kind: Kind, id: Id) -> Change {
        let document = match kind {
            Kind::Group => self.group(id).map(json),
            Kind::Account => self.account(id).map(json),
            Kind::User => self.user(id).map(json),
            Kind::Point => self.point(id).map(json),
            Kind::Recording => self.recording(id).map(json),
        };
        Change { kind, id, document }
    }
}

/// As a document of a catalogue.
pub fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types have text for keys")
}

fn insert<T: DeserializeOwned>(
    map: &mut std::collections::BTreeMap<Id, T>,
    id: Id,
    document: &str,
) {
    match serde_json::from_str(document) {
        Ok(value) => drop(map.insert(id, value)),
        Err(why) => tracing::warn!("number {id} of the catalogue cannot be read: {why}"),
    }
}
