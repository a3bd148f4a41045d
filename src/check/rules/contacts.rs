//! How the two ends of a recording session show each other what they are.

use super::{Case, Rule, rule};
use crate::check::Verdict;
use crate::evidence::{RecordingSession, Sighting};
use crate::sip::{Message, Method};

pub const RULES: &[Rule] = &[rule("RFC7866-6.2-2", recorders_are_tagged)];

/// Every Contact of a recorder carries `+sip.srs` (RFC 7866 section 6.2): in what it answers to
/// INVITE and UPDATE, and in its own. A refusal, and what redirects, has a Contact of another kind.
fn recorders_are_tagged(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.recordings.iter().filter_map(|session| {
        let mut said = from_recorder(session).filter_map(|(sighting, message)| {
            let contact = message.contact().ok().flatten()?;
            Some((sighting, contact.params.has("+sip.srs")))
        });
        let first = said.next()?;
        let bare = std::iter::once(first).chain(said).find(|(_, tagged)| !tagged);
        Some(bare.map_or(Verdict::Pass, |(sighting, _)| {
            let seen = format!("{} sent a Contact without +sip.srs", case.sender(sighting));
            Verdict::fail("RFC7866-6.2-2", sighting.at, seen)
        }))
    });
    judged.collect()
}

/// What the recorder said in the dialog that makes or changes it, and was not refused. Whoever was
/// asked by a client is the recorder.
fn from_recorder<'a>(
    session: &'a RecordingSession<'_>,
) -> impl Iterator<Item = (&'a Sighting, &'a Message)> {
    let by_recorder = session.dialog.invite.contact().ok().flatten();
    let began = by_recorder.is_some_and(|contact| contact.params.has("+sip.srs"));
    session.dialog.sightings.iter().filter_map(move |sighting| {
        let message = sighting.message()?;
        let method = message.method().cloned().or_else(|| Some(message.cseq().ok()?.method))?;
        let changes = matches!(method, Method::Invite | Method::Update);
        let is_taken = message.code().is_none_or(|code| (101..300).contains(&code));
        let is_own = session.dialog.is_from_caller(sighting) == began;
        (changes && is_taken && is_own).then_some((*sighting, message))
    })
}
