//! Listening to recordings, and removing them.

use super::*;

fn url(office: &mut Office, who: &str, id: Id) -> Came {
    office.get(who, &format!("recordings/{id}?listener={}", email(who)))
}

fn path(came: &Came) -> String {
    let url = came.body["recording_url"].as_str().unwrap();
    url.split_once("/sandbox/v1/").unwrap().1.to_owned()
}

#[test]
fn a_listener_is_told_where_the_sound_is_for_a_quarter_of_an_hour() {
    let mut office = Office::new(Plan::DubberGo);
    let id = office.record("alice");
    assert_eq!(office.get("alice", &format!("recordings/{id}")).body["recording_url"], json!(null));
    let path = path(&url(&mut office, "alice", id));
    let came = office.ask_with("-", "GET", &path, &Value::Null);
    assert_eq!(came.whole.headers()["Content-Type"], "audio/wav");
    assert_eq!(came.whole.body().len(), 58 + 160_000);
    office.pass(Duration::from_mins(15));
    assert_eq!(office.ask_with("-", "GET", &path, &Value::Null).status, 404);
}

#[test]
fn while_the_call_is_up_there_is_no_sound_and_it_cannot_be_deleted() {
    let mut office = Office::new(Plan::DubberGo);
    let id = office.begin("alice");
    let came = url(&mut office, "alice", id);
    assert_eq!((came.status, &came.body["status"]), (200, &json!("Recording")));
    assert_eq!(came.body["recording_url"], json!(null));
    assert_eq!(came.body["errors"][0]["code"], 2000);
    let came = office.ask("alice", "DELETE", &format!("recordings/{id}"), &Value::Null);
    assert_eq!((came.status, came.code()), (400, 2000));
    office.service.finish(office.now, id, Instant::START, Some(recording("alice")));
    assert!(url(&mut office, "alice", id).body["recording_url"].is_string());
}

#[test]
fn a_link_is_of_no_use_to_whoever_lost_the_right() {
    let mut office = Office::new(Plan::Standard);
    let id = office.record("alice");
    let path = path(&url(&mut office, "carol", id));
    let alice = office.get("alice", "profile").body["id"].as_str().unwrap().to_owned();
    let free = json!({ "plan": "dubber_go" });
    assert_eq!(office.ask("carol", "PUT", &format!("users/{alice}"), &free).status, 200);
    assert_eq!(office.ask_with("-", "GET", &path, &Value::Null).code(), 1010);
}

#[test]
fn a_deleted_recording_cannot_be_recovered() {
    let mut office = Office::new(Plan::DubberGo);
    let id = office.record("alice");
    let path = path(&url(&mut office, "alice", id));
    assert_eq!(
        office.ask("alice", "DELETE", &format!("recordings/{id}"), &Value::Null).status,
        204
    );
    assert_eq!(office.ask_with("-", "GET", &path, &Value::Null).status, 404);
    assert_eq!(office.get("alice", &format!("recordings/{id}")).code(), 1009);
}

#[test]
fn the_recorder_removes_what_is_due_by_its_own_clock() {
    let mut office = Office::new(Plan::DubberGo);
    let id = office.record("alice");
    let due = office.service.next_deadline().unwrap();
    assert_eq!(due, Instant::START + Duration::from_secs(10 + 30 * 86_400));
    office.now = due;
    office.service.purge(due);
    office.tokens.clear();
    assert_eq!(office.get("alice", &format!("recordings/{id}")).code(), 1009);
    assert_eq!(office.service.next_deadline(), None);
}

#[test]
fn a_call_without_sound_leaves_nothing() {
    let mut office = Office::new(Plan::DubberGo);
    let id = office.begin("alice");
    office.service.finish(office.now, id, Instant::START, None);
    assert_eq!(office.get("alice", &format!("recordings/{id}")).code(), 1009);
}

#[test]
fn what_nobody_asked_to_keep_is_dropped_when_the_call_is_over() {
    for (kinds, left) in [
        (&["demand"][..], 0),
        (&["demand", "on"], 1),
        (&["on"], 1),
        // Nobody knows the product's other words: what is not known is kept.
        (&["vault"], 1),
    ] {
        let mut office = Office::new(Plan::DubberGo);
        let (id, started) = (office.begin("alice"), office.now);
        for kind in kinds {
            office.service.tell(office.now, id, &metadata_of("alice", Some(kind)));
        }
        office.pass(Duration::from_secs(10));
        office.service.finish(office.now, id, started, Some(recording("alice")));
        let acme = office.acme();
        let came = office.get("alice", &format!("accounts/{acme}/recordings"));
        assert_eq!(came.body["recordings"].as_array().unwrap().len(), left, "{kinds:?}");
    }
}
