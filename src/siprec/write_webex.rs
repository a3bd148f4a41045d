//! The dialect of Webex Calling, as its platform writes it.

use super::extension::{Extension, Parent};
use super::id::Id;
use super::metadata::{Metadata, Participant, Recording, Session, Stream, StreamMode};
use super::xml::{Xml, element};

pub(super) fn write(metadata: &Metadata) -> String {
    let mut xml = Xml::new(" ");
    xml.open("recording_metadata", &[("xmlns", NAMESPACE)]);
    xml.leaf("dataMode", &[], metadata.mode.word());
    if let Some(it) = &metadata.recording {
        let content =
            optional("requestor", it.requestor.as_deref()) + &optional("type", it.kind.as_deref());
        xml.inline("recording", &[("id", it.id.as_str())], &content);
    }
    let recording = metadata.recording.as_ref().map(|it: &Recording| ("recording", it.id.as_str()));
    for it in &metadata.groups {
        let attributes = [Some(("id", it.id.as_str())), recording];
        let content = optional("initiator", it.initiator.as_deref());
        xml.inline("group", &present(attributes), &content);
    }
    metadata.sessions.iter().for_each(|it| session(&mut xml, it));
    metadata.participants.iter().for_each(|it| participant(&mut xml, it, metadata));
    metadata.streams.iter().for_each(|it| stream(&mut xml, it));
    extensions(&mut xml, metadata);
    xml.finish()
}

fn session(xml: &mut Xml, it: &Session) {
    let group = it.group.as_ref().map(|group| ("group", group.as_str()));
    let content = optional("start-time", it.start_time.as_deref())
        + &optional("stop-time", it.stop_time.as_deref());
    xml.inline("session", &present([Some(("id", it.id.as_str())), group]), &content);
}

fn participant(xml: &mut Xml, it: &Participant, metadata: &Metadata) {
    let mut sessions = metadata.participant_sessions.iter().filter(|a| a.participant == it.id);
    // The dialect has room for one session: the last that was not left, or else the last.
    let current = sessions.clone().rfind(|it| it.interval.is_open()).or(sessions.next_back());
    let session = current.map(|it| ("session", it.session.as_str()));
    let aors = it.names.iter().map(|name| element("aor", &name.aor));
    let sends = metadata.participant_streams.iter().filter(|a| a.participant == it.id);
    let sends = sends.filter(|it| it.interval.is_open()).flat_map(|it| &it.send);
    let sends = sends.map(|stream| format!("<send>{}</send>", element("id", stream.as_str())));
    let content: String = aors.chain(sends).collect();
    xml.inline("participant", &present([Some(("id", it.id.as_str())), session]), &content);
}

fn stream(xml: &mut Xml, it: &Stream) {
    let session = it.session.as_ref().map(|session| ("session", session.as_str()));
    let mode = it.mode.as_ref().map(|mode| match mode {
        StreamMode::Separate => "separate",
        StreamMode::Mixed => "mixed",
        StreamMode::Other(word) => word,
    });
    let content = optional("label", it.label.as_deref()) + &optional("mode", mode);
    xml.inline("stream", &present([Some(("id", it.id.as_str())), session]), &content);
}

/// Those of one parent and one id stand together.
fn extensions(xml: &mut Xml, metadata: &Metadata) {
    let belong =
        |a: &Extension, b: &Extension| a.id.is_some() && (&a.id, &a.parent) == (&b.id, &b.parent);
    for together in metadata.extensions.chunk_by(belong) {
        let Some(first) = together.first() else { continue };
        let recording = metadata.recording.as_ref().map(|it| &it.id);
        let parent = parent_id(&first.parent, recording).map(|it| ("parent", it.as_str()));
        let id = first.id.as_ref().map(|it| ("id", it.as_str()));
        xml.open("extensiondata", &present([id, parent]));
        for extension in together {
            xml.raw(&extension.xml);
        }
        xml.close();
    }
}

fn parent_id<'a>(parent: &'a Parent, recording: Option<&'a Id>) -> Option<&'a Id> {
    match parent {
        Parent::Recording => recording,
        Parent::Group(id)
        | Parent::Session(id)
        | Parent::Participant(id)
        | Parent::Stream(id)
        | Parent::SessionRecording(id)
        | Parent::ParticipantSession { participant: id, .. }
        | Parent::ParticipantStream(id)
        | Parent::Unknown(id) => Some(id),
    }
}

fn present<'a>(attributes: [Option<(&'a str, &'a str)>; 2]) -> Vec<(&'a str, &'a str)> {
    attributes.into_iter().flatten().collect()
}

fn optional(name: &str, text: Option<&str>) -> String {
    text.map(|it| element(name, it)).unwrap_or_default()
}

/// The namespace of the draft.
const NAMESPACE: &str = "urn:ietf:params:xml:ns:siprec";
