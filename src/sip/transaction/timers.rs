//! The three constants from which every SIP timer is made.

use std::time::Duration;

/// T1, T2 and T4 (RFC 3261 section 17.1.1.1 and table 4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timers {
    /// An estimate of the round trip: the first interval between two copies.
    pub t1: Duration,
    /// The longest interval between two copies of a request other than INVITE, or of a response.
    pub t2: Duration,
    /// How long a message may stay in the network.
    pub t4: Duration,
}

impl Timers {
    /// Timers B, F, H, J, L and M: how long a transaction, or a 2xx without its ACK, is worth
    /// waiting for.
    pub fn give_up(self) -> Duration {
        64 * self.t1
    }

    /// How long after a request a server that has said nothing says 100 (RFC 4320 section 4.1):
    /// when the client's timer E reaches T2.
    pub(super) fn trying_later(self) -> Duration {
        let (mut interval, mut waited) = (self.t1, Duration::ZERO);
        // Doubling from a millisecond passes any T2 of an hour within 22 steps.
        for _ in 0..64 {
            if interval >= self.t2 {
                break;
            }
            waited += interval;
            interval *= 2;
        }
        waited
    }
}

/// The values of RFC 3261 table 4: 500 ms, 4 s and 5 s.
impl Default for Timers {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timer_e_reaches_t2_after_three_and_a_half_seconds() {
        assert_eq!(Timers::default().trying_later(), Duration::from_millis(3_500));
    }
}
