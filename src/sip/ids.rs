//! Identifiers and other random choices, all from one seeded stream: same seed, same bytes.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Where an agent's branches, tags, Call-IDs and random waits come from.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    rng: ChaCha8Rng,
}

impl Ids {
    /// A stream of its own for each seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// A Via branch with the magic cookie (RFC 3261 section 8.1.1.7).
    pub(super) fn branch(&mut self) -> String {
        format!("z9hG4bK{:016x}", self.rng.next_u64())
    }

    /// A tag (RFC 3261 section 19.3: at least 32 bits of randomness).
    pub(super) fn tag(&mut self) -> String {
        format!("{:012x}", self.rng.next_u64() >> 16)
    }

    /// A Call-ID, unique by its 96 random bits (RFC 3261 section 8.1.1.4).
    pub(super) fn call_id(&mut self) -> String {
        format!("{:016x}{:08x}", self.rng.next_u64(), self.rng.next_u32())
    }

    /// The stream itself, for digests.
    pub(super) fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }

    /// The first `RSeq` of a transaction: from 1 to 2^31 - 1 (RFC 3262 section 3), low enough here
    /// to be read with ease.
    pub(super) fn rseq(&mut self) -> u32 {
        1 + self.rng.next_u32() % 9_999
    }

    /// A whole number of units of 10 ms from `least` to `most`, both included, as RFC 3261
    /// section 14.1 draws the wait after a 491.
    pub(super) fn wait(&mut self, least: Duration, most: Duration) -> Duration {
        let unit = Duration::from_millis(10);
        let units =
            u32::try_from((most.saturating_sub(least)).as_millis() / 10).unwrap_or(u32::MAX);
        least + unit * (self.rng.next_u32() % units.saturating_add(1).max(1))
    }

    /// The value of a Retry-After: 0 to 10 seconds (RFC 3261 section 14.2).
    pub(super) fn retry_after(&mut self) -> u32 {
        self.rng.next_u32() % 11
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_identifiers() {
        let (mut one, mut other) = (Ids::new(7), Ids::new(7));
        assert_eq!(one.branch(), other.branch());
        assert_eq!(one.tag(), other.tag());
        assert_eq!(one.call_id(), other.call_id());
        assert_ne!(one.tag(), Ids::new(8).tag());
    }

    #[test]
    fn a_glare_wait_is_a_multiple_of_10_ms_within_its_range() {
        let (least, most) = (Duration::from_millis(2_100), Duration::from_secs(4));
        let mut ids = Ids::new(1);
        let waits: Vec<_> = (0..1_000).map(|_| ids.wait(least, most)).collect();
        assert!(waits.iter().all(|wait| (least..=most).contains(wait)));
        assert!(waits.iter().all(|wait| wait.as_millis() % 10 == 0));
        assert!(waits.contains(&least) && waits.contains(&most));
    }
}
