//! What a description says otherwise than RFC 8866 wants it, though it can be understood.

use std::fmt;

use super::attribute::values;
use super::codec::FIRST_DYNAMIC;
use super::description::Description;
use super::media::MediaDescription;

/// A way in which a description is not what RFC 8866 wants. Streams are counted from 0, lines
/// from 1.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(missing_docs, reason = "`Display` says of each what it is, and the fields are its words")]
pub enum Deviation {
    LineEnd { line: usize },
    LineOrder { line: usize, key: char },
    UnknownLine { line: usize, key: char },
    NoOrigin,
    OriginNumber { text: String },
    NoName,
    EmptyName,
    NoTime,
    NoAddress { stream: usize },
    KeyLine { line: usize },
    Label { stream: usize, label: String },
    UnmappedPayloadType { stream: usize, payload_type: u8 },
    NotUtf8,
}

impl Deviation {
    /// The section of RFC 8866 that wants it otherwise; for labels, that of RFC 4574.
    pub fn section(&self) -> &'static str {
        match self {
            Self::LineEnd { .. }
            | Self::LineOrder { .. }
            | Self::UnknownLine { .. }
            | Self::NotUtf8 => "5",
            Self::NoOrigin | Self::OriginNumber { .. } => "5.2",
            Self::NoName | Self::EmptyName => "5.3",
            Self::NoAddress { .. } => "5.7",
            Self::NoTime => "5.9",
            Self::KeyLine { .. } => "5.12",
            Self::Label { .. } => "4",
            Self::UnmappedPayloadType { .. } => "8.2.3",
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineEnd { line } => write!(f, "line {line} does not end with CRLF"),
            Self::LineOrder { line, key } => write!(f, "{key}= on line {line} comes too late"),
            Self::UnknownLine { line, key } => {
                write!(f, "{key}= on line {line} is no line of SDP")
            }
            Self::NoOrigin => f.write_str("there is no o= line"),
            Self::OriginNumber { text } => {
                write!(f, "{text} on the o= line is not a number of 63 bits")
            }
            Self::NoName => f.write_str("there is no s= line"),
            Self::EmptyName => f.write_str("the s= line is empty"),
            Self::NoTime => f.write_str("there is no t= line"),
            Self::NoAddress { stream } => write!(f, "stream {stream} has no c= line"),
            Self::KeyLine { line } => write!(f, "k= on line {line} must not be used any more"),
            Self::Label { stream, label } => {
                write!(f, "the label {label:?} of stream {stream} is not a token")
            }
            Self::UnmappedPayloadType { stream, payload_type } => {
                write!(f, "stream {stream} does not say what payload type {payload_type} is")
            }
            Self::NotUtf8 => f.write_str("it is not UTF-8, and names no other charset"),
        }
    }
}

/// Every way in which a description is not what RFC 8866 wants, at most a few for each line.
pub fn judge_grammar(description: &Description) -> Vec<Deviation> {
    let mut deviations = lines(description.as_bytes());
    let charset = values(&description.attributes, "charset").next();
    if charset.is_none() && str::from_utf8(description.as_bytes()).is_err() {
        deviations.push(Deviation::NotUtf8);
    }
    match &description.origin {
        None => deviations.push(Deviation::NoOrigin),
        Some(origin) => {
            // RFC 3264 section 5: both numbers have to fit a signed integer of 64 bits.
            let version = origin.version.to_string();
            let numbers = [origin.session_id.clone(), version].into_iter();
            let wrong = numbers.filter(|text| !is_number(text));
            deviations.extend(wrong.map(|text| Deviation::OriginNumber { text }));
        }
    }
    if description.times.is_empty() {
        deviations.push(Deviation::NoTime);
    }
    for (stream, media) in description.media.iter().enumerate() {
        of_stream(stream, media, &mut deviations);
    }
    deviations
}

fn of_stream(stream: usize, media: &MediaDescription, deviations: &mut Vec<Deviation>) {
    if media.address.is_none() {
        deviations.push(Deviation::NoAddress { stream });
    }
    if let Some(label) = media.label.as_ref().filter(|it| !is_token(it)) {
        deviations.push(Deviation::Label { stream, label: label.clone() });
    }
    // The formats of a stream that is gone mean nothing.
    let formats = media.formats.iter().filter(|_| media.is_rtp() && !media.is_disabled());
    let unmapped = formats.filter(|it| it.codec.is_none()).filter_map(super::Format::payload_type);
    deviations.extend(
        unmapped
            .filter(|&payload_type| payload_type >= FIRST_DYNAMIC)
            .map(|payload_type| Deviation::UnmappedPayloadType { stream, payload_type }),
    );
}

/// The lines themselves: how they end, what they are, and in which order.
fn lines(bytes: &[u8]) -> Vec<Deviation> {
    let mut deviations = Vec::new();
    let mut section = SESSION;
    let mut rank = 0;
    let mut has_name = false;
    for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let line_number = index + 1;
        let Some(&first) = line.first().filter(|_| line.trim_ascii() != b"") else { continue };
        let key = char::from(first);
        if !line.ends_with(b"\r\n") {
            deviations.push(Deviation::LineEnd { line: line_number });
        }
        if key == 'k' {
            deviations.push(Deviation::KeyLine { line: line_number });
        }
        if key == 's' {
            has_name = true;
            let is_empty = line.strip_prefix(b"s=").is_some_and(|it| it.trim_ascii_end() == b"")
                && !line.starts_with(b"s= ");
            deviations.extend(is_empty.then_some(Deviation::EmptyName));
        }
        if key == 'm' {
            (section, rank) = (MEDIA, 0);
        }
        match section.iter().position(|group| group.contains(key)) {
            None => deviations.push(Deviation::UnknownLine { line: line_number, key }),
            Some(place) if place < rank => {
                deviations.push(Deviation::LineOrder { line: line_number, key });
            }
            Some(place) => rank = place,
        }
    }
    if !has_name {
        deviations.push(Deviation::NoName);
    }
    deviations
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_ok()
}

/// RFC 8866 section 9, and alike RFC 4574 section 4.
fn is_token(text: &str) -> bool {
    let is_token_char =
        |byte: u8| byte.is_ascii_graphic() && !br#""(),/:;<=>?@[\]"#.contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_char)
}

/// The order of lines before the first `m=`; those within a group may mix (RFC 8866 section 9).
const SESSION: &[&str] = &["v", "o", "s", "i", "u", "e", "p", "c", "b", "trz", "k", "a"];
/// The order of lines from an `m=` on.
const MEDIA: &[&str] = &["m", "i", "c", "b", "k", "a"];
