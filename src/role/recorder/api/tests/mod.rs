//! What the API promises, each in a sentence. The whole service answers, as over the network.

mod everything;
mod hooks;
mod lists;
mod matrix;
mod people;
mod points;
mod sound;
mod tokens;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::Settings;
use crate::http::{Method, Request, Response};
use crate::role::recorder::flaw::Flaw;
use crate::role::recorder::library::{
    BROADWORKS, Entry, Id, Key, Person, Plan, Policy, Role, Seed,
};
use crate::role::recorder::service::{self, Service};
use crate::role::recorder::store::{Memory, Recording, Track};
use crate::siprec::{BroadWorks, Call, Metadata, Participant, Session};
use crate::time::{Epoch, Instant};

/// A recorder with Alice, Bob, the administrator Carol and the partner Paula, and Mallory in an
/// account of her own.
struct Office {
    service: Service,
    now: Instant,
    tokens: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug)]
struct Came {
    status: u16,
    body: Value,
    whole: Response<Bytes>,
}

impl Came {
    /// The product's code for what went wrong.
    fn code(&self) -> u64 {
        self.body["code"].as_u64().unwrap_or_default()
    }
}

impl Office {
    /// Alice and Bob have this plan.
    fn new(plan: Plan) -> Self {
        Self::with(plan, Settings { per_second: usize::MAX, ..Settings::default() })
    }

    fn with(plan: Plan, api: Settings) -> Self {
        let person = |name: &str, role, plan| Person {
            name: name.to_owned(),
            email: email(name),
            secret: format!("secret-of-{name}"),
            role,
            plan,
            key: role.map(|_| key(name)),
        };
        let people = Seed {
            group: ("Partner".to_owned(), "SP0001".to_owned()),
            account: "Acme".to_owned(),
            contract: true,
            people: vec![
                person("alice", Some(Role::Standard), plan),
                person("bob", Some(Role::Standard), plan),
                person("carol", Some(Role::Administrator), Plan::DubberGo),
                person("paula", None, Plan::DubberGo),
            ],
        };
        let settings = service::Settings { policy: Policy::default(), people, api, flaw: None };
        let keep = Box::new(Memory::default());
        let service = Service::new(settings, keep, Epoch::SIMULATED, 1);
        let mut office = Self { service, now: Instant::START, tokens: BTreeMap::new() };
        office.add_mallory();
        office
    }

    /// The administrator of another account of the same partner.
    fn add_mallory(&mut self) {
        let group = self.id_of("paula", "profile", "group");
        let made =
            self.ask("paula", "POST", "accounts", &json!({ "group": group, "name": "Rival" }));
        let account = made.body["id"].as_str().unwrap().to_owned();
        let mallory = json!({
            "first_name": "mallory", "email": email("mallory"), "role": "Administrator",
            "password": "secret-of-mallory",
        });
        let made = self.ask("paula", "POST", &format!("accounts/{account}/users"), &mallory);
        assert_eq!(made.status, 201, "{made:?}");
    }

    /// Somebody asks, signed in.
    fn ask(&mut self, who: &str, method: &str, path: &str, body: &Value) -> Came {
        let token = self.token(who);
        self.ask_with(&token, method, path, body)
    }

    fn get(&mut self, who: &str, path: &str) -> Came {
        self.ask(who, "GET", path, &Value::Null)
    }

    fn ask_with(&mut self, token: &str, method: &str, path: &str, body: &Value) -> Came {
        let mut request = Request::builder()
            .method(method.parse::<Method>().unwrap())
            .uri(format!("/sandbox/v1/{path}"))
            .header("Authorization", format!("Bearer {token}"));
        let mut bytes = Bytes::new();
        if !body.is_null() {
            request = request.header("Content-Type", "application/json");
            bytes = body.to_string().into();
        }
        self.send(&request.body(bytes).unwrap())
    }

    fn send(&mut self, request: &Request<Bytes>) -> Came {
        let whole = self.service.handle(self.now, request);
        let body = serde_json::from_slice(whole.body()).unwrap_or_default();
        Came { status: whole.status().as_u16(), body, whole }
    }

    fn sign_in(&mut self, form: &str) -> Came {
        let request = Request::post("/sandbox/v1/token")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form.to_owned()));
        self.send(&request.unwrap())
    }

    /// The token of somebody, who signs in if they have not.
    fn token(&mut self, who: &str) -> String {
        if let Some(token) = self.tokens.get(who) {
            return token.clone();
        }
        let came = self.sign_in(&password_of(who));
        let token = came.body["access_token"].as_str().unwrap_or_default().to_owned();
        self.tokens.insert(who.to_owned(), token.clone());
        token
    }

    /// The id at the end of a URL in an object.
    fn id_of(&mut self, who: &str, path: &str, field: &str) -> String {
        let came = self.get(who, path);
        let url = came.body[field].as_str().unwrap_or_else(|| panic!("no {field} in {came:?}"));
        url.rsplit('/').next().unwrap().to_owned()
    }

    /// The account of Alice.
    fn acme(&mut self) -> String {
        self.id_of("alice", "profile", "account")
    }

    /// A call of this user is up.
    fn begin(&mut self, who: &str) -> Id {
        let id = self.service.begin(self.now, &format!("call-of-{who}"));
        self.service.tell(self.now, id, &metadata(who));
        id
    }

    /// A call of this user, of ten seconds.
    fn record(&mut self, who: &str) -> Id {
        let (id, started) = (self.begin(who), self.now);
        self.pass(Duration::from_secs(10));
        self.service.finish(self.now, id, started, Some(recording(who)));
        id
    }

    fn pass(&mut self, span: Duration) {
        self.now += span;
        self.service.purge(self.now);
    }

    fn break_with(&mut self, flaw: Flaw) {
        self.service.set_flaw(Some(flaw));
    }
}

fn email(who: &str) -> String {
    format!("{who}@example.com")
}

fn password_of(who: &str) -> String {
    format!(
        "grant_type=password&client_id=tallylight&client_secret=secret-of-the-program\
         &username={who}%40example.com&password=secret-of-{who}"
    )
}

fn key(who: &str) -> Key {
    Key {
        external_type: BROADWORKS.to_owned(),
        service_provider: "SP0001".to_owned(),
        external_group: "SP0001L0001".to_owned(),
        external_identifier: format!("{who}@int.example.net"),
    }
}

/// This user calls Dave.
fn metadata(who: &str) -> Metadata {
    metadata_of(who, None)
}

/// And says what becomes of the recording.
fn metadata_of(who: &str, recording_type: Option<&str>) -> Metadata {
    let said = BroadWorks {
        recording_type: recording_type.map(str::to_owned),
        tracking_id: Some("tracking-1".to_owned()),
        service_provider: Some("SP0001".to_owned()),
        group: Some("SP0001L0001".to_owned()),
        user: Some(format!("{who}@int.example.net")),
        call: Some(Call::Originating {
            calling: Some("+12025550101".to_owned()),
            called: Some("+12025550199".to_owned()),
            dialed: None,
        }),
        ..BroadWorks::default()
    };
    let session = crate::siprec::Id::new("session-1");
    let names = |number: &str, name: &str| {
        vec![crate::siprec::NameId::new(format!("sip:{number}@example.com"), name)]
    };
    let participant = |number: &str, name: &str| Participant {
        id: crate::siprec::Id::new(name),
        names: names(number, name),
    };
    Metadata {
        sessions: vec![Session { id: session.clone(), ..Session::default() }],
        participants: vec![participant("+12025550101", who), participant("+12025550199", "Dave")],
        extensions: vec![said.extension(&session, None).unwrap()],
        ..Metadata::default()
    }
}

fn recording(who: &str) -> Recording {
    let track = |label: &str, level| Track {
        label: Some(label.to_owned()),
        heard: 500,
        pcm: vec![level; 80_000],
    };
    Recording {
        id: Id::default(),
        entry: Entry::default(),
        call_id: format!("call-of-{who}"),
        started: String::new(),
        ended: String::new(),
        why: crate::sip::agent::Why::HungUpThere,
        tracks: vec![track("1", 1_000), track("2", -1_000)],
        announcements: Vec::new(),
        metadata: Some(metadata(who)),
        document: Bytes::new(),
    }
}
