//! Why bytes are no HTTP message.

use thiserror::Error;

/// Why bytes are no HTTP message. Each reads well after "cannot".
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Malformed {
    /// The start line or a header field breaks the grammar.
    #[error("parse the head: {0}")]
    Head(String),
    /// The head has no end.
    #[error("find the end of the head")]
    Unfinished,
    /// A bound of ours.
    #[error("take a head of more than {} bytes or 100 fields", super::HEAD_MAX)]
    LongHead,
    /// A bound of ours.
    #[error("take a body of more than {} bytes", super::BODY_MAX)]
    LongBody,
    /// The length is no number, or is said twice and not alike (RFC 9112 section 6.3).
    #[error("read the Content-Length")]
    Length,
    /// The body is not as long as the message says.
    #[error("take {there} bytes of body for the {said} that Content-Length names")]
    OtherLength {
        /// What Content-Length says.
        said: usize,
        /// What there is.
        there: usize,
    },
    /// A packet has the whole message, so there is nothing to transfer piece by piece.
    #[error("read a body in pieces: it has a Transfer-Encoding")]
    Pieces,
}
