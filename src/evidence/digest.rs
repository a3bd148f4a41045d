//! One number for a whole timeline: two runs that are alike in everything have the same.

use std::fmt::{self, Write as _};

use sha2::{Digest as _, Sha256};

use super::media::RtpSeen;
use super::sighting::Content;
use super::timeline::Timeline;

impl Timeline {
    /// A SHA-256, in hexadecimal, over everything that is on the timeline: who takes part, what
    /// crossed the network and when, byte by byte for signalling and RTCP, and what people did.
    pub fn digest(&self) -> String {
        let mut sum = Sum(Sha256::new());
        sum.add(&self.epoch());
        sum.add(self.cast());
        for sighting in self.signalling() {
            sum.add(&(sighting.at, sighting.side, sighting.transport));
            sum.add(&(sighting.source, sighting.target));
            match &sighting.content {
                Content::Sip(message) => sum.0.update(message.to_bytes()),
                Content::Http(message) => sum.0.update(message.to_bytes()),
                Content::Stun(_, bytes) => sum.0.update(bytes),
                Content::Rubbish(bytes, why) => sum.add(&(bytes, why)),
            }
        }
        for flow in self.flows() {
            sum.add(&(flow.source, flow.target));
            for side in [&flow.sent, &flow.received] {
                sum.add(&side.len());
                for packet in side {
                    sum.add_packet(packet);
                }
            }
        }
        for report in self.reports() {
            sum.add(&(report.at, report.side, report.source, report.target));
            sum.0.update(&report.bytes);
        }
        sum.add(&self.handshakes());
        sum.add(&self.deeds());
        sum.add(&self.dropped());
        let digest = sum.0.finalize();
        digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// A sum over what things look like in full: each field of each, in its order.
struct Sum(Sha256);

impl Sum {
    fn add(&mut self, thing: &impl fmt::Debug) {
        // Writing to a sum cannot fail.
        let _ = writeln!(self, "{thing:?}");
    }

    /// As [`add`](Self::add), for the many.
    fn add_packet(&mut self, packet: &RtpSeen) {
        let RtpSeen { at, timestamp, ssrc, sequence, payload_type, marker, sound } = packet;
        self.0.update(at.as_nanos().to_be_bytes());
        self.0.update(timestamp.to_be_bytes());
        self.0.update(ssrc.to_be_bytes());
        self.0.update(sequence.to_be_bytes());
        self.0.update([*payload_type, u8::from(*marker)]);
        self.add(sound);
    }
}

impl fmt::Write for Sum {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::evidence::{Timeline, What};
    use crate::time::{Epoch, Instant};

    #[test]
    fn a_moment_makes_a_difference() {
        let at = |moment| {
            let mut timeline = Timeline::new(Epoch::SIMULATED);
            timeline.deed(Instant::from_nanos(moment), "Alice", What::Act("answers".to_owned()));
            timeline.digest()
        };
        assert_eq!(at(1), at(1));
        assert_ne!(at(1), at(2));
        assert_eq!(at(1).len(), 64);
    }
}
