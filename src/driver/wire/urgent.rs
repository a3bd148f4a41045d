//! Real-time priority for the thread that paces media, where it was asked for and is allowed.

use std::thread::{self, ThreadId};

use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id, thread_schedule_policy_param,
};

/// A thread that runs before every ordinary one (sched(7), `SCHED_FIFO`); when this is dropped there,
/// it is what it was before.
#[derive(Debug)]
pub(super) struct Urgent {
    thread: ThreadId,
    before: (ThreadSchedulePolicy, ThreadPriority),
}

impl Urgent {
    /// Raises the calling thread. The error is what the system says against it, mostly that it
    /// needs `CAP_SYS_NICE` or a limit on real-time priority above zero.
    pub(super) fn raise() -> Result<Self, String> {
        let native = thread_native_id();
        let why = |error: thread_priority::Error| format!("{error:?}");
        let (policy, parameters) = thread_schedule_policy_param(native).map_err(why)?;
        let level = ThreadPriorityValue::try_from(LEVEL).expect("from 0 to 99");
        let fifo = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
        let level = ThreadPriority::Crossplatform(level);
        set_thread_priority_and_policy(native, level, fifo).map_err(why)?;
        let before = (policy, ThreadPriority::from_posix(parameters));
        Ok(Self { thread: thread::current().id(), before })
    }
}

impl Drop for Urgent {
    fn drop(&mut self) {
        if self.thread == thread::current().id() {
            let (policy, level) = self.before;
            if let Err(error) = set_thread_priority_and_policy(thread_native_id(), level, policy) {
                tracing::warn!(?error, "cannot give the real-time priority back");
            }
        }
    }
}

/// Above every ordinary thread, below what the system itself wants to run first.
const LEVEL: u8 = 5;
