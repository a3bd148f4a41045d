//! Who may do what with everything but recordings: each role against each path and verb.

use serde_json::Value;

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

/// Alice, whose things they are; Bob, in her account; its administrator; the partner; and the
/// administrator of another account.
const WHO: [&str; 5] = ["alice", "bob", "carol", "paula", "mallory"];

const PARTNERS: [Fate; 5] = [Hidden, Hidden, Hidden, May, Hidden];
const MEMBERS: [Fate; 5] = [May, May, May, May, Hidden];
const STAFF: [Fate; 5] = [No, No, May, May, Hidden];
const OWN: [Fate; 5] = [May, Hidden, May, May, Hidden];

/// Method, path and fields, and what becomes of each who asks.
const MATRIX: &[(&str, &str, &str, [Fate; 5])] = &[
    ("GET", "groups/GROUP", "", PARTNERS),
    ("GET", "groups/GROUP/accounts", "", PARTNERS),
    ("GET", "groups/GROUP/groups", "", PARTNERS),
    ("GET", "groups/GROUP/unidentified_recordings", "", PARTNERS),
    ("POST", "groups/GROUP/unidentified_recordings", r#"{ "dub_point": "POINT" }"#, PARTNERS),
    ("GET", "groups/GROUP/unidentified_dub_points", "", PARTNERS),
    ("GET", "groups/GROUP/notifications", "", PARTNERS),
    ("POST", "groups/GROUP/notifications", HOOK, PARTNERS),
    ("POST", "accounts", r#"{ "group": "GROUP", "name": "Third" }"#, PARTNERS),
    ("GET", "accounts/ACCOUNT", "", MEMBERS),
    ("PUT", "accounts/ACCOUNT", r#"{ "name": "Apex" }"#, STAFF),
    ("PUT", "accounts/ACCOUNT", r#"{ "contract": false }"#, [No, No, No, May, Hidden]),
    ("GET", "accounts/ACCOUNT/recordings", "", MEMBERS),
    ("GET", "accounts/ACCOUNT/users", "", STAFF),
    ("POST", "accounts/ACCOUNT/users", SOMEBODY, STAFF),
    ("GET", "accounts/ACCOUNT/dub_points", "", STAFF),
    ("POST", "accounts/ACCOUNT/dub_points", ANOTHER_POINT, STAFF),
    ("GET", "accounts/ACCOUNT/notifications", "", STAFF),
    ("POST", "accounts/ACCOUNT/notifications", HOOK, STAFF),
    ("GET", "users/ALICE", "", OWN),
    ("PUT", "users/ALICE", r#"{ "language": "cs" }"#, OWN),
    ("PUT", "users/ALICE", r#"{ "plan": "ai" }"#, [No, Hidden, May, May, Hidden]),
    ("PUT", "users/ALICE", r#"{ "role": "Administrator" }"#, [No, Hidden, May, May, Hidden]),
    ("DELETE", "users/ALICE", "", [No, Hidden, May, May, Hidden]),
    ("GET", "dub_points/POINT", "", OWN),
    ("GET", FIND, "", OWN),
    ("PUT", "dub_points/POINT", r#"{ "label": "desk" }"#, STAFF),
    ("DELETE", "dub_points/POINT", "", STAFF),
    ("GET", "notifications/HOOK", "", STAFF),
    ("GET", "notifications/HOOK/unclaimed", "", STAFF),
    ("DELETE", "notifications/HOOK", "", STAFF),
];

#[test]
fn every_role_against_every_path_and_verb() {
    let mut wrong = Vec::new();
    for (method, path, fields, fates) in MATRIX {
        for (who, fate) in WHO.iter().zip(fates) {
            let mut office = Office::new(Plan::Standard);
            let names = names(&mut office);
            let filled = |text: &str| {
                names.iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
            };
            let body: Value = serde_json::from_str(&filled(fields)).unwrap_or_default();
            let came = office.ask(who, method, &filled(path), &body);
            let is = match (came.status, came.code()) {
                (200 | 201 | 204, 0) => May,
                (403, 1010) => No,
                (404, 1009) => Hidden,
                other => panic!("{who} {method} {path} {fields}: {other:?} {came:?}"),
            };
            if is != *fate {
                wrong.push(format!("{who} {method} {path} {fields}: {is:?}, not {fate:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The ids of what there is.
fn names(office: &mut Office) -> [(&'static str, String); 5] {
    let group = office.id_of("paula", "profile", "group");
    let account = office.acme();
    let users = office.get("carol", &format!("accounts/{account}/users"));
    let points = office.get("carol", &format!("accounts/{account}/dub_points"));
    let id = |came: &Came, list: &str, field: &str| {
        let list = came.body[list].as_array().unwrap();
        let own = list.iter().find(|it| it[field] == "alice").unwrap();
        own["id"].as_str().unwrap().to_owned()
    };
    let hook: Value = serde_json::from_str(HOOK).unwrap();
    let hook = office.ask("carol", "POST", &format!("accounts/{account}/notifications"), &hook);
    [
        ("GROUP", group),
        ("ACCOUNT", account),
        ("ALICE", id(&users, "users", "first_name")),
        ("POINT", id(&points, "dub_points", "label")),
        ("HOOK", hook.body["id"].as_str().unwrap().to_owned()),
    ]
}

const HOOK: &str = r#"{ "post_url": "http://192.0.2.1/told", "event_type": "recording.create" }"#;
const SOMEBODY: &str = r#"{ "first_name": "Eve", "email": "eve@example.com" }"#;
const ANOTHER_POINT: &str = r#"{ "user": "ALICE", "external_type": "BroadWorks", "service_provider": "SP0001",
    "external_group": "SP0001L0001", "external_identifier": "alice2@int.example.net", "product": "reserved" }"#;
const FIND: &str = "dub_points/find?external_type=BroadWorks&service_provider=SP0001\
                    &external_group=SP0001L0001&external_identifier=alice@int.example.net";
