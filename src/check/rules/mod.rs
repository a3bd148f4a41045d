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
mod conflicts;
mod contacts;
mod credentials;
mod crossing;
mod declared;
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
mod held;
mod ice;
mod ice_lines;
mod identity;
mod introductions;
mod invites;
mod key_lines;
mod keys;
mod lane;
mod lasting;
mod legs;
mod media;
mod media_control;
mod messages;
mod metadata;
mod metadata_allowed;
mod metadata_graph;
mod metadata_history;
mod metadata_ids;
mod metadata_taken;
mod metadata_times;
mod metadata_words;
mod mixed;
mod mixers;
mod notices;
mod numbers;
mod odd_answers;
mod offers;
mod outcomes;
mod parties;
mod pictures;
mod playback;
mod ports;
mod preferences;
mod provisional;
mod reception;
mod recorded_media;
mod recording;
mod recording_body;
mod reference;
mod relayed;
mod renumbered;
mod reoffers;
mod responses;
mod retries;
mod returns;
mod rtcp;
mod rtcp_between;
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
mod strays;
mod symmetric;
mod talk;
mod tolerance;
mod torture;
mod transactions;
mod transfer;
mod transport;
mod trust;
mod unusual;
mod usage;

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
    conflicts::RULES,
    contacts::RULES,
    credentials::RULES,
    crossing::RULES,
    declared::RULES,
    described::RULES,
    dialogs::RULES,
    dtls::RULES,
    early::RULES,
    events::RULES,
    extensions::RULES,
    feedback::RULES,
    first_metadata::RULES,
    flows::RULES,
    formats::RULES,
    headers::RULES,
    held::RULES,
    ice::RULES,
    ice_lines::RULES,
    identity::RULES,
    introductions::RULES,
    invites::RULES,
    key_lines::RULES,
    keys::RULES,
    lasting::RULES,
    media::RULES,
    media_control::RULES,
    messages::RULES,
    metadata::RULES,
    metadata_allowed::RULES,
    metadata_graph::RULES,
    metadata_history::RULES,
    metadata_ids::RULES,
    metadata_taken::RULES,
    metadata_times::RULES,
    metadata_words::RULES,
    mixed::RULES,
    mixers::RULES,
    notices::RULES,
    numbers::RULES,
    odd_answers::RULES,
    offers::RULES,
    outcomes::RULES,
    parties::RULES,
    pictures::RULES,
    playback::RULES,
    preferences::RULES,
    provisional::RULES,
    reception::RULES,
    recorded_media::RULES,
    recording::RULES,
    recording_body::RULES,
    reference::RULES,
    relayed::RULES,
    renumbered::RULES,
    reoffers::RULES,
    responses::RULES,
    retries::RULES,
    returns::RULES,
    rtcp::RULES,
    rtcp_between::RULES,
    rtp::RULES,
    sealed::RULES,
    security::RULES,
    session_ids::RULES,
    session_timers::RULES,
    sips::RULES,
    snapshot::RULES,
    sparse::RULES,
    standstill::RULES,
    strays::RULES,
    symmetric::RULES,
    tolerance::RULES,
    torture::RULES,
    transactions::RULES,
    transfer::RULES,
    transport::RULES,
    trust::RULES,
    unusual::RULES,
    usage::RULES,
];
