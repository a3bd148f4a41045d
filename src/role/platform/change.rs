//! What becomes of a recording, and who is told: the one door through which everybody who has to
//! do something when a recording begins, pauses, resumes or ends comes to know of it.

use super::{BridgeId, Platform};
use crate::time::Instant;

/// What became of a recording.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// The recorder takes what is said from now on.
    Started,
    /// Nothing that is said from now on reaches the recorder.
    Paused,
    /// What is said reaches the recorder again.
    Resumed,
    /// It is over, as it should be.
    Stopped(By),
    /// It was being recorded, and the recorder is lost: the call may go on without it.
    Failed,
    /// The recorder would not take it, or did not answer in time: it never began.
    Refused,
}

/// Who ended a recording.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum By {
    /// Its user asked for it, and the call goes on.
    User,
    /// The call ended.
    Call,
}

impl Platform {
    /// A recording of a bridge changed, and its state says so already. Media to the recorder
    /// stopped, or flows, before this is called; the re-INVITE to the recorder goes out after it.
    ///
    /// The index is the place in the bridge's list of recordings, which only grows: a recording
    /// that is stopped and started again has a new index.
    pub(super) fn recording_changed(
        &mut self,
        now: Instant,
        id: BridgeId,
        index: usize,
        change: Change,
    ) {
        tracing::debug!(bridge = id, recording = index, ?change, "a recording changed");
        if let Some(recording) = self.recording(id, index) {
            recording.last = Some(change);
        }
        self.indicate(now, id);
        if change == Change::Started {
            self.tell_of_before(now, id, index);
        }
        self.notice(now, id, index, change);
    }
}
