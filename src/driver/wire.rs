//! Real sockets and the real clock.

mod certificates;
mod clock;
mod complaint;
mod connection;
mod datagram;
mod inbox;
mod keys;
mod lateness;
mod reader;
mod settings;
mod slack;
mod streams;
#[cfg(test)]
mod tests;
mod tls;
mod urgent;
mod web;

pub use clock::Granularity;
pub use complaint::{Complaint, Trouble};
pub use lateness::Lateness;
pub use settings::{HttpLimits, Identity, Priority, StreamLimits, Trust, WireSettings};

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, ThreadId};
use std::time::Duration;

use self::clock::Clock;
use self::datagram::Datagrams;
use self::inbox::Inbox;
use self::lateness::Histogram;
use self::streams::Streams;
use self::tls::Tls;
use self::urgent::Urgent;
use self::web::Web;
use super::{Arrival, Driver, Error, Event, Listen};
use crate::packet::{Packet, Transport};
use crate::time::{Epoch, Instant};

/// The machine's network and clock.
///
/// Its methods are called by one thread, which sends datagrams itself; others read what comes
/// in, and write to connections. What we send to ourselves goes through the kernel as well.
#[derive(Debug)]
pub struct Wire {
    clock: Clock,
    inbox: Arc<Inbox>,
    /// Taken from the inbox, earliest first.
    arrivals: VecDeque<Arrival>,
    datagrams: Datagrams,
    streams: Streams,
    web: Web,
    /// The thread that waits, once it has been prepared for that.
    loop_thread: Option<ThreadId>,
    /// When what is being sent now was meant to be sent, if a timer asked for it.
    due: Option<Instant>,
    lateness: Histogram,
    priority: Priority,
    /// The real-time priority of the thread that waits, or why it has none, once it was asked for.
    urgent: Option<Result<Urgent, String>>,
}

impl Wire {
    /// Starts the clock and the threads; no address is open yet.
    pub fn open(settings: &WireSettings) -> Result<Self, Error> {
        let WireSettings { limits, http, priority, .. } = settings;
        allow_many_sockets();
        let tls = Tls::new(settings)?;
        let clock = Clock::start();
        let inbox = Arc::new(Inbox::new());
        let start = |cause| Error::Start { cause };
        let datagrams = Datagrams::start(clock, Arc::clone(&inbox)).map_err(start)?;
        let streams = Streams::start(clock, Arc::clone(&inbox), *limits, tls).map_err(start)?;
        let web = Web::new(streams.handle(), clock, Arc::clone(&inbox), *http);
        Ok(Self {
            clock,
            inbox,
            arrivals: VecDeque::new(),
            datagrams,
            streams,
            web,
            loop_thread: None,
            due: None,
            lateness: Histogram::new(),
            priority: *priority,
            urgent: None,
        })
    }

    /// The date at which the clock was started.
    pub fn epoch(&self) -> Epoch {
        self.clock.epoch()
    }

    /// How finely the clock counts; measured now, in some fifty microseconds.
    pub fn granularity(&self) -> Granularity {
        Clock::granularity()
    }

    /// How late the datagrams left that were sent because a deadline had come.
    pub fn lateness(&self) -> Lateness {
        self.lateness.lateness()
    }

    /// Why the thread that sends has not the real-time priority that was asked for, if so.
    pub fn refused_priority(&self) -> Option<&str> {
        self.urgent.as_ref().and_then(|urgent| urgent.as_ref().err()).map(String::as_str)
    }

    /// How many datagrams arrived and were lost here, because the loop did not take them.
    pub fn datagrams_lost(&self) -> u64 {
        self.inbox.datagrams_lost()
    }

    /// Connections that could not be opened or were cut off: the first few hundred.
    pub fn complaints(&self) -> Vec<Complaint> {
        self.streams.shared().complaints()
    }

    /// Our own certificates in PEM form, for whoever should believe us.
    pub fn certificates(&self) -> &str {
        &self.streams.shared().tls.certificates
    }

    /// The secrets of all TLS connections so far, as the lines of an `SSLKEYLOGFILE`.
    pub fn tls_secrets(&self) -> String {
        self.streams.shared().tls.keys.lines()
    }

    fn prepare_thread(&mut self) {
        let current = thread::current().id();
        if self.loop_thread != Some(current) {
            self.loop_thread = Some(current);
            slack::wake_on_time();
            if self.priority == Priority::RealTime {
                self.urgent = Some(Urgent::raise());
            }
        }
    }

    fn give_back(&mut self, packet: Packet) {
        let at = self.clock.now();
        self.arrivals.push_back(Arrival { at, event: Event::Undeliverable(packet) });
    }
}

impl Driver for Wire {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn send(&mut self, packet: Packet) {
        match packet.transport {
            Transport::Udp => match self.datagrams.send(packet) {
                Ok(()) => {
                    if let Some(due) = self.due {
                        self.lateness.record(self.clock.now() - due);
                    }
                }
                Err(packet) => self.give_back(packet),
            },
            Transport::Tcp | Transport::Tls => {
                if let Err(packet) = self.streams.send(packet) {
                    self.give_back(packet);
                }
            }
            Transport::Http => {
                if let Err(packet) = self.web.send(packet) {
                    self.give_back(packet);
                }
            }
        }
    }

    fn wait(&mut self, deadline: Instant) -> Option<Arrival> {
        self.prepare_thread();
        if self.arrivals.is_empty() {
            self.inbox.take(&mut self.arrivals, &self.clock, on_grid(deadline));
        }
        // What came after the deadline comes after it here too, however late we are: a flood
        // of packets keeps no timer waiting.
        let in_time = self.arrivals.front().is_some_and(|arrival| arrival.at <= deadline);
        if !in_time {
            self.due = Some(deadline);
            return None;
        }
        self.due = None;
        let Arrival { at, event } = self.arrivals.pop_front()?;
        let event = match event {
            Event::Undeliverable(packet) if packet.transport == Transport::Udp => {
                Event::Undeliverable(self.datagrams.whole(packet))
            }
            event => event,
        };
        Some(Arrival { at, event })
    }
}

impl Listen for Wire {
    fn listen(&mut self, transport: Transport, address: SocketAddr) -> Result<SocketAddr, Error> {
        let opened = match transport {
            Transport::Udp => self.datagrams.open(address),
            Transport::Tcp | Transport::Tls => self.streams.listen(transport, address),
            Transport::Http => self.web.listen(address),
        };
        opened.map_err(|cause| Error::Listen { transport, address, cause })
    }

    fn close(&mut self, transport: Transport, address: SocketAddr) {
        match transport {
            Transport::Udp => self.datagrams.close(address),
            Transport::Tcp | Transport::Tls => self.streams.close(transport, address),
            Transport::Http => self.web.close(address),
        }
    }
}

/// When to wake for a deadline: a thousand streams, each with a moment of its own, are sent in a
/// few groups, and each packet of a stream is as late as the one before it.
fn on_grid(deadline: Instant) -> Instant {
    let grid = GRID.as_nanos();
    let nanos = u128::from(deadline.as_nanos()).div_ceil(grid) * grid;
    Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// Lifts the soft bound on open files to the hard one: a socket is a file.
fn allow_many_sockets() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, hard, hard)
    {
        tracing::debug!(%error, "cannot raise the number of open files");
    }
}

/// A whole number of these is 10 ms, of which every usual packet time is a multiple.
const GRID: Duration = Duration::from_micros(250);
