//! How evenly paced G.711 streams leave a sender, and what that costs: ours beside SIPp, in one
//! run, by one receiver with kernel timestamps.
//!
//! `cargo bench --bench wire [-- --streams 1000 --seconds 5 --only NAME]`. A sender that cannot
//! run here says why in its row.

#![expect(clippy::disallowed_methods, reason = "what real senders do in real time is measured")]

mod figures;
mod load;
mod ours;
mod plain;
mod receiver;
mod sender;
mod sipp;

use std::env;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use crate::figures::Figures;
use crate::ours::Ours;
use crate::receiver::Receiver;
use crate::sender::Sender;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, sender, streams, target] = arguments.as_slice()
        && flag == sender::CHILD
    {
        let (streams, target) = (parsed(streams), parsed(target));
        match sender.as_str() {
            ours::ANY_MOMENT => Ours::AtAnyMoment.send(streams, target),
            ours::REAL_TIME => Ours::InRealTime.send(streams, target),
            ours::SLOTS => Ours::InSlots.send(streams, target),
            plain::NAME => plain::send(streams, target),
            other => unreachable!("{other} is not one of ours"),
        }
        return ExitCode::SUCCESS;
    }
    let wanted = Wanted::read(&arguments);
    println!("{} streams of G.711, 20 ms, {:?}", wanted.streams, wanted.span);
    println!("{}", Figures::HEADING);
    let mut ran = 0;
    for sender in SENDERS.iter().filter(|sender| sender.name().contains(&wanted.only)) {
        match measure(*sender, &wanted) {
            Ok(figures) => println!("{:<12} {figures}", sender.name()),
            Err(why) => println!("{:<12} cannot: {why}", sender.name()),
        }
        ran += 1;
    }
    println!("{GOAL}");
    if ran == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What is asked for on the command line.
struct Wanted {
    streams: usize,
    span: Duration,
    /// A part of the name of the senders to measure.
    only: String,
}

impl Wanted {
    fn read(arguments: &[String]) -> Self {
        // Cargo adds `--bench`.
        let words: Vec<&str> =
            arguments.iter().map(String::as_str).filter(|word| *word != "--bench").collect();
        let mut wanted = Self { streams: 1_000, span: Duration::from_secs(4), only: String::new() };
        for pair in words.chunks(2) {
            match *pair {
                ["--streams", count] => wanted.streams = parsed(count),
                ["--seconds", count] => wanted.span = Duration::from_secs(parsed(count)),
                ["--only", name] => name.clone_into(&mut wanted.only),
                _ => panic!("usage: [--streams N] [--seconds N] [--only NAME], not {words:?}"),
            }
        }
        wanted.span = wanted.span.min(LONGEST_SPAN);
        wanted
    }
}

/// Starts the sender, waits until every stream is there, and measures for the span.
fn measure(sender: &dyn Sender, wanted: &Wanted) -> Result<Figures, String> {
    let mut receiver = Receiver::bind().map_err(|error| format!("bind a socket: {error}"))?;
    let mut running = sender.start(wanted.streams, receiver.address())?;
    let deadline = Instant::now() + LONGEST_START;
    while receiver.streams() < wanted.streams {
        receiver.drain();
        if Instant::now() > deadline {
            let there = receiver.streams();
            return Err(format!("{there} of {} streams {}", wanted.streams, running.remarks()));
        }
        thread::sleep(PAUSE);
    }
    settle(&mut receiver);
    let began = Instant::now();
    let spent_before = load::processor_time(running.measured())?;
    while began.elapsed() < wanted.span {
        receiver.drain();
        thread::sleep(PAUSE);
    }
    let spent = load::processor_time(running.measured())?.saturating_sub(spent_before);
    Ok(Figures::new(&receiver.finish(), began.elapsed(), spent))
}

/// Lets the traffic of the start die down, then forgets it.
fn settle(receiver: &mut Receiver) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        receiver.drain();
        thread::sleep(PAUSE);
    }
    receiver.forget();
}

fn parsed<T: std::str::FromStr>(word: &str) -> T {
    word.parse().unwrap_or_else(|_| panic!("cannot read {word}"))
}

const SENDERS: [&dyn Sender; 5] =
    [&sipp::Sipp, &Ours::AtAnyMoment, &Ours::InRealTime, &Ours::InSlots, &plain::Plain];

/// The longest that a sender may take until all its streams are there.
const LONGEST_START: Duration = Duration::from_secs(6);

const LONGEST_SPAN: Duration = Duration::from_secs(8);

/// Between two looks at the socket; the kernel has stamped what arrives meanwhile.
const PAUSE: Duration = Duration::from_millis(4);

const GOAL: &str =
    "goal: p95 within 1 ms, p99 within 5 ms, at most 35 % of a core for 1000 streams";
