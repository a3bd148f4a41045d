//! Writes what crossed the network as a pcapng file, for Wireshark and its kin.

mod headers;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::{SectionHeaderBlock, SectionHeaderOption};
use pcap_file::pcapng::blocks::unknown::UnknownBlock;
use pcap_file::pcapng::{PcapNgBlock, PcapNgWriter};
use pcap_file::{DataLink, PcapError};

use self::headers::{Flags, Segment};
use crate::packet::{Packet, Transport};
use crate::time::{Epoch, Instant};

/// Writes packets into a pcapng file.
///
/// The headers of IP, UDP and TCP are made up, since a [`Packet`] has none: addresses, ports,
/// lengths and checksums are right, and a connection begins with a handshake, counts its bytes
/// and ends with [`finish`](Self::finish), so that its streams can be followed. What was within
/// TLS is written in the clear, with a comment that says so.
pub struct PcapWriter<W: Write> {
    file: PcapNgWriter<W>,
    epoch: Epoch,
    connections: BTreeMap<(SocketAddr, SocketAddr), Connection>,
    /// The last packet's time, at which the connections end.
    last: Instant,
    /// One packet with its headers; kept for its memory.
    bytes: Vec<u8>,
}

/// What each side of a connection has sent: the sequence number of its next byte.
#[derive(Clone, Copy, Debug)]
struct Connection {
    from_opener: u32,
    from_listener: u32,
    opener: SocketAddr,
    listener: SocketAddr,
}

impl<W: Write> PcapWriter<W> {
    /// Begins a file of packets whose moments hang on `epoch`.
    pub fn new(file: W, epoch: Epoch) -> io::Result<Self> {
        let application = concat!("Tallylight ", env!("CARGO_PKG_VERSION"));
        let section = SectionHeaderBlock {
            options: vec![SectionHeaderOption::UserApplication(Cow::Borrowed(application))],
            ..Default::default()
        };
        let interface = InterfaceDescriptionBlock {
            linktype: DataLink::RAW,
            snaplen: 0,
            // Without it, readers would take our nanoseconds for microseconds.
            options: vec![InterfaceDescriptionOption::IfTsResol(NANOSECONDS)],
        };
        let mut file = PcapNgWriter::with_section_header(file, section).map_err(io_error)?;
        file.write_pcapng_block(interface).map_err(io_error)?;
        let (connections, bytes) = (BTreeMap::new(), Vec::new());
        Ok(Self { file, epoch, connections, last: Instant::START, bytes })
    }

    /// Writes the secrets of TLS connections (the lines of an `SSLKEYLOGFILE`), for a file that
    /// is merged with a capture of the same connections. To stand before their packets.
    pub fn tls_secrets(&mut self, lines: &str) -> io::Result<()> {
        let mut body = Vec::with_capacity(lines.len() + 12);
        // The byte order is that of the section, which is the writer's default.
        body.extend(TLS_KEY_LOG.to_be_bytes());
        body.extend(u32::try_from(lines.len()).map_err(io::Error::other)?.to_be_bytes());
        body.extend(lines.as_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        let block = UnknownBlock::new(DECRYPTION_SECRETS, 0, &body);
        self.file.write_pcapng_block(block).map(drop).map_err(io_error)
    }

    /// Writes one packet that crossed the network at `at`, with a comment if there is one.
    ///
    /// Packets may come a little out of order.
    pub fn packet(
        &mut self,
        at: Instant,
        packet: &Packet,
        comment: Option<&str>,
    ) -> io::Result<()> {
        self.last = self.last.max(at);
        let comment = comment.map(cut_comment);
        match packet.transport {
            Transport::Udp => self.datagram(at, packet, comment),
            Transport::Tcp | Transport::Http => self.message(at, packet, comment.into_iter()),
            Transport::Tls => self.message(at, packet, comment.into_iter().chain([WITHIN_TLS])),
        }
    }

    /// Ends all connections and gives the file back, flushed.
    pub fn finish(mut self) -> io::Result<W> {
        while let Some((_, connection)) = self.connections.pop_first() {
            self.end(connection)?;
        }
        let mut file = self.file.into_inner();
        file.flush()?;
        Ok(file)
    }

    fn datagram(&mut self, at: Instant, packet: &Packet, comment: Option<&str>) -> io::Result<()> {
        let length = packet.payload.len();
        let kept = packet.payload.get(..LONGEST_DATAGRAM).unwrap_or(&packet.payload);
        let cut = (kept.len() < length).then(|| format!("cut: the datagram had {length} bytes"));
        headers::datagram(&mut self.bytes, packet.source, packet.target, kept);
        self.write(at, comment.into_iter().chain(cut.as_deref()))
    }

    fn message<'a>(
        &mut self,
        at: Instant,
        packet: &Packet,
        comments: impl Iterator<Item = &'a str>,
    ) -> io::Result<()> {
        let (source, target) = (packet.source, packet.target);
        let ends = (source.min(target), source.max(target));
        let mut connection = match self.connections.get(&ends) {
            Some(connection) => *connection,
            None => self.begin(at, source, target)?,
        };
        let mut comments = Some(comments);
        for piece in packet.payload.chunks(LONGEST_SEGMENT) {
            let segment = connection.segment(source, Flags::Data, piece);
            headers::segment(&mut self.bytes, &segment);
            self.write(at, comments.take().into_iter().flatten())?;
            let sent = u32::try_from(piece.len()).expect("a piece is short");
            connection.count(source, sent);
        }
        self.connections.insert(ends, connection);
        Ok(())
    }

    /// Writes a handshake; makes room first if there are too many connections.
    fn begin(
        &mut self,
        at: Instant,
        opener: SocketAddr,
        listener: SocketAddr,
    ) -> io::Result<Connection> {
        if self.connections.len() >= MOST_CONNECTIONS
            && let Some((_, oldest)) = self.connections.pop_first()
        {
            self.end(oldest)?;
        }
        let mut connection = Connection { from_opener: 0, from_listener: 0, opener, listener };
        self.bare(at, &connection, opener, Flags::Syn)?;
        connection.count(opener, 1);
        self.bare(at, &connection, listener, Flags::SynAck)?;
        connection.count(listener, 1);
        self.bare(at, &connection, opener, Flags::Ack)?;
        Ok(connection)
    }

    fn end(&mut self, mut connection: Connection) -> io::Result<()> {
        let Connection { opener, listener, .. } = connection;
        self.bare(self.last, &connection, opener, Flags::FinAck)?;
        connection.count(opener, 1);
        self.bare(self.last, &connection, listener, Flags::FinAck)?;
        connection.count(listener, 1);
        self.bare(self.last, &connection, opener, Flags::Ack)
    }

    /// Writes a segment without payload.
    fn bare(
        &mut self,
        at: Instant,
        connection: &Connection,
        source: SocketAddr,
        flags: Flags,
    ) -> io::Result<()> {
        headers::segment(&mut self.bytes, &connection.segment(source, flags, &[]));
        self.write(at, std::iter::empty())
    }

    /// Writes the packet in `bytes`.
    fn write<'a>(
        &mut self,
        at: Instant,
        comments: impl Iterator<Item = &'a str>,
    ) -> io::Result<()> {
        let nanos = u64::try_from(self.epoch.unix_nanos(at)).unwrap_or(0);
        let comments = comments.map(|text| EnhancedPacketOption::Comment(Cow::Borrowed(text)));
        let block = EnhancedPacketBlock {
            interface_id: 0,
            timestamp: Duration::from_nanos(nanos),
            original_len: u32::try_from(self.bytes.len()).expect("an IP packet is short"),
            data: Cow::Borrowed(&self.bytes),
            options: comments.collect(),
        };
        self.file.write_block(&block.into_block()).map(drop).map_err(io_error)
    }
}

impl<W: Write> fmt::Debug for PcapWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PcapWriter").field("last", &self.last).finish_non_exhaustive()
    }
}

impl Connection {
    fn segment<'a>(&self, source: SocketAddr, flags: Flags, payload: &'a [u8]) -> Segment<'a> {
        let Self { from_opener, from_listener, opener, listener } = *self;
        let (target, sequence, acknowledged) = if source == opener {
            (listener, from_opener, from_listener)
        } else {
            (opener, from_listener, from_opener)
        };
        Segment { source, target, sequence, acknowledged, flags, payload }
    }

    fn count(&mut self, source: SocketAddr, sent: u32) {
        let next =
            if source == self.opener { &mut self.from_opener } else { &mut self.from_listener };
        // Sequence numbers wrap (RFC 9293 section 3.4).
        *next = next.wrapping_add(sent);
    }
}

/// The beginning of a comment that is too long for the file's format.
fn cut_comment(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_COMMENT)).unwrap_or(text)
}

/// We write only; the library's other errors are about reading.
fn io_error(error: PcapError) -> io::Error {
    match error {
        PcapError::IoError(error) => error,
        error => io::Error::other(error),
    }
}

/// What a packet is told by that was not seen like this.
pub(super) const WITHIN_TLS: &str = "carried within TLS; shown in the clear";
/// What an IPv4 packet of 65,535 bytes holds.
const LONGEST_DATAGRAM: usize = 65_507;
/// A message on a stream is one segment, as captures have it that are taken above the network
/// card; a longer one is several.
const LONGEST_SEGMENT: usize = 65_000;
/// An option has 16 bits for its length.
const LONGEST_COMMENT: usize = 65_000;
/// Peers may open one connection after another: beyond this many, one is ended.
const MOST_CONNECTIONS: usize = 16_384;
/// Ten to the power of minus nine.
const NANOSECONDS: u8 = 9;
/// A block type and its kind of secrets (draft-ietf-opsawg-pcapng section 4.7).
const DECRYPTION_SECRETS: u32 = 0x0000_000A;
const TLS_KEY_LOG: u32 = 0x544C_534B;
