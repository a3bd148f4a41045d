//! Reads pcap and pcapng files, packet by packet, with as much memory as one packet takes.

use std::io::{self, Read};

use super::pcapng::{self, Blocks};

/// One packet as a capture file has it.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// Nanoseconds since 1970.
    pub(super) nanos: i64,
    /// The type of its link layer (tcpdump.org/linktypes.html).
    pub(super) link: u32,
    /// What was kept of it.
    pub(super) bytes: Vec<u8>,
    /// Whether that is all of it.
    pub(super) whole: bool,
    /// Whether it was carried within TLS, and is shown in the clear: in captures of our own.
    pub(super) within_tls: bool,
}

/// Why a file is no capture that can be read; each fits after "cannot read FILE: ".
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The disk says no.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Something else.
    #[error("it is no pcap, no pcapng and no timeline of ours")]
    Unknown,
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// gzip, which Wireshark writes on request.
    #[error("it is compressed; unpack it with gunzip first")]
    Compressed,
    /// A timeline of ours, with something else in it.
    #[error("line {0} is not as we write it: {1}")]
    Line(usize, String),
}

/// A capture file that is being read.
pub(super) struct File<R> {
    input: R,
    format: Format,
    /// How many packets were read.
    packets: u64,
    /// Where and why it ends before its time.
    trouble: Option<String>,
}

enum Format {
    Pcap { big_endian: bool, nanoseconds: bool, link: u32 },
    PcapNg(Blocks),
}

impl<R: Read> File<R> {
    /// Reads the head of a file.
    pub(super) fn open(mut input: R) -> Result<Self, Unreadable> {
        let mut magic = [0; 4];
        let read = fill(&mut input, &mut magic)?;
        let format = match magic {
            _ if read == 0 => return Err(Unreadable::Empty),
            [0xA1, 0xB2, 0xC3, 0xD4] => pcap(&mut input, true, false)?,
            [0xD4, 0xC3, 0xB2, 0xA1] => pcap(&mut input, false, false)?,
            [0xA1, 0xB2, 0x3C, 0x4D] => pcap(&mut input, true, true)?,
            [0x4D, 0x3C, 0xB2, 0xA1] => pcap(&mut input, false, true)?,
            pcapng::MAGIC => Format::PcapNg(Blocks::begin()),
            [0x1F, 0x8B, ..] => return Err(Unreadable::Compressed),
            _ => return Err(Unreadable::Unknown),
        };
        Ok(Self { input, format, packets: 0, trouble: None })
    }

    /// The next packet; none at the end, also where the file ends in the middle of one.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Unreadable> {
        if self.trouble.is_some() {
            return Ok(None);
        }
        let read = match &mut self.format {
            Format::Pcap { big_endian, nanoseconds, link } => {
                record(&mut self.input, *big_endian, *nanoseconds, *link)
            }
            Format::PcapNg(blocks) => blocks.next(&mut self.input),
        };
        match read {
            Ok(frame) => {
                self.packets += u64::from(frame.is_some());
                Ok(frame)
            }
            Err(Broken::Io(why)) => Err(why.into()),
            Err(Broken::Cut) => {
                let packet = self.packets + 1;
                self.trouble = Some(format!("it is cut off in the middle of packet {packet}"));
                Ok(None)
            }
            Err(Broken::Nonsense(what)) => {
                let packet = self.packets;
                self.trouble = Some(format!("it is damaged after packet {packet}: {what}"));
                Ok(None)
            }
        }
    }

    /// The TLS secrets that were read since this was last asked, as lines of a key log.
    pub(super) fn key_log(&mut self) -> Vec<u8> {
        match &mut self.format {
            Format::Pcap { .. } => Vec::new(),
            Format::PcapNg(blocks) => std::mem::take(&mut blocks.key_log),
        }
    }

    /// How many packets were read so far.
    pub(super) fn packets(&self) -> u64 {
        self.packets
    }

    /// Where and why the file ends before its time, if it does.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }
}

/// Why there is no next packet although the file has not ended.
#[derive(Debug)]
pub(super) enum Broken {
    Io(io::Error),
    Cut,
    Nonsense(String),
}

impl From<io::Error> for Broken {
    fn from(why: io::Error) -> Self {
        Self::Io(why)
    }
}

/// The rest of the head of a pcap file (draft-ietf-opsawg-pcap section 4).
fn pcap(input: &mut impl Read, big_endian: bool, nanoseconds: bool) -> Result<Format, Unreadable> {
    let mut head = [0; 20];
    if fill(input, &mut head)? < head.len() {
        return Err(Unreadable::Unknown);
    }
    let [.., a, b, c, d] = head;
    // The upper bits are about frame check sequences.
    let link = long([a, b, c, d], big_endian) & 0x0FFF_FFFF;
    Ok(Format::Pcap { big_endian, nanoseconds, link })
}

/// A packet record (draft-ietf-opsawg-pcap section 5).
fn record(
    input: &mut impl Read,
    big_endian: bool,
    nanoseconds: bool,
    link: u32,
) -> Result<Option<Frame>, Broken> {
    let mut head = [0; 16];
    match fill(input, &mut head)? {
        0 => return Ok(None),
        16 => {}
        _ => return Err(Broken::Cut),
    }
    let (words, _) = head.as_chunks::<4>();
    let [seconds, fraction, kept, original] =
        <[_; 4]>::try_from(words).map_err(|_| Broken::Cut)?.map(|word| long(word, big_endian));
    let fraction = i64::from(fraction) * if nanoseconds { 1 } else { 1_000 };
    let nanos = i64::from(seconds) * 1_000_000_000 + fraction;
    let bytes = take(input, kept)?;
    Ok(Some(Frame { nanos, link, bytes, whole: kept >= original, within_tls: false }))
}

/// Reads so many bytes of a packet.
pub(super) fn take(input: &mut impl Read, length: u32) -> Result<Vec<u8>, Broken> {
    if length > PACKET_MAX {
        return Err(Broken::Nonsense(format!("a packet of {length} bytes")));
    }
    exactly(input, length)
}

/// Reads so many bytes, of which there may be more than a packet has.
pub(super) fn exactly(input: &mut impl Read, length: u32) -> Result<Vec<u8>, Broken> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    let read = fill(input, &mut bytes)?;
    if read < bytes.len() { Err(Broken::Cut) } else { Ok(bytes) }
}

/// Reads until the buffer is full or the file ends, and says how much that was.
pub(super) fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
    Ok(read)
}

pub(super) fn long(bytes: [u8; 4], big_endian: bool) -> u32 {
    if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}

/// What tcpdump keeps of a packet at most.
pub(super) const PACKET_MAX: u32 = 262_144;
