//! The findings of a run, requirement by requirement.

use std::collections::BTreeMap;

use serde::Serialize;

use super::data::{ExampleReport, FindingText, RunReport};

/// A requirement that was broken, and everything that shows it.
#[derive(Debug, Serialize)]
pub struct Broken<'a> {
    /// The id of the requirement.
    pub requirement: &'a str,
    /// `must`, `should` and so on.
    pub level: &'a str,
    /// What it says.
    pub statement: &'a str,
    /// Where it says so.
    pub source: &'a str,
    /// Each time that it was broken, in the order of the run.
    pub findings: Vec<Shown<'a>>,
}

/// A finding, and the example that shows it.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    /// The name of the example.
    pub example: &'a str,
    /// The file of the scenario.
    pub scenario: &'a str,
    /// The command that plays it again.
    pub again: &'a str,
    /// What was seen.
    #[serde(flatten)]
    pub finding: &'a FindingText,
}

/// What was broken, in the order of the ids.
pub fn by_requirement(report: &RunReport) -> Vec<Broken<'_>> {
    let mut broken: BTreeMap<&str, Broken<'_>> = BTreeMap::new();
    for example in &report.examples {
        for finding in &example.findings {
            let row = broken.entry(&finding.requirement).or_insert_with(|| Broken {
                requirement: &finding.requirement,
                level: &finding.level,
                statement: &finding.statement,
                source: &finding.source,
                findings: Vec::new(),
            });
            row.findings.push(shown(example, finding));
        }
    }
    broken.into_values().collect()
}

fn shown<'a>(example: &'a ExampleReport, finding: &'a FindingText) -> Shown<'a> {
    Shown {
        example: &example.example,
        scenario: &example.scenario.path,
        again: &example.again,
        finding,
    }
}
