//! Warning: what else there is to say about a response.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::params::Quoted;
use crate::sip::scan::{Scan, is_blank};

/// One value of Warning (RFC 3261 section 20.43).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warning {
    /// Three digits.
    pub code: u16,
    /// A host with or without port, or a pseudonym.
    pub agent: String,
    /// Without quotes and escapes.
    pub text: String,
}

impl Warning {
    /// Reads one value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("Warning", text);
        let before = scan.clone();
        let code = match scan.take_while(|byte| byte.is_ascii_digit()) {
            digits if digits.len() == 3 => digits.parse().expect("three digits are a u16"),
            _ => return Err(before.fail("a code of three digits is missing")),
        };
        blank(&mut scan)?;
        let agent = scan.take_while(|byte| !is_blank(byte)).to_owned();
        blank(&mut scan)?;
        let text = scan.quoted()?;
        scan.end()?;
        Ok(Self { code, agent, text })
    }
}

fn blank(scan: &mut Scan<'_>) -> Result<(), Malformed> {
    match scan.take_while(is_blank) {
        "" => Err(scan.fail("a blank is missing")),
        _ => Ok(()),
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.code, self.agent, Quoted(&self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_has_a_code_of_three_digits() {
        let text = "370 isi.example.com:5060 \"Choose a bigger \\\"pipe\\\"\"";
        let warning = Warning::parse(text).unwrap();
        assert_eq!(warning.text, "Choose a bigger \"pipe\"");
        assert_eq!(warning.to_string(), text);
        for text in ["1812 overture \"In Progress\"", "370 x", "370", "37 x \"y\"", "370 x \"y"] {
            assert!(Warning::parse(text).is_err(), "{text}");
        }
    }
}
