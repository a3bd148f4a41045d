//! The hosts, the links between them, and what is on its way.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::agenda::{Agenda, Happening};
use super::hosts::{Hosts, Name, name};
use super::link::{Fate, Link};
use super::settings::{Credentials, LinkSettings, Oversize, SimSettings};
use crate::packet::{Ending, Handshake, Packet, Shown};
use crate::time::Instant;

/// A network at one moment.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) now: Instant,
    pub(super) hosts: Hosts,
    pub(super) agenda: Agenda,
    pub(super) credentials: BTreeMap<IpAddr, Credentials>,
    settings: SimSettings,
    links: BTreeMap<(Name, Name), Link>,
}

impl Network {
    pub(super) fn new(settings: SimSettings) -> Self {
        Self {
            now: Instant::START,
            hosts: Hosts::default(),
            agenda: Agenda::default(),
            credentials: BTreeMap::new(),
            settings,
            links: BTreeMap::new(),
        }
    }

    /// The link from `source` to `target`, made on first use.
    pub(super) fn link(&mut self, source: IpAddr, target: IpAddr) -> &mut Link {
        let Self { settings, links, .. } = self;
        links.entry((name(source), name(target))).or_insert_with(|| {
            let of_its_own = settings.links.get(&(source, target));
            let chosen = of_its_own.unwrap_or(&settings.default_link).clone();
            Link::new(settings.seed, source, target, chosen)
        })
    }

    /// Changes what a link is like from now on; its randomness goes on.
    pub(super) fn set_link(&mut self, source: IpAddr, target: IpAddr, settings: LinkSettings) {
        self.link(source, target).settings = settings;
    }

    pub(super) fn carry(&mut self, source: IpAddr, target: IpAddr, size: usize) -> Fate {
        let now = self.now;
        self.link(source, target).carry(now, size)
    }

    pub(super) fn schedule(&mut self, at: Instant, thing: Happening) {
        self.agenda.schedule(at, thing);
    }

    /// Gives a packet back to its sender, if there still is one.
    pub(super) fn give_back(&mut self, at: Instant, packet: Packet) {
        if !self.hosts.is_dead(packet.source.ip()) {
            self.schedule(at, Happening::Returned(packet));
        }
    }

    /// Sends a datagram.
    pub(super) fn send_datagram(&mut self, mut packet: Packet) {
        let now = self.now;
        let leaves = self.hosts.is_open(packet.transport, packet.source)
            && packet.payload.len() <= LONGEST_DATAGRAM;
        if !leaves {
            return self.give_back(now, packet);
        }
        if self.agenda.len() >= MOST_IN_FLIGHT {
            return;
        }
        let link = self.link(packet.source.ip(), packet.target.ip());
        let fate = link.carry(now, packet.payload.len() + UDP_HEADER);
        match link.settings.oversize {
            Oversize::Cut(most) => packet.payload.truncate(most),
            Oversize::Drop(most) if packet.payload.len() > most => return,
            Oversize::Drop(_) | Oversize::Fragment => {}
        }
        match fate {
            Fate::Lost => {}
            Fate::Arrives(at) => self.schedule(at, Happening::Datagram(packet)),
            Fate::ArrivesTwice(first, second) => {
                self.schedule(first, Happening::Datagram(packet.clone()));
                self.schedule(second, Happening::Datagram(packet));
            }
        }
    }

    /// A datagram reaches the host of its target: the packet, if somebody takes it there.
    ///
    /// A host without that port open says so (ICMP port unreachable, RFC 1122 section 4.1.3.1);
    /// where there is no host, nobody says anything.
    pub(super) fn deliver_datagram(&mut self, packet: Packet) -> Option<Packet> {
        if self.hosts.is_open(packet.transport, packet.target) {
            return Some(packet);
        }
        let now = self.now;
        if self.hosts.is_alive(packet.target.ip()) {
            let back = self.link(packet.target.ip(), packet.source.ip());
            if !back.is_down(now) {
                let at = now + back.settings.latency;
                self.give_back(at, packet);
            }
        }
        None
    }

    /// Client and server show each other who they are (RFC 8446 section 4.4): what came of it.
    pub(super) fn shake_hands(&mut self, client: SocketAddr, server: SocketAddr) -> Ending {
        let of = |host: SocketAddr| self.credentials.get(&host.ip()).copied().unwrap_or_default();
        let (own, other) = (of(client), of(server));
        let by_client = other.asks.then_some(own.shows);
        let end = if own.checks && other.shows != Shown::Sound {
            Ending::RefusedByClient
        } else if other.checks && by_client.is_some_and(|shown| shown != Shown::Sound) {
            Ending::RefusedByServer
        } else {
            Ending::Opened
        };
        let by_server = Some(other.shows);
        let handshake = Handshake { client, server, by_server, by_client, end };
        self.schedule(self.now, Happening::Shaken(handshake));
        end
    }

    /// Cuts or heals both directions between two hosts.
    pub(super) fn set_cut(&mut self, one: IpAddr, other: IpAddr, cut: bool) {
        self.link(one, other).cut = cut;
        self.link(other, one).cut = cut;
    }
}

/// What an IPv4 datagram holds (RFC 768: the length field counts the header of 8 bytes).
const LONGEST_DATAGRAM: usize = 65_507;
const UDP_HEADER: usize = 8;
/// The roles of a scenario cannot fill the memory with datagrams on their way: 100 calls on a
/// slow link have some 10,000.
const MOST_IN_FLIGHT: usize = 1 << 20;

/// How long a sender waits for an acknowledgement before it sends again: 200 ms, doubled each
/// time (RFC 6298 section 5.5), as Linux has it but for an upper bound of 8 s.
pub(super) fn retransmission_timeout(attempt: u32) -> Duration {
    (FIRST_TIMEOUT * (1 << attempt.min(16))).min(LONGEST_TIMEOUT)
}

const FIRST_TIMEOUT: Duration = Duration::from_millis(200);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(8);
