//! Messages, one by one.

use super::{Case, Rule, rule};
use crate::check::Verdict;

pub const RULES: &[Rule] = &[rule("RFC3261-7-1", messages_are_legal)];

/// What a part sends can be read by a strict reader (RFC 3261 section 7).
fn messages_are_legal(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.messages.iter().map(|(sighting, message)| match message.check() {
        Ok(()) => Verdict::Pass,
        Err(why) => {
            let seen = format!("{} sent what cannot be: {why}", case.sender(sighting));
            Verdict::fail("RFC3261-7-1", sighting.at, seen)
        }
    });
    judged.collect()
}
