//! Compounds into bytes.

use bytes::Bytes;
use rtcp_types::prelude::*;
use rtcp_types::{
    Bye, ReceiverReport, ReceiverReportBuilder, ReportBlockBuilder, SenderReport,
    SenderReportBuilder,
};

use super::{Compound, ReportBlock, RtcpPacket, sdes};

impl Compound {
    /// Writes the packets one after another.
    ///
    /// Only what is legal comes out: lists end after 31 entries, texts after 255 octets. An
    /// illegal compound is made by changing the bytes.
    pub fn write(&self) -> Bytes {
        let mut datagram = Vec::with_capacity(USUAL_LENGTH);
        for packet in &self.0 {
            write_packet(packet, &mut datagram);
        }
        datagram.into()
    }
}

fn write_packet(packet: &RtcpPacket, datagram: &mut Vec<u8>) {
    match packet {
        RtcpPacket::SenderReport { ssrc, info, blocks } => {
            let report = SenderReport::builder(*ssrc)
                .ntp_timestamp(info.ntp)
                .rtp_timestamp(info.timestamp)
                .packet_count(info.packets)
                .octet_count(info.octets);
            let blocks = blocks.iter().take(ENTRIES_MAX).map(ReportBlock::builder);
            append(&blocks.fold(report, SenderReportBuilder::add_report_block), datagram);
        }
        RtcpPacket::ReceiverReport { ssrc, blocks } => {
            let report = ReceiverReport::builder(*ssrc);
            let blocks = blocks.iter().take(ENTRIES_MAX).map(ReportBlock::builder);
            append(&blocks.fold(report, ReceiverReportBuilder::add_report_block), datagram);
        }
        RtcpPacket::Description(chunks) => sdes::write_chunks(chunks, datagram),
        RtcpPacket::Goodbye { ssrcs, reason } => {
            let bye = Bye::builder().reason(sdes::cut(reason.as_deref().unwrap_or_default()));
            let ssrcs = ssrcs.iter().take(ENTRIES_MAX);
            append(&ssrcs.fold(bye, |bye, &ssrc| bye.add_source(ssrc)), datagram);
        }
        RtcpPacket::Other { bytes, .. } => datagram.extend_from_slice(bytes),
    }
}

impl ReportBlock {
    fn builder(&self) -> ReportBlockBuilder {
        rtcp_types::ReportBlock::builder(self.ssrc)
            .fraction_lost(self.fraction_lost)
            .cumulative_lost(self.lost.cast_unsigned() & 0x00FF_FFFF)
            .extended_sequence_number(self.highest)
            .interarrival_jitter(self.jitter)
            .last_sender_report_timestamp(self.last_report)
            .delay_since_last_sender_report_timestamp(self.delay)
    }
}

fn append(packet: &impl RtcpPacketWriter, datagram: &mut Vec<u8>) {
    let length = packet.calculate_size().expect("lists and texts were cut to what is legal");
    let start = datagram.len();
    datagram.resize(start + length, 0);
    packet.write_into_unchecked(&mut datagram[start..]);
}

/// RFC 3550 section 6.1: a count has five bits.
const ENTRIES_MAX: usize = 31;

/// A sender report with one block and a name fits.
const USUAL_LENGTH: usize = 128;

#[cfg(test)]
mod tests {
    use super::super::{Chunk, SenderInfo};
    use super::*;

    const BLOCK: ReportBlock = ReportBlock {
        ssrc: 2,
        fraction_lost: 3,
        lost: -4,
        highest: 0x0001_0005,
        jitter: 6,
        last_report: 7,
        delay: 8,
    };

    fn sender_report(blocks: Vec<ReportBlock>) -> RtcpPacket {
        let info = SenderInfo { ntp: 0x0102_0304_0506_0708, timestamp: 9, packets: 10, octets: 11 };
        RtcpPacket::SenderReport { ssrc: 1, info, blocks }
    }

    #[test]
    fn a_whole_compound_is_read_as_it_was_written() {
        let compound = Compound(vec![
            sender_report(vec![BLOCK, ReportBlock { lost: 0x7F_FFFF, ..BLOCK }]),
            RtcpPacket::ReceiverReport { ssrc: 1, blocks: vec![BLOCK] },
            RtcpPacket::Description(vec![Chunk::of_cname(1, "alice@192.0.2.1")]),
            RtcpPacket::Goodbye { ssrcs: vec![1, 2], reason: Some("hung up".into()) },
        ]);
        assert_eq!(Compound::read(&compound.write()), Ok(compound));
    }

    #[test]
    fn a_sender_report_is_laid_out_as_rfc_3550_section_6_4_1_draws_it() {
        let bytes = Compound(vec![sender_report(vec![BLOCK])]).write();
        assert_eq!(bytes[..8], [0x81, 200, 0, 12, 0, 0, 0, 1]);
        assert_eq!(bytes[8..16], [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(bytes[16..28], [0, 0, 0, 9, 0, 0, 0, 10, 0, 0, 0, 11]);
        assert_eq!(bytes[28..36], [0, 0, 0, 2, 3, 0xFF, 0xFF, 0xFC]);
        assert_eq!(bytes[36..], [0, 1, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 8]);
    }

    #[test]
    fn lists_end_after_31_entries() {
        let bytes = Compound(vec![
            sender_report(vec![BLOCK; 40]),
            RtcpPacket::Goodbye { ssrcs: vec![1; 40], reason: Some("x".repeat(300)) },
        ])
        .write();
        let read = Compound::read(&bytes).unwrap();
        assert_eq!(read.0[0].report().unwrap().1.len(), 31);
        let RtcpPacket::Goodbye { ssrcs, reason } = &read.0[1] else { panic!("{read:?}") };
        assert_eq!((ssrcs.len(), reason.as_ref().map(String::len)), (31, Some(255)));
    }

    #[test]
    fn a_compound_is_regular_if_a_report_comes_first_and_a_name_is_given() {
        let report = || RtcpPacket::ReceiverReport { ssrc: 1, blocks: Vec::new() };
        let name = || RtcpPacket::Description(vec![Chunk::of_cname(1, "alice")]);
        assert!(Compound(vec![report(), name()]).is_regular());
        assert!(!Compound(vec![name(), report()]).is_regular());
        assert!(!Compound(vec![report()]).is_regular());
    }
}
