//! What was told before, and to whom: what a document leaves out or says again, streams that were
//! not taken, and names that another recording has too (RFC 7865 sections 5 and 6).

use std::collections::{BTreeMap, BTreeSet};

use super::metadata_allowed::{OBJECTIONS, is_legal};
use super::recording_body::documents;
use super::session::{Said, Session, Told};
use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::Host;
use crate::siprec::{DataMode, Group, Id, Metadata, moment};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC7865-5-2", updates_tell_news),
    rule("RFC7865-6.2.1-2", groups_are_called_apart),
    rule("RFC7865-6.5.1-6", people_of_other_groups_are_taken),
    rule("RFC7865-6.7.1-5", streams_that_were_not_taken_are_told),
    rule("RFC7865-SEM-4", who_is_gone_may_be_left_out),
];

/// An update tells what changed (section 5): it does not say again what is known, and nothing
/// else. Where one before it was not taken, nobody knows what is known.
fn updates_tell_news(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let told = session.told();
        let mut verdicts = Vec::new();
        for pair in told.windows(2) {
            let [before, now] = pair else { continue };
            if !was_taken(session, before.said) {
                break;
            }
            if now.document.mode == DataMode::Partial && !is_bare(now.document) {
                let met = !is_all_known(before, now);
                verdicts.push(case.held(met, "RFC7865-5-2", now.said.sighting, || {
                    "sent an update in which nothing had changed".to_owned()
                }));
            }
        }
        verdicts
    })
}

/// Whether a recorder took what a message brought.
fn was_taken(session: &Session<'_>, said: &Said<'_>) -> bool {
    let answer = if said.message.is_request() { session.answer_to(said) } else { Some(said) };
    let code = answer.and_then(|it| it.message.code());
    code.is_some_and(|code| (200..300).contains(&code))
}

/// Whether every element of a document was known, word for word.
fn is_all_known(before: &Told<'_, '_>, now: &Told<'_, '_>) -> bool {
    let (known, new) = (&before.state, now.document);
    all_among(&new.groups, &known.groups)
        && all_among(&new.sessions, &known.sessions)
        && all_among(&new.participants, &known.participants)
        && all_among(&new.streams, &known.streams)
        && all_among(&new.session_recordings, &known.session_recordings)
        && all_among(&new.participant_sessions, &known.participant_sessions)
        && all_among(&new.participant_streams, &known.participant_streams)
        && all_among(&new.extensions, &known.extensions)
        && new.recording.is_none()
        // What somebody sends and receives is said as a whole: fewer is news too.
        && now.state.participant_streams.len() == known.participant_streams.len()
}

fn all_among<T: Ord>(some: &[T], all: &[T]) -> bool {
    let all: BTreeSet<_> = all.iter().collect();
    some.iter().all(|it| all.contains(it))
}

/// Whether a document has nothing in it but its mode.
fn is_bare(document: &Metadata) -> bool {
    let (mode, quirks) = (document.mode, document.quirks.clone());
    *document == Metadata { mode, quirks, ..Metadata::default() }
}

/// A group as a client told a recorder of it.
struct Formed<'m> {
    client: Host,
    at: (i64, u32),
    sessions: BTreeSet<&'m Id>,
    people: BTreeSet<&'m str>,
}

impl<'m> Formed<'m> {
    fn of(client: Host, group: &Group, document: &'m Metadata) -> Option<Self> {
        let at = moment(group.interval.associate_time.as_deref()?)?;
        let own = document.sessions.iter().filter(|it| it.group.as_ref() == Some(&group.id));
        let names = document.participants.iter().flat_map(|it| &it.names);
        let (sessions, people) =
            (own.map(|it| &it.id).collect(), names.map(|it| it.aor.as_str()).collect());
        Some(Self { client, at, sessions, people })
    }

    /// Whether it cannot be the group that another client told of: nothing in them is the same.
    fn is_another(&self, other: &Self) -> bool {
        self.client != other.client
            && self.at != other.at
            && self.sessions.is_disjoint(&other.sessions)
            && self.people.is_disjoint(&other.people)
    }
}

/// Two clients of one recorder do not call groups of different calls by one name (section 6.2.1).
fn groups_are_called_apart(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<(Host, &Id), Formed<'_>> = BTreeMap::new();
    let mut clients: BTreeMap<Host, BTreeSet<Host>> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (_, session) in case.sessions() {
        let first = documents(session).next();
        let Some((said, document)) = first.filter(|(_, it)| !it.groups.is_empty()) else {
            continue;
        };
        let (client, recorder) = (case.host(said.sighting.source), case.host(said.sighting.target));
        let mut wrong = None;
        for group in document.groups.iter().take(GROUPS_MAX) {
            let Some(own) = Formed::of(client, group, document) else { continue };
            match known.get(&(recorder, &group.id)) {
                Some(other) if own.is_another(other) => wrong = Some(&group.id),
                Some(_) => {}
                None => {
                    known.insert((recorder, &group.id), own);
                }
            }
        }
        let others = clients.entry(recorder).or_default();
        others.insert(client);
        if others.len() > 1 {
            verdicts.push(case.held(wrong.is_none(), "RFC7865-6.2.1-2", said.sighting, || {
                let id = wrong.map(Id::as_str).unwrap_or_default();
                format!("called a group {id}, as another client calls one of other people")
            }));
        }
    }
    verdicts
}

/// Somebody may have the name that they have in a recording of another group (section 6.5.1).
fn people_of_other_groups_are_taken(case: &Case<'_>) -> Vec<Verdict> {
    let mut known: BTreeMap<(Host, &Id), BTreeSet<Option<&Id>>> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for (_, session) in case.sessions() {
        let Some((said, document)) = documents(session).next() else { continue };
        let recorder = case.host(said.sighting.target);
        let group = document.groups.first().map(|it| &it.id);
        let mut is_known_elsewhere = false;
        for person in &document.participants {
            let groups = known.entry((recorder, &person.id)).or_default();
            is_known_elsewhere |= !groups.is_empty() && !groups.contains(&group);
            groups.insert(group);
        }
        if is_known_elsewhere && is_legal(document) {
            let what = "in which somebody has the name that they have in another recording";
            verdicts.extend(taken(case, session, said, "RFC7865-6.5.1-6", what));
        }
    }
    verdicts
}

/// A stream that the recorder did not take may be told of all the same (section 6.7.1).
fn streams_that_were_not_taken_are_told(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let declined = declined(session);
        let later = documents(session).filter(|(said, document)| {
            let was_declined =
                |label: &str| declined.get(label).is_some_and(|since| *since < said.at());
            is_legal(document) && document.labels().any(was_declined)
        });
        let what = "of a stream that it had not taken";
        later.filter_map(|(said, _)| taken(case, session, said, "RFC7865-6.7.1-5", what)).collect()
    })
}

/// The labels of the streams that a recorder did not take, each with when it said so first.
fn declined<'a>(session: &Session<'a>) -> BTreeMap<&'a str, Instant> {
    let mut declined = BTreeMap::new();
    for it in session.offers() {
        let (Some(client), Some(recorder)) = it.sides() else { continue };
        let at = it.answer.map_or(it.offer.at(), Said::at);
        for (own, theirs) in client.media.iter().zip(&recorder.media) {
            if let Some(label) = own.label.as_deref()
                && theirs.is_disabled()
                && !own.is_disabled()
            {
                declined.entry(label).or_insert(at);
            }
        }
    }
    declined
}

/// Whoever is not in a document that tells everything is gone, and that is no error (section 4).
fn who_is_gone_may_be_left_out(case: &Case<'_>) -> Vec<Verdict> {
    case.each_session(|_, session| {
        let told = session.told();
        let mut verdicts = Vec::new();
        for pair in told.windows(2) {
            let [before, now] = pair else { continue };
            let listed: BTreeSet<_> = now.document.participants.iter().map(|it| &it.id).collect();
            let mut people = before.state.participants.iter();
            let is_whole = now.document.mode == DataMode::Complete && is_legal(now.document);
            if is_whole && people.any(|it| !listed.contains(&it.id)) {
                let what = "that no longer lists somebody";
                verdicts.extend(taken(case, session, now.said, "RFC7865-SEM-4", what));
            }
        }
        verdicts
    })
}

/// What was answered to metadata that is as good as any.
fn taken(
    case: &Case<'_>,
    session: &Session<'_>,
    said: &Said<'_>,
    row: &'static str,
    what: &str,
) -> Option<Verdict> {
    let answer = session.answer_to(said).filter(|_| said.message.is_request())?;
    let code = answer.message.code().unwrap_or_default();
    let met = !OBJECTIONS.contains(&code);
    Some(case.held(met, row, answer.sighting, || format!("refused with {code} metadata {what}")))
}

/// A document has one group, or a few; rubbish has any number.
const GROUPS_MAX: usize = 16;
