//! Messages, one by one.

use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::sip::Malformed;

pub const RULES: &[Rule] = &[
    rule("RFC3261-7-1", |case| each(case, "RFC3261-7-1", is_of_lines)),
    // No row has the grammar of all headers: this is the first message that RFC 4475 wants refused
    // for what its headers say.
    rule("RFC4475-3.1.2.1-1", |case| each(case, "RFC4475-3.1.2.1-1", |why| !is_of_lines(why))),
];

/// What a part sends can be read by a strict reader (RFC 3261 section 7), as far as a row is about
/// that.
fn each(case: &Case<'_>, row: &'static str, concerns: fn(&Malformed) -> bool) -> Vec<Verdict> {
    let judged = case.said.iter().map(|said| match &said.flaw {
        Some(why) if concerns(why) => {
            let seen = format!("{} sent what cannot be: {why}", case.sender(said.sighting));
            Verdict::fail(row, said.at, seen)
        }
        _ => Verdict::Pass,
    });
    judged.collect()
}

/// Whether a fault is one of the lines that a message is made of, and not of what they say.
fn is_of_lines(why: &Malformed) -> bool {
    matches!(why, Malformed::Line { .. })
}
