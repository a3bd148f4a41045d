//! Accounts and users.

use super::*;

fn id(office: &mut Office, who: &str) -> String {
    office.get(who, "profile").body["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_user_moves_to_a_paid_plan_only_with_a_contract_and_only_by_an_administrator() {
    let mut office = Office::new(Plan::DubberGo);
    let (alice, acme) = (id(&mut office, "alice"), office.acme());
    let paid = json!({ "plan": "standard" });
    let user = format!("users/{alice}");
    assert_eq!(office.ask("alice", "PUT", &user, &paid).code(), 1010);
    assert_eq!(office.ask("bob", "PUT", &user, &paid).code(), 1009);
    let (account, end) = (format!("accounts/{acme}"), json!({ "contract": false }));
    assert_eq!(office.ask("carol", "PUT", &account, &end).code(), 1010, "she does not sell");
    assert_eq!(office.ask("paula", "PUT", &account, &end).status, 200);
    assert_eq!(office.ask("carol", "PUT", &user, &paid).code(), 1010);
    office.ask("paula", "PUT", &account, &json!({ "contract": true }));
    let came = office.ask("carol", "PUT", &user, &paid);
    assert_eq!((came.status, &came.body["plan"]), (200, &json!("standard")));
    let point = office.get("carol", &format!("accounts/{acme}/dub_points")).body;
    assert_eq!(point["dub_points"][0]["product"], "reserved", "the product follows the plan");
}

#[test]
fn an_address_serves_one_account() {
    let mut office = Office::new(Plan::DubberGo);
    let acme = office.acme();
    let path = format!("accounts/{acme}/users");
    for (address, code) in [
        ("MALLORY@example.com", 2000),
        ("nobody", 2000),
        ("a b@example.com", 2000),
        ("a@example..com", 2000),
        ("erin@example.com", 0),
    ] {
        let user = json!({ "first_name": "Erin", "email": address });
        assert_eq!(office.ask("carol", "POST", &path, &user).code(), code, "{address}");
    }
    assert_eq!(office.ask("bob", "POST", &path, &json!({})).code(), 1010);
    assert_eq!(office.ask("mallory", "POST", &path, &json!({})).code(), 1009);
}

#[test]
fn only_administrators_see_who_is_there() {
    let mut office = Office::new(Plan::DubberGo);
    let acme = office.acme();
    let path = format!("accounts/{acme}/users");
    let count = |came: &Came| came.body["users"].as_array().map(Vec::len);
    assert_eq!(count(&office.get("carol", &path)), Some(3));
    assert_eq!(count(&office.get("paula", &path)), Some(3));
    assert_eq!(office.get("alice", &path).code(), 1010);
    let bob = id(&mut office, "bob");
    assert_eq!(office.get("alice", &format!("users/{bob}")).code(), 1009);
    assert_eq!(office.get("carol", &format!("users/{bob}")).body["role"], "Standard User");
}

#[test]
fn an_administrator_makes_another_one() {
    let mut office = Office::new(Plan::DubberGo);
    let alice = id(&mut office, "alice");
    let path = format!("users/{alice}");
    let role = json!({ "role": "Administrator" });
    assert_eq!(office.ask("alice", "PUT", &path, &role).code(), 1010);
    assert_eq!(office.ask("carol", "PUT", &path, &role).body["role"], "Administrator");
    assert_eq!(office.ask("carol", "PUT", &path, &json!({ "role": "King" })).code(), 2000);
    assert_eq!(office.ask("alice", "PUT", &path, &json!({ "last_name": "A" })).status, 200);
}

#[test]
fn a_user_that_is_removed_cannot_sign_in_and_leaves_nothing() {
    let mut office = Office::new(Plan::Standard);
    let recording = office.record("alice");
    let alice = id(&mut office, "alice");
    let path = format!("users/{alice}");
    assert_eq!(office.ask("alice", "DELETE", &path, &Value::Null).code(), 1010);
    assert_eq!(office.ask("carol", "DELETE", &path, &Value::Null).status, 204);
    assert_eq!(office.get("alice", "profile").code(), 1038);
    assert_eq!(office.get("carol", &format!("recordings/{recording}")).code(), 1009);
}

#[test]
fn rubbish_is_answered_and_never_believed() {
    let mut office = Office::new(Plan::Standard);
    for path in [
        "users/x",
        "users/99999999999999999999999",
        "recordings/-1",
        "accounts//users",
        "groups",
        "groups/1/1/1",
        "recordings/1001/tags/x",
        "%",
        "accounts/1001/recordings?page=%",
    ] {
        let came = office.get("alice", &path.replace('%', "%25"));
        assert!((400..500).contains(&came.status), "{path}: {came:?}");
    }
    for uri in ["/", "/sandbox/v1/%zz", "/elsewhere/v1/profile", "/sandbox/v2/profile"] {
        let request = Request::get(uri).body(Bytes::new()).unwrap();
        assert_eq!(office.send(&request).status, 404, "{uri}");
    }
}
