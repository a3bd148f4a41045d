//! Notifications: the secret, what is told, and what nobody claims.

use super::*;

const URL: &str = "http://192.0.2.99:8080/hook";

/// A notification of the account, and its secret.
fn add(office: &mut Office, event: &str) -> (String, String) {
    let acme = office.acme();
    let wanted = json!({ "post_url": URL, "event_type": event, "include_data": true });
    let came = office.ask("carol", "POST", &format!("accounts/{acme}/notifications"), &wanted);
    assert_eq!((came.status, &came.body["status"]), (201, &json!("Pending")), "{came:?}");
    let id = came.body["id"].as_str().unwrap().to_owned();
    let first = office.service.poll_delivery(office.now).unwrap();
    assert_eq!(first.post_url, URL);
    let secret = first.secret.clone().unwrap();
    office.service.delivered(office.now, first, Ok(()));
    (id, secret)
}

fn activate(office: &mut Office, id: &str, secret: &str) -> Came {
    let path = format!("notifications/{id}/activate");
    office.ask("carol", "POST", &path, &json!({ "secret": secret }))
}

#[test]
fn nothing_is_told_before_the_secret_is_given_back() {
    let mut office = Office::new(Plan::Standard);
    let (id, secret) = add(&mut office, "recording.create");
    office.record("alice");
    assert!(office.service.poll_delivery(office.now).is_none());
    assert_eq!(activate(&mut office, &id, "another").code(), 2000);
    assert_eq!(activate(&mut office, &id, &secret).body["status"], "Active");
    let recording = office.record("alice");
    let told = office.service.poll_delivery(office.now).unwrap();
    assert_eq!((&told.body["event_type"], told.secret), (&json!("recording.create"), None));
    assert_eq!(told.body["data"]["id"], json!(recording.to_string()));
}

#[test]
fn changes_are_told_to_whoever_wants_them() {
    let mut office = Office::new(Plan::Standard);
    let (id, secret) = add(&mut office, "recording.update");
    activate(&mut office, &id, &secret);
    let recording = office.record("alice");
    assert!(office.service.poll_delivery(office.now).is_none(), "it is no change");
    let tags = json!({ "tags": ["a"] });
    office.ask("alice", "POST", &format!("recordings/{recording}/tags"), &tags);
    let told = office.service.poll_delivery(office.now).unwrap();
    assert_eq!(told.body["data"]["tags"], json!(["a"]));
}

#[test]
fn what_cannot_be_delivered_is_tried_again_and_then_waits_to_be_claimed() {
    let mut office = Office::new(Plan::Standard);
    let (id, secret) = add(&mut office, "recording.create");
    activate(&mut office, &id, &secret);
    office.record("alice");
    let mut waits = Vec::new();
    while let Some(told) = office.service.poll_delivery(office.now) {
        office.service.delivered(office.now, told, Err("reach anybody there".to_owned()));
        let due = office.service.next_deadline();
        let Some(due) = due else { break };
        waits.push((due - office.now).as_secs());
        office.now = due;
    }
    assert_eq!(waits, [30, 300, 3_600]);
    let shown = office.get("carol", &format!("notifications/{id}")).body;
    assert_eq!(shown["unclaimed_messages"]["count"], 1);
    assert_eq!(shown["error"], "reach anybody there");
    let path = format!("notifications/{id}/unclaimed");
    assert_eq!(office.get("carol", &path).body["messages"].as_array().unwrap().len(), 1);
    assert_eq!(office.get("carol", &path).body["messages"], json!([]), "once");
}

#[test]
fn notifications_are_of_whoever_looks_after_the_account() {
    let mut office = Office::new(Plan::Standard);
    let (id, _) = add(&mut office, "recording.create");
    let path = format!("notifications/{id}");
    for (who, code) in [("alice", 1010), ("mallory", 1009), ("paula", 0), ("carol", 0)] {
        assert_eq!(office.get(who, &path).code(), code, "{who}");
    }
    let acme = office.acme();
    let path = format!("accounts/{acme}/notifications");
    for (url, event) in [("nonsense", "recording.create"), (URL, "recording.explode")] {
        let wanted = json!({ "post_url": url, "event_type": event });
        assert_eq!(office.ask("carol", "POST", &path, &wanted).code(), 2000, "{url} {event}");
    }
}
