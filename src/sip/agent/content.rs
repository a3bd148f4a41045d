//! What the owner of an agent puts into a message: a body, and header fields of its own.

use bytes::Bytes;

/// A message body. SIP does not look inside.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Body {
    /// The value of Content-Type, with its parameters.
    pub content_type: String,
    /// The bytes.
    pub bytes: Bytes,
    /// Other header fields that describe it, such as Content-Disposition.
    pub headers: Vec<(String, String)>,
}

impl Body {
    /// A body with no header fields but Content-Type.
    pub fn new(content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self { content_type: content_type.to_owned(), bytes: bytes.into(), headers: Vec::new() }
    }
}

/// What goes into a message beside what SIP itself puts there.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Content {
    /// Header fields, added in their order. A Max-Forwards, Contact, Allow, Supported, Accept,
    /// User-Agent or Server replaces the agent's own; a Require adds to it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Body>,
}

impl Content {
    /// Nothing to add.
    pub fn none() -> Self {
        Self::default()
    }

    /// The same with one more header field.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl From<Body> for Content {
    fn from(body: Body) -> Self {
        Self { headers: Vec::new(), body: Some(body) }
    }
}

/// What to answer a request with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// The status: 200 to 699.
    pub code: u16,
    /// The reason phrase, if not the usual one.
    pub reason: Option<String>,
    /// Header fields and body.
    pub content: Content,
}

impl Reply {
    /// An answer of this status, with its usual phrase and nothing more.
    pub fn new(code: u16) -> Self {
        Self { code, reason: None, content: Content::none() }
    }

    /// The same with this content.
    #[must_use]
    pub fn with(self, content: impl Into<Content>) -> Self {
        Self { content: content.into(), ..self }
    }
}
