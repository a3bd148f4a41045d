//! Session timers between the parts (RFC 4028): nothing outlives a peer that died without a word.

use std::net::IpAddr;

use tallylight::role::Command;
use tallylight::sip::Message;
use tallylight::sip::agent::Why;

use super::bench::{ALICE_AT, BOB_AT, Bench, PLATFORM_AT, RECORDER_AT, Wish, title};

/// Longer than any session lives without a refresh.
const AN_HOUR: u64 = 3_600_000;

/// The first lines of what one host sent another in this time.
fn said(bench: &mut Bench, millis: u64, from: [u8; 4], to: [u8; 4]) -> Vec<String> {
    bench.tape = Some(Vec::new());
    bench.pass(millis);
    let tape = bench.tape.take().unwrap_or_default();
    let ours = tape.iter().filter(|(_, packet)| {
        packet.source.ip() == IpAddr::from(from) && packet.target.ip() == IpAddr::from(to)
    });
    let messages = ours.filter_map(|(_, packet)| Message::parse(&packet.payload).ok());
    messages.map(|message| title(&message)).collect()
}

/// A recorded call; they hold, so that an hour of it is a quiet one.
fn recorded() -> Bench {
    let mut bench = Bench::new(&Wish::default());
    bench.connect();
    bench.tell(ALICE_AT, Command::Hold);
    bench.tell(BOB_AT, Command::Hold);
    bench.pass(5_000);
    bench
}

#[test]
fn a_recording_outlives_its_client_by_no_more_than_a_session_interval() {
    let mut bench = recorded();
    bench.kill(PLATFORM_AT);
    bench.pass(AN_HOUR);
    let kept = bench.shelf.take();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].why, Why::Expired);
    assert!(kept[0].tracks.iter().all(|track| track.heard > 40));
}

#[test]
fn a_long_recording_is_refreshed_and_lasts() {
    let mut bench = recorded();
    let titles = said(&mut bench, AN_HOUR, PLATFORM_AT, RECORDER_AT);
    assert!(titles.iter().filter(|title| *title == "UPDATE").count() >= 3, "{titles:?}");
    assert!(!titles.contains(&"BYE".to_owned()), "{titles:?}");
}

#[test]
fn a_telephone_outlives_its_platform_by_no_more_than_a_session_interval() {
    let mut bench = recorded();
    bench.kill(PLATFORM_AT);
    let free = |bench: &Bench, at| bench.parts[&IpAddr::from(at)].leftovers().1;
    assert_eq!([ALICE_AT, BOB_AT].map(|at| free(&bench, at)), [3, 3]);
    bench.pass(AN_HOUR);
    assert_eq!([ALICE_AT, BOB_AT].map(|at| free(&bench, at)), [4, 4]);
}
