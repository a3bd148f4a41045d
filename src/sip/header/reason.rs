//! Reason: why a request was sent.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::params::Params;
use crate::sip::scan::Scan;

/// One value of Reason (RFC 3326).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reason {
    /// `SIP`, `Q.850`, …
    pub protocol: String,
    /// `;cause=200;text="Call completed elsewhere"`
    pub params: Params,
}

impl Reason {
    /// Reads one value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("Reason", text);
        let protocol = scan.token()?.to_owned();
        let params = Params::scan(&mut scan)?;
        scan.end()?;
        Ok(Self { protocol, params })
    }

    /// The status or cause code.
    pub fn cause(&self) -> Option<u16> {
        self.params.get("cause")?.parse().ok()
    }

    /// The cause in words.
    pub fn text(&self) -> Option<&str> {
        self.params.get("text")
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.protocol, self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_a_cause_and_a_text() {
        let reason = Reason::parse("SIP ;cause=200 ;text=\"Call completed elsewhere\"").unwrap();
        assert_eq!((reason.protocol.as_str(), reason.cause()), ("SIP", Some(200)));
        assert_eq!(reason.text(), Some("Call completed elsewhere"));
        assert!(Reason::parse(";cause=1").is_err());
    }
}
