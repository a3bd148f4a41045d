//! What things look like in JSON (product facts, section 5.3).

use serde_json::{Value, json};

use super::Desk;
use super::hooks::Notification;
use crate::role::recorder::flaw::Flaw;
use crate::role::recorder::library::{
    Account, CallType, Date, Entry, Group, Point, RecordingType, Standing, Status, User,
};

/// A recording, in a list or alone.
///
/// `streams`, `participants`, `pauses`, `announcements`, `plan`, `retention_days` and `deleted_on`
/// are ours: a portal shows them, and how the product names them is not public.
pub fn recording(desk: &Desk<'_>, entry: &Entry) -> Value {
    let owner = entry.owner.user().and_then(|user| desk.library.user(user));
    let retention = owner.and_then(|owner| owner.plan.retention());
    let shown = |unless, list| if desk.flaw == Some(unless) { Vec::new() } else { list };
    let is_over = entry.status == Status::Active;
    let sentiment = is_over
        && owner.is_some_and(|owner| owner.plan.has_ai())
        && desk.flaw != Some(Flaw::AnalyseNothing);
    json!({
        "id": entry.id.to_string(),
        "self": desk.url(&format!("recordings/{}", entry.id)),
        "account": entry.owner.account().map(|it| desk.url(&format!("accounts/{it}"))),
        "user": owner.map(|owner| desk.url(&format!("users/{}", owner.id))),
        "to": entry.to,
        "to_label": entry.to_label,
        "from": entry.from,
        "from_label": entry.from_label,
        "status": match entry.status {
            Status::Recording => "Recording",
            Status::Active => "Active",
        },
        "call_type": match entry.call_type {
            CallType::Inbound => Some("inbound"),
            CallType::Outbound => Some("outbound"),
            CallType::Unknown => None,
        },
        "recording_type": match entry.recording_type {
            RecordingType::Recording => "recording",
            RecordingType::Voicemail => "voicemail",
        },
        "channel": entry.key.as_ref().map(|key| &key.external_identifier),
        "duration": entry.duration(desk.now).as_secs(),
        "start_time": entry.started.rfc822(),
        "end_time": entry.ended.map(Date::rfc822),
        "additional_parties": others(entry),
        "transfers": [],
        "tags": entry.tags,
        "metadata": entry.metadata,
        "meta_tags": {
            "recording-platform": "Tallylight",
            "recorder-identifier": entry.call_id,
            "tracking-id": entry.tracking_id,
        },
        "date_created": entry.created.rfc822(),
        "date_updated": entry.updated.rfc822(),
        "streams": entry.sides,
        "participants": shown(Flaw::NameNobody, participants(entry)),
        "pauses": shown(Flaw::ForgetPauses, pauses(entry)),
        "announcements": shown(Flaw::ForgetAnnouncements, announcements(entry)),
        "document_sentiment": sentiment.then(|| json!({ "score": NEUTRAL })),
        "plan": owner.map(|owner| owner.plan.name()),
        "retention_days": retention.map(|span| span.as_secs() / SECONDS_PER_DAY),
        "deleted_on": desk.library.due(entry).map(Date::rfc3339),
    })
}

/// Who took part beside the two whose numbers are there.
fn others(entry: &Entry) -> Vec<&str> {
    let numbers = entry.participants.iter().map(|it| it.number.as_str());
    numbers.filter(|number| *number != entry.from && *number != entry.to).collect()
}

fn participants(entry: &Entry) -> Vec<Value> {
    let one = entry.participants.iter().map(|it| {
        json!({
            "address": it.aor,
            "name": it.name,
            "streams": it.sides,
            "joined": it.joined,
            "left": it.left,
        })
    });
    one.collect()
}

fn pauses(entry: &Entry) -> Vec<Value> {
    let one = entry
        .pauses
        .iter()
        .map(|pause| json!({ "from": pause.from.rfc3339(), "to": pause.to.map(Date::rfc3339) }));
    one.collect()
}

fn announcements(entry: &Entry) -> Vec<Value> {
    let one = entry.announcements.iter().map(|it| {
        json!({
            "kind": it.kind,
            "played_at": it.played_at,
            "duration_ms": it.duration_ms,
            "heard_by": it.heard_by,
        })
    });
    one.collect()
}

/// A user. `plan`, `retention_days` and `group` are ours.
pub fn user(desk: &Desk<'_>, user: &User) -> Value {
    let group = match user.standing {
        Standing::Group(group) => Some(group),
        Standing::Account(..) => None,
    };
    json!({
        "id": user.id.to_string(),
        "self": desk.url(&format!("users/{}", user.id)),
        "account": user.account().map(|it| desk.url(&format!("accounts/{it}"))),
        "group": group.map(|it| desk.url(&format!("groups/{it}"))),
        "role": user.role().word(),
        "username": user.email,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "confirmed": true,
        "mobile_number": null,
        "language": user.language,
        "plan": user.plan.name(),
        "retention_days": user.plan.retention().map(|span| span.as_secs() / SECONDS_PER_DAY),
        "date_created": user.created.rfc822(),
        "date_updated": user.updated.rfc822(),
    })
}

/// An account. `contract` is ours.
pub fn account(desk: &Desk<'_>, account: &Account) -> Value {
    let own = |what: &str| desk.url(&format!("accounts/{}/{what}", account.id));
    json!({
        "id": account.id.to_string(),
        "self": desk.url(&format!("accounts/{}", account.id)),
        "group": desk.url(&format!("groups/{}", account.group)),
        "name": account.name,
        "status": "Active",
        "dubber_address": null,
        "time_zone": account.time_zone,
        "address": null,
        "phone": null,
        "contract": account.contract,
        "metadata": account.metadata,
        "date_created": account.created.rfc822(),
        "date_updated": account.updated.rfc822(),
        "subresource_uris": {
            "users": own("users"),
            "recordings": own("recordings"),
            "dub_points": own("dub_points"),
            "notifications": own("notifications"),
        },
    })
}

/// A group. `service_provider` is ours.
pub fn group(desk: &Desk<'_>, group: &Group) -> Value {
    let own = |what: &str| desk.url(&format!("groups/{}/{what}", group.id));
    json!({
        "id": group.id.to_string(),
        "self": desk.url(&format!("groups/{}", group.id)),
        "name": group.name,
        "service_provider": group.service_provider,
        "subresource_uris": {
            "accounts": own("accounts"),
            "unidentified_recordings": own("unidentified_recordings"),
            "unidentified_dub_points": own("unidentified_dub_points"),
            "notifications": own("notifications"),
        },
    })
}

/// A dub.point.
pub fn point(desk: &Desk<'_>, point: &Point) -> Value {
    let user = desk.library.user(point.user);
    json!({
        "id": point.id.to_string(),
        "self": desk.url(&format!("dub_points/{}", point.id)),
        "account": desk.url(&format!("accounts/{}", point.account)),
        "user": desk.url(&format!("users/{}", point.user)),
        "type": "Recorder",
        "status": if point.active { "Active" } else { "Suspended" },
        "ai": user.is_some_and(|user| user.plan.has_ai()),
        "product": point.product,
        "external_type": point.key.external_type,
        "service_provider": point.key.service_provider,
        "external_group": point.key.external_group,
        "external_identifier": point.key.external_identifier,
        "label": point.label,
        "date_created": point.created.rfc822(),
        "date_updated": point.updated.rfc822(),
    })
}

/// A notification.
pub fn notification(desk: &Desk<'_>, it: &Notification) -> Value {
    let is_group = desk.library.group(it.holder).is_some();
    let (name, holders) = if is_group { ("group", "groups") } else { ("account", "accounts") };
    let path = format!("notifications/{}", it.id);
    let mut object = json!({
        "id": it.id.to_string(),
        "self": desk.url(&path),
        "post_url": it.post_url,
        "event_type": it.event.word(),
        "include_data": it.includes_data,
        "status": if it.is_active { "Active" } else { "Pending" },
        "error": it.error,
        "unclaimed_messages": {
            "count": it.unclaimed.len(),
            "errors": it.error.iter().collect::<Vec<_>>(),
            "unclaimed_uri": desk.url(&format!("{path}/unclaimed")),
        },
    });
    object[name] = json!(desk.url(&format!("{holders}/{}", it.holder)));
    object
}

/// Nobody here knows what people mean.
const NEUTRAL: f64 = 0.0;
const SECONDS_PER_DAY: u64 = 24 * 3_600;
