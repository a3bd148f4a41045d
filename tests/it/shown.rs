//! `src/cli/shown.txt` shows each requirement that a check can report broken by a planted fault, and
//! kept without it. This is what makes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tallylight::check::{Finding, Verdict, rules};
use tallylight::cli;
use tallylight::evidence::Timeline;

use crate::stage;

const SHOWN: &str = "src/cli/shown.txt";

/// A row that was broken, as a part of the file.
pub fn part(
    row: &str,
    what: &str,
    finding: &Finding,
    broken: &Timeline,
    kept: &Timeline,
) -> String {
    let same = Finding { never: None, ..finding.clone() };
    let mut text = String::new();
    writeln!(text, "{what}: {}", finding.seen).unwrap();
    text.push_str(&cli::ladder_around(finding, broken));
    text.push_str("--\n");
    text.push_str(&cli::ladder_around(&same, kept));
    assert!(!text.contains("\n= "), "{row}");
    text
}

/// What some rule finds to be against this row.
pub fn finding(row: &str, timeline: &Timeline) -> Option<Finding> {
    rules::always(timeline).into_iter().find_map(|verdict| match verdict {
        Verdict::Fail(finding) if finding.requirement.0 == row => Some(finding),
        _ => None,
    })
}

#[test]
fn what_is_shown_of_each_requirement_is_current() {
    let mut parts: BTreeMap<&str, String> = BTreeMap::new();
    for (row, part) in crate::rules::shown().into_iter().chain(crate::faults_siprec::shown()) {
        parts.entry(row).or_insert(part);
    }
    for (row, part) in crate::faults::shown(&parts.keys().copied().collect()) {
        parts.entry(row).or_insert(part);
    }
    let mut text = String::from("Made by a test: INSTA_UPDATE=always cargo test --test it shown\n");
    for (row, part) in &parts {
        write!(text, "\n= {row}\n{part}").unwrap();
    }
    stage::assert_made(SHOWN, &text);
}
