//! Retry-After: when to ask again.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::params::Params;
use crate::sip::scan::Scan;

/// The value of Retry-After (RFC 3261 section 20.33). A comment is read and dropped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RetryAfter {
    /// How long to wait.
    pub seconds: u32,
    /// `;duration=3600`
    pub params: Params,
}

impl RetryAfter {
    /// Reads a whole value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut scan = Scan::new("Retry-After", text);
        let seconds = scan.number(u32::MAX)?;
        scan.blanks();
        if scan.peek() == Some(b'(') {
            scan_comment(&mut scan)?;
        }
        let params = Params::scan(&mut scan)?;
        scan.end()?;
        Ok(Self { seconds, params })
    }
}

/// Reads a comment, with comments in it.
fn scan_comment(scan: &mut Scan<'_>) -> Result<(), Malformed> {
    let mut depth = 0_usize;
    loop {
        scan.take_while(|byte| !b"()\\".contains(&byte));
        if scan.eat(b'(') {
            depth += 1;
        } else if scan.eat(b')') {
            depth -= 1;
        } else if scan.eat(b'\\') {
            scan.character();
        } else {
            return Err(scan.fail("a comment is never closed"));
        }
        if depth == 0 {
            return Ok(());
        }
    }
}

impl fmt::Display for RetryAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.seconds, self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_does_not_hide_what_follows() {
        let text = "18000 (in a (long \\) ) meeting);duration=3600";
        let retry = RetryAfter::parse(text).unwrap();
        assert_eq!(retry.to_string(), "18000;duration=3600");
        for text in ["", "x", "1 (a", "1 ()) ", "1 (a\\", "4294967296"] {
            assert!(RetryAfter::parse(text).is_err(), "{text}");
        }
    }
}
