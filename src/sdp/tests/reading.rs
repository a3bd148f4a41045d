//! Descriptions as they come from the field.

use std::time::Duration;

use super::{description, offer};
use crate::sdp::{Codec, Description, Direction, Kind, Malformed, Record, RecordPreference};

#[test]
fn a_stream_tells_its_formats_by_number_by_rtpmap_and_by_fmtp() {
    let media = &offer(&[
        "m=audio 30000 RTP/AVP 111 0 8 9 18 101 96",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 useinbandfec=1",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
    ])
    .media[0];
    let codecs: Vec<_> =
        media.formats.iter().map(|it| it.codec.as_ref().map(ToString::to_string)).collect();
    let codecs: Vec<_> = codecs.iter().map(|it| it.as_deref().unwrap_or("?")).collect();
    let expected = [
        "opus/48000/2",
        "PCMU/8000",
        "PCMA/8000",
        "G722/8000",
        "G729/8000",
        "telephone-event/8000",
        "?",
    ];
    assert_eq!(codecs, expected);
    assert_eq!(media.formats[0].parameters.as_deref(), Some("useinbandfec=1"));
    assert_eq!(media.formats[5].payload_type(), Some(101));
}

#[test]
fn an_rtpmap_overrules_the_static_table() {
    let media = &offer(&["m=audio 30000 RTP/AVP 18", "a=rtpmap:18 PCMU/8000"]).media[0];
    assert!(media.formats[0].is(&Codec::PCMU));
}

#[test]
fn numbers_are_no_payload_types_where_the_medium_is_not_rtp() {
    let media = &offer(&["m=application 9 UDP/DTLS/SCTP 0", "m=image 4000 udptl t38"]).media;
    assert_eq!(media[0].kind, Kind::Other("application".into()));
    assert_eq!(media[0].formats[0].codec, None);
    assert_eq!(media[1].formats[0].name, "t38");
}

#[test]
fn what_a_stream_says_wins_over_what_the_session_says() {
    let read = description(&[
        "v=0",
        "o=- 1 1 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "a=sendonly",
        "a=record:on",
        "a=recordpref:off",
        "m=audio 30000 RTP/AVP 0",
        "m=audio 30002 RTP/AVP 0",
        "c=IN IP4 198.51.100.7",
        "a=inactive",
        "a=record:paused",
        "a=recordpref:pause",
    ]);
    let [first, second] = &read.media[..] else { panic!("two streams") };
    assert_eq!((first.direction, second.direction), (Direction::SendOnly, Direction::Inactive));
    assert_eq!((first.record, second.record), (Some(Record::On), Some(Record::Paused)));
    let preferences = (first.record_preference, second.record_preference);
    assert_eq!(preferences, (Some(RecordPreference::Off), Some(RecordPreference::Pause)));
    assert_eq!(first.rtp_address(), "192.0.2.1:30000".parse().ok());
    assert_eq!(second.rtp_address(), "198.51.100.7:30002".parse().ok());
}

#[test]
fn without_a_word_about_direction_media_flows_both_ways() {
    assert_eq!(offer(&["m=audio 30000 RTP/AVP 0"]).media[0].direction, Direction::SendRecv);
}

#[test]
fn rtcp_goes_to_the_next_port_or_where_it_is_said() {
    let media = &offer(&[
        "m=audio 30000 RTP/AVP 0",
        "m=audio 30002 RTP/AVP 0",
        "a=rtcp:53020",
        "m=audio 30004 RTP/AVP 0",
        "a=rtcp:53022 IN IP6 2001:db8::9",
        "a=rtcp-mux",
        "m=audio 65535 RTP/AVP 0",
    ])
    .media;
    let to = |text: &str| text.parse().ok();
    assert_eq!(media[0].rtcp_address(), to("192.0.2.1:30001"));
    assert_eq!(media[1].rtcp_address(), to("192.0.2.1:53020"));
    assert_eq!(media[2].rtcp_address(), to("[2001:db8::9]:53022"));
    assert_eq!(media[3].rtcp_address(), None, "there is no port above the last");
    assert!(media[2].rtcp_mux && !media[1].rtcp_mux);
}

#[test]
fn a_hold_is_seen_in_the_new_way_and_in_the_old() {
    let is_held = |lines: &[&str]| {
        let read = offer(&[&["m=audio 30000 RTP/AVP 0"], lines].concat());
        read.media[0].is_held()
    };
    assert!(is_held(&["a=sendonly"]));
    assert!(is_held(&["a=inactive"]));
    assert!(is_held(&["c=IN IP4 0.0.0.0"]));
    assert!(is_held(&["c=IN IP6 nowhere.invalid"]));
    assert!(!is_held(&["a=recvonly"]));
    assert!(!is_held(&[]));
}

#[test]
fn what_has_a_strange_line_is_read_and_not_understood() {
    let body =
        |line: &str| format!("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n{line}\r\n");
    let strange = body("q=1");
    assert_eq!(Description::parse(strange.as_bytes()).unwrap().strange_letter(), Some('q'));
    let why = Description::understand(strange.as_bytes()).unwrap_err();
    assert_eq!(why, Malformed::StrangeLetter { letter: 'q' });
    assert!(Description::understand(body("a=q").as_bytes()).is_ok());
}

#[test]
fn nothing_can_be_sent_to_a_null_address() {
    let media = &offer(&["m=audio 30000 RTP/AVP 0", "c=IN IP4 0.0.0.0"]).media[0];
    assert_eq!((media.rtp_address(), media.rtcp_address()), (None, None));
}

#[test]
fn a_label_names_a_stream() {
    let read = offer(&[
        "m=audio 1000 RTP/AVP 0",
        "a=label:a_leg",
        "m=audio 1002 RTP/AVP 0",
        "a=label:16777227",
    ]);
    assert_eq!(read.labelled("16777227").map(|it| it.port), Some(1002));
    assert_eq!(read.labelled("1"), None);
}

#[test]
fn packet_times_are_positive_and_sane() {
    let ptime = |value: &str| {
        offer(&["m=audio 1000 RTP/AVP 0", &format!("a=ptime:{value}")]).media[0].ptime
    };
    assert_eq!(ptime("20"), Some(Duration::from_millis(20)));
    assert_eq!(ptime("2.5"), Some(Duration::from_micros(2_500)));
    for value in ["0", "-20", "", "x", "1e3", "99999999", "NaN", "inf", "."] {
        assert_eq!(ptime(value), None, "{value}");
    }
}

#[test]
fn every_attribute_is_kept_in_order() {
    let media = &offer(&[
        "m=audio 30000 RTP/SAVP 0",
        "a=x-unheard-of: of: course ",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA",
        "a=flag",
        "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:BBBB",
    ])
    .media[0];
    let names: Vec<_> = media.attributes.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["x-unheard-of", "crypto", "flag", "crypto"]);
    assert_eq!(media.attributes[0].value.as_deref(), Some(" of: course "));
    let crypto: Vec<_> = media.crypto().collect();
    assert_eq!(crypto[1], "2 AES_CM_128_HMAC_SHA1_32 inline:BBBB");
}

#[test]
fn the_bytes_are_kept_as_they_came() {
    let body = b"v=0\ns=Caf\xe9\nq=what\nm=audio 1 x/y *\na=z\n\n";
    assert_eq!(Description::parse(body).unwrap().as_bytes(), body);
}

#[test]
fn what_the_field_leaves_out_or_mixes_up_is_forgiven() {
    let bodies: [&[&str]; 6] = [
        &["v=0", "o=- 1 1 IN IP4 192.0.2.1", "c=IN IP4 192.0.2.1", "m=audio 1000 RTP/AVP 0"],
        &["v=0", "m=audio 1000 RTP/AVP 0"],
        &["v=0", "s=-", "o=- 1 1 IN IP4 192.0.2.1", "a=x", "t=0 0", "m=audio 1000 TCP/FOO/BAR 0"],
        &["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=", "t=0 0", "m=audio 1000 RTP/AVP 0"],
        &["v=0", "o=some-vendor x1 1 IN IP4 host", "t=0 0", "m=audio 1000/2 RTP/AVP 0"],
        &["v=0", "b=FOO:1", "m=audio 1000 RTP/AVP 0", "k=prompt", "b=X-Y:1"],
    ];
    for body in bodies {
        assert_eq!(description(body).media[0].port, 1000, "{body:?}");
    }
    assert_eq!(description(bodies[1]).origin, None);
}

#[test]
fn a_body_that_is_no_description_says_why() {
    let refused = |body: &[u8]| Description::parse(body).unwrap_err().to_string();
    assert_eq!(refused(b""), "parse SDP: no version line");
    assert_eq!(
        refused(b"v=0\r\nm=audio 70000 RTP/AVP 0\r\n"),
        "parse SDP: invalid field formatting in line 2 at Media port"
    );
    assert!(refused(b"<?xml version='1.0'?>").starts_with("parse SDP: "));
}

#[test]
fn a_description_has_bounds() {
    let long = vec![b'a'; 64 * 1024 + 1];
    assert_eq!(Description::parse(&long), Err(Malformed::TooLong { length: long.len() }));
    let streams = "v=0\r\n".to_owned() + &"m=audio 1000 RTP/AVP 0\r\n".repeat(65);
    let refused = Description::parse(streams.as_bytes());
    assert_eq!(refused, Err(Malformed::TooManyMedia { count: 65 }));
    let formats = "v=0\r\nm=audio 1000 RTP/AVP".to_owned() + &" 0".repeat(129) + "\r\n";
    let refused = Description::parse(formats.as_bytes());
    assert_eq!(refused, Err(Malformed::TooManyFormats { index: 0, count: 129 }));
}
