//! The exchanges of RFC 3264 section 10, with documentation addresses.

use super::description;
use crate::sdp::Side::{Answerer, Offerer};
use crate::sdp::{Description, judge_answer, judge_reoffer, negotiate};

fn alice(version: u64, lines: &[&str]) -> Description {
    said("alice", "192.0.2.1", version, lines)
}

fn bob(version: u64, lines: &[&str]) -> Description {
    said("bob", "192.0.2.2", version, lines)
}

fn said(name: &str, address: &str, version: u64, lines: &[&str]) -> Description {
    let origin = format!("o={name} 2890844526 {version} IN IP4 {address}");
    let connection = format!("c=IN IP4 {address}");
    description(&[&["v=0", &origin, "s=", &connection, "t=0 0"], lines].concat())
}

const ALICES_STREAMS: [&str; 6] = [
    "m=audio 49170 RTP/AVP 0",
    "a=rtpmap:0 PCMU/8000",
    "m=video 51372 RTP/AVP 31",
    "a=rtpmap:31 H261/90000",
    "m=video 53000 RTP/AVP 32",
    "a=rtpmap:32 MPV/90000",
];

/// Bob refuses the first video stream.
fn bobs_streams(audio_port: u16) -> [String; 5] {
    [
        &format!("m=audio {audio_port} RTP/AVP 0"),
        "a=rtpmap:0 PCMU/8000",
        "m=video 0 RTP/AVP 31",
        "m=video 53000 RTP/AVP 32",
        "a=rtpmap:32 MPV/90000",
    ]
    .map(ToOwned::to_owned)
}

fn borrowed(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

#[test]
fn basic_exchange() {
    let offer = alice(1, &ALICES_STREAMS);
    let answer = bob(1, &borrowed(&bobs_streams(49920)));
    assert_eq!(judge_answer(&offer, &answer), []);
    let streams = negotiate(&offer, &answer, Offerer);
    let targets: Vec<_> =
        streams.iter().map(|it| it.as_ref().and_then(|it| it.remote_rtp)).collect();
    let bob = |port: u16| format!("192.0.2.2:{port}").parse().ok();
    assert_eq!(targets, [bob(49920), None, bob(53000)]);
}

#[test]
fn bob_moves_a_stream_and_adds_one_for_events() {
    let events = ["m=audio 51434 RTP/AVP 110", "a=rtpmap:110 telephone-event/8000", "a=recvonly"];
    let before = bob(1, &borrowed(&bobs_streams(49920)));
    let offer = bob(2, &[&borrowed(&bobs_streams(65422))[..], &events].concat());
    assert_eq!(judge_reoffer(&before, &offer), []);

    let refused = ["m=video 0 RTP/AVP 31", "a=rtpmap:31 H261/90000"];
    let events = ["m=audio 53122 RTP/AVP 110", "a=rtpmap:110 telephone-event/8000", "a=sendonly"];
    let lines = [&ALICES_STREAMS[..2], &refused, &ALICES_STREAMS[4..], &events].concat();
    let answer = alice(2, &lines);
    assert_eq!(judge_answer(&offer, &answer), []);
    assert_eq!(judge_reoffer(&alice(1, &ALICES_STREAMS), &answer), []);

    let streams = negotiate(&offer, &answer, Answerer);
    let audio = streams[0].as_ref().unwrap();
    assert_eq!(audio.remote_rtp, "192.0.2.2:65422".parse().ok());
    assert_eq!(streams[1], None);
    let events = streams[3].as_ref().unwrap();
    assert!(events.may_send && !events.may_receive);
    assert_eq!(events.send.payload_type, 110);
}

#[test]
fn one_of_several_codecs_is_selected() {
    let codecs = ["a=rtpmap:0 PCMU/8000", "a=rtpmap:4 G723/8000", "a=rtpmap:18 G729/8000"];
    let inactive = ["a=inactive"];
    let offer = alice(1, &[&["m=audio 62986 RTP/AVP 0 4 18"], &codecs[..], &inactive].concat());
    let answer = bob(1, &[&["m=audio 54344 RTP/AVP 0 4"], &codecs[..2], &inactive].concat());
    assert_eq!(judge_answer(&offer, &answer), []);
    let stream = negotiate(&offer, &answer, Offerer)[0].clone().unwrap();
    assert!(!stream.may_send && !stream.may_receive);

    let locked = [codecs[1], "a=sendrecv"];
    let offer = alice(2, &[&["m=audio 62986 RTP/AVP 4"], &locked[..]].concat());
    let answer = bob(2, &[&["m=audio 54344 RTP/AVP 4"], &locked[..]].concat());
    assert_eq!(judge_answer(&offer, &answer), []);
    let stream = negotiate(&offer, &answer, Offerer)[0].clone().unwrap();
    assert!(stream.may_send && stream.may_receive);
    assert_eq!(stream.send.codec.to_string(), "G723/8000");
}
