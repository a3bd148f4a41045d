//! What the breaking of a requirement looks like, and what its keeping: for each row that a check
//! can report, a planted fault and the ladder around it, and the ladder of the same moment without
//! the fault. `shown.txt` is made by a test that also sees that it is current.

use crate::check::Finding;
use crate::evidence::Timeline;
use crate::report;

use super::findings::describe;

/// A requirement that is broken, and the same one kept.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Shown {
    /// What is wrong, and what was seen of it; the ladder around it.
    pub broken: &'static str,
    /// The ladder of the same moment where nothing is wrong.
    pub kept: &'static str,
}

/// How a row is broken and kept, if a fault is planted for it.
pub fn shown(row: &str) -> Option<Shown> {
    let head = format!("\n= {row}\n");
    let (_, rest) = include_str!("shown.txt").split_once(&head)?;
    let text = rest.split("\n= ").next()?;
    let (broken, kept) = text.split_once("\n--\n")?;
    Some(Shown { broken, kept })
}

/// The lines of the ladder around a finding.
pub fn ladder_around(finding: &Finding, timeline: &Timeline) -> String {
    let described = describe(std::slice::from_ref(finding), timeline);
    described.iter().map(|it| report::ladder_text(&it.ladder)).collect()
}
