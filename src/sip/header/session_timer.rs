//! Session-Expires and Min-SE: how long a session lives without being refreshed.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::params::Params;
use crate::sip::scan::Scan;

/// The value of Session-Expires (RFC 4028 section 4).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionExpires {
    /// The session interval.
    pub seconds: u32,
    /// Who refreshes, when that is said.
    pub refresher: Option<Refresher>,
}

/// Who refreshes a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refresher {
    /// Who sent the request.
    Uac,
    /// Who answered it.
    Uas,
}

/// The value of Min-SE (RFC 4028 section 5): the shortest interval that is accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MinSe {
    /// The interval.
    pub seconds: u32,
}

impl SessionExpires {
    /// Reads a whole value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("Session-Expires", text);
        let (seconds, params) = scan_delta(&mut scan)?;
        let refresher = match params.get("refresher") {
            None => None,
            Some(who) if who.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(who) if who.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) => return Err(scan.fail("the refresher must be uac or uas")),
        };
        Ok(Self { seconds, refresher })
    }
}

impl MinSe {
    /// Reads a whole value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let (seconds, _) = scan_delta(&mut Scan::new("Min-SE", text))?;
        Ok(Self { seconds })
    }
}

fn scan_delta(scan: &mut Scan<'_>) -> Result<(u32, Params), Malformed> {
    let seconds = scan.number(u32::MAX)?;
    let params = Params::scan(scan)?;
    scan.end()?;
    Ok((seconds, params))
}

impl fmt::Display for SessionExpires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.refresher {
            None => write!(f, "{}", self.seconds),
            Some(Refresher::Uac) => write!(f, "{};refresher=uac", self.seconds),
            Some(Refresher::Uas) => write!(f, "{};refresher=uas", self.seconds),
        }
    }
}

impl fmt::Display for MinSe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresher_is_one_of_the_two() {
        let timer = SessionExpires::parse("1800 ; Refresher=UAS;x").unwrap();
        assert_eq!(timer, SessionExpires { seconds: 1_800, refresher: Some(Refresher::Uas) });
        assert_eq!(timer.to_string(), "1800;refresher=uas");
        assert_eq!(SessionExpires::parse("90").unwrap().refresher, None);
        for text in ["", "x", "90;refresher=me", "90;refresher", "90 s"] {
            assert!(SessionExpires::parse(text).is_err(), "{text}");
        }
        assert_eq!(MinSe::parse("90;lr").unwrap().to_string(), "90");
    }
}
