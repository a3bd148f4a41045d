//! The settings API of the platform, shaped as the product's (product facts, section 3): people and
//! their recording settings, the organisation, vendors and terms, over HTTP with bearer tokens.
//!
//! What the product says only in pages of its administrator goes by the same doors here.

mod auth;
mod control;
mod enabling;
mod jobs;
mod location;
mod organization;
mod people;
mod person;
mod refusal;
mod route;
mod sharing;

pub use refusal::{Refusal, What};
pub use route::{READ, WRITE};
pub use sharing::Sharing;

use bytes::Bytes;
use serde_json::Value;

use self::auth::{Tokens, Who};
use self::jobs::Jobs;
use self::route::{OfLocation, Route};
use super::provisioning::{Directory, Partner, Vendor};
use super::{Flaw, Platform, metadata::uuid};
use crate::http::{Method, Request, Response, StatusCode, header, json, parameter};
use crate::packet::Packet;
use crate::role::{Choice, answer, asked};
use crate::time::Instant;

/// What the API remembers beside the directory.
#[derive(Debug)]
pub struct Desk {
    tokens: Tokens,
    /// What the recorder was told and has not answered yet.
    pub(super) sharing: Sharing,
    jobs: Jobs,
    flaw: Option<Flaw>,
}

impl Desk {
    /// A desk at which nobody has asked yet.
    pub fn new(setup: &super::provisioning::Setup) -> Self {
        Self {
            tokens: Tokens::new(setup),
            sharing: Sharing::new(setup),
            jobs: Jobs::default(),
            flaw: setup.flaw,
        }
    }

    /// From now on it is wrong in this way.
    pub fn set_flaw(&mut self, flaw: Option<Flaw>) {
        self.flaw = flaw;
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }
}

/// What a request leads to.
enum Outcome {
    /// This answer.
    Answer(Response<Bytes>),
    /// An answer when the recorder has said what it thinks of it.
    Later,
}

impl Platform {
    /// A packet of HTTP: somebody asks, or the recorder answers.
    pub(super) fn handle_http(&mut self, now: Instant, packet: &Packet) {
        if self.desk.sharing.asker.is_ours(packet) {
            return self.sharing_answered(now, packet);
        }
        match asked(packet) {
            Ok(request) => match self.serve(now, packet, &request) {
                Ok(Outcome::Answer(response)) => self.say(packet, response),
                Ok(Outcome::Later) => {}
                Err(refusal) => self.refuse(packet, refusal),
            },
            Err(Some(response)) => self.say(packet, response),
            Err(None) => {}
        }
    }

    fn refuse(&mut self, packet: &Packet, refusal: Refusal) {
        let tracking = format!("TALLYLIGHT_{}", uuid(&mut self.rng));
        let response = refusal.answer(&tracking);
        self.say_tracked(packet, response, &tracking);
    }

    fn say(&mut self, packet: &Packet, response: Response<Bytes>) {
        let tracking = format!("TALLYLIGHT_{}", uuid(&mut self.rng));
        self.say_tracked(packet, response, &tracking);
    }

    fn say_tracked(&mut self, packet: &Packet, mut response: Response<Bytes>, tracking: &str) {
        if let Ok(value) = header::HeaderValue::from_str(tracking) {
            response.headers_mut().insert("trackingid", value);
        }
        self.packets.push_back(answer(packet, response));
    }

    fn serve(
        &mut self,
        now: Instant,
        packet: &Packet,
        request: &Request<Bytes>,
    ) -> Result<Outcome, Refusal> {
        let (route, who) = self.admit(now, request)?;
        let body = match *request.method() {
            Method::GET => Value::Null,
            _ => read_body(request)?,
        };
        let writes = *request.method() != Method::GET;
        match (&route, writes) {
            (Route::PersonRecording(id), true) => {
                return self.put_person(now, packet, id, &who, &body);
            }
            (Route::Terms(vendor), true) => {
                return self.put_terms(now, packet, vendor, &who, &body);
            }
            (_, true) => self.put(now, &route, &who, &body),
            (_, false) => self.read(&route, &who, request),
        }
        .map(Outcome::Answer)
    }

    /// Who asks for what, if they may.
    fn admit(&mut self, now: Instant, request: &Request<Bytes>) -> Result<(Route, Who), Refusal> {
        let ignores_scopes = self.desk.has(Flaw::IgnoreScopes);
        let ignores_age = self.desk.has(Flaw::IgnoreExpiry);
        let who = self.desk.tokens.who(now, request.headers(), ignores_age)?;
        let route = Route::of(request.uri()).ok_or_else(|| Refusal::unknown("resource"))?;
        let methods = route.methods();
        let allowed = methods.iter().find(|(method, _)| method == request.method());
        let Some((_, scope)) = allowed else {
            let names: Vec<_> = methods.iter().map(|(method, _)| method.as_str()).collect();
            let mut refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed.");
            refusal.header = Some(("allow", names.join(", ")));
            return Err(refusal);
        };
        if let Some(scope) = scope
            && !who.may(scope)
            && !ignores_scopes
        {
            let why = format!("The request requires the scope {scope}.");
            return Err(Refusal::new(StatusCode::FORBIDDEN, why));
        }
        let organization = &self.directory.organization.id;
        if parameter(request.uri(), "orgId").is_some_and(|asked| asked != *organization)
            && !self.desk.has(Flaw::IgnoreOrganization)
        {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "The organization is not managed by you.",
            ));
        }
        Ok((route, who))
    }

    fn read(
        &self,
        route: &Route,
        who: &Who,
        request: &Request<Bytes>,
    ) -> Result<Response<Bytes>, Refusal> {
        let it = &self.directory.organization;
        let value = match route {
            Route::Me => people::write_me(who, it),
            Route::People => return people::list(&self.directory, request),
            Route::Person(id) => people::write(&self.directory, self.person(id)?),
            Route::PersonRecording(id) => {
                let person = &self.directory.people[self.person(id)?];
                person::write(person, it, self.desk.flaw)
            }
            Route::OwnRecording => {
                let people = &self.directory.people;
                let own = people.iter().find(|person| person.profile.email == who.email);
                person::write_own(own.ok_or_else(|| Refusal::unknown("person"))?, it)
            }
            Route::Organization => organization::write(it),
            Route::Vendors => organization::write_vendors(it),
            Route::Terms(id) => organization::write_terms(it, vendor(id)?),
            Route::Compliance => organization::write_compliance(&it.compliance),
            Route::Regions => organization::write_regions(),
            Route::Locations => location::write_all(&self.directory),
            Route::Location(id, what) => {
                self.location(id)?;
                match what {
                    OfLocation::Compliance => location::write_location_compliance(&self.directory),
                    OfLocation::VendorUsers => {
                        let (start, max) = people::page(request, USERS_DEFAULT)?;
                        organization::write_users(&self.directory, start, max)
                    }
                    _ => location::write_location_vendors(&self.directory),
                }
            }
            Route::VendorUsers => {
                let (start, max) = people::page(request, USERS_DEFAULT)?;
                let wraps = self.desk.has(Flaw::WrapPages);
                organization::write_users(&self.directory, if wraps { 0 } else { start }, max)
            }
            Route::Jobs => self.desk.jobs.list(&self.directory),
            Route::Job(id) => self.desk.jobs.show(id, &self.directory)?,
            Route::JobErrors(id) => self.desk.jobs.errors(id)?,
            Route::Calls | Route::Call(_) => return self.read_calls(route, who),
            Route::Vendor | Route::Control(_) => return Err(Refusal::unknown("resource")),
        };
        Ok(json(StatusCode::OK, &value))
    }

    fn put(
        &mut self,
        now: Instant,
        route: &Route,
        who: &Who,
        body: &Value,
    ) -> Result<Response<Bytes>, Refusal> {
        let it = &mut self.directory.organization;
        match route {
            Route::Organization => {
                let enabled = organization::read_switch(body, "enabled")?;
                // Section 3.1: for full administrators of the partner.
                if !who.is_partner && !self.desk.has(Flaw::LetAnybodySwitch) {
                    let why = "Only a partner administrator may do this.";
                    return Err(Refusal::new(StatusCode::FORBIDDEN, why));
                }
                if !self.desk.has(Flaw::ForgetTheSwitch) {
                    it.enabled = enabled;
                    it.partner = if enabled { Partner::Enabled } else { it.partner };
                }
            }
            Route::Compliance => {
                it.compliance = organization::read_compliance(body, it.compliance)?;
                self.choose_as_set();
            }
            Route::Vendor => {
                (it.vendor, it.failure) = organization::read_vendor(body, it)?;
                let (id, vendor) = (uuid(&mut self.rng), it.vendor.id());
                self.choose_as_set();
                let job = serde_json::json!({ "jobId": id });
                self.desk.jobs.add(id, vendor);
                return Ok(json(StatusCode::OK, &job));
            }
            Route::Location(id, what) => {
                self.location(id)?;
                match what {
                    OfLocation::Compliance => {
                        location::read_location_compliance(&mut self.directory, body)?;
                    }
                    _ => location::read_location_vendor(&mut self.directory, body)?,
                }
                self.choose_as_set();
            }
            Route::Control(action) => return self.control_recording(now, action, who, body),
            _ => return Err(Refusal::unknown("resource")),
        }
        Ok(no_content())
    }

    /// What is set for the location holds for calls: all of them are there.
    fn choose_as_set(&mut self) {
        let Directory { organization, location, .. } = &self.directory;
        let compliance = location.compliance(organization).played();
        let failure = location.failure(organization).failure();
        self.settings.prompts.choose(Choice::Compliance(compliance));
        self.settings.prompts.choose(Choice::Failing(failure));
    }

    /// Whether there is such a location.
    fn location(&self, id: &str) -> Result<(), Refusal> {
        let is_known = self.directory.location.id == id;
        is_known.then_some(()).ok_or_else(|| Refusal::unknown("location"))
    }

    fn person(&self, id: &str) -> Result<usize, Refusal> {
        let known = self.directory.person(id);
        let known = known.or_else(|| self.desk.has(Flaw::KnowEverybody).then_some(0));
        known.ok_or_else(|| Refusal::unknown("person"))
    }
}

fn vendor(id: &str) -> Result<Vendor, Refusal> {
    let found = Vendor::ALL.into_iter().find(|vendor| vendor.id() == id);
    found.ok_or_else(|| Refusal::unknown("vendor"))
}

fn read_body(request: &Request<Bytes>) -> Result<Value, Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_json = kind.is_some_and(|kind| {
        kind.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
    });
    if !is_json {
        let why = "The content type has to be application/json.";
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    serde_json::from_slice(request.body())
        .map_err(|why| Refusal::invalid(format!("The body is no JSON: {why}.")))
}

fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Section 3.1.
const USERS_DEFAULT: usize = 2_000;
