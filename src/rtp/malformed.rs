//! Why bytes are not the packet that was looked for.

use thiserror::Error;

/// What is wrong with the bytes of an RTP or RTCP packet; reads after "cannot".
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Malformed {
    /// The bytes end before the fields that the header announces.
    #[error("find {needed} bytes of {what} in a packet of {length}")]
    Truncated {
        /// The part that is cut.
        what: &'static str,
        /// How many bytes the packet would have to have.
        needed: usize,
        /// How many it has.
        length: usize,
    },
    /// Version 2 is the only one there is (RFC 3550 section 5.1).
    #[error("read version {0}, only version 2 is known")]
    Version(u8),
    /// The count of padding octets includes itself and lies within the packet.
    #[error("take {0} octets of padding off")]
    Padding(u8),
    /// Padding in an RTCP packet that is not the last of its compound (RFC 3550 section 6.4.1).
    #[error("allow padding before the last packet of a compound, at byte {0}")]
    EarlyPadding(usize),
    /// An SDES chunk that its packet's count or length contradicts (RFC 3550 section 6.5).
    #[error("read the source description at byte {0}")]
    Description(usize),
}
