//! Whom media is taken from: anybody can send a datagram to a port, and only one of them is the peer.

use std::net::SocketAddr;

/// Holds on to the sender of one stream.
///
/// The address that the peer named in its SDP is always believed. A peer behind an address
/// translator sends from another one: so the first sender of RTP is believed too, until one comes
/// from the named address. Whoever comes later is a stranger.
#[derive(Clone, Copy, Debug, Default)]
pub struct Latch(Option<SocketAddr>);

impl Latch {
    /// Whether a datagram from `source` is the peer's, who `named` that address.
    pub fn takes(&mut self, source: SocketAddr, named: Option<SocketAddr>, payload: &[u8]) -> bool {
        if !is_rtp(payload) {
            return false;
        }
        if self.0.is_none() || named == Some(source) {
            self.0 = Some(source);
        }
        self.0 == Some(source)
    }

    /// The peer named an address anew: whoever sends first is believed again.
    pub fn release(&mut self) {
        self.0 = None;
    }
}

/// RFC 3550 sections 5.1 and 6.4.1: version 2, and a header that is whole.
fn is_rtp(payload: &[u8]) -> bool {
    payload.len() >= 8 && payload.first().is_some_and(|first| first >> 6 == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_is_heard_only_until_the_peer_speaks() {
        let at = |port| SocketAddr::from(([192, 0, 2, 1], port));
        let (peer, stranger, rtp) = (at(4_000), at(4_002), [0x80; 12]);
        let mut latch = Latch::default();
        assert!(!latch.takes(stranger, Some(peer), b"rubbish, not RTP"));
        assert!(latch.takes(stranger, Some(peer), &rtp));
        assert!(latch.takes(peer, Some(peer), &rtp));
        assert!(!latch.takes(stranger, Some(peer), &rtp));
        latch.release();
        assert!(latch.takes(stranger, None, &rtp));
    }
}
