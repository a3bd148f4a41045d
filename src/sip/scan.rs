//! Reads a header value from left to right.

use super::malformed::{Malformed, Place};

/// A place in a text, which moves to the right only.
#[derive(Clone, Debug)]
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
    field: &'static str,
}

impl<'a> Scan<'a> {
    /// Starts at the beginning of `text`; `field` names it in errors.
    pub fn new(field: &'static str, text: &'a str) -> Self {
        Self { text, at: 0, field }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte, which stays unread.
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// How many bytes have been read.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Reads one character, whichever it is.
    pub fn character(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Reads blanks (LWS: folds are one blank by now), if there are any.
    pub fn blanks(&mut self) {
        self.take_while(is_blank);
    }

    /// Reads `byte` if it is the next one.
    pub fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Reads `byte` with blanks on either side, as the grammar's SEMI, EQUAL, SLASH and so on;
    /// reads nothing when it is not there.
    pub fn eat_among_blanks(&mut self, byte: u8) -> bool {
        let start = self.at;
        self.blanks();
        if self.eat(byte) {
            self.blanks();
            return true;
        }
        self.at = start;
        false
    }

    /// Reads the longest run of bytes that `wanted` accepts; it must not tell one non-ASCII byte
    /// from another.
    pub fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !wanted(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Reads a token (RFC 3261 section 25.1).
    pub fn token(&mut self) -> Result<&'a str, Malformed> {
        match self.take_while(is_token) {
            "" => Err(self.fail("a token is missing")),
            token => Ok(token),
        }
    }

    /// Reads a quoted string and undoes its escapes.
    pub fn quoted(&mut self) -> Result<String, Malformed> {
        if !self.eat(b'"') {
            return Err(self.fail("a quoted string is missing"));
        }
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|byte| byte != b'"' && byte != b'\\'));
            if self.eat(b'"') {
                return Ok(text);
            }
            self.eat(b'\\');
            match self.character() {
                Some(escaped) => text.push(escaped),
                None => return Err(self.fail("a quote is never closed")),
            }
        }
    }

    /// Reads a decimal number of at most `limit`.
    pub fn number(&mut self, limit: u32) -> Result<u32, Malformed> {
        let before = self.clone();
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        if digits.is_empty() {
            return Err(before.fail("a number is missing"));
        }
        match digits.parse() {
            Ok(number) if number <= limit => Ok(number),
            _ => Err(before.fail("the number is out of range")),
        }
    }

    /// Reads trailing blanks; whatever follows them is one thing too many.
    pub fn end(&mut self) -> Result<(), Malformed> {
        self.blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fail("nothing more was expected")),
        }
    }

    /// As [`end`](Self::end), but blanks are too much already.
    pub fn end_at_once(&self) -> Result<(), Malformed> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.fail("this character must not stand here")),
        }
    }

    /// The fault that was found here.
    pub fn fail(&self, why: &'static str) -> Malformed {
        Malformed::Field {
            field: self.field.to_owned(),
            place: Place { line: None, byte: self.at },
            why,
        }
    }
}

/// Whether a byte may stand in a token (RFC 3261 section 25.1).
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte)
}

/// Whether a byte is a blank or a tab.
pub(crate) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_string_loses_its_escapes() {
        let mut scan = Scan::new("test", r#""a \"b\" \\ é" rest"#);
        assert_eq!(scan.quoted().unwrap(), r#"a "b" \ é"#);
        assert_eq!(scan.rest(), " rest");
    }

    #[test]
    fn an_open_quote_is_found_at_the_end() {
        for text in [r#""abc"#, r#""abc\"#, r#""abc\""#] {
            assert!(Scan::new("test", text).quoted().is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_beyond_its_limit_is_refused_where_it_starts() {
        let mut scan = Scan::new("port", "65536");
        let fault = scan.number(65_535).unwrap_err();
        assert_eq!(fault.to_string(), "read port at byte 0: the number is out of range");
        assert!(Scan::new("port", "99999999999999999999").number(u32::MAX).is_err());
    }
}
