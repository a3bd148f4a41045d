//! How much is allowed before a fact becomes a failure.

use std::time::Duration;

use super::file;
use super::quantity::{Share, duration};
use super::reader::Reader;

/// What a scenario allows. Each has a default that fits an office network.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Budgets {
    /// `recording starts`: from the answer to the first audio at the recorder; 500 ms.
    pub recording_starts: Duration,
    /// `recording ends`: from the hang-up to the last audio at the recorder; 500 ms.
    pub recording_ends: Duration,
    /// `streams agree`: how far the two streams of a recording may be apart; 40 ms.
    pub streams_agree: Duration,
    /// `gap`: the longest hole in a recorded stream; 60 ms.
    pub gap: Duration,
    /// `loss`: how many packets of a recorded stream may be missing; none.
    pub loss: Share,
    /// `answer`: how long anybody may take to answer a request before we stop waiting; 32 s, as
    /// timer B and timer F of RFC 3261 section 17.1.
    pub answer: Duration,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            recording_starts: Duration::from_millis(500),
            recording_ends: Duration::from_millis(500),
            streams_agree: Duration::from_millis(40),
            gap: Duration::from_millis(60),
            loss: Share::NONE,
            answer: Duration::from_secs(32),
        }
    }
}

/// Reads the budgets; what is absent is as the default.
pub fn read(reader: &mut Reader, file: &file::Budgets) -> Budgets {
    let usual = Budgets::default();
    Budgets {
        recording_starts: reader.value_or(&file.recording_starts, usual.recording_starts, duration),
        recording_ends: reader.value_or(&file.recording_ends, usual.recording_ends, duration),
        streams_agree: reader.value_or(&file.streams_agree, usual.streams_agree, duration),
        gap: reader.value_or(&file.gap, usual.gap, duration),
        loss: reader.value_or(&file.loss, usual.loss, Share::parse),
        answer: reader.value_or(&file.answer, usual.answer, duration),
    }
}
