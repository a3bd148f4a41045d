//! What each element of metadata may contain, in its order (RFC 7865 section 9), and what the
//! drafts before it had as well.

use super::reader::Shape;

const ONCE: bool = false;
const MANY: bool = true;

pub(super) const RECORDING: Shape = Shape {
    name: "recording",
    children: &[
        ("datamode", ONCE),
        ("group", MANY),
        ("session", MANY),
        ("participant", MANY),
        ("stream", MANY),
        ("sessionrecordingassoc", MANY),
        ("participantsessionassoc", MANY),
        ("participantstreamassoc", MANY),
    ],
    drafts: &["dataMode", "recording", "extensiondata"],
};

pub(super) const DRAFT_RECORDING: Shape =
    Shape { name: "recording", children: &[], drafts: &["requestor", "type"] };

pub(super) const GROUP: Shape = Shape {
    name: "group",
    children: &[("associate-time", ONCE), ("disassociate-time", ONCE)],
    drafts: &["initiator"],
};

pub(super) const SESSION: Shape = Shape {
    name: "session",
    children: &[
        ("sipSessionID", MANY),
        ("reason", MANY),
        ("group-ref", ONCE),
        ("start-time", ONCE),
        ("stop-time", ONCE),
    ],
    drafts: &[],
};

pub(super) const PARTICIPANT: Shape = Shape {
    name: "participant",
    children: &[("nameID", MANY)],
    drafts: &["aor", "name", "send", "recv", "associate-time", "disassociate-time"],
};

pub(super) const NAME_ID: Shape =
    Shape { name: "nameID", children: &[("name", ONCE)], drafts: &[] };

pub(super) const STREAM: Shape =
    Shape { name: "stream", children: &[("label", ONCE)], drafts: &["mode"] };

pub(super) const SESSION_RECORDING: Shape = Shape {
    name: "sessionrecordingassoc",
    children: &[("associate-time", ONCE), ("disassociate-time", ONCE)],
    drafts: &[],
};

pub(super) const PARTICIPANT_SESSION: Shape = Shape {
    name: "participantsessionassoc",
    children: &[("associate-time", ONCE), ("disassociate-time", ONCE), ("param", MANY)],
    drafts: &[],
};

pub(super) const PARTICIPANT_STREAM: Shape = Shape {
    name: "participantstreamassoc",
    children: &[
        ("send", MANY),
        ("recv", MANY),
        ("associate-time", ONCE),
        ("disassociate-time", ONCE),
    ],
    drafts: &[],
};

pub(super) const REQUEST_SNAPSHOT: Shape =
    Shape { name: "requestsnapshot", children: &[("requestreason", ONCE)], drafts: &[] };
