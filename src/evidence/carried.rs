//! Messages on their way: each once, as it left, and when it arrived.

use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::cast::Host;
use super::sighting::{Side, Sighting};
use super::timeline::Timeline;
use crate::sip::Message;
use crate::time::Instant;

/// One sending of a message.
#[derive(Clone, Copy, Debug)]
pub struct Carried<'a> {
    /// Its place among all that was seen of signalling, from 1.
    pub number: usize,
    /// As it left, or as it arrived where its sender is not watched.
    pub sighting: &'a Sighting,
    /// The message.
    pub message: &'a Message,
    /// When it reached its target; when it was seen, where that is not watched. Nothing, if it was
    /// lost, or was still on its way when we looked last.
    pub arrived: Option<Instant>,
    /// Where its arrival stands among all that was seen of signalling, from 1.
    pub arrival: Option<usize>,
}

/// Every sending of a message of signalling, in the order in which they were seen. Copies that the
/// network made are left out.
pub fn carried(timeline: &Timeline) -> Vec<Carried<'_>> {
    let watched = watched(timeline);
    let is_watched = |target| watched.contains(&timeline.cast().host(target));
    let mut all: Vec<Carried<'_>> = Vec::new();
    let mut underway: BTreeMap<Bytes, VecDeque<usize>> = BTreeMap::new();
    let mut known: BTreeSet<Bytes> = BTreeSet::new();
    for (place, sighting) in timeline.signalling().iter().enumerate() {
        let Some(message) = sighting.message() else { continue };
        let bytes = message.to_bytes();
        let (number, at) = (place + 1, sighting.at);
        let mut carried = Carried { number, sighting, message, arrived: None, arrival: None };
        match sighting.side {
            Side::Sent if is_watched(sighting.target) => {
                known.insert(bytes.clone());
                underway.entry(bytes).or_default().push_back(all.len());
                all.push(carried);
            }
            Side::Sent => {
                carried.arrived = Some(at);
                all.push(carried);
            }
            Side::Received => match underway.get_mut(&bytes).and_then(VecDeque::pop_front) {
                Some(left) => {
                    all[left].arrived = Some(at);
                    all[left].arrival = Some(number);
                }
                // What the network doubled.
                None if known.contains(&bytes) => {}
                None => {
                    carried.arrived = Some(at);
                    carried.arrival = Some(number);
                    all.push(carried);
                }
            },
            // It never got there: no arrival will be seen.
            Side::Undeliverable => {}
        }
    }
    all
}

/// The hosts at which arrivals are seen: a capture has none, a run of ours those of its parts.
pub fn watched(timeline: &Timeline) -> BTreeSet<Host> {
    let received = timeline.signalling().iter().filter(|it| it.side == Side::Received);
    received.map(|sighting| timeline.cast().host(sighting.target)).collect()
}
