//! `sip:` and `sips:` addresses.

use std::fmt;

use super::escape::{self, is_unreserved};
use super::host::Host;
use crate::sip::malformed::Malformed;
use crate::sip::params::Params;
use crate::sip::scan::Scan;

/// A SIP or SIPS address (RFC 3261 section 19.1.1). Texts are as written, with their escapes; in
/// parameters those that change nothing are undone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SipUri {
    /// Whether it is `sips:`.
    pub secure: bool,
    /// Left of the `@`; it may hold parameters of its own, as in `+12025550101;phone-context=…`.
    pub user: Option<String>,
    /// After the colon of the user.
    pub password: Option<String>,
    /// A name or an address.
    pub host: Host,
    /// `None` when it is left to the transport.
    pub port: Option<u16>,
    /// `;transport=tcp;lr` and so on.
    pub params: Params,
    /// What follows the question mark: names and values.
    pub headers: Vec<(String, String)>,
}

impl SipUri {
    /// The address `sip:user@host`, escaping what has to be in `user`.
    pub fn new(user: Option<&str>, host: Host) -> Self {
        Self {
            secure: false,
            user: user.map(|user| escape::encoded(user, is_user)),
            password: None,
            host,
            port: None,
            params: Params::new(),
            headers: Vec::new(),
        }
    }

    /// The user with its escapes undone; what is not UTF-8 then, is replaced.
    pub fn username(&self) -> Option<String> {
        self.user.as_deref().map(escape::decoded)
    }

    /// The value of a header after the question mark, its escapes undone.
    pub fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| escape::decoded(value))
    }

    /// Adds a header after the question mark, escaping what has to be.
    pub fn push_header(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), escape::encoded(value, is_header)));
    }

    /// Whether the route that this names is loose (RFC 3261 section 19.1.1, `lr`).
    pub fn is_loose(&self) -> bool {
        self.params.has("lr")
    }

    /// Reads all after the scheme.
    pub(super) fn scan(scan: &mut Scan<'_>, secure: bool) -> Result<Self, Malformed> {
        let (user, password) = scan_userinfo(scan)?;
        let host = Host::scan(scan)?;
        let port = if scan.eat(b':') { Some(scan_port(scan)?) } else { None };
        let params = scan_params(scan)?;
        let headers = scan_headers(scan)?;
        scan.end_at_once()?;
        Ok(Self { secure, user, password, host, port, params, headers })
    }
}

/// Reads a port number.
pub(crate) fn scan_port(scan: &mut Scan<'_>) -> Result<u16, Malformed> {
    let port = scan.number(u16::MAX.into())?;
    Ok(u16::try_from(port).expect("the limit is a port's"))
}

fn scan_userinfo(scan: &mut Scan<'_>) -> Result<(Option<String>, Option<String>), Malformed> {
    if !scan.rest().contains('@') {
        return Ok((None, None));
    }
    let user = escape::scan(scan, is_user)?;
    if user.is_empty() {
        return Err(scan.fail("the user is missing"));
    }
    let password = if scan.eat(b':') { Some(escape::scan(scan, is_password)?) } else { None };
    if !scan.eat(b'@') {
        return Err(scan.fail("a character must not stand in the user unless escaped"));
    }
    Ok((Some(user.to_owned()), password.map(str::to_owned)))
}

pub(super) fn scan_params(scan: &mut Scan<'_>) -> Result<Params, Malformed> {
    let mut params = Params::new();
    while scan.eat(b';') {
        let name = escape::scan(scan, is_param)?;
        if name.is_empty() {
            return Err(scan.fail("the name of a parameter is missing"));
        }
        let value = if scan.eat(b'=') { Some(escape::scan(scan, is_param)?) } else { None };
        if value == Some("") {
            return Err(scan.fail("the value of a parameter is missing"));
        }
        // RFC 4475 section 3.1.1.3: `%6C%72` is `lr`.
        let name = escape::canonical(name);
        params.check_new(&name, scan)?;
        params.push_plain(&name, value.map(escape::canonical).as_deref());
    }
    Ok(params)
}

fn scan_headers(scan: &mut Scan<'_>) -> Result<Vec<(String, String)>, Malformed> {
    let mut headers = Vec::new();
    let mut more = scan.eat(b'?');
    while more {
        if headers.len() == HEADERS_MAX {
            return Err(Malformed::TooLarge { what: "headers in a URI", limit: HEADERS_MAX });
        }
        let name = escape::scan(scan, is_header)?;
        if name.is_empty() || !scan.eat(b'=') {
            return Err(scan.fail("a header is missing its name or `=`"));
        }
        headers.push((name.to_owned(), escape::scan(scan, is_header)?.to_owned()));
        more = scan.eat(b'&');
    }
    Ok(headers)
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.secure { "sips:" } else { "sip:" })?;
        if let Some(user) = &self.user {
            f.write_str(user)?;
            if let Some(password) = &self.password {
                write!(f, ":{password}")?;
            }
            f.write_str("@")?;
        }
        self.host.fmt(f)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.params.fmt(f)?;
        for (index, (name, value)) in self.headers.iter().enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            write!(f, "{mark}{name}={value}")?;
        }
        Ok(())
    }
}

fn is_user(byte: u8) -> bool {
    is_unreserved(byte) || b"&=+$,;?/".contains(&byte)
}

fn is_password(byte: u8) -> bool {
    is_unreserved(byte) || b"&=+$,".contains(&byte)
}

fn is_param(byte: u8) -> bool {
    is_unreserved(byte) || b"[]/:&+$".contains(&byte)
}

fn is_header(byte: u8) -> bool {
    is_unreserved(byte) || b"[]/?:+$".contains(&byte)
}

/// More than anybody puts into an address.
const HEADERS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> SipUri {
        let scheme = text.find(':').unwrap() + 1;
        SipUri::scan(&mut Scan::new("URI", &text[scheme..]), text.starts_with("sips")).unwrap()
    }

    #[test]
    fn every_part_of_an_address_is_found() {
        let text = "sips:+1;a=b:p%40ss@[2001:db8::1]:5061;transport=tls;lr?Subject=a%20b&To=x";
        let uri = read(text);
        assert!(uri.secure && uri.is_loose());
        assert_eq!(uri.user.as_deref(), Some("+1;a=b"));
        assert_eq!(uri.password.as_deref(), Some("p%40ss"));
        assert_eq!(uri.host, Host::V6("2001:db8::1".parse().unwrap()));
        assert_eq!(uri.port, Some(5061));
        assert_eq!(uri.params.get("transport"), Some("tls"));
        assert_eq!(uri.headers[1], ("To".to_owned(), "x".to_owned()));
        assert_eq!(uri.to_string(), text);
    }

    #[test]
    fn an_escaped_user_is_told_in_clear_and_written_escaped() {
        let uri = read("sip:sips%3Auser%40example.com@example.net");
        assert_eq!(uri.username().as_deref(), Some("sips:user@example.com"));
        let again = SipUri::new(uri.username().as_deref(), uri.host.clone());
        assert_eq!(again, uri);
    }

    #[test]
    fn a_header_in_an_address_is_told_in_clear_and_written_escaped() {
        let mut uri = read("sip:carol@example.com");
        uri.push_header("Replaces", "1@192.0.2.1;to-tag=2;from-tag=3");
        assert_eq!(
            uri.to_string(),
            "sip:carol@example.com?Replaces=1%40192.0.2.1%3Bto-tag%3D2%3Bfrom-tag%3D3"
        );
        let again = read(&uri.to_string());
        assert_eq!(again.header("replaces").as_deref(), Some("1@192.0.2.1;to-tag=2;from-tag=3"));
    }

    #[test]
    fn an_address_that_breaks_the_grammar_is_refused() {
        let bad = [
            "@b",
            "",
            "a@",
            "a b@c",
            "a@b@c",
            "a@b:",
            "a@b:99999",
            "a@b;",
            "a@b;;lr",
            "a@b;x=",
            "a%4@b",
            "a%zz@b",
            "a@b?",
            "a@b?x",
            "a@b?x=1&",
            "a@b c",
            "a@b>",
            "<a@b",
            "a\"@b",
            "a@2001:db8::1",
            "a@[2001:db8::1",
            "a@[nonsense]",
            "a@-x",
            "a@b..c",
            "a@300.1.1.1",
        ];
        for text in bad {
            assert!(SipUri::scan(&mut Scan::new("URI", text), false).is_err(), "{text}");
        }
    }
}
