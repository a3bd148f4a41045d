//! What arrived and was not taken yet: the threads of the network fill it, the loop empties it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::clock::Clock;
use crate::driver::{Arrival, Event};
use crate::packet::{Handshake, Packet};
use crate::time::Instant;

/// A bounded queue of arrivals.
#[derive(Debug)]
pub(super) struct Inbox {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    /// Room for messages from streams: their readers wait for it, and the peer with them.
    room: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Waiting {
    arrivals: Vec<(Arrival, Option<OwnedSemaphorePermit>)>,
    /// Of the datagrams among them.
    bytes: usize,
    datagrams_lost: u64,
}

impl Inbox {
    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            arrived: Condvar::new(),
            room: Arc::new(Semaphore::new(MOST_MESSAGES)),
        }
    }

    /// Puts datagrams in, which are lost where there is no room, as in a full socket.
    pub(super) fn put_datagrams(&self, arrivals: impl Iterator<Item = Arrival>) {
        let mut waiting = self.lock();
        for arrival in arrivals {
            let length = arrival.event.packet().map_or(0, |packet| packet.payload.len());
            let bytes = waiting.bytes + length;
            if waiting.arrivals.len() < MOST_ARRIVALS && bytes <= MOST_BYTES {
                waiting.bytes = bytes;
                waiting.arrivals.push((arrival, None));
            } else {
                waiting.datagrams_lost += 1;
            }
        }
        self.arrived.notify_one();
    }

    /// Puts a message from a stream in, as soon as there is room.
    pub(super) async fn put_message(&self, arrival: Arrival) {
        let permit = Arc::clone(&self.room).acquire_owned().await.ok();
        self.lock().arrivals.push((arrival, permit));
        self.arrived.notify_one();
    }

    /// Puts in how a connection was opened. There are no more of these than connections.
    pub(super) fn put_handshake(&self, at: Instant, handshake: Handshake) {
        let event = Event::Handshake(handshake);
        self.lock().arrivals.push((Arrival { at, event }, None));
        self.arrived.notify_one();
    }

    /// Puts a packet of our own in that could not be delivered. There are no more of these than
    /// the bounded queues of the connections held.
    pub(super) fn put_undeliverable(&self, at: Instant, packet: Packet) {
        let event = Event::Undeliverable(packet);
        self.lock().arrivals.push((Arrival { at, event }, None));
        self.arrived.notify_one();
    }

    /// Moves everything to `taken`, earliest first; waits for it until `deadline` if need be.
    pub(super) fn take(&self, taken: &mut VecDeque<Arrival>, clock: &Clock, deadline: Instant) {
        let mut waiting = self.lock();
        while waiting.arrivals.is_empty() {
            let left = deadline.since(clock.now());
            if left.is_zero() {
                return;
            }
            let woken = self.arrived.wait_timeout(waiting, left);
            waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        waiting.bytes = 0;
        let mut arrivals = std::mem::take(&mut waiting.arrivals);
        drop(waiting);
        // Several threads put things in, each a batch at a time.
        arrivals.sort_by_key(|(arrival, _)| arrival.at);
        taken.extend(arrivals.into_iter().map(|(arrival, _)| arrival));
    }

    /// How many datagrams were lost because nobody took them in time.
    pub(super) fn datagrams_lost(&self) -> u64 {
        self.lock().datagrams_lost
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A second of 1,000 streams that nobody takes, and some signalling.
const MOST_ARRIVALS: usize = 65_536;
/// Bytes of datagrams: the same second, were each as long as an Ethernet frame.
const MOST_BYTES: usize = 96 << 20;
/// Messages from all streams: at 64 KiB each, 64 MiB at the very most.
const MOST_MESSAGES: usize = 1_024;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::packet::Transport;

    #[test]
    fn arrivals_are_taken_in_the_order_of_their_stamps() {
        let inbox = Inbox::new();
        inbox.put_datagrams([30, 10, 20].map(|nanos| arrival(nanos, 0)).into_iter());
        let mut taken = VecDeque::new();
        inbox.take(&mut taken, &Clock::start(), Instant::START);
        let order: Vec<u64> = taken.iter().map(|arrival| arrival.at.as_nanos()).collect();
        assert_eq!(order, [10, 20, 30]);
    }

    #[test]
    fn datagrams_beyond_the_bound_are_lost_and_counted() {
        let inbox = Inbox::new();
        inbox.put_datagrams((0..70_000).map(|nanos| arrival(nanos, 100)));
        assert_eq!(inbox.datagrams_lost(), 70_000 - 65_536);
        let inbox = Inbox::new();
        inbox.put_datagrams((0..2_000).map(|nanos| arrival(nanos, 65_000)));
        assert_eq!(inbox.datagrams_lost(), 2_000 - (96 << 20) / 65_000);
    }

    #[test]
    fn nothing_arrives_before_the_deadline_and_then_the_wait_ends() {
        let (inbox, clock) = (Inbox::new(), Clock::start());
        let deadline = clock.now() + Duration::from_millis(20);
        let mut taken = VecDeque::new();
        inbox.take(&mut taken, &clock, deadline);
        assert!(taken.is_empty());
        assert!(clock.now() >= deadline);
    }

    fn arrival(nanos: u64, size: usize) -> Arrival {
        let address = ([192, 0, 2, 1], 5060).into();
        Arrival {
            at: Instant::from_nanos(nanos),
            event: Event::Packet(Packet {
                transport: Transport::Udp,
                source: address,
                target: address,
                payload: vec![0; size].into(),
            }),
        }
    }
}
