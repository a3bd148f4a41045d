//! Faults of the course that a recording takes: what comes of wishes, of answers and of challenges,
//! what its RTCP tells, and under which names metadata goes.

use std::time::Duration;

use tallylight::evidence::{Script, ScriptLine};
use tallylight::packet::{Packet, Transport};
use tallylight::rtp::{Compound, RtcpPacket};
use tallylight::time::Instant;

use super::edit::Change::{All, Cut, Do, Put};
use super::edit::{between, header, measured, media, places, rtcp};
use super::media::{recorder, renumber};
use super::sessions::refuse_last;
use super::{BEGUN, Fault, HOLD, LASTING, ROOM, TALK, WISH};

/// See [`Fault`].
pub const FAULTS: &[Fault] = &[
    Fault {
        what: "a wish to record pauses the recording",
        of: WISH,
        by: &[All("call", "a=recordpref:pause", "a=recordpref:on")],
        breaks: &["RFC7866-7.3.2-5"],
        also: &[],
    },
    Fault {
        what: "a wish is written as the grammar is printed",
        of: WISH,
        by: &[All("call", "a=recordpref:pause", "a=a=recordpref:pause")],
        breaks: &["RFC7866-7.3.2-6"],
        also: &[],
    },
    Fault {
        what: "a recorder reports on somebody else",
        of: LASTING,
        by: &[Do(|script| {
            rtcp(script, false, |packet| {
                if let RtcpPacket::SenderReport { blocks, .. }
                | RtcpPacket::ReceiverReport { blocks, .. } = packet
                {
                    for it in blocks.iter_mut() {
                        it.ssrc = 7;
                    }
                }
            });
        })],
        breaks: &["RFC7866-8.1.1-2"],
        also: &[],
    },
    Fault {
        what: "a recorder does not notice another source",
        of: LASTING,
        by: &[Do(|script| {
            media(script, |number, packet| {
                if number == 0 && packet.at >= Instant::from_millis(12_000) {
                    packet.ssrc = 7;
                    moved(packet);
                }
                true
            });
        })],
        breaks: &["RFC7866-8.1.3-1"],
        also: &[],
    },
    Fault {
        what: "nobody says who is in a mixture",
        of: ROOM,
        by: &[Do(|script| {
            rtcp(script, true, |packet| {
                if let RtcpPacket::Description(chunks) = packet {
                    chunks.truncate(1);
                }
            });
        })],
        breaks: &["RFC7866-8.1.5-1"],
        also: &[],
    },
    Fault {
        what: "a source is called otherwise later",
        of: LASTING,
        by: &[Do(rename_later)],
        breaks: &["RFC7866-8.1.5.1-1"],
        also: &[],
    },
    Fault {
        what: "a client does not hear how much may come",
        of: LASTING,
        by: &[
            All("rs", "a=sendonly", "a=sendonly\r\na=rtcp-fb:* ccm tmmbr"),
            All("rs", "a=recvonly", "a=recvonly\r\na=rtcp-fb:* ccm tmmbr"),
            Do(want_less),
        ],
        breaks: &["RFC7866-8.1.7.3-1"],
        also: &[],
    },
    Fault {
        what: "a telephone's packets go on under another number than its reports",
        of: TALK,
        by: &[Do(|script| renumber(script, |number| 7 + number, &[false]))],
        breaks: &["RFC7866-8.2.1.1-7"],
        also: &[],
    },
    Fault {
        what: "a client with streams of its own passes on the reports of the call",
        of: TALK,
        by: &[Do(|script| {
            renumber(script, |number| 7 + number, &[false]);
            media(script, |_, packet| {
                moved(packet);
                true
            });
        })],
        breaks: &["RFC7866-8.2.3-1"],
        also: &[],
    },
    Fault {
        what: "the reports of those who are mixed go on",
        of: ROOM,
        by: &[Do(report_as_contributor)],
        breaks: &["RFC7866-8.2.2-2"],
        also: &[],
    },
    Fault {
        what: "nothing is sent where a recorder takes one of two streams",
        of: TALK,
        by: &[Do(|script| refuse_last(script, "audio")), Do(|script| media(script, |_, _| false))],
        breaks: &["RFC7866-8.3.1-4"],
        also: &[("RFC7866-8.4-1", "a recorder takes both voices")],
    },
    Fault {
        what: "metadata in which somebody has no name is refused",
        of: HOLD,
        by: &[
            Cut("rs INVITE #2", "<name>", "</name>"),
            Put("rs 200 INVITE #2", "SIP/2.0 200 OK", "SIP/2.0 400 Bad Request"),
        ],
        breaks: &["RFC7866-9.1-13"],
        also: &[("RFC7865-9-9", "there are extensions in it too")],
    },
    Fault {
        what: "a client lists what it refuses",
        of: BEGUN,
        by: &[
            Put(
                "rs 200 INVITE #1",
                "Contact: ",
                "Accept: application/sdp, application/rs-metadata+xml\r\nContact: ",
            ),
            Put("rs 200 UPDATE #1", "200 Said", "415 Said"),
        ],
        breaks: &["RFC7866-9.1-14"],
        also: &[("RFC7866-9.2-11", "the request is taken, whatever is listed")],
    },
    Fault {
        what: "a client supports siprec instead of requiring it",
        of: TALK,
        by: &[Put("rs INVITE", "Require: siprec", "Supported: siprec")],
        breaks: &["RFC7866-11.1.1-1"],
        also: &[
            ("RFC7866-6.1.1-2", "a client has to require it"),
            ("RFC7866-6.2-1", "one of the two signs is missing"),
            ("RFC7866-6.2-8", "the recorder takes it all the same"),
        ],
    },
    Fault {
        what: "a recorder is asked at a sips address in the open",
        of: TALK,
        by: &[Put("rs INVITE", "INVITE sip:", "INVITE sips:")],
        breaks: &["RFC7866-12-3"],
        also: &[],
    },
    Fault {
        what: "a client that is challenged forgets its metadata",
        of: TALK,
        by: &[Do(challenged)],
        breaks: &["RFC7866-12.1-4"],
        also: &[],
    },
    Fault {
        what: "anybody gets the sound of a recording",
        of: TALK,
        by: &[Do(heard_by_anybody)],
        breaks: &["RFC7866-12.4-1"],
        also: &[],
    },
    Fault {
        what: "a snapshot is asked for under the name of a draft",
        of: BEGUN,
        by: &[All(
            "rs UPDATE #1",
            "application/rs-metadata+xml",
            "application/rs-metadata-request",
        )],
        breaks: &["RFC9806-2-3"],
        also: &[("RFC7866-9-1", "that is not the type of metadata")],
    },
    Fault {
        what: "metadata with a charset is refused",
        of: HOLD,
        by: &[
            Put(
                "rs INVITE #2",
                "application/rs-metadata+xml\r\nContent-Disp",
                "application/rs-metadata+xml;charset=UTF-8\r\nContent-Disp",
            ),
            Put("rs 200 INVITE #2", "SIP/2.0 200 OK", "SIP/2.0 415 Unsupported Media Type"),
        ],
        breaks: &["RFC9806-4.1-1"],
        also: &[],
    },
];

/// A packet as nobody else sent it.
fn moved(packet: &mut tallylight::evidence::RtpSeen) {
    packet.sequence = packet.sequence.wrapping_add(1_000);
    packet.timestamp = packet.timestamp.wrapping_add(16_000);
}

/// Each source has another name after the first few reports.
fn rename_later(script: &mut Script) {
    let mut seen = 0;
    rtcp(script, true, |packet| {
        let RtcpPacket::Description(chunks) = packet else { return };
        seen += 1;
        if seen > 8 {
            for chunk in chunks {
                let name = format!("later-{}", chunk.ssrc);
                for (_, text) in chunk.items.iter_mut().filter(|(kind, _)| *kind == 1) {
                    text.clone_from(&name);
                }
            }
        }
    });
}

/// With each of its reports the recorder asks for 256 kbit/s (RFC 5104 section 4.2.1.1).
fn want_less(script: &mut Script) {
    let recorder = recorder(script);
    for report in script.reports.iter_mut().filter(|it| it.source.ip() == recorder) {
        let mut read = Compound::read(&report.bytes).unwrap();
        let Some((by, blocks)) = read.0[0].report() else { continue };
        let Some(of) = blocks.first().map(|it| it.ssrc) else { continue };
        // 256,000 is 125 shifted by 11; 40 octets of headers for each packet.
        let limit = (11_u32 << 26) | (125 << 9) | 0x28;
        let mut bytes = vec![0x80 | 3, 205, 0, 4];
        for word in [by, 0, of, limit] {
            bytes.extend(word.to_be_bytes());
        }
        read.0.push(RtcpPacket::Other { packet_type: 205, bytes: bytes.into() });
        report.bytes = read.write();
    }
}

/// Where a report says who is in a mixture, it is the report of the first of them.
fn report_as_contributor(script: &mut Script) {
    let recorder = recorder(script);
    for report in script.reports.iter_mut().filter(|it| it.target.ip() == recorder) {
        let mut read = Compound::read(&report.bytes).unwrap();
        let contributor = read.chunks().nth(1).map(|it| it.ssrc);
        if let (Some(other), Some(RtcpPacket::SenderReport { ssrc, .. })) =
            (contributor, read.0.first_mut())
        {
            *ssrc = other;
        }
        report.bytes = read.write();
    }
}

/// The recorder wants to know who it is, and hears that, and of the call no more.
fn challenged(script: &mut Script) {
    let invite = places(script, "rs INVITE #1")[0];
    let again = script.messages[invite].clone();
    let text = again.text();
    let number: u32 = header(&text, "CSeq").split(' ').next().unwrap().parse().unwrap();
    let branch = between(&text, "branch=", "\r\n").split(';').next().unwrap().to_owned();
    let first = text
        .replace(&branch, "z9hG4bK-unknown")
        .replace(&format!("CSeq: {number} "), &format!("CSeq: {} ", number - 1));
    let [via, from, to, call] = ["Via", "From", "To", "Call-ID"].map(|it| header(&first, it));
    let shared = format!("Via: {via}\r\nFrom: {from}\r\nTo: {to};tag=who\r\nCall-ID: {call}\r\n");
    let answer = format!(
        "SIP/2.0 401 Unauthorized\r\n{shared}CSeq: {} INVITE\r\n\
         WWW-Authenticate: Digest realm=\"recorder\", nonce=\"1\"\r\nContent-Length: 0\r\n\r\n",
        number - 1
    );
    let target = first.lines().next().unwrap().replacen("INVITE", "ACK", 1);
    let thanks = format!(
        "{target}\r\n{shared}Max-Forwards: 70\r\nCSeq: {} ACK\r\nContent-Length: 0\r\n\r\n",
        number - 1
    );
    let begun = again.left.unwrap();
    let at = |millis| begun + Duration::from_millis(millis);
    let line = |text: String, (left, arrived): (u64, u64), is_back: bool| {
        let mut line =
            ScriptLine { left: Some(at(left)), arrived: Some(at(arrived)), ..again.clone() };
        if is_back {
            std::mem::swap(&mut line.packet.source, &mut line.packet.target);
        }
        line.set_text(text);
        line
    };
    let before =
        [line(first, (0, 3), false), line(answer, (3, 8), true), line(thanks, (8, 10), false)];
    let line = &mut script.messages[invite];
    line.left = Some(at(9));
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let sdp = body.find("v=0").unwrap();
    let end = sdp + body[sdp..].find("\r\n--").unwrap();
    let kind = format!("Content-Type: {}", header(head, "Content-Type"));
    let head = head.replacen(&kind, "Content-Type: application/sdp\r\nAuthorization: Digest username=\"a\", realm=\"recorder\", nonce=\"1\", uri=\"sip:recorder\", response=\"00\"", 1);
    line.set_text(measured(&format!("{head}\r\n\r\n{}", &body[sdp..end])));
    script.messages.splice(invite..invite, before);
}

/// Somebody who shows nothing asks for the sound of the first recording.
fn heard_by_anybody(script: &mut Script) {
    let recorder = recorder(script);
    let ends = (([192, 0, 2, 99], 40_000).into(), (recorder, 8_080).into());
    let line = |payload: &'static [u8], (source, target), at: u64| ScriptLine {
        left: Some(Instant::from_millis(at)),
        arrived: Some(Instant::from_millis(at + 5)),
        packet: Packet { transport: Transport::Http, source, target, payload: payload.into() },
    };
    let asked = b"GET /v1/audio/1001 HTTP/1.1\r\nHost: recorder\r\n\r\n";
    let given = b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 4\r\n\r\nRIFF";
    script.messages.push(line(asked, ends, 9_000));
    script.messages.push(line(given, (ends.1, ends.0), 9_010));
}
