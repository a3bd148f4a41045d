//! Header values that are lists.

use std::fmt;

use crate::sip::malformed::Malformed;
use crate::sip::scan::{Scan, is_blank};

/// The values between the commas of a list, leaving those in quotes and angle brackets alone.
/// Blanks around a value are not part of it. A blank text holds no value; otherwise there is one
/// more than commas, and some may be empty.
#[derive(Clone, Debug)]
pub struct Values<'a> {
    rest: Option<&'a str>,
}

impl<'a> Values<'a> {
    /// The values in `text`.
    pub fn new(text: &'a str) -> Self {
        let text = trim(text);
        Self { rest: (!text.is_empty()).then_some(text) }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let end = comma(rest);
        self.rest = end.and_then(|comma| rest.get(comma + 1..));
        Some(trim(rest.get(..end.unwrap_or(rest.len()))?))
    }
}

/// A list of tokens: Allow, Supported, Require, and so on.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tokens(pub Vec<String>);

impl Tokens {
    /// Reads a whole value; an empty one is an empty list.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut tokens = Vec::new();
        for value in Values::new(text) {
            let mut scan = Scan::new("list of tokens", value);
            tokens.push(scan.token()?.to_owned());
            scan.end()?;
        }
        Ok(Self(tokens))
    }

    /// Whether the list holds a token, whatever its case.
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|held| held.eq_ignore_ascii_case(token))
    }
}

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// Where the first comma is that stands in neither quotes nor angle brackets.
fn comma(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'<' => bracketed = true,
            b'>' => bracketed = false,
            b',' if !bracketed => return Some(at),
            _ => {}
        }
    }
    None
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii() && (is_blank(c as u8) || c == '\r' || c == '\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        Values::new(text).collect()
    }

    #[test]
    fn a_comma_in_quotes_or_brackets_is_no_end() {
        assert_eq!(
            split(r#""A, \", B" <sip:a,b@c>;x="1,2" , <sip:d>"#),
            [r#""A, \", B" <sip:a,b@c>;x="1,2""#, "<sip:d>"]
        );
    }

    #[test]
    fn an_empty_list_has_no_value_and_a_lost_comma_an_empty_one() {
        assert!(split("  ").is_empty());
        assert_eq!(split(" a,,b, "), ["a", "", "b", ""]);
    }

    #[test]
    fn tokens_are_found_whatever_their_case() {
        let tokens = Tokens::parse("timer , 100rel").unwrap();
        assert!(tokens.contains("Timer") && !tokens.contains("siprec"));
        assert_eq!(tokens.to_string(), "timer, 100rel");
        assert!(Tokens::parse("").unwrap().0.is_empty());
        assert!(Tokens::parse("a b").is_err());
        assert!(Tokens::parse("a,,b").is_err());
    }
}
