//! Headers of IP, UDP and TCP, with right lengths and checksums.

use std::net::{IpAddr, SocketAddr};

/// One TCP segment (RFC 9293 section 3.1).
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) source: SocketAddr,
    pub(super) target: SocketAddr,
    pub(super) sequence: u32,
    pub(super) acknowledged: u32,
    pub(super) flags: Flags,
    pub(super) payload: &'a [u8],
}

/// What a segment is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flags {
    Ack,
    Data,
    FinAck,
    Syn,
    SynAck,
}

/// Puts a UDP datagram of at most 65,507 bytes into `packet` (RFC 768).
pub(super) fn datagram(
    packet: &mut Vec<u8>,
    source: SocketAddr,
    target: SocketAddr,
    payload: &[u8],
) {
    let length = short(8 + payload.len());
    let mut header = [0; 8];
    header[0..2].copy_from_slice(&source.port().to_be_bytes());
    header[2..4].copy_from_slice(&target.port().to_be_bytes());
    header[4..6].copy_from_slice(&length.to_be_bytes());
    // A sum of zero would mean that there is none.
    let fill = |sum: u16| if sum == 0 { u16::MAX } else { sum };
    ip(packet, (source, target), UDP, &mut header, payload, (6, fill));
}

/// Puts a TCP segment into `packet`.
pub(super) fn segment(packet: &mut Vec<u8>, segment: &Segment<'_>) {
    let Segment { source, target, sequence, acknowledged, flags, payload } = *segment;
    let (flags, acknowledged) = match flags {
        Flags::Syn => (SYN, 0),
        Flags::SynAck => (SYN | ACK, acknowledged),
        Flags::Ack => (ACK, acknowledged),
        Flags::Data => (PSH | ACK, acknowledged),
        Flags::FinAck => (FIN | ACK, acknowledged),
    };
    let mut header = [0; 20];
    header[0..2].copy_from_slice(&source.port().to_be_bytes());
    header[2..4].copy_from_slice(&target.port().to_be_bytes());
    header[4..8].copy_from_slice(&sequence.to_be_bytes());
    header[8..12].copy_from_slice(&acknowledged.to_be_bytes());
    header[12] = 5 << 4;
    header[13] = flags;
    header[14..16].copy_from_slice(&u16::MAX.to_be_bytes());
    ip(packet, (source, target), TCP, &mut header, payload, (16, |sum| sum));
}

/// Puts an IP packet into `packet`; the transport's checksum belongs at `sum_at` of its header.
fn ip(
    packet: &mut Vec<u8>,
    (source, target): (SocketAddr, SocketAddr),
    protocol: u8,
    header: &mut [u8],
    payload: &[u8],
    (sum_at, fill): (usize, impl Fn(u16) -> u16),
) {
    let length = short(header.len() + payload.len());
    packet.clear();
    let mut pseudo = Sum::default();
    match (source.ip(), target.ip()) {
        (IpAddr::V4(source), IpAddr::V4(target)) => {
            packet.extend(ipv4(source.octets(), target.octets(), protocol, length));
            pseudo.add(&source.octets());
            pseudo.add(&target.octets());
        }
        (source, target) => {
            let (source, target) = (ipv6(source), ipv6(target));
            packet.extend([0x60, 0, 0, 0]);
            packet.extend(length.to_be_bytes());
            packet.extend([protocol, HOPS]);
            packet.extend(source);
            packet.extend(target);
            pseudo.add(&source);
            pseudo.add(&target);
        }
    }
    // RFC 768, RFC 9293 section 3.1 and RFC 8200 section 8.1: the sums come out alike.
    pseudo.add(&[0, protocol]);
    pseudo.add(&length.to_be_bytes());
    pseudo.add(header);
    pseudo.add(payload);
    header[sum_at..sum_at + 2].copy_from_slice(&fill(pseudo.finish()).to_be_bytes());
    packet.extend_from_slice(header);
    packet.extend_from_slice(payload);
}

/// RFC 791 section 3.1; never fragmented, so without identification (RFC 6864 section 4).
fn ipv4(source: [u8; 4], target: [u8; 4], protocol: u8, length: u16) -> [u8; 20] {
    let mut header = [0; 20];
    header[0] = 0x45;
    header[2..4].copy_from_slice(&short(20 + usize::from(length)).to_be_bytes());
    header[6] = 0x40;
    header[8] = HOPS;
    header[9] = protocol;
    header[12..16].copy_from_slice(&source);
    header[16..20].copy_from_slice(&target);
    let mut sum = Sum::default();
    sum.add(&header);
    header[10..12].copy_from_slice(&sum.finish().to_be_bytes());
    header
}

fn ipv6(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// The checksum of the Internet (RFC 1071).
#[derive(Default)]
struct Sum(u64);

impl Sum {
    /// Adds bytes; only the last ones added may be of odd number.
    fn add(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<2>();
        self.0 += words.iter().map(|word| u64::from(u16::from_be_bytes(*word))).sum::<u64>();
        if let [last] = rest {
            self.0 += u64::from(u16::from_be_bytes([*last, 0]));
        }
    }

    fn finish(mut self) -> u16 {
        while self.0 > 0xFFFF {
            self.0 = (self.0 & 0xFFFF) + (self.0 >> 16);
        }
        !u16::try_from(self.0).expect("folded")
    }
}

fn short(length: usize) -> u16 {
    u16::try_from(length).expect("the payload was cut to fit")
}

const TCP: u8 = 6;
const UDP: u8 = 17;
const HOPS: u8 = 64;
const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;
