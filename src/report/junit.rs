//! A run as `JUnit` XML, for whatever shows the results of tests.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::data::{ExampleReport, Outcome, RunReport};
use super::text::failure;

/// A suite for each feature on each scenario, a test case for each example.
///
/// What was broken is a failure; what could not be told is skipped, with its reason: `JUnit` has no
/// word for inconclusive, and a failure would say too much. What could not run is an error.
pub fn junit(report: &RunReport) -> String {
    let mut document = Report::new("tallylight");
    document.set_time(report.elapsed);
    let mut suites: BTreeMap<(&str, &str), TestSuite> = BTreeMap::new();
    for example in &report.examples {
        let key = (example.path.as_str(), example.scenario.path.as_str());
        let name = || format!("{} on {}", example.feature, example.scenario.title);
        let suite = suites.entry(key).or_insert_with(|| TestSuite::new(name()));
        suite.add_test_case(case(example));
    }
    document.add_test_suites(suites.into_values());
    document.to_string().expect("quick-junit writes any text, without what XML forbids")
}

fn case(example: &ExampleReport) -> TestCase {
    let mut case = TestCase::new(example.example.clone(), status(&example.outcome));
    let class = example.path.trim_end_matches(".feature").replace('/', ".");
    case.set_classname(class).set_time(example.elapsed);
    let position = [("file", example.path.clone()), ("line", example.line.to_string())];
    for (key, value) in position {
        case.extra.insert(key.into(), value.into());
    }
    let text = failure(example);
    if !text.is_empty() {
        case.set_system_out(text);
    }
    case
}

fn status(outcome: &Outcome) -> TestCaseStatus {
    let not = |kind, why: &str| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(why);
        status
    };
    let skipped = |why: &str| {
        let mut status = TestCaseStatus::skipped();
        status.set_message(why);
        status
    };
    match outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Failed { why, .. } => not(NonSuccessKind::Failure, why),
        Outcome::CannotRun { why, .. } => not(NonSuccessKind::Error, why),
        Outcome::Inconclusive { why, .. } => skipped(&format!("inconclusive: {why}")),
        Outcome::Skipped { reason } => skipped(reason),
    }
}
