//! One RTP packet, read from bytes and written into bytes (RFC 3550 section 5.1).

use bytes::Bytes;
use rtp_rs::{RtpPacketBuilder, RtpReader, RtpReaderError};

use super::Malformed;
use super::extension::Elements;

/// The fields of an RTP header that are not implied by the rest of the packet.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Header {
    /// What the payload is, 0 to 127.
    pub payload_type: u8,
    /// In audio, the first packet of a talkspurt (RFC 3551 section 4.1).
    pub marker: bool,
    /// One more than the packet before, modulo 65,536.
    pub sequence: u16,
    /// When the first sample was taken, in units of the payload's RTP clock.
    pub timestamp: u32,
    /// The source of the stream.
    pub ssrc: u32,
    /// Who contributed to a mixed stream, 15 at most.
    pub csrcs: Vec<u32>,
}

/// A packet, borrowed from the datagram that carried it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    /// The fixed fields and the contributing sources.
    pub header: Header,
    /// The header extension, if there is one.
    pub extension: Option<Extension<'a>>,
    /// What the packet carries, without padding.
    pub payload: &'a [u8],
    /// How many octets of padding follow the payload, the count itself included.
    pub padding: u8,
}

/// A header extension (RFC 3550 section 5.3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Extension<'a> {
    /// The first 16 bits, "defined by profile".
    pub profile: u16,
    /// The extension after its length; a multiple of four bytes.
    pub data: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a packet that fills `datagram`. Never panics, whatever the bytes are.
    ///
    /// Refuses another version than 2, and a list of contributing sources, an extension or a
    /// padding that runs over the end (RFC 3550 appendix A.1).
    pub fn read(datagram: &'a [u8]) -> Result<Self, Malformed> {
        let reader = RtpReader::new(datagram)?;
        Ok(Self {
            header: Header {
                payload_type: reader.payload_type(),
                marker: reader.mark(),
                sequence: reader.sequence_number().into(),
                timestamp: reader.timestamp(),
                ssrc: reader.ssrc(),
                csrcs: match reader.csrc_count() {
                    0 => Vec::new(),
                    _ => reader.csrc().collect(),
                },
            },
            extension: reader.extension().map(|(profile, data)| Extension { profile, data }),
            payload: reader.payload(),
            padding: reader.padding().unwrap_or(0),
        })
    }
}

impl<'a> Extension<'a> {
    /// The elements of RFC 8285, if the profile is one of its two forms; otherwise none.
    pub fn elements(&self) -> Elements<'a> {
        Elements::new(*self)
    }
}

impl Header {
    /// Writes a packet with this header.
    ///
    /// Only what is legal comes out: the payload type keeps its lower seven bits and the list of
    /// contributing sources its first 15. An illegal packet is made by changing the bytes.
    pub fn write(&self, payload: &[u8]) -> Bytes {
        build(&self.builder().payload(payload))
    }

    /// Writes a packet with this header and a header extension, which is filled up with zeros to
    /// a multiple of four bytes and cut after 65,532.
    pub fn write_extended(&self, extension: &Extension<'_>, payload: &[u8]) -> Bytes {
        let mut data = extension.data.to_vec();
        data.resize(data.len().next_multiple_of(4).min(EXTENSION_BYTES_MAX), 0);
        build(&self.builder().extension(extension.profile, &data).payload(payload))
    }

    fn builder(&self) -> RtpPacketBuilder<'_> {
        let fixed = RtpPacketBuilder::new()
            .payload_type(self.payload_type & 0x7F)
            .marked(self.marker)
            .sequence(self.sequence.into())
            .timestamp(self.timestamp)
            .ssrc(self.ssrc);
        // `set_csrc` panics above 15 entries; `add_csrc` ignores what is too many.
        self.csrcs.iter().fold(fixed, |builder, &csrc| builder.add_csrc(csrc))
    }
}

fn build(builder: &RtpPacketBuilder<'_>) -> Bytes {
    let mut packet = vec![0; builder.target_length()];
    builder.build_into(&mut packet).expect("type and extension are legal, the target has room");
    packet.into()
}

impl From<RtpReaderError> for Malformed {
    fn from(error: RtpReaderError) -> Self {
        match error {
            RtpReaderError::BufferTooShort(length) => {
                Self::Truncated { what: "RTP header", needed: RtpReader::MIN_HEADER_LEN, length }
            }
            RtpReaderError::UnsupportedVersion(version) => Self::Version(version),
            RtpReaderError::HeadersTruncated { header_len, buffer_len } => Self::Truncated {
                what: "RTP header with its lists",
                needed: header_len,
                length: buffer_len,
            },
            RtpReaderError::PaddingLengthInvalid(octets) => Self::Padding(octets),
        }
    }
}

/// The length of an extension is a 16-bit count of words, but rtp-rs writes no more bytes than a
/// datagram could hold.
const EXTENSION_BYTES_MAX: usize = 0xFFFC;

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            payload_type: 8,
            marker: true,
            sequence: 0xFFFE,
            timestamp: 0xFFFF_FF00,
            ssrc: 0x0123_4567,
            csrcs: vec![1, 2],
        }
    }

    #[test]
    fn what_was_written_is_read_again() {
        let bytes = header().write(b"payload");
        let packet = Packet::read(&bytes).unwrap();
        assert_eq!(packet.header, header());
        assert_eq!((packet.payload, packet.padding), (b"payload".as_slice(), 0));
        assert_eq!(packet.extension, None);
    }

    #[test]
    fn a_header_is_laid_out_as_rfc_3550_section_5_1_draws_it() {
        let bytes = header().write(&[]);
        assert_eq!(bytes[..4], [0x82, 0x88, 0xFF, 0xFE]);
        assert_eq!(bytes[4..12], [0xFF, 0xFF, 0xFF, 0x00, 0x01, 0x23, 0x45, 0x67]);
        assert_eq!(bytes[12..], [0, 0, 0, 1, 0, 0, 0, 2]);
    }

    #[test]
    fn an_extension_survives_and_is_filled_up_to_a_word() {
        let extension = Extension { profile: 0xBEDE, data: &[0x10, 0xAA, 0, 0, 7] };
        let bytes = header().write_extended(&extension, b"x");
        let packet = Packet::read(&bytes).unwrap();
        let read = packet.extension.unwrap();
        assert_eq!((read.profile, read.data), (0xBEDE, [0x10, 0xAA, 0, 0, 7, 0, 0, 0].as_slice()));
        assert_eq!(packet.payload, b"x");
    }

    #[test]
    fn sixteen_contributing_sources_are_cut_to_fifteen() {
        let mut header = header();
        header.csrcs = (0..16).collect();
        let bytes = header.write(b"x");
        assert_eq!(Packet::read(&bytes).unwrap().header.csrcs, (0..15).collect::<Vec<_>>());
    }

    #[test]
    fn padding_is_not_payload() {
        let mut bytes = header().write(&[1, 2, 3, 0, 0, 3]).to_vec();
        bytes[0] |= 0x20;
        let packet = Packet::read(&bytes).unwrap();
        assert_eq!((packet.payload, packet.padding), ([1, 2, 3].as_slice(), 3));
    }

    #[test]
    fn padding_that_counts_no_octet_or_too_many_is_refused() {
        for count in [0, 4] {
            let mut bytes = header().write(&[9, 9, count]).to_vec();
            bytes[0] |= 0x20;
            assert_eq!(Packet::read(&bytes), Err(Malformed::Padding(count)));
        }
    }

    #[test]
    fn another_version_is_refused() {
        let mut bytes = header().write(b"payload").to_vec();
        bytes[0] = bytes[0] & 0x3F | 0x40;
        assert_eq!(Packet::read(&bytes), Err(Malformed::Version(1)));
    }

    #[test]
    fn every_cut_within_the_header_is_refused() {
        let extension = Extension { profile: 1, data: &[0; 8] };
        let bytes = header().write_extended(&extension, &[]);
        for length in 0..bytes.len() {
            let refused = Packet::read(&bytes[..length]).unwrap_err();
            assert!(matches!(refused, Malformed::Truncated { .. }), "{length}: {refused:?}");
        }
        assert!(Packet::read(&bytes).is_ok());
    }
}
