//! The recorder's REST API, in the shape of Dubber's (product facts, section 5): paths, names,
//! codes and errors are the product's as far as they are public; where they are not, the doc
//! comment at that place says that the choice is ours.
//!
//! A request goes through [`handle`] from top to bottom: who asks, how often, for what (`route`),
//! whether they may (`authorise`, the only place), and what the answer is.

mod accounts;
mod audio;
mod authorise;
mod groups;
mod hooks;
mod input;
mod limits;
mod notifications;
mod objects;
mod points;
mod problem;
mod recordings;
mod route;
mod tags;
mod tokens;
mod users;

pub use hooks::{Delivery, Hooks};
pub use limits::Limits;
pub use problem::Problem;
pub use tokens::Tokens;

use std::collections::BTreeMap;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::Value;

use super::flaw::Flaw;
use super::library::{Date, Id, Library, User};
use super::store::Keep;
use crate::http::{Request, Response, StatusCode, Uri, json, segments};

/// What makes one API different from another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is reached, without a path: `http://192.0.2.30:8080`.
    pub base: String,
    /// The region in every path.
    pub region: String,
    /// The programs that may ask: id and secret.
    pub clients: Vec<(String, String)>,
    /// What each of them may ask in a second; the product's is 2.
    pub per_second: usize,
    /// What each of them may ask in a day; the product's is 5,000.
    pub per_day: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base: "http://recorder.example".to_owned(),
            region: "sandbox".to_owned(),
            clients: vec![("tallylight".to_owned(), "secret-of-the-program".to_owned())],
            per_second: 2,
            per_day: 5_000,
        }
    }
}

/// What the API remembers beside the library.
#[derive(Debug)]
pub struct Api {
    settings: Settings,
    tokens: Tokens,
    limits: Limits,
    hooks: Hooks,
    /// Where sound can be fetched for a while, and by whom.
    links: BTreeMap<String, Link>,
    rng: ChaCha8Rng,
}

/// A place at which the sound of one recording can be fetched.
#[derive(Clone, Debug)]
struct Link {
    recording: Id,
    listener: Id,
    until: Date,
}

impl Api {
    /// An API that nobody has signed in to.
    pub fn new(settings: Settings, seed: u64) -> Self {
        Self {
            settings,
            tokens: Tokens::default(),
            limits: Limits::default(),
            hooks: Hooks::default(),
            links: BTreeMap::new(),
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Who is told of what.
    pub fn hooks(&mut self) -> &mut Hooks {
        &mut self.hooks
    }

    /// A name that nobody guesses.
    fn secret(&mut self) -> String {
        format!("{:016x}{:016x}", self.rng.next_u64(), self.rng.next_u64())
    }

    fn is_client(&self, id: &str, secret: &str) -> bool {
        self.settings.clients.iter().any(|(known, own)| known == id && own == secret)
    }
}

/// What a request is answered from.
pub struct Desk<'a> {
    /// When.
    pub now: Date,
    /// The books.
    pub library: &'a mut Library,
    /// Where the sound is.
    pub keep: &'a mut dyn Keep,
    /// Who is signed in, and the rest.
    pub api: &'a mut Api,
    /// How it is wrong on purpose.
    pub flaw: Option<Flaw>,
}

impl std::fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("now", &self.now).finish_non_exhaustive()
    }
}

/// One request on its way through, by somebody who is signed in.
struct Call<'a, 'b> {
    desk: &'a mut Desk<'b>,
    caller: User,
    request: &'a Request<Bytes>,
}

/// An answer, or why there is none but that.
type Answer = Result<Response<Bytes>, Problem>;

/// Answers one request.
pub fn handle(desk: &mut Desk<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    answer(desk, request).unwrap_or_else(Problem::into_response)
}

fn answer(desk: &mut Desk<'_>, request: &Request<Bytes>) -> Answer {
    let path = segments(request.uri()).ok_or_else(Problem::not_found)?;
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    let [region, "v1", path @ ..] = &path[..] else { return Err(Problem::not_found()) };
    if *region != desk.api.settings.region {
        return Err(Problem::not_found());
    }
    match (request.method().as_str(), path) {
        ("POST", ["token"]) => return Ok(tokens::grant(desk, request)),
        ("POST", ["revoke"]) => return Ok(tokens::revoke(desk, request)),
        // Whoever was given the place needs no token: it is a secret itself.
        ("GET", ["audio", key]) => return audio::fetch(desk, key),
        _ => {}
    }
    let (caller, client) = tokens::caller(desk, request)?;
    if desk.flaw != Some(Flaw::NeverLimit) {
        desk.api.limits.count(desk.now, &client, &desk.api.settings)?;
    }
    let mut call = Call { desk, caller, request };
    route::route(&mut call, path)
}

impl Call<'_, '_> {
    fn uri(&self) -> &Uri {
        self.request.uri()
    }

    fn url(&self, path: &str) -> String {
        self.desk.url(path)
    }
}

impl Desk<'_> {
    fn url(&self, path: &str) -> String {
        let Settings { base, region, .. } = &self.api.settings;
        format!("{base}/{region}/v1/{path}")
    }
}

fn ok(value: &Value) -> Response<Bytes> {
    json(StatusCode::OK, value)
}

fn created(value: &Value) -> Response<Bytes> {
    json(StatusCode::CREATED, value)
}

fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

#[cfg(test)]
mod tests;
