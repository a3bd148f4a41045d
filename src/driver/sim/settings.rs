//! What a simulated network is like: one struct of options per link.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;
use std::time::Duration;

use crate::packet::Shown;
use crate::time::Instant;

/// A simulated network.
#[derive(Clone, Debug, Default)]
pub struct SimSettings {
    /// Where all randomness comes from. The same seed gives the same network, packet by packet.
    pub seed: u64,
    /// What a link is like unless `links` says otherwise.
    pub default_link: LinkSettings,
    /// What the links from a source to a target are like: each direction is a link of its own.
    pub links: BTreeMap<(IpAddr, IpAddr), LinkSettings>,
}

/// What a host shows on TLS, and what it wants to see.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Credentials {
    /// Its certificate.
    pub shows: Shown,
    /// Whether it looks at the certificates of others, and turns away who has none that is good.
    pub checks: bool,
    /// Whether it asks whoever connects for a certificate (RFC 8446 section 4.3.2).
    pub asks: bool,
}

/// A good certificate; servers are checked, and clients not asked.
impl Default for Credentials {
    fn default() -> Self {
        Self { shows: Shown::Sound, checks: true, asks: false }
    }
}

/// One direction between two hosts. The default is perfect: no delay, nothing lost.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LinkSettings {
    /// How long every packet takes at least.
    pub latency: Duration,
    /// How much longer it may take. Jitter alone does not reorder: packets queue.
    pub jitter: Jitter,
    /// How many packets (of a fragmented datagram: fragments) are lost.
    pub loss: Share,
    /// Which packets are overtaken by those behind them.
    pub reordering: Reordering,
    /// How many datagrams arrive twice.
    pub duplication: Share,
    /// How much the link carries; without it, any amount at once.
    pub bandwidth: Option<Bandwidth>,
    /// What becomes of datagrams that do not fit.
    pub oversize: Oversize,
    /// When the link carries nothing at all: from the start of each window, up to its end.
    pub outages: Vec<Range<Instant>>,
}

/// A share of packets, in parts per million.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Share(u32);

impl Share {
    /// None at all.
    pub const NONE: Self = Self(0);
    /// Every one.
    pub const ALL: Self = Self(MILLION);

    /// `parts` of a million; more than a million is all.
    pub const fn per_million(parts: u32) -> Self {
        Self(if parts < MILLION { parts } else { MILLION })
    }

    /// `parts` of a hundred; more than a hundred is all.
    pub const fn per_cent(parts: u32) -> Self {
        Self::per_million(parts.saturating_mul(MILLION / 100))
    }

    /// Whether the draw `random` falls into this share.
    pub(super) fn takes(self, random: u32) -> bool {
        // An integer scaling, so that every machine decides alike.
        (u64::from(random) * u64::from(MILLION)) >> 32 < u64::from(self.0)
    }
}

/// What is added to the latency, packet by packet.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Jitter {
    /// How much is added: see the shapes.
    pub spread: Duration,
    /// How it is spread.
    pub shape: Shape,
}

/// How jitter is spread.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Shape {
    /// Around half the spread, seldom near 0 or the whole of it: many small queues.
    Bell,
    /// Up to the spread for half of the packets, up to twice as much for a quarter, and so on
    /// up to eight times: a radio link.
    LongTail,
    /// Anything from 0 to the spread alike.
    #[default]
    Uniform,
}

impl Jitter {
    /// The delay that the draw `random` stands for.
    pub(super) fn delay(self, random: u64) -> Duration {
        let spread = u128::from(u64::try_from(self.spread.as_nanos()).unwrap_or(u64::MAX));
        let nanos = match self.shape {
            Shape::Bell => {
                let sum: u64 = (0..4).map(|part| random >> (16 * part) & 0xFFFF).sum();
                spread * u128::from(sum) / (4 * 0xFFFF)
            }
            Shape::LongTail => {
                let whole = random.trailing_ones().min(LONGEST_TAIL);
                // The low bits chose the whole part, the upper 32 choose the rest.
                spread * u128::from(whole) + ((spread * u128::from(random >> 32)) >> 32)
            }
            Shape::Uniform => ((spread + 1) * u128::from(random)) >> 64,
        };
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// Packets that are held back, so that those behind them come first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reordering {
    /// How many.
    pub share: Share,
    /// For how long: packets that follow within this time overtake.
    pub held_back: Duration,
}

/// None are; if some should be, then for 30 ms: one telephone frame overtakes.
impl Default for Reordering {
    fn default() -> Self {
        Self { share: Share::NONE, held_back: Duration::from_millis(30) }
    }
}

/// How much a link carries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bandwidth {
    /// The rate, headers of IP and above included.
    pub rate: BitRate,
    /// How long a packet may wait for its turn; one that would wait longer is lost.
    pub queue: Duration,
}

/// Bits in a second.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BitRate(u64);

impl BitRate {
    /// A rate of `bits` in a second, at least one.
    pub const fn per_second(bits: u64) -> Self {
        Self(if bits == 0 { 1 } else { bits })
    }

    /// How long `bytes` occupy the link.
    pub(super) fn time_for(self, bytes: usize) -> Duration {
        let bits = 8 * u128::try_from(bytes).unwrap_or(u128::MAX / 16_000_000_000);
        let nanos = bits * 1_000_000_000 / u128::from(self.0);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// What becomes of a datagram that does not fit.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Oversize {
    /// Bytes of payload beyond this number are cut off, as by a peer whose buffer is small.
    Cut(usize),
    /// A payload longer than this number of bytes is lost, as by a firewall that refuses
    /// fragments.
    Drop(usize),
    /// It travels as fragments, each with its own chance to be lost.
    #[default]
    Fragment,
}

const MILLION: u32 = 1_000_000;
const LONGEST_TAIL: u32 = 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_none_takes_nothing_and_one_of_all_takes_everything() {
        assert!(!Share::NONE.takes(0));
        assert!(Share::ALL.takes(u32::MAX));
        assert!(Share::per_cent(2).takes(u32::MAX / 51));
        assert!(!Share::per_cent(2).takes(u32::MAX / 49));
    }

    #[test]
    fn jitter_of_each_shape_stays_within_its_bounds() {
        let spread = Duration::from_millis(8);
        for (shape, longest) in [(Shape::Bell, 8), (Shape::LongTail, 64), (Shape::Uniform, 8)] {
            let jitter = Jitter { spread, shape };
            assert_eq!(jitter.delay(0), Duration::ZERO, "{shape:?}");
            assert!(jitter.delay(u64::MAX) <= Duration::from_millis(longest), "{shape:?}");
            assert!(jitter.delay(u64::MAX) >= Duration::from_millis(longest - 1), "{shape:?}");
        }
    }

    #[test]
    fn a_kilobyte_takes_a_millisecond_at_eight_megabits() {
        let rate = BitRate::per_second(8_000_000);
        assert_eq!(rate.time_for(1_000), Duration::from_millis(1));
    }
}
