//! What the platform writes down of the recording of a call (the product's facts, section 3.8:
//! columns of its call detail records).

use std::collections::VecDeque;
use std::fmt;

use super::bridge::{Bridge, End};
use super::change::Change;
use super::control::call_id;
use crate::role::RecordingMode;

/// One user's call, and what became of its recording.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CallRecord {
    /// The call, as the API and the metadata call it.
    pub call_id: String,
    /// The number of the user.
    pub number: String,
    /// `Call Recording Trigger`: `always`, `always-pause-resume`, `on-demand` or
    /// `on-demand-user-start`.
    pub trigger: &'static str,
    /// `Call Recording Result`.
    pub result: CallResult,
}

/// What became of the recording of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallResult {
    /// It is at the recorder.
    Successful,
    /// The recorder would not take it, or was lost.
    Failed,
    /// It was recorded in case somebody asked for it, and nobody did.
    NotKept,
}

/// The word of the column.
impl fmt::Display for CallResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Successful => "successful",
            Self::Failed => "failed",
            Self::NotKept => "successful but not kept",
        })
    }
}

/// The records of the last calls.
#[derive(Debug, Default)]
pub struct CallRecords(VecDeque<CallRecord>);

impl CallRecords {
    /// The oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &CallRecord> {
        self.0.iter()
    }

    /// A call is over, in which each user had one of these modes.
    pub fn write(&mut self, bridge: &Bridge, mode_of: impl Fn(&str) -> RecordingMode) {
        for end in End::BOTH {
            let number = &bridge.leg(end).number;
            let Some((_, last)) = bridge.current(end) else { continue };
            let Some(trigger) = trigger(mode_of(number)) else { continue };
            let result = match last.last {
                None | Some(Change::Failed | Change::Refused) => CallResult::Failed,
                Some(_) if !last.script.is_kept() => CallResult::NotKept,
                Some(_) => CallResult::Successful,
            };
            if self.0.len() == RECORDS_MAX {
                self.0.pop_front();
            }
            let (call_id, number) = (call_id(bridge.id, end), number.clone());
            self.0.push_back(CallRecord { call_id, number, trigger, result });
        }
    }
}

fn trigger(mode: RecordingMode) -> Option<&'static str> {
    match mode {
        RecordingMode::Never => None,
        RecordingMode::Always => Some("always"),
        RecordingMode::AlwaysWithPause => Some("always-pause-resume"),
        RecordingMode::KeptOnDemand => Some("on-demand"),
        RecordingMode::OnDemand => Some("on-demand-user-start"),
    }
}

/// Somebody who wants older ones has fetched them by then.
const RECORDS_MAX: usize = 1_000;
