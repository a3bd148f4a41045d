//! TCP and TLS, as the loop sees them: listening, finding or opening a connection, sending.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use super::clock::Clock;
use super::complaint::{Complaint, Trouble};
use super::connection::{Origin, live};
use super::inbox::Inbox;
use super::settings::StreamLimits;
use super::tls::Tls;
use crate::packet::{Packet, Transport};

/// The listeners, and the threads on which they and all connections live.
#[derive(Debug)]
pub(super) struct Streams {
    shared: Arc<Shared>,
    /// With each, what is broken off when it has ended.
    listeners: BTreeMap<(Transport, SocketAddr), (AbortHandle, std::sync::mpsc::Receiver<()>)>,
    /// Taken only when this is dropped.
    runtime: Option<Runtime>,
}

/// What every connection needs.
pub(super) struct Shared {
    pub(super) clock: Clock,
    pub(super) inbox: Arc<Inbox>,
    pub(super) limits: StreamLimits,
    pub(super) tls: Tls,
    room: Arc<Semaphore>,
    table: Mutex<Table>,
    complaints: Mutex<Vec<Complaint>>,
}

/// The connections that packets can be sent on.
#[derive(Debug, Default)]
struct Table {
    open: BTreeMap<Key, (u64, Sender<Packet>)>,
    opened: u64,
    /// The ports that the system chose for connections of ours, and the addresses that they
    /// stand for: a connection between two of our own has the same name at both ends, as it has
    /// in simulation. Other peers are known by the address that they come from.
    chosen: BTreeMap<SocketAddr, SocketAddr>,
}

/// A connection as a packet names it: our end is the address that was opened with `listen`,
/// whatever port the system chose for a connection that we opened.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Key {
    pub(super) transport: Transport,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
}

/// A place in the table, and what is sent there.
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) packets: Receiver<Packet>,
    number: u64,
    chosen: Option<SocketAddr>,
    _room: OwnedSemaphorePermit,
}

impl Streams {
    pub(super) fn start(
        clock: Clock,
        inbox: Arc<Inbox>,
        limits: StreamLimits,
        tls: Tls,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("streams")
            .enable_all()
            .build()?;
        let shared = Arc::new(Shared {
            clock,
            inbox,
            limits,
            tls,
            room: Arc::new(Semaphore::new(limits.most_connections)),
            table: Mutex::default(),
            complaints: Mutex::default(),
        });
        Ok(Self { shared, listeners: BTreeMap::new(), runtime: Some(runtime) })
    }

    pub(super) fn listen(
        &mut self,
        transport: Transport,
        address: SocketAddr,
    ) -> io::Result<SocketAddr> {
        let runtime = self.runtime.as_ref().expect("there until dropped");
        let _context = runtime.enter();
        let listener = TcpListener::from_std(bind(address)?)?;
        let address = listener.local_addr()?;
        let shared = Arc::clone(&self.shared);
        let (ending, ended) = std::sync::mpsc::channel();
        let task = runtime.spawn(async move {
            // Dropped after the listener, which lives within the call.
            let _ending: std::sync::mpsc::Sender<()> = ending;
            accept(shared, transport, address, listener).await;
        });
        self.listeners.insert((transport, address), (task.abort_handle(), ended));
        Ok(address)
    }

    /// Stops listening, and waits until nobody does.
    pub(super) fn close(&mut self, transport: Transport, address: SocketAddr) {
        if let Some((listener, ended)) = self.listeners.remove(&(transport, address)) {
            listener.abort();
            let _ = ended.recv_timeout(PATIENCE);
        }
    }

    /// Sends on the connection between the packet's source and target, or opens one. A packet
    /// for which there is no room comes back.
    pub(super) fn send(&self, packet: Packet) -> Result<(), Packet> {
        let Packet { transport, source: local, target: remote, .. } = packet;
        let key = Key { transport, local, remote };
        let Err(packet) = self.shared.send_on_open(key, packet)? else { return Ok(()) };
        let Some(entry) = self.shared.enter(key) else { return Err(packet) };
        let sent = self.shared.send_on_open(key, packet)?;
        let runtime = self.runtime.as_ref().expect("there until dropped");
        runtime.spawn(live(Arc::clone(&self.shared), entry, Origin::Ours));
        sent
    }

    /// The threads, for others that have connections.
    pub(super) fn handle(&self) -> Handle {
        self.runtime.as_ref().expect("there until dropped").handle().clone()
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }
}

/// The threads end with what they are doing; nobody waits for a peer.
impl Drop for Streams {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    /// Sends on a connection that there is. The outer error: it is full. The inner: there is
    /// none.
    fn send_on_open(&self, key: Key, packet: Packet) -> Result<Result<(), Packet>, Packet> {
        let table = self.table();
        match table.open.get(&key) {
            Some((_, packets)) => match packets.try_send(packet) {
                Ok(()) => Ok(Ok(())),
                Err(error) => Err(error.into_inner()),
            },
            None => Ok(Err(packet)),
        }
    }

    /// Makes a place for a connection, unless there are too many.
    fn enter(&self, key: Key) -> Option<Entry> {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            self.complain(key, Trouble::TooMany(self.limits.most_connections));
            return None;
        };
        let (sender, packets) = mpsc::channel(self.limits.write_queue);
        let mut table = self.table();
        let number = table.opened;
        table.opened += 1;
        table.open.insert(key, (number, sender));
        Some(Entry { key, packets, number, chosen: None, _room: room })
    }

    /// Notes which port the system chose for our end; before the peer can see it.
    pub(super) fn note_port(&self, entry: &mut Entry, chosen: SocketAddr) {
        entry.chosen = Some(chosen);
        self.table().chosen.insert(chosen, entry.key.local);
    }

    /// Takes a connection out of the table: from now on, packets open a new one.
    pub(super) fn leave(&self, entry: &Entry) {
        let mut table = self.table();
        if table.open.get(&entry.key).is_some_and(|(number, _)| *number == entry.number) {
            table.open.remove(&entry.key);
        }
        if let Some(chosen) = entry.chosen {
            table.chosen.remove(&chosen);
        }
    }

    pub(super) fn complain(&self, key: Key, trouble: Trouble) {
        let Key { transport, local, remote } = key;
        let complaint = Complaint { at: self.clock.now(), transport, local, remote, trouble };
        tracing::warn!("{complaint}");
        let mut complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if complaints.len() < MOST_COMPLAINTS {
            complaints.push(complaint);
        }
    }

    pub(super) fn complaints(&self) -> Vec<Complaint> {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("table", &self.table).finish_non_exhaustive()
    }
}

pub(super) fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of an earlier run that linger do not keep us from listening; a listener does.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

async fn accept(
    shared: Arc<Shared>,
    transport: Transport,
    local: SocketAddr,
    listener: TcpListener,
) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let remote = shared.table().chosen.get(&peer).copied().unwrap_or(peer);
                if let Some(entry) = shared.enter(Key { transport, local, remote }) {
                    tokio::spawn(live(Arc::clone(&shared), entry, Origin::Theirs(stream)));
                }
            }
            // Out of files, most likely; the peer's connection waits in the backlog.
            Err(error) => {
                tracing::warn!(%local, %error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Signalling only: one for the handshakes, one for the rest.
const THREADS: usize = 2;
const BACKLOG: i32 = 1_024;
pub(super) const PAUSE: Duration = Duration::from_millis(50);
/// A listener ends between two connections.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);
/// The first are the ones that tell; a peer could cause any number.
const MOST_COMPLAINTS: usize = 256;
