//! A body of several parts, byte for byte (RFC 2046 section 5.1).

use super::malformed::Malformed;
use super::media_type::MediaType;

/// A multipart body.
///
/// Written again under the same boundary it has the same bytes, if its lines ended with CRLF and
/// each part has the blank line that ends its headers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Multipart {
    /// What stands on the lines before the first boundary, which nobody is to read.
    pub preamble: Option<Vec<u8>>,
    /// The parts, in order.
    pub parts: Vec<Part>,
    /// What follows the line of the last boundary; `None` if not even its line end does.
    pub epilogue: Option<Vec<u8>>,
    /// Whether the last boundary says that it is the last. One that does not was cut off.
    pub closed: bool,
}

/// One part of a body.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Part {
    /// Its headers, in order.
    pub headers: Vec<Header>,
    /// What follows them.
    pub body: Vec<u8>,
}

/// A header as it was written: name, colon, value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// What stands before the colon.
    pub name: String,
    /// What stands after it, with the blank that usually follows the colon, and folds.
    pub value: String,
}

impl Header {
    /// `name: value`, with a blank.
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: format!(" {value}") }
    }

    /// `name:value`, without a blank, as Webex Calling writes some.
    pub fn tight(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned() }
    }
}

impl Part {
    /// The value of the first header of this name, in whatever case, without blanks around it.
    pub fn header(&self, name: &str) -> Option<&str> {
        let is_named = |it: &&Header| it.name.trim().eq_ignore_ascii_case(name);
        self.headers.iter().find(is_named).map(|it| it.value.trim())
    }

    /// What it carries; plain text if it does not say (RFC 2046 section 5.1).
    pub fn media_type(&self) -> MediaType {
        let named = self.header("Content-Type").and_then(MediaType::parse);
        named.unwrap_or_else(|| MediaType { essence: "text/plain".into(), parameters: vec![] })
    }
}

impl Multipart {
    /// These parts and nothing around them but the line end after the last boundary.
    pub fn new(parts: Vec<Part>) -> Self {
        Self { preamble: None, parts, epilogue: Some(Vec::new()), closed: true }
    }

    /// Reads a body whose Content-Type is `media_type`.
    pub fn parse(media_type: &MediaType, body: &[u8]) -> Result<Self, Malformed> {
        let boundary = media_type.parameter("boundary").unwrap_or_default().trim_end();
        if boundary.is_empty() || boundary.len() > MAX_BOUNDARY {
            let value = format!("{}; boundary={boundary:?}", media_type.essence);
            return Err(Malformed::Boundary { value });
        }
        if body.len() > MAX_LENGTH {
            let length = body.len();
            return Err(Malformed::TooLong { what: "multipart body", length, most: MAX_LENGTH });
        }
        let delimiters = delimiters(body, boundary)?;
        let Some(first) = delimiters.first() else {
            return Err(Malformed::NoParts { boundary: boundary.to_owned() });
        };
        let preamble = (first.line > 0).then(|| body[..first.content_end].to_vec());
        let last = delimiters.last().filter(|it| it.closes);
        let epilogue = last.filter(|it| it.ends_line).map(|it| body[it.next_line..].to_vec());
        Ok(Self { preamble, parts: parts(body, &delimiters)?, epilogue, closed: last.is_some() })
    }

    /// The body under this boundary.
    ///
    /// The boundary must not occur at the start of a line of any part;
    /// [`Body::both`](super::Body::both) sees to that.
    pub fn to_bytes(&self, boundary: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(preamble) = &self.preamble {
            bytes.extend_from_slice(preamble);
            bytes.extend_from_slice(b"\r\n");
        }
        let mut line_end = "";
        for part in &self.parts {
            bytes.extend_from_slice(format!("{line_end}--{boundary}\r\n").as_bytes());
            for Header { name, value } in &part.headers {
                bytes.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
            }
            bytes.extend_from_slice(b"\r\n");
            bytes.extend_from_slice(&part.body);
            line_end = "\r\n";
        }
        if self.closed {
            bytes.extend_from_slice(format!("{line_end}--{boundary}--").as_bytes());
        }
        if let Some(epilogue) = &self.epilogue {
            bytes.extend_from_slice(b"\r\n");
            bytes.extend_from_slice(epilogue);
        }
        bytes
    }
}

/// `wanted`, with as many digits behind it as it takes to occur in none of the bodies.
pub(super) fn unused_boundary(wanted: &str, parts: &[Part]) -> String {
    let occurs = |boundary: &str| {
        let line = format!("--{boundary}");
        let has_line = |body: &[u8]| body.windows(line.len()).any(|it| it == line.as_bytes());
        parts.iter().any(|it| has_line(&it.body))
    };
    let mut boundary = wanted.to_owned();
    let mut digit = (0..10_u8).cycle();
    while occurs(&boundary) {
        boundary.push(char::from(b'0' + digit.next().expect("digits never end")));
    }
    boundary
}

/// A line that consists of the boundary.
struct Delimiter {
    /// Where its line starts.
    line: usize,
    /// Where what is before it ends: the line end between belongs to the boundary.
    content_end: usize,
    /// Where the line after it starts.
    next_line: usize,
    /// Whether it has a line end.
    ends_line: bool,
    /// Whether it is the last.
    closes: bool,
}

/// The lines that delimit parts, up to the one that closes.
fn delimiters(body: &[u8], boundary: &str) -> Result<Vec<Delimiter>, Malformed> {
    let mut delimiters = Vec::new();
    let mut start = 0;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let next_line = start + line.len();
        if let Some(closes) = delimits(line, boundary) {
            let content_end = before_line_end(&body[..start]).len();
            let ends_line = line.ends_with(b"\n");
            delimiters.push(Delimiter { line: start, content_end, next_line, ends_line, closes });
            if closes {
                break;
            }
            if delimiters.len() > MAX_PARTS {
                return Err(Malformed::TooManyParts { what: "parts", most: MAX_PARTS });
            }
        }
        start = next_line;
    }
    Ok(delimiters)
}

/// Whether a line is a boundary, and if so, whether it closes the body.
fn delimits(line: &[u8], boundary: &str) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary.as_bytes())?;
    let (rest, closes) = rest.strip_prefix(b"--").map_or((rest, false), |rest| (rest, true));
    // Transport padding: a receiver must be able to handle it (RFC 2046 section 5.1.1).
    rest.trim_ascii().is_empty().then_some(closes)
}

fn before_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

fn parts(body: &[u8], delimiters: &[Delimiter]) -> Result<Vec<Part>, Malformed> {
    let ends = delimiters.iter().skip(1).map(|it| it.content_end).chain([body.len()]);
    let opening = delimiters.iter().filter(|it| !it.closes).zip(ends);
    // A part without anything shares its line end with the next boundary.
    let content = |(it, end): (&Delimiter, usize)| &body[it.next_line..end.max(it.next_line)];
    opening.map(content).enumerate().map(|(index, content)| part(index, content)).collect()
}

fn part(index: usize, content: &[u8]) -> Result<Part, Malformed> {
    let mut headers: Vec<Header> = Vec::new();
    let mut rest = content;
    while let Some(line) = rest.split_inclusive(|&byte| byte == b'\n').next() {
        rest = &rest[line.len()..];
        let text = before_line_end(line);
        if text.is_empty() {
            break;
        }
        let text = str::from_utf8(text).map_err(|_| Malformed::Header { part: index })?;
        match (text.starts_with([' ', '\t']), headers.last_mut(), text.split_once(':')) {
            (true, Some(folded), _) => folded.value.extend(["\r\n", text]),
            (false, _, Some((name, value))) => {
                headers.push(Header { name: name.to_owned(), value: value.to_owned() });
            }
            _ => return Err(Malformed::Header { part: index }),
        }
        if headers.len() > MAX_HEADERS {
            return Err(Malformed::TooManyParts { what: "headers", most: MAX_HEADERS });
        }
    }
    Ok(Part { headers, body: rest.to_vec() })
}

/// RFC 2046 section 5.1.1.
const MAX_BOUNDARY: usize = 70;
/// A recording session's body has two parts, sometimes a third.
const MAX_PARTS: usize = 32;
/// A part has three headers, rarely more.
const MAX_HEADERS: usize = 32;
/// The longest SDP and the longest metadata that are taken, and room for others.
const MAX_LENGTH: usize = 1024 * 1024;
