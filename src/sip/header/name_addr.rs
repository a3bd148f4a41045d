//! From, To, Contact, Route and the other headers that hold an address.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::params::{Params, Quoted};
use crate::sip::scan::{Scan, is_blank, is_token};
use crate::sip::uri::Uri;

/// One address with what stands around it (RFC 3261 section 20.10).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NameAddr {
    /// The display name, without quotes and escapes; not empty.
    pub display: Option<String>,
    /// Between the angle brackets.
    pub uri: Uri,
    /// What follows the brackets. Where there are none, parameters belong here and not to the URI.
    pub params: Params,
}

impl NameAddr {
    /// The bare address.
    pub fn new(uri: Uri) -> Self {
        Self { display: None, uri, params: Params::new() }
    }

    /// Reads one whole value, `"Name" <uri>;params` or `uri;params`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("name-addr", text);
        scan.blanks();
        let display = scan_display(&mut scan)?;
        let uri = scan_uri(&mut scan)?;
        let params = Params::scan(&mut scan)?;
        scan.end()?;
        Ok(Self { display, uri, params })
    }

    /// The tag (RFC 3261 section 19.3).
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }

    /// How long a contact is to be bound, in seconds (RFC 3261 section 20.10). `None` also for
    /// what is no number up to 2^32-1.
    pub fn expires(&self) -> Option<u32> {
        self.params.get("expires")?.parse().ok()
    }

    /// A contact's preference in thousandths (RFC 3261 section 20.10). `None` also for what is no
    /// number from 0 to 1 with at most three decimals.
    pub fn q(&self) -> Option<u16> {
        let (whole, decimals) = {
            let text = self.params.get("q")?;
            text.split_once('.').unwrap_or((text, ""))
        };
        if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let thousandths = format!("{decimals:0<3}").parse().ok()?;
        match (whole, thousandths) {
            ("0", thousandths) => Some(thousandths),
            ("1", 0) => Some(1_000),
            _ => None,
        }
    }
}

/// The value of the Contact headers together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Contacts {
    /// `*`: all that are registered (RFC 3261 section 10.2.2).
    All,
    /// In their order; none when there is no Contact.
    These(Vec<NameAddr>),
}

fn scan_display(scan: &mut Scan<'_>) -> Result<Option<String>, Malformed> {
    if scan.peek() == Some(b'"') {
        let name = scan.quoted()?;
        scan.blanks();
        if scan.peek() != Some(b'<') {
            return Err(scan.fail("an angle bracket must follow the quoted name"));
        }
        return Ok((!name.is_empty()).then_some(name));
    }
    if !scan.rest().contains('<') {
        return Ok(None);
    }
    // RFC 3261 section 25.1: without quotes, a display name is made of tokens and blanks.
    let mut ahead = scan.clone();
    let name = ahead.take_while(|byte| is_token(byte) || is_blank(byte)).trim_end();
    match ahead.peek() {
        Some(b'<') => {
            *scan = ahead;
            Ok((!name.is_empty()).then(|| name.to_owned()))
        }
        // The bracket stands in a parameter: `sip:a@b;+x="<y>"`.
        Some(b':') if !name.contains(is_blank_char) => Ok(None),
        _ => Err(ahead.fail("a display name with this character must be quoted")),
    }
}

fn scan_uri(scan: &mut Scan<'_>) -> Result<Uri, Malformed> {
    let start = scan.offset();
    if scan.eat(b'<') {
        let text = scan.take_while(|byte| byte != b'>');
        if !scan.eat(b'>') {
            return Err(scan.fail("an angle bracket is never closed"));
        }
        return Uri::parse(text).map_err(|fault| fault.further(start + 1));
    }
    // RFC 3261 section 20.10: an address with a comma, a question mark or a semicolon must stand
    // in brackets, so without them a semicolon ends it.
    let text = scan.take_while(|byte| !is_blank(byte) && byte != b';');
    if text.contains(['?', ',']) {
        return Err(scan.fail("an address with `?` or `,` must stand in angle brackets"));
    }
    Uri::parse(text).map_err(|fault| fault.further(start))
}

fn is_blank_char(c: char) -> bool {
    c == ' ' || c == '\t'
}

impl From<Uri> for NameAddr {
    fn from(uri: Uri) -> Self {
        Self::new(uri)
    }
}

/// Always with angle brackets; the display name is quoted.
impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", Quoted(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> NameAddr {
        NameAddr::parse(text).unwrap()
    }

    #[test]
    fn an_address_may_have_a_name_brackets_both_or_neither() {
        for (text, display, uri, tag) in [
            ("\"A. \\\"B\\\" C\"<sip:a@b;lr>;tag=1", Some("A. \"B\" C"), "sip:a@b;lr", Some("1")),
            ("Alice  B <sip:a@b> ; tag = 1", Some("Alice  B"), "sip:a@b", Some("1")),
            ("<tel:+12025550101>", None, "tel:+12025550101", None),
            ("sip:a@b;tag=1", None, "sip:a@b", Some("1")),
            ("\"\" <sip:a@b>", None, "sip:a@b", None),
            ("sip:a@b;+x=\"<y>\";tag=1", None, "sip:a@b", Some("1")),
        ] {
            let addr = read(text);
            assert_eq!(addr.display.as_deref(), display, "{text}");
            assert_eq!(addr.uri.to_string(), uri, "{text}");
            assert_eq!(addr.tag(), tag, "{text}");
        }
    }

    #[test]
    fn an_address_that_breaks_the_grammar_is_refused() {
        for text in [
            "",
            "\"Mr. J. User <sip:j@example.com>;tag=1",
            "\"Name\" sip:a@b",
            "Bell, Alexander <sip:a@b>",
            "\"Watson\" < sip:t@example.org >",
            "sip:user@example.com?Route=%3Csip:sip.example.com%3E",
            "<sip:a@b",
            "<sip:a@b> x",
            "<sip:a@b>;;;;",
        ] {
            assert!(NameAddr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_recorder_s_contact_tells_its_feature_tags() {
        let contact = read("<sip:src@192.0.2.10>;+sip.src;+sip.instance=\"<urn:uuid:0>\";q=0.5");
        assert!(contact.params.has("+sip.src") && !contact.params.has("src"));
        assert_eq!(contact.params.get("+sip.instance"), Some("<urn:uuid:0>"));
        assert_eq!(contact.q(), Some(500));
        assert!(read("<sip:192.0.2.10:5060;transport=tcp>;src").params.has("src"));
    }

    #[test]
    fn a_preference_is_between_0_and_1() {
        let q = |text: &str| read(&format!("<sip:a>;q={text}")).q();
        assert_eq!(q("1"), Some(1_000));
        assert_eq!(q("1.000"), Some(1_000));
        assert_eq!(q("0.25"), Some(250));
        for text in ["1.1", "0.1234", "-1", "2", "x", "0.x"] {
            assert_eq!(q(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let addr = read("\"A \\\\ \\\"B\\\"\" <sips:a@b?x=y>;tag=1;p=\"q r\"");
        assert_eq!(read(&addr.to_string()), addr);
    }
}
