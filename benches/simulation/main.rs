//! How much faster than real time a simulation is, where the time goes, and what it needs of
//! memory: `cargo bench --bench simulation [-- FILTER]`.
//!
//! First a table of ratios and one of memory, then criterion's measurements of the same, whose
//! elements are simulated seconds: `Kelem/s` is thousands of times real time. The table counts
//! processor time, the least of a few runs, which says more than the clock where others build.

#![expect(clippy::disallowed_methods, reason = "what a real process needs of memory is watched")]

mod memory;
mod office;
mod split;

use std::env;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use mimalloc::MiMalloc;
use nix::time::ClockId;
use tallylight::scenario::Scenario;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, calls] = arguments.as_slice()
        && flag == memory::CHILD
    {
        return memory::child(calls.parse().expect("a number of calls"));
    }
    // Cargo asks for the tests of a bench too: there are none.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    table(|name| filter.is_none_or(|filter| name.contains(filter)));
    if filter.is_none() {
        memory::table();
    }
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion);
    criterion.final_summary();
}

/// Something to measure: its name, how much it simulates, and how it is run.
struct Case {
    name: &'static str,
    span: Duration,
    run: Box<dyn Fn()>,
}

impl Case {
    fn new(name: &'static str, run: impl Fn() + 'static) -> Self {
        Self { name, span: CALL, run: Box::new(run) }
    }
}

fn cases() -> Vec<Case> {
    let (one, hundred) = (office::scenario(1), office::scenario(HUNDRED));
    let (unjudged, crowd) = (one.clone(), hundred.clone());
    vec![
        Case::new("four flows on the bare loop", || split::bare(CALL)),
        Case::new("+ RTP, and its evidence", || split::rtp(CALL)),
        Case::new("+ speech, made and listened to", || split::speech(CALL)),
        Case::new("a recorded call: all parts, signalling", move || call(&unjudged, 1)),
        Case::new("a recorded call, every check on", move || judged(&one, 1)),
        Case::new("100 calls at once, unjudged", move || call(&crowd, HUNDRED)),
        Case::new("100 calls at once, every check on", move || judged(&hundred, HUNDRED)),
    ]
}

fn call(scenario: &Scenario, calls: usize) {
    let testbed = office::play(scenario, CALL);
    assert_eq!(office::completed(testbed.timeline()), 3 * calls);
    black_box(testbed);
}

fn judged(scenario: &Scenario, calls: usize) {
    let testbed = office::play(scenario, CALL);
    office::judge(testbed.timeline(), calls);
    black_box(testbed);
}

/// Prints what each case costs.
fn table(is_wanted: impl Fn(&str) -> bool) {
    println!("{:<40} {:>12} {:>18}", "60 s", "processor", "times real time");
    for Case { name, span, run } in cases().into_iter().filter(|case| is_wanted(case.name)) {
        let least = (0..RUNS).map(|_| time(&run)).min().expect("there are runs");
        let ratio = span.as_secs_f64() / least.as_secs_f64();
        println!("{name:<40} {:>9.2} ms {ratio:>18.0}", least.as_secs_f64() * 1_000.0);
    }
    println!("{GOAL}");
}

/// The processor time that a run takes.
fn time(run: impl Fn()) -> Duration {
    let clock = ClockId::CLOCK_PROCESS_CPUTIME_ID;
    let now = || clock.now().expect("every Linux has this clock");
    let began = now();
    run();
    (now() - began).into()
}

fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulated seconds");
    group.sample_size(10);
    for Case { name, span, run } in cases() {
        group.throughput(Throughput::Elements(span.as_secs()));
        group.bench_function(name, |bencher| bencher.iter(&run));
    }
    group.finish();
}

/// What people talk for.
const CALL: Duration = Duration::from_mins(1);
const HUNDRED: usize = 100;
const RUNS: usize = 5;
const GOAL: &str = "goal: a recorded call with every check on at 2000 times real time at least; \
                    the target is 10000";
