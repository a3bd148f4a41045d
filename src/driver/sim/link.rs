//! One direction between two hosts: what becomes of a packet that is sent on it.

use std::net::IpAddr;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use super::settings::LinkSettings;
use crate::time::Instant;

/// A link with its state: its own randomness, its queue, and whether it is cut.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) settings: LinkSettings,
    /// Set and cleared by people at run time, apart from the outages of the settings.
    pub(super) cut: bool,
    random: ChaCha8Rng,
    /// When the last bit of the last packet will have left.
    busy_until: Instant,
    /// When the last packet that keeps the order arrives: none behind it comes earlier.
    last_arrival: Instant,
}

/// What becomes of one packet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    Lost,
    Arrives(Instant),
    ArrivesTwice(Instant, Instant),
}

impl Link {
    /// A link of the network with this seed. Its randomness depends on the seed and on its name
    /// alone, so that a packet more on one link moves no packet on another.
    pub(super) fn new(seed: u64, source: IpAddr, target: IpAddr, settings: LinkSettings) -> Self {
        let name = format!("link {source} {target}");
        let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(name).finalize();
        Self {
            settings,
            cut: false,
            random: ChaCha8Rng::from_seed(digest.into()),
            busy_until: Instant::START,
            last_arrival: Instant::START,
        }
    }

    /// Sends one packet whose transport header and payload are `size` bytes together.
    ///
    /// A packet takes the same number of draws whatever becomes of it, so that a change of one
    /// setting leaves what the others do to the packets as it was.
    pub(super) fn carry(&mut self, now: Instant, size: usize) -> Fate {
        let pieces = size.div_ceil(PIECE).clamp(1, MOST_PIECES);
        let mut lost = false;
        for _ in 0..pieces {
            lost |= self.settings.loss.takes(self.random.next_u32());
        }
        let duplicated = self.settings.duplication.takes(self.random.next_u32());
        let held_back = self.settings.reordering.share.takes(self.random.next_u32());
        let jitter = self.settings.jitter.delay(self.random.next_u64());

        if self.is_down(now) {
            return Fate::Lost;
        }
        let Some(left) = self.leave(now, size + pieces * IP_HEADER) else {
            return Fate::Lost;
        };
        if lost {
            return Fate::Lost;
        }
        let undisturbed = left + self.settings.latency + jitter;
        let at = if held_back {
            undisturbed + self.settings.reordering.held_back
        } else {
            self.last_arrival = self.last_arrival.max(undisturbed);
            self.last_arrival
        };
        // The copy of a packet that took two ways comes shortly after it.
        if duplicated { Fate::ArrivesTwice(at, at + COPY_DELAY) } else { Fate::Arrives(at) }
    }

    /// Whether nothing is carried at `now`.
    pub(super) fn is_down(&self, now: Instant) -> bool {
        self.cut || self.settings.outages.iter().any(|window| window.contains(&now))
    }

    /// When the last bit has left, or `None` if the queue is full.
    fn leave(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        let Some(bandwidth) = self.settings.bandwidth else {
            return Some(now);
        };
        if self.busy_until.since(now) > bandwidth.queue {
            return None;
        }
        self.busy_until = self.busy_until.max(now) + bandwidth.rate.time_for(bytes);
        Some(self.busy_until)
    }
}

/// What an Ethernet frame carries above the IP header, rounded down to eight bytes as
/// fragments are (RFC 791 section 3.2). A TCP segment is taken to be as long.
const PIECE: usize = 1_480;
/// A datagram has 64 KiB at most; longer messages on a stream meet no more chances than these.
const MOST_PIECES: usize = 45;
const IP_HEADER: usize = 20;
const COPY_DELAY: Duration = Duration::from_micros(100);

#[cfg(test)]
mod tests {
    use super::super::settings::{Bandwidth, BitRate, Jitter, Reordering, Shape, Share};
    use super::*;

    #[test]
    fn a_share_of_the_packets_is_lost() {
        let mut link = link(LinkSettings { loss: Share::per_cent(2), ..Default::default() });
        let lost = (0..100_000).filter(|_| link.carry(NOW, 200) == Fate::Lost).count();
        assert!((1_850..2_150).contains(&lost), "{lost} of 100,000 lost");
    }

    #[test]
    fn each_fragment_has_its_own_chance_to_be_lost() {
        let mut link = link(LinkSettings { loss: Share::per_cent(2), ..Default::default() });
        let lost = (0..100_000).filter(|_| link.carry(NOW, 4_000) == Fate::Lost).count();
        // 1 - 0.98 ^ 3 = 5.88 %.
        assert!((5_600..6_160).contains(&lost), "{lost} of 100,000 lost");
    }

    #[test]
    fn jitter_moves_packets_but_keeps_their_order() {
        let spread = Duration::from_millis(50);
        let mut link = link(LinkSettings {
            jitter: Jitter { spread, shape: Shape::Uniform },
            ..Default::default()
        });
        let arrivals: Vec<_> = every_20_ms(&mut link);
        assert!(arrivals.is_sorted());
        assert!(arrivals.windows(2).any(|pair| pair[1] - pair[0] > Duration::from_millis(40)));
    }

    #[test]
    fn a_packet_held_back_is_overtaken() {
        let mut link = link(LinkSettings {
            reordering: Reordering { share: Share::per_cent(5), ..Default::default() },
            ..Default::default()
        });
        let arrivals = every_20_ms(&mut link);
        let overtaken = arrivals.windows(2).filter(|pair| pair[1] < pair[0]).count();
        assert!((30..70).contains(&overtaken), "{overtaken} of 1,000 overtaken");
    }

    #[test]
    fn a_share_of_the_packets_arrives_twice() {
        let mut link =
            link(LinkSettings { duplication: Share::per_cent(10), ..Default::default() });
        let twice = (0..10_000)
            .filter(|_| matches!(link.carry(NOW, 200), Fate::ArrivesTwice(first, second) if first < second))
            .count();
        assert!((900..1_100).contains(&twice), "{twice} of 10,000 came twice");
    }

    #[test]
    fn a_slow_link_serialises_and_its_full_queue_loses() {
        let mut link = link(LinkSettings {
            // 1,000 bytes a millisecond.
            bandwidth: Some(Bandwidth {
                rate: BitRate::per_second(8_000_000),
                queue: Duration::from_millis(2),
            }),
            ..Default::default()
        });
        let fates: Vec<_> = (0..5).map(|_| link.carry(Instant::START, 1_000 - IP_HEADER)).collect();
        let arrives = |millis| Fate::Arrives(Instant::from_millis(millis));
        assert_eq!(fates, [arrives(1), arrives(2), arrives(3), Fate::Lost, Fate::Lost]);
    }

    #[test]
    fn a_change_of_loss_leaves_the_jitter_of_each_packet_as_it_was() {
        let jitter = Jitter { spread: Duration::from_millis(5), shape: Shape::Bell };
        let clean = LinkSettings { jitter, ..Default::default() };
        let lossy = LinkSettings { loss: Share::per_cent(30), ..clean.clone() };
        let (mut clean, mut lossy) = (link(clean), link(lossy));
        for tick in 1..1_000 {
            let now = Instant::from_millis(20 * tick);
            let (kept, perhaps) = (clean.carry(now, 200), lossy.carry(now, 200));
            assert!(perhaps == Fate::Lost || perhaps == kept);
        }
    }

    #[test]
    fn a_link_carries_nothing_during_an_outage() {
        let outage = Instant::from_millis(10)..Instant::from_millis(20);
        let mut link = link(LinkSettings { outages: vec![outage], ..Default::default() });
        let lost =
            |link: &mut Link, millis| link.carry(Instant::from_millis(millis), 200) == Fate::Lost;
        assert_eq!([9, 10, 19, 20].map(|at| lost(&mut link, at)), [false, true, true, false]);
    }

    fn link(settings: LinkSettings) -> Link {
        Link::new(7, [192, 0, 2, 1].into(), [192, 0, 2, 2].into(), settings)
    }

    fn every_20_ms(link: &mut Link) -> Vec<Instant> {
        (0..1_000)
            .map(|tick| match link.carry(Instant::from_millis(20 * tick), 200) {
                Fate::Arrives(at) => at,
                fate => panic!("{fate:?}"),
            })
            .collect()
    }

    const NOW: Instant = Instant::from_millis(1);
}
