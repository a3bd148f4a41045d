//! Which path means what (product facts, section 5.2).

use serde_json::json;

use super::input::id;
use super::{Answer, Call, Problem, objects, ok};

/// The answer to a request whose path, without region and version, is this.
pub fn route(call: &mut Call<'_, '_>, path: &[&str]) -> Answer {
    let method = call.request.method().clone();
    match (method.as_str(), path) {
        ("GET", ["profile"]) => Ok(ok(&objects::user(call.desk, &call.caller))),
        (method, ["groups", group, rest @ ..]) => groups(call, method, group, rest),
        (method, ["accounts", rest @ ..]) => accounts(call, method, rest),
        (method, ["recordings", recording, rest @ ..]) => recordings(call, method, recording, rest),
        ("GET", ["users", user]) => call.show_user(id(user)?),
        ("PUT", ["users", user]) => call.change_user(id(user)?),
        ("DELETE", ["users", user]) => call.remove_user(id(user)?),
        ("GET", ["dub_points", "find"]) => call.find_point(),
        ("GET", ["dub_points", point]) => call.show_point(id(point)?),
        ("PUT", ["dub_points", point]) => call.change_point(id(point)?),
        ("DELETE", ["dub_points", point]) => call.remove_point(id(point)?),
        ("GET", ["notifications", it]) => call.show_notification(id(it)?),
        ("DELETE", ["notifications", it]) => call.remove_notification(id(it)?),
        ("POST", ["notifications", it, "activate"]) => call.activate(id(it)?),
        ("GET", ["notifications", it, "unclaimed"]) => call.unclaimed(id(it)?),
        _ => Err(Problem::not_found()),
    }
}

fn groups(call: &mut Call<'_, '_>, method: &str, group: &str, rest: &[&str]) -> Answer {
    let group = call.group(id(group)?)?;
    match (method, rest) {
        ("GET", []) => Ok(ok(&objects::group(call.desk, &group))),
        ("GET", ["accounts"]) => Ok(call.list_accounts(&group)),
        // Groups do not stand in each other here.
        ("GET", ["groups"]) => Ok(ok(&json!({ "groups": [] }))),
        ("GET", ["unidentified_recordings"]) => call.list_unidentified(&group),
        ("POST", ["unidentified_recordings"]) => call.claim(&group),
        ("GET", ["unidentified_dub_points"]) => Ok(call.list_unidentified_points(&group)),
        ("GET", ["notifications"]) => Ok(call.list_notifications(group.id)),
        ("POST", ["notifications"]) => call.add_notification(group.id),
        _ => Err(Problem::not_found()),
    }
}

fn accounts(call: &mut Call<'_, '_>, method: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("POST", []) => call.add_account(),
        ("GET", [account]) => call.show_account(id(account)?),
        ("PUT", [account]) => call.change_account(id(account)?),
        ("GET", [account, "users"]) => call.list_users(id(account)?),
        ("POST", [account, "users"]) => call.add_user(id(account)?),
        ("GET", [account, "recordings"]) => call.list_recordings(id(account)?),
        ("GET", [account, "dub_points"]) => call.list_points(id(account)?),
        ("POST", [account, "dub_points"]) => call.add_point(id(account)?),
        ("GET", [account, "notifications"]) => {
            let account = call.staff(id(account)?)?;
            Ok(call.list_notifications(account.id))
        }
        ("POST", [account, "notifications"]) => {
            let account = call.staff(id(account)?)?;
            call.add_notification(account.id)
        }
        _ => Err(Problem::not_found()),
    }
}

fn recordings(call: &mut Call<'_, '_>, method: &str, recording: &str, rest: &[&str]) -> Answer {
    let recording = id(recording)?;
    match (method, rest) {
        ("GET", []) => call.show_recording(recording),
        ("DELETE", []) => call.delete_recording(recording),
        ("POST", ["tags"]) => call.set_tags(recording),
        ("DELETE", ["tags"]) => call.remove_tags(recording),
        ("PUT", ["metadata"]) => call.set_metadata(recording),
        _ => Err(Problem::not_found()),
    }
}
