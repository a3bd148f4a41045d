//! Asks the system to wake this thread on time, and not up to 50 microseconds later.

use std::fs;

/// Lowers the timer slack of the calling thread (prctl(2), `PR_SET_TIMERSLACK`), for what it is
/// worth: where that is not allowed, the thread is woken a little later.
pub(super) fn wake_on_time() {
    // A thread's own directory has no such file, but every thread is found as a process too.
    let Ok(thread) = fs::read_link("/proc/thread-self") else { return };
    let Some(number) = thread.file_name().and_then(|name| name.to_str()) else { return };
    if let Err(error) = fs::write(format!("/proc/{number}/timerslack_ns"), "1") {
        tracing::debug!(%error, "cannot lower the timer slack");
    }
}
