//! What the rules look at: the timeline, and what it amounts to, worked out once for all of them.

use super::session::Session;
use crate::evidence::{
    Dialog, RecordingSession, Sighting, Timeline, Transaction, dialogs, recordings, said,
    transactions,
};
use crate::sip::Message;

/// A run on the judge's table.
#[derive(Debug)]
pub struct Case<'a> {
    /// All that was seen.
    pub timeline: &'a Timeline,
    /// Each message once, as it left its sender wherever that was watched.
    pub messages: Vec<(&'a Sighting, &'a Message)>,
    /// Each request with its responses.
    pub transactions: Vec<Transaction<'a>>,
    /// Each call, whoever it is with.
    pub dialogs: Vec<Dialog<'a>>,
    /// The calls that are recording sessions, with their streams and their metadata.
    pub recordings: Vec<RecordingSession<'a>>,
    /// What was said in each of them, in the same order.
    pub(super) sessions: Vec<Session<'a>>,
}

impl<'a> Case<'a> {
    /// Lays a timeline out.
    pub fn of(timeline: &'a Timeline) -> Self {
        let messages: Vec<_> = said(timeline).collect();
        let recordings = recordings(timeline);
        let sessions = recordings.iter().map(|it| Session::of(it, &messages)).collect();
        Self {
            timeline,
            messages,
            transactions: transactions(timeline),
            dialogs: dialogs(timeline),
            recordings,
            sessions,
        }
    }

    /// The name of whoever sent a message.
    pub fn sender(&self, sighting: &Sighting) -> String {
        self.timeline.cast().label(sighting.source)
    }
}
