//! How a part is reached: telephone numbers, and the addresses of real systems.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::quantity::Unreadable;

/// A telephone number in E.164 form: `+` and up to fifteen digits.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Number(String);

impl Number {
    /// Reads `+1 202 555 0101`; blanks and hyphens between digits are for the eye.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let unreadable = |what: String| Unreadable {
            what,
            help: "a country code and a number, such as \"+1 202 555 0101\"".to_owned(),
        };
        let Some(rest) = text.trim().strip_prefix('+') else {
            return Err(unreadable(format!("`{text}` does not begin with `+`")));
        };
        let digits: String = rest.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unreadable(format!("`{text}` is not a telephone number")));
        }
        // ITU-T E.164 section 6.2.1: at most fifteen digits, and no country code begins with 0.
        if digits.len() > 15 || digits.starts_with('0') {
            return Err(unreadable(format!("`{text}` is no number of E.164")));
        }
        Ok(Self(format!("+{digits}")))
    }

    /// The number without blanks: `+12025550101`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What carries SIP.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream within TLS.
    Tls,
}

/// The words for the transports.
pub const TRANSPORTS: &[(&str, Transport)] =
    &[("udp", Transport::Udp), ("tcp", Transport::Tcp), ("tls", Transport::Tls)];

/// Where a real system is: `sip:sbc.acme.example:5060;transport=tcp`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    /// The whole address as it was written: what goes into a Request-URI.
    pub uri: String,
    /// The part before the `@`, if there is one.
    pub user: Option<String>,
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    pub host: String,
    /// The port that was written; the default depends on the transport (RFC 3261 section 19.1.2).
    pub port: Option<u16>,
    /// TLS for `sips:`, what `;transport=` says, else UDP (RFC 3263 section 4.1).
    pub transport: Transport,
}

impl Address {
    /// Reads a SIP or SIPS address (RFC 3261 section 19.1.1) without headers and without a
    /// password.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let unreadable = |what: String| Unreadable {
            what,
            help: "for example \"sip:sbc.acme.example:5060;transport=tcp\"".to_owned(),
        };
        let (secure, rest) = match (text.strip_prefix("sip:"), text.strip_prefix("sips:")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return Err(unreadable(format!("`{text}` is not a SIP address"))),
        };
        let (address, parameters) = rest.split_once(';').unwrap_or((rest, ""));
        let (user, host_port) = match address.rsplit_once('@') {
            Some((user, host_port)) => (Some(user.to_owned()), host_port),
            None => (None, address),
        };
        let Some((host, port)) = host_and_port(host_port) else {
            return Err(unreadable(format!("`{host_port}` is not a host, nor a host and a port")));
        };
        let mut transport = if secure { Transport::Tls } else { Transport::Udp };
        for parameter in parameters.split(';').filter(|parameter| !parameter.is_empty()) {
            let name = parameter.to_ascii_lowercase();
            let known = TRANSPORTS.iter().find(|(word, _)| name == format!("transport={word}"));
            match known {
                Some((_, found)) => transport = *found,
                None => return Err(unreadable(format!("`{parameter}` means nothing here"))),
            }
        }
        Ok(Self { uri: text.to_owned(), user, host, port, transport })
    }
}

/// `host`, `host:port`, `[2001:db8::1]` or `[2001:db8::1]:port`.
fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        Some(port) => Some(port.parse::<u16>().ok().filter(|port| *port > 0)?),
        None => None,
    };
    (host.parse::<Ipv6Addr>().is_ok() || is_host(host)).then(|| (host.to_owned(), port))
}

/// An IPv4 address or a name of letters, digits, hyphens and dots (RFC 1123 section 2.1).
fn is_host(host: &str) -> bool {
    let digits_only = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if digits_only {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_in_a_number_are_for_the_eye() {
        assert_eq!(Number::parse("+1 202 555-0101").unwrap().as_str(), "+12025550101");
        for text in ["12025550101", "+", "+1 202 555 01O1", "+0123", "+1234567890123456"] {
            assert!(Number::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_names_host_port_and_transport() {
        let address = Address::parse("sip:sbc.acme.example:5062;transport=TCP").unwrap();
        assert_eq!((address.host.as_str(), address.port), ("sbc.acme.example", Some(5062)));
        assert_eq!(address.transport, Transport::Tcp);
        assert_eq!(Address::parse("sips:192.0.2.1").unwrap().transport, Transport::Tls);
        let six = Address::parse("sip:alice@[2001:db8::1]:5060").unwrap();
        assert_eq!((six.host.as_str(), six.user.as_deref()), ("2001:db8::1", Some("alice")));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let bad = ["sbc.acme.example", "sip:", "sip:a b", "sip:h:0", "sip:h:99999", "sip:[::1"];
        for text in bad.into_iter().chain(["sip:h;transport=sctp", "sip:1.2.3", "sip:-a.example"]) {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
