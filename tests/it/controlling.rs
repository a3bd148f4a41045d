//! What a user, or a program on their behalf, does with the recording of a call, and what the
//! recorder is told of it.

use tallylight::role::platform::{Dialect, Platform, Refusal, State};
use tallylight::role::{Channel, Command, Control, Input, RecordingMode};
use tallylight::sip::{Message, Method};

use crate::bench::{
    ALICE, ALICE_AT, BOB_AT, Bench, PLATFORM_AT, Part, RECORDER_AT, Wish, sdp_of, title,
};

#[test]
fn the_call_control_interface_grants_what_mode_and_state_allow() {
    let mut bench = talking(RecordingMode::OnDemand, Dialect::Rfc);
    let call = platform(&mut bench).calls_of(ALICE).pop().unwrap();
    assert_eq!(state(&mut bench, &call), None, "nobody has asked for anything");
    for (wish, granted, word) in [
        (Control::Pause, Err(Refusal::State), None),
        (Control::Start, Ok(()), Some("started")),
        (Control::Start, Err(Refusal::State), Some("started")),
        (Control::Pause, Ok(()), Some("paused")),
        (Control::Resume, Ok(()), Some("started")),
        (Control::Stop, Ok(()), Some("stopped")),
        (Control::Resume, Err(Refusal::State), Some("stopped")),
        (Control::Start, Ok(()), Some("started")),
    ] {
        assert_eq!(ask(&mut bench, &call, wish), granted, "{wish}");
        assert_eq!(state(&mut bench, &call), word, "{wish}");
    }
    let nobody = ask(&mut bench, "callhalf-4711:0", Control::Start);
    assert_eq!(nobody.map_err(Refusal::http), Err(404));
    assert_eq!(ask(&mut bench, &call, Control::Start).map_err(Refusal::http), Err(409));
    assert_eq!(records(&mut bench), [("on-demand-user-start", "successful".to_owned())]);
}

#[test]
fn what_nobody_asked_to_keep_is_recorded_and_not_kept() {
    let mut bench = talking(RecordingMode::KeptOnDemand, Dialect::Webex);
    assert!(bench.rtp_to(RECORDER_AT) > 0, "it is recorded all the same");
    assert_eq!(records(&mut bench), [("on-demand", "successful but not kept".to_owned())]);
    let mut bench = talking(RecordingMode::KeptOnDemand, Dialect::Webex);
    let call = platform(&mut bench).calls_of(ALICE).pop().unwrap();
    assert_eq!(ask(&mut bench, &call, Control::Start), Ok(()));
    assert_eq!(ask(&mut bench, &call, Control::Stop), Err(Refusal::Mode));
    assert_eq!(records(&mut bench), [("on-demand", "successful".to_owned())]);
}

#[test]
fn a_recorder_that_is_away_leaves_a_failed_record() {
    let mut bench = talking(RecordingMode::Never, Dialect::Rfc);
    bench.dead.push(RECORDER_AT.into());
    bench.tell(PLATFORM_AT, Command::Record(ALICE.to_owned(), RecordingMode::OnDemand));
    let call = platform(&mut bench).calls_of(ALICE).pop().unwrap();
    assert_eq!(ask(&mut bench, &call, Control::Start), Ok(()));
    bench.pass(11_000);
    assert_eq!(state(&mut bench, &call), Some("failed"));
    assert_eq!(records(&mut bench), [("on-demand-user-start", "failed".to_owned())]);
}

#[test]
fn the_recorder_is_told_of_a_pause_in_a_description_and_nothing_more() {
    for (dialect, nulls) in [(Dialect::Rfc, false), (Dialect::Webex, true)] {
        let mut bench = talking(RecordingMode::AlwaysWithPause, dialect);
        let call = platform(&mut bench).calls_of(ALICE).pop().unwrap();
        bench.tape = Some(Vec::new());
        assert_eq!(ask(&mut bench, &call, Control::Pause), Ok(()));
        let paused = offer_to_recorder(&mut bench);
        assert_eq!(paused.headers.get("Content-Type"), Some("application/sdp"));
        let described = sdp_of(&paused);
        assert_eq!(described.matches("a=inactive").count(), 2, "{described}");
        assert_eq!(described.contains("c=IN IP4 0.0.0.0"), nulls, "{described}");
        assert_eq!(described.matches("a=label:").count(), 2, "{described}");
        let before = bench.rtp_to(RECORDER_AT);
        bench.pass(2_000);
        assert_eq!(bench.rtp_to(RECORDER_AT), before, "nothing is sent during the pause");
        assert_eq!(ask(&mut bench, &call, Control::Resume), Ok(()));
        let resumed = sdp_of(&offer_to_recorder(&mut bench));
        assert_eq!(resumed.matches("a=sendonly").count(), 2, "{resumed}");
        assert!(!resumed.contains("0.0.0.0"), "{resumed}");
        assert_eq!(version(&resumed), version(&described) + 1);
        bench.pass(1_000);
        assert!(bench.rtp_to(RECORDER_AT) > before, "it is sent again");
    }
}

#[test]
fn whoever_starts_and_stops_all_day_is_stopped_in_the_end_and_leaves_nothing_behind() {
    let mut idle = Bench::new(&Wish::default());
    idle.pass(70_000);
    let mut bench = talking(RecordingMode::OnDemand, Dialect::Rfc);
    let call = platform(&mut bench).calls_of(ALICE).pop().unwrap();
    let mut refused = None;
    for round in 0..=100 {
        match ask(&mut bench, &call, Control::Start) {
            Ok(()) => assert_eq!(ask(&mut bench, &call, Control::Stop), Ok(())),
            Err(why) => refused = refused.or(Some((round, why))),
        }
    }
    assert_eq!(refused, Some((100, Refusal::TooMany)));
    bench.tell(ALICE_AT, Command::HangUp);
    bench.pass(70_000);
    assert_eq!(bench.leftovers(), idle.leftovers(), "but what there was before the call");
}

#[test]
fn a_code_is_a_call_of_its_own_and_the_one_on_hold_goes_on() {
    let mut bench = talking(RecordingMode::AlwaysWithPause, Dialect::Rfc);
    let call = platform(&mut bench).calls_of(ALICE).pop().unwrap();
    bench.tape = Some(Vec::new());
    bench.tell(ALICE_AT, Command::ControlBy(Channel::StarCodes));
    bench.tell(ALICE_AT, Command::Control(Control::Pause));
    bench.pass(1_000);
    assert_eq!(platform(&mut bench).recording_state(&call), Some(State::Paused));
    let codes = taped(&bench).into_iter().filter(|message| {
        message.request_uri().is_ok_and(|uri| uri.user().as_deref() == Some("*48"))
    });
    assert_eq!(codes.map(|message| title(&message)).collect::<Vec<_>>(), ["INVITE"]);
    let before = bench.rtp_to(BOB_AT);
    bench.pass(1_000);
    assert!(bench.rtp_to(BOB_AT) > before + 40, "the call goes on");
}

/// Alice, whose calls are recorded in this way, and Bob are talking.
fn talking(mode: RecordingMode, dialect: Dialect) -> Bench {
    let mut bench = Bench::new(&Wish { dialect, recorded: [false, false], ..Wish::default() });
    bench.tell(PLATFORM_AT, Command::Record(ALICE.to_owned(), mode));
    bench.connect();
    bench
}

fn platform(bench: &mut Bench) -> &mut Platform {
    match bench.parts.get_mut(&PLATFORM_AT.into()) {
        Some(Part::Platform(platform)) => platform,
        _ => panic!("there is a platform"),
    }
}

/// Asks by the call-control interface, and lets what follows happen.
fn ask(bench: &mut Bench, call: &str, wish: Control) -> Result<(), Refusal> {
    let now = bench.now;
    let granted = platform(bench).control_call(now, call, wish);
    bench.feed(PLATFORM_AT.into(), Input::Timeout);
    bench.pass(100);
    granted
}

fn state(bench: &mut Bench, call: &str) -> Option<&'static str> {
    platform(bench).recording_state(call).and_then(State::word)
}

/// Alice hangs up; what the platform writes down of it.
fn records(bench: &mut Bench) -> Vec<(&'static str, String)> {
    bench.tell(ALICE_AT, Command::HangUp);
    bench.pass(40_000);
    let platform = platform(bench);
    platform.call_records().map(|record| (record.trigger, record.result.to_string())).collect()
}

/// The offer that the recorder got last.
fn offer_to_recorder(bench: &mut Bench) -> Message {
    let offers = taped(bench).into_iter().filter(|message| {
        message.method() == Some(&Method::Invite) && message.headers.get("Content-Type").is_some()
    });
    offers.last().expect("an offer to the recorder")
}

/// Every message on the tape.
fn taped(bench: &Bench) -> Vec<Message> {
    let packets = bench.tape.iter().flatten();
    packets.filter_map(|(_, packet)| Message::parse(&packet.payload).ok()).collect()
}

fn version(description: &str) -> u64 {
    let origin = description.lines().find(|line| line.starts_with("o=")).expect("an origin");
    origin.split(' ').nth(2).expect("a version").parse().expect("a number")
}
