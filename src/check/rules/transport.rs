//! What carries a message.

use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::packet::Transport;

pub const RULES: &[Rule] = &[rule("RFC3261-18.1.1-1", large_requests_leave_udp)];

/// A request of more than 1,300 bytes does not travel over UDP, unless the sender knows that its
/// path carries more (RFC 3261 section 18.1.1), which nobody else can see.
fn large_requests_leave_udp(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for transaction in &case.transactions {
        let sighting = transaction.requests[0];
        // What is added underway, Via and Record-Route, the sender cannot have counted: it is
        // whoever sent this that is judged.
        let length = transaction.request().to_bytes().len();
        if length <= DATAGRAM_MAX {
            continue;
        }
        let fits = sighting.transport != Transport::Udp;
        verdicts.push(Verdict::require(fits, "RFC3261-18.1.1-1", sighting.at, || {
            let (sender, method) = (case.sender(sighting), transaction.request().method());
            let method = method.map(ToString::to_string).unwrap_or_default();
            format!("{sender} sent a {method} of {length} bytes over UDP")
        }));
    }
    verdicts
}

/// With an MTU that is not known.
const DATAGRAM_MAX: usize = 1_300;
