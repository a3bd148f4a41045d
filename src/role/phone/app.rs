//! A telephone's user has an app too: it asks the platform's call-control API (product facts,
//! section 3.6) for what they want of a recording.

use std::net::SocketAddr;

use bytes::Bytes;
use serde_json::{Value, json};

use super::Phone;
use crate::http::{Method, Request, Response, header};
use crate::packet::Packet;
use crate::role::{Asker, Control};
use crate::time::Instant;

/// Where an app asks, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the API is.
    pub api: SocketAddr,
    /// The addresses from which it is asked.
    pub from: Vec<SocketAddr>,
    /// The bearer token of its user (RFC 6750).
    pub token: String,
}

/// An app.
#[derive(Debug)]
pub struct App {
    api: SocketAddr,
    token: String,
    asker: Asker<Step>,
}

/// What a question is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Step {
    /// To know which call is up, of whose recording something is wanted.
    Calls(Control),
    /// To have it done.
    Control,
}

impl App {
    /// An app that has asked nothing yet.
    pub fn new(settings: Settings) -> Self {
        let Settings { api, from, token } = settings;
        Self { api, token, asker: Asker::new(from) }
    }

    /// Its user wants something of the recording of the call.
    pub fn control(&mut self, now: Instant, control: Control) {
        self.ask(now, Method::GET, "/v1/telephony/calls", None, Step::Calls(control));
    }

    /// Takes an answer, and asks what follows from it.
    pub fn handle_packet(&mut self, now: Instant, packet: &Packet) {
        if let Some((Step::Calls(control), Ok(response))) = self.asker.handle_packet(packet)
            && let Some(call) = last_call(&response)
        {
            let verb = match control {
                Control::Start => "start",
                Control::Stop => "stop",
                Control::Pause => "pause",
                Control::Resume => "resume",
            };
            let path = format!("/v1/telephony/calls/{verb}Recording");
            self.ask(now, Method::POST, &path, Some(&json!({ "callId": call })), Step::Control);
        }
    }

    /// What could not be delivered is not asked again: its user sees that nothing happens.
    pub fn handle_undeliverable(&mut self, packet: &Packet) {
        let _ = self.asker.handle_undeliverable(packet);
    }

    /// Nor what nobody answered.
    pub fn handle_timeout(&mut self, now: Instant) {
        while self.asker.handle_timeout(now).is_some() {}
    }

    /// When it stops waiting for an answer.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.asker.next_deadline()
    }

    /// The next packet to send.
    pub fn poll_transmit(&mut self) -> Option<Packet> {
        self.asker.poll_transmit()
    }

    fn ask(&mut self, now: Instant, method: Method, path: &str, body: Option<&Value>, step: Step) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json");
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        // A token that no header can carry asks nothing.
        if let Ok(request) = request.body(body) {
            let _ = self.asker.ask(now, self.api, request, step);
        }
    }
}

impl Phone {
    /// Does something with the app, if there is one.
    pub(super) fn with_app(&mut self, deed: impl FnOnce(&mut App)) {
        self.app.as_mut().map(deed);
    }
}

/// The call that began last.
fn last_call(response: &Response<Bytes>) -> Option<String> {
    let body: Value = serde_json::from_slice(response.body()).ok()?;
    Some(body["items"].as_array()?.last()?["id"].as_str()?.to_owned())
}
