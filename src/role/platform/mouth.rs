//! What the platform itself says in a call: a stream of its own, in the codec that was agreed on.

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::rtp::{Codec, Contributor, Encoder, Interval, Origin, Sender, Session, Settings};
use crate::sdp::Negotiated;
use crate::time::{Epoch, Instant};

/// A stream that the platform says something on: 20 ms after 20 ms.
#[derive(Debug)]
pub struct Mouth {
    session: Session,
    encoder: Encoder,
    payload: Vec<u8>,
}

impl Mouth {
    /// A stream to whoever agreed on this, of this canonical name; `None` if we do not speak what they
    /// want to hear.
    pub fn new(
        now: Instant,
        agreed: &Negotiated,
        (cname, epoch): (String, Epoch),
        rng: &mut ChaCha8Rng,
    ) -> Option<Self> {
        let codec = Codec::of_name(&agreed.send.codec.name)?;
        let payload_type = agreed.send.payload_type;
        let sender = Sender::new(Origin::draw(rng), payload_type, codec.clock_rate());
        let interval = Interval::new(SESSION_BANDWIDTH);
        let settings = Settings { cname, epoch, interval, probation: 0 };
        let session =
            Session::new(now, sender, settings, ChaCha8Rng::seed_from_u64(rng.next_u64()));
        Some(Self { session, encoder: codec.encoder(), payload: Vec::with_capacity(160) })
    }

    /// Whether it speaks at 16 kHz.
    pub fn is_wide(&self) -> bool {
        self.encoder.codec().sample_rate() == 16_000
    }

    /// Says a frame: the packet.
    pub fn say(&mut self, now: Instant, frame: &[i16]) -> Bytes {
        self.payload.clear();
        self.encoder.encode(frame, &mut self.payload);
        self.session.sender.next(now, &self.payload)
    }

    /// Says a frame that is a mixture: the packet.
    pub fn mix(&mut self, now: Instant, frame: &[i16], of: &[Contributor]) -> Bytes {
        self.session.mix(of);
        self.say(now, frame)
    }

    /// What comes back: what the other side says, and what it reports.
    pub fn hear(&mut self, now: Instant, is_rtcp: bool, packet: &[u8]) {
        // What cannot be read is not heard.
        if is_rtcp {
            let _ = self.session.handle_rtcp(now, packet);
        } else {
            let _ = self.session.handle_rtp(now, packet);
        }
    }

    /// The report that is due, if one is.
    pub fn report(&mut self, now: Instant) -> Option<Bytes> {
        self.session.poll_rtcp(now)
    }
}

/// 64 kbit/s of G.711, and the headers of 50 packets a second.
const SESSION_BANDWIDTH: u32 = 80_000;
/// RFC 3551 section 4.2.
pub const FRAME: Duration = Duration::from_millis(20);
/// A frame at 8 kHz.
pub const SAMPLES: usize = 160;
