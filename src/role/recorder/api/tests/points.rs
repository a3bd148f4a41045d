//! dub.points at the API.

use super::*;

fn point_of_alice(office: &mut Office) -> String {
    let find = "dub_points/find?external_type=BroadWorks&service_provider=SP0001\
                &external_group=SP0001L0001&external_identifier=alice%40int.example.net";
    let came = office.get("alice", find);
    came.body["id"].as_str().unwrap_or_else(|| panic!("{came:?}")).to_owned()
}

fn unidentified(office: &mut Office) -> Vec<Value> {
    let group = office.id_of("paula", "profile", "group");
    let came = office.get("paula", &format!("groups/{group}/unidentified_recordings"));
    came.body["recordings"].as_array().unwrap().clone()
}

#[test]
fn a_wrong_field_makes_a_recording_nobodys_until_it_is_corrected() {
    for (field, wrong, right) in [
        ("service_provider", "SP0002", "SP0001"),
        ("external_group", "SP0001L0002", "SP0001L0001"),
        ("external_identifier", "alicia@int.example.net", "alice@int.example.net"),
        ("external_type", "Cisco", "BroadWorks"),
        ("product", "payg", "reserved"),
    ] {
        let mut office = Office::new(Plan::Standard);
        let point = format!("dub_points/{}", point_of_alice(&mut office));
        assert_eq!(office.ask("carol", "PUT", &point, &json!({ field: wrong })).status, 200);
        office.record("alice");
        assert_eq!(unidentified(&mut office).len(), 1, "{field}");
        assert_eq!(office.ask("carol", "PUT", &point, &json!({ field: right })).status, 200);
        let id = office.record("alice");
        assert_eq!(unidentified(&mut office).len(), 1, "the next call is found by {field}");
        assert_eq!(office.get("alice", &format!("recordings/{id}")).status, 200);
    }
}

#[test]
fn what_was_nobodys_is_moved_to_whoever_it_is_of() {
    let mut office = Office::new(Plan::Standard);
    let point = point_of_alice(&mut office);
    let wrong = json!({ "external_group": "SP0001L0002" });
    office.ask("carol", "PUT", &format!("dub_points/{point}"), &wrong);
    let id = office.record("alice");
    let group = office.id_of("paula", "profile", "group");
    let keys = office.get("paula", &format!("groups/{group}/unidentified_dub_points")).body;
    assert_eq!(keys["dub_points"][0]["external_group"], "SP0001L0001");
    let right = json!({ "external_group": "SP0001L0001" });
    office.ask("carol", "PUT", &format!("dub_points/{point}"), &right);
    let path = format!("groups/{group}/unidentified_recordings");
    let claim = json!({ "dub_point": point });
    assert_eq!(office.ask("carol", "POST", &path, &claim).code(), 1009);
    let came = office.ask("paula", "POST", &path, &claim);
    assert_eq!(came.body["recordings"], json!([id.to_string()]));
    assert_eq!(office.get("alice", &format!("recordings/{id}")).status, 200);
}

#[test]
fn none_of_the_five_fields_may_be_missing() {
    let mut office = Office::new(Plan::Standard);
    let acme = office.acme();
    let bob = office.get("bob", "profile").body["id"].clone();
    let whole = json!({
        "user": bob, "external_type": "BroadWorks", "service_provider": "SP0001",
        "external_group": "SP0001L0001", "external_identifier": "b@int.example.net",
        "product": "reserved",
    });
    let path = format!("accounts/{acme}/dub_points");
    for field in [
        "user",
        "external_type",
        "service_provider",
        "external_group",
        "external_identifier",
        "product",
    ] {
        let mut point = whole.clone();
        point.as_object_mut().unwrap().remove(field);
        assert_eq!(office.ask("carol", "POST", &path, &point).code(), 2000, "{field}");
    }
    let came = office.ask("carol", "POST", &path, &whole);
    assert_eq!((came.status, &came.body["type"]), (201, &json!("Recorder")));
    assert_eq!(office.ask("carol", "POST", &path, &whole).code(), 2000, "there is one already");
    assert_eq!(office.get("alice", "dub_points/find?external_type=BroadWorks").code(), 2000);
}

#[test]
fn a_point_can_be_seen_by_whose_it_is_and_changed_by_administrators() {
    let mut office = Office::new(Plan::Standard);
    let point = format!("dub_points/{}", point_of_alice(&mut office));
    for (who, see, change) in [
        ("alice", 0, 1010),
        ("bob", 1009, 1010),
        ("carol", 0, 0),
        ("paula", 0, 0),
        ("mallory", 1009, 1009),
    ] {
        assert_eq!(office.get(who, &point).code(), see, "{who}");
        let came = office.ask(who, "PUT", &point, &json!({ "label": who }));
        assert_eq!(came.code(), change, "{who}");
    }
    for wrong in [
        json!({ "product": "magic" }),
        json!({ "external_type": "Acme" }),
        json!({ "user": "1" }),
        json!({ "status": "Odd" }),
        json!({ "label": "x".repeat(129) }),
        json!({ "label": 7 }),
    ] {
        assert_eq!(office.ask("carol", "PUT", &point, &wrong).code(), 2000, "{wrong}");
    }
}
