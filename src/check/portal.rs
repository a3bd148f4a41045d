//! What people asked the recorder's API, and what it answered, as it crossed the network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::evidence::{Content, Side, Timeline};
use crate::http::{Message, Request, Response, bearer, form};
use crate::time::Instant;

/// A question and its answer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// When the question was first seen.
    pub sent: Instant,
    /// When the answer was first seen.
    pub at: Instant,
    /// The e-mail address of whoever asked, as they signed in; empty if they did not.
    pub who: String,
    /// `GET`, `PUT`…
    pub method: String,
    /// The path without region, version and query: `recordings/1001`.
    pub path: String,
    /// What stands behind the path.
    pub query: Option<String>,
    /// What was sent, if it was JSON.
    pub sends: Value,
    /// The status of the answer.
    pub status: u16,
    /// What was answered, if it was JSON.
    pub body: Value,
    /// What was answered, whatever it was.
    pub bytes: Bytes,
}

impl Asked {
    /// What is listed, if it is a list: recordings, or messages about them.
    pub fn listed(&self) -> Option<usize> {
        let list = ["recordings", "messages"].iter().find_map(|name| self.body[*name].as_array());
        list.map(Vec::len)
    }
}

/// Every question that was answered, but for those of who one is, and of signing in where that
/// was granted.
pub fn asked(timeline: &Timeline) -> Vec<Asked> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut asked = Vec::new();
    for Exchange { sent, at, question, answer } in exchanges(timeline) {
        let (Some(request), Some(response)) = (question.request(), answer.response()) else {
            continue;
        };
        let Some((_, path)) = request.uri().path().split_once("/v1/") else { continue };
        let is_granted = response.status().is_success();
        let signs_in = path == "token";
        if signs_in && is_granted {
            names.extend(token(response).zip(user_name(request)));
        }
        if is_granted && (signs_in || path == "profile") {
            continue;
        }
        let who = if signs_in {
            user_name(request)
        } else {
            bearer(request.headers()).and_then(|token| names.get(token).cloned())
        };
        asked.push(Asked {
            sent,
            at,
            who: who.unwrap_or_default(),
            method: request.method().to_string(),
            path: path.to_owned(),
            query: request.uri().query().map(str::to_owned),
            sends: serde_json::from_slice(request.body()).unwrap_or_default(),
            status: response.status().as_u16(),
            body: serde_json::from_slice(response.body()).unwrap_or_default(),
            bytes: response.body().clone(),
        });
    }
    asked
}

/// A recording that a program was told of.
#[derive(Clone, Debug)]
pub struct Told {
    /// When the program had understood.
    pub at: Instant,
    /// Its id.
    pub recording: String,
}

/// Every message about a recording that a program took.
pub fn told(timeline: &Timeline) -> Vec<Told> {
    let exchanges = exchanges(timeline).into_iter();
    let told = exchanges.filter_map(|Exchange { at, question, answer, .. }| {
        answer.response().filter(|response| response.status().is_success())?;
        let request = question.request().filter(|it| !it.uri().path().contains("/v1/"))?;
        let body: Value = serde_json::from_slice(request.body()).ok()?;
        Some(Told { at, recording: body["recording"].as_str()?.to_owned() })
    });
    told.collect()
}

/// When anybody asked or answered last over HTTP; nothing, while a question is open.
pub fn quiet_since(timeline: &Timeline) -> Option<Instant> {
    let mut waiting = BTreeSet::new();
    let mut last = Instant::START;
    for sighting in timeline.signalling() {
        let Content::Http(message) = &sighting.content else { continue };
        last = sighting.at;
        if message.request().is_some() {
            waiting.insert((sighting.source, sighting.target));
        } else {
            waiting.remove(&(sighting.target, sighting.source));
        }
    }
    waiting.is_empty().then_some(last)
}

/// A request and a response, whatever they are about.
struct Exchange {
    sent: Instant,
    at: Instant,
    question: Arc<Message>,
    answer: Arc<Message>,
}

fn exchanges(timeline: &Timeline) -> Vec<Exchange> {
    let mut waiting: BTreeMap<(SocketAddr, SocketAddr), (Instant, Arc<Message>)> = BTreeMap::new();
    let mut exchanges = Vec::new();
    for sighting in timeline.signalling() {
        let Content::Http(message) = &sighting.content else { continue };
        let between = (sighting.source, sighting.target);
        if message.request().is_some() {
            // As it leaves, and as it arrives: what a port asks anew stands for what it asked.
            if sighting.side == Side::Sent || !waiting.contains_key(&between) {
                waiting.insert(between, (sighting.at, Arc::clone(message)));
            }
            continue;
        }
        // An answer is seen twice too: the first counts.
        let between = (sighting.target, sighting.source);
        if let Some((sent, question)) = waiting.remove(&between) {
            let (at, answer) = (sighting.at, Arc::clone(message));
            exchanges.push(Exchange { sent, at, question, answer });
        }
    }
    exchanges
}

fn token(response: &Response<Bytes>) -> Option<String> {
    let answer: Value = serde_json::from_slice(response.body()).ok()?;
    Some(answer["access_token"].as_str()?.to_owned())
}

fn user_name(request: &Request<Bytes>) -> Option<String> {
    let fields = form(request.body());
    fields.into_iter().find(|(name, _)| name == "username").map(|(_, value)| value)
}
