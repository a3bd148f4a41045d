//! Transactions as the network tells them: a request, however often it was sent, and what was
//! answered to it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::sighting::{Side, Sighting};
use super::timeline::Timeline;
use crate::sip::{Message, Method};

/// A request and its responses, each sending counted once: as it left its sender, or as it
/// arrived where the sender is real and only its peer was watched.
#[derive(Clone, Debug)]
pub struct Transaction<'a> {
    /// The request, first sending first; never empty.
    pub requests: Vec<&'a Sighting>,
    /// The responses, in the order in which they were sent.
    pub responses: Vec<&'a Sighting>,
    /// The ACKs that belong to it: those to a response that is no 2xx (RFC 3261 section 17.1.1.3).
    pub acks: Vec<&'a Sighting>,
}

impl<'a> Transaction<'a> {
    /// The request.
    pub fn request(&self) -> &'a Message {
        self.requests[0].message().expect("only messages are collected")
    }

    /// Where the request came from.
    pub fn client(&self) -> SocketAddr {
        self.requests[0].source
    }

    /// Where the request went.
    pub fn server(&self) -> SocketAddr {
        self.requests[0].target
    }

    /// The first final response, and its code.
    pub fn outcome(&self) -> Option<(&'a Sighting, u16)> {
        let codes = self.responses.iter().filter_map(|it| Some((*it, it.message()?.code()?)));
        codes.into_iter().find(|(_, code)| *code >= 200)
    }
}

/// Each message of signalling once: as it left, or as it arrived where its sender is not watched.
pub fn said(timeline: &Timeline) -> impl Iterator<Item = (&Sighting, &Message)> {
    let is_watched =
        |sighting: &Sighting| timeline.cast().at(sighting.source).is_some_and(|it| !it.real);
    timeline.signalling().iter().filter_map(move |sighting| {
        let counts = match sighting.side {
            Side::Sent => true,
            Side::Received => !is_watched(sighting),
            Side::Undeliverable => false,
        };
        sighting.message().filter(|_| counts).map(|message| (sighting, message))
    })
}

/// Every transaction of the timeline, in the order of their requests.
pub fn transactions(timeline: &Timeline) -> Vec<Transaction<'_>> {
    let mut all: Vec<Transaction<'_>> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    for (sighting, message) in said(timeline) {
        let Some(key) = Key::of(message) else { continue };
        let is_ack = message.method() == Some(&Method::Ack);
        match known.get(&key).and_then(|place| all.get_mut(*place)) {
            Some(transaction) if is_ack => transaction.acks.push(sighting),
            Some(transaction) if message.is_request() => transaction.requests.push(sighting),
            Some(transaction) => transaction.responses.push(sighting),
            None if message.is_request() && !is_ack => {
                known.insert(key, all.len());
                all.push(Transaction {
                    requests: vec![sighting],
                    responses: Vec::new(),
                    acks: Vec::new(),
                });
            }
            // An ACK to a 2xx is a transaction of its own that nobody answers; a response to
            // nothing is the business of whoever reads the messages one by one.
            None => {}
        }
    }
    all
}

/// What makes messages one transaction (RFC 3261 section 17.1.3): the branch, and the method but
/// for ACK. The call is there for branches that are not unique.
#[derive(Eq, Ord, PartialEq, PartialOrd)]
struct Key {
    branch: String,
    call_id: String,
    number: u32,
    method: String,
}

impl Key {
    fn of(message: &Message) -> Option<Self> {
        let cseq = message.cseq().ok()?;
        let method = if cseq.method == Method::Ack { Method::Invite } else { cseq.method };
        Some(Self {
            branch: message.via().ok()?.branch()?.to_owned(),
            call_id: message.call_id().ok()?.to_owned(),
            number: cseq.number,
            method: method.to_string(),
        })
    }
}
