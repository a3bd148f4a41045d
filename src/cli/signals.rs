//! Ctrl-C, and a polite request to end (SIGTERM): the first ends the run, with what was seen so
//! far; the second ends the program on the spot.

use std::process;
use std::thread;

use nix::sys::signal::{SigSet, Signal};

use super::exit::Exit;
use crate::testbed;

/// Heeds signals from now on. To be called before any other thread is started.
pub fn heed() {
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGINT);
    signals.add(Signal::SIGTERM);
    // Threads inherit the mask: only the one that waits hears of them.
    if signals.thread_block().is_err() {
        return;
    }
    thread::spawn(move || {
        while signals.wait().is_ok() {
            if testbed::is_stopped() {
                process::exit(Exit::CouldNotRun.code().into());
            }
            testbed::stop();
        }
    });
}
