//! RTCP: what sources tell of themselves and of one another (RFC 3550 section 6).

mod interval;
mod members;
mod read;
mod schedule;
mod sdes;
mod write;

pub use interval::{Interval, Share};
pub(super) use members::Members;
pub(super) use schedule::{Crowd, Schedule};

use bytes::Bytes;

/// One datagram of RTCP: the packets in it, in order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Compound(pub Vec<RtcpPacket>);

/// One packet of a compound.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RtcpPacket {
    /// SR: what a source sent, and what it received of others.
    SenderReport {
        /// Who reports.
        ssrc: u32,
        /// What it sent.
        info: SenderInfo,
        /// What it received.
        blocks: Vec<ReportBlock>,
    },
    /// RR: what a source received that sends nothing itself.
    ReceiverReport {
        /// Who reports.
        ssrc: u32,
        /// What it received.
        blocks: Vec<ReportBlock>,
    },
    /// SDES: who the sources are.
    Description(Vec<Chunk>),
    /// BYE: sources that leave.
    Goodbye {
        /// Who leaves.
        ssrcs: Vec<u32>,
        /// Why, if it was said.
        reason: Option<String>,
    },
    /// Anything else, as it came: APP, feedback, extended reports and the unknown.
    Other {
        /// Its packet type.
        packet_type: u8,
        /// The whole packet, its header included.
        bytes: Bytes,
    },
}

/// What a source sent so far, and when that is (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SenderInfo {
    /// The moment as an NTP timestamp.
    pub ntp: u64,
    /// The same moment on the stream's RTP clock.
    pub timestamp: u32,
    /// How many packets, modulo 2^32.
    pub packets: u32,
    /// How many octets of payload, modulo 2^32.
    pub octets: u32,
}

/// What was received of one source (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReportBlock {
    /// The source.
    pub ssrc: u32,
    /// The loss since the last report, in 1/256.
    pub fraction_lost: u8,
    /// The loss in all, 24 bits; negative when there were more copies than losses.
    pub lost: i32,
    /// The highest sequence number, the number of cycles in its upper half.
    pub highest: u32,
    /// The interarrival jitter in timestamp units.
    pub jitter: u32,
    /// The middle 32 bits of the NTP timestamp in the last sender report; 0 if none came.
    pub last_report: u32,
    /// How long ago that report came, in 1/65,536 of a second.
    pub delay: u32,
}

/// What an SDES says about one source.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chunk {
    /// The source.
    pub ssrc: u32,
    /// The items, by type (RFC 3550 section 6.5) and text. What is no UTF-8 was replaced.
    pub items: Vec<(u8, String)>,
}

impl Compound {
    /// Whether a report comes first and a CNAME is given, as every compound must
    /// (RFC 3550 section 6.1).
    pub fn is_regular(&self) -> bool {
        let begins = self.0.first().is_some_and(|packet| packet.report().is_some());
        begins && self.chunks().any(|chunk| chunk.cname().is_some())
    }

    /// Every source description in it.
    pub fn chunks(&self) -> impl Iterator<Item = &Chunk> {
        self.0.iter().flat_map(|packet| match packet {
            RtcpPacket::Description(chunks) => chunks.as_slice(),
            _ => &[],
        })
    }
}

impl RtcpPacket {
    /// Who reports, and on what, if this is a report.
    pub fn report(&self) -> Option<(u32, &[ReportBlock])> {
        match self {
            Self::SenderReport { ssrc, blocks, .. } | Self::ReceiverReport { ssrc, blocks } => {
                Some((*ssrc, blocks))
            }
            _ => None,
        }
    }
}

impl Chunk {
    /// A description that gives the canonical name only.
    pub fn of_cname(ssrc: u32, cname: &str) -> Self {
        Self { ssrc, items: vec![(CNAME, cname.to_owned())] }
    }

    /// The canonical name (RFC 3550 section 6.5.1).
    pub fn cname(&self) -> Option<&str> {
        let item = self.items.iter().find(|(item, _)| *item == CNAME);
        item.map(|(_, text)| text.as_str())
    }
}

/// The middle 32 bits of an NTP timestamp: seconds modulo 65,536 and their fraction.
pub(super) const fn middle(ntp: u64) -> u32 {
    (ntp >> 16 & 0xFFFF_FFFF) as u32
}

const CNAME: u8 = 1;
