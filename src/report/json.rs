//! A run as JSON, for programs.

use serde_json::json;

use super::by_requirement::by_requirement;
use super::coverage::coverage;
use super::data::RunReport;

/// The whole run as one JSON document: how many ended how, what was broken by requirement, every
/// example, and how much of the catalogue is judged. Times are in seconds.
pub fn json(report: &RunReport) -> String {
    let document = json!({
        "tallylight": env!("CARGO_PKG_VERSION"),
        "tally": report.tally(),
        "elapsed_s": report.elapsed.as_secs_f64(),
        "simulated_s": report.simulated().as_secs_f64(),
        "coverage": coverage(),
        "broken": by_requirement(report),
        "examples": report.examples,
    });
    let text = serde_json::to_string_pretty(&document).expect("it is a tree of plain values");
    text + "\n"
}
