//! The legs of calls that are recorded: whose telephone each is, what was said there of recording,
//! and how the recording of its user stands from moment to moment.

use std::time::Duration;

use super::Case;
use super::session::{Session, has_option};
use crate::check::view::is_living;
use crate::evidence::{Dialog, RecordingSession, Sighting};
use crate::sdp::{Description, Direction, MediaDescription, Record};
use crate::siprec::{Metadata, Participant};
use crate::time::Instant;

/// A call between a recording client and a telephone.
#[derive(Debug)]
pub struct Leg<'c, 'a> {
    /// The call.
    pub dialog: &'c Dialog<'a>,
    /// The number or the name of its user.
    pub user: String,
    /// Whether the telephone began it.
    pub by_phone: bool,
    /// When both sides knew that it was answered.
    pub from: Instant,
    /// When it was over, if it ever was.
    pub to: Option<Instant>,
}

/// How the recording of somebody stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Nobody records.
    Off,
    /// Somebody records, and media flows.
    On,
    /// Somebody records, and no media flows for now.
    Paused,
}

/// A recording that media flowed in, and what was told in it.
#[derive(Debug)]
pub struct Kept<'c, 'a> {
    /// What was said.
    pub session: &'c Session<'a>,
    /// When its client knew that it was taken.
    pub from: Instant,
    /// When it was over, if it ever was.
    pub to: Option<Instant>,
    /// What the recorder knew after each document.
    pub told: Vec<(Instant, Metadata)>,
    pauses: Vec<(Instant, Option<Instant>)>,
}

/// Every recording that media flowed in.
pub fn kept<'c, 'a>(case: &'c Case<'a>) -> Vec<Kept<'c, 'a>> {
    let living = case.sessions().filter(|(recording, _)| is_living(recording));
    living.filter_map(|(recording, session)| Kept::of(recording, session)).collect()
}

/// Every answered leg between a telephone and the client of one of the recordings.
pub fn legs<'c, 'a>(case: &'c Case<'a>) -> Vec<Leg<'c, 'a>> {
    let label = |address| case.timeline.cast().label(address);
    let is_recording =
        |dialog: &Dialog<'_>| case.recordings.iter().any(|it| it.dialog.call_id == dialog.call_id);
    let clients: Vec<_> = case.recordings.iter().map(|it| label(it.dialog.caller)).collect();
    let leg = |dialog: &'c Dialog<'a>| {
        let answered = dialog.answered?;
        let by_phone = clients.contains(&label(dialog.callee));
        if is_recording(dialog) || !(by_phone || clients.contains(&label(dialog.caller))) {
            return None;
        }
        let phone = if by_phone { dialog.caller } else { dialog.callee };
        let known = case.timeline.cast().at(phone).and_then(|member| member.number.clone());
        let named = || {
            let address = if by_phone { dialog.invite.from() } else { dialog.invite.to() };
            address.ok().and_then(|it| it.uri.user())
        };
        let user = known.or_else(named).filter(|it| it.len() > 2)?;
        Some(Leg { dialog, user, by_phone, from: answered.known(), to: dialog.over() })
    };
    case.dialogs.iter().filter_map(leg).collect()
}

impl<'c, 'a> Kept<'c, 'a> {
    fn of(recording: &RecordingSession<'_>, session: &'c Session<'a>) -> Option<Self> {
        let told = session.told().into_iter().map(|told| (told.said.at(), told.state)).collect();
        let pauses = recording.pauses().into_iter().map(|(from, to, _)| (from, to)).collect();
        let dialog = &recording.dialog;
        Some(Self { session, from: dialog.answered?.known(), to: dialog.over(), told, pauses })
    }

    /// What the recorder knew at a moment.
    pub fn state(&self, at: Instant) -> Option<&Metadata> {
        self.told.iter().rfind(|(told, _)| *told <= at).map(|(_, state)| state)
    }

    /// Somebody who takes part at a moment, by what the recorder knew.
    pub fn present(&self, user: &str, at: Instant) -> Option<&Participant> {
        let state = self.state(at)?;
        let person = participant(state, user)?;
        let mut own =
            state.participant_sessions.iter().filter(|it| it.participant == person.id).peekable();
        let is_here = own.peek().is_none() || own.any(|it| it.interval.is_open());
        is_here.then_some(person)
    }

    fn standing(&self, user: &str, at: Instant) -> Standing {
        let is_up = self.from <= at && self.to.is_none_or(|to| at < to);
        if !is_up || self.present(user, at).is_none() {
            return Standing::Off;
        }
        let within =
            |(from, to): &(Instant, Option<Instant>)| *from <= at && to.is_none_or(|to| at < to);
        if self.pauses.iter().any(within) { Standing::Paused } else { Standing::On }
    }
}

/// The participant with the address of a user.
pub fn participant<'m>(state: &'m Metadata, user: &str) -> Option<&'m Participant> {
    let user = user.trim_start_matches('+');
    state.participants.iter().find(|it| it.names.iter().any(|name| name.aor.contains(user)))
}

/// How the recording of a user stands at a moment: of several, the one that takes most counts.
pub fn standing(kept: &[Kept<'_, '_>], user: &str, at: Instant) -> Standing {
    let all = kept.iter().map(|it| it.standing(user, at));
    all.fold(Standing::Off, |one, other| match (one, other) {
        (Standing::On, _) | (_, Standing::On) => Standing::On,
        (Standing::Paused, _) | (_, Standing::Paused) => Standing::Paused,
        _ => Standing::Off,
    })
}

/// When the recording of a user came to stand otherwise, how from then on, for `lasting` at least.
pub fn changes(kept: &[Kept<'_, '_>], user: &str, lasting: Duration) -> Vec<(Instant, Standing)> {
    let mut moments: Vec<Instant> = Vec::new();
    for it in kept {
        moments.extend([Some(it.from), it.to].into_iter().flatten());
        moments.extend(it.pauses.iter().flat_map(|(from, to)| [Some(*from), *to]).flatten());
        moments.extend(it.told.iter().map(|(at, _)| *at));
    }
    moments.sort();
    moments.dedup();
    let mut changes: Vec<(Instant, Standing)> = Vec::new();
    for at in moments {
        let now = standing(kept, user, at);
        let before = changes.last().map_or(Standing::Off, |(_, standing)| *standing);
        if now != before {
            changes.push((at, now));
        }
    }
    let next: Vec<_> = changes.iter().skip(1).map(|(at, _)| *at).collect();
    let mut lasts = next.into_iter().map(Some).chain([None]);
    changes.retain(|(at, _)| lasts.next().flatten().is_none_or(|next| next > *at + lasting));
    changes
}

impl<'a> Leg<'_, 'a> {
    /// Whether it was up from one moment to another.
    pub fn is_up(&self, from: Instant, to: Instant) -> bool {
        self.from <= from && self.to.is_none_or(|end| to < end)
    }

    /// The session descriptions of one side: the telephone's, or the platform's.
    pub fn described(
        &self,
        by_phone: bool,
    ) -> impl Iterator<Item = (&'a Sighting, &'a Description)> {
        let said = self.dialog.sightings().filter(move |sighting| {
            self.dialog.is_from_caller(sighting) == (by_phone == self.by_phone)
        });
        said.filter_map(|sighting| Some((sighting, &sighting.description()?.1)))
    }

    /// Whether the telephone takes part in telling of recordings: as it says in its INVITE, or in
    /// what it answers to one (RFC 7866 section 6.3).
    pub fn is_aware(&self) -> bool {
        self.dialog.sightings().any(|sighting| {
            let by_phone = self.dialog.is_from_caller(sighting) == self.by_phone;
            let message = sighting.message();
            by_phone && message.is_some_and(|it| has_option(it, "Supported", "record-aware"))
        })
    }

    /// What the telephone was told last of the recording.
    pub fn shown(&self, by: Instant) -> Option<Record> {
        let told = self.described(false).filter(|(sighting, _)| sighting.at <= by);
        told.filter_map(|(_, description)| record_of(description)).last()
    }

    /// Whether one side did not want or not send media at a moment, by what they said last.
    pub fn is_held(&self, at: Instant) -> bool {
        let last =
            |by_phone| self.described(by_phone).filter(|(sighting, _)| sighting.at <= at).last();
        let is_still = |(_, description): (&Sighting, &Description)| {
            let mut open = description.media.iter().filter(|it| !it.is_disabled());
            open.any(|it| it.direction != Direction::SendRecv || it.has_null_address())
        };
        [true, false].into_iter().filter_map(last).any(is_still)
    }

    /// Whether the telephone sends and receives, from each answer on.
    pub fn ways(&self) -> Vec<(Instant, (bool, bool))> {
        let way = self.dialog.exchanges().iter().filter_map(|it| {
            let (at, answer) = it.answer.as_ref()?;
            let is_phones = it.by_caller == self.by_phone;
            let (phone, platform) =
                if is_phones { (&it.offer, answer) } else { (answer, &it.offer) };
            let (phone, platform) = (phone.media.first()?, platform.media.first()?);
            Some((*at, (flows(phone, platform), flows(platform, phone))))
        });
        way.collect()
    }
}

/// Whether media flows from one to the other, by what both said.
fn flows(from: &MediaDescription, to: &MediaDescription) -> bool {
    let sends = matches!(from.direction, Direction::SendRecv | Direction::SendOnly);
    let receives = matches!(to.direction, Direction::SendRecv | Direction::RecvOnly);
    sends && receives && !from.is_disabled() && !to.is_disabled() && !to.has_null_address()
}

/// What a description tells of the recording.
pub fn record_of(description: &Description) -> Option<Record> {
    description.media.iter().filter(|it| !it.is_disabled()).find_map(|it| it.record)
}
