//! A cast on a driver, the evidence, and the one loop that joins them.

mod any;
mod cast;
mod library;
mod network;
mod office;
mod place;
mod stop;
mod trust;
mod users;
mod web;
mod words;

pub use any::AnyDriver;
pub use cast::{Error, faults};
pub use library::{ADMINISTRATOR, PARTNER};
pub use stop::{is_stopped, stop};
pub use trust::{Credential, Flaw};

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::driver::{Driver as _, Event};
use crate::evidence::{Member, Name, Timeline, What};
use crate::packet::{Packet, Transport};
use crate::role::{Command, Input, Output, Role};
use crate::time::Instant;

/// A cast on a driver.
pub struct Testbed {
    parts: Vec<Part>,
    sockets: BTreeMap<SocketAddr, usize>,
    hosts: BTreeMap<IpAddr, usize>,
    /// Who wants to be woken when; an entry counts only while the part still says the same.
    wakes: BinaryHeap<Reverse<(Instant, usize)>>,
    driver: AnyDriver,
    timeline: Timeline,
    /// Where each part listens for SIP and HTTP.
    listening: BTreeMap<Name, Vec<(Transport, SocketAddr)>>,
}

struct Part {
    name: Name,
    role: Box<dyn Role>,
    deadline: Option<Instant>,
}

/// Where a part lives, so that packets find it.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// Hosts that are its own altogether (simulation).
    pub hosts: Vec<IpAddr>,
    /// Single addresses (wire, where parts share a host).
    pub sockets: Vec<SocketAddr>,
}

impl Testbed {
    /// A testbed with nobody in it.
    pub fn new(driver: AnyDriver, timeline: Timeline) -> Self {
        Self {
            parts: Vec::new(),
            sockets: BTreeMap::new(),
            hosts: BTreeMap::new(),
            wakes: BinaryHeap::new(),
            driver,
            timeline,
            listening: BTreeMap::new(),
        }
    }

    /// Lets a part of ours take its place.
    pub fn add(&mut self, member: Member, home: &Home, role: Box<dyn Role>) {
        let index = self.parts.len();
        self.sockets.extend(home.sockets.iter().map(|socket| (*socket, index)));
        self.hosts.extend(home.hosts.iter().map(|host| (*host, index)));
        let name = member.name.clone();
        self.timeline.cast_mut().add(member, &home.hosts, &home.sockets);
        self.parts.push(Part { name, role, deadline: None });
        self.feed(index, Input::Timeout);
    }

    /// Gives one part an order, and writes on the timeline who did what. Whatever follows from
    /// it needs time to pass. Returns whether we play a part of this name.
    pub fn tell(&mut self, name: &str, command: Command) -> bool {
        let Some(index) = self.parts.iter().position(|part| part.name.as_str() == name) else {
            return false;
        };
        self.timeline.deed(self.driver.now(), name, deed(&command));
        self.feed(index, Input::Command(command));
        true
    }

    /// Lets `span` pass.
    pub fn pass(&mut self, span: Duration) {
        let end = self.now() + span;
        self.pass_until(end, |_| false);
    }

    /// Lets time pass until `done`, but not beyond `end`. Returns whether `done` came true.
    ///
    /// It ends early, with `false`, once the run is [stopped](stop). `done` is asked whenever signalling was seen; for media, let a span pass instead.
    pub fn pass_until(&mut self, end: Instant, mut done: impl FnMut(&Timeline) -> bool) -> bool {
        let mut judged = None;
        loop {
            let seen = self.timeline.signalling().len();
            if judged != Some(seen) {
                judged = Some(seen);
                if done(&self.timeline) {
                    return true;
                }
            }
            if is_stopped() {
                return false;
            }
            let mut wake = self.next_deadline().map_or(end, |deadline| deadline.min(end));
            if matches!(self.driver, AnyDriver::Wire(_)) {
                wake = wake.min(self.now() + stop::LOOK);
            }
            match self.driver.wait(wake) {
                Some(arrival) => self.deliver(arrival.at, arrival.event),
                None if self.wake_due() => {}
                None if self.now() >= end => return done(&self.timeline),
                None => {}
            }
        }
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.driver.now()
    }

    /// Where the part of this name listens for SIP.
    pub fn listening(&self, name: &str) -> &[(Transport, SocketAddr)] {
        self.listening.get(&Name::from(name)).map_or(&[], Vec::as_slice)
    }

    /// What was seen so far.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// What was seen so far, to write on or to clear.
    pub fn timeline_mut(&mut self) -> &mut Timeline {
        &mut self.timeline
    }

    /// Ends the run and hands over what was seen.
    pub fn into_timeline(self) -> Timeline {
        self.timeline
    }

    /// What is to be known beside a verdict on timing: how late our own timers were, on the wire.
    pub fn notes(&self) -> Vec<String> {
        let AnyDriver::Wire(wire) = &self.driver else { return Vec::new() };
        let lateness = format!("our own lateness: {}", wire.lateness());
        let refused = wire.refused_priority().map(|why| {
            format!("no real-time priority, which needs CAP_SYS_NICE or `ulimit -r 5`: {why}")
        });
        [lateness].into_iter().chain(refused).collect()
    }

    fn deliver(&mut self, at: Instant, event: Event) {
        match event {
            Event::Packet(packet) => {
                self.timeline.received(at, &packet);
                if let Some(index) = self.part_at(packet.target) {
                    self.feed(index, Input::Packet(packet));
                }
            }
            Event::Handshake(handshake) => self.timeline.handshake(at, handshake),
            Event::Undeliverable(packet) => {
                self.timeline.undeliverable(at, &packet);
                if let Some(index) = self.part_at(packet.source) {
                    self.feed(index, Input::Undeliverable(packet));
                }
            }
        }
    }

    fn part_at(&self, address: SocketAddr) -> Option<usize> {
        self.hosts.get(&address.ip()).or_else(|| self.sockets.get(&address)).copied()
    }

    fn next_deadline(&mut self) -> Option<Instant> {
        while let Some(Reverse((deadline, index))) = self.wakes.peek() {
            if self.parts[*index].deadline == Some(*deadline) {
                return Some(*deadline);
            }
            self.wakes.pop();
        }
        None
    }

    /// Wakes every part whose time has come. Returns whether there was one.
    fn wake_due(&mut self) -> bool {
        let now = self.now();
        let mut woken = 0;
        while let Some(deadline) = self.next_deadline()
            && deadline <= now
        {
            let Some(Reverse((_, index))) = self.wakes.pop() else { break };
            self.parts[index].deadline = None;
            self.feed(index, Input::Timeout);
            woken += 1;
            if woken >= WAKES_PER_MOMENT {
                self.put_off(index, now, deadline);
                break;
            }
        }
        woken > 0
    }

    /// A part that asks again and again for a moment that has come is in a loop: it is woken a
    /// little later, so that time goes on, and what was seen is not to be trusted.
    fn put_off(&mut self, index: usize, now: Instant, deadline: Instant) {
        let part = &mut self.parts[index];
        tracing::error!(name = %part.name, %deadline, %now, "asks to be woken over and over");
        part.deadline = Some(now + PUT_OFF);
        self.wakes.push(Reverse((now + PUT_OFF, index)));
        self.timeline.tear("a part of ours asked to be woken at one moment over and over");
    }

    /// One input, then a full drain: the invariant that [`Role`] asks for.
    fn feed(&mut self, index: usize, input: Input) {
        let now = self.driver.now();
        let part = &mut self.parts[index];
        part.role.handle_input(now, input);
        for _ in 0..OUTPUTS_PER_INPUT {
            match part.role.poll_output() {
                Output::Transmit(packet) => {
                    Self::send(&mut self.timeline, &mut self.driver, packet);
                }
                Output::Timeout(deadline) => {
                    if part.deadline != deadline {
                        part.deadline = deadline;
                        self.wakes.extend(deadline.map(|at| Reverse((at, index))));
                    }
                    return;
                }
            }
        }
        panic!("{} is still talking after {OUTPUTS_PER_INPUT} outputs to one input", part.name);
    }

    fn send(timeline: &mut Timeline, driver: &mut AnyDriver, packet: Packet) {
        timeline.sent(driver.now(), &packet);
        driver.send(packet);
    }
}

/// The deed as the timeline has it.
fn deed(command: &Command) -> What {
    match command {
        Command::Record(number, mode) => {
            What::Recording { number: number.clone(), mode: mode.to_string() }
        }
        command => What::Act(command.to_string()),
    }
}

impl std::fmt::Debug for Testbed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.parts.iter().map(|part| part.name.as_str()).collect();
        f.debug_struct("Testbed").field("parts", &names).finish_non_exhaustive()
    }
}

/// Far more than all parts have to do at one moment.
const WAKES_PER_MOMENT: usize = 10_000;
/// Long enough for time to go on, short enough to be a little.
const PUT_OFF: Duration = Duration::from_millis(10);
/// Far more than any part has to say at once: a part that reaches it is in a loop.
const OUTPUTS_PER_INPUT: usize = 100_000;
