//! Content-Type, and the ranges of Accept.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::params::Params;
use crate::sip::scan::Scan;

/// A media type (RFC 3261 section 20.15, RFC 2045 section 5.1).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MediaType {
    /// `multipart`
    pub kind: String,
    /// `mixed`
    pub subtype: String,
    /// `;boundary="…"`
    pub params: Params,
}

impl MediaType {
    /// Reads a whole value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("Content-Type", text);
        let kind = scan.token()?.to_owned();
        if !scan.eat_among_blanks(b'/') {
            return Err(scan.fail("a slash is missing"));
        }
        let subtype = scan.token()?.to_owned();
        let params = Params::scan(&mut scan)?;
        scan.end()?;
        Ok(Self { kind, subtype, params })
    }

    /// Whether type and subtype are these, whatever their case: `essence_is("application/sdp")`.
    pub fn essence_is(&self, essence: &str) -> bool {
        essence.split_once('/').is_some_and(|(kind, subtype)| {
            self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
        })
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.kind, self.subtype, self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_is_told_without_its_quotes() {
        let text = "Multipart / Mixed ; boundary=\"a b; c\";x=1";
        let media_type = MediaType::parse(text).unwrap();
        assert!(media_type.essence_is("multipart/mixed"));
        assert_eq!(media_type.params.get("Boundary"), Some("a b; c"));
        assert_eq!(media_type.to_string(), "Multipart/Mixed;boundary=\"a b; c\";x=1");
    }

    #[test]
    fn a_media_type_has_two_halves() {
        for text in ["", "text", "text/", "/plain", "text/plain x"] {
            assert!(MediaType::parse(text).is_err(), "{text}");
        }
    }
}
