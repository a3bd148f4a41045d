//! Why bytes are not what SIP calls a message, and where.

use std::fmt;

use thiserror::Error;

use super::method::Method;

/// Why a message, or a part of one, cannot be read or must be refused.
///
/// Every text fits after "cannot".
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Malformed {
    /// A line of the message is not what its place calls for.
    #[error("read line {line}: {why}")]
    Line {
        /// Counted from 1, folded lines each for themselves.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A header field, or a part of one, does not follow its grammar.
    #[error("read {field} at {place}: {why}")]
    Field {
        /// The header's long name, or the grammar's name for the part.
        field: String,
        /// Where reading stopped.
        place: Place,
        /// What was expected there.
        why: &'static str,
    },
    /// A header field that has to be there is not.
    #[error("find a {0} header")]
    Missing(&'static str),
    /// A header field that may stand there once stands there again.
    #[error("choose between several {field} headers, the second at line {line}")]
    Repeated {
        /// The header's long name.
        field: &'static str,
        /// The line of the second one.
        line: usize,
    },
    /// The message outgrows what we are willing to hold.
    #[error("hold more than {limit} {what}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The bound it broke.
        limit: usize,
    },
    /// The start line names a version that we do not speak.
    #[error("speak SIP version `{0}`")]
    Version(String),
    /// The `CSeq` names another method than the start line.
    #[error("tell the method: {start_line} in the start line, {cseq} in CSeq")]
    Mismatch {
        /// As the start line has it.
        start_line: Method,
        /// As `CSeq` has it.
        cseq: Method,
    },
    /// Content-Length counts other bytes than there are.
    #[error("find the {said} bytes of Content-Length in a body of {there}")]
    Length {
        /// What Content-Length says.
        said: usize,
        /// How many there are.
        there: usize,
    },
}

impl Malformed {
    /// The status that refuses a request for this reason: 400, 501 for an unknown method that `CSeq`
    /// does not confirm, 505 for a version (RFC 3261 section 21.5.6), 513 for size (section
    /// 21.5.7).
    pub fn status(&self) -> u16 {
        match self {
            Self::Version(_) => 505,
            Self::TooLarge { .. } => 513,
            // RFC 4475 section 3.1.2.18.
            Self::Mismatch { start_line: Method::Other(_), .. } => 501,
            Self::Line { .. }
            | Self::Field { .. }
            | Self::Missing(_)
            | Self::Repeated { .. }
            | Self::Length { .. }
            | Self::Mismatch { .. } => 400,
        }
    }

    /// The same fault in a text that begins `bytes` further on.
    pub(crate) fn further(self, bytes: usize) -> Self {
        match self {
            Self::Field { field, place, why } => {
                Self::Field { field, place: Place { byte: place.byte + bytes, ..place }, why }
            }
            other => other,
        }
    }

    /// The same fault, known to be in this header at this line.
    pub(crate) fn within(self, header: &str, in_line: usize) -> Self {
        match self {
            Self::Field { place, why, .. } => Self::Field {
                field: header.to_owned(),
                place: Place { line: Some(in_line), ..place },
                why,
            },
            other => other,
        }
    }
}

/// Where reading stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The line of the message, counted from 1, when it is known.
    pub line: Option<usize>,
    /// Bytes into the value, counted from 0, folds being one blank.
    pub byte: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}, byte {}", self.byte),
            None => write!(f, "byte {}", self.byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_where_it_is() {
        let place = Place { line: None, byte: 4 };
        let fault = Malformed::Field { field: "token".into(), place, why: "a token is missing" };
        assert_eq!(fault.to_string(), "read token at byte 4: a token is missing");
        assert_eq!(
            fault.within("Via", 2).to_string(),
            "read Via at line 2, byte 4: a token is missing"
        );
    }
}
