//! What the recorder is told of an organisation and its people: exactly five things (S-37).
//!
//! How the product does it is not known. Here each is one request: `POST
//! /provisioning/v1/SP0001/accounts` for the organisation, with whoever enabled it, who becomes the
//! account's administrator (S-30), and `PUT /provisioning/v1/SP0001/users/SP0001L0001/…` for each
//! user. The path has the identifiers that recordings are known by and that tell nothing of a
//! person (S-42); what is shared of people stands in the body.

use bytes::Bytes;
use serde_json::json;

use crate::http::{Method, Request, escape, header};
use crate::role::platform::identity::{EXTERNAL_GROUP, SERVICE_PROVIDER};

/// What is shared of one person: the set of S-37, and nothing else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shared {
    /// The customer's name.
    pub customer_name: String,
    /// The user's time zone.
    pub time_zone: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The e-mail address.
    pub email: String,
}

/// Why something is shared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Share {
    /// The organisation's account is to be made, with this person as its administrator.
    Account,
    /// This person is to be a user of it, and this the identifier of their recordings.
    User(String),
    /// This person is to be no user any more: only a platform with a flaw says so.
    Removal(String),
}

impl Share {
    /// The request that shares it; `more` is what a platform with a fault gives away besides.
    pub fn request(&self, shared: &Shared, more: Option<(&str, &str)>) -> Request<Bytes> {
        let Shared { customer_name, time_zone, first_name, last_name, email } = shared;
        let mut body = json!({
            "customerName": customer_name, "timeZone": time_zone,
            "firstName": first_name, "lastName": last_name, "email": email,
        });
        if let Some((name, value)) = more {
            body[name] = json!(value);
        }
        let base = format!("/provisioning/v1/{SERVICE_PROVIDER}");
        let user = |id: &str| format!("{base}/users/{EXTERNAL_GROUP}/{}", escape(id));
        let (method, path) = match self {
            Self::Account => (Method::POST, format!("{base}/accounts")),
            Self::User(identifier) => (Method::PUT, user(identifier)),
            Self::Removal(identifier) => (Method::DELETE, user(identifier)),
        };
        let request = Request::builder().method(method).uri(path);
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(body.to_string()))
            .expect("a path and a type that are written here")
    }
}
