//! The sentences that every run is judged by, whatever its feature is about: a feature that
//! passes over a broken `CSeq` is a failure.
//!
//! One file for each topic; in it a function for each sentence, and a list that says which row
//! of the catalogue it judges. To add one: write the function, add the line to `RULES`, plant a
//! fault for it.

mod asked;
mod awareness;
mod bodies;
mod cancel;
mod case;
mod challenges;
mod changes;
mod contacts;
mod credentials;
mod crossing;
mod described;
mod dialogs;
mod dtls;
mod early;
mod events;
mod exchange;
mod extensions;
mod feedback;
mod first_metadata;
mod flows;
mod formats;
mod headers;
mod ice;
mod ice_lines;
mod identity;
mod invites;
mod key_lines;
mod keys;
mod lane;
mod legs;
mod media;
mod messages;
mod metadata;
mod metadata_graph;
mod metadata_ids;
mod metadata_taken;
mod mixed;
mod numbers;
mod offers;
mod outcomes;
mod parties;
mod ports;
mod provisional;
mod reception;
mod recorded_media;
mod recording;
mod recording_body;
mod relayed;
mod responses;
mod retries;
mod returns;
mod rtcp;
mod rtp;
mod said;
mod sealed;
mod security;
mod session;
mod session_ids;
mod session_timers;
mod sips;
mod snapshot;
mod sparse;
mod standstill;
mod symmetric;
mod talk;
mod tolerance;
mod torture;
mod transactions;
mod transfer;
mod transport;
mod trust;

pub use asked::Asked;
pub use case::Case;
pub use lane::{Agreed, Lane};
pub use ports::Ports;
pub use said::Said;
pub use talk::{Offered, Talk};

use super::{Id, Verdict};
use crate::evidence::Timeline;

/// A row of the catalogue, and how a timeline shows whether it holds.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The row.
    pub requirement: Id,
    /// A verdict for each thing that the row speaks of; none where there was none, so that
    /// nothing passes by not happening.
    pub judge: fn(&Case<'_>) -> Vec<Verdict>,
}

/// What a rule made of a run.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The row.
    pub requirement: Id,
    /// A verdict for each thing that was looked at.
    pub verdicts: Vec<Verdict>,
}

/// Every rule, topic by topic.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    TOPICS.iter().flat_map(|topic| topic.iter())
}

/// Judges a run by every rule.
pub fn judge(timeline: &Timeline) -> Vec<Judged> {
    let case = Case::of(timeline);
    let judged =
        |rule: &Rule| Judged { requirement: rule.requirement, verdicts: (rule.judge)(&case) };
    rules().map(judged).collect()
}

/// The verdicts of every rule on a run, for whoever does not ask which rule it was.
pub fn always(timeline: &Timeline) -> Vec<Verdict> {
    judge(timeline).into_iter().flat_map(|judged| judged.verdicts).collect()
}

const fn rule(requirement: &'static str, judge: fn(&Case<'_>) -> Vec<Verdict>) -> Rule {
    Rule { requirement: Id(requirement), judge }
}

const TOPICS: &[&[Rule]] = &[
    awareness::RULES,
    bodies::RULES,
    cancel::RULES,
    challenges::RULES,
    changes::RULES,
    contacts::RULES,
    credentials::RULES,
    crossing::RULES,
    described::RULES,
    dialogs::RULES,
    early::RULES,
    dtls::RULES,
    events::RULES,
    extensions::RULES,
    feedback::RULES,
    first_metadata::RULES,
    flows::RULES,
    formats::RULES,
    headers::RULES,
    ice::RULES,
    ice_lines::RULES,
    identity::RULES,
    invites::RULES,
    key_lines::RULES,
    keys::RULES,
    media::RULES,
    messages::RULES,
    metadata::RULES,
    metadata_graph::RULES,
    metadata_ids::RULES,
    metadata_taken::RULES,
    mixed::RULES,
    numbers::RULES,
    offers::RULES,
    outcomes::RULES,
    parties::RULES,
    provisional::RULES,
    reception::RULES,
    recorded_media::RULES,
    recording::RULES,
    recording_body::RULES,
    relayed::RULES,
    responses::RULES,
    retries::RULES,
    returns::RULES,
    rtcp::RULES,
    rtp::RULES,
    sealed::RULES,
    security::RULES,
    session_ids::RULES,
    session_timers::RULES,
    sips::RULES,
    snapshot::RULES,
    sparse::RULES,
    standstill::RULES,
    symmetric::RULES,
    tolerance::RULES,
    torture::RULES,
    transactions::RULES,
    transfer::RULES,
    transport::RULES,
    trust::RULES,
];
