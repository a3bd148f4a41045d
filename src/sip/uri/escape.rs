//! `%xx` escapes in addresses (RFC 3261 section 19.1.2, RFC 2396 section 2.4).

use std::fmt::Write as _;

use crate::sip::malformed::Malformed;
use crate::sip::scan::Scan;

/// Reads the longest run of characters that `plain` accepts and of whole escapes.
pub(super) fn scan<'a>(
    scan: &mut Scan<'a>,
    plain: impl Fn(u8) -> bool,
) -> Result<&'a str, Malformed> {
    let text = scan.take_while(|byte| plain(byte) || byte == b'%');
    let mut parts = text.split('%');
    parts.next();
    if parts.all(|part| matches!(part.as_bytes(), [a, b, ..] if is_hex(*a) && is_hex(*b))) {
        return Ok(text);
    }
    Err(scan.fail("two hexadecimal digits must follow `%`"))
}

/// The text with every escape undone. What is not UTF-8 then, is replaced.
pub(super) fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    each(text, |byte, _| bytes.push(byte));
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The text with everything escaped that `plain` does not accept.
pub(super) fn encoded(text: &str, plain: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        push(&mut escaped, byte, plain(byte));
    }
    escaped
}

/// The one spelling of all that are equivalent: what is not reserved is equivalent to its escape
/// (RFC 3261 section 19.1.4), and the case of the hexadecimal digits does not matter.
pub(super) fn canonical(text: &str) -> String {
    let mut same = String::with_capacity(text.len());
    each(text, |byte, escaped| {
        push(&mut same, byte, !escaped || is_unreserved(byte));
    });
    same
}

/// Whether a character means the same escaped or not (RFC 2396 section 2.3).
pub(super) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte)
}

/// Tells each byte, and whether it was written as an escape.
fn each(text: &str, mut tell: impl FnMut(u8, bool)) {
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if let (b'%', Some(byte)) = (first, hex_pair(after)) {
            tell(byte, true);
            rest = after.get(2..).unwrap_or_default();
        } else {
            tell(*first, false);
            rest = after;
        }
    }
}

fn push(text: &mut String, byte: u8, plain: bool) {
    if plain && byte.is_ascii() {
        text.push(char::from(byte));
    } else {
        write!(text, "%{byte:02X}").expect("a String takes all");
    }
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let (&[high, low], _) = bytes.split_first_chunk()?;
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(high)? << 4 | value(low)?).ok()
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_that_is_no_utf_8_is_replaced() {
        assert_eq!(decoded("a%00%C3%A9%FF%2"), "a\0é\u{fffd}%2");
    }

    #[test]
    fn only_what_is_not_reserved_equals_its_escape() {
        assert_eq!(canonical("%61lice"), "alice");
        assert_eq!(canonical("a%3b"), "a%3B");
        assert_ne!(canonical("a%3b"), canonical("a;"));
    }
}
