//! IP packets, put together again where they came in fragments.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::tunnel::inside;

/// What an IP packet carries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Carried {
    /// A UDP datagram.
    Udp {
        source: SocketAddr,
        target: SocketAddr,
        /// The identification of the IP packet; 0 if it has none.
        id: u32,
        payload: Vec<u8>,
    },
    /// A TCP segment.
    Tcp(Segment),
    /// A fragment whose others are awaited.
    Fragment,
    /// Anything else.
    Else,
}

/// A TCP segment (RFC 9293 section 3.1), as far as a listener needs it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Segment {
    pub(super) source: SocketAddr,
    pub(super) target: SocketAddr,
    pub(super) sequence: u32,
    pub(super) syn: bool,
    /// FIN or RST.
    pub(super) ends: bool,
    pub(super) payload: Vec<u8>,
}

/// The fragments that wait for the rest of their datagrams.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    waiting: BTreeMap<Key, Pieces>,
    oldest: VecDeque<Key>,
    /// How many datagrams never became whole.
    pub(super) lost: u64,
}

/// RFC 791 section 3.2, RFC 8200 section 4.5.
type Key = (IpAddr, IpAddr, u8, u32);

#[derive(Debug, Default)]
struct Pieces {
    parts: Vec<(usize, Vec<u8>)>,
    length: Option<usize>,
}

/// An IP packet without its header, or a piece of one.
struct Piece<'a> {
    key: Key,
    offset: usize,
    more: bool,
    payload: &'a [u8],
}

impl Fragments {
    /// What an IP packet carries, or the datagram that it completes.
    pub(super) fn read(&mut self, packet: &[u8]) -> Carried {
        self.read_within(packet, 0)
    }

    /// The same, within so many tunnels.
    fn read_within(&mut self, packet: &[u8], tunnels: usize) -> Carried {
        let piece = match packet.first().map(|first| first >> 4) {
            Some(4) => ipv4(packet),
            Some(6) => ipv6(packet),
            _ => None,
        };
        let Some(piece) = piece else { return Carried::Else };
        let key = piece.key;
        if piece.offset == 0 && !piece.more {
            return self.unwrap(key, piece.payload, tunnels);
        }
        match self.collect(&piece) {
            Some(whole) => self.unwrap(key, &whole, tunnels),
            None => Carried::Fragment,
        }
    }

    fn unwrap(&mut self, key: Key, payload: &[u8], tunnels: usize) -> Carried {
        match inside(key.2, payload).filter(|_| tunnels < TUNNELS_MAX) {
            Some(packet) => self.read_within(packet, tunnels + 1),
            None => carried(key, payload),
        }
    }

    /// How many datagrams are not whole, now that nothing more comes.
    pub(super) fn unfinished(&self) -> u64 {
        self.lost + self.waiting.len() as u64
    }

    fn collect(&mut self, piece: &Piece<'_>) -> Option<Vec<u8>> {
        if !self.waiting.contains_key(&piece.key) {
            if self.waiting.len() == WAITING_MAX
                && let Some(oldest) = self.oldest.pop_front()
            {
                self.lost += u64::from(self.waiting.remove(&oldest).is_some());
            }
            self.oldest.push_back(piece.key);
        }
        let pieces = self.waiting.entry(piece.key).or_default();
        let end = piece.offset + piece.payload.len();
        if end > DATAGRAM_MAX || pieces.parts.len() == PIECES_MAX {
            return None;
        }
        if !piece.more {
            pieces.length = Some(end);
        }
        pieces.parts.push((piece.offset, piece.payload.to_vec()));
        let whole = pieces.whole()?;
        self.waiting.remove(&piece.key);
        self.oldest.retain(|key| *key != piece.key);
        Some(whole)
    }
}

impl Pieces {
    /// The datagram, if no byte of it is missing.
    fn whole(&mut self) -> Option<Vec<u8>> {
        let length = self.length?;
        self.parts.sort_by_key(|(offset, _)| *offset);
        let mut whole: Vec<u8> = Vec::with_capacity(length);
        for (offset, part) in &self.parts {
            // What came twice, wholly or in part, counts once.
            let known = whole.len().checked_sub(*offset)?;
            whole.extend_from_slice(part.get(known..).unwrap_or_default());
        }
        (whole.len() >= length).then(|| {
            whole.truncate(length);
            whole
        })
    }
}

/// RFC 791 section 3.1.
fn ipv4(packet: &[u8]) -> Option<Piece<'_>> {
    let head = packet.first_chunk::<20>()?;
    let head_length = usize::from(head[0] & 0x0F) * 4;
    let total = usize::from(u16::from_be_bytes([head[2], head[3]]));
    // A card that cuts large packets itself is given them without a length.
    let end = if total == 0 { packet.len() } else { total.min(packet.len()) };
    let payload = packet.get(head_length.max(20)..end)?;
    let flags = u16::from_be_bytes([head[6], head[7]]);
    let address = |at: usize| {
        let four = packet.get(at..).and_then(|rest| rest.first_chunk::<4>());
        IpAddr::V4(Ipv4Addr::from(four.copied().unwrap_or_default()))
    };
    Some(Piece {
        key: (address(12), address(16), head[9], u16::from_be_bytes([head[4], head[5]]).into()),
        offset: usize::from(flags & 0x1FFF) * 8,
        more: flags & 0x2000 != 0,
        payload,
    })
}

/// RFC 8200 sections 3 and 4.
fn ipv6(packet: &[u8]) -> Option<Piece<'_>> {
    let head = packet.first_chunk::<40>()?;
    let length = usize::from(u16::from_be_bytes([head[4], head[5]]));
    let rest = packet.get(40..)?;
    let mut rest = if length == 0 { rest } else { rest.get(..length).unwrap_or(rest) };
    let address = |at: usize| {
        let all = packet.get(at..).and_then(|rest| rest.first_chunk::<16>());
        IpAddr::V6(Ipv6Addr::from(all.copied().unwrap_or_default()))
    };
    let (source, target) = (address(8), address(24));
    let (mut next, mut fragment) = (head[6], (0, false, 0));
    for _ in 0..HEADERS_MAX {
        match (next, rest) {
            // Hop-by-hop options, routing, destination options.
            (0 | 43 | 60, [after, length, ..]) => {
                next = *after;
                rest = rest.get(8 + usize::from(*length) * 8..)?;
            }
            (44, [after, _, high, low, a, b, c, d, inside @ ..]) => {
                let place = u16::from_be_bytes([*high, *low]);
                let id = u32::from_be_bytes([*a, *b, *c, *d]);
                fragment = (usize::from(place & 0xFFF8), place & 1 != 0, id);
                (next, rest) = (*after, inside);
            }
            _ => break,
        }
    }
    let (offset, more, id) = fragment;
    Some(Piece { key: (source, target, next, id), offset, more, payload: rest })
}

fn carried((source, target, protocol, id): Key, payload: &[u8]) -> Carried {
    let ports = match payload {
        [a, b, c, d, ..] => [u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d])],
        _ => return Carried::Else,
    };
    let [source, target] = [SocketAddr::new(source, ports[0]), SocketAddr::new(target, ports[1])];
    match protocol {
        UDP => udp(source, target, id, payload).unwrap_or(Carried::Else),
        TCP => tcp(source, target, payload).map_or(Carried::Else, Carried::Tcp),
        _ => Carried::Else,
    }
}

/// RFC 768.
fn udp(source: SocketAddr, target: SocketAddr, id: u32, datagram: &[u8]) -> Option<Carried> {
    let length = usize::from(u16::from_be_bytes([*datagram.get(4)?, *datagram.get(5)?]));
    let end = if length == 0 { datagram.len() } else { length.min(datagram.len()) };
    let payload = datagram.get(8..end)?.to_vec();
    Some(Carried::Udp { source, target, id, payload })
}

fn tcp(source: SocketAddr, target: SocketAddr, segment: &[u8]) -> Option<Segment> {
    let head = segment.first_chunk::<20>()?;
    let payload = segment.get(usize::from(head[12] >> 4) * 4..)?.to_vec();
    Some(Segment {
        source,
        target,
        sequence: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
        syn: head[13] & 0x02 != 0,
        ends: head[13] & 0x05 != 0,
        payload,
    })
}

const TCP: u8 = 6;
const UDP: u8 = 17;
/// Nobody needs more in one another.
const TUNNELS_MAX: usize = 4;
/// More at once are an attack.
const WAITING_MAX: usize = 256;
/// A datagram of 64 KiB in pieces of half a kilobyte.
const PIECES_MAX: usize = 128;
const DATAGRAM_MAX: usize = 65_535;
/// RFC 8200 knows six.
const HEADERS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    /// A piece of a UDP datagram of 24 bytes, header included.
    fn piece(from: usize, to: usize) -> Vec<u8> {
        let mut datagram = vec![0x13, 0xC4, 0x13, 0xC5, 0, 24, 0, 0];
        datagram.extend(b"sixteen letters.");
        let flags = u16::try_from(from / 8).unwrap() | if to < 24 { 0x2000 } else { 0 };
        let [high, low] = flags.to_be_bytes();
        let length = u8::try_from(20 + to - from).unwrap();
        let mut packet = vec![0x45, 0, 0, length, 7, 7, high, low, 64, 17, 0, 0];
        packet.extend([192, 0, 2, 1, 192, 0, 2, 2]);
        packet.extend(&datagram[from..to]);
        packet
    }

    #[test]
    fn fragments_become_a_datagram_in_any_order_and_when_some_come_twice() {
        let mut fragments = Fragments::default();
        for (from, to) in [(16, 24), (0, 8), (0, 8)] {
            assert_eq!(fragments.read(&piece(from, to)), Carried::Fragment);
        }
        assert_eq!(fragments.unfinished(), 1);
        let Carried::Udp { source, target, payload, .. } = fragments.read(&piece(8, 16)) else {
            panic!("not whole")
        };
        assert_eq!(source, "192.0.2.1:5060".parse().unwrap());
        assert_eq!(target, "192.0.2.2:5061".parse().unwrap());
        assert_eq!(payload, b"sixteen letters.");
        assert_eq!(fragments.unfinished(), 0);
    }

    #[test]
    fn what_a_tunnel_carries_is_read_and_tunnels_without_end_are_not() {
        let wrap = |inner: &[u8]| {
            let [high, low] = u16::try_from(20 + inner.len()).unwrap().to_be_bytes();
            let mut packet = vec![0x45, 0, high, low, 7, 7, 0, 0, 64, 4, 0, 0];
            packet.extend([198, 51, 100, 1, 198, 51, 100, 2]);
            packet.extend(inner);
            packet
        };
        let mut packet = piece(0, 24);
        for _ in 0..TUNNELS_MAX {
            packet = wrap(&packet);
            let Carried::Udp { source, .. } = Fragments::default().read(&packet) else {
                panic!("not found")
            };
            assert_eq!(source, "192.0.2.1:5060".parse().unwrap());
        }
        assert_eq!(Fragments::default().read(&wrap(&packet)), Carried::Else);
    }

    #[test]
    fn what_is_cut_short_anywhere_is_nothing() {
        let whole = piece(0, 24);
        for length in 0..28 {
            let read = Fragments::default().read(&whole[..length]);
            assert!(matches!(read, Carried::Else), "{length}: {read:?}");
        }
    }
}
