//! Why a request is not granted, in the product's words and codes (product facts, section 5.3).
//!
//! The codes are public, the HTTP statuses that belong to them mostly not: those are ours.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::http::{self, Response, StatusCode};

/// Why a request is not granted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    status: StatusCode,
    code: u16,
    message: String,
    details: Vec<String>,
}

impl Problem {
    /// 1003: who asks is not known.
    pub fn invalid_credentials() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 1003, "Invalid credentials")
    }

    /// 1004: the body is of another type than the one that is read here.
    pub fn content_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, 1004, "Unsupported content type")
    }

    /// 1009: there is no such thing, or none that whoever asks may know of.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, 1009, "Resource not found")
    }

    /// 1010: it is not part of the subscription, or of the role.
    pub fn not_enabled(what: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, 1010, &format!("Feature not enabled: {what}"))
    }

    /// 1021: too many requests in a second. The product says 403, not 429.
    pub fn per_second() -> Self {
        Self::new(StatusCode::FORBIDDEN, 1021, "Rate limit per second exceeded")
    }

    /// 1022: too many requests in a day.
    pub fn per_day() -> Self {
        Self::new(StatusCode::FORBIDDEN, 1022, "Rate limit per day exceeded")
    }

    /// 1038: the token is none, or is one no more.
    pub fn token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 1038, "Invalid or expired access token")
    }

    /// 2000: what is asked for makes no sense; the detail says why.
    pub fn wrong(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(StatusCode::BAD_REQUEST, 2000, "Validation error");
        problem.details.push(detail.into());
        problem
    }

    /// The answer.
    pub fn into_response(self) -> Response<Bytes> {
        http::json(self.status, &self.to_json())
    }

    /// The error object of the product.
    pub fn to_json(&self) -> Value {
        let details: Vec<_> = self
            .details
            .iter()
            .map(|message| json!({ "code": DETAIL, "message": message, "details": [] }))
            .collect();
        json!({
            "status": self.status.as_u16(),
            "code": self.code,
            "message": self.message,
            "details": details,
        })
    }

    fn new(status: StatusCode, code: u16, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), details: Vec::new() }
    }
}

/// The code of every detail that was seen.
const DETAIL: u16 = 4001;
