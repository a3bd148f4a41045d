//! Why a body cannot be read at all; what can be forgiven is a [`Quirk`](super::Quirk) instead.

use thiserror::Error;

/// Why a body is neither recording metadata nor a body that could carry it.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Malformed {
    /// It is longer than it has any need to be.
    #[error("take {length} bytes of {what}: more than {most}")]
    TooLong {
        /// What it was taken for.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The longest that is taken.
        most: usize,
    },
    /// The value of Content-Type is not a media type.
    #[error("read {value:?} as a media type")]
    MediaType {
        /// The value of the header.
        value: String,
    },
    /// A multipart type has no usable boundary (RFC 2046 section 5.1.1).
    #[error("find a boundary of 1 to 70 characters in {value:?}")]
    Boundary {
        /// The value of the header.
        value: String,
    },
    /// The boundary does not occur in the body.
    #[error("find --{boundary} in the multipart body")]
    NoParts {
        /// The boundary.
        boundary: String,
    },
    /// There are more parts, or headers in one of them, than any message needs.
    #[error("take more than {most} {what} of a multipart body")]
    TooManyParts {
        /// Parts, or headers, or levels.
        what: &'static str,
        /// The most that are taken.
        most: usize,
    },
    /// A line among the headers of a part is not a header.
    #[error("read the headers of part {part}")]
    Header {
        /// Which part, from 0.
        part: usize,
    },
    /// The bytes are not UTF-8, the one encoding that everybody has to accept (RFC 7865
    /// section 5.1).
    #[error("read metadata that is not UTF-8")]
    NotUtf8,
    /// It is not well-formed XML, or has a document type declaration.
    #[error("parse XML at line {line}: {why}")]
    NotXml {
        /// The line, from 1.
        line: u32,
        /// What is wrong.
        why: String,
    },
    /// It is XML of a shape that only serves to exhaust its reader.
    #[error("take more than {most} {what} at line {line} of the metadata")]
    Excessive {
        /// Levels, attributes, namespaces or elements.
        what: &'static str,
        /// The most that are taken.
        most: usize,
        /// The line, from 1.
        line: u32,
    },
    /// What is known of a recording would become more than there can be of a call.
    #[error("keep more than {most} elements of a recording")]
    Overgrown {
        /// The most that are kept.
        most: usize,
    },
    /// The root element is another than was expected.
    #[error("find metadata in <{found}>")]
    Root {
        /// The local name of the root element.
        found: String,
    },
}
