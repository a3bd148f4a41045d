//! Tallylight against what none of us wrote: SIPp and baresip as telephones, `wxc_sdk` as a client of
//! the settings API, with tshark as reader.
//!
//! `cargo test --features interop --test interop [-- PART-OF-A-NAME...]`. Each example runs in a
//! network and a process namespace of its own: no port is ever taken, nothing outside is reached,
//! and whatever an example leaves running ends with it. Its files stay in a folder that is printed.

#![expect(clippy::disallowed_methods, reason = "real programs take real time")]

mod alone;
mod baresip;
mod capture;
mod checkers;
mod hearing;
mod peers;
mod program;
mod required;
mod serve;
mod served;
mod settings;
mod sipp;
mod tone;

use std::env;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, name, folder] if flag == alone::FLAG => {
            let example = EXAMPLES.iter().find(|example| example.name == name);
            alone::run_here(example.expect("the parent passes a name of ours"), Path::new(folder));
            ExitCode::SUCCESS
        }
        words => run_those_named(words),
    }
}

/// One example: a function that panics when the sentence in its name is not true.
struct Example {
    name: &'static str,
    run: fn(&Path),
}

fn run_those_named(words: &[String]) -> ExitCode {
    let missing = required::missing();
    if !missing.is_empty() {
        eprintln!("the interop test cannot run: {}", missing.join("; "));
        return ExitCode::FAILURE;
    }
    let chosen: Vec<&Example> = EXAMPLES
        .iter()
        .filter(|example| words.is_empty() || words.iter().any(|word| example.name.contains(word)))
        .collect();
    if chosen.is_empty() {
        eprintln!("no example has a name that contains {words:?}");
        return ExitCode::FAILURE;
    }
    let failed = chosen.iter().filter(|example| !passes(example)).count();
    println!("\ninterop: {} examples, {failed} failed", chosen.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn passes(example: &Example) -> bool {
    let started = Instant::now();
    let outcome = alone::run(example);
    let seconds = started.elapsed().as_secs_f32();
    match &outcome {
        Ok(()) => println!("ok      {:<68} {seconds:5.1} s", example.name),
        Err(why) => println!("FAILED  {:<68} {seconds:5.1} s\n{why}", example.name),
    }
    outcome.is_ok()
}

macro_rules! examples {
    ($($room:ident::$name:ident,)+) => {
        &[$(Example { name: concat!(stringify!($room), "::", stringify!($name)), run: $room::$name },)+]
    };
}

const EXAMPLES: &[Example] = examples![
    checkers::a_tone_is_found_on_its_channel_from_when_to_when,
    checkers::a_hole_in_a_tone_is_seen,
    checkers::a_trace_of_the_other_tone_is_heard,
    checkers::a_sound_capture_is_read_whole,
    checkers::a_lost_packet_is_counted,
    checkers::a_malformed_frame_is_found,
    checkers::a_kept_recording_is_in_order_and_not_with_its_sides_swapped,
    peers::sipp_calls_sipp_over_udp,
    peers::sipp_calls_sipp_over_tcp,
    peers::sipp_proves_who_it_is_when_its_call_is_challenged,
    peers::sipp_registers_with_its_password_only,
    peers::baresip_calls_baresip,
    peers::baresip_registers_over_udp_and_tcp,
    peers::baresip_calls_sipp,
    peers::sipp_calls_baresip,
    served::sipp_calls_sipp_over_udp_and_is_recorded,
    served::sipp_calls_sipp_over_tcp_and_is_recorded,
    served::an_incoming_call_of_the_recorded_user_is_recorded,
    served::baresip_calls_baresip_and_is_recorded,
    served::baresip_over_tcp_calls_sipp_over_udp_and_is_recorded,
    served::a_wrong_password_is_refused,
    served::a_call_to_a_number_nobody_has_is_refused,
    settings::wxc_sdk_reads_and_writes_the_settings_of_a_person,
];
