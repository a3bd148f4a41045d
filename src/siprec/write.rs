//! Writes metadata in the dialect of RFC 7865 or in that of Webex Calling.

use super::id::Id;
use super::metadata::{DataMode, Metadata};
use super::{write_rfc, write_webex};

/// A way to write metadata.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Dialect {
    /// RFC 7865.
    Rfc,
    /// The draft before it that Webex Calling speaks: streams stand within participants, and there
    /// are no associations.
    Webex,
}

impl Dialect {
    /// A name in the form of the dialect, of 16 random bytes.
    pub fn id(self, bits: [u8; 16]) -> Id {
        match self {
            Self::Rfc => Id::base64(bits),
            Self::Webex => Id::urn_uuid(bits),
        }
    }
}

impl Metadata {
    /// The body of type `application/rs-metadata+xml`.
    ///
    /// A dialect only says what it has words for. That of RFC 7865 has none for the recording
    /// itself, the initiator of a group and the mode of a stream; that of Webex Calling has none
    /// for display names, for who receives a stream, and for when who took part. Ids are written
    /// as they are: [`Dialect::id`] makes them in its form.
    pub fn write(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Rfc => write_rfc::write(self),
            Dialect::Webex => write_webex::write(self),
        }
    }
}

impl DataMode {
    /// The word in a document.
    pub fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
        }
    }
}
