//! One header line, kept as it came.

use std::borrow::Cow;

use bytes::Bytes;

use super::header_name::is_same;
use super::scan::is_blank;

/// A header line with its line end, and with the lines that it is folded into.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    raw: Bytes,
    /// Where the name ends; zero where there is none that could be read.
    name_end: usize,
    value: Value,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Value {
    /// As it stands in the line, between these two bytes.
    Here(usize, usize),
    /// Folds joined, or what is not UTF-8 replaced.
    Mended(Box<str>),
}

impl Line {
    /// Takes a line as it came, whatever it holds. A line without a colon, or whose name is not
    /// UTF-8, has an empty name.
    pub fn new(raw: Bytes) -> Self {
        let colon = raw.iter().position(|&byte| byte == b':');
        let name = colon.and_then(|colon| raw.get(..colon)).unwrap_or_default();
        // RFC 3261 section 7.3.1: blanks may stand before the colon.
        let name = name.trim_ascii_end();
        let name_end = if std::str::from_utf8(name).is_ok() { name.len() } else { 0 };
        let value_start = if name_end == 0 { 0 } else { colon.map_or(0, |colon| colon + 1) };
        let value = Value::read(&raw, value_start);
        Self { raw, name_end, value }
    }

    /// Writes a line just as told.
    pub fn write(name: &str, value: &str) -> Self {
        let raw = Bytes::from(format!("{name}: {value}\r\n"));
        let (name_end, start) = (name.len(), name.len() + 2);
        let value = if value.contains(['\r', '\n']) {
            Value::read(&raw, start)
        } else {
            Value::Here(start, start + value.len())
        };
        Self { raw, name_end, value }
    }

    /// The name as written, without blanks; empty where there is none.
    pub fn name(&self) -> &str {
        text(&self.raw, 0, self.name_end)
    }

    /// Whether it is a header of this name, in any case, short or long. Quicker than to look at
    /// the [name](Self::name).
    pub fn is(&self, name: &str) -> bool {
        self.raw.get(..self.name_end).is_some_and(|own| is_same(own, name))
    }

    /// The value without blanks around it, folds joined by one blank (RFC 3261 section 7.3.1);
    /// what is not UTF-8 is replaced.
    pub fn value(&self) -> &str {
        match &self.value {
            Value::Here(start, end) => text(&self.raw, *start, *end),
            Value::Mended(value) => value,
        }
    }

    /// The line as it came or as it is written, with its line end.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// Whether the line can stand in any message as it is: in one piece, with a name, in UTF-8 and
    /// ended by CRLF.
    pub fn is_plain(&self) -> bool {
        let ended = self.raw.strip_suffix(b"\r\n");
        self.name_end > 0
            && matches!(self.value, Value::Here(..))
            && ended.is_some_and(|line| !line.contains(&b'\n') && !line.contains(&b'\r'))
    }
}

impl Value {
    fn read(raw: &[u8], start: usize) -> Self {
        let all = raw.get(start..).unwrap_or_default();
        let front = all.len() - all.trim_ascii_start().len();
        let value = all.trim_ascii();
        match std::str::from_utf8(value) {
            Ok(plain) if !plain.contains(['\r', '\n']) => {
                Self::Here(start + front, start + front + value.len())
            }
            _ => Self::Mended(unfolded(&String::from_utf8_lossy(value)).into()),
        }
    }
}

/// Each fold, with the blanks around it, is one blank.
fn unfolded(value: &str) -> Cow<'_, str> {
    if !value.contains(['\r', '\n']) {
        return Cow::Borrowed(value);
    }
    let mut joined = String::with_capacity(value.len());
    for part in value.split(['\r', '\n']) {
        let part = part.trim_matches(|c: char| c.is_ascii() && is_blank(c as u8));
        if !part.is_empty() && !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    Cow::Owned(joined)
}

fn text(raw: &[u8], start: usize, end: usize) -> &str {
    let bytes = raw.get(start..end).expect("the bounds were found in these bytes");
    std::str::from_utf8(bytes).expect("these bytes were found to be UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &'static [u8]) -> Line {
        Line::new(Bytes::from_static(raw))
    }

    #[test]
    fn a_folded_value_is_joined_by_single_blanks() {
        let line = read(b"TO : \r\n sip:vivekg@example.com ;   tag\t\r\n\t = 1918181833n\r\n");
        assert_eq!(line.name(), "TO");
        assert_eq!(line.value(), "sip:vivekg@example.com ;   tag = 1918181833n");
        assert!(!line.is_plain());
    }

    #[test]
    fn a_line_without_sense_has_no_name_and_is_kept() {
        for raw in [&b"no colon here\r\n"[..], b"\xff\xfe: x\r\n", b": x\r\n", b"\n", b""] {
            let line = Line::new(Bytes::copy_from_slice(raw));
            assert_eq!(line.name(), "");
            assert_eq!(line.raw(), raw);
        }
    }

    #[test]
    fn a_value_that_is_not_utf_8_is_shown_with_replacements() {
        assert_eq!(read(b"Subject: \xffx\r\n").value(), "\u{fffd}x");
        assert_eq!(read(b"Subject:\r\n").value(), "");
    }

    #[test]
    fn a_written_line_is_written_just_as_told() {
        assert_eq!(Line::write("X", " a\r\n b").raw(), "X:  a\r\n b\r\n");
        assert_eq!(Line::write("X", " a\r\n b").value(), "a b");
        assert_eq!(Line::write("Via", "x"), read(b"Via: x\r\n"));
        assert_eq!(Line::write("", "x").name(), "");
    }
}
