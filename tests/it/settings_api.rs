//! The settings API of the platform, asked as any program would.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tallylight::http::{Request, Response};
use tallylight::role::Command;
use tallylight::role::recorder::Memory;
use tallylight::testbed::Testbed;

use crate::reader::Reader;
use crate::stage;

/// The front office with a program in it.
struct Office {
    testbed: Testbed,
    reader: Reader,
}

impl Office {
    fn new() -> Self {
        let scenario = stage::scenario(stage::FRONT);
        let mut testbed = Testbed::build(&scenario, 7, Box::new(Memory::default())).unwrap();
        let reader = Reader::join(&mut testbed);
        testbed.pass(Duration::from_secs(1));
        Self { testbed, reader }
    }

    fn send(&mut self, method: &str, path: &str, token: &str, body: &str) -> Response<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v1/{path}"))
            .header("Host", "198.51.100.10:8080")
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", "application/json")
            .body(Bytes::from(body.to_owned()));
        self.reader.send(&mut self.testbed, PLATFORM, request.unwrap())
    }

    fn ask(&mut self, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let response = self.send(method, path, token, &body);
        let value = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), value)
    }

    fn status(&mut self, method: &str, path: &str, token: &str, body: &Value) -> u16 {
        self.ask(method, path, token, body).0
    }

    fn person(&mut self, name: &str) -> String {
        let path = format!("people?email={name}@acme.example");
        let (_, people) = self.ask("GET", &path, "kim-token", &Value::Null);
        people["items"][0]["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn every_path_has_its_methods_and_its_scopes() {
    let mut office = Office::new();
    let alice = office.person("alice");
    let (_, organization) =
        office.ask("GET", "telephony/config/callRecording", "lee-token", &Value::Null);
    let vendor = organization["vendorId"].as_str().unwrap().to_owned();
    assert_eq!(organization["vendorName"], "Dubber");
    let settings = json!({ "enabled": true, "record": "Always", "recordVoicemailEnabled": false });
    let base = "telephony/config/callRecording";
    let compliance = json!({ "inboundPSTNCallsEnabled": true, "outboundPSTNCallsEnabled": false });
    for (path, asked) in [
        (format!("people/{alice}/features/callRecording"), settings),
        (
            format!("{base}/vendors/{vendor}/termsOfService"),
            json!({ "termsOfServiceEnabled": true }),
        ),
        (format!("{base}/complianceAnnouncement"), compliance),
    ] {
        assert_eq!(office.status("GET", &path, "lee-token", &Value::Null), 200, "{path}");
        assert_eq!(office.status("PUT", &path, "lee-token", &asked), 403, "{path}");
        assert_eq!(office.status("PUT", &path, "alice-token", &asked), 403, "{path}");
        assert_eq!(office.status("PUT", &path, "kim-token", &asked), 204, "{path}");
        assert_eq!(office.status("DELETE", &path, "kim-token", &Value::Null), 405, "{path}");
        assert_eq!(office.status("GET", &path, "nobodys-token", &Value::Null), 401, "{path}");
        let elsewhere = format!("{path}?orgId=another");
        assert_eq!(office.status("GET", &elsewhere, "kim-token", &Value::Null), 403, "{path}");
    }
    for path in ["vendors", "regions", "vendorUsers"] {
        let path = format!("{base}/{path}");
        assert_eq!(office.status("GET", &path, "lee-token", &Value::Null), 200, "{path}");
        assert_eq!(office.status("PUT", &path, "kim-token", &json!({})), 405, "{path}");
    }
    let (_, own) = office.ask(
        "GET",
        "telephony/config/people/me/settings/callRecording",
        "alice-token",
        &Value::Null,
    );
    assert_eq!(own["recordingMode"], "Always");
    // The vendor's id comes first, whatever older texts say.
    let old = format!("{base}/termsOfService/{vendor}");
    assert_eq!(office.status("GET", &old, "kim-token", &Value::Null), 404);
}

#[test]
fn every_refusal_has_the_documented_body_and_says_how_to_go_on() {
    let mut office = Office::new();
    let alice = office.person("alice");
    let path = format!("people/{alice}/features/callRecording");
    for (method, body, status) in
        [("PUT", "{", 400), ("PUT", "[]", 400), ("PUT", "{}", 400), ("PATCH", "{}", 405)]
    {
        let response = office.send(method, &path, "kim-token", body);
        assert_eq!(response.status(), status, "{method} {body}");
        let told: Value = serde_json::from_slice(response.body()).unwrap();
        assert!(told["message"].is_string() && told["errors"][0]["description"].is_string());
        assert_eq!(told["trackingId"], response.headers()["trackingid"].to_str().unwrap());
    }
    assert_eq!(office.send("PATCH", &path, "kim-token", "{}").headers()["allow"], "GET, PUT");
    let request = Request::put(format!("/v1/{path}")).header("Authorization", "Bearer kim-token");
    let request = request.header("Content-Type", "text/plain").body(Bytes::from("{}")).unwrap();
    assert_eq!(office.reader.send(&mut office.testbed, PLATFORM, request).status(), 415);
    let busy = (0..400).map(|_| office.send("GET", "people/me", "kim-token", ""));
    let busy: Vec<_> = busy.collect();
    let refused = busy.iter().find(|it| it.status() == 429).expect("a token has its limit");
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    office.testbed.pass(Duration::from_secs(wait));
    assert_eq!(office.status("GET", "people/me", "kim-token", &Value::Null), 200);
}

#[test]
fn a_page_says_where_the_next_one_is() {
    let mut office = Office::new();
    let first = office.send("GET", "people?max=3", "lee-token", "");
    let link = first.headers()["link"].to_str().unwrap().to_owned();
    let next = link.split(['<', '>']).nth(1).unwrap();
    assert!(next.starts_with("http://198.51.100.10:8080/v1/people?"), "{link}");
    assert!(link.ends_with("rel=\"next\""), "{link}");
    let (_, path) = next.split_once("/v1/").unwrap();
    let last = office.send("GET", path, "lee-token", "");
    assert!(last.headers().get("link").is_none());
    for (response, people) in [(first, 3), (last, 1)] {
        let told: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(told["items"].as_array().unwrap().len(), people);
    }
}

#[test]
fn a_change_of_the_vendor_is_a_job_and_decides_what_failing_recorders_lead_to() {
    let mut office = Office::new();
    let base = "telephony/config/callRecording";
    let (_, vendors) = office.ask("GET", &format!("{base}/vendors"), "kim-token", &Value::Null);
    let vendor = &vendors["vendorId"];
    let wrong = json!({ "vendorId": vendor, "failureBehavior": "PANIC" });
    assert_eq!(office.status("PUT", &format!("{base}/vendor"), "kim-token", &wrong), 400);
    let wanted = json!({ "vendorId": vendor, "failureBehavior": "END_CALL_WITH_ANNOUNCEMENT" });
    let (status, job) = office.ask("PUT", &format!("{base}/vendor"), "kim-token", &wanted);
    assert_eq!(status, 200);
    let (_, vendors) = office.ask("GET", &format!("{base}/vendors"), "kim-token", &Value::Null);
    assert_eq!(vendors["failureBehavior"], wanted["failureBehavior"]);
    let (_, locations) = office.ask("GET", "locations", "lee-token", &Value::Null);
    let location = locations["items"][0]["id"].as_str().unwrap();
    let here = format!("telephony/config/locations/{location}/callRecording");
    let other = json!({ "id": vendor, "failureBehavior": "PROCEED_CALL_WITH_ANNOUNCEMENT" });
    assert_eq!(office.status("PUT", &format!("{here}/vendor"), "kim-token", &other), 204);
    let (_, told) = office.ask("GET", &format!("{here}/vendors"), "lee-token", &Value::Null);
    assert_eq!(told["failureBehavior"], other["failureBehavior"]);
    assert_eq!(told["orgFailureBehavior"], wanted["failureBehavior"]);
    let compliance = format!("{here}/complianceAnnouncement");
    let spoken = json!({ "inboundPSTNCallsEnabled": true });
    assert_eq!(office.status("PUT", &compliance, "kim-token", &spoken), 204);
    let (_, told) = office.ask("GET", &compliance, "lee-token", &Value::Null);
    assert_eq!(
        (&told["useOrgSettingsEnabled"], &told["inboundPSTNCallsEnabled"]),
        (&json!(false), &json!(true))
    );
    let nowhere = "telephony/config/locations/nowhere/callRecording/vendors";
    assert_eq!(office.status("GET", nowhere, "kim-token", &Value::Null), 404);
    let jobs = "telephony/config/jobs/callRecording";
    let path = format!("{jobs}/{}", job["jobId"].as_str().unwrap());
    let (_, done) = office.ask("GET", &path, "kim-token", &Value::Null);
    assert_eq!(done["latestExecutionStatus"], "COMPLETED");
    assert_eq!(office.status("GET", &format!("{path}/errors"), "kim-token", &Value::Null), 200);
    assert_eq!(office.status("GET", &format!("{jobs}/none"), "kim-token", &Value::Null), 404);
}

#[test]
fn people_control_the_recordings_of_their_own_calls_and_of_nobody_elses() {
    let mut office = Office::new();
    let alice = office.person("alice");
    let path = format!("people/{alice}/features/callRecording");
    let settings = json!({
        "enabled": true, "record": "Always with Pause/Resume", "recordVoicemailEnabled": false,
    });
    assert_eq!(office.status("PUT", &path, "kim-token", &settings), 204);
    office.testbed.tell("Alice", Command::Call("+12025550102".to_owned()));
    office.testbed.pass(Duration::from_secs(1));
    office.testbed.tell("Bob", Command::Answer);
    office.testbed.pass(Duration::from_secs(1));
    let (_, calls) = office.ask("GET", "telephony/calls", "alice-token", &Value::Null);
    let call = calls["items"][0]["id"].clone();
    let mut control = |verb: &str, token: &str| {
        let path = format!("telephony/calls/{verb}Recording");
        office.status("POST", &path, token, &json!({ "callId": call }))
    };
    assert_eq!(control("pause", "bob-token"), 404, "it is no call of his");
    assert_eq!(control("pause", "kim-token"), 403, "she has no scope for calls");
    assert_eq!(control("stop", "alice-token"), 409, "the mode does not allow it");
    assert_eq!(control("resume", "alice-token"), 409, "nothing is paused");
    assert_eq!(control("pause", "alice-token"), 204);
    let (_, calls) = office.ask("GET", "telephony/calls", "alice-token", &Value::Null);
    assert_eq!(calls["items"][0]["recordingState"], "paused");
    assert_eq!(calls["items"][0]["remoteParty"]["number"], "+12025550102");
    assert_eq!(
        office.status("POST", "telephony/calls/pauseRecording", "alice-token", &json!({})),
        400
    );
}

const PLATFORM: [u8; 4] = [198, 51, 100, 10];
