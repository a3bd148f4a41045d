//! What is played on what: every example on every scenario that declares what it needs.

use std::sync::Arc;

use crate::scenario::Scenario;

use super::feature::Example;

/// One example on one scenario.
#[derive(Clone, Debug)]
pub struct Play {
    /// What is played.
    pub example: Arc<Example>,
    /// On what.
    pub scenario: Arc<Scenario>,
    /// Where all randomness comes from.
    pub seed: u64,
    /// Why it is not played: a capability that the scenario does not declare. There is no other
    /// way to skip.
    pub skipped: Option<String>,
}

/// The product of examples and scenarios, feature by feature and scenario by scenario. `seed`
/// stands in for that of every scenario.
pub fn plan(
    examples: &[Arc<Example>],
    scenarios: &[Arc<Scenario>],
    seed: Option<u64>,
) -> Vec<Play> {
    let same_file = |a: &Arc<Example>, b: &Arc<Example>| a.path == b.path;
    let mut plays = Vec::new();
    for feature in examples.chunk_by(same_file) {
        for scenario in scenarios {
            plays.extend(feature.iter().map(|example| Play {
                example: Arc::clone(example),
                scenario: Arc::clone(scenario),
                seed: seed.unwrap_or(scenario.seed),
                skipped: example.needs().find_map(|need| scenario.reason_without(&need)),
            }));
        }
    }
    plays
}
