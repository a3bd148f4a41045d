//! The organisation, its vendors and their terms, as the API writes and reads them (sections 3.4
//! and 3.5).

use serde_json::{Value, json};

use super::Refusal;
use super::person::{flag, required};
use crate::role::platform::provisioning::{
    Compliance, Directory, FailureBehavior, Organization, Vendor,
};

/// The switch of the organisation.
pub fn write(it: &Organization) -> Value {
    json!({
        "enabled": it.enabled,
        "organization": { "id": it.id, "name": it.name },
        "vendorId": it.vendor.id(),
        "vendorName": it.vendor.name(),
        "termsOfServiceUrl": it.vendor.terms(),
    })
}

/// `{ "enabled": … }` or `{ "termsOfServiceEnabled": … }`.
pub fn read_switch(body: &Value, name: &str) -> Result<bool, Refusal> {
    let body = body.as_object().ok_or_else(|| Refusal::invalid("The body is no object."))?;
    required(body, name)
}

/// The terms of a vendor.
pub fn write_terms(it: &Organization, vendor: Vendor) -> Value {
    json!({
        "vendorId": vendor.id(),
        "vendorName": vendor.name(),
        "termsOfServiceEnabled": vendor == it.vendor && it.terms.is_some(),
        "termsOfServiceUrl": vendor.terms(),
    })
}

/// The body of 409 where the terms were not accepted.
pub fn write_unaccepted(vendor: Vendor) -> Value {
    json!({
        "vendorId": vendor.id(), "vendorName": vendor.name(), "termsOfServiceUrl": vendor.terms(),
    })
}

/// The vendors that can be chosen.
pub fn write_vendors(it: &Organization) -> Value {
    let vendors = Vendor::ALL.map(|vendor| {
        let is_dubber = vendor == Vendor::Dubber;
        json!({
            "id": vendor.id(), "name": vendor.name(), "description": vendor.name(),
            "migrateUserCreationEnabled": is_dubber,
            "loginUrl": if is_dubber { LOGIN } else { "" },
            "termsOfServiceUrl": vendor.terms(),
        })
    });
    json!({
        "vendorId": it.vendor.id(), "vendorName": it.vendor.name(), "vendors": vendors,
        "storageRegion": "US", "failureBehavior": it.failure.word(),
    })
}

/// The vendor and what becomes of calls that cannot be recorded, as a request asks for them.
pub fn read_vendor(body: &Value, it: &Organization) -> Result<(Vendor, FailureBehavior), Refusal> {
    let vendor = body.get("vendorId").and_then(Value::as_str);
    let vendor = vendor.and_then(|id| Vendor::ALL.into_iter().find(|vendor| vendor.id() == id));
    let vendor = vendor.ok_or_else(|| Refusal::invalid("Invalid value for vendorId."))?;
    let failure = match body.get("failureBehavior") {
        None => it.failure,
        Some(word) => word
            .as_str()
            .and_then(FailureBehavior::named)
            .ok_or_else(|| Refusal::invalid("Invalid value for failureBehavior."))?,
    };
    Ok((vendor, failure))
}

/// Whom the compliance announcement is played to.
pub fn write_compliance(it: &Compliance) -> Value {
    json!({
        "inboundPSTNCallsEnabled": it.inbound,
        "outboundPSTNCallsEnabled": it.outbound,
        "outboundPSTNCallsDelayEnabled": it.delay.0,
        "delayInSeconds": it.delay.1,
        "useCustomAnnouncementEnabled": false,
    })
}

/// Whom it is to be played to. What a request does not speak of stays as it is.
pub fn read_compliance(body: &Value, mut it: Compliance) -> Result<Compliance, Refusal> {
    let body = body.as_object().ok_or_else(|| Refusal::invalid("The body is no object."))?;
    it.inbound = flag(body, "inboundPSTNCallsEnabled")?.unwrap_or(it.inbound);
    it.outbound = flag(body, "outboundPSTNCallsEnabled")?.unwrap_or(it.outbound);
    it.delay.0 = flag(body, "outboundPSTNCallsDelayEnabled")?.unwrap_or(it.delay.0);
    if let Some(seconds) = body.get("delayInSeconds") {
        let seconds = seconds.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
        let in_range = seconds.filter(|seconds| *seconds <= DELAY_MOST);
        it.delay.1 =
            in_range.ok_or_else(|| Refusal::invalid("Invalid value for delayInSeconds."))?;
    }
    Ok(it)
}

/// Where recordings can be stored (section 3.4).
pub fn write_regions() -> Value {
    let regions = [
        ("US", "United States"),
        ("SG", "Singapore"),
        ("GB", "United Kingdom"),
        ("JP", "Japan"),
        ("DE", "Germany"),
        ("AU", "Australia"),
        ("IN", "India"),
        ("CA", "Canada"),
    ];
    let regions = regions
        .map(|(code, name)| json!({ "code": code, "name": name, "defaultEnabled": code == "US" }));
    json!({ "regions": regions })
}

/// Who is recorded by the vendor; `start` and `max` cut out a page, which is empty beyond the end.
pub fn write_users(directory: &Directory, start: usize, max: usize) -> Value {
    let recorded = directory.people.iter().filter(|person| person.settings.enabled);
    let members = recorded.skip(start).take(max).map(|person| {
        json!({
            "id": person.id, "lastName": person.profile.last_name,
            "firstName": person.profile.first_name, "type": "PEOPLE",
            "licenseType": person.profile.licence.word(),
        })
    });
    json!({
        "vendorId": directory.organization.vendor.id(),
        "members": members.collect::<Vec<_>>(),
    })
}

/// Where people of the default region sign in to the recorder.
pub const LOGIN: &str = "https://wxc-us.dubber.net/login?sso=webex";
/// The product's bound is not known.
const DELAY_MOST: u32 = 60;
