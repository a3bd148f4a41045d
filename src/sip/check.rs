//! Whether a message is legal: what a strict element refuses (RFC 4475 sections 3.1.2 and 3.3).

use super::header::{MediaType, NameAddr, Tokens, Via, check_date};
use super::header_name::single;
use super::line::Line;
use super::malformed::{Malformed, Place};
use super::message::Message;
use super::scan::{Scan, is_token};
use super::start_line::{SIP_2_0, StartLine};
use super::views::number;

impl Message {
    /// Whether the message follows the grammar of RFC 3261 and does not contradict itself.
    ///
    /// [`Malformed::status`] is the answer that a request deserves; a response is to be dropped.
    /// Legal is not supported: a Request-URI of an unknown scheme or an unknown extension passes.
    /// What RFC 2543 did without (branch, From tag, Max-Forwards) is not missed (RFC 4475 section
    /// 3.4.1).
    pub fn check(&self) -> Result<(), Malformed> {
        self.check_start()?;
        self.check_lines()?;
        self.check_identity()?;
        self.check_addresses()?;
        self.check_numbers()?;
        self.check_rest()?;
        self.check_body()
    }

    fn check_start(&self) -> Result<(), Malformed> {
        match &self.start {
            StartLine::Request { version, .. } => {
                check_version(version)?;
                let uri = self.request_uri()?;
                // RFC 3261 section 19.1.1: headers must not stand in a Request-URI.
                match uri.as_sip() {
                    Some(sip) if !sip.headers.is_empty() => {
                        Err(Malformed::Line { line: 1, why: "a Request-URI must not hold headers" })
                    }
                    _ => Ok(()),
                }
            }
            StartLine::Status { version, code, .. } => {
                check_version(version)?;
                if (100..700).contains(code) {
                    return Ok(());
                }
                Err(Malformed::Line { line: 1, why: "a status is between 100 and 699" })
            }
        }
    }

    fn check_lines(&self) -> Result<(), Malformed> {
        let mut seen = Vec::new();
        for line in self.headers.lines() {
            let fault = |why| Malformed::Line { line: self.headers.line_number(line), why };
            check_line(line).map_err(fault)?;
            if let Some(field) = single(line.name()) {
                if seen.contains(&field) {
                    let line = self.headers.line_number(line);
                    return Err(Malformed::Repeated { field, line });
                }
                seen.push(field);
            }
        }
        if self.is_whole() {
            return Ok(());
        }
        let lines = self.headers.lines().last().map_or(1, |line| self.headers.line_number(line));
        Err(Malformed::Line { line: lines, why: "no empty line ends the headers" })
    }

    /// What tells this message from others (RFC 3261 section 8.1.1).
    fn check_identity(&self) -> Result<(), Malformed> {
        self.from()?;
        self.to()?;
        self.one("Call-ID", check_call_id)?;
        let cseq = self.cseq()?;
        match self.method() {
            // RFC 4475 sections 3.1.2.17 and 3.1.2.18.
            Some(method) if *method != cseq.method => {
                Err(Malformed::Mismatch { start_line: method.clone(), cseq: cseq.method })
            }
            _ => Ok(()),
        }
    }

    fn check_addresses(&self) -> Result<(), Malformed> {
        self.via()?;
        self.every("Via", |text| {
            let via = Via::parse(text)?;
            if via.params.has("ttl") && via.ttl().is_none() {
                return Err(Scan::new("Via", text).fail("the ttl is no number up to 255"));
            }
            Ok(())
        })?;
        if self.headers.get("Contact") != Some("*") {
            self.every("Contact", check_contact)?;
        }
        for name in ADDRESSES {
            self.every(name, |text| NameAddr::parse(text).map(drop))?;
        }
        Ok(())
    }

    fn check_numbers(&self) -> Result<(), Malformed> {
        self.max_forwards()?;
        self.expires()?;
        self.min_expires()?;
        self.rseq()?;
        self.rack()?;
        self.session_expires()?;
        self.min_se()?;
        self.retry_after().map(drop)
    }

    fn check_rest(&self) -> Result<(), Malformed> {
        self.content_type()?;
        self.reasons()?;
        self.warnings()?;
        self.maybe("Date", check_date)?;
        self.every("Accept", |text| MediaType::parse(text).map(drop))?;
        for name in TOKENS {
            self.lines(name, Tokens::parse).try_for_each(|tokens| tokens.map(drop))?;
        }
        Ok(())
    }

    fn check_body(&self) -> Result<(), Malformed> {
        let said = self.maybe("Content-Length", |text| number("Content-Length", text, u32::MAX))?;
        match said.map(usize::try_from) {
            Some(said) if said != Ok(self.body.len()) => {
                Err(Malformed::Length { said: said.unwrap_or(usize::MAX), there: self.body.len() })
            }
            _ => Ok(()),
        }
    }

    fn every(
        &self,
        name: &'static str,
        check: fn(&str) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.each(name, check).collect()
    }
}

/// RFC 3261 section 7.1: the version is `SIP/2.0`, in any case.
fn check_version(version: &str) -> Result<(), Malformed> {
    if version.eq_ignore_ascii_case(SIP_2_0) {
        return Ok(());
    }
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match version.get(4..).and_then(|number| number.split_once('.')) {
        Some((major, minor)) if is_number(major) && is_number(minor) => {
            Err(Malformed::Version(version.to_owned()))
        }
        _ => Err(Malformed::Line { line: 1, why: "the version must be SIP/2.0" }),
    }
}

fn check_line(line: &Line) -> Result<(), &'static str> {
    if line.name().is_empty() {
        return Err("a header has a name, a colon and a value");
    }
    if !line.name().bytes().all(is_token) {
        return Err("the name of a header is a token");
    }
    if std::str::from_utf8(line.raw()).is_err() {
        return Err("a header is UTF-8");
    }
    let ends = line.raw().split(|&byte| byte == b'\n').count() - 1;
    if line.raw().windows(2).filter(|pair| pair == b"\r\n").count() != ends || ends == 0 {
        return Err("a line ends with CRLF");
    }
    Ok(())
}

/// RFC 3261 section 25.1: `word [ "@" word ]`.
fn check_call_id(text: &str) -> Result<(), Malformed> {
    let is_word = |byte| is_token(byte) || b"()<>:\\\"/[]?{}".contains(&byte);
    let mut scan = Scan::new("Call-ID", text);
    if scan.take_while(is_word).is_empty() {
        return Err(scan.fail("a word is missing"));
    }
    if scan.eat(b'@') && scan.take_while(is_word).is_empty() {
        return Err(scan.fail("a word is missing"));
    }
    scan.end()
}

fn check_contact(text: &str) -> Result<(), Malformed> {
    let contact = NameAddr::parse(text)?;
    let fault = |why| {
        let place = Place { line: None, byte: 0 };
        Err(Malformed::Field { field: "Contact".to_owned(), place, why })
    };
    if contact.params.has("expires") && contact.expires().is_none() {
        return fault("expires is no number of seconds below 2^32");
    }
    if contact.params.has("q") && contact.q().is_none() {
        return fault("q is no number from 0 to 1 with at most three decimals");
    }
    Ok(())
}

/// Headers whose values are addresses, besides From, To and Contact.
const ADDRESSES: &[&str] = &[
    "Diversion",
    "History-Info",
    "P-Asserted-Identity",
    "P-Associated-URI",
    "P-Preferred-Identity",
    "Path",
    "Record-Route",
    "Refer-To",
    "Referred-By",
    "Reply-To",
    "Route",
    "Service-Route",
];

/// Headers whose values are tokens.
const TOKENS: &[&str] = &[
    "Allow",
    "Allow-Events",
    "Content-Encoding",
    "Proxy-Require",
    "Require",
    "Supported",
    "Unsupported",
];

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const LEGAL: &str = "REGISTER sip:example.com SIP/2.0\r\n\
        Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;ttl=255\r\n\
        From: <sip:a@example.com>;tag=1\r\n\
        To: <sip:a@example.com>\r\n\
        Call-ID: 1@192.0.2.1\r\n\
        CSeq: 1 REGISTER\r\n\
        Contact: <sip:a@192.0.2.1>;expires=4294967295;q=0.999\r\n\
        Content-Length: 2\r\n\r\nhi";

    fn fault(text: impl AsRef<[u8]>) -> Option<String> {
        let message = Message::parse(&Bytes::copy_from_slice(text.as_ref())).unwrap();
        message.check().err().map(|fault| fault.to_string())
    }

    #[test]
    fn each_change_that_makes_a_message_illegal_is_found_where_it_is() {
        assert_eq!(fault(LEGAL), None);
        for (old, new, expected) in [
            ("SIP/2.0\r\nVia", "SIP/2.0.\r\nVia", "read line 1: the version must be SIP/2.0"),
            ("SIP/2.0\r\nVia", "SIP/3.14\r\nVia", "speak SIP version `SIP/3.14`"),
            ("ttl=255", "ttl=256", "read Via at line 2, byte 0: the ttl is no number up to 255"),
            ("Via:", "Vi a:", "read line 2: the name of a header is a token"),
            ("Via:", "Via", "read line 2: a header has a name, a colon and a value"),
            ("1\r\nTo", "1\nTo", "read line 3: a line ends with CRLF"),
            ("Call-ID: 1@", "Call-ID: @", "read Call-ID at line 5, byte 0: a word is missing"),
            ("1@192.0.2.1", "1@", "read Call-ID at line 5, byte 2: a word is missing"),
            ("Call-ID", "X", "find a Call-ID header"),
            ("Via", "X", "find a Via header"),
            ("From", "To", "choose between several To headers, the second at line 4"),
            (
                "expires=4294967295",
                "expires=4294967296",
                "read Contact at line 7, byte 0: expires is no number of seconds below 2^32",
            ),
            (
                "q=0.999",
                "q=1.001",
                "read Contact at line 7, byte 0: q is no number from 0 to 1 with at most three \
                 decimals",
            ),
            (": 2\r\n\r\nhi", ": 2", "read line 8: a line ends with CRLF"),
            (": 2\r\n\r\nhi", ": 0\r\n", "read line 8: no empty line ends the headers"),
            (": 2", ": 3", "find the 3 bytes of Content-Length in a body of 2"),
        ] {
            let text = LEGAL.replacen(old, new, 1);
            assert_eq!(fault(&text).as_deref(), Some(expected), "{new}");
        }
    }

    #[test]
    fn a_header_that_is_no_utf_8_is_refused() {
        let mut text = LEGAL.as_bytes().to_vec();
        let at = LEGAL.find("tag=1").unwrap();
        text[at + 4] = 0xff;
        assert_eq!(fault(text).as_deref(), Some("read line 3: a header is UTF-8"));
    }

    #[test]
    fn a_message_that_was_built_wrong_is_refused_before_it_is_sent() {
        let mut message = Message::parse(&Bytes::from_static(LEGAL.as_bytes())).unwrap();
        message.body = Bytes::from_static(b"longer");
        assert_eq!(message.check(), Err(Malformed::Length { said: 2, there: 6 }));
        message.set_body("text/plain", "longer");
        assert_eq!(message.check(), Ok(()));
    }

    #[test]
    fn what_is_legal_but_old_or_unsupported_passes() {
        for (old, new) in [
            (";branch=z9hG4bK1", ""),
            (";tag=1", ""),
            ("sip:example.com SIP", "isbn:2983792873 SIP"),
            ("SIP/2.0\r\nVia", "sip/2.0\r\nVia"),
            ("Contact: <sip:a@192.0.2.1>;expires=4294967295;q=0.999", "Contact: *"),
            ("Contact", "X-Contact"),
        ] {
            assert_eq!(fault(LEGAL.replacen(old, new, 1)), None, "{new}");
        }
    }
}
