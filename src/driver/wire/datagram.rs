//! UDP sockets, as the loop sees them: opening, closing, sending.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::unix::AsyncFd;
use tokio::sync::oneshot;

use super::clock::Clock;
use super::inbox::Inbox;
use super::reader::{Reader, Watched};
use crate::packet::{Packet, Transport};

/// The open UDP sockets.
#[derive(Debug)]
pub(super) struct Datagrams {
    sockets: BTreeMap<SocketAddr, Open>,
    reader: Reader,
}

#[derive(Debug)]
struct Open {
    socket: Arc<AsyncFd<UdpSocket>>,
    /// What was sent last, oldest first: an ICMP error quotes only the beginning of a datagram.
    recent: VecDeque<Packet>,
    /// Dropped, it ends the reading.
    watch: oneshot::Sender<()>,
    /// Broken off when the reading has ended.
    ended: Receiver<()>,
}

impl Datagrams {
    pub(super) fn start(clock: Clock, inbox: Arc<Inbox>) -> io::Result<Self> {
        Ok(Self { sockets: BTreeMap::new(), reader: Reader::start(clock, inbox)? })
    }

    pub(super) fn open(&mut self, address: SocketAddr) -> io::Result<SocketAddr> {
        if self.sockets.contains_key(&address) {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        let socket = Arc::new(self.reader.adopt(bind(address)?)?);
        let address = socket.get_ref().local_addr()?;
        let (watch, closed) = oneshot::channel();
        let (ending, ended) = mpsc::channel();
        self.reader.watch(Watched { socket: Arc::clone(&socket), address, closed, ending });
        let recent = VecDeque::with_capacity(MOST_RECENT);
        self.sockets.insert(address, Open { socket, recent, watch, ended });
        Ok(address)
    }

    /// Closes a socket, and waits until the reader has let go of it too.
    pub(super) fn close(&mut self, address: SocketAddr) {
        let Some(open) = self.sockets.remove(&address) else { return };
        drop((open.socket, open.watch));
        let _ = open.ended.recv_timeout(PATIENCE);
    }

    /// Sends at once, from the calling thread; a packet that cannot leave comes back.
    pub(super) fn send(&mut self, packet: Packet) -> Result<(), Packet> {
        let Some(open) = self.sockets.get_mut(&packet.source) else {
            return Err(packet);
        };
        let target = packet.target.into();
        let mut attempts = 0;
        while attempts < MOST_ATTEMPTS {
            match SockRef::from(open.socket.get_ref()).send_to(&packet.payload, &target) {
                Ok(_) => {
                    open.remember(packet);
                    return Ok(());
                }
                // The socket's buffer is full: trying again at once would not empty it.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // Always the ICMP error of an earlier datagram, of which there may be several.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => attempts += 1,
                // Perhaps such an error too, but more likely one of this datagram.
                Err(_) => attempts += MOST_ATTEMPTS / 2,
            }
        }
        Err(packet)
    }

    /// The packet that an ICMP error quotes, whole if it was sent lately.
    pub(super) fn whole(&self, quoted: Packet) -> Packet {
        let Some(open) = self.sockets.get(&quoted.source) else { return quoted };
        let is_quoted = |packet: &&Packet| {
            packet.target == quoted.target && packet.payload.starts_with(&quoted.payload)
        };
        open.recent.iter().rev().find(is_quoted).cloned().unwrap_or(quoted)
    }
}

impl Open {
    fn remember(&mut self, packet: Packet) {
        if self.recent.len() == MOST_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(packet);
    }
}

fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
    match address {
        SocketAddr::V4(_) => setsockopt(&socket, sockopt::Ipv4RecvErr, &true)?,
        SocketAddr::V6(_) => {
            socket.set_only_v6(true)?;
            setsockopt(&socket, sockopt::Ipv6RecvErr, &true)?;
        }
    }
    enlarge(&socket);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Asks for large buffers. With the right to it, beyond the system's bound; else up to that.
fn enlarge(socket: &impl AsFd) {
    if setsockopt(socket, sockopt::RcvBufForce, &BUFFER).is_err() {
        let _ = setsockopt(socket, sockopt::RcvBuf, &BUFFER);
    }
    if setsockopt(socket, sockopt::SndBufForce, &BUFFER).is_err() {
        let _ = setsockopt(socket, sockopt::SndBuf, &BUFFER);
    }
}

/// A packet of an address.
pub(super) fn datagram(source: SocketAddr, target: SocketAddr, payload: &[u8]) -> Packet {
    Packet { transport: Transport::Udp, source, target, payload: payload.to_vec().into() }
}

/// Twenty seconds of one G.711 stream; memory is taken only for what really waits.
const BUFFER: usize = 4 << 20;
/// Errors of earlier datagrams that may stand before ours, the reader not having read them.
const MOST_ATTEMPTS: usize = 256;
/// The reader has other things to do, but not many.
const PATIENCE: Duration = Duration::from_secs(1);
/// Datagrams that may be on their way while an ICMP error comes back.
const MOST_RECENT: usize = 16;
