//! `tel:` addresses.

use std::fmt;

use super::sip::scan_params;
use crate::sip::malformed::Malformed;
use crate::sip::params::Params;
use crate::sip::scan::Scan;

/// A telephone number as an address (RFC 3966).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TelUri {
    /// `+1-202-555-0101`, or the digits of a local number; visual separators are kept.
    pub number: String,
    /// `;phone-context=…` and so on.
    pub params: Params,
}

impl TelUri {
    /// The number without its visual separators (RFC 3966 section 5.1.1).
    pub fn digits(&self) -> String {
        self.number.chars().filter(|&digit| !"-.()".contains(digit)).collect()
    }

    /// Reads all after the scheme.
    pub(super) fn scan(scan: &mut Scan<'_>) -> Result<Self, Malformed> {
        let number = scan.take_while(|byte| byte.is_ascii_hexdigit() || b"+*#-.()".contains(&byte));
        if !number.bytes().any(|byte| byte.is_ascii_hexdigit() || b"*#".contains(&byte)) {
            return Err(scan.fail("a telephone number is missing"));
        }
        let params = scan_params(scan)?;
        scan.end_at_once()?;
        Ok(Self { number: number.to_owned(), params })
    }
}

impl fmt::Display for TelUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tel:{}{}", self.number, self.params)
    }
}

#[cfg(test)]
mod tests {
    use crate::sip::uri::Uri;

    #[test]
    fn a_telephone_number_loses_its_separators_only_when_asked() {
        let uri = Uri::parse("tel:+1-202-555-0101;ext=7").unwrap();
        assert_eq!(uri.to_string(), "tel:+1-202-555-0101;ext=7");
        let Uri::Tel(number) = uri else { panic!("not a telephone") };
        assert_eq!(number.digits(), "+12025550101");
    }

    #[test]
    fn a_telephone_without_a_number_is_refused() {
        for text in ["tel:", "tel:;ext=1", "tel:+", "tel:alice", "tel:+1 202"] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
    }
}
