//! Both ends of a recording session want a change at once (RFC 3261 section 14.1), and each
//! description that differs from the last has the next version (RFC 3264 section 8).

use std::net::IpAddr;

use tallylight::role::Command;
use tallylight::sip::{Message, Method};

use super::{both, recorded};
use crate::bench::{BOB_AT, Bench, RECORDER_AT, sdp_of, title};

/// The descriptions that the platform sent the recorder, copies left out.
fn told(bench: &mut Bench) -> Vec<String> {
    let tape = bench.tape.take().unwrap_or_default();
    let to_recorder = tape.iter().filter(|(_, packet)| {
        packet.source.port() == 5_060 && packet.target.ip() == IpAddr::from(RECORDER_AT)
    });
    let messages = to_recorder.filter_map(|(_, packet)| Message::parse(&packet.payload).ok());
    let texts = messages.filter(|message| !message.body.is_empty()).map(|it| sdp_of(&it));
    texts.filter(|text| !text.is_empty()).collect()
}

fn version(text: &str) -> u32 {
    let origin = text.lines().find(|line| line.starts_with("o=")).unwrap();
    origin.split(' ').nth(2).unwrap().parse().unwrap()
}

fn without_origin(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("o=")).collect()
}

fn assert_versions_follow(texts: &[String]) {
    for pair in texts.windows(2) {
        let [last, next] = pair else { continue };
        let step = u32::from(without_origin(last) != without_origin(next));
        assert_eq!(version(next), version(last) + step, "{last}\n{next}");
    }
}

#[test]
fn a_change_that_was_crossed_is_told_anew_as_things_are_then() {
    let (mut bench, mut recorder) = recorded();
    bench.tape = Some(Vec::new());
    bench.tell(BOB_AT, Command::Hold);
    bench.pass(20);
    let change = bench.await_method(RECORDER_AT, &Method::Invite);
    recorder.respond(&mut bench, &change, 491, &[]);
    bench.pass(20);
    recorder.request(&mut bench, "INVITE", "", "application/sdp", &both("inactive", 2));
    bench.pass(20);
    let answer = bench.await_method(RECORDER_AT, &Method::Invite);
    assert_eq!(title(&answer), "200 (INVITE)", "{}", title(&answer));
    recorder.acknowledge_last(&mut bench);
    bench.pass(5_000);
    let again = bench.await_method(RECORDER_AT, &Method::Invite);
    assert!(again.is_request(), "{}", title(&again));
    let texts = told(&mut bench);
    assert!(texts.len() >= 3, "{texts:?}");
    assert_versions_follow(&texts);
}

#[test]
fn a_change_after_a_refused_one_has_a_version_of_its_own() {
    let (mut bench, recorder) = recorded();
    bench.tape = Some(Vec::new());
    for (command, code) in [(Command::Hold, 488), (Command::Resume, 200), (Command::Hold, 200)] {
        bench.tell(BOB_AT, command);
        bench.pass(20);
        let change = loop {
            let message = bench.await_method(RECORDER_AT, &Method::Invite);
            if title(&message) == "INVITE" {
                break message;
            }
        };
        let answer = if code == 200 { both("recvonly", 2) } else { String::new() };
        recorder.respond_with(&mut bench, &change, code, &[], &answer);
        bench.pass(100);
    }
    let texts = told(&mut bench);
    assert!(texts.len() >= 3, "{texts:?}");
    assert_versions_follow(&texts);
}
