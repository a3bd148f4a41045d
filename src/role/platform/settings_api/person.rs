//! A person's recording settings as the API writes and reads them (sections 3.2 and 3.3).

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Flaw, Refusal};
use crate::role::platform::provisioning::{
    Notification, Organization, Person, Record, RecordingSettings, Vendor,
};
use crate::role::{OutOfRange, Surface};

/// The settings of a person, and the identifiers for support once it is switched on (S-42).
pub fn write(person: &Person, organization: &Organization, flaw: Option<Flaw>) -> Value {
    let it = &person.settings;
    let mut body = json!({
        "enabled": it.enabled,
        "record": it.record.word(),
        "recordVoicemailEnabled": it.voicemail,
        "startStopAnnouncementEnabled": it.announced_internally && it.announced_outside,
        "notification": { "type": it.notification.0.word(), "enabled": it.notification.1 },
        "repeat": { "interval": it.repeat.0, "enabled": it.repeat.1 },
        "startStopAnnouncement": {
            "internalCallsEnabled": it.announced_internally,
            "pstnCallsEnabled": it.announced_outside,
        },
    });
    if organization.vendor == Vendor::Webex {
        body["callRecordingAccessSettings"] = json!({
            "viewAndPlayRecordingsEnabled": false, "downloadRecordingsEnabled": false,
            "deleteRecordingsEnabled": false, "shareRecordingsEnabled": false,
        });
    }
    if it.enabled && flaw != Some(Flaw::HideIdentifiers) {
        body["serviceProvider"] = json!(organization.service_provider);
        body["externalGroup"] = json!(organization.external_group);
        body["externalIdentifier"] = match flaw {
            Some(Flaw::ShowOtherIdentifiers) => json!(person.profile.email),
            _ => json!(person.external_identifier),
        };
    }
    body
}

/// The user's own view (section 3.3).
pub fn write_own(person: &Person, organization: &Organization) -> Value {
    let it = &person.settings;
    let vendor = organization.vendor;
    json!({
        "enabled": it.enabled,
        "vendor": { "id": vendor.id(), "name": vendor.name(), "loginUrl": super::organization::LOGIN },
        "recordingMode": it.record.word(),
        "pauseResumeNotifyMethod": it.notification.0.word(),
        "announcementEnabled": it.announced_internally || it.announced_outside,
        "warningToneEnabled": it.repeat.1,
        "warningToneDuration": it.repeat.0,
    })
}

/// The settings that a request asks for. What it does not speak of stays as it is. `is_short` takes
/// no more time between two reminders than the pages of the administrator do.
pub fn read(
    body: &Value,
    before: RecordingSettings,
    is_short: bool,
) -> Result<RecordingSettings, Refusal> {
    let body = body.as_object().ok_or_else(|| Refusal::invalid("The body is no object."))?;
    let mut it = before;
    it.enabled = required(body, "enabled")?;
    it.voicemail = required(body, "recordVoicemailEnabled")?;
    let record = body.get("record").and_then(Value::as_str);
    it.record = record.and_then(Record::named).ok_or_else(|| wrong("record"))?;
    if let Some(both) = flag(body, "startStopAnnouncementEnabled")? {
        (it.announced_internally, it.announced_outside) = (both, both);
    }
    if let Some(announced) = object(body, "startStopAnnouncement")? {
        let internal = flag(announced, "internalCallsEnabled")?;
        it.announced_internally = internal.unwrap_or(it.announced_internally);
        it.announced_outside = flag(announced, "pstnCallsEnabled")?.unwrap_or(it.announced_outside);
    }
    if let Some(notification) = object(body, "notification")? {
        it.notification = read_notification(notification)?;
    }
    if let Some(repeat) = object(body, "repeat")? {
        it.repeat = read_repeat(repeat, it.repeat, is_short)?;
    }
    Ok(it)
}

fn read_notification(body: &Map<String, Value>) -> Result<(Notification, bool), Refusal> {
    let enabled = required(body, "enabled")?;
    let how = match body.get("type") {
        // Section 3.2: no type at all is a beep, once it is switched on.
        None if enabled => Notification::Beep,
        None | Some(Value::Null) => Notification::None,
        Some(Value::String(word)) => match Notification::named(word) {
            // Section 3.2: `None` is read, but written as null.
            Some(Notification::None) | None => return Err(wrong("notification.type")),
            Some(how) => how,
        },
        Some(_) => return Err(wrong("notification.type")),
    };
    Ok((how, enabled))
}

fn read_repeat(
    body: &Map<String, Value>,
    before: (u32, bool),
    is_short: bool,
) -> Result<(u32, bool), Refusal> {
    let enabled = required(body, "enabled")?;
    let Some(interval) = body.get("interval") else { return Ok((before.0, enabled)) };
    let seconds = interval.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
    let seconds = seconds.ok_or_else(|| wrong("repeat.interval"))?;
    // AMB-4: the pages of the administrator take 10 to 90.
    let surface = if is_short { Surface::Portal } else { Surface::Api };
    if let Err(OutOfRange { least, most }) = surface.check(Duration::from_secs(seconds.into())) {
        let (least, most) = (least.as_secs(), most.as_secs());
        let why = format!(
            "Invalid value for repeat.interval: {seconds} is not between {least} and {most}."
        );
        return Err(Refusal::invalid(why));
    }
    Ok((seconds, enabled))
}

/// A member that has to be there.
pub(super) fn required(body: &Map<String, Value>, name: &str) -> Result<bool, Refusal> {
    flag(body, name)?.ok_or_else(|| Refusal::invalid(format!("Missing required field: {name}.")))
}

/// A member that may be there.
pub(super) fn flag(body: &Map<String, Value>, name: &str) -> Result<Option<bool>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(wrong(name)),
    }
}

fn object<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(wrong(name)),
    }
}

fn wrong(name: &str) -> Refusal {
    Refusal::invalid(format!("Invalid value for {name}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_the_tone_has_its_bounds() {
        let repeat = |interval: Value| {
            let body = json!({ "enabled": true, "record": "Always", "recordVoicemailEnabled": false,
                "repeat": { "enabled": true, "interval": interval } });
            read(&body, RecordingSettings::default(), false).map(|it| it.repeat)
        };
        for seconds in [10, 90, 91, 1_800] {
            assert_eq!(repeat(json!(seconds)), Ok((seconds, true)));
        }
        for interval in [json!(9), json!(1_801), json!(-1), json!(10.5), json!("20"), json!(1e30)] {
            let refused = repeat(interval.clone()).expect_err(&interval.to_string());
            assert_eq!(refused.status, 400, "{interval}");
        }
    }

    #[test]
    fn no_notification_is_written_as_null_and_read_as_a_word() {
        let read = |notification: Value| {
            let body = json!({ "enabled": true, "record": "Always", "recordVoicemailEnabled": false,
                "notification": notification });
            read(&body, RecordingSettings::default(), false).map(|it| it.notification)
        };
        assert_eq!(read(json!({ "type": null, "enabled": true })), Ok((Notification::None, true)));
        assert_eq!(read(json!({ "enabled": true })), Ok((Notification::Beep, true)));
        let none = read(json!({ "type": "None", "enabled": false }));
        assert_eq!(none.unwrap_err().status, 400);
    }

    #[test]
    fn what_is_required_has_to_be_there_and_what_is_a_mode_has_to_be_one() {
        let before = RecordingSettings::default();
        let missing = json!({ "enabled": true, "record": "Always" });
        assert_eq!(read(&missing, before, false).unwrap_err().status, 400);
        let other =
            json!({ "enabled": true, "record": "Sometimes", "recordVoicemailEnabled": true });
        assert_eq!(read(&other, before, false), Err(wrong("record")));
        assert_eq!(read(&json!([]), before, false).unwrap_err().status, 400);
    }
}
