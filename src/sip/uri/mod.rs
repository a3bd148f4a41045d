//! Addresses: SIP, SIPS and tel URIs, and any other scheme as it stands.

mod equality;
mod escape;
mod host;
mod sip;
mod tel;

use std::fmt;
use std::str::FromStr;

pub use host::Host;
pub use sip::SipUri;
pub(crate) use sip::scan_port;
pub use tel::TelUri;

use super::malformed::Malformed;
use super::params::Params;
use super::scan::{Scan, is_blank};

/// A URI as SIP uses it (RFC 3261 section 19.1, RFC 3966).
///
/// `==` compares what is written; [`Uri::is_equivalent`] compares what is meant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Uri {
    /// `sip:` or `sips:`.
    Sip(SipUri),
    /// `tel:`.
    Tel(TelUri),
    /// Any other scheme.
    Other {
        /// Without the colon, as written.
        scheme: String,
        /// All after the colon.
        rest: String,
    },
}

impl Uri {
    /// Reads a URI that fills `text`: no blanks around it, no angle brackets.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("URI", text);
        let letter_first = scan.peek().is_some_and(|byte| byte.is_ascii_alphabetic());
        let scheme = scan.take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !letter_first || !scan.eat(b':') {
            return Err(scan.fail("a scheme is missing"));
        }
        if scheme.eq_ignore_ascii_case("sip") {
            return SipUri::scan(&mut scan, false).map(Self::Sip);
        }
        if scheme.eq_ignore_ascii_case("sips") {
            return SipUri::scan(&mut scan, true).map(Self::Sip);
        }
        if scheme.eq_ignore_ascii_case("tel") {
            return TelUri::scan(&mut scan).map(Self::Tel);
        }
        let rest = scan.take_while(|byte| !is_blank(byte) && !b"<>\"".contains(&byte));
        if rest.is_empty() {
            return Err(scan.fail("nothing follows the scheme"));
        }
        scan.end_at_once()?;
        Ok(Self::Other { scheme: scheme.to_owned(), rest: rest.to_owned() })
    }

    /// The address `sip:user@host`.
    pub fn sip(user: &str, host: Host) -> Self {
        Self::Sip(SipUri::new(Some(user), host))
    }

    /// Whether it is `sip:` or `sips:`: the schemes that an element must know (RFC 3261 section
    /// 8.2.2.1); others get 416.
    pub fn is_sip(&self) -> bool {
        matches!(self, Self::Sip(_))
    }

    /// The SIP or SIPS address, if it is one.
    pub fn as_sip(&self) -> Option<&SipUri> {
        match self {
            Self::Sip(uri) => Some(uri),
            Self::Tel(_) | Self::Other { .. } => None,
        }
    }

    /// The user of a SIP address, escapes undone, or the number of a telephone.
    pub fn user(&self) -> Option<String> {
        match self {
            Self::Sip(uri) => uri.user.as_deref().map(escape::decoded),
            Self::Tel(uri) => Some(uri.number.clone()),
            Self::Other { .. } => None,
        }
    }

    /// The host of a SIP address.
    pub fn host(&self) -> Option<&Host> {
        self.as_sip().map(|uri| &uri.host)
    }

    /// The parameters of a SIP or tel address.
    pub fn params(&self) -> Option<&Params> {
        match self {
            Self::Sip(uri) => Some(&uri.params),
            Self::Tel(uri) => Some(&uri.params),
            Self::Other { .. } => None,
        }
    }

    /// The value of a parameter; `Some("")` when it has none.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params()?.get(name)
    }
}

impl FromStr for Uri {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Self::parse(text)
    }
}

impl From<SipUri> for Uri {
    fn from(uri: SipUri) -> Self {
        Self::Sip(uri)
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(uri) => uri.fmt(f),
            Self::Tel(uri) => uri.fmt(f),
            Self::Other { scheme, rest } => write!(f, "{scheme}:{rest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_that_nobody_knows_is_kept_as_it_stands() {
        let uri = Uri::parse("soap.beep://192.0.2.103:3002").unwrap();
        assert_eq!(uri.to_string(), "soap.beep://192.0.2.103:3002");
        assert!(!uri.is_sip());
    }

    #[test]
    fn what_is_no_uri_is_refused() {
        for text in ["", ":", "alice", "5ip:a@b", "<sip:a@b>", " sip:a@b", "urn:", "urn:a b"] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
    }
}
