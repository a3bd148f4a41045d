//! Two verdicts on the same facts: by the book, and whether it would work with the peers that
//! there are.
//!
//! Checks state facts. What a dialect is forgiven is a list in `profiles/`; what the field lives
//! with is in `catalogue/field.yaml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::field::field;
use super::{Finding, Id};

/// What a dialect is forgiven.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Profile {
    /// `rfc-strict`: nothing.
    #[default]
    RfcStrict,
    /// `webex-calling`: what the product really speaks.
    WebexCalling,
    /// `field`: what is often wrong in the field, and most peers live with.
    Field,
}

/// Something that a dialect does otherwise than the book.
#[derive(Debug, Deserialize)]
struct Forgiven {
    requirement: String,
    because: String,
}

/// What the findings of a run come to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TwoVerdicts {
    /// The requirements that were broken, by the book.
    pub by_the_book: BTreeSet<Id>,
    /// Those of them that peers in the field do not live with.
    pub would_not_work: BTreeSet<Id>,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::RfcStrict, Self::WebexCalling, Self::Field];

    /// The profile of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The name, as a scenario gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RfcStrict => "rfc-strict",
            Self::WebexCalling => "webex-calling",
            Self::Field => "field",
        }
    }

    /// Why breaking this row is forgiven here, if it is.
    pub fn forgives(self, row: Id) -> Option<&'static str> {
        static WEBEX: LazyLock<Vec<Forgiven>> = LazyLock::new(|| {
            let text = include_str!("profiles/webex-calling.yaml");
            serde_yaml::from_str(text).expect("a test reads it")
        });
        let forgiven: &[Forgiven] = match self {
            Self::RfcStrict => &[],
            Self::WebexCalling => &WEBEX,
            Self::Field => {
                return is_lived_with(row).then_some("most peers in the field live with it");
            }
        };
        let found = forgiven.iter().find(|it| it.requirement == row.0);
        found.map(|it| it.because.as_str())
    }

    /// What findings come to under this profile.
    pub fn judge<'a>(self, findings: impl IntoIterator<Item = &'a Finding>) -> TwoVerdicts {
        self.judge_rows(findings.into_iter().map(|finding| finding.requirement).collect())
    }

    /// What broken rows come to under this profile.
    pub fn judge_rows(self, by_the_book: BTreeSet<Id>) -> TwoVerdicts {
        let works = |row: Id| self.forgives(row).is_some() || is_lived_with(row);
        let would_not_work = by_the_book.iter().copied().filter(|row| !works(*row));
        TwoVerdicts { would_not_work: would_not_work.collect(), by_the_book }
    }
}

/// Whether most peers in the field work all the same when this row is broken.
fn is_lived_with(row: Id) -> bool {
    field().iter().any(|it| it.works && it.rows.iter().any(|id| id == row.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::catalogue;
    use crate::time::Instant;

    #[test]
    fn what_is_forgiven_is_in_the_catalogue_and_only_where_it_is_the_dialect() {
        let text = include_str!("profiles/webex-calling.yaml");
        let forgiven: Vec<Forgiven> = serde_yaml::from_str(text).unwrap();
        for it in &forgiven {
            let is_known = catalogue().iter().any(|row| row.id == it.requirement);
            assert!(is_known && !it.because.is_empty(), "{}", it.requirement);
        }
        let row = Id("RFC7866-6.1.1-2");
        assert!(Profile::WebexCalling.forgives(row).is_some());
        assert_eq!(Profile::RfcStrict.forgives(row), None);
    }

    #[test]
    fn what_the_field_lives_with_is_broken_by_the_book_and_works() {
        let finding = |row| Finding {
            requirement: Id(row),
            at: Instant::START,
            seen: String::new(),
            never: None,
            by: None,
        };
        let found = [finding("RFC3261-18.1.1-1"), finding("WXC-STR-1")];
        let TwoVerdicts { by_the_book, would_not_work } = Profile::RfcStrict.judge(&found);
        assert_eq!(by_the_book.len(), 2);
        assert_eq!(would_not_work, BTreeSet::from([Id("WXC-STR-1")]));
    }
}
