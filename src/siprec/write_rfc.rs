//! The dialect of RFC 7865, its elements in the order of section 9.

use super::extension::{Extension, Parent};
use super::metadata::{
    Group, Interval, Metadata, Participant, ParticipantSession, ParticipantStream, Session,
    SessionRecording, Stream,
};
use super::reader::NAMESPACE;
use super::xml::Xml;

pub(super) fn write(metadata: &Metadata) -> String {
    let mut xml = Xml::new("  ");
    xml.declare();
    xml.open("recording", &[("xmlns", NAMESPACE)]);
    let mut writer = Writer { xml, extensions: metadata.extensions.iter().collect() };
    writer.xml.leaf("datamode", &[], metadata.mode.word());
    metadata.groups.iter().for_each(|it| writer.group(it));
    metadata.sessions.iter().for_each(|it| writer.session(it));
    metadata.participants.iter().for_each(|it| writer.participant(it));
    metadata.streams.iter().for_each(|it| writer.stream(it));
    metadata.session_recordings.iter().for_each(|it| writer.session_recording(it));
    metadata.participant_sessions.iter().for_each(|it| writer.participant_session(it));
    metadata.participant_streams.iter().for_each(|it| writer.participant_stream(it));
    writer.finish()
}

struct Writer<'a> {
    xml: Xml,
    /// Those that no element has taken yet.
    extensions: Vec<&'a Extension>,
}

impl Writer<'_> {
    fn group(&mut self, group: &Group) {
        self.xml.open("group", &[("group_id", group.id.as_str())]);
        self.interval(&group.interval);
        self.close(&Parent::Group(group.id.clone()));
    }

    fn session(&mut self, session: &Session) {
        self.xml.open("session", &[("session_id", session.id.as_str())]);
        session.sip_session_ids.iter().for_each(|it| self.xml.leaf("sipSessionID", &[], it));
        for reason in &session.reasons {
            let cause = reason.cause.iter().map(|it| ("cause", it.as_str()));
            let protocol = reason.protocol.iter().map(|it| ("protocol", it.as_str()));
            self.xml.leaf("reason", &cause.chain(protocol).collect::<Vec<_>>(), &reason.text);
        }
        self.xml.optional("group-ref", session.group.as_ref().map(super::Id::as_str));
        self.xml.optional("start-time", session.start_time.as_deref());
        self.xml.optional("stop-time", session.stop_time.as_deref());
        self.close(&Parent::Session(session.id.clone()));
    }

    fn participant(&mut self, participant: &Participant) {
        self.xml.open("participant", &[("participant_id", participant.id.as_str())]);
        for name_id in &participant.names {
            let aor = [("aor", name_id.aor.as_str())];
            if name_id.names.is_empty() {
                self.xml.empty("nameID", &aor);
                continue;
            }
            self.xml.open("nameID", &aor);
            for name in &name_id.names {
                let language = name.language.as_deref().map(|it| ("xml:lang", it));
                self.xml.leaf("name", language.as_slice(), &name.text);
            }
            self.xml.close();
        }
        self.close(&Parent::Participant(participant.id.clone()));
    }

    fn stream(&mut self, stream: &Stream) {
        let session = stream.session.iter().map(|it| ("session_id", it.as_str()));
        let attributes: Vec<_> =
            [("stream_id", stream.id.as_str())].into_iter().chain(session).collect();
        self.xml.open("stream", &attributes);
        self.xml.optional("label", stream.label.as_deref());
        self.close(&Parent::Stream(stream.id.clone()));
    }

    fn session_recording(&mut self, it: &SessionRecording) {
        self.xml.open("sessionrecordingassoc", &[("session_id", it.session.as_str())]);
        self.interval(&it.interval);
        self.close(&Parent::SessionRecording(it.session.clone()));
    }

    fn participant_session(&mut self, it: &ParticipantSession) {
        let (participant, session) = (it.participant.as_str(), it.session.as_str());
        let attributes = [("participant_id", participant), ("session_id", session)];
        self.xml.open("participantsessionassoc", &attributes);
        self.interval(&it.interval);
        for param in &it.params {
            self.xml.empty("param", &[("pname", &param.name), ("pval", &param.value)]);
        }
        let (participant, session) = (it.participant.clone(), it.session.clone());
        self.close(&Parent::ParticipantSession { participant, session });
    }

    fn participant_stream(&mut self, it: &ParticipantStream) {
        self.xml.open("participantstreamassoc", &[("participant_id", it.participant.as_str())]);
        it.send.iter().for_each(|stream| self.xml.leaf("send", &[], stream.as_str()));
        it.receive.iter().for_each(|stream| self.xml.leaf("recv", &[], stream.as_str()));
        self.interval(&it.interval);
        self.close(&Parent::ParticipantStream(it.participant.clone()));
    }

    fn interval(&mut self, interval: &Interval) {
        self.xml.optional("associate-time", interval.associate_time.as_deref());
        self.xml.optional("disassociate-time", interval.disassociate_time.as_deref());
    }

    /// Writes the extensions of an element, the last thing in it, and closes it.
    fn close(&mut self, parent: &Parent) {
        let (own, others) = self.extensions.iter().partition(|it| it.parent == *parent);
        self.extensions = others;
        let own: Vec<&Extension> = own;
        for extension in own {
            self.xml.raw(&extension.xml);
        }
        self.xml.close();
    }

    /// Writes the extensions of the recording itself, and of anything that is not there.
    fn finish(mut self) -> String {
        self.extensions.iter().for_each(|it| self.xml.raw(&it.xml));
        self.xml.finish()
    }
}
