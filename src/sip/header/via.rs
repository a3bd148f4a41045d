//! Via: the path that a request took.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use crate::sip::malformed::Malformed;
use crate::sip::params::Params;
use crate::sip::scan::{Scan, is_token};
use crate::sip::uri::{Host, scan_port};

/// One value of Via (RFC 3261 section 20.42).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Via {
    /// `SIP/2.0`, or what else stands before the transport.
    pub protocol: Cow<'static, str>,
    /// `UDP`, `TCP`, `TLS`, or any other token.
    pub transport: String,
    /// Where the sender says it is.
    pub host: Host,
    /// `None` when it is the transport's default.
    pub port: Option<u16>,
    /// `;branch=…;rport`
    pub params: Params,
}

impl Via {
    /// A Via as a client writes it: `rport` asks the server to answer to the port that it saw
    /// (RFC 3581 section 3).
    pub fn new(transport: &str, sent_by: SocketAddr, branch: &str) -> Self {
        let mut params = Params::new();
        params.set("branch", branch);
        params.set_flag("rport");
        Self {
            protocol: Cow::Borrowed(SIP_2_0),
            transport: transport.to_owned(),
            host: sent_by.ip().into(),
            port: Some(sent_by.port()),
            params,
        }
    }

    /// Reads one value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("Via", text);
        let name = scan.token()?;
        slash(&mut scan)?;
        let version = scan.token()?;
        slash(&mut scan)?;
        let transport = scan.take_while(is_token).to_owned();
        let after_transport = scan.clone();
        scan.blanks();
        if transport.is_empty() || after_transport.rest().len() == scan.rest().len() {
            return Err(after_transport.fail("a transport and a blank are missing"));
        }
        let host = Host::scan(&mut scan)?;
        let port = if scan.eat_among_blanks(b':') { Some(scan_port(&mut scan)?) } else { None };
        let params = Params::scan(&mut scan)?;
        scan.end()?;
        Ok(Self { protocol: protocol(name, version), transport, host, port, params })
    }

    /// The identifier of the transaction.
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch").filter(|branch| !branch.is_empty())
    }

    /// Whether the branch is unique as RFC 3261 section 8.1.1.7 has it. A client of RFC 2543 does
    /// not know that, nor does one that sends the cookie alone (RFC 4475 section 3.2.1).
    pub fn has_magic_cookie(&self) -> bool {
        self.branch().and_then(split_cookie).is_some_and(|rest| !rest.is_empty())
    }

    /// Where the server saw the request come from. IPv6 may stand in brackets or not (RFC 5118
    /// section 4.5).
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.get("received")?;
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        bare.parse().ok()
    }

    /// Whether the client asks for the answer at the port that the server saw (RFC 3581).
    pub fn wants_rport(&self) -> bool {
        self.params.has("rport")
    }

    /// The port that the server saw.
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport")?.parse().ok()
    }

    /// The number of hops that a multicast request may go.
    pub fn ttl(&self) -> Option<u8> {
        self.params.get("ttl")?.parse().ok()
    }

    /// The address to answer to in place of the host.
    pub fn maddr(&self) -> Option<&str> {
        self.params.get("maddr")
    }

    /// Notes where the request came from, as a server does on receipt: `received` where the host
    /// says something else (RFC 3261 section 18.2.1), and both where `rport` asks for it (RFC 3581
    /// section 4).
    pub fn note_source(&mut self, source: SocketAddr) {
        if self.wants_rport() {
            self.params.set("rport", &source.port().to_string());
        }
        if self.wants_rport() || self.host.ip() != Some(source.ip()) {
            self.params.set("received", &source.ip().to_string());
        }
    }
}

fn slash(scan: &mut Scan<'_>) -> Result<(), Malformed> {
    if scan.eat_among_blanks(b'/') { Ok(()) } else { Err(scan.fail("a slash is missing")) }
}

fn protocol(name: &str, version: &str) -> Cow<'static, str> {
    if name.eq_ignore_ascii_case("SIP") && version == "2.0" {
        Cow::Borrowed(SIP_2_0)
    } else {
        Cow::Owned(format!("{name}/{version}"))
    }
}

/// What follows the magic cookie, in any case of its letters: parameters are compared so.
fn split_cookie(branch: &str) -> Option<&str> {
    let (cookie, rest) = branch.split_at_checked(MAGIC_COOKIE.len())?;
    cookie.eq_ignore_ascii_case(MAGIC_COOKIE).then_some(rest)
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} {}", self.protocol, self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.params.fmt(f)
    }
}

const SIP_2_0: &str = "SIP/2.0";

/// What a unique branch begins with (RFC 3261 section 8.1.1.7).
const MAGIC_COOKIE: &str = "z9hG4bK";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_may_stand_around_every_separator() {
        let via =
            Via::parse("SIP  / 2.0 \t/UDP 192.0.2.2 : 5060 ; branch = z9hG4bK390skdjuw").unwrap();
        assert_eq!(via.to_string(), "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK390skdjuw");
        assert!(via.has_magic_cookie());
    }

    #[test]
    fn a_server_notes_where_a_request_came_from() {
        let source = "192.0.2.9:40000".parse().unwrap();
        let mut via = Via::parse("SIP/2.0/UDP pc.example.com;branch=z9hG4bK1;rport").unwrap();
        via.note_source(source);
        assert_eq!((via.received(), via.rport()), (Some(source.ip()), Some(40_000)));
        let mut honest = Via::parse("SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1").unwrap();
        honest.note_source(source);
        assert_eq!(honest.received(), None);
    }

    #[test]
    fn an_ipv6_source_is_read_with_brackets_and_without() {
        for received in ["[2001:db8::9:255]", "2001:db8::9:255"] {
            let text = format!("SIP/2.0/UDP [2001:db8::9:1];received={received};branch=z9hG4bKas3");
            let via = Via::parse(&text).unwrap();
            assert_eq!(via.received(), Some("2001:db8::9:255".parse().unwrap()));
            assert_eq!(via.to_string(), text);
        }
    }

    #[test]
    fn a_via_that_breaks_the_grammar_is_refused() {
        for text in [
            "",
            "SIP/2.0 192.0.2.1",
            "SIP/2.0/UDP",
            "SIP/2.0/UDP ",
            "SIP/2.0/UDP 192.0.2.15;;,;,,",
            "SIP/2.0/UDP a:x",
            "SIP/2.0/UDP a b",
            "SIP/2.0/UDP 2001:db8::1",
        ] {
            assert!(Via::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_cookie_alone_makes_no_branch_unique() {
        let cookie = |branch: &str| {
            Via::parse(&format!("SIP/2.0/UDP a;branch={branch}")).unwrap().has_magic_cookie()
        };
        assert!(cookie("z9hG4bKx") && cookie("Z9HG4BKx"));
        assert!(!cookie("z9hG4bK") && !cookie("abc"));
    }
}
