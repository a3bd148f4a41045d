//! Who comes and goes in a recorded call, as the recorder is told of it: everybody with the times
//! at which they joined and left (RFC 7865 section 6.6), and the sessions of a call that is handed
//! on (RFC 8068 section 3.2.3).

use rand_chacha::ChaCha8Rng;

use super::bridge::End;
use super::metadata::{Script, new_id};
use super::settings::Dialect;
use crate::siprec::{
    Id, Interval, NameId, Participant, ParticipantSession, ParticipantStream, RedirectedCall,
    Session, SessionRecording,
};

/// Somebody who joins a call.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The side of the recorded call that they are on.
    pub end: End,
    /// Their address of record.
    pub aor: String,
    /// The name that goes with it.
    pub name: String,
}

impl Script {
    /// From now on only these sides are heard: a held party sends nothing (RFC 8068 section
    /// 3.2.2).
    pub fn hears(&mut self, heard: [bool; 2]) {
        for (end, participant) in &self.present {
            let of = |own: bool| -> Vec<Id> {
                let side = if own { *end } else { end.other() };
                let voices = self.voices.iter().filter(|(of, _)| *of == side);
                let is_heard = heard[side as usize];
                voices.filter(|_| is_heard).map(|(_, id)| id.clone()).collect()
            };
            let open = self.metadata.participant_streams.iter_mut();
            let own = open.rev().find(|it| it.participant == *participant);
            if let Some(association) = own {
                (association.send, association.receive) = (of(true), of(false));
            }
        }
    }

    /// Somebody on this side leaves the call.
    pub fn leaves(&mut self, side: End, aor: &str, time: &str, dialect: Dialect) {
        let participants = &self.metadata.participants;
        let is_meant = |id: &Id| {
            let mut of_id = participants.iter().filter(|it| it.id == *id).flat_map(|it| &it.names);
            of_id.any(|name| name.aor == aor)
        };
        let gone = self.present.iter().filter(|(of, id)| *of == side && is_meant(id));
        let gone: Vec<_> = gone.cloned().collect();
        for (_, id) in &gone {
            self.part(id, time);
        }
        self.present.retain(|it| !gone.contains(it));
        if dialect == Dialect::Webex {
            self.forget_the_absent();
        }
        self.is_news = true;
    }

    /// Somebody joins the call.
    pub fn joins(
        &mut self,
        newcomer: &Newcomer,
        time: &str,
        dialect: Dialect,
        rng: &mut ChaCha8Rng,
    ) {
        let names = vec![NameId::new(newcomer.aor.clone(), newcomer.name.clone())];
        let known = self.metadata.participants.iter().find(|it| it.names == names);
        // RFC 7865 section 6.5.1: one participant has one id, however often they come.
        let id = known.map_or_else(|| new_id(dialect, rng), |it| it.id.clone());
        if known.is_none() {
            self.metadata.participants.push(Participant { id: id.clone(), names });
        }
        self.attend(newcomer.end, id, time);
        self.is_news = true;
    }

    /// On this side are just these people: whoever is not among them leaves, whoever is new joins.
    /// Returns whether that changed anything.
    pub fn meets(
        &mut self,
        side: End,
        people: &[Newcomer],
        time: &str,
        dialect: Dialect,
        rng: &mut ChaCha8Rng,
    ) -> bool {
        let aors: Vec<String> = self.aors(side);
        let gone = aors.iter().filter(|aor| !people.iter().any(|it| it.aor == **aor));
        let gone: Vec<_> = gone.cloned().collect();
        for aor in &gone {
            self.leaves(side, aor, time, dialect);
        }
        let new: Vec<_> = people.iter().filter(|it| !aors.contains(&it.aor)).collect();
        for newcomer in &new {
            self.joins(newcomer, time, dialect, rng);
        }
        !(gone.is_empty() && new.is_empty())
    }

    /// The addresses of those who are on this side.
    fn aors(&self, side: End) -> Vec<String> {
        let ids = self.present.iter().filter(|(of, _)| *of == side).map(|(_, id)| id);
        let people = ids.filter_map(|id| self.metadata.participant(id));
        people.filter_map(|it| it.names.first()).map(|name| name.aor.clone()).collect()
    }

    /// The call is handed on: it goes on as another session of the same group, without whoever was
    /// on the side of the newcomer (RFC 8068 section 3.2.3).
    pub fn hand_on(
        &mut self,
        newcomer: &Newcomer,
        redirected: RedirectedCall,
        time: &str,
        dialect: Dialect,
        rng: &mut ChaCha8Rng,
    ) {
        let group = self.metadata.sessions.last().and_then(|session| session.group.clone());
        for session in self.metadata.sessions.iter_mut().filter(|it| it.stop_time.is_none()) {
            session.stop_time = Some(time.to_owned());
        }
        for it in &mut self.metadata.session_recordings {
            end(&mut it.interval, time);
        }
        let session = new_id(dialect, rng);
        self.metadata.sessions.push(Session {
            id: session.clone(),
            group,
            start_time: Some(time.to_owned()),
            ..Session::default()
        });
        self.metadata
            .session_recordings
            .push(SessionRecording { session: session.clone(), interval: Interval::since(time) });
        for stream in &mut self.metadata.streams {
            stream.session = Some(session.clone());
        }
        for (end, id) in std::mem::take(&mut self.present) {
            self.part(&id, time);
            if end != newcomer.end {
                self.attend(end, id, time);
            }
        }
        if dialect == Dialect::Webex {
            self.forget_the_absent();
            self.metadata.sessions.retain(|it| it.id == session);
        }
        self.joins(newcomer, time, dialect, rng);
        self.broadworks.redirected = Some(redirected);
        self.write_broadworks(&session);
    }

    /// The two sides change their names: the call was seen from the other bridge.
    pub fn turn(&mut self) {
        let all = self.present.iter_mut().chain(&mut self.voices);
        all.for_each(|(end, _)| *end = end.other());
    }

    /// Says the product's own part anew, of this session.
    pub(super) fn write_broadworks(&mut self, session: &Id) {
        let name = |extension: &crate::siprec::Extension| extension.name.clone();
        let known = self.metadata.extensions.iter().position(|it| name(it) == BROADWORKS);
        let id = known.and_then(|index| self.metadata.extensions.get(index)?.id.clone());
        if let Ok(extension) = self.broadworks.extension(session, id) {
            match known.and_then(|index| self.metadata.extensions.get_mut(index)) {
                Some(known) => *known = extension,
                None => self.metadata.extensions.push(extension),
            }
        }
    }

    /// The draft has no times of coming and going: who is not in the call is not named.
    fn forget_the_absent(&mut self) {
        let present: Vec<_> = self.present.iter().map(|(_, id)| id.clone()).collect();
        self.metadata.participants.retain(|it| present.contains(&it.id));
    }

    /// Somebody is part of the present session from now on.
    fn attend(&mut self, end: End, id: Id, time: &str) {
        let Some(session) = self.metadata.sessions.last().map(|session| session.id.clone()) else {
            return;
        };
        self.metadata.participant_sessions.push(ParticipantSession {
            participant: id.clone(),
            session,
            interval: Interval::since(time),
            params: Vec::new(),
        });
        let of = |side| {
            let voices = self.voices.iter().filter(move |(of, _)| *of == side);
            voices.map(|(_, id)| id.clone()).collect()
        };
        self.metadata.participant_streams.push(ParticipantStream {
            participant: id.clone(),
            send: of(end),
            receive: of(end.other()),
            interval: Interval::since(time),
        });
        self.present.push((end, id));
    }

    /// Somebody is not part of it any more.
    fn part(&mut self, id: &Id, time: &str) {
        for it in self.metadata.participant_sessions.iter_mut().filter(|it| it.participant == *id) {
            end(&mut it.interval, time);
        }
        for it in self.metadata.participant_streams.iter_mut().filter(|it| it.participant == *id) {
            end(&mut it.interval, time);
        }
    }
}

fn end(interval: &mut Interval, time: &str) {
    interval.disassociate_time.get_or_insert_with(|| time.to_owned());
}

/// The element of the product's own part.
const BROADWORKS: &str = "broadWorksRecordingMetadata";
