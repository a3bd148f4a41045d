//! The catalogue: every sentence that can be enforced, in one place.

use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

/// The name of a row in the catalogue, such as `WXC-STR-1` or `RFC7866-7.1.1-2`.
///
/// Code names rows by id and never repeats their words.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Id(pub &'static str);

/// A row of the catalogue: one testable sentence.
#[derive(Debug, Deserialize)]
pub struct Requirement {
    /// Stable and unique: source, section or topic, number.
    pub id: String,
    /// Where the statement comes from.
    pub source: String,
    /// The section of the source.
    pub section: String,
    /// How strongly it binds.
    pub level: Level,
    /// Who is judged.
    pub role: String,
    /// What has to hold.
    pub statement: String,
    /// How a black box shows whether it holds.
    pub check: String,
    /// Whether that can be seen on the network at all.
    pub wire: bool,
    /// 1 for what every certification needs, 2 for what is expected, 3 for the rest.
    pub priority: u8,
}

/// The requirement levels of RFC 2119, and one for what is merely worth knowing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of RFC 2119 explain themselves")]
pub enum Level {
    Must,
    Should,
    May,
    Info,
}

impl Level {
    /// The word as it is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
            Self::Info => "info",
        }
    }
}

/// Every row, in the order of the files.
pub fn catalogue() -> &'static [Requirement] {
    static CATALOGUE: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
        let read =
            |text| serde_yaml::from_str::<Vec<Requirement>>(text).expect("a test reads every file");
        FILES.iter().flat_map(|text| read(text)).collect()
    });
    &CATALOGUE
}

impl Id {
    /// The row of this name.
    pub fn look_up(self) -> &'static Requirement {
        let row = catalogue().iter().find(|row| row.id == self.0);
        row.expect("a test looks up every id that the code names")
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// One file per family of sources.
const FILES: &[&str] = &[
    include_str!("catalogue/webex-calling.yaml"),
    include_str!("catalogue/dubber.yaml"),
    include_str!("catalogue/rfc7865.yaml"),
    include_str!("catalogue/rfc7866.yaml"),
    include_str!("catalogue/siprec-architecture.yaml"),
    include_str!("catalogue/rfc3261.yaml"),
    include_str!("catalogue/sip-extensions.yaml"),
    include_str!("catalogue/offer-answer.yaml"),
    include_str!("catalogue/media.yaml"),
    include_str!("catalogue/media-security.yaml"),
    include_str!("catalogue/ice.yaml"),
    include_str!("catalogue/regulatory.yaml"),
    include_str!("catalogue/robustness.yaml"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_is_read_and_no_id_stands_twice() {
        let ids: BTreeSet<_> = catalogue().iter().map(|row| row.id.as_str()).collect();
        assert_eq!(catalogue().len(), 893);
        assert_eq!(ids.len(), 893);
    }
}
