//! The recorder as a service, over the simulated network: calls of real telephones of ours, read
//! back through its API.

use std::time::Duration;

use serde_json::{Value, json};
use tallylight::http::{Request, Response};
use tallylight::role::recorder::Memory;
use tallylight::role::{Command, RecordingMode};
use tallylight::testbed::Testbed;

use crate::reader::Reader;
use crate::stage;

/// The quiet office with a reader in it.
struct Office {
    testbed: Testbed,
    reader: Reader,
}

impl Office {
    fn new(platform: &str, recorder: &str) -> Self {
        let text = stage::scenario_text("quiet_office");
        let text = stage::with(&text, "role: platform,", &format!("role: platform, {platform}"));
        let text = stage::with(&text, "role: recorder", &format!("role: recorder{recorder}"));
        let scenario = stage::scenario_of(&text);
        let testbed = Testbed::build(&scenario, 7, Box::new(Memory::default()));
        let mut testbed = testbed.unwrap();
        let reader = Reader::join(&mut testbed);
        testbed.pass(Duration::from_secs(1));
        Self { testbed, reader }
    }

    /// Alice, who is recorded, calls Bob, and they talk for five seconds.
    fn call(&mut self) {
        self.dial();
        self.hang_up();
    }

    fn dial(&mut self) {
        let record = Command::Record(ALICE.to_owned(), RecordingMode::Always);
        self.testbed.tell("platform", record);
        self.testbed.tell("Alice", Command::Call("+12025550102".to_owned()));
        self.testbed.pass(Duration::from_secs(1));
        self.testbed.tell("Bob", Command::Answer);
        self.testbed.pass(Duration::from_secs(5));
    }

    fn hang_up(&mut self) {
        self.testbed.tell("Bob", Command::HangUp);
        self.testbed.pass(Duration::from_secs(1));
    }

    fn ask(&mut self, who: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let form = format!(
            "grant_type=password&client_id=tallylight&client_secret=secret-of-the-program\
             &username={who}%40acme.example&password={who}-secret"
        );
        let request = Request::post("/sandbox/v1/token")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.into());
        let signed_in = self.send(request.unwrap());
        let signed_in: Value = serde_json::from_slice(signed_in.body()).unwrap();
        let token = signed_in["access_token"].as_str().unwrap();
        let request = Request::builder()
            .method(method)
            .uri(format!("/sandbox/v1/{path}"))
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/json")
            .body(body.to_string().into());
        let response = self.send(request.unwrap());
        let value = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), value)
    }

    fn send(&mut self, request: Request<bytes::Bytes>) -> Response<bytes::Bytes> {
        // The API takes two questions a second.
        self.testbed.pass(Duration::from_secs(1));
        self.reader.send(&mut self.testbed, [203, 0, 113, 10], request)
    }

    /// The recordings that somebody finds.
    fn list(&mut self, who: &str) -> Vec<Value> {
        let (_, profile) = self.ask(who, "GET", "profile", &Value::Null);
        let account = profile["account"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let path = format!("accounts/{account}/recordings");
        let (status, list) = self.ask(who, "GET", &path, &Value::Null);
        assert_eq!(status, 200, "{list}");
        list["recordings"].as_array().unwrap().clone()
    }
}

#[test]
fn a_call_is_in_the_list_of_whoever_it_is_of_in_either_dialect() {
    for dialect in ["dialect: rfc,", "dialect: webex,"] {
        let mut office = Office::new(dialect, "");
        office.call();
        let list = office.list("alice");
        assert_eq!(list.len(), 1, "{dialect}");
        let recording = &list[0];
        for (field, value) in [
            ("from", json!("+12025550101")),
            ("to", json!("+12025550102")),
            ("call_type", json!("outbound")),
            ("status", json!("Active")),
            ("streams", json!(["1", "2"])),
            ("plan", json!("dubber_go")),
        ] {
            assert_eq!(recording[field], value, "{field} with {dialect}");
        }
        // Whole seconds, rounded down, of what took a little less than five.
        assert!((4..=5).contains(&recording["duration"].as_u64().unwrap()));
        assert_eq!(recording["participants"].as_array().unwrap().len(), 2);
        assert_eq!(office.list("bob").len(), 0, "it is not his");
        assert_eq!(office.list("kim").len(), 0, "S-07: not even an administrator's");
    }
}

#[test]
fn the_sound_is_there_when_the_call_is_over_and_not_before() {
    let mut office = Office::new("", "");
    office.dial();
    let id = office.list("alice")[0]["id"].as_str().unwrap().to_owned();
    let path = format!("recordings/{id}?listener=alice@acme.example");
    let (_, up) = office.ask("alice", "GET", &path, &Value::Null);
    assert_eq!((&up["status"], &up["recording_url"]), (&json!("Recording"), &Value::Null));
    office.hang_up();
    let (_, over) = office.ask("alice", "GET", &path, &Value::Null);
    let url = over["recording_url"].as_str().unwrap();
    let wav = office.send(Request::get(url).body(bytes::Bytes::new()).unwrap());
    assert!(wav.body().starts_with(b"RIFF") && wav.body().len() > 2 * 5 * 8_000);
}

#[test]
fn what_is_on_the_free_plan_is_gone_after_thirty_days() {
    let mut office = Office::new("", "");
    office.call();
    office.testbed.pass(Duration::from_hours(30 * 24 - 1));
    assert_eq!(office.list("alice").len(), 1);
    office.testbed.pass(Duration::from_hours(1));
    assert_eq!(office.list("alice").len(), 0);
}

#[test]
fn a_flaw_of_the_recorder_can_be_named_in_a_scenario_or_befall_it() {
    let mut office = Office::new("", "");
    office.testbed.tell("recorder", Command::Break("let-administrators-in".to_owned()));
    office.call();
    assert_eq!(office.list("kim").len(), 1);
}

#[test]
fn how_open_questions_are_read_is_up_to_the_scenario() {
    for (recorder, left) in [("", 1), (", after migration: from recording", 0)] {
        let mut office = Office::new("", recorder);
        let (_, kim) = office.ask("kim", "GET", "profile", &Value::Null);
        let account = kim["account"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let path = format!("accounts/{account}/users");
        let (_, users) = office.ask("kim", "GET", &path, &Value::Null);
        let users = users["users"].as_array().unwrap();
        let alice = users.iter().find(|user| user["first_name"] == "Alice").unwrap();
        let alice = format!("users/{}", alice["id"].as_str().unwrap());
        office.ask("kim", "PUT", &alice, &json!({ "plan": "standard" }));
        office.call();
        office.testbed.pass(Duration::from_hours(40 * 24));
        assert_eq!(office.list("kim").len(), 1, "S-12: an administrator gets at it");
        office.ask("kim", "PUT", &alice, &json!({ "plan": "dubber_go" }));
        office.testbed.pass(Duration::from_secs(1));
        assert_eq!(office.list("alice").len(), left, "with `{recorder}`");
    }
}

const ALICE: &str = "+12025550101";
