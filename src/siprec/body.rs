//! The body of a recording session's message: SDP and metadata, together or alone (RFC 7866
//! section 9.1).

use super::malformed::Malformed;
use super::media_type::MediaType;
use super::multipart::{Header, Multipart, Part, unused_boundary};
use super::write::Dialect;

/// A body to be sent, and the headers that describe it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Body {
    /// The value of Content-Type.
    pub content_type: String,
    /// The value of Content-Disposition, where the body is metadata alone.
    pub content_disposition: Option<String>,
    /// The body.
    pub bytes: Vec<u8>,
}

/// How a body of two parts is laid out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Layout {
    /// Which part comes first.
    pub order: Order,
    /// What the metadata calls itself.
    pub metadata_type: MetadataType,
    /// Whether the headers of the metadata have a blank after their colon.
    pub colon: Colon,
    /// The boundary; digits are added should it occur in a part.
    pub boundary: String,
}

/// Which part comes first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// As in the examples of RFC 7866.
    SdpFirst,
    /// As Webex Calling does it.
    MetadataFirst,
}

/// The media type of metadata.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MetadataType {
    /// `application/rs-metadata+xml`: RFC 7865, confirmed by RFC 9806.
    Current,
    /// `application/rs-metadata`: RFC 7866 before RFC 9806.
    Withdrawn,
}

/// What stands between the name of a header and its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colon {
    /// A colon and a blank.
    Spaced,
    /// A colon alone.
    Tight,
}

impl Layout {
    /// How the speakers of a dialect lay it out.
    pub fn of(dialect: Dialect) -> Self {
        let metadata_type = MetadataType::Current;
        match dialect {
            Dialect::Rfc => Self {
                order: Order::SdpFirst,
                metadata_type,
                colon: Colon::Spaced,
                boundary: "foobar".to_owned(),
            },
            Dialect::Webex => Self {
                order: Order::MetadataFirst,
                metadata_type,
                colon: Colon::Tight,
                boundary: "UniqueBroadWorksBoundary".to_owned(),
            },
        }
    }
}

impl MetadataType {
    /// The media type itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "application/rs-metadata+xml",
            Self::Withdrawn => "application/rs-metadata",
        }
    }
}

impl Body {
    /// A session description and the metadata that refers to its labels.
    pub fn both(sdp: &[u8], metadata: &str, layout: &Layout) -> Self {
        let sdp = part(Colon::Spaced, &[("Content-Type", SDP)], sdp);
        let described =
            [("Content-Type", layout.metadata_type.as_str()), ("Content-Disposition", DISPOSITION)];
        let metadata = part(layout.colon, &described, metadata.as_bytes());
        let parts = match layout.order {
            Order::SdpFirst => vec![sdp, metadata],
            Order::MetadataFirst => vec![metadata, sdp],
        };
        let boundary = unused_boundary(&layout.boundary, &parts);
        Self {
            bytes: Multipart::new(parts).to_bytes(&boundary),
            content_type: format!("multipart/mixed;boundary={}", quoted(boundary)),
            content_disposition: None,
        }
    }

    /// Metadata alone: an update that refers to no label, or the request for a snapshot.
    pub fn metadata(metadata: &str, metadata_type: MetadataType) -> Self {
        Self {
            content_type: metadata_type.as_str().to_owned(),
            content_disposition: Some(DISPOSITION.to_owned()),
            bytes: metadata.as_bytes().to_vec(),
        }
    }

    /// A session description alone.
    pub fn sdp(sdp: &[u8]) -> Self {
        let content_type = SDP.to_owned();
        Self { content_type, content_disposition: None, bytes: sdp.to_vec() }
    }
}

/// A boundary between quotes if it is no token (RFC 2045 section 5.1).
fn quoted(boundary: String) -> String {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"'+_-.".contains(&byte);
    if boundary.bytes().all(is_token) { boundary } else { format!("\"{boundary}\"") }
}

fn part(colon: Colon, headers: &[(&str, &str)], body: &[u8]) -> Part {
    let header = |&(name, value): &(&str, &str)| match colon {
        Colon::Spaced => Header::new(name, value),
        Colon::Tight => Header::tight(name, value),
    };
    Part { headers: headers.iter().map(header).collect(), body: body.to_vec() }
}

/// A body that was received, taken apart.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Received {
    /// The first session description.
    pub sdp: Option<Part>,
    /// The first metadata, or request for it.
    pub metadata: Option<Part>,
    /// Whatever else there is, in order.
    pub others: Vec<Part>,
    /// Whether a multipart body ended before its last boundary: it was cut off.
    pub is_cut_off: bool,
}

impl Received {
    /// Takes a body apart by the value of its Content-Type header.
    ///
    /// Parts may be in any order and nested; a body that is no multipart is one part, with that
    /// header as its only one.
    pub fn split(content_type: &str, body: &[u8]) -> Result<Self, Malformed> {
        let mut received = Self::default();
        let header = Header::new("Content-Type", content_type);
        received.take(Part { headers: vec![header], body: body.to_vec() }, 0)?;
        Ok(received)
    }

    /// The bytes of the session description.
    pub fn sdp_bytes(&self) -> Option<&[u8]> {
        self.sdp.as_ref().map(|it| it.body.as_slice())
    }

    /// The bytes of the metadata.
    pub fn metadata_bytes(&self) -> Option<&[u8]> {
        self.metadata.as_ref().map(|it| it.body.as_slice())
    }

    fn take(&mut self, part: Part, depth: usize) -> Result<(), Malformed> {
        let content_type = part.header("Content-Type").unwrap_or("text/plain");
        let media_type = MediaType::parse(content_type)
            .ok_or_else(|| Malformed::MediaType { value: content_type.to_owned() })?;
        if media_type.is_multipart() {
            if depth == MAX_DEPTH {
                return Err(Malformed::TooManyParts { what: "levels", most: MAX_DEPTH });
            }
            let multipart = Multipart::parse(&media_type, &part.body)?;
            self.is_cut_off |= !multipart.closed;
            return multipart.parts.into_iter().try_for_each(|it| self.take(it, depth + 1));
        }
        match (&mut self.sdp, &mut self.metadata) {
            (sdp @ None, _) if media_type.is(SDP) => *sdp = Some(part),
            (_, metadata @ None) if media_type.is_metadata() => *metadata = Some(part),
            _ => self.others.push(part),
        }
        Ok(())
    }
}

const SDP: &str = "application/sdp";
/// RFC 7866 section 9.
const DISPOSITION: &str = "recording-session";
/// Two levels have been seen.
const MAX_DEPTH: usize = 4;
