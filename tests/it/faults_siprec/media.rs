//! Faults of what flows in a recording session.

use std::time::Duration;

use tallylight::evidence::Script;
use tallylight::rtp::RtcpPacket;

use super::edit::Change::{All, Do};
use super::edit::{each, media, no_rtcp, places, rtcp};
use super::{Fault, LASTING, TALK};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "media flows although it was paused",
        of: TALK,
        by: &[
            All("rs INVITE", "a=sendonly", "a=inactive"),
            All("rs 200 INVITE", "a=recvonly", "a=inactive"),
        ],
        breaks: &["RFC7866-7.1.1.1-4"],
        also: &[("RFC7866-7.1.2-3", "and nobody was told of a pause")],
    },
    Fault {
        what: "media flows although the recorder wants none",
        of: TALK,
        by: &[All("rs 200 INVITE", "a=recvonly", "a=inactive")],
        breaks: &["RFC7866-7.2-9"],
        also: &[],
    },
    Fault {
        what: "a recorder reports nothing",
        of: LASTING,
        by: &[Do(|script| no_rtcp(script, false))],
        breaks: &["RFC7866-8.1.1-1"],
        also: &[],
    },
    Fault {
        what: "a recorder asks for pictures by INFO although FIR was agreed on",
        of: TALK,
        by: &[
            All("rs INVITE", "a=sendonly", "a=sendonly\r\na=rtcp-fb:* ccm fir"),
            All("rs 200 INVITE", "a=recvonly", "a=recvonly\r\na=rtcp-fb:* ccm fir"),
            Do(ask_for_a_picture),
        ],
        breaks: &["RFC7866-8.1.7.1.1-1", "RFC7866-8.1.7.1.1-2"],
        also: &[],
    },
    Fault {
        what: "media leaves from where none is taken",
        of: TALK,
        by: &[Do(|script| {
            let to = recorder(script);
            for flow in script.flows.iter_mut().filter(|flow| flow.target.ip() == to) {
                flow.source.set_port(flow.source.port() + 100);
            }
        })],
        breaks: &["RFC7866-8.1.8-1"],
        also: &[],
    },
    Fault {
        what: "reports leave from where none are taken",
        of: TALK,
        by: &[Do(|script| {
            let from = recorder(script);
            for report in script.reports.iter_mut().filter(|it| it.source.ip() == from) {
                report.source.set_port(report.source.port() + 100);
            }
        })],
        breaks: &["RFC7866-8.1.8-2"],
        also: &[],
    },
    Fault {
        what: "two telephones are on one stream",
        of: TALK,
        by: &[Do(mixed)],
        breaks: &["RFC7866-8.2.1.1-1"],
        also: &[],
    },
    Fault {
        what: "no RTCP goes on to the recorder",
        of: TALK,
        by: &[Do(|script| no_rtcp(script, true))],
        breaks: &["RFC7866-8.2.1.1-2", "RFC7866-8.2.1.1-3"],
        also: &[],
    },
    Fault {
        what: "no sender report goes on to the recorder",
        of: TALK,
        by: &[Do(no_sender_reports)],
        breaks: &["RFC7866-8.2.1.1-3"],
        also: &[],
    },
    Fault {
        what: "no report of the recorder goes on to a telephone",
        of: TALK,
        by: &[Do(no_reports_back)],
        breaks: &["RFC7866-8.2.1.1-4"],
        also: &[],
    },
    Fault {
        what: "a recorder does not notice what is lost",
        of: TALK,
        by: &[Do(lossy)],
        breaks: &["RFC7866-8.2.1.1-6"],
        also: &[],
    },
    Fault {
        what: "two telephones are on one stream, transcoded",
        of: TALK,
        by: &[Do(transcoded), Do(mixed)],
        breaks: &["RFC7866-8.2.1.2-2"],
        also: &[],
    },
    Fault {
        what: "no RTCP goes on to the recorder, which gets another codec",
        of: TALK,
        by: &[Do(transcoded), Do(|script| no_rtcp(script, true))],
        breaks: &["RFC7866-8.2.1.2-3", "RFC7866-8.2.1.2-4"],
        also: &[],
    },
    Fault {
        what: "no sender report goes on to the recorder, which gets another codec",
        of: TALK,
        by: &[Do(transcoded), Do(no_sender_reports)],
        breaks: &["RFC7866-8.2.1.2-4"],
        also: &[],
    },
    Fault {
        what: "no report of the recorder, which gets another codec, goes on",
        of: TALK,
        by: &[Do(transcoded), Do(no_reports_back)],
        breaks: &["RFC7866-8.2.1.2-5"],
        also: &[],
    },
    Fault {
        what: "a recorder does not notice what is lost of another codec",
        of: TALK,
        by: &[Do(transcoded), Do(lossy)],
        breaks: &["RFC7866-8.2.1.2-7"],
        also: &[],
    },
    Fault {
        what: "a client that mixes does not notice what is lost before it",
        of: TALK,
        by: &[Do(of_its_own), Do(of_both), Do(lossy_before)],
        breaks: &["RFC7866-8.2.2-4"],
        also: &[],
    },
    Fault {
        what: "a recorder does not notice what is lost of a mixture",
        of: TALK,
        by: &[Do(of_its_own), Do(of_both), Do(lossy)],
        breaks: &["RFC7866-8.2.2-5"],
        also: &[],
    },
    Fault {
        what: "a client with streams of its own does not notice what is lost before it",
        of: TALK,
        by: &[Do(of_its_own), Do(lossy_before)],
        breaks: &["RFC7866-8.2.3-2"],
        also: &[],
    },
    Fault {
        what: "a recorder does not notice what is lost of a client's own",
        of: TALK,
        by: &[Do(of_its_own), Do(lossy)],
        breaks: &["RFC7866-8.2.3-3"],
        also: &[],
    },
    Fault {
        what: "two telephones have one name",
        of: TALK,
        by: &[Do(|script| rtcp(script, true, rename))],
        breaks: &["RFC7866-8.3.1-2"],
        also: &[],
    },
    Fault {
        what: "two telephones are one source",
        of: TALK,
        by: &[
            Do(|script| renumber(script, |_| 7, &[true, false])),
            Do(|script| rtcp(script, true, rename)),
        ],
        breaks: &["RFC7866-8.3.1-3"],
        also: &[("RFC7866-8.3.1-2", "which has one name")],
    },
];

/// What is not a fault, and what they are made of.
pub const CONFORMING: &[(&str, &[super::edit::Change])] = &[
    ("another codec", &[Do(transcoded)]),
    ("streams of the client's own", &[Do(of_its_own)]),
    ("a mixture", &[Do(of_its_own), Do(of_both)]),
];

pub fn recorder(script: &Script) -> std::net::IpAddr {
    script.messages[places(script, "rs INVITE #1")[0]].packet.target.ip()
}

fn ask_for_a_picture(script: &mut Script) {
    let answer = places(script, "rs 200 INVITE #1")[0];
    let mut line = script.messages[answer].clone();
    let text = line.text();
    let [call, from, to] = ["Call-ID", "From", "To"].map(|it| super::edit::header(&text, it));
    let body = "<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>";
    let client = line.packet.target;
    line.set_text(format!(
        "INFO sip:platform@{client} SIP/2.0\r\nVia: SIP/2.0/TCP {};branch=z9hG4bK-picture\r\n\
         Max-Forwards: 70\r\nFrom: {to}\r\nTo: {from}\r\nCall-ID: {call}\r\nCSeq: 900 INFO\r\n\
         Content-Type: application/media_control+xml\r\nContent-Length: {}\r\n\r\n{body}",
        line.packet.source,
        body.len(),
    ));
    let later = |at: tallylight::time::Instant| at + Duration::from_secs(3);
    line.left = line.left.map(later);
    line.arrived = line.arrived.map(later);
    script.messages.push(line);
}

/// The second stream goes where the first one goes.
fn mixed(script: &mut Script) {
    let to = recorder(script);
    let mut own = script.flows.iter_mut().filter(|flow| flow.target.ip() == to);
    let first = own.next().unwrap().target;
    own.next().unwrap().target = first;
}

fn no_sender_reports(script: &mut Script) {
    rtcp(script, true, |packet| {
        if let RtcpPacket::SenderReport { ssrc, blocks, .. } = packet {
            *packet = RtcpPacket::ReceiverReport { ssrc: *ssrc, blocks: std::mem::take(blocks) };
        }
    });
}

fn no_reports_back(script: &mut Script) {
    let recorder = recorder(script);
    let mut own = Vec::new();
    for report in script.reports.iter().filter(|it| it.source.ip() == recorder) {
        let read = tallylight::rtp::Compound::read(&report.bytes).unwrap();
        own.extend(read.0.iter().filter_map(RtcpPacket::report).map(|(ssrc, _)| ssrc));
    }
    script.reports.retain(|report| {
        let read = tallylight::rtp::Compound::read(&report.bytes).unwrap();
        let mut sources = read.0.iter().filter_map(RtcpPacket::report).map(|(ssrc, _)| ssrc);
        report.source.ip() == recorder || !sources.any(|ssrc| own.contains(&ssrc))
    });
}

/// Every tenth packet is lost, and the recorder says that none is.
fn lossy(script: &mut Script) {
    media(script, |_, packet| packet.sequence % 10 != 0);
    rtcp(script, false, none_lost);
}

/// The same, before the client.
fn lossy_before(script: &mut Script) {
    let client = script.messages[places(script, "rs INVITE #1")[0]].packet.source.ip();
    for flow in script.flows.iter_mut().filter(|flow| flow.target.ip() == client) {
        flow.sent.retain(|packet| packet.sequence % 10 != 0);
        flow.received.retain(|packet| packet.sequence % 10 != 0);
    }
    for report in &mut script.reports {
        let mut read = tallylight::rtp::Compound::read(&report.bytes).unwrap();
        read.0.iter_mut().for_each(none_lost);
        report.bytes = read.write();
    }
}

fn none_lost(packet: &mut RtcpPacket) {
    if let RtcpPacket::SenderReport { blocks, .. } | RtcpPacket::ReceiverReport { blocks, .. } =
        packet
    {
        for block in blocks.iter_mut() {
            block.lost = 0;
        }
    }
}

/// The recorder gets PCMA of what was PCMU.
fn transcoded(script: &mut Script) {
    media(script, |_, packet| {
        packet.payload_type = if packet.payload_type == 8 { 0 } else { 8 };
        true
    });
}

/// The client sends each stream under a number of its own.
fn of_its_own(script: &mut Script) {
    renumber(script, |number| 7 + number, &[true, false]);
}

/// The streams have other numbers, and so has RTCP in these ways: to the recorder or not.
pub fn renumber(script: &mut Script, to: fn(u32) -> u32, ways: &[bool]) {
    let mut known: Vec<(u32, u32)> = Vec::new();
    media(script, |number, packet| {
        let other = to(u32::try_from(number).unwrap());
        known.push((packet.ssrc, other));
        packet.ssrc = other;
        true
    });
    known.sort_unstable();
    known.dedup();
    let other = |ssrc: &mut u32| {
        if let Some((_, other)) = known.iter().find(|(own, _)| own == ssrc) {
            *ssrc = *other;
        }
    };
    for to_recorder in ways {
        rtcp(script, *to_recorder, |packet| match packet {
            RtcpPacket::SenderReport { ssrc, blocks, .. }
            | RtcpPacket::ReceiverReport { ssrc, blocks } => {
                other(ssrc);
                for block in blocks.iter_mut() {
                    other(&mut block.ssrc);
                }
            }
            RtcpPacket::Description(chunks) => chunks.iter_mut().for_each(|it| other(&mut it.ssrc)),
            RtcpPacket::Goodbye { ssrcs, .. } => ssrcs.iter_mut().for_each(other),
            RtcpPacket::Other { .. } => {}
        });
    }
}

/// The metadata says that both are on both streams.
fn of_both(script: &mut Script) {
    each(script, "rs INVITE", |text| {
        text.replace("<recv>", "<send>").replace("</recv>", "</send>")
    });
}

pub fn rename(packet: &mut RtcpPacket) {
    if let RtcpPacket::Description(chunks) = packet {
        for chunk in chunks {
            chunk
                .items
                .iter_mut()
                .filter(|(kind, _)| *kind == 1)
                .for_each(|it| "somebody".clone_into(&mut it.1));
        }
    }
}
