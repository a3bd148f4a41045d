//! What is going to happen, in the order in which it will.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::connection::Step;
use crate::packet::{Handshake, Packet};
use crate::time::Instant;

/// The things to come, soonest first. Of two at the same moment the one that was scheduled
/// first comes first, so no tie depends on chance.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// Small keys, so that sorting moves few bytes: the moment in the upper half and the running
    /// number in the lower one, then a place in `things`.
    order: BinaryHeap<Reverse<(u128, usize)>>,
    things: Vec<Option<Happening>>,
    free: Vec<usize>,
    scheduled: u64,
}

/// One thing that will happen.
#[derive(Debug)]
pub(super) enum Happening {
    /// A datagram reaches the host of its target.
    Datagram(Packet),
    /// A packet comes back to its sender.
    Returned(Packet),
    /// TLS was opened, or was not.
    Shaken(Handshake),
    /// A connection goes on.
    Stream(Step),
}

impl Agenda {
    pub(super) fn schedule(&mut self, at: Instant, thing: Happening) {
        let place = if let Some(place) = self.free.pop() {
            self.things[place] = Some(thing);
            place
        } else {
            self.things.push(Some(thing));
            self.things.len() - 1
        };
        let key = u128::from(at.as_nanos()) << 64 | u128::from(self.scheduled);
        self.order.push(Reverse((key, place)));
        self.scheduled += 1;
    }

    /// Takes the next thing, if it happens at `deadline` or before.
    pub(super) fn next_until(&mut self, deadline: Instant) -> Option<(Instant, Happening)> {
        let Reverse((key, place)) = *self.order.peek()?;
        let at = Instant::from_nanos(u64::try_from(key >> 64).expect("the upper half fits"));
        if at > deadline {
            return None;
        }
        self.order.pop();
        self.free.push(place);
        let thing = self.things[place].take().expect("a scheduled place is filled");
        Some((at, thing))
    }

    /// How many things are to come.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}
