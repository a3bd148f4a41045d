//! One way that may work: from an address of ours to one of theirs, and the checks of it.

use std::net::SocketAddr;
use std::time::Duration;

use super::stun::TransactionId;
use crate::time::Instant;

/// A candidate pair (RFC 8445 section 6.1.2).
#[derive(Clone, Debug)]
pub struct Pair {
    /// Their address.
    pub remote: SocketAddr,
    /// How far the checks of it are.
    pub state: State,
    /// Whether it is to be checked before all others, since they checked it (RFC 8445 section
    /// 7.3.1.4), or to nominate it.
    pub is_urgent: bool,
    /// Whether the controlling side wants it to be used.
    pub is_wanted: bool,
}

/// How far the checks of a pair are (RFC 8445 section 6.1.2.6).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum State {
    /// It waits for another of its kind to work.
    Frozen,
    /// It waits for its turn.
    Waiting,
    /// It is asked.
    InProgress(Check),
    /// It works.
    Succeeded,
    /// It does not.
    Failed,
}

/// A request that was not answered yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Check {
    /// What the answer has in common with it.
    pub id: TransactionId,
    /// Whether it says that the pair is to be used.
    pub nominates: bool,
    /// Whether it said that we control.
    pub controls: bool,
    /// How often it was sent.
    pub sent: u32,
    /// When it is sent again, or given up.
    pub due: Instant,
}

impl Pair {
    /// A pair that nobody has looked at.
    pub fn new(remote: SocketAddr, state: State) -> Self {
        Self { remote, state, is_urgent: false, is_wanted: false }
    }

    /// The request that is not answered yet.
    pub fn check(&self) -> Option<&Check> {
        match &self.state {
            State::InProgress(check) => Some(check),
            _ => None,
        }
    }
}

impl Check {
    /// It was sent: when it is due next (RFC 8489 section 6.2.1). `false`: that was the last time.
    pub fn resend(&mut self, now: Instant) -> bool {
        if self.sent == SENDINGS {
            return false;
        }
        self.sent += 1;
        // The last one is waited for sixteen times the first interval.
        let times = if self.sent == SENDINGS { 16 } else { 1 << (self.sent - 1) };
        self.due = now + RTO * times;
        true
    }
}

/// RFC 8445 section 14.3: no less, and with two pairs no more.
const RTO: Duration = Duration::from_millis(500);
/// RFC 8489 section 6.2.1: Rc.
const SENDINGS: u32 = 7;
