//! Who may do what: every role and plan against every verb, with one's own recording and with
//! somebody else's.

use serde_json::{Value, json};

use super::*;

/// What becomes of somebody who wants something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    /// They get it.
    May,
    /// They are told that it is not for them: 403, 1010.
    No,
    /// They are told that there is no such thing: 404, 1009.
    Hidden,
}

use Fate::{Hidden, May, No};

const VERBS: [&str; 6] = ["list", "show", "play", "download", "delete", "annotate"];

/// Whose recording it is always: Alice's. For each plan of hers, who wants to, and what becomes of
/// listing, showing, playing, downloading, deleting and annotating.
const MATRIX: &[(Plan, &str, [Fate; 6])] = &[
    (Plan::DubberGo, "alice", [May; 6]),
    (Plan::DubberGo, "bob", [Hidden; 6]),
    (Plan::DubberGo, "carol", [Hidden, No, No, No, No, No]),
    (Plan::DubberGo, "paula", [Hidden; 6]),
    (Plan::DubberGo, "mallory", [Hidden; 6]),
    (Plan::Standard, "alice", [May; 6]),
    (Plan::Standard, "bob", [Hidden; 6]),
    (Plan::Standard, "carol", [May; 6]),
    (Plan::Standard, "paula", [Hidden; 6]),
    (Plan::Standard, "mallory", [Hidden; 6]),
    (Plan::Ai, "alice", [May; 6]),
    (Plan::Ai, "bob", [Hidden; 6]),
    (Plan::Ai, "carol", [May; 6]),
    (Plan::Ai, "paula", [Hidden; 6]),
    (Plan::Ai, "mallory", [Hidden; 6]),
];

#[test]
fn every_role_and_plan_against_every_verb() {
    for (plan, who, fates) in MATRIX {
        for (verb, fate) in VERBS.iter().zip(fates) {
            let mut office = Office::new(*plan);
            let id = office.record("alice");
            assert_eq!(attempt(&mut office, who, verb, id), *fate, "{who} {verb} on {plan:?}");
        }
    }
}

#[test]
fn an_administrators_own_recordings_are_theirs_on_any_plan() {
    for verb in VERBS {
        let mut office = Office::new(Plan::DubberGo);
        let id = office.record("carol");
        assert_eq!(attempt(&mut office, "carol", verb, id), May, "{verb}");
    }
}

#[test]
fn what_is_nobodys_is_shown_to_the_partner_and_played_to_nobody() {
    let fates = [
        ("paula", [Hidden, May, No, No, No, No]),
        ("carol", [Hidden; 6]),
        ("alice", [Hidden; 6]),
        ("mallory", [Hidden; 6]),
    ];
    for (who, fates) in fates {
        for (verb, fate) in VERBS.iter().zip(fates) {
            let mut office = Office::new(Plan::Standard);
            let id = office.record("nobody");
            assert_eq!(attempt(&mut office, who, verb, id), fate, "{who} {verb}");
        }
    }
}

#[test]
fn nothing_is_for_anybody_without_a_token() {
    let mut office = Office::new(Plan::Standard);
    let id = office.record("alice");
    let acme = office.acme();
    for (method, path) in [
        ("GET", "profile".to_owned()),
        ("GET", format!("accounts/{acme}/recordings")),
        ("GET", format!("recordings/{id}")),
        ("DELETE", format!("recordings/{id}")),
        ("PUT", format!("recordings/{id}/metadata")),
        ("GET", "nothing/of/the/kind".to_owned()),
    ] {
        let came = office.ask_with("a-token-of-nobody", method, &path, &Value::Null);
        assert_eq!((came.status, came.code()), (401, 1038), "{method} {path}");
    }
    let request = Request::get("/sandbox/v1/profile").body(Bytes::new()).unwrap();
    let came = office.send(&request);
    assert_eq!((came.status, came.code()), (401, 1003));
}

#[test]
fn each_fault_opens_or_shuts_exactly_what_it_says() {
    for (flaw, plan, who, fate) in [
        (Flaw::LetAdministratorsIn, Plan::DubberGo, "carol", May),
        (Flaw::ShutAdministratorsOut, Plan::Standard, "carol", No),
        (Flaw::LetEverybodyIn, Plan::DubberGo, "bob", May),
        (Flaw::LetEverybodyIn, Plan::DubberGo, "mallory", Hidden),
    ] {
        let mut office = Office::new(plan);
        let id = office.record("alice");
        office.break_with(flaw);
        assert_eq!(attempt(&mut office, who, "play", id), fate, "{flaw:?} {who}");
    }
}

fn attempt(office: &mut Office, who: &str, verb: &str, id: Id) -> Fate {
    let path = format!("recordings/{id}");
    let came = match verb {
        "list" => return listed(office, who, id),
        "show" => office.get(who, &path),
        "play" => office.get(who, &format!("{path}?listener={}", email(who))),
        "download" => return downloaded(office, who, id),
        "delete" => office.ask(who, "DELETE", &path, &Value::Null),
        _ => office.ask(who, "POST", &format!("{path}/tags"), &json!({ "tags": ["a"] })),
    };
    fate(&came)
}

fn fate(came: &Came) -> Fate {
    match (came.status, came.code()) {
        (200 | 204, 0) => May,
        (403, 1010) => No,
        (404, 1009) => Hidden,
        other => panic!("{other:?}: {came:?}"),
    }
}

/// Whether it is in the list of Alice's account, which a stranger does not even get.
fn listed(office: &mut Office, who: &str, id: Id) -> Fate {
    let acme = office.acme();
    let came = office.get(who, &format!("accounts/{acme}/recordings"));
    let found = came.body["recordings"]
        .as_array()
        .map(|list| list.iter().any(|it| it["id"] == json!(id.to_string())));
    if found == Some(true) { May } else { Hidden }
}

/// By a link that was good once: the right is asked for again.
fn downloaded(office: &mut Office, who: &str, id: Id) -> Fate {
    let came = office.get(who, &format!("recordings/{id}?listener={}", email(who)));
    let Some(url) = came.body["recording_url"].as_str() else { return fate(&came) };
    let (_, path) = url.split_once("/sandbox/v1/").unwrap();
    let path = path.to_owned();
    let came = office.ask_with("none is needed", "GET", &path, &Value::Null);
    assert!(came.whole.body().starts_with(b"RIFF"));
    fate(&came)
}
