//! Answers: each offered stream in its place, taken or refused.

use std::time::Duration;

use super::{description, offer, telephone};
use crate::sdp::Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
use crate::sdp::{Answer, Capabilities, Codec, Description, Direction, Hold, Preference, Slot};
use crate::sdp::{answer, judge_answer};

/// The answer as text from the first `m=` on, and a proof that it is legal.
fn lines(offer: &Description, capabilities: &Capabilities) -> Vec<String> {
    let answer = answer(offer, capabilities).session;
    assert_eq!(judge_answer(offer, &answer.describe()), []);
    let text = String::from_utf8(answer.to_bytes()).unwrap();
    text.lines().skip_while(|line| !line.starts_with("m=")).map(str::to_owned).collect()
}

fn m_lines(offer: &Description, capabilities: &Capabilities) -> Vec<String> {
    lines(offer, capabilities).into_iter().filter(|line| line.starts_with("m=")).collect()
}

#[test]
fn every_offered_stream_is_answered_in_its_place() {
    let offer = offer(&[
        "m=video 5000 RTP/AVP 31",
        "m=audio 5002 RTP/AVP 8 0",
        "m=image 5004 udptl t38",
        "m=audio 0 RTP/AVP 0",
        "m=audio 5006 RTP/SAVP 0",
        "m=audio 5008 RTP/AVP 97",
        "a=rtpmap:97 iLBC/8000",
        "m=audio 5010 RTP/AVP 0",
        "m=audio 5012 RTP/AVP 0",
    ]);
    let answered = m_lines(&offer, &telephone(&[SendRecv; 7]));
    assert_eq!(
        answered,
        [
            "m=video 0 RTP/AVP 31",
            "m=audio 40002 RTP/AVP 8 0",
            "m=image 0 udptl t38",
            "m=audio 0 RTP/AVP 0",
            "m=audio 0 RTP/SAVP 0",
            "m=audio 0 RTP/AVP 97",
            "m=audio 40012 RTP/AVP 0",
            "m=audio 0 RTP/AVP 0",
        ],
        "the last has no slot"
    );
}

#[test]
fn an_offer_without_streams_is_answered_without_streams() {
    let Answer { session, is_refusal, .. } = answer(&offer(&[]), &telephone(&[SendRecv]));
    assert!(session.media.is_empty() && !is_refusal);
}

#[test]
fn an_offer_of_which_nothing_can_be_taken_is_refused_as_a_whole() {
    let refused = |lines: &[&str]| answer(&offer(lines), &telephone(&[SendRecv])).is_refusal;
    assert!(refused(&["m=video 5000 RTP/AVP 31"]));
    assert!(!refused(&["m=video 5000 RTP/AVP 31", "m=audio 0 RTP/AVP 0"][1..]), "only removed");
    assert!(!refused(&["m=audio 5000 RTP/AVP 0"]));
}

#[test]
fn the_offerers_order_is_kept_unless_the_answerer_prefers_its_own() {
    let offer = offer(&["m=audio 5000 RTP/AVP 101 8 9 0", "a=rtpmap:101 telephone-event/8000"]);
    let phone = telephone(&[SendRecv]);
    assert_eq!(m_lines(&offer, &phone), ["m=audio 40000 RTP/AVP 101 8 0"]);
    let wilful = Capabilities { preference: Preference::Own, ..phone };
    assert_eq!(m_lines(&offer, &wilful), ["m=audio 40000 RTP/AVP 0 8 101"]);
}

#[test]
fn dynamic_payload_types_keep_the_offerers_numbers() {
    let offer = offer(&[
        "m=audio 5000 RTP/AVP 115 96 120 121",
        "a=rtpmap:115 OPUS/48000/2",
        "a=fmtp:115 useinbandfec=1",
        "a=rtpmap:96 pcmu/8000",
        "a=rtpmap:120 telephone-event/8000",
        "a=fmtp:120 0-16",
        "a=rtpmap:121 telephone-event/48000",
    ]);
    let codecs = vec![Codec::OPUS, Codec::PCMU, Codec::TELEPHONE_EVENT];
    let phone = Capabilities { codecs, ptime: None, ..telephone(&[SendRecv]) };
    assert_eq!(
        lines(&offer, &phone),
        [
            "m=audio 40000 RTP/AVP 115 96 120",
            "a=rtpmap:115 OPUS/48000/2",
            "a=rtpmap:96 pcmu/8000",
            "a=rtpmap:120 telephone-event/8000",
            "a=fmtp:120 0-15",
            "a=sendrecv",
        ]
    );
}

#[test]
fn events_alone_are_no_conversation() {
    let events = ["a=rtpmap:101 telephone-event/8000", "a=rtpmap:97 iLBC/8000"];
    let with_codec = offer(&[&["m=audio 5000 RTP/AVP 97 101"], &events[..]].concat());
    assert_eq!(m_lines(&with_codec, &telephone(&[SendRecv])), ["m=audio 0 RTP/AVP 97"]);
    // Yet a stream may be for events and nothing else: RFC 3264 section 10.1.
    let alone = offer(&[&["m=audio 5000 RTP/AVP 101"], &events[..1]].concat());
    assert_eq!(m_lines(&alone, &telephone(&[SendRecv])), ["m=audio 40000 RTP/AVP 101"]);
}

#[test]
fn the_direction_is_the_wish_as_far_as_the_offer_and_a_hold_allow_it() {
    let table = [
        (SendRecv, SendRecv, None, SendRecv),
        (SendOnly, SendRecv, None, RecvOnly),
        (RecvOnly, SendRecv, None, SendOnly),
        (Inactive, SendRecv, None, Inactive),
        (SendOnly, Inactive, None, Inactive),
        (SendRecv, RecvOnly, None, RecvOnly),
        (SendRecv, SendRecv, Some(Hold::SendOnly), SendOnly),
        (SendOnly, SendRecv, Some(Hold::SendOnly), Inactive),
        (SendRecv, SendRecv, Some(Hold::Inactive), Inactive),
    ];
    for (offered, wish, hold, expected) in table {
        let offer = offer(&["m=audio 5000 RTP/AVP 0", &format!("a={offered}")]);
        let slot = Slot { hold, ..Slot::open(40000, wish) };
        let phone = Capabilities { slots: vec![slot], ..telephone(&[]) };
        let answered: Direction = answer(&offer, &phone).session.describe().media[0].direction;
        assert_eq!(answered, expected, "{offered} answered by {wish} on hold {hold:?}");
    }
}

#[test]
fn an_answer_invents_no_label() {
    let offer = offer(&["m=audio 5000 RTP/AVP 0", "a=sendonly", "a=label:1"]);
    let mut recorder = telephone(&[RecvOnly]);
    assert_eq!(answer(&offer, &recorder).session.media[0].label, None);
    recorder.slots[0].label = Some("1".into());
    assert_eq!(answer(&offer, &recorder).session.media[0].label.as_deref(), Some("1"));
}

#[test]
fn the_time_is_that_of_the_offer() {
    let head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1"];
    let offer = description(&[&head[..], &["t=3000000000 0", "m=audio 1000 RTP/AVP 0"]].concat());
    let answer = answer(&offer, &telephone(&[SendRecv])).session.describe();
    assert_eq!(answer.times, offer.times);
}

#[test]
fn rtcp_shares_a_port_only_if_both_want_it() {
    let offer = offer(&["m=audio 5000 RTP/AVP 0", "a=rtcp-mux"]);
    let shy = telephone(&[SendRecv]);
    let open = Capabilities { rtcp_mux: true, ..shy.clone() };
    assert!(!answer(&offer, &shy).session.media[0].rtcp_mux);
    let answer = answer(&offer, &open);
    assert!(answer.session.media[0].rtcp_mux);
    let stream = answer.negotiated[0].as_ref().unwrap();
    assert_eq!(stream.remote_rtcp, stream.remote_rtp);
}

#[test]
fn a_group_is_not_answered() {
    let offer = offer(&["m=audio 5000 RTP/AVP 0", "c=IN IP4 233.252.0.1/127"]);
    assert!(answer(&offer, &telephone(&[SendRecv])).is_refusal);
}

#[test]
fn the_answerer_says_what_packets_it_would_like() {
    let offer = offer(&["m=audio 5000 RTP/AVP 0", "a=ptime:30"]);
    let answer = answer(&offer, &telephone(&[SendRecv]));
    assert_eq!(answer.session.media[0].ptime, Some(Duration::from_millis(20)));
    assert_eq!(answer.negotiated[0].as_ref().unwrap().ptime, Duration::from_millis(30));
}
