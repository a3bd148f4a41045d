//! What the rules look at: the timeline, and what it amounts to, worked out once for all of them.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::asked::{Asked, asked};
use super::exchange::{Stream, streams};
use super::lane::{Lane, lanes};
use super::ports::Ports;
use super::rtcp;
use super::said::Said;
use super::session::Session;
use super::talk::{Talk, talks};
use crate::check::Verdict;
use crate::evidence::{
    Call, Dialog, Host, RecordingSession, ReportSeen, Sighting, Timeline, Transaction, calls,
    carried, dialogs, recordings_among, watched,
};
use crate::rtp::Compound;
use crate::sip::{Message, Method};
use crate::time::Instant;

/// A run on the judge's table.
#[derive(Debug)]
pub struct Case<'a> {
    /// All that was seen.
    pub timeline: &'a Timeline,
    /// Each message once, as it left its sender wherever that was watched.
    pub messages: Vec<(&'a Sighting, &'a Message)>,
    /// Each request with its responses.
    pub transactions: Vec<Transaction<'a>>,
    /// Each dialog of an INVITE, whoever it is with.
    pub dialogs: Vec<Dialog<'a>>,
    /// The calls of people, each with its legs and its recordings.
    pub calls: Vec<Call>,
    /// The dialogs that are recording sessions, with their streams and their metadata.
    pub recordings: Vec<RecordingSession<'a>>,
    /// Each sending of a message, and what its headers say.
    pub said: Vec<Said<'a>>,
    /// Each request, and all that was answered to it.
    pub asked: Vec<Asked>,
    /// Each dialog, told by its tags.
    pub talks: Vec<Talk<'a>>,
    /// Each way that media takes in a dialog.
    pub lanes: Vec<Lane<'a>>,
    /// Where media is wanted, and where it comes from.
    pub ports: Ports,
    /// When we stopped looking.
    pub end: Instant,
    /// What was said in each of the recording sessions, in the same order.
    pub(super) sessions: Vec<Session<'a>>,
    /// Each report that is not encrypted, once, and what is in it, if it can be read.
    pub(super) reports: Vec<(&'a ReportSeen, Option<Compound>)>,
    /// Every stream that was offered and answered.
    pub(super) streams: Vec<Stream<'a>>,
    watched: BTreeSet<Host>,
}

impl<'a> Case<'a> {
    /// Lays a timeline out.
    pub fn of(timeline: &'a Timeline) -> Self {
        let mut said: Vec<Said<'a>> = carried(timeline).into_iter().map(Said::of).collect();
        let asked = asked(&mut said);
        let talks = talks(timeline, &said);
        let lanes = lanes(timeline, &said, &talks);
        let dialogs = dialogs(timeline);
        let media =
            timeline.flows().iter().flat_map(|flow| [flow.sent.last(), flow.received.last()]);
        let reports = timeline.reports().last().map(|report| report.at);
        let media = media.flatten().map(|packet| packet.at).chain(reports);
        let signalling = timeline.signalling().last().map(|sighting| sighting.at);
        let transactions = asked.iter().map(|it| it.transaction(&said)).collect();
        let messages: Vec<_> = said.iter().map(|it| (it.sighting, it.message)).collect();
        let recordings = recordings_among(timeline, &dialogs);
        let ports = Ports::of(timeline, &said);
        Self {
            timeline,
            calls: calls(timeline),
            sessions: recordings.iter().map(|it| Session::of(it, &messages)).collect(),
            streams: streams(&talks),
            messages,
            transactions,
            recordings,
            dialogs,
            watched: watched(timeline),
            end: media.chain(signalling).max().unwrap_or_default(),
            reports: rtcp::read(timeline, &ports),
            ports,
            said,
            asked,
            talks,
            lanes,
        }
    }

    /// The name of whoever sent a message.
    pub fn sender(&self, sighting: &Sighting) -> String {
        self.timeline.cast().label(sighting.source)
    }

    /// Who is at an address.
    pub fn host(&self, address: SocketAddr) -> Host {
        self.timeline.cast().host(address)
    }

    /// The call that a dialog is of, by its Call-ID.
    pub fn call_of(&self, call_id: &str) -> Option<&Call> {
        self.calls.iter().find(|it| it.call_ids.contains(call_id))
    }

    /// What somebody said, by its place.
    pub fn at(&self, place: usize) -> &Said<'a> {
        &self.said[place]
    }

    /// What was said, place by place.
    pub fn all<'b>(&'b self, places: &'b [usize]) -> impl DoubleEndedIterator<Item = &'b Said<'a>> {
        places.iter().map(|place| &self.said[*place])
    }

    /// Each request that began a transaction, with the transaction.
    pub fn requests(&self) -> impl Iterator<Item = (&Said<'a>, &Asked)> {
        self.asked.iter().map(|asked| (&self.said[asked.requests[0]], asked))
    }

    /// The requests of one method, each with its transaction.
    pub fn requests_of(&self, method: Method) -> impl Iterator<Item = (&Said<'a>, &Asked)> {
        self.requests().filter(move |(request, _)| request.method == method)
    }

    /// Whether somebody said anything after some moment: of one who is dead nobody wants an answer.
    pub fn lives(&self, host: Host, after: Instant) -> bool {
        self.said.iter().rev().any(|it| self.host(it.sighting.source) == host && it.at > after)
    }

    /// Whether it is seen what reaches a host, and when.
    pub fn is_watched(&self, host: Host) -> bool {
        self.watched.contains(&host)
    }

    /// Finds a message to break a row: who did it, what it was, and where it stands. `seen` goes on
    /// after the name of the message.
    pub fn broken(&self, row: &'static str, said: &Said<'a>, seen: impl AsRef<str>) -> Verdict {
        let who = self.sender(said.sighting);
        let words =
            format!("{who} sent {} (message {}) {}", said.title(), said.number, seen.as_ref());
        Verdict::fail(row, said.sighting.at, words).blaming(&who)
    }

    /// What a row finds wrong with each message that it speaks of.
    pub fn each(
        &self,
        row: &'static str,
        judge: impl Fn(&Said<'a>) -> Option<Result<(), String>>,
    ) -> Vec<Verdict> {
        let judged = self.said.iter().filter_map(|said| {
            Some(match judge(said)? {
                Ok(()) => Verdict::Pass,
                Err(seen) => self.broken(row, said, seen),
            })
        });
        judged.collect()
    }

    /// Passes if `met`; otherwise the message [breaks](Self::broken) the row.
    pub fn require(
        &self,
        met: bool,
        row: &'static str,
        said: &Said<'a>,
        seen: impl FnOnce() -> String,
    ) -> Verdict {
        if met { Verdict::Pass } else { self.broken(row, said, seen()) }
    }
}

/// What a message was found to do, in the words that go on after its name, where that is wrong.
pub(super) fn unless(wrong: bool, seen: impl FnOnce() -> String) -> Result<(), String> {
    if wrong { Err(seen()) } else { Ok(()) }
}
