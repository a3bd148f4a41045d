//! Lists of recordings: paging, ids, queries.

use super::*;

/// The ids in a list, the page beyond it, and whether there is a gap.
fn ids(came: &Came) -> (Vec<u64>, bool) {
    assert_eq!(came.status, 200, "{came:?}");
    let list = came.body["recordings"].as_array().unwrap();
    let id = |it: &Value| it["id"].as_str().unwrap().parse().unwrap();
    (list.iter().map(id).collect(), came.body["gap"].as_bool().unwrap())
}

#[test]
fn a_list_is_cut_into_pages_the_newest_first_and_beyond_the_end_there_is_an_empty_one() {
    let mut office = Office::new(Plan::Standard);
    let made: Vec<_> = (0..5).map(|_| office.record("alice").0).collect();
    let acme = office.acme();
    let mut list = |query: &str| {
        let came = office.get("alice", &format!("accounts/{acme}/recordings?{query}"));
        ids(&came)
    };
    assert_eq!(list("").0, made.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(list("count=2&page=2").0, [made[2], made[1]]);
    assert_eq!(list("count=2&page=3").0, [made[0]]);
    assert_eq!(list("count=2&page=4"), (vec![], false));
    assert_eq!(list("page=18446744073709551615").0, [0; 0]);
    assert_eq!(list(&format!("before_id={}", made[2])).0, [made[1], made[0]]);
    assert_eq!(list(&format!("after_id={}", made[2])), (vec![made[4], made[3]], false));
    assert_eq!(list(&format!("after_id={}&count=2", made[0])), (vec![made[4], made[3]], true));
}

#[test]
fn a_list_is_searched_by_number_and_by_word() {
    let mut office = Office::new(Plan::Standard);
    let id = office.record("alice");
    office.ask("alice", "POST", &format!("recordings/{id}/tags"), &json!({ "tags": ["Refund"] }));
    let acme = office.acme();
    for (query, count) in [
        ("number=%2B12025550199", 1),
        ("number=%2B12025550100", 0),
        ("query=refund", 1),
        ("query=dave", 1),
        ("query=nonsense", 0),
    ] {
        let came = office.get("alice", &format!("accounts/{acme}/recordings?{query}"));
        assert_eq!(ids(&came).0.len(), count, "{query}");
    }
}

#[test]
fn what_makes_no_sense_is_said_to() {
    let mut office = Office::new(Plan::Standard);
    let acme = office.acme();
    for query in ["count=0", "count=101", "count=many", "page=0", "page=1&after_id=7", "page=-1"] {
        let came = office.get("alice", &format!("accounts/{acme}/recordings?{query}"));
        assert_eq!((came.status, came.code()), (400, 2000), "{query}");
        assert_eq!(came.body["details"][0]["code"], 4001);
    }
}

#[test]
fn a_recording_is_shown_as_a_portal_needs_it() {
    let mut office = Office::new(Plan::Standard);
    let id = office.begin("alice");
    office.service.pause(office.now, id, true);
    office.pass(Duration::from_secs(2));
    office.service.pause(office.now, id, false);
    office.pass(Duration::from_secs(8));
    office.service.finish(office.now, id, Instant::START, Some(recording("alice")));
    let came = office.get("alice", &format!("recordings/{id}")).body;
    for (field, value) in [
        ("status", json!("Active")),
        ("call_type", json!("outbound")),
        ("recording_type", json!("recording")),
        ("from", json!("+12025550101")),
        ("from_label", json!("alice")),
        ("to_label", json!("Dave")),
        ("duration", json!(10)),
        ("start_time", json!("Tue, 01 Jan 2030 00:00:00 +0000")),
        ("end_time", json!("Tue, 01 Jan 2030 00:00:10 +0000")),
        ("streams", json!(["1", "2"])),
        ("additional_parties", json!([])),
        ("retention_days", json!(null)),
    ] {
        assert_eq!(came[field], value, "{field}");
    }
    let pause = json!([{ "from": "2030-01-01T00:00:00.000Z", "to": "2030-01-01T00:00:02.000Z" }]);
    assert_eq!(came["pauses"], pause);
    assert_eq!(came["participants"][1]["name"], "Dave");
}

#[test]
fn tags_and_notes_have_bounds() {
    let mut office = Office::new(Plan::Standard);
    let id = office.record("alice");
    let tags = |count: usize| json!({ "tags": vec!["tag"; count] });
    let path = format!("recordings/{id}/tags");
    assert_eq!(office.ask("alice", "POST", &path, &tags(25)).status, 200);
    assert_eq!(office.ask("alice", "POST", &path, &tags(26)).code(), 2000);
    assert_eq!(office.ask("alice", "DELETE", &path, &Value::Null).status, 204);
    let path = format!("recordings/{id}/metadata");
    let long = "x".repeat(256);
    for (notes, status) in [
        (json!({ "ticket": "4711" }), 200),
        (json!({ "a ticket": "4711" }), 400),
        (json!({ "ticket": 4711 }), 400),
        (json!({ "ticket": long }), 400),
        (json!(["ticket"]), 400),
    ] {
        assert_eq!(office.ask("alice", "PUT", &path, &notes).status, status, "{notes}");
    }
    let shown = office.get("alice", &format!("recordings/{id}"));
    assert_eq!(
        (&shown.body["tags"], &shown.body["metadata"]["ticket"]),
        (&json!([]), &json!("4711"))
    );
}

#[test]
fn what_is_neither_json_nor_said_to_be_is_refused() {
    let mut office = Office::new(Plan::Standard);
    let id = office.record("alice");
    let token = office.token("alice");
    let request = |kind: &str, body: &'static str| {
        Request::put(format!("/sandbox/v1/recordings/{id}/metadata"))
            .header("Authorization", format!("Bearer {token}"))
            .header("Content-Type", kind)
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap()
    };
    assert_eq!(office.send(&request("text/plain", "{}")).code(), 1004);
    assert_eq!(office.send(&request("application/json", "{")).code(), 2000);
    assert_eq!(office.send(&request("application/json", "{}")).status, 200);
}
