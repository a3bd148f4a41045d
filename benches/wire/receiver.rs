//! Takes RTP off one socket, each packet with the moment at which the kernel had it.

use std::collections::BTreeMap;
use std::io::{self, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

use nix::cmsg_space;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, setsockopt, sockopt,
};
use nix::sys::time::TimeSpec;
use rtp_rs::RtpReader;

/// A socket and the streams that arrived on it, told apart by SSRC.
pub struct Receiver {
    socket: UdpSocket,
    headers: MultiHeaders<SockaddrIn>,
    buffers: Vec<[u8; LONGEST_PACKET]>,
    streams: BTreeMap<u32, Stream>,
}

/// What is known of one stream.
#[derive(Debug, Default)]
pub struct Stream {
    last: Option<(u16, Duration)>,
    /// Packets since the last `forget`.
    pub packets: u64,
    /// Packets that the sequence numbers say were sent and that did not arrive in their place.
    pub missing: u64,
    /// From one packet to the next in sequence, as often as both arrived.
    pub intervals: Vec<Duration>,
}

impl Receiver {
    /// Opens a socket on loopback that holds a second of traffic.
    pub fn bind() -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true)?;
        // Beyond the system's limit only with the right to; otherwise up to it.
        if setsockopt(&socket, sockopt::RcvBufForce, &BUFFER).is_err() {
            setsockopt(&socket, sockopt::RcvBuf, &BUFFER)?;
        }
        Ok(Self {
            socket,
            headers: MultiHeaders::preallocate(AT_ONCE, Some(cmsg_space!(TimeSpec))),
            buffers: vec![[0; LONGEST_PACKET]; AT_ONCE],
            streams: BTreeMap::new(),
        })
    }

    /// Where it receives.
    pub fn address(&self) -> SocketAddrV4 {
        match self.socket.local_addr() {
            Ok(SocketAddr::V4(address)) => address,
            other => unreachable!("it was bound to an IPv4 address: {other:?}"),
        }
    }

    /// How many streams have been seen.
    pub fn streams(&self) -> usize {
        self.streams.len()
    }

    /// Takes everything that has arrived.
    pub fn drain(&mut self) {
        while self.take_some() == AT_ONCE {}
    }

    /// Forgets what has been counted, and keeps the streams.
    pub fn forget(&mut self) {
        for stream in self.streams.values_mut() {
            *stream = Stream { last: stream.last, ..Stream::default() };
        }
    }

    /// What has been counted.
    pub fn finish(self) -> Vec<Stream> {
        self.streams.into_values().collect()
    }

    fn take_some(&mut self) -> usize {
        let mut slices: Vec<[IoSliceMut<'_>; 1]> =
            self.buffers.iter_mut().map(|buffer| [IoSliceMut::new(buffer)]).collect();
        let flags = MsgFlags::MSG_DONTWAIT;
        let messages =
            recvmmsg(self.socket.as_raw_fd(), &mut self.headers, slices.iter_mut(), flags, None);
        // An error is an empty socket; any other would show as streams that are not there.
        let Ok(messages) = messages else { return 0 };
        let mut count = 0;
        for message in messages {
            count += 1;
            let stamp = message.cmsgs().ok().into_iter().flatten().find_map(|part| match part {
                ControlMessageOwned::ScmTimestampns(stamp) => Some(Duration::from(stamp)),
                _ => None,
            });
            let bytes = message.iovs().next().unwrap_or_default();
            if let (Some(at), Ok(packet)) = (stamp, RtpReader::new(bytes)) {
                let known =
                    self.streams.len() < MOST_STREAMS || self.streams.contains_key(&packet.ssrc());
                if known {
                    let stream = self.streams.entry(packet.ssrc()).or_default();
                    stream.take(packet.sequence_number().into(), at);
                }
            }
        }
        count
    }
}

impl Stream {
    fn take(&mut self, sequence: u16, at: Duration) {
        self.packets += 1;
        if let Some((last, then)) = self.last {
            let step = sequence.wrapping_sub(last);
            match step {
                1 => self.intervals.push(at.saturating_sub(then)),
                _ => self.missing += u64::from(step.saturating_sub(1)),
            }
        }
        self.last = Some((sequence, at));
    }
}

/// Messages taken with one call.
const AT_ONCE: usize = 256;

/// A G.711 packet of 20 ms has 172 bytes.
const LONGEST_PACKET: usize = 256;

/// Two thousand streams for a second, at what the kernel charges for a short packet.
const BUFFER: usize = 64 << 20;

const MOST_STREAMS: usize = 10_000;
