//! From the words of a scenario to those of the parts.

use crate::packet::Transport;
use crate::scenario;
use crate::sdp::Codec;

/// What carries the messages.
pub fn transport(transport: scenario::Transport) -> Transport {
    match transport {
        scenario::Transport::Udp => Transport::Udp,
        scenario::Transport::Tcp => Transport::Tcp,
        scenario::Transport::Tls => Transport::Tls,
    }
}

/// The codecs, and the events that go with them.
pub fn codecs(codecs: &[scenario::Codec]) -> Vec<Codec> {
    let speech = codecs.iter().map(|codec| match codec {
        scenario::Codec::Pcmu => Codec::PCMU,
        scenario::Codec::Pcma => Codec::PCMA,
        scenario::Codec::G722 => Codec::G722,
    });
    speech.chain([Codec::TELEPHONE_EVENT]).collect()
}
