//! Ctrl-C and its kin, as something to ask about rather than something that interrupts.

use std::io;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// The signals that ask a program to stop; held back from this thread, and from the threads that
/// it starts, as long as this exists.
#[derive(Debug)]
pub struct Signals {
    stopping: SigSet,
    pending: SignalFd,
}

impl Signals {
    /// Holds them back from now on.
    pub fn hold() -> io::Result<Self> {
        let mut stopping = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            stopping.add(signal);
        }
        stopping.thread_block()?;
        let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
        let pending = SignalFd::with_flags(&stopping, flags)?;
        Ok(Self { stopping, pending })
    }

    /// Whether one has come since this was asked last.
    pub fn came(&mut self) -> bool {
        matches!(self.pending.read_signal(), Ok(Some(_)))
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        // Nothing is left to be done about it.
        let _ = self.stopping.thread_unblock();
    }
}
