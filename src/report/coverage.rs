//! How much of the catalogue is judged, with everything that is not in the denominator.

use serde::Serialize;

use crate::check::{self, Coverage, catalogue};

/// How many rows of the catalogue are covered how far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct CoverageTally {
    /// Every row.
    pub total: usize,
    /// A check can report it.
    pub judged: usize,
    /// It sums up rows that are judged.
    pub through: usize,
    /// No network shows it.
    pub not_observable: usize,
    /// It could be seen, and no check looks yet.
    pub not_yet: usize,
}

/// Counts the rows.
pub fn coverage() -> CoverageTally {
    let mut tally = CoverageTally::default();
    for row in catalogue() {
        tally.total += 1;
        match check::coverage(&row.id) {
            Coverage::Judged => tally.judged += 1,
            Coverage::Through => tally.through += 1,
            Coverage::NotObservable => tally.not_observable += 1,
            Coverage::NotYet => tally.not_yet += 1,
        }
    }
    tally
}
