//! The most memory that a run needs: each in a process of its own, whose high-water mark is read
//! (`VmHWM`, proc(5)).

use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use crate::office;

/// Prints the table.
pub fn table() {
    println!("\n{:<58} {:>9}", "peak of memory", "MiB");
    let features = "features/dual_streams.feature";
    let scenario = "scenarios/quiet_office.yaml";
    let program = env!("CARGO_BIN_EXE_tallylight");
    let arguments = ["run", features, "--scenario", scenario, "--name"];
    for (what, name) in
        [("a call of 10 s", "A two-party call"), ("a call of 10 min", "A long call")]
    {
        let mut command = Command::new(program);
        command.args(arguments).arg(name).current_dir(env!("CARGO_MANIFEST_DIR"));
        row(&format!("tallylight run, {what}"), command);
    }
    let this = env::current_exe().expect("this program has a path");
    for calls in [1, 25, 50, 100] {
        let mut command = Command::new(&this);
        command.arg(CHILD).arg(calls.to_string());
        row(&format!("{calls} calls of 60 s at once, judged"), command);
    }
    println!("{GOAL}\n");
}

/// Plays and judges so many calls: the life of a child.
pub fn child(calls: usize) {
    let testbed = office::play(&office::scenario(calls), Duration::from_mins(1));
    office::judge(testbed.timeline(), calls);
}

fn row(what: &str, mut command: Command) {
    let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    match started.map(peak) {
        Ok((true, kilobytes)) => println!("{what:<58} {:>9.1}", f64::from(kilobytes) / 1_024.0),
        Ok((false, _)) => println!("{what:<58} {:>9}", "it failed"),
        Err(why) => println!("{what:<58} cannot start: {why}"),
    }
}

/// Whether a process succeeded, and its high-water mark as it was a moment before the end, which
/// is where memory is given back.
fn peak(mut child: Child) -> (bool, u32) {
    let path = format!("/proc/{}/status", child.id());
    let mut peak: u32 = 0;
    loop {
        let status = fs::read_to_string(&path).unwrap_or_default();
        let mark = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let mark = mark.and_then(|mark| mark.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(mark.unwrap_or(0));
        if let Ok(Some(status)) = child.try_wait() {
            return (status.success(), peak);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Marks a call of this program by itself.
pub const CHILD: &str = "--calls";

const GOAL: &str = "goal: a call of ten minutes within 64 MiB, and calls at once in proportion";
