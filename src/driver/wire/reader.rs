//! The thread that reads all UDP sockets, with the kernel's receive timestamps.

use std::cell::RefCell;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, RecvMsg, SockaddrStorage, recvmmsg, recvmsg,
};
use nix::sys::time::TimeSpec;
use tokio::io::unix::AsyncFd;
use tokio::io::{Interest, Ready};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::LocalSet;

use super::clock::Clock;
use super::datagram::datagram;
use super::inbox::Inbox;
use crate::driver::{Arrival, Event};
use crate::packet::Packet;

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Reader {
    runtime: Handle,
    watch: mpsc::UnboundedSender<Watched>,
}

/// A socket to be read until its other owner closes it.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) socket: Arc<AsyncFd<UdpSocket>>,
    pub(super) address: SocketAddr,
    pub(super) closed: oneshot::Receiver<()>,
    /// Dropped when the socket is no longer read.
    pub(super) ending: std::sync::mpsc::Sender<()>,
}

impl Reader {
    pub(super) fn start(clock: Clock, inbox: Arc<Inbox>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let handle = runtime.handle().clone();
        // As many as there are open sockets: bounded by the number of file descriptors.
        let (watch, mut watched) = mpsc::unbounded_channel::<Watched>();
        thread::Builder::new().name("udp-reader".to_owned()).spawn(move || {
            let batch = Rc::new(RefCell::new(Batch::new(clock)));
            LocalSet::new().block_on(&runtime, async move {
                while let Some(Watched { socket, address, closed, ending }) = watched.recv().await {
                    let (batch, inbox) = (Rc::clone(&batch), Arc::clone(&inbox));
                    tokio::task::spawn_local(async move {
                        tokio::select! {
                            _ = closed => {}
                            ended = read(&socket, address, &batch, &inbox) => {
                                if let Err(error) = ended {
                                    tracing::warn!(%address, %error, "cannot read UDP socket");
                                }
                            }
                        }
                        drop(socket);
                        drop(ending);
                    });
                }
            });
        })?;
        Ok(Self { runtime: handle, watch })
    }

    /// Makes a socket one that this thread can read.
    #[expect(deprecated, reason = "its successor is unsafe, and the socket lives as long as it")]
    pub(super) fn adopt(&self, socket: UdpSocket) -> io::Result<AsyncFd<UdpSocket>> {
        let _context = self.runtime.enter();
        // Not for writing: each datagram that leaves would wake this thread.
        AsyncFd::with_interest(socket, EITHER)
    }

    pub(super) fn watch(&self, socket: Watched) {
        // The thread lives as long as this sender.
        let _ = self.watch.send(socket);
    }
}

/// Reads one socket for as long as it is there.
async fn read(
    socket: &AsyncFd<UdpSocket>,
    address: SocketAddr,
    batch: &RefCell<Batch>,
    inbox: &Inbox,
) -> io::Result<()> {
    loop {
        let mut guard = socket.ready(EITHER).await?;
        let mut batch = batch.borrow_mut();
        if guard.ready().is_error() {
            // The pending error would come in place of a datagram; the queue tells more.
            let _ = socket.get_ref().take_error();
            if batch.receive_returned(socket.get_ref(), address).is_err() {
                guard.clear_ready_matching(Ready::ERROR);
            }
        }
        if !matches!(batch.receive(socket.get_ref(), address), Ok(BATCH)) {
            // The system tells of a readable socket only when more comes in, so it must have
            // been seen empty before we wait again: that is what a batch with room left shows.
            // If an error cut the batch short instead, the socket is ready anew.
            guard.clear_ready_matching(Ready::READABLE);
        }
        batch.put_into(inbox);
    }
}

/// Room for one system call's datagrams, and what was read.
struct Batch {
    clock: Clock,
    room: Vec<u8>,
    arrivals: Vec<Arrival>,
}

impl Batch {
    fn new(clock: Clock) -> Self {
        Self { clock, room: vec![0; BATCH * LONGEST], arrivals: Vec::with_capacity(BATCH) }
    }

    /// Reads as many datagrams as there are, up to [`BATCH`].
    fn receive(&mut self, socket: &UdpSocket, target: SocketAddr) -> Result<usize, Errno> {
        // Made anew each time: the kernel shortens the lengths in it to what it wrote.
        let control = nix::cmsg_space!(TimeSpec);
        let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(BATCH, Some(control));
        let mut slices: Vec<_> =
            self.room.chunks_mut(LONGEST).map(|room| [IoSliceMut::new(room)]).collect();
        let flags = MsgFlags::MSG_DONTWAIT;
        let messages = recvmmsg(socket.as_raw_fd(), &mut headers, slices.iter_mut(), flags, None)?;
        let offset = Clock::date_offset();
        let mut count = 0;
        for message in messages {
            count += 1;
            let at = stamp(&message)
                .map_or_else(|| self.clock.now(), |date| self.clock.stamped(date, offset));
            let source = message.address.as_ref().and_then(socket_address);
            let payload = message.iovs().next().unwrap_or_default();
            if let Some(source) = source {
                let event = Event::Packet(datagram(source, target, payload));
                self.arrivals.push(Arrival { at, event });
            }
        }
        Ok(count)
    }

    /// Reads datagrams that came back with an ICMP error (ip(7), `IP_RECVERR`), until there are
    /// none left.
    fn receive_returned(&mut self, socket: &UdpSocket, source: SocketAddr) -> io::Result<()> {
        for _ in 0..BATCH {
            let Some(packet) = self.receive_one_returned(socket, source) else {
                return Err(io::ErrorKind::WouldBlock.into());
            };
            let event = Event::Undeliverable(packet);
            self.arrivals.push(Arrival { at: self.clock.now(), event });
        }
        Ok(())
    }

    fn receive_one_returned(&mut self, socket: &UdpSocket, source: SocketAddr) -> Option<Packet> {
        let mut control = [0; CONTROL_OF_ERRORS];
        let mut slices = [IoSliceMut::new(self.room.get_mut(..LONGEST)?)];
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_ERRQUEUE;
        let message =
            recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut control), flags)
                .ok()?;
        // On the queue of errors the address is the one that the datagram was sent to.
        let target = message.address.as_ref().and_then(socket_address)?;
        let length = message.bytes;
        Some(datagram(source, target, self.room.get(..length)?))
    }

    fn put_into(&mut self, inbox: &Inbox) {
        if !self.arrivals.is_empty() {
            inbox.put_datagrams(self.arrivals.drain(..));
        }
    }
}

fn stamp(message: &RecvMsg<SockaddrStorage>) -> Option<TimeSpec> {
    message.cmsgs().ok()?.find_map(|control| match control {
        ControlMessageOwned::ScmTimestampns(date) => Some(date),
        _ => None,
    })
}

fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = address.as_sockaddr_in() {
        return Some(SocketAddr::V4((*v4).into()));
    }
    address.as_sockaddr_in6().map(|v6| SocketAddr::V6((*v6).into()))
}

const EITHER: Interest = Interest::READABLE.add(Interest::ERROR);
/// Datagrams read in one system call: with 1,000 streams few sockets have more than one.
const BATCH: usize = 16;
/// No datagram is longer.
const LONGEST: usize = 65_535;
/// A timestamp, an error with an address, and some room.
const CONTROL_OF_ERRORS: usize = 256;
