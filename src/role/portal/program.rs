//! A program that wants to be told of recordings: it takes the messages, and keeps the secrets
//! that come with the first of them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use crate::http::{Request, StatusCode, json};
use crate::packet::Packet;
use crate::role::{answer, asked};

/// A program that wants to be told of recordings.
#[derive(Debug, Default)]
pub struct Program {
    /// Whether nobody is at home: every message is refused.
    pub is_away: bool,
    /// The secret of each notification, by its id.
    secrets: BTreeMap<String, String>,
}

impl Program {
    /// The secret of a notification: `notifications/1`.
    pub fn secret(&self, path: &str) -> Option<&str> {
        let (_, id) = path.rsplit_once('/')?;
        self.secrets.get(id).map(String::as_str)
    }

    /// Takes a message, and answers it.
    pub fn handle_packet(&mut self, packet: &Packet) -> Option<Packet> {
        let request = match asked(packet) {
            Ok(request) => request,
            Err(response) => return response.map(|response| answer(packet, response)),
        };
        let status = if self.is_away {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            self.take(&request);
            StatusCode::OK
        };
        Some(answer(packet, json(status, &Value::Null)))
    }

    fn take(&mut self, request: &Request<Bytes>) {
        let secret = request.headers().get("X-Hook-Secret").and_then(|it| it.to_str().ok());
        let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        if let (Some(secret), Some(id)) = (secret, body["notification"].as_str())
            && self.secrets.len() < SECRETS_MAX
        {
            self.secrets.insert(id.to_owned(), secret.to_owned());
        }
    }
}

/// A program asks once.
const SECRETS_MAX: usize = 64;
