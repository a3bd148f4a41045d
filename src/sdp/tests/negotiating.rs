//! What the two ends of an exchange make of it.

use std::time::Duration;

use super::{offer, reply};
use crate::sdp::Side::{Answerer, Offerer};
use crate::sdp::{Chosen, Codec, Description, Negotiated, Side, TelephoneEvent, negotiate};

fn first(offer: &Description, answer: &Description, side: Side) -> Negotiated {
    negotiate(offer, answer, side)[0].clone().expect("the stream was accepted")
}

fn payload_types(list: &[Chosen]) -> Vec<u8> {
    list.iter().map(|it| it.payload_type).collect()
}

#[test]
fn each_side_sends_under_the_numbers_that_the_other_gave() {
    let offer = offer(&[
        "m=audio 5000 RTP/AVP 96 0 97",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:97 telephone-event/8000",
    ]);
    let answer = reply(&[
        "m=audio 6000 RTP/AVP 0 111 101",
        "a=rtpmap:111 opus/48000/2",
        "a=rtpmap:101 telephone-event/8000",
    ]);
    let offerer = first(&offer, &answer, Offerer);
    assert_eq!(offerer.send, Chosen { payload_type: 0, codec: Codec::PCMU });
    assert_eq!(payload_types(&offerer.receive), [0, 96, 97]);
    assert_eq!(offerer.telephone_event, Some(TelephoneEvent { send: 101, receive: 97 }));

    let answerer = first(&offer, &answer, Answerer);
    assert_eq!(answerer.send, Chosen { payload_type: 96, codec: Codec::OPUS });
    assert_eq!(payload_types(&answerer.receive), [111, 0, 101]);
    assert_eq!(answerer.telephone_event, Some(TelephoneEvent { send: 97, receive: 101 }));
}

#[test]
fn both_sides_see_the_same_stream_from_its_two_ends() {
    let table = [
        ("sendrecv", "sendrecv", true, true),
        ("sendonly", "recvonly", true, false),
        ("recvonly", "sendonly", false, true),
        ("sendrecv", "recvonly", true, false),
        ("sendrecv", "inactive", false, false),
        ("inactive", "inactive", false, false),
        // Illegal, but seen: a pause that the recorder answers as if nothing had happened.
        ("inactive", "recvonly", false, false),
    ];
    for (offered, answered, forth, back) in table {
        let offer = offer(&["m=audio 5000 RTP/AVP 0", &format!("a={offered}")]);
        let answer = reply(&["m=audio 6000 RTP/AVP 0", &format!("a={answered}")]);
        let [here, there] = [Offerer, Answerer].map(|side| first(&offer, &answer, side));
        assert_eq!((here.may_send, here.may_receive), (forth, back), "{offered}/{answered}");
        assert_eq!((there.may_send, there.may_receive), (back, forth), "{offered}/{answered}");
    }
}

#[test]
fn nothing_is_sent_to_a_null_address_whatever_the_direction() {
    let offer = offer(&["m=audio 5000 RTP/AVP 0", "c=IN IP4 0.0.0.0"]);
    let answer = reply(&["m=audio 6000 RTP/AVP 0"]);
    let answerer = first(&offer, &answer, Answerer);
    assert!(!answerer.may_send && answerer.may_receive);
    assert_eq!((answerer.remote_rtp, answerer.remote_rtcp), (None, None));
    assert!(!first(&offer, &answer, Offerer).may_receive);
}

#[test]
fn rtcp_goes_on_while_media_does_not() {
    let offer = offer(&["m=audio 5000 RTP/AVP 0", "a=inactive"]);
    let answer = reply(&["m=audio 6000 RTP/AVP 0", "a=inactive"]);
    assert_eq!(first(&offer, &answer, Offerer).remote_rtcp, "192.0.2.2:6001".parse().ok());
}

#[test]
fn a_stream_that_is_refused_missing_or_without_common_codec_came_to_nothing() {
    let offer = offer(&[
        "m=audio 5000 RTP/AVP 0",
        "m=audio 5002 RTP/AVP 0",
        "m=audio 0 RTP/AVP 0",
        "m=audio 5006 RTP/AVP 0",
    ]);
    let answer =
        reply(&["m=audio 0 RTP/AVP 0", "m=audio 6002 RTP/AVP 8", "m=audio 6004 RTP/AVP 0"]);
    assert_eq!(negotiate(&offer, &answer, Offerer), [None, None, None, None]);
}

#[test]
fn the_label_is_the_offerers_or_else_the_answerers() {
    let label = |offered: &[&str], answered: &[&str]| {
        let offer = offer(&[&["m=audio 5000 RTP/AVP 0"], offered].concat());
        let answer = reply(&[&["m=audio 6000 RTP/AVP 0"], answered].concat());
        first(&offer, &answer, Answerer).label
    };
    assert_eq!(label(&["a=label:1"], &[]).as_deref(), Some("1"));
    assert_eq!(label(&["a=label:1"], &["a=label:x"]).as_deref(), Some("1"));
    assert_eq!(label(&[], &["a=label:x"]).as_deref(), Some("x"));
    assert_eq!(label(&[], &[]), None);
}

#[test]
fn packets_are_as_long_as_the_other_side_likes_and_never_longer_than_it_takes() {
    let ptime = |lines: &[&str]| {
        let offer = offer(&["m=audio 5000 RTP/AVP 0", "a=ptime:60"]);
        let answer = reply(&[&["m=audio 6000 RTP/AVP 0"], lines].concat());
        first(&offer, &answer, Offerer).ptime
    };
    assert_eq!(ptime(&[]), Duration::from_millis(20));
    assert_eq!(ptime(&["a=ptime:30"]), Duration::from_millis(30));
    assert_eq!(ptime(&["a=ptime:40", "a=maxptime:20"]), Duration::from_millis(20));
}

#[test]
fn events_run_on_the_clock_of_the_codec() {
    let events = ["a=rtpmap:107 telephone-event/48000", "a=rtpmap:101 telephone-event/8000"];
    let offer = offer(&[&["m=audio 5000 RTP/AVP 0 107 101"], &events[..]].concat());
    let answer = reply(&[&["m=audio 6000 RTP/AVP 0 107 101"], &events[..]].concat());
    let stream = first(&offer, &answer, Offerer);
    assert_eq!(stream.telephone_event, Some(TelephoneEvent { send: 101, receive: 101 }));
}
