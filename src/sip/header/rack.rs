//! `RAck`: which provisional response a PRACK acknowledges.

use std::fmt;

use super::cseq::CSeq;
use crate::sip::malformed::Malformed;
use crate::sip::scan::Scan;

/// The value of `RAck` (RFC 3262 section 7.2).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RAck {
    /// The `RSeq` of the response.
    pub rseq: u32,
    /// The `CSeq` of the response.
    pub cseq: CSeq,
}

impl RAck {
    /// Reads a whole value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("RAck", text);
        let rseq = scan.number(u32::MAX)?;
        scan.blanks();
        let start = scan.offset();
        let cseq = CSeq::parse(scan.rest()).map_err(|fault| fault.further(start))?;
        Ok(Self { rseq, cseq })
    }
}

impl fmt::Display for RAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rseq, self.cseq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_names_response_and_request() {
        let rack = RAck::parse("776656  1 INVITE").unwrap();
        assert_eq!((rack.rseq, rack.cseq.number), (776_656, 1));
        assert_eq!(rack.to_string(), "776656 1 INVITE");
        for text in ["1 INVITE", "1", "", "1 1 INVITE x", "4294967296 1 INVITE"] {
            assert!(RAck::parse(text).is_err(), "{text}");
        }
    }
}
