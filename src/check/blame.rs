//! Who broke it: from who sent what, and from what the network lost on the way.

use super::Finding;
use crate::evidence::{Kind, Member, Name, Timeline, dialogs};
use crate::time::Instant;

/// Whose fault a finding is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Blame {
    /// This part's.
    Part(Name),
    /// It cannot be told from here; the text says why.
    Unknown(String),
}

/// Whose fault a finding is, as far as the timeline shows.
///
/// A message that is wrong is its sender's. What never came is owed by the role that the row
/// speaks of, unless somebody else stands in its way: a recorder that refused, or did not answer,
/// or a network that lost what was sent.
pub fn blame(finding: &Finding, timeline: &Timeline) -> Blame {
    let known = finding.by.as_deref().and_then(|name| timeline.cast().named(name));
    if let Some(member) = known {
        return Blame::Part(member.name.clone());
    }
    let role = kinds_of(&finding.requirement.look_up().role);
    let sender = sender_at(finding.at, timeline);
    if let Some(sender) = sender
        && finding.never.is_none()
        && (role.is_empty() || role.contains(&sender.kind))
    {
        return Blame::Part(sender.name.clone());
    }
    if role.is_empty() && finding.never.is_none() {
        return Blame::Unknown("no single message shows it".to_owned());
    }
    if let Some(recorder) = unwilling(timeline, finding.at) {
        return Blame::Part(recorder);
    }
    if let Some(lost) = lost_on_the_way(timeline) {
        return Blame::Unknown(lost);
    }
    match named_by(finding, timeline).or_else(|| only(role, timeline)) {
        Some(name) => Blame::Part(name),
        None => Blame::Unknown("several parts could have done it".to_owned()),
    }
}

/// The kinds of parts that a row of the catalogue speaks of; none where it is everybody's.
fn kinds_of(role: &str) -> &'static [Kind] {
    match role {
        "src" | "platform" => &[Kind::Platform],
        "srs" | "recorder" => &[Kind::Recorder],
        "ua" => &[Kind::Phone],
        _ => &[],
    }
}

/// Who sent the signalling of this moment, if one part alone did.
fn sender_at(at: Instant, timeline: &Timeline) -> Option<&Member> {
    let now = timeline.signalling().iter().filter(|sighting| sighting.at == at);
    let mut senders = now.map(|sighting| timeline.cast().at(sighting.source));
    let sender = senders.next()??;
    senders.all(|other| other.is_some_and(|other| other.name == sender.name)).then_some(sender)
}

/// A recorder that was asked before this moment, and refused or said nothing.
fn unwilling(timeline: &Timeline, at: Instant) -> Option<Name> {
    let asked = dialogs(timeline)
        .into_iter()
        .filter(|dialog| dialog.invited <= at && timeline.cast().is(dialog.callee, Kind::Recorder));
    let mut refused = None;
    for dialog in asked {
        if dialog.answered.is_some() {
            return None;
        }
        refused = timeline.cast().at(dialog.callee).map(|member| member.name.clone());
    }
    refused
}

/// What the network lost between the platform and a recorder, where both sides were watched.
fn lost_on_the_way(timeline: &Timeline) -> Option<String> {
    let cast = timeline.cast();
    let watched = timeline.flows().iter().filter(|flow| {
        cast.is(flow.target, Kind::Recorder) && !flow.sent.is_empty() && !flow.received.is_empty()
    });
    let lost = watched.map(|flow| (flow, flow.sent.len().saturating_sub(flow.received.len())));
    let (flow, lost) = lost.max_by_key(|(_, lost)| *lost).filter(|(_, lost)| *lost > LOST_MAX)?;
    let (from, to) = (cast.label(flow.source), cast.label(flow.target));
    Some(format!("the network between {from} and {to} lost {lost} packets of one stream"))
}

/// Who should have sent what never came: `platform -> recorder  RTP`.
fn named_by(finding: &Finding, timeline: &Timeline) -> Option<Name> {
    let (from, _) = finding.never.as_deref()?.split_once(" -> ")?;
    timeline.cast().named(from.trim()).map(|member| member.name.clone())
}

/// The part of one of these kinds, if there is only one.
fn only(kinds: &[Kind], timeline: &Timeline) -> Option<Name> {
    let mut such = timeline.cast().members().iter().filter(|it| kinds.contains(&it.kind));
    let one = such.next()?;
    such.next().is_none().then(|| one.name.clone())
}

/// Packets under way when the run ended are not lost.
const LOST_MAX: usize = 10;
