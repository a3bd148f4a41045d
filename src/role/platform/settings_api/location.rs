//! The location as the API writes and reads it (sections 3.4 and 3.5).

use serde_json::{Value, json};

use super::Refusal;
use super::organization::{read_compliance, write_compliance, write_vendors};
use super::person::flag;
use crate::role::platform::provisioning::{Directory, FailureBehavior, Location, Vendor};

/// All locations.
pub fn write_all(directory: &Directory) -> Value {
    let people = directory.people.first();
    json!({ "items": [{
        "id": directory.location.id, "name": Location::NAME,
        "orgId": directory.organization.id,
        "timeZone": people.map(|person| person.time_zone.as_str()),
    }] })
}

/// Whom the compliance announcement is played to here.
pub fn write_location_compliance(directory: &Directory) -> Value {
    let it = directory.location.compliance(&directory.organization);
    let mut body = write_compliance(&it);
    body["useOrgSettingsEnabled"] = json!(directory.location.compliance.is_none());
    body["useOrgLevelAnnouncementEnabled"] = json!(true);
    body
}

/// Whom it is to be played to.
pub fn read_location_compliance(directory: &mut Directory, body: &Value) -> Result<(), Refusal> {
    let members = body.as_object().ok_or_else(|| Refusal::invalid("The body is no object."))?;
    let now = directory.location.compliance(&directory.organization);
    let wanted = read_compliance(body, now)?;
    let follows = flag(members, "useOrgSettingsEnabled")?.unwrap_or(false);
    directory.location.compliance = (!follows).then_some(wanted);
    Ok(())
}

/// The vendors here, and what becomes of calls that cannot be recorded.
pub fn write_location_vendors(directory: &Directory) -> Value {
    let (it, location) = (&directory.organization, &directory.location);
    let mut body = write_vendors(it);
    for (name, value) in [
        ("orgDefaultEnabled", json!(true)),
        ("orgDefaultVendorId", json!(it.vendor.id())),
        ("orgDefaultVendorName", json!(it.vendor.name())),
        ("defaultVendorId", json!(it.vendor.id())),
        ("defaultVendorName", json!(it.vendor.name())),
        ("orgStorageRegionEnabled", json!(true)),
        ("orgStorageRegion", body["storageRegion"].clone()),
        ("orgFailureBehaviorEnabled", json!(location.failure.is_none())),
        ("orgFailureBehavior", json!(it.failure.word())),
        ("failureBehavior", json!(location.failure(it).word())),
    ] {
        body[name] = value;
    }
    body
}

/// What is to become of calls here that cannot be recorded. One vendor serves the organisation:
/// another one for a location is refused.
pub fn read_location_vendor(directory: &mut Directory, body: &Value) -> Result<(), Refusal> {
    let members = body.as_object().ok_or_else(|| Refusal::invalid("The body is no object."))?;
    let vendor = members.get("id").and_then(Value::as_str);
    let vendor = vendor.and_then(|id| Vendor::ALL.into_iter().find(|vendor| vendor.id() == id));
    let follows = flag(members, "orgDefaultEnabled")?.unwrap_or(false);
    if !follows && vendor != Some(directory.organization.vendor) {
        return Err(Refusal::invalid("Invalid value for id."));
    }
    let wanted = match members.get("failureBehavior") {
        None => directory.location.failure,
        Some(word) => {
            let known = word.as_str().and_then(FailureBehavior::named);
            Some(known.ok_or_else(|| Refusal::invalid("Invalid value for failureBehavior."))?)
        }
    };
    let follows = flag(members, "orgFailureBehaviorEnabled")?.unwrap_or(false);
    directory.location.failure = wanted.filter(|_| !follows);
    Ok(())
}
