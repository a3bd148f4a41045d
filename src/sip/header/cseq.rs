//! `CSeq`: the order of requests in a dialog.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::method::Method;
use crate::sip::scan::Scan;

/// The value of `CSeq` (RFC 3261 section 20.16).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CSeq {
    /// Less than 2^31 (RFC 3261 section 8.1.1.5).
    pub number: u32,
    /// The method of the request, also in its responses.
    pub method: Method,
}

impl CSeq {
    /// Reads a whole value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("CSeq", text);
        let number = scan.number(i32::MAX.unsigned_abs())?;
        scan.blanks();
        let method = Method::from(scan.token()?);
        scan.end()?;
        Ok(Self { number, method })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_number_is_less_than_two_to_the_31() {
        let cseq = CSeq::parse("0009   INVITE").unwrap();
        assert_eq!(cseq, CSeq { number: 9, method: Method::Invite });
        assert_eq!(CSeq::parse("2147483647 BYE").unwrap().to_string(), "2147483647 BYE");
        for text in ["2147483648 BYE", "-1 BYE", "BYE", "1", "1 BYE 2", ""] {
            assert!(CSeq::parse(text).is_err(), "{text}");
        }
    }
}
