//! Answers that say no, with the body that the product documents (section 3.7).

use bytes::Bytes;
use serde_json::{Value, json};

use crate::http::{HeaderValue, Response, StatusCode};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What is told of it.
    pub what: What,
    /// A header of this status: `Retry-After`, `Allow`.
    pub header: Option<(&'static str, String)>,
}

/// See [`Refusal`].
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// In a sentence.
    Error(String),
    /// In a body of its own, as for terms that were not accepted.
    Body(Value),
}

impl Refusal {
    /// A refusal in a sentence.
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, what: What::Error(why.into()), header: None }
    }

    /// 400.
    pub fn invalid(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, why)
    }

    /// 404: there is no such thing, or nobody may know of it.
    pub fn unknown(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("The requested {what} could not be found."))
    }

    /// The answer, and what it is known by where it was logged.
    pub fn answer(self, tracking: &str) -> Response<Bytes> {
        let body = match self.what {
            What::Body(body) => body,
            What::Error(why) => json!({
                "message": why, "errors": [{ "description": why }], "trackingId": tracking,
            }),
        };
        let mut response = crate::http::json(self.status, &body);
        if let Some((name, value)) = self.header
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
