//! What a capture file says: from bytes on a disk to the packets of signalling and media.
//!
//! Files are read as a stream: of a capture of any size no more is held than a packet, the
//! fragments and segments that wait for others, and what becomes evidence.

mod chapters;
mod clock;
mod file;
mod ip;
mod lately;
mod link;
mod merge;
mod pcapng;
mod survey;
mod tcp;
mod text;
mod tls;
mod tunnel;
mod unread;

use std::collections::VecDeque;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

pub use file::Unreadable;
pub use merge::{Captured, Told, capture};
pub use tls::{BadLine, Secrets};

use self::file::File;
use self::ip::{Carried, Fragments};
use self::link::Below;
use self::tcp::Streams;
use self::text::is_sip;
use crate::packet::{Packet, Transport};

/// A packet of signalling, or what may be media, and when it crossed the card.
#[derive(Clone, Debug)]
struct Seen {
    /// Nanoseconds since 1970, by the clock of the machine that captured.
    nanos: i64,
    what: Kind,
    packet: Packet,
    /// By which a second look at the same packet is told from a copy of it: nothing, where that
    /// cannot be.
    id: Option<u32>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// It begins as a SIP message does.
    Sip,
    /// UDP that is no SIP: media, or anything.
    Datagram,
}

/// One capture that is being read.
struct Reader<R> {
    file: File<R>,
    fragments: Fragments,
    streams: Streams,
    /// Messages that one segment completed together.
    ready: VecDeque<Seen>,
    counts: Counts,
}

/// What a capture was made of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Counts {
    pub(super) udp: u64,
    pub(super) tcp: u64,
    /// Packets that were not kept whole.
    pub(super) cut: u64,
    /// Packets on a link layer that we do not read, and which one.
    pub(super) unknown: (u64, u32),
}

impl<R: Read> Reader<R> {
    /// Begins to read a capture; `secrets` open what TLS there is in it, beside those that it
    /// brings.
    fn open(input: R, secrets: Arc<Secrets>) -> Result<Self, Unreadable> {
        Ok(Self {
            file: File::open(input)?,
            fragments: Fragments::default(),
            streams: Streams::with(secrets),
            ready: VecDeque::new(),
            counts: Counts::default(),
        })
    }

    /// The next packet of signalling, or of what may be media.
    fn next(&mut self) -> Result<Option<Seen>, Unreadable> {
        loop {
            if let Some(seen) = self.ready.pop_front() {
                return Ok(Some(seen));
            }
            let frame = self.file.next()?;
            let told = self.file.key_log();
            if !told.is_empty() {
                Arc::make_mut(&mut self.streams.secrets).take_text(&told);
            }
            let Some(frame) = frame else { return Ok(None) };
            let packet = match link::strip(frame.link, &frame.bytes) {
                Below::Ip(packet) => packet,
                Below::Else => continue,
                Below::Unknown => {
                    self.counts.unknown = (self.counts.unknown.0 + 1, frame.link);
                    continue;
                }
            };
            self.counts.cut += u64::from(!frame.whole);
            let nanos = frame.nanos;
            match self.fragments.read(packet) {
                Carried::Udp { source, target, id, payload } => {
                    self.counts.udp += 1;
                    // Half a message is none; half a packet of media is still known by its head.
                    if frame.whole || !is_sip(&payload) {
                        // The device `any` shows everything on loopback twice.
                        let is_any = matches!(frame.link, 113 | 276);
                        let id = (id != 0 || is_any).then_some(id);
                        self.ready.push_back(datagram(nanos, (source, target), id, payload));
                    }
                }
                Carried::Tcp(segment) => {
                    self.counts.tcp += 1;
                    for mut packet in self.streams.take(&segment) {
                        if frame.within_tls {
                            packet.transport = Transport::Tls;
                        }
                        self.ready.push_back(Seen { nanos, what: Kind::Sip, packet, id: None });
                    }
                }
                Carried::Fragment | Carried::Else => {}
            }
        }
    }

    /// What is to be known about this file beside what is in it.
    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        if let Some(trouble) = self.file.trouble() {
            notes.push(format!("{trouble}; what came before is judged"));
        }
        let Counts { cut, unknown, .. } = self.counts;
        if cut > 0 {
            notes.push(format!(
                "{cut} packets were not captured whole: capture with a snap length of 0"
            ));
        }
        if unknown.0 > 0 {
            notes.push(format!(
                "{} packets are of link type {}, which is not read: capture on a card or on `any`",
                unknown.0, unknown.1
            ));
        }
        let torn = self.fragments.unfinished();
        if torn > 0 {
            notes.push(format!("{torn} datagrams lack fragments"));
        }
        let gaps = self.streams.unfinished();
        if gaps > 0 {
            notes.push(format!("TCP streams with SIP in them lack bytes in {gaps} places"));
        }
        notes
    }

    fn is_whole(&self) -> bool {
        self.fragments.unfinished() + self.streams.unfinished() == 0
    }
}

fn datagram(
    nanos: i64,
    (source, target): (SocketAddr, SocketAddr),
    id: Option<u32>,
    payload: Vec<u8>,
) -> Seen {
    let what = if is_sip(&payload) { Kind::Sip } else { Kind::Datagram };
    let payload = Bytes::from(payload);
    let packet = Packet { transport: Transport::Udp, source, target, payload };
    Seen { nanos, what, packet, id }
}
