//! Signing in, and how often one may ask.

use super::*;

const CLIENT: &str = "client_id=tallylight&client_secret=secret-of-the-program";

#[test]
fn a_password_gives_a_token_for_a_day() {
    let mut office = Office::new(Plan::DubberGo);
    let came = office.sign_in(&password_of("alice"));
    assert_eq!(came.body["token_type"], "Bearer");
    assert_eq!(came.body["expires_in"], 86_400);
    let token = came.body["access_token"].as_str().unwrap().to_owned();
    office.pass(Duration::from_secs(86_399));
    assert_eq!(office.ask_with(&token, "GET", "profile", &Value::Null).status, 200);
    office.pass(Duration::from_secs(1));
    let came = office.ask_with(&token, "GET", "profile", &Value::Null);
    assert_eq!((came.status, came.code()), (401, 1038));
    office.break_with(Flaw::HonourOldTokens);
    assert_eq!(office.ask_with(&token, "GET", "profile", &Value::Null).status, 200);
}

#[test]
fn a_refresh_token_is_good_once_and_for_twenty_eight_days() {
    let mut office = Office::new(Plan::DubberGo);
    let refresh = |came: &Came| {
        let token = came.body["refresh_token"].as_str().unwrap();
        format!("grant_type=refresh_token&{CLIENT}&refresh_token={token}")
    };
    let first = office.sign_in(&password_of("alice"));
    office.pass(Duration::from_hours(27 * 24));
    let second = office.sign_in(&refresh(&first));
    assert_eq!(second.status, 200);
    assert_eq!(office.sign_in(&refresh(&first)).body["error"], "invalid_grant");
    office.pass(Duration::from_hours(28 * 24));
    assert_eq!(office.sign_in(&refresh(&second)).body["error"], "invalid_grant");
}

#[test]
fn what_is_wrong_with_a_grant_is_said_as_rfc_6749_does() {
    let mut office = Office::new(Plan::DubberGo);
    for (form, status, error) in [
        ("grant_type=password&client_id=tallylight&client_secret=x", 401, "invalid_client"),
        (&format!("grant_type=password&{CLIENT}&username=a&password=b"), 400, "invalid_grant"),
        (&format!("grant_type=password&{CLIENT}&username=a"), 400, "invalid_request"),
        (&format!("grant_type=magic&{CLIENT}"), 400, "unsupported_grant_type"),
        ("", 400, "invalid_request"),
    ] {
        let came = office.sign_in(form);
        assert_eq!((came.status, &came.body["error"]), (status, &json!(error)), "{form}");
    }
}

#[test]
fn a_token_that_was_given_back_is_none() {
    let mut office = Office::new(Plan::DubberGo);
    let token = office.token("alice");
    let request = Request::post("/sandbox/v1/revoke")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(Bytes::from(format!("token={token}")));
    assert_eq!(office.send(&request.unwrap()).status, 204);
    assert_eq!(office.get("alice", "profile").code(), 1038);
}

#[test]
fn the_third_request_in_a_second_is_one_too_many() {
    let mut office =
        Office::with(Plan::DubberGo, Settings { per_second: 4, ..Settings::default() });
    office.pass(Duration::from_secs(2));
    let codes: Vec<_> = (0..5).map(|_| office.get("alice", "profile").code()).collect();
    assert_eq!(codes, [0, 0, 0, 0, 1021]);
    let came = office.get("bob", "profile");
    assert_eq!((came.status, came.code()), (403, 1021), "the same client, whoever is signed in");
    office.pass(Duration::from_secs(1));
    assert_eq!(office.get("alice", "profile").status, 200);
}

#[test]
fn the_day_has_an_end_too() {
    let settings = Settings { per_second: usize::MAX, per_day: 5, ..Settings::default() };
    let mut office = Office::with(Plan::DubberGo, settings);
    office.pass(Duration::from_hours(24));
    let codes: Vec<_> = (0..6).map(|_| office.get("alice", "profile").code()).collect();
    assert_eq!(codes, [0, 0, 0, 0, 0, 1022]);
}
