//! Nothing that arrives panics, and whatever was offered, our answer is legal.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::telephone;
use crate::sdp::Direction::SendRecv;
use crate::sdp::{
    Description, Side, answer, judge_answer, judge_grammar, judge_reoffer, negotiate,
};

/// Everything that can be done to what somebody sent.
fn exercise(body: &[u8]) {
    let Ok(read) = Description::parse(body) else { return };
    judge_grammar(&read);
    let answered = answer(&read, &telephone(&[SendRecv; 4])).session.describe();
    assert_eq!(judge_answer(&read, &answered), [], "our answer is legal whatever is offered");
    negotiate(&read, &answered, Side::Offerer);
    negotiate(&answered, &read, Side::Offerer);
    judge_answer(&answered, &read);
    judge_reoffer(&answered, &read);
    for media in &read.media {
        let _ = (media.rtp_address(), media.rtcp_address(), media.is_held());
    }
}

const OFFER: &str = "v=0\r\no=BroadWorks 12345 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\n\
    b=AS:64\r\nt=0 0\r\na=record:on\r\nm=audio 30000 RTP/AVP 111 0 8 9 101\r\n\
    a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-15\r\na=ptime:20\r\na=maxptime:20\r\na=sendonly\r\na=label:1\r\n\
    m=audio 30002/2 RTP/SAVP 0\r\nc=IN IP6 2001:db8::1/3\r\na=rtcp:30005 IN IP4 0.0.0.0\r\n\
    a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA|2^20\r\na=rtcp-mux\r\na=inactive\r\n";

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_damaged_description_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..12),
    ) {
        let mut body = OFFER.as_bytes().to_vec();
        for (index, byte, kind) in changes {
            let at = index.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                2 => { body.remove(at); }
                _ => body.insert(at, b"\r\n=/ 0:9-"[usize::from(byte) % 9]),
            }
            if body.is_empty() { break }
        }
        exercise(&body);
    }

    #[test]
    fn arbitrary_lines_never_panic(lines in prop::collection::vec("[vosiuepcbtrzkam]=[ -~]{0,40}", 0..20)) {
        exercise(("v=0\r\n".to_owned() + &lines.join("\r\n")).as_bytes());
    }

    #[test]
    fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        exercise(&body);
    }
}

#[test]
fn the_undamaged_description_is_read() {
    assert_eq!(Description::parse(OFFER.as_bytes()).unwrap().media.len(), 2);
    exercise(OFFER.as_bytes());
}

#[test]
fn the_longest_offer_has_an_answer() {
    let stream = "m=audio 5000 RTP/AVP".to_owned() + &" 0".repeat(128) + "\r\n";
    exercise(("v=0\r\n".to_owned() + &stream.repeat(64)).as_bytes());
    let mut bytes = b"v=0\r\nm=audio 5000 RTP/AVP 0\r\na=fmtp:0 ".to_vec();
    bytes.resize(65_000, 0xFF);
    exercise(&bytes);
}
