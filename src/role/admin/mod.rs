//! The administrator: somebody with a token, who sets recording up through the settings API of the
//! platform (product facts, section 3), as the pages of the product do.

mod arrangement;
mod errand;

pub use arrangement::Arrangement;
pub use errand::{Errand, Extra};

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Asker, Command, Input, Output, Role};
use crate::http::{Request, Response, escape, header};
use crate::packet::Transport;
use crate::time::Instant;

/// What makes one administrator different from another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the settings API is.
    pub api: SocketAddr,
    /// The addresses from which it is asked.
    pub from: Vec<SocketAddr>,
    /// The bearer token (RFC 6750).
    pub token: String,
}

/// An administrator.
#[derive(Debug)]
pub struct Admin {
    settings: Settings,
    asker: Asker<Step>,
    errands: VecDeque<Errand>,
    /// The ids of people by their numbers, once they were looked up.
    people: BTreeMap<String, String>,
    /// The id of the vendor, once it was looked up.
    vendor: Option<String>,
}

/// What a question was for.
#[derive(Debug)]
enum Step {
    /// To know who there is.
    People,
    /// To know who records.
    Vendor,
    /// To change what is set for somebody.
    Read,
    /// The last of an errand.
    Last,
}

impl Admin {
    /// An administrator who has done nothing yet.
    pub fn new(settings: Settings) -> Self {
        let asker = Asker::new(settings.from.iter().copied());
        let (people, errands) = (BTreeMap::new(), VecDeque::new());
        Self { settings, asker, errands, people, vendor: None }
    }

    fn go_on(&mut self, now: Instant) {
        while self.asker.open() == 0 {
            let Some(errand) = self.errands.front() else { return };
            let wanted = match errand.number() {
                Some(number) => match self.people.get(number) {
                    Some(id) => Ok(format!(
                        "/v1/people/{}/features/callRecording{}",
                        escape(id),
                        errand.query()
                    )),
                    None => Err(("/v1/people?max=1000&callingData=true", Step::People)),
                },
                None if errand.needs_vendor() => match &self.vendor {
                    Some(id) => Ok(format!(
                        "/v1/telephony/config/callRecording/vendors/{}/termsOfService",
                        escape(id)
                    )),
                    None => Err(("/v1/telephony/config/callRecording", Step::Vendor)),
                },
                None => Ok(errand.path()),
            };
            match wanted {
                Err((path, step)) => self.ask(now, "GET", path, None, step),
                Ok(path) if errand.reads_first() => self.ask(now, "GET", &path, None, Step::Read),
                Ok(path) => {
                    let body = errand.body();
                    let method = if body.is_some() { "PUT" } else { "GET" };
                    self.ask(now, method, &path, body.as_ref(), Step::Last);
                }
            }
        }
    }

    fn ask(&mut self, now: Instant, method: &str, path: &str, body: Option<&Value>, step: Step) {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.settings.token));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let asked =
            request.body(body).ok().map(|it| self.asker.ask(now, self.settings.api, it, step));
        if !matches!(asked, Some(Ok(()))) {
            // Nothing can come of it: the next one may be luckier.
            self.errands.pop_front();
        }
    }

    fn hear(&mut self, now: Instant, step: &Step, response: &Response<Bytes>) {
        let body: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        let fine = response.status().is_success();
        match step {
            Step::People if fine => {
                self.learn_people(&body);
                // Somebody who is not there cannot be set up.
                if self
                    .errands
                    .front()
                    .and_then(Errand::number)
                    .is_some_and(|number| !self.people.contains_key(number))
                {
                    self.errands.pop_front();
                }
            }
            Step::Vendor if fine => {
                let id = body.get("vendorId").and_then(Value::as_str);
                self.vendor = Some(id.unwrap_or_default().to_owned());
            }
            Step::Read if fine => self.write_changed(now, body),
            Step::Last if !fine && body.get("termsOfServiceUrl").is_some() => {
                let errand = self.errands.pop_front();
                // Whoever has been told to set recording up accepts the terms on the way (S-28).
                if let Some(Errand::Record { number, word, insists: true }) = errand {
                    let again = Errand::Record { number, word, insists: false };
                    self.errands.push_front(again);
                    self.errands.push_front(Errand::Terms(true));
                }
            }
            _ => {
                self.errands.pop_front();
            }
        }
    }

    /// Puts what was read back with the change in it, as a page does that is saved.
    fn write_changed(&mut self, now: Instant, mut body: Value) {
        let Some(errand) = self.errands.front() else { return };
        let Some(id) = errand.number().and_then(|number| self.people.get(number)) else { return };
        let path = format!("/v1/people/{}/features/callRecording", escape(id));
        if let Some(members) = body.as_object_mut() {
            for read_only in ["serviceProvider", "externalGroup", "externalIdentifier"] {
                members.remove(read_only);
            }
        }
        // Section 3.2: `None` is read, but written as null.
        if body["notification"]["type"] == json!("None") {
            body["notification"]["type"] = Value::Null;
        }
        errand.change(&mut body);
        self.ask(now, "PUT", &path, Some(&body), Step::Last);
    }

    fn learn_people(&mut self, body: &Value) {
        let items = body.get("items").and_then(Value::as_array).into_iter().flatten();
        for person in items.take(PEOPLE_MAX) {
            let id = person.get("id").and_then(Value::as_str);
            let numbers =
                person.get("phoneNumbers").and_then(Value::as_array).into_iter().flatten();
            for number in numbers.filter_map(|number| number.get("value")?.as_str()) {
                self.people.extend(id.map(|id| (number.to_owned(), id.to_owned())));
            }
        }
    }
}

impl Role for Admin {
    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(command) => {
                let errand = match command {
                    Command::Record(number, mode) => Some(Errand::record(number, mode)),
                    Command::Administer(errand) => Some(errand),
                    _ => None,
                };
                if self.errands.len() < ERRANDS_MAX {
                    self.errands.extend(errand);
                }
            }
            Input::Packet(packet) if packet.transport == Transport::Http => {
                match self.asker.handle_packet(&packet) {
                    Some((step, Ok(response))) => self.hear(now, &step, &response),
                    Some((_, Err(_))) => {
                        self.errands.pop_front();
                    }
                    None => {}
                }
            }
            Input::Undeliverable(packet) => {
                if self.asker.handle_undeliverable(&packet).is_some() {
                    self.errands.pop_front();
                }
            }
            Input::Timeout => {
                while self.asker.handle_timeout(now).is_some() {
                    self.errands.pop_front();
                }
            }
            Input::Packet(_) => {}
        }
        self.go_on(now);
    }

    fn poll_output(&mut self) -> Output {
        match self.asker.poll_transmit() {
            Some(packet) => Output::Transmit(packet),
            None => Output::Timeout(self.asker.next_deadline()),
        }
    }
}

/// Nobody asks for more at once.
const ERRANDS_MAX: usize = 1_000;
/// What one page has at most.
const PEOPLE_MAX: usize = 1_000;
