//! The packets that captures of the same call have in common, and those that one has twice.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::time::Instant;

/// The packets of the last moments, by which the same ones are known in other captures.
#[derive(Debug, Default)]
pub(super) struct Lately {
    places: BTreeMap<u64, VecDeque<Place>>,
    order: VecDeque<(Instant, u64)>,
}

/// Where a packet was seen, and whether it was seen in another capture since.
#[derive(Clone, Copy, Debug)]
struct Place {
    capture: usize,
    at: Instant,
    id: Option<u32>,
    /// The capture that saw it arrive.
    arrived: Option<usize>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meeting {
    /// It was not seen before, or is a copy of its own.
    First,
    /// It was seen in another capture.
    Elsewhere,
    /// It was just seen in this capture, which has everything twice (the device `any` on
    /// loopback, a mirrored port), or in a third.
    Again,
}

impl Lately {
    /// What the packet of this number is, which a capture has at `at`.
    pub(super) fn meet(
        &mut self,
        number: u64,
        id: Option<u32>,
        capture: usize,
        at: Instant,
    ) -> Meeting {
        while let Some((seen, old)) = self.order.front().copied()
            && (at - seen > WINDOW || self.order.len() > LATELY_MAX)
        {
            self.order.pop_front();
            if let Some(places) = self.places.get_mut(&old) {
                places.pop_front();
                if places.is_empty() {
                    self.places.remove(&old);
                }
            }
        }
        let places = self.places.entry(number).or_default();
        for place in places.iter_mut() {
            let is_here = place.capture == capture || place.arrived == Some(capture);
            let is_same = id.is_some() && place.id == id;
            if is_here && is_same && at - place.at <= TWICE {
                return Meeting::Again;
            }
            if !is_here {
                return match place.arrived.replace(capture) {
                    None => Meeting::Elsewhere,
                    // A third capture, between the two.
                    Some(_) => Meeting::Again,
                };
            }
        }
        places.push_back(Place { capture, at, id, arrived: None });
        self.order.push_back((at, number));
        Meeting::First
    }
}

/// Longer than any network delays a packet, shorter than the second copy of a request that was
/// answered by nobody is late (RFC 3261 section 17.1.1.2).
const WINDOW: Duration = Duration::from_millis(450);
/// A copy is captured within microseconds, or behind a router within milliseconds; whoever sends
/// the same again gives it another number, and does not do it so soon (RFC 3261 section 17).
const TWICE: Duration = Duration::from_millis(20);
/// Ten gigabits of media.
const LATELY_MAX: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_sent_in_one_capture_and_received_in_another_and_nothing_in_a_third() {
        let mut lately = Lately::default();
        let at = Instant::from_millis;
        assert_eq!(lately.meet(7, Some(9), 0, at(0)), Meeting::First);
        assert_eq!(lately.meet(7, Some(9), 0, at(0)), Meeting::Again);
        assert_eq!(lately.meet(7, Some(9), 1, at(20)), Meeting::Elsewhere);
        assert_eq!(lately.meet(7, Some(9), 2, at(21)), Meeting::Again);
        // A copy of its own: it has no number, or another one.
        assert_eq!(lately.meet(8, None, 0, at(22)), Meeting::First);
        assert_eq!(lately.meet(8, None, 0, at(22)), Meeting::First);
        // Sent again, and again received.
        assert_eq!(lately.meet(7, Some(9), 0, at(500)), Meeting::First);
        assert_eq!(lately.meet(7, Some(9), 1, at(520)), Meeting::Elsewhere);
    }
}
