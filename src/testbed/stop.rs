//! Ending a run early: somebody wants their terminal back, and what was seen so far.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Asks every testbed of this process to let no more time pass: a signal is for a whole process.
pub fn stop() {
    STOPPED.store(true, Ordering::Relaxed);
}

/// Whether [`stop`] was called.
pub fn is_stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

static STOPPED: AtomicBool = AtomicBool::new(false);

/// On the wire, time passes by itself; so often it is looked whether it still should.
pub(super) const LOOK: Duration = Duration::from_millis(100);
