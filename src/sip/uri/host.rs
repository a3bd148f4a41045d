//! The host part of an address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::sip::malformed::Malformed;
use crate::sip::scan::Scan;

/// A host (RFC 3261 section 25.1). Names are equal whatever their case.
#[derive(Clone, Debug)]
pub enum Host {
    /// A domain name.
    Name(String),
    /// `192.0.2.1`
    V4(Ipv4Addr),
    /// `[2001:db8::1]`
    V6(Ipv6Addr),
}

impl Host {
    /// Reads a host that fills `text`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("host", text);
        let host = Self::scan(&mut scan)?;
        scan.end_at_once()?;
        Ok(host)
    }

    /// The address, unless it is a name.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::V4(ip) => Some((*ip).into()),
            Self::V6(ip) => Some((*ip).into()),
        }
    }

    pub(crate) fn scan(scan: &mut Scan<'_>) -> Result<Self, Malformed> {
        let start = scan.clone();
        if scan.eat(b'[') {
            let inner = scan.take_while(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte));
            if !scan.eat(b']') {
                return Err(scan.fail("a bracket is never closed"));
            }
            // RFC 5118 section 4.10: a mistake in the grammar of RFC 3261 allowed a third colon.
            let mended = inner.replacen(":::", "::", 1);
            let ip = mended.parse().map_err(|_| start.fail("this is no IPv6 address"))?;
            return Ok(Self::V6(ip));
        }
        let name = scan.take_while(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        if let Ok(ip) = name.parse() {
            return Ok(Self::V4(ip));
        }
        if is_hostname(name) {
            return Ok(Self::Name(name.to_owned()));
        }
        Err(start.fail("a host is missing"))
    }
}

/// Whether this is a host name: labels that neither start nor end with a hyphen, the last one
/// not with a digit. Underscores are in nobody's grammar, but in many a private network's names.
fn is_hostname(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    name.split('.')
        .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && !last.starts_with(|first: char| first.is_ascii_digit())
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self::V4(ip),
            IpAddr::V6(ip) => Self::V6(ip),
        }
    }
}

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(one), Self::Name(other)) => one.eq_ignore_ascii_case(other),
            _ => self.ip().is_some() && self.ip() == other.ip(),
        }
    }
}

impl Eq for Host {}

/// An IPv6 address stands in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::V4(ip) => ip.fmt(f),
            Self::V6(ip) => write!(f, "[{ip}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address() {
        assert_eq!(Host::parse("192.0.2.1").unwrap().ip(), Some([192, 0, 2, 1].into()));
        assert_eq!(Host::parse("[2001:DB8::1]").unwrap().to_string(), "[2001:db8::1]");
        assert_eq!(Host::parse("Example.COM").unwrap(), Host::parse("example.com").unwrap());
        assert_ne!(Host::parse("example.com").unwrap(), Host::parse("192.0.2.1").unwrap());
        for name in ["a", "a-b.example.", "srv_1.internal", "5ess.example"] {
            assert_eq!(Host::parse(name).unwrap().to_string(), name);
        }
    }
}
