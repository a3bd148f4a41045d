//! What the platform itself says in a call: a stream of its own, in the codec that was agreed on.

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;

use crate::rtp::{Codec, Encoder, Origin, Sender};
use crate::sdp::Negotiated;
use crate::time::Instant;

/// A stream that the platform says something on: 20 ms after 20 ms.
#[derive(Debug)]
pub struct Mouth {
    sender: Sender,
    encoder: Encoder,
    payload: Vec<u8>,
}

impl Mouth {
    /// A stream to whoever agreed on this; `None` if we do not speak what they want to hear.
    pub fn new(agreed: &Negotiated, rng: &mut ChaCha8Rng) -> Option<Self> {
        let codec = Codec::of_name(&agreed.send.codec.name)?;
        let payload_type = agreed.send.payload_type;
        let sender = Sender::new(Origin::draw(rng), payload_type, codec.clock_rate());
        Some(Self { sender, encoder: codec.encoder(), payload: Vec::with_capacity(160) })
    }

    /// Whether it speaks at 16 kHz.
    pub fn is_wide(&self) -> bool {
        self.encoder.codec().sample_rate() == 16_000
    }

    /// Says a frame: the packet.
    pub fn say(&mut self, now: Instant, frame: &[i16]) -> Bytes {
        self.payload.clear();
        self.encoder.encode(frame, &mut self.payload);
        self.sender.next(now, &self.payload)
    }
}

/// RFC 3551 section 4.2.
pub const FRAME: Duration = Duration::from_millis(20);
/// A frame at 8 kHz.
pub const SAMPLES: usize = 160;
