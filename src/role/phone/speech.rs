//! What a person says: twenty milliseconds of time-coded speech after another.

use std::time::Duration;

use crate::audio::Voice;
use crate::rtp::{Codec, Encoder};
use crate::time::Instant;

/// A person who speaks without a pause, in the codec that was agreed on.
#[derive(Debug)]
pub struct Speech {
    voice: Voice,
    codec: Codec,
    encoder: Encoder,
    /// Which moment of the run the next frame is about.
    moment: u32,
    payload: Vec<u8>,
}

impl Speech {
    /// Speech that begins at `now`: its marks count frames from the start of the run, so that a
    /// mark tells when it was said.
    pub fn new(voice: Voice, codec: Codec, now: Instant) -> Self {
        let moment = moment_at(now);
        Self { voice, codec, encoder: codec.encoder(), moment, payload: Vec::with_capacity(160) }
    }

    /// Goes on in another codec.
    pub fn switch(&mut self, codec: Codec) {
        if codec != self.codec {
            (self.codec, self.encoder) = (codec, codec.encoder());
        }
    }

    /// The next frame, encoded.
    pub fn next(&mut self) -> &[u8] {
        self.payload.clear();
        if self.codec.sample_rate() == 16_000 {
            let frame = self.voice.speak_wide(self.moment);
            self.encoder.encode(&frame, &mut self.payload);
        } else {
            let frame = self.voice.speak(self.moment);
            self.encoder.encode(&frame, &mut self.payload);
        }
        self.moment = self.moment.wrapping_add(1);
        &self.payload
    }

    /// Goes on speaking at `now`, after a silence.
    pub fn skip_to(&mut self, now: Instant) {
        self.moment = self.moment.max(moment_at(now));
    }
}

/// The frame of the run that is being said at `now`.
fn moment_at(now: Instant) -> u32 {
    u32::try_from(now.elapsed().as_nanos() / FRAME.as_nanos()).unwrap_or(u32::MAX)
}

/// RFC 3551 section 4.2: 20 ms is the default packetization interval.
pub const FRAME: Duration = Duration::from_millis(20);
