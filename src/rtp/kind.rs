//! What a datagram on a media port is, told by its first two bytes.

/// The protocols that share a media port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Media.
    Rtp,
    /// Reports about media.
    Rtcp,
    /// STUN, whose messages begin with two zero bits.
    Stun,
    /// ZRTP.
    Zrtp,
    /// DTLS, by the content types of its records.
    Dtls,
    /// A TURN channel.
    TurnChannel,
    /// Empty, too short to tell, or in no range that is assigned.
    Other,
}

impl Kind {
    /// Sorts a datagram by its first byte (RFC 7983 section 7), and RTP from RTCP by its second.
    pub fn of(datagram: &[u8]) -> Self {
        match datagram {
            [0..=3, ..] => Self::Stun,
            [16..=19, ..] => Self::Zrtp,
            [20..=63, ..] => Self::Dtls,
            [64..=79, ..] => Self::TurnChannel,
            // RFC 5761 section 4: RTCP packet types 192 to 223 take the place of the payload
            // types 64 to 95 with the marker set, which RTP must then not use.
            [128..=191, 192..=223, ..] => Self::Rtcp,
            [128..=191, _, ..] => Self::Rtp,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_range_of_the_first_byte_is_a_protocol() {
        let starts = [(0, Kind::Stun), (3, Kind::Stun), (4, Kind::Other), (15, Kind::Other)];
        let middle = [(16, Kind::Zrtp), (19, Kind::Zrtp), (20, Kind::Dtls), (63, Kind::Dtls)];
        let ends = [(64, Kind::TurnChannel), (79, Kind::TurnChannel), (80, Kind::Other)];
        let media = [(127, Kind::Other), (128, Kind::Rtp), (191, Kind::Rtp), (192, Kind::Other)];
        for (first, kind) in starts.into_iter().chain(middle).chain(ends).chain(media) {
            assert_eq!(Kind::of(&[first, 0, 0, 0]), kind, "first byte {first}");
        }
    }

    #[test]
    fn rtcp_is_told_from_rtp_by_its_packet_type() {
        assert_eq!(Kind::of(&[0x80, 191]), Kind::Rtp);
        assert_eq!(Kind::of(&[0x80, 192]), Kind::Rtcp);
        assert_eq!(Kind::of(&[0x80, 200]), Kind::Rtcp);
        assert_eq!(Kind::of(&[0x80, 223]), Kind::Rtcp);
        assert_eq!(Kind::of(&[0x80, 224]), Kind::Rtp);
    }

    #[test]
    fn too_few_bytes_are_no_protocol() {
        assert_eq!(Kind::of(&[]), Kind::Other);
        assert_eq!(Kind::of(&[0x80]), Kind::Other);
    }
}
