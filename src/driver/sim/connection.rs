//! Simulated TCP and TLS: a handshake first, then everything in order, late rather than lost.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::agenda::Happening;
use super::link::Fate;
use super::network::{Network, retransmission_timeout};
use crate::packet::{Ending, Packet, Transport};
use crate::time::Instant;

/// All connections. One is found by its transport and its two addresses, whoever opened it.
#[derive(Debug, Default)]
pub(super) struct Connections {
    by_id: BTreeMap<u64, Connection>,
    by_ends: BTreeMap<(Transport, SocketAddr, SocketAddr), u64>,
    opened: u64,
}

#[derive(Debug)]
struct Connection {
    transport: Transport,
    opener: SocketAddr,
    listener: SocketAddr,
    state: State,
    from_opener: Direction,
    from_listener: Direction,
}

#[derive(Debug)]
enum State {
    /// The handshake has been going on since then.
    Opening {
        since: Instant,
    },
    Open,
}

/// What was sent one way and has not been handed over at the other end.
#[derive(Debug, Default)]
struct Direction {
    /// The number of the first message in `waiting`.
    first: u64,
    waiting: VecDeque<Message>,
}

#[derive(Debug)]
struct Message {
    packet: Packet,
    sent: Instant,
    arrived: bool,
}

/// What a connection does next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    connection: u64,
    deed: Deed,
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    /// A flight of the handshake leaves: the even ones from the opener, the odd ones from the
    /// listener. The one after the last opens the connection.
    Flight { index: usize, attempt: u32 },
    /// A message leaves.
    Leave { from: End, number: u64, attempt: u32 },
    /// A message reaches the other end.
    Reach { from: End, number: u64, attempt: u32 },
    /// A message that waited for one before it is handed over.
    HandOver { from: End },
    /// The connection fails, unless the message has arrived or the handshake ended meanwhile.
    Fail { unless: Unless },
}

#[derive(Clone, Copy, Debug)]
enum Unless {
    Arrived { from: End, number: u64 },
    Nothing,
    Open,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Opener,
    Listener,
}

impl Connections {
    /// Sends a message on the connection between its source and its target, or opens one.
    pub(super) fn send(&mut self, network: &mut Network, packet: Packet) {
        if network.hosts.is_dead(packet.source.ip()) {
            return;
        }
        let id = self.find_or_open(network, &packet);
        let connection = self.by_id.get_mut(&id).expect("an id in the index has a connection");
        let from = if packet.source == connection.opener { End::Opener } else { End::Listener };
        let direction = connection.direction(from);
        if direction.waiting.len() >= MOST_WAITING {
            let now = network.now;
            return network.give_back(now, packet);
        }
        let number = direction.first + direction.waiting.len() as u64;
        direction.waiting.push_back(Message { packet, sent: network.now, arrived: false });
        if matches!(connection.state, State::Open) {
            connection.leave(network, id, from, number, 0);
        }
    }

    /// Takes a step; a message that is handed over by it is returned.
    pub(super) fn take(&mut self, network: &mut Network, step: Step) -> Option<Packet> {
        let Step { connection: id, deed } = step;
        // Steps of a connection that failed meanwhile come to nothing.
        let connection = self.by_id.get_mut(&id)?;
        match deed {
            Deed::Flight { index, attempt } => connection.flight(network, id, index, attempt),
            Deed::Leave { from, number, attempt } => {
                connection.leave(network, id, from, number, attempt);
            }
            Deed::Reach { from, number, attempt } => {
                let taken = connection.reach(network, id, from, number, attempt);
                return self.after(id, from, taken);
            }
            Deed::HandOver { from } => {
                let taken = connection.hand_over(network, id, from);
                return self.after(id, from, taken);
            }
            Deed::Fail { unless } => {
                if connection.still_fails(unless) {
                    self.fail(network, id);
                }
            }
        }
        None
    }

    /// An exchange over HTTP is over, and its connection with it, when the answer was taken.
    fn after(&mut self, id: u64, from: End, taken: Option<Packet>) -> Option<Packet> {
        if let (End::Listener, Some(packet)) = (from, &taken)
            && packet.transport == Transport::Http
        {
            self.by_id.remove(&id);
            self.by_ends.remove(&ends(packet.transport, packet.source, packet.target));
        }
        taken
    }

    /// Ends every connection of a host that has come back and does not remember them.
    pub(super) fn forget(&mut self, network: &mut Network, ip: IpAddr) {
        let touches = |connection: &Connection| {
            connection.opener.ip() == ip || connection.listener.ip() == ip
        };
        let forgotten: Vec<u64> =
            self.by_id.iter().filter(|(_, it)| touches(it)).map(|(id, _)| *id).collect();
        for id in forgotten {
            self.fail(network, id);
        }
    }

    fn find_or_open(&mut self, network: &mut Network, packet: &Packet) -> u64 {
        let ends = ends(packet.transport, packet.source, packet.target);
        if let Some(id) = self.by_ends.get(&ends) {
            return *id;
        }
        let id = self.opened;
        self.opened += 1;
        self.by_ends.insert(ends, id);
        self.by_id.insert(
            id,
            Connection {
                transport: packet.transport,
                opener: packet.source,
                listener: packet.target,
                state: State::Opening { since: network.now },
                from_opener: Direction::default(),
                from_listener: Direction::default(),
            },
        );
        let now = network.now;
        plan(network, now, id, Deed::Flight { index: 0, attempt: 0 });
        id
    }

    /// Ends a connection: what was not handed over comes back to its sender.
    fn fail(&mut self, network: &mut Network, id: u64) {
        let Some(connection) = self.by_id.remove(&id) else { return };
        self.by_ends.remove(&ends(connection.transport, connection.opener, connection.listener));
        let now = network.now;
        for direction in [connection.from_opener, connection.from_listener] {
            for message in direction.waiting.into_iter().filter(|message| !message.arrived) {
                network.give_back(now, message.packet);
            }
        }
    }
}

impl Connection {
    /// A flight of the handshake leaves, or, after the last, the messages that waited for it.
    fn flight(&mut self, network: &mut Network, id: u64, index: usize, attempt: u32) {
        let State::Opening { since } = self.state else { return };
        let flights = match self.transport {
            Transport::Udp => &HANDSHAKE[..0],
            Transport::Tcp | Transport::Http => &HANDSHAKE[..2],
            Transport::Tls => &HANDSHAKE[..],
        };
        let Some(size) = flights.get(index) else {
            return match self.end_of_handshake(network) {
                Ending::Opened => self.open(network, id),
                _ => plan(network, network.now, id, Deed::Fail { unless: Unless::Nothing }),
            };
        };
        let from = if index.is_multiple_of(2) { End::Opener } else { End::Listener };
        let refused = index == 1 && !network.hosts.is_open(self.transport, self.listener);
        match self.carry(network, from, *size) {
            Some(at) if refused => plan(network, at, id, Deed::Fail { unless: Unless::Nothing }),
            Some(at) => plan(network, at, id, Deed::Flight { index: index + 1, attempt: 0 }),
            None => {
                let again = Deed::Flight { index, attempt: attempt + 1 };
                retry(network, id, since, attempt, again, Unless::Open);
            }
        }
    }

    /// With TLS, both sides have seen by now who the other one is.
    fn end_of_handshake(&self, network: &mut Network) -> Ending {
        match self.transport {
            Transport::Tls => network.shake_hands(self.opener, self.listener),
            _ => Ending::Opened,
        }
    }

    fn open(&mut self, network: &mut Network, id: u64) {
        self.state = State::Open;
        for from in [End::Opener, End::Listener] {
            let now = network.now;
            let direction = self.direction(from);
            direction.waiting.iter_mut().for_each(|message| message.sent = now);
            let numbers = direction.first..direction.first + direction.waiting.len() as u64;
            for number in numbers {
                self.leave(network, id, from, number, 0);
            }
        }
    }

    /// A message leaves, for the first time or again.
    fn leave(&mut self, network: &mut Network, id: u64, from: End, number: u64, attempt: u32) {
        let Some(message) = self.direction(from).message(number) else { return };
        let (sent, size) = (message.sent, message.packet.payload.len() + TCP_HEADER);
        if let Some(at) = self.carry(network, from, size) {
            plan(network, at, id, Deed::Reach { from, number, attempt });
        } else {
            let again = Deed::Leave { from, number, attempt: attempt + 1 };
            retry(network, id, sent, attempt, again, Unless::Arrived { from, number });
        }
    }

    /// A message reaches the other end, where those before it are handed over first.
    fn reach(
        &mut self,
        network: &mut Network,
        id: u64,
        from: End,
        number: u64,
        attempt: u32,
    ) -> Option<Packet> {
        let (_, target) = self.way(from);
        if network.hosts.is_dead(target.ip()) {
            // Nobody acknowledges, so the sender tries again.
            let sent = self.direction(from).message(number)?.sent;
            let again = Deed::Leave { from, number, attempt: attempt + 1 };
            retry(network, id, sent, attempt, again, Unless::Arrived { from, number });
            return None;
        }
        self.direction(from).message(number)?.arrived = true;
        self.hand_over(network, id, from)
    }

    /// Hands one message over, if the next in order has arrived; the ones behind it follow as
    /// happenings of their own, since the driver delivers one at a time.
    fn hand_over(&mut self, network: &mut Network, id: u64, from: End) -> Option<Packet> {
        let direction = self.direction(from);
        if !direction.waiting.front()?.arrived {
            return None;
        }
        let message = direction.waiting.pop_front()?;
        direction.first += 1;
        if direction.waiting.front().is_some_and(|next| next.arrived) {
            let now = network.now;
            plan(network, now, id, Deed::HandOver { from });
        }
        Some(message.packet)
    }

    /// When `size` bytes from one end reach the other; `None` if they do not.
    fn carry(&self, network: &mut Network, from: End, size: usize) -> Option<Instant> {
        let (source, target) = self.way(from);
        let silent = match from {
            // Whoever opens need not listen anywhere, so may be unknown to the network.
            End::Opener => network.hosts.is_dead(source.ip()),
            End::Listener => !network.hosts.is_alive(source.ip()),
        };
        if silent {
            return None;
        }
        match network.carry(source.ip(), target.ip(), size) {
            Fate::Lost => None,
            // A copy of a segment is thrown away by the receiver.
            Fate::Arrives(at) | Fate::ArrivesTwice(at, _) => Some(at),
        }
    }

    fn still_fails(&mut self, unless: Unless) -> bool {
        match unless {
            Unless::Arrived { from, number } => {
                self.direction(from).message(number).is_some_and(|message| !message.arrived)
            }
            Unless::Nothing => true,
            Unless::Open => !matches!(self.state, State::Open),
        }
    }

    fn way(&self, from: End) -> (SocketAddr, SocketAddr) {
        match from {
            End::Opener => (self.opener, self.listener),
            End::Listener => (self.listener, self.opener),
        }
    }

    fn direction(&mut self, from: End) -> &mut Direction {
        match from {
            End::Opener => &mut self.from_opener,
            End::Listener => &mut self.from_listener,
        }
    }
}

impl Direction {
    fn message(&mut self, number: u64) -> Option<&mut Message> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.waiting.get_mut(place)
    }
}

/// Both ends in one order, so that either finds the connection.
fn ends(
    transport: Transport,
    one: SocketAddr,
    other: SocketAddr,
) -> (Transport, SocketAddr, SocketAddr) {
    (transport, one.min(other), one.max(other))
}

fn plan(network: &mut Network, at: Instant, connection: u64, deed: Deed) {
    network.schedule(at, Happening::Stream(Step { connection, deed }));
}

/// Plans what was lost for another time, or the end of the connection if it is too late.
fn retry(
    network: &mut Network,
    id: u64,
    since: Instant,
    attempt: u32,
    again: Deed,
    unless: Unless,
) {
    let at = network.now + retransmission_timeout(attempt);
    let patience_ends = since + PATIENCE;
    if at < patience_ends {
        plan(network, at, id, again);
    } else {
        plan(network, patience_ends.max(network.now), id, Deed::Fail { unless });
    }
}

/// The bytes of each flight of a handshake: SYN, SYN-ACK; then, for TLS 1.3, the client's hello
/// and the server's, with its certificate (RFC 8446 section 2: one round trip more).
const HANDSHAKE: [usize; 4] = [40, 40, 300, 2_000];
const TCP_HEADER: usize = 20;
/// How long a peer that does not acknowledge is tried. Linux tries for 15 minutes by default;
/// SIP's own transactions end after 32 s (RFC 3261 section 17), so we end before them.
const PATIENCE: Duration = Duration::from_secs(30);
/// Messages in one direction of a connection that the other end has not taken: the bound of a
/// socket's send buffer.
const MOST_WAITING: usize = 4_096;
