//! What carries a message.

use super::{Asked, Case, Rule, Said, rule};
use crate::check::Verdict;
use crate::packet::Transport;
use crate::sip::Method;

pub const RULES: &[Rule] = &[
    rule("RFC3261-18.1.1-1", large_requests_leave_udp),
    rule("RFC3261-18.1.1-2", large_datagrams_are_taken),
    rule("RFC3261-18.3-1", streams_say_how_long),
    rule("INT-SIZE-1", large_invitations_arrive),
];

/// A request of more than 1,300 bytes does not travel over UDP, unless the sender knows that its
/// path carries more (RFC 3261 section 18.1.1), which nobody else can see.
fn large_requests_leave_udp(case: &Case<'_>) -> Vec<Verdict> {
    let large = case.requests().filter(|(request, _)| length(request) > DATAGRAM_MAX);
    let judged = large.map(|(request, _)| {
        // What is added underway, Via and Record-Route, the sender cannot have counted: it is
        // whoever sent this that is judged.
        let fits = request.sighting.transport != Transport::Udp;
        case.require(fits, "RFC3261-18.1.1-1", request, || {
            format!("of {} bytes over UDP", length(request))
        })
    });
    judged.collect()
}

/// A large datagram is read as well as a small one (RFC 3261 section 18.1.1): of somebody who
/// answers small requests later, it was its size that kept them from answering this one.
fn large_datagrams_are_taken(case: &Case<'_>) -> Vec<Verdict> {
    let judged = case.requests().filter_map(|(request, asked)| {
        let arrived = over_udp(request).then_some(request.arrived)??;
        let answers_others = || {
            case.requests().any(|(other, asked)| {
                let is_alike = case.host(other.target()) == case.host(request.target());
                is_alike && length(other) < DATAGRAM_MAX && other.at > arrived && is_answered(asked)
            })
        };
        if !is_answered(asked) && !answers_others() {
            return None;
        }
        let who = case.timeline.cast().label(request.target());
        Some(case.require(is_answered(asked), "RFC3261-18.1.1-2", request, || {
            format!(
                "of {} bytes to {who}, who answered smaller ones, but not this",
                length(request)
            )
        }))
    });
    judged.collect()
}

/// On a stream every message says how long its body is (RFC 3261 section 18.3).
fn streams_say_how_long(case: &Case<'_>) -> Vec<Verdict> {
    let on_streams = case
        .said
        .iter()
        .filter(|it| matches!(it.sighting.transport, Transport::Tcp | Transport::Tls));
    let judged = on_streams.map(|it| {
        case.require(it.message.headers.has("Content-Length"), "RFC3261-18.3-1", it, || {
            format!("over {} without Content-Length", it.sighting.transport)
        })
    });
    judged.collect()
}

/// An invitation to record that is too large for a frame gets there all the same, or goes over a
/// stream.
fn large_invitations_arrive(case: &Case<'_>) -> Vec<Verdict> {
    let recordings = case.talks.iter().filter(|talk| talk.recording);
    let judged = recordings.filter_map(|talk| {
        let request = talk.said.first().map(|place| case.at(*place))?;
        if !request.is(&Method::Invite) || length(request) <= FRAME_MAX {
            return None;
        }
        let asked = &case.asked[request.asked?];
        let over_stream = request.sighting.transport != Transport::Udp;
        let arrives = case.all(&asked.requests).any(|it| it.arrived.is_some());
        Some(case.require(over_stream || arrives, "INT-SIZE-1", request, || {
            format!("of {} bytes over UDP, and no copy of it arrived whole", length(request))
        }))
    });
    judged.collect()
}

fn over_udp(said: &Said<'_>) -> bool {
    said.sighting.transport == Transport::Udp && length(said) > DATAGRAM_MAX
}

fn is_answered(asked: &Asked) -> bool {
    !asked.responses.is_empty()
}

fn length(said: &Said<'_>) -> usize {
    said.message.to_bytes().len()
}

/// With an MTU that is not known.
const DATAGRAM_MAX: usize = 1_300;
/// What Ethernet carries without fragments.
const FRAME_MAX: usize = 1_500;
