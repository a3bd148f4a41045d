//! Reads metadata in both dialects and with every oddity of the field.

use std::collections::BTreeSet;

use roxmltree::Node;

use super::aor::is_address;
use super::extension::{Extension, Parent};
use super::id::Id;
use super::malformed::Malformed;
use super::metadata::{
    DataMode, Group, Interval, Metadata, Name, NameId, Param, Participant, ParticipantSession,
    ParticipantStream, Reason, Recording, Session, SessionRecording, Stream, StreamMode,
};
use super::quirk::Oddity;
use super::reader::{Reader, Shape, text};
use super::schema;

/// Reads the elements within a root.
pub(super) fn metadata<'a>(
    mut reader: Reader<'a>,
    root: Node<'a, 'a>,
) -> Result<Metadata, Malformed> {
    let name = root.tag_name().name();
    if name != "recording" {
        reader.note(root, Oddity::Root { found: name.to_owned() });
    }
    let mut parser = Parser { reader, metadata: Metadata::default() };
    let children = parser.reader.children(root, &schema::RECORDING, &Parent::Recording);
    for &(name, node) in &children {
        parser.element(name, node);
    }
    parser.finish(&children)
}

struct Parser<'a> {
    reader: Reader<'a>,
    metadata: Metadata,
}

impl<'a> Parser<'a> {
    fn element(&mut self, name: &str, node: Node<'a, 'a>) {
        match name {
            "datamode" | "dataMode" => self.mode(name, node),
            "recording" => self.recording(node),
            "group" => self.group(node),
            "session" => self.session(node),
            "participant" => self.participant(node),
            "stream" => self.stream(node),
            "sessionrecordingassoc" => self.session_recording(node),
            "participantsessionassoc" => self.participant_session(node),
            "participantstreamassoc" => self.participant_stream(node),
            _ => self.extension_data(node),
        }
    }

    fn mode(&mut self, name: &str, node: Node<'a, 'a>) {
        if name != "datamode" {
            let found = name.to_owned();
            self.reader.note(node, Oddity::DataModeSpelling { found });
        }
        let found = text(node);
        self.metadata.mode = match found.as_str() {
            "complete" => DataMode::Complete,
            "partial" => DataMode::Partial,
            _ => {
                self.reader.note(node, Oddity::DataModeValue { found });
                DataMode::Complete
            }
        };
    }

    fn recording(&mut self, node: Node<'a, 'a>) {
        let id = self.reader.id(node, "id");
        let mut recording = Recording { id, ..Recording::default() };
        for (name, child) in self.within(node, &schema::DRAFT_RECORDING, &Parent::Recording) {
            match name {
                "requestor" => recording.requestor = Some(text(child)),
                _ => recording.kind = Some(text(child)),
            }
        }
        self.metadata.recording = Some(recording);
    }

    fn group(&mut self, node: Node<'a, 'a>) {
        let id = self.reader.id(node, "group_id");
        let mut group = Group { id: id.clone(), ..Group::default() };
        for (name, child) in self.within(node, &schema::GROUP, &Parent::Group(id)) {
            match name {
                "initiator" => group.initiator = Some(text(child)),
                _ => self.moment(name, child, &mut group.interval),
            }
        }
        self.metadata.groups.push(group);
    }

    fn session(&mut self, node: Node<'a, 'a>) {
        let id = self.reader.id(node, "session_id");
        let mut session = Session { id: id.clone(), ..Session::default() };
        session.group = self.reader.reference(node, "group-ref", "group");
        for (name, child) in self.within(node, &schema::SESSION, &Parent::Session(id)) {
            match name {
                // Folds and blanks in a Session-ID mean nothing (RFC 7989 section 5).
                "sipSessionID" => {
                    session.sip_session_ids.push(text(child).split_whitespace().collect());
                }
                "reason" => session.reasons.push(self.reason(child)),
                "group-ref" => session.group = Some(self.reader.contained(child)),
                "start-time" => session.start_time = Some(self.reader.time(child)),
                _ => session.stop_time = Some(self.reader.time(child)),
            }
        }
        self.metadata.sessions.push(session);
    }

    fn reason(&mut self, node: Node<'a, 'a>) -> Reason {
        let cause = Some(self.reader.attribute(node, "cause")).filter(|it| !it.is_empty());
        let protocol = node.attribute("protocol").map(str::to_owned);
        Reason { protocol, cause, text: text(node) }
    }

    fn participant(&mut self, node: Node<'a, 'a>) {
        let id = self.reader.id(node, "participant_id");
        let mut participant = Participant { id: id.clone(), names: Vec::new() };
        let mut interval = Interval::default();
        let mut ends = ParticipantStream { participant: id.clone(), ..Default::default() };
        let children = self.within(node, &schema::PARTICIPANT, &Parent::Participant(id.clone()));
        let nests_streams = children.iter().any(|(name, _)| ["send", "recv"].contains(name));
        for (name, child) in children {
            match name {
                "nameID" => participant.names.push(self.name_id(child, &id)),
                "aor" => {
                    let aor = self.aor(child, text(child));
                    participant.names.push(NameId::unnamed(aor));
                }
                "name" => match participant.names.last_mut() {
                    Some(last) => last.names.push(named(child)),
                    None => participant
                        .names
                        .push(NameId { names: vec![named(child)], ..Default::default() }),
                },
                "send" => ends.send.push(self.reader.contained(child)),
                "recv" => ends.receive.push(self.reader.contained(child)),
                _ => self.moment(name, child, &mut interval),
            }
        }
        if participant.names.is_empty() {
            let (element, within) = ("nameID", "participant");
            self.reader.note(node, Oddity::MissingElement { element, within });
        }
        self.metadata.participants.push(participant);
        // The drafts nest in the participant what RFC 7865 has in associations.
        let association = "participantsessionassoc";
        if let Some(session) = self.reader.reference(node, association, "session") {
            let association =
                ParticipantSession { participant: id, session, interval, params: Vec::new() };
            self.metadata.participant_sessions.push(association);
        }
        if nests_streams {
            self.metadata.participant_streams.push(ends);
        }
    }

    fn name_id(&mut self, node: Node<'a, 'a>, participant: &Id) -> NameId {
        let aor = self.reader.attribute(node, "aor");
        let aor = self.aor(node, aor);
        let parent = Parent::Participant(participant.clone());
        let names = self.within(node, &schema::NAME_ID, &parent);
        NameId { aor, names: names.into_iter().map(|(_, child)| named(child)).collect() }
    }

    fn aor(&mut self, node: Node, aor: String) -> String {
        if !is_address(&aor) {
            self.reader.note(node, Oddity::AorWithoutScheme { aor: aor.clone() });
        }
        aor
    }

    fn stream(&mut self, node: Node<'a, 'a>) {
        let id = self.reader.id(node, "stream_id");
        let session = self.reader.reference(node, "session_id", "session");
        let mut stream = Stream { id: id.clone(), session, ..Stream::default() };
        for (name, child) in self.within(node, &schema::STREAM, &Parent::Stream(id)) {
            match name {
                "label" => stream.label = Some(text(child)),
                _ => stream.mode = Some(StreamMode::named(&text(child))),
            }
        }
        self.metadata.streams.push(stream);
    }

    fn session_recording(&mut self, node: Node<'a, 'a>) {
        let session = self.reader.required(node, "session_id", "session");
        let mut interval = Interval::default();
        let parent = Parent::SessionRecording(session.clone());
        for (name, child) in self.within(node, &schema::SESSION_RECORDING, &parent) {
            self.moment(name, child, &mut interval);
        }
        self.metadata.session_recordings.push(SessionRecording { session, interval });
    }

    fn participant_session(&mut self, node: Node<'a, 'a>) {
        let participant = self.reader.required(node, "participant_id", "participant");
        let session = self.reader.required(node, "session_id", "session");
        let parent = Parent::ParticipantSession {
            participant: participant.clone(),
            session: session.clone(),
        };
        let (interval, params) = (Interval::default(), Vec::new());
        let mut association = ParticipantSession { participant, session, interval, params };
        for (name, child) in self.within(node, &schema::PARTICIPANT_SESSION, &parent) {
            match name {
                "param" => association.params.push(self.param(child)),
                _ => self.moment(name, child, &mut association.interval),
            }
        }
        self.metadata.participant_sessions.push(association);
    }

    fn param(&mut self, node: Node<'a, 'a>) -> Param {
        let name = self.reader.attribute(node, "pname");
        Param { name, value: self.reader.attribute(node, "pval") }
    }

    fn participant_stream(&mut self, node: Node<'a, 'a>) {
        let participant = self.reader.required(node, "participant_id", "participant");
        let parent = Parent::ParticipantStream(participant.clone());
        let mut ends = ParticipantStream { participant, ..Default::default() };
        for (name, child) in self.within(node, &schema::PARTICIPANT_STREAM, &parent) {
            match name {
                "send" => ends.send.push(self.reader.contained(child)),
                "recv" => ends.receive.push(self.reader.contained(child)),
                _ => self.moment(name, child, &mut ends.interval),
            }
        }
        self.metadata.participant_streams.push(ends);
    }

    /// The draft's place for extensions: each element within is one.
    fn extension_data(&mut self, node: Node<'a, 'a>) {
        let id = node.attribute("id").map(|it| Id::new(it.trim()));
        let parent = Id::new(node.attribute("parent").unwrap_or_default().trim());
        for child in node.children().filter(Node::is_element) {
            self.reader.extend(child, Parent::Unknown(parent.clone()), id.clone());
        }
    }

    fn within(
        &mut self,
        node: Node<'a, 'a>,
        shape: &Shape,
        parent: &Parent,
    ) -> Vec<(&'a str, Node<'a, 'a>)> {
        self.reader.children(node, shape, parent)
    }

    fn moment(&mut self, name: &str, node: Node, interval: &mut Interval) {
        let time = Some(self.reader.time(node));
        match name {
            "associate-time" => interval.associate_time = time,
            _ => interval.disassociate_time = time,
        }
    }

    fn finish(mut self, children: &[(&str, Node<'a, 'a>)]) -> Result<Metadata, Malformed> {
        if let Some(excess) = self.reader.excess.take() {
            return Err(excess);
        }
        if self.metadata.mode == DataMode::Complete {
            let participants = children.iter().filter(|(name, _)| *name == "participant");
            let nodes: Vec<_> = participants.map(|(_, node)| *node).collect();
            self.judge_associations(&nodes);
        }
        let Reader { quirks, extensions, .. } = self.reader;
        let mut metadata = Metadata { quirks, ..self.metadata };
        let known = |it: Extension| Extension { parent: known(&metadata, it.parent), ..it };
        metadata.extensions = extensions.into_iter().map(known).collect();
        Ok(metadata)
    }

    /// Whether a snapshot says of each participant where it takes part and what it sends.
    fn judge_associations(&mut self, nodes: &[Node]) {
        let metadata = &self.metadata;
        let in_sessions: BTreeSet<_> =
            metadata.participant_sessions.iter().map(|it| &it.participant).collect();
        let on_streams: BTreeSet<_> =
            metadata.participant_streams.iter().map(|it| &it.participant).collect();
        for (participant, node) in metadata.participants.iter().map(|it| &it.id).zip(nodes) {
            for (known, association) in
                [(&in_sessions, "participantsessionassoc"), (&on_streams, "participantstreamassoc")]
            {
                if !known.contains(participant) {
                    let participant = participant.clone();
                    self.reader
                        .note(*node, Oddity::MissingAssociation { association, participant });
                }
            }
        }
    }
}

/// What the id in an `extensiondata` of the drafts stands for.
fn known(metadata: &Metadata, parent: Parent) -> Parent {
    let Parent::Unknown(id) = parent else { return parent };
    if metadata.recording.as_ref().is_some_and(|it| it.id == id) {
        Parent::Recording
    } else if metadata.groups.iter().any(|it| it.id == id) {
        Parent::Group(id)
    } else if metadata.session(&id).is_some() {
        Parent::Session(id)
    } else if metadata.participant(&id).is_some() {
        Parent::Participant(id)
    } else if metadata.stream(&id).is_some() {
        Parent::Stream(id)
    } else {
        Parent::Unknown(id)
    }
}

impl StreamMode {
    fn named(word: &str) -> Self {
        match word {
            "separate" => Self::Separate,
            "mixed" => Self::Mixed,
            word => Self::Other(word.to_owned()),
        }
    }
}

pub(super) fn named(node: Node) -> Name {
    let language = node.attribute(("http://www.w3.org/XML/1998/namespace", "lang"));
    Name { text: text(node), language: language.map(str::to_owned) }
}
