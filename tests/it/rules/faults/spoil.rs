//! Changes that are more than a word in a message.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tallylight::evidence::{Flow, RtpSeen, Script, ScriptLine};
use tallylight::packet::{Packet, Transport};
use tallylight::time::Instant;

use super::super::edit::{Edit, put, rewrite, value};

/// Bob's leg has the Call-ID of Alice's.
pub fn one_call_id(script: &mut Script) {
    let alice = value(script, "INVITE Alice platform", "Call-ID");
    let bob = value(script, "INVITE platform Bob", "Call-ID");
    replace_everywhere(script, &bob, &alice);
}

/// The BYE to Bob has the branch of the INVITE to him.
pub fn one_branch(script: &mut Script) {
    let branch =
        |pick| value(script, pick, "Via").split(";branch=").nth(1).unwrap()[..23].to_owned();
    let (bye, invite) = (branch("BYE platform Bob"), branch("INVITE platform Bob"));
    replace_everywhere(script, &bye, &invite);
}

/// The key of one side is that of another.
pub fn one_key(script: &mut Script) {
    let key = |pick: &str| key_of(script, pick, 0);
    let (alice, bob) = (key("INVITE Alice platform"), key("200 INVITE Bob platform"));
    replace_everywhere(script, &bob, &alice);
}

/// Both streams to the recorder have one key.
pub fn one_key_for_both(script: &mut Script) {
    let key = |nth| key_of(script, "INVITE platform recorder", nth);
    let (first, second) = (key(0), key(1));
    replace_everywhere(script, &second, &first);
}

fn key_of(script: &Script, pick: &str, nth: usize) -> String {
    let call = value(script, pick, "Call-ID");
    let cseq = value(script, pick, "CSeq");
    let start = if pick.starts_with('2') { "SIP/2.0" } else { "INVITE" };
    let of = |line: &&ScriptLine| {
        let text = line.text();
        text.starts_with(start)
            && text.contains(&call)
            && text.contains(&cseq)
            && text.contains("inline:")
    };
    let text = script.messages.iter().find(of).unwrap().text();
    let key = text.split("inline:").nth(nth + 1).unwrap();
    key.lines().next().unwrap().to_owned()
}

fn replace_everywhere(script: &mut Script, from: &str, to: &str) {
    for line in &mut script.messages {
        rewrite(line, |text| text.replace(from, to));
    }
}

/// The platform sends the recorder nothing.
pub fn nothing_to_the_recorder(script: &mut Script) {
    let recorder: std::net::IpAddr = [203, 0, 113, 10].into();
    script.flows.retain(|flow| flow.target.ip() != recorder);
    script.reports.retain(|it| it.target.ip() != recorder && it.source.ip() != recorder);
}

/// The metadata stands before the description.
pub fn metadata_first(script: &mut Script) {
    for line in &mut script.messages {
        if !line.text().contains("Content-Type: multipart/mixed") {
            continue;
        }
        rewrite(line, |text| {
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let boundary = body.lines().next().unwrap();
            let parts: Vec<_> = body.split(boundary).collect();
            let [_, sdp, metadata, _] = parts[..] else { panic!("{} parts", parts.len()) };
            format!("{head}\r\n\r\n{boundary}{metadata}{boundary}{sdp}{boundary}--\r\n")
        });
    }
}

/// The platform answers an UPDATE with a description.
pub fn answer_the_update(script: &mut Script) {
    Edit::Reply(
        "UPDATE Alice platform",
        1,
        "200 OK",
        "Contact: <sip:platform@198.51.100.10:5060>\r\n",
    )
    .apply(script);
}

/// The platform ends the recording while the call is on hold.
pub fn end_while_held(script: &mut Script) {
    let turn = &[("ACK sip", "BYE sip"), ("2 ACK", "3 BYE"), ("z9hG4bK", "z9hG4bKbye")];
    Edit::Again("ACK platform recorder 2", 500, turn).apply(script);
    Edit::Reply("BYE platform recorder", 1, "200 OK", "").apply(script);
    let at = Instant::from_millis(3_600);
    script
        .flows
        .iter_mut()
        .filter(|flow| flow.target.ip() == std::net::IpAddr::from([203, 0, 113, 10]))
        .for_each(|flow| {
            flow.sent.retain(|packet| packet.at < at);
            flow.received.retain(|packet| packet.at < at);
        });
}

/// The platform says nothing more once it was refused the third time that it asked.
pub fn the_platform_dies(script: &mut Script) {
    let platform: std::net::IpAddr = [198, 51, 100, 10].into();
    let refusal = script.messages.iter().find(|line| line.text().starts_with("SIP/2.0 500"));
    let at = refusal.unwrap().left.unwrap();
    script.messages.retain(|line| {
        line.packet.source.ip() != platform || line.left.is_none_or(|left| left < at)
    });
    script.flows.retain_mut(|flow| {
        flow.sent.retain(|packet| packet.at < at);
        flow.received.retain(|packet| packet.at < at);
        !flow.sent.is_empty()
    });
    script.reports.clear();
    let mut last =
        script.messages.iter().find(|it| it.text().starts_with("REGISTER")).unwrap().clone();
    let late = at + Duration::from_secs(40);
    (last.left, last.arrived) = (Some(late), Some(late + Duration::from_millis(5)));
    rewrite(&mut last, |text| {
        text.replace("1 REGISTER", "2 REGISTER").replace("z9hG4bK", "z9hG4bKlate")
    });
    put(script, last);
}

/// Alice sends something to the platform's port for media that begins with a 3 as a version.
pub fn version_three(script: &mut Script) {
    let flow = flow(script, [192, 0, 2, 10]);
    let (source, target, at) = (flow.source, flow.target, flow.sent[50].at);
    let mut payload = vec![0xC0, 0, 0, 1];
    payload.extend([7; 168]);
    let packet = Packet { transport: Transport::Udp, source, target, payload: payload.into() };
    let arrived = Some(at + Duration::from_millis(5));
    put(script, ScriptLine { left: Some(at), arrived, packet });
}

/// The flow of somebody to the platform.
pub fn flow(script: &mut Script, from: [u8; 4]) -> &mut Flow {
    let from: std::net::IpAddr = from.into();
    let flow = script.flows.iter_mut().find(|flow| flow.source.ip() == from);
    flow.expect("they speak")
}

/// Changes the packets of somebody from the hundredth on, or of a kind, as they left and as they
/// arrived.
fn packets(script: &mut Script, from: [u8; 4], change: impl Fn(&mut RtpSeen)) {
    let flow = flow(script, from);
    flow.sent.iter_mut().for_each(&change);
    flow.received.iter_mut().for_each(&change);
}

const ALICE: [u8; 4] = [192, 0, 2, 10];
const BOB: [u8; 4] = [192, 0, 2, 11];

fn later(script: &mut Script, change: impl Fn(&mut RtpSeen)) {
    let from = flow(script, ALICE).sent[100].sequence;
    packets(script, ALICE, |packet| {
        if packet.sequence.wrapping_sub(from) < 1 << 15 {
            change(packet);
        }
    });
}

pub fn skip_a_number(script: &mut Script) {
    later(script, |packet| packet.sequence = packet.sequence.wrapping_add(1));
}

pub fn turn_time_back(script: &mut Script) {
    later(script, |packet| packet.timestamp = packet.timestamp.wrapping_sub(16_000));
}

pub fn numbers_again(script: &mut Script) {
    later(script, |packet| packet.sequence = packet.sequence.wrapping_sub(50));
}

/// Alice's clock runs twice as fast.
pub fn hurry(script: &mut Script) {
    let start = flow(script, ALICE).sent[0].timestamp;
    packets(script, ALICE, |packet| {
        packet.timestamp = start.wrapping_add(2 * packet.timestamp.wrapping_sub(start));
    });
    let own = |report: &tallylight::evidence::ReportSeen| {
        report.source.ip() != std::net::IpAddr::from(ALICE)
    };
    script.reports.retain(own);
}

/// Alice sends half as many packets, each twice as long.
pub fn long_packets(script: &mut Script) {
    let flow = flow(script, ALICE);
    let start = flow.sent[0].sequence;
    for list in [&mut flow.sent, &mut flow.received] {
        list.retain(|packet| packet.sequence.wrapping_sub(start).is_multiple_of(2));
        for packet in list {
            packet.sequence = start.wrapping_add(packet.sequence.wrapping_sub(start) / 2);
        }
    }
    script.reports.retain(|report| report.source.ip() != std::net::IpAddr::from(ALICE));
}

pub fn events_aside(script: &mut Script) {
    packets(script, BOB, |packet| {
        if packet.payload_type == 101 {
            packet.timestamp = packet.timestamp.wrapping_sub(80_000);
        }
    });
}

pub fn events_unmarked(script: &mut Script) {
    packets(script, BOB, |packet| packet.marker &= packet.payload_type != 101);
}

/// Changes the last report of Alice's, as it left and as it arrived.
fn last_report(script: &mut Script, change: impl Fn(&mut Vec<u8>)) {
    let own = |it: &&mut tallylight::evidence::ReportSeen| {
        it.source.ip() == std::net::IpAddr::from(ALICE) && it.bytes[1] == 200
    };
    let last = script.reports.iter_mut().filter(own).last().expect("she reports").bytes.clone();
    for report in script.reports.iter_mut().filter(|it| it.bytes == last) {
        if report.source.ip() != std::net::IpAddr::from(ALICE) {
            continue;
        }
        let mut bytes = report.bytes.to_vec();
        change(&mut bytes);
        report.bytes = bytes.into();
    }
}

fn first_length(bytes: &[u8]) -> usize {
    4 * (usize::from(u16::from_be_bytes([bytes[2], bytes[3]])) + 1)
}

pub fn report_nobody(script: &mut Script) {
    last_report(script, |bytes| bytes.truncate(first_length(bytes)));
}

pub fn count_wrong(script: &mut Script) {
    last_report(script, |bytes| bytes[22] = bytes[22].wrapping_add(1));
}

pub fn rename_a_source(script: &mut Script) {
    last_report(script, |bytes| {
        let text = first_length(bytes) + 10;
        bytes[text] ^= 1;
    });
}

/// Everybody waits for twenty seconds more while the call is on hold, and reports nothing.
pub fn a_long_silence(script: &mut Script) {
    let from = Instant::from_millis(3_500);
    let more = Duration::from_secs(20);
    let move_on = |at: &mut Instant| {
        if *at > from {
            *at += more;
        }
    };
    for line in &mut script.messages {
        line.left.iter_mut().for_each(move_on);
        line.arrived.iter_mut().for_each(move_on);
    }
    for packet in script.flows.iter_mut().flat_map(|it| it.sent.iter_mut().chain(&mut it.received))
    {
        if packet.at > from {
            packet.at += more;
            packet.timestamp = packet.timestamp.wrapping_add(160_000);
        }
    }
    // One report of everybody's before, and none after.
    let mut known = Vec::new();
    script.reports.retain_mut(|report| {
        let is_first =
            !known.contains(&(report.source, report.side == tallylight::evidence::Side::Sent));
        known.push((report.source, report.side == tallylight::evidence::Side::Sent));
        report.at = Instant::from_millis(2_900);
        is_first
    });
    // Somebody is still there afterwards.
    Edit::Again("REGISTER Alice platform", 30_000, super::OPTIONS).apply(script);
    Edit::Reply("OPTIONS Alice platform", 1, "200 OK", super::LISTED).apply(script);
}

/// The platform sends the recorder a third stream, of which nobody spoke.
pub fn stray_media(script: &mut Script) {
    let recorder: std::net::IpAddr = [203, 0, 113, 10].into();
    let flow = script.flows.iter().find(|flow| flow.target.ip() == recorder).unwrap();
    let mut stray = flow.clone();
    stray.target.set_port(45_000);
    script.flows.push(stray);
}

/// Every stream is in secret, and every side of every stream has a key of its own.
pub fn with_keys(script: &mut Script) {
    for line in &mut script.messages {
        let text = line.text();
        let Some(call) = text.lines().find(|line| line.starts_with("Call-ID")) else { continue };
        let (call, source) = (call.to_owned(), line.packet.source.ip());
        rewrite(line, |text| {
            let text = text.replace("RTP/AVP", "RTP/SAVP");
            let mut streams = text.split("a=ptime:20\r\n");
            let mut out = streams.next().unwrap_or_default().to_owned();
            for (number, rest) in streams.enumerate() {
                let seed = format!("{call}{source}{number}");
                let mut key = [0_u8; 30];
                for (place, byte) in seed.bytes().enumerate() {
                    key[place % 30] = key[place % 30].wrapping_mul(31).wrapping_add(byte);
                }
                let key = STANDARD.encode(key);
                let suite = "AES_CM_128_HMAC_SHA1_80";
                out.push_str("a=ptime:20\r\n");
                out.push_str(&["a=crypto:1 ", suite, " inline:", &key, "\r\n", rest].concat());
            }
            out
        });
    }
}

/// Every report has an index and a seal.
pub fn with_seals(script: &mut Script) {
    for report in &mut script.reports {
        report.bytes = [&report.bytes[..], &[0x80, 0, 0, 1], &[9; 10]].concat().into();
    }
}

/// The recorder asks for a pause, the platform agrees, and goes on.
pub fn the_recorder_pauses(script: &mut Script) {
    let text_of = |start: &str, has: &str| {
        let found = script
            .messages
            .iter()
            .find(|line| line.text().starts_with(start) && line.text().contains(has));
        found.unwrap().text()
    };
    let answer = text_of("SIP/2.0 200", "o=recorder");
    let offer = text_of("INVITE", "o=tallylight");
    let paused = |text: &str, direction: &str| {
        let start = text.find("v=0").unwrap();
        let end = text[start..].find("\r\n\r\n").map_or(text.len(), |end| start + end + 2);
        let sdp = text[start..end].replace(direction, "a=inactive");
        sdp.replacen(" 1 IN IP4", " 2 IN IP4", 1)
    };
    let (theirs, ours) = (paused(&answer, "a=recvonly"), paused(&offer, "a=sendonly"));
    let knows = "Content-Type: application/sdp\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nSupported: timer\r\n";
    Edit::Ask("200 INVITE recorder platform", 3_000, "INVITE", knows).apply(script);
    let contact = "Contact: <sip:platform@198.51.100.10:5060;transport=tcp>\r\nContent-Type: application/sdp\r\n";
    Edit::Reply("INVITE recorder platform", 5, "200 OK", contact).apply(script);
    let with = |line: &mut ScriptLine, body: &str| rewrite(line, |text| format!("{text}{body}"));
    for line in &mut script.messages {
        if line.text().contains("z9hG4bKaskedINVITE") {
            with(line, if line.text().starts_with("SIP") { &ours } else { &theirs });
        }
    }
    Edit::Ask("200 INVITE recorder platform", 3_030, "ACK", "").apply(script);
}

/// The recorder answers over a connection of its own.
pub fn another_connection(script: &mut Script) {
    for line in &mut script.messages {
        let text = line.text();
        if text.starts_with("SIP/2.0")
            && text.contains(" BYE\r\n")
            && line.packet.transport == Transport::Tcp
        {
            line.packet.target.set_port(line.packet.target.port() ^ 1);
        }
    }
}

/// Whoever mixes sends under the number of one of those whom they mix, reports too.
pub fn borrow_a_number(script: &mut Script) {
    let flow = script.flows.iter_mut().find(|it| it.over_sent.contributors.len() > 1).unwrap();
    let list = flow.over_sent.contributors.last().unwrap();
    let (own, borrowed) = (list.ssrc, list.csrcs[0]);
    let change = |ssrc: &mut u32| *ssrc = if *ssrc == own { borrowed } else { *ssrc };
    for packet in flow.sent.iter_mut().chain(&mut flow.received) {
        change(&mut packet.ssrc);
    }
    for over in [&mut flow.over_sent, &mut flow.over_received] {
        over.contributors.iter_mut().for_each(|it| change(&mut it.ssrc));
    }
}
