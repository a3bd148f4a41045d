//! Tests of the room as a whole: the shapes of the RFCs, of Webex Calling and of the field.

mod bodies;
mod folding;
mod multiparts;
mod quirks;
mod reading;
mod rubbish;
mod writing;

use super::Metadata;

/// A file under `tests/data/siprec`.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/data/siprec/", $name))
    };
}
use fixture;

fn read(text: &str) -> Metadata {
    Metadata::parse(text.as_bytes()).unwrap()
}

/// What was forgiven, each with its line.
fn forgiven(metadata: &Metadata) -> Vec<String> {
    metadata.quirks.iter().map(|it| format!("{}: {}", it.line, it.what)).collect()
}

/// The same metadata without what was forgiven, and its extensions in an order of their own.
fn plain(mut metadata: Metadata) -> Metadata {
    metadata.quirks.clear();
    metadata.extensions.sort();
    metadata
}

/// The snapshot of the RFC's own example, and the ids of those who are in it.
mod example {
    use crate::siprec::{Id, Metadata};

    pub(super) fn snapshot() -> Metadata {
        super::read(fixture!("rfc_complete.xml"))
    }

    pub(super) fn bob() -> Id {
        snapshot().participants[0].id.clone()
    }

    pub(super) fn alice() -> Id {
        snapshot().participants[1].id.clone()
    }

    pub(super) fn session() -> Id {
        snapshot().sessions[0].id.clone()
    }
}
