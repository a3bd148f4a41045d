//! Handshakes of DTLS between the ports for media.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tallylight::evidence::{Script, ScriptLine};
use tallylight::ice::stun::{Class, Message};
use tallylight::packet::{Packet, Transport};
use tallylight::time::Instant;

use super::super::edit::Edit::{self, Act};
use super::super::edit::{put, rewrite};
// What DTLS adds may be too much for a datagram (RFC 3261 section 18.1.1).
use super::keys::{SEALS, TLS};
use super::{CALL, describe_anew, fault};
use crate::rules::Fault;

const DTLS: Edit = Act(with_dtls);

/// Only what is said at first is changed.
const LATER: (&str, &str) = ("RFC3264-8-1", "what she says later has none of it");

pub const FAULTS: &[Fault] = &[
    fault(
        CALL,
        "whoever was to wait begins the handshake",
        &[TLS, DTLS, SEALS, Act(|script| hellos(script, &Hellos { turned: true, ..SOUND }))],
        &["RFC5763-5-3"],
        &[LATER],
    ),
    fault(
        CALL,
        "nobody begins the handshake",
        &[TLS, DTLS, SEALS, Act(|script| hellos(script, &Hellos { are_there: false, ..SOUND }))],
        &["RFC5763-5-3"],
        &[LATER],
    ),
    fault(
        CALL,
        "a server takes a profile that was not offered",
        &[TLS, DTLS, SEALS, Act(|script| hellos(script, &Hellos { taken: &[7], ..SOUND }))],
        &["RFC5764-4.1-1"],
        &[LATER],
    ),
    fault(
        CALL,
        "a client offers no profile",
        &[TLS, DTLS, SEALS, Act(|script| hellos(script, &Hellos { offered: &[], ..SOUND }))],
        &["RFC5764-4.1-1"],
        &[LATER],
    ),
    fault(
        CALL,
        "media before the handshake",
        &[TLS, DTLS, SEALS, Act(|script| hellos(script, &Hellos { late: 3_000, ..SOUND }))],
        &["RFC5764-5.1-1"],
        &[LATER],
    ),
    fault(
        CALL,
        "another side is to begin, and nobody does",
        &[
            TLS,
            DTLS,
            SEALS,
            Act(|script| hellos(script, &SOUND)),
            Act(|script| describe_anew(script, |it| it.replace("setup:passive", "setup:active"))),
        ],
        &["RFC5763-6.6-1"],
        &[],
    ),
    fault(
        CALL,
        "a check before the handshake is not answered",
        &[TLS, DTLS, SEALS, Act(|script| hellos(script, &SOUND)), Act(knock)],
        &["RFC5763-6.7.2-1"],
        &[LATER],
    ),
];

/// How Alice and the platform shake hands.
struct Hellos {
    /// Whether they do at all.
    are_there: bool,
    /// Whether Alice begins, who was to wait.
    turned: bool,
    /// The profiles of SRTP that the client offers,
    offered: &'static [u16],
    /// and what the server takes of them.
    taken: &'static [u16],
    /// How many milliseconds later than they should.
    late: u64,
}

const SOUND: Hellos =
    Hellos { are_there: true, turned: false, offered: &[1, 2], taken: &[1], late: 0 };

const ALICE: [u8; 4] = [192, 0, 2, 10];

/// Every stream is in secret, by keys that DTLS agrees on: whoever is called begins.
fn with_dtls(script: &mut Script) {
    for line in &mut script.messages {
        let text = line.text();
        // The platform began as she called: so it is in what she answers later.
        let is_alice = line.packet.source.ip() == IpAddr::from(ALICE);
        let setup = match (text.starts_with("SIP/"), is_alice) {
            (false, _) => "actpass",
            (true, true) => "passive",
            (true, false) => "active",
        };
        let print = ["0A"; 32].join(":");
        let more = format!("a=ptime:20\r\na=fingerprint:sha-256 {print}\r\na=setup:{setup}\r\n");
        rewrite(line, |text| {
            text.replace("RTP/AVP", "UDP/TLS/RTP/SAVP").replace("a=ptime:20\r\n", &more)
        });
    }
}

/// Each two shake hands before their first packet of media; Alice and the platform as they are told
/// to.
fn hellos(script: &mut Script, hers: &Hellos) {
    let mut pairs: Vec<(Instant, SocketAddr, SocketAddr)> = Vec::new();
    for flow in &script.flows {
        let at = flow.sent[0].at;
        let same = |it: &&mut (Instant, SocketAddr, SocketAddr)| {
            (it.1, it.2) == (flow.target, flow.source) || (it.1, it.2) == (flow.source, flow.target)
        };
        match pairs.iter_mut().find(same) {
            Some(known) => known.0 = known.0.min(at),
            None => pairs.push((at, flow.source, flow.target)),
        }
    }
    for (at, one, other) in pairs {
        let is_alices = [one, other].iter().any(|it| it.ip() == IpAddr::from(ALICE));
        let how = if is_alices { hers } else { &SOUND };
        if !how.are_there {
            continue;
        }
        // The platform is active towards Alice, and passive towards the others.
        let is_platform = |it: SocketAddr| it.ip() == IpAddr::from([198, 51, 100, 10]);
        let (platform, peer) = if is_platform(one) { (one, other) } else { (other, one) };
        let ends = if is_alices == how.turned { (peer, platform) } else { (platform, peer) };
        let at = Instant::START
            + at.elapsed().saturating_sub(Duration::from_millis(4))
            + Duration::from_millis(how.late);
        let later = at + Duration::from_millis(2);
        send(script, at, ends, hello(1, how.offered));
        send(script, later, (ends.1, ends.0), hello(2, how.taken));
    }
}

/// Alice, who waits for the handshake, checks the way for it.
fn knock(script: &mut Script) {
    let flow = super::spoil::flow(script, ALICE);
    let (source, target) = (flow.source, flow.target);
    let of_both = script.flows.iter().filter(|it| {
        (it.source, it.target) == (source, target) || (it.target, it.source) == (source, target)
    });
    let first = of_both.map(|it| it.sent[0].at).min().unwrap();
    let at = Instant::START + first.elapsed().saturating_sub(Duration::from_millis(3));
    let check = Message::new(Class::Request, [9; 12]).to_unsigned_bytes();
    send(script, at, (source, target), check.to_vec());
}

fn send(script: &mut Script, at: Instant, ends: (SocketAddr, SocketAddr), payload: Vec<u8>) {
    let (source, target) = ends;
    let packet = Packet { transport: Transport::Udp, source, target, payload: payload.into() };
    let arrived = Some(at + Duration::from_millis(1));
    put(script, ScriptLine { left: Some(at), arrived, packet });
}

/// A hello of a client, 1, or of a server, 2 (RFC 6347 section 4.2.2, RFC 5764 section 4.1.1).
fn hello(kind: u8, profiles: &[u16]) -> Vec<u8> {
    let mut body = vec![254, 253];
    body.extend([7; 32]);
    body.push(0);
    body.extend(if kind == 1 { &[0, 0, 2, 0xC0, 0x2B, 1, 0][..] } else { &[0xC0, 0x2B, 0] });
    let mut list = Vec::new();
    if !profiles.is_empty() {
        let octets: Vec<u8> = profiles.iter().flat_map(|it| it.to_be_bytes()).collect();
        let length = u8::try_from(octets.len()).unwrap();
        list.extend([0, 14, 0, length + 3, 0, length]);
        list.extend(octets);
        list.push(0);
    }
    body.extend([0, u8::try_from(list.len()).unwrap()]);
    body.extend(list);
    let length = u8::try_from(body.len()).unwrap();
    let mut bytes = vec![22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, length + 12];
    bytes.extend([kind, 0, 0, length, 0, 0, 0, 0, 0, 0, 0, length]);
    bytes.extend(body);
    bytes
}
