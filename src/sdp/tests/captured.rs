//! What real systems said to each other: see `tests/data/sdp/README.md`.

use crate::sdp::Side::{Answerer, Offerer};
use crate::sdp::{Description, Problem, judge_answer, judge_grammar, judge_reoffer, negotiate};

fn read(body: &[u8]) -> Description {
    Description::parse(body).unwrap()
}

fn offer() -> Description {
    read(include_bytes!("../../../tests/data/sdp/opensips_offer.sdp"))
}

fn answer() -> Description {
    read(include_bytes!("../../../tests/data/sdp/pjsua_answer.sdp"))
}

fn pause() -> Description {
    read(include_bytes!("../../../tests/data/sdp/opensips_pause.sdp"))
}

fn paused() -> Description {
    read(include_bytes!("../../../tests/data/sdp/pjsua_pause.sdp"))
}

#[test]
fn a_real_recorder_takes_both_streams_of_a_real_client() {
    let streams = negotiate(&offer(), &answer(), Offerer);
    let found: Vec<_> = streams
        .iter()
        .flatten()
        .map(|it| (it.label.as_deref(), it.remote_rtp, it.remote_rtcp, it.may_send))
        .collect();
    let at = |port: u16| format!("127.0.0.1:{port}").parse().ok();
    let expected =
        [(Some("0"), at(47000), at(47001), true), (Some("1"), at(47002), at(47003), true)];
    assert_eq!(found, expected);
}

#[test]
fn a_real_pause_stops_both_streams_at_both_ends() {
    for side in [Offerer, Answerer] {
        let streams = negotiate(&pause(), &paused(), side);
        assert!(streams.iter().flatten().all(|it| !it.may_send && !it.may_receive));
        assert_eq!(streams.iter().flatten().count(), 2);
    }
}

#[test]
fn a_real_exchange_is_legal_but_for_a_version_that_stands_still() {
    for description in [offer(), answer(), pause(), paused()] {
        assert_eq!(judge_grammar(&description), []);
    }
    assert_eq!(judge_answer(&offer(), &answer()), []);
    assert_eq!(judge_answer(&pause(), &paused()), []);
    assert_eq!(judge_reoffer(&answer(), &paused()), []);
    let problem = Problem::ChangedUnderSameVersion { version: 0 };
    assert_eq!(judge_reoffer(&offer(), &pause()), [problem]);
}
