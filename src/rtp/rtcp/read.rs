//! Compounds from bytes: the framing by our own hand, reports and goodbyes over rtcp-types.

use bytes::Bytes;
use rtcp_types::prelude::*;
use rtcp_types::{Bye, ReceiverReport, RtcpPacket as _, RtcpParseError, Sdes, SenderReport};

use super::{Compound, ReportBlock, RtcpPacket, SenderInfo, sdes};
use crate::rtp::Malformed;

impl Compound {
    /// Reads the packets that together fill `datagram`. Never panics, whatever the bytes are.
    ///
    /// Does not ask whether a report comes first: a packet on its own is legal where RFC 5506 was
    /// agreed on, and [`Compound::is_regular`] tells.
    pub fn read(datagram: &[u8]) -> Result<Self, Malformed> {
        let mut packets = Vec::new();
        let mut rest = datagram;
        // Each turn takes at least four bytes off a datagram.
        while !rest.is_empty() || packets.is_empty() {
            let at = datagram.len() - rest.len();
            let (packet, after) = split_first(rest)?;
            let padding = padding(packet)?;
            if padding != 0 && !after.is_empty() {
                return Err(Malformed::EarlyPadding(at));
            }
            packets.push(read_packet(packet, padding).map_err(|error| match error {
                Unread::Description => Malformed::Description(at),
                Unread::Other(error) => error.into(),
            })?);
            rest = after;
        }
        Ok(Self(packets))
    }
}

enum Unread {
    Description,
    Other(RtcpParseError),
}

impl From<RtcpParseError> for Unread {
    fn from(error: RtcpParseError) -> Self {
        Self::Other(error)
    }
}

/// Cuts off the first packet by the length in its header (RFC 3550 appendix A.2).
fn split_first(rest: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let cut = |needed| Malformed::Truncated { what: "RTCP packet", needed, length: rest.len() };
    let &[first, _, high, low, ..] = rest else {
        return Err(cut(HEADER_LENGTH));
    };
    // rtcp-types looks at the version of the first packet only.
    if first >> 6 != 2 {
        return Err(Malformed::Version(first >> 6));
    }
    let length = 4 * (usize::from(u16::from_be_bytes([high, low])) + 1);
    rest.split_at_checked(length).ok_or(cut(length))
}

/// How many octets of padding a packet ends with.
fn padding(packet: &[u8]) -> Result<usize, Malformed> {
    match *packet {
        [first, .., octets] if first & PADDING_BIT != 0 => {
            let fits = usize::from(octets) <= packet.len() - HEADER_LENGTH;
            let whole = octets != 0 && octets % 4 == 0;
            if fits && whole { Ok(octets.into()) } else { Err(Malformed::Padding(octets)) }
        }
        _ => Ok(0),
    }
}

fn read_packet(packet: &[u8], padding: usize) -> Result<RtcpPacket, Unread> {
    Ok(match packet[1] {
        SenderReport::PACKET_TYPE => {
            let report = SenderReport::parse(packet)?;
            RtcpPacket::SenderReport {
                ssrc: report.ssrc(),
                info: SenderInfo {
                    ntp: report.ntp_timestamp(),
                    timestamp: report.rtp_timestamp(),
                    packets: report.packet_count(),
                    octets: report.octet_count(),
                },
                blocks: report.report_blocks().map(ReportBlock::from).collect(),
            }
        }
        ReceiverReport::PACKET_TYPE => {
            let report = ReceiverReport::parse(packet)?;
            let blocks = report.report_blocks().map(ReportBlock::from).collect();
            RtcpPacket::ReceiverReport { ssrc: report.ssrc(), blocks }
        }
        Sdes::PACKET_TYPE => {
            let unpadded = &packet[..packet.len() - padding];
            RtcpPacket::Description(sdes::read_chunks(unpadded).ok_or(Unread::Description)?)
        }
        Bye::PACKET_TYPE => {
            let bye = Bye::parse(packet)?;
            // A reason of no length says nothing (RFC 3550 section 6.6).
            let reason = bye.reason().filter(|text| !text.is_empty());
            let reason = reason.map(|text| String::from_utf8_lossy(text).into_owned());
            RtcpPacket::Goodbye { ssrcs: bye.ssrcs().collect(), reason }
        }
        packet_type => RtcpPacket::Other { packet_type, bytes: Bytes::copy_from_slice(packet) },
    })
}

impl From<rtcp_types::ReportBlock<'_>> for ReportBlock {
    fn from(block: rtcp_types::ReportBlock<'_>) -> Self {
        Self {
            ssrc: block.ssrc(),
            fraction_lost: block.fraction_lost(),
            // rtcp-types gives the 24 bits without their sign.
            lost: (block.cumulative_lost() << 8).cast_signed() >> 8,
            highest: block.extended_sequence_number(),
            jitter: block.interarrival_jitter(),
            last_report: block.last_sender_report_timestamp(),
            delay: block.delay_since_last_sender_report_timestamp(),
        }
    }
}

impl From<RtcpParseError> for Malformed {
    fn from(error: RtcpParseError) -> Self {
        match error {
            RtcpParseError::Truncated { expected, actual } => {
                Self::Truncated { what: "RTCP packet", needed: expected, length: actual }
            }
            RtcpParseError::UnsupportedVersion(version) => Self::Version(version),
            // The framing, the type and the padding were checked before rtcp-types was asked.
            _ => Self::Truncated { what: "RTCP packet", needed: HEADER_LENGTH, length: 0 },
        }
    }
}

const HEADER_LENGTH: usize = 4;
const PADDING_BIT: u8 = 0x20;

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY_REPORT: [u8; 8] = [0x80, 201, 0, 1, 0, 0, 0, 7];

    fn compound(parts: &[&[u8]]) -> Result<Compound, Malformed> {
        Compound::read(&parts.concat())
    }

    #[test]
    fn padding_is_allowed_on_the_last_packet_only() {
        let padded = [0xA1, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4];
        let read = compound(&[&EMPTY_REPORT, &padded]).unwrap();
        assert_eq!(read.0[1], RtcpPacket::Goodbye { ssrcs: vec![7], reason: None });
        assert_eq!(compound(&[&padded, &EMPTY_REPORT]), Err(Malformed::EarlyPadding(0)));
    }

    #[test]
    fn a_padding_beyond_the_packet_is_refused() {
        for octets in [0, 3, 12, 255] {
            let padded = [0xA1, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, octets];
            assert_eq!(compound(&[&padded]), Err(Malformed::Padding(octets)));
        }
    }

    #[test]
    fn lengths_that_do_not_add_up_are_refused() {
        let cut =
            |needed, length| Err(Malformed::Truncated { what: "RTCP packet", needed, length });
        assert_eq!(compound(&[]), cut(4, 0));
        assert_eq!(compound(&[&EMPTY_REPORT, &[0x80]]), cut(4, 1));
        assert_eq!(compound(&[&EMPTY_REPORT[..6]]), cut(8, 6));
        // One report block announced, none there.
        assert_eq!(compound(&[&[0x81, 201, 0, 1, 0, 0, 0, 7]]), cut(32, 8));
    }

    #[test]
    fn a_wrong_version_in_any_packet_is_refused() {
        let wrong = [0x40, 203, 0, 0];
        assert_eq!(compound(&[&EMPTY_REPORT, &wrong]), Err(Malformed::Version(1)));
    }

    #[test]
    fn a_packet_of_unknown_type_is_kept_as_it_came() {
        let feedback = [0x81, 205, 0, 2, 0, 0, 0, 7, 0, 0, 0, 8];
        let read = compound(&[&EMPTY_REPORT, &feedback]).unwrap();
        let bytes = Bytes::copy_from_slice(&feedback);
        assert_eq!(read.0[1], RtcpPacket::Other { packet_type: 205, bytes });
    }
}
