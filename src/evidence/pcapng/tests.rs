//! Our captures, read again.

use bytes::Bytes;
use pcap_file::pcapng::{Block, PcapNgReader};

use super::*;

#[test]
fn a_datagram_is_found_again_with_its_date_addresses_and_comment() {
    let mut writer = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
    let at = Instant::from_nanos(1_234_567_891);
    writer.packet(at, &packet(Transport::Udp, V4, b"hello"), Some("Alice says hello")).unwrap();
    let [seen] = &read(&writer.finish().unwrap())[..] else { panic!("one packet") };
    assert_eq!(seen.nanos, 1_893_456_001_234_567_891);
    assert_eq!(seen.comments, ["Alice says hello"]);
    #[rustfmt::skip]
    let headers = [
        // Version and length, flags, UDP for 64 hops, checksum, addresses.
        0x45, 0, 0, 33, 0, 0, 0x40, 0, 64, 17, 0xB6, 0xC8, 192, 0, 2, 1, 192, 0, 2, 2,
        // Ports 5060 and 5061, length, checksum.
        0x13, 0xC4, 0x13, 0xC5, 0, 13, 0x10, 0x75,
    ];
    assert_eq!(seen.bytes, [&headers[..], b"hello"].concat());
}

#[test]
fn every_header_and_payload_adds_up_to_its_checksum() {
    let payloads = [&b""[..], b"o", b"even", &[0xFF; 1_001]];
    for ends in [V4, V6, (V4.0, V6.1)] {
        for transport in [Transport::Udp, Transport::Tcp] {
            let mut writer = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
            for payload in payloads {
                writer.packet(AT, &packet(transport, ends, payload), None).unwrap();
            }
            for seen in read(&writer.finish().unwrap()) {
                assert!(adds_up(&seen.bytes), "{:02x?}", seen.bytes);
            }
        }
    }
}

#[test]
fn a_connection_has_a_beginning_counted_bytes_and_an_end() {
    let mut writer = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
    let (alice, bob) = V4;
    for (ends, payload) in [((alice, bob), "INVITE"), ((bob, alice), "OK"), ((alice, bob), "ACK")] {
        writer.packet(AT, &packet(Transport::Tcp, ends, payload.as_bytes()), None).unwrap();
    }
    let told: Vec<String> = read(&writer.finish().unwrap()).iter().map(tell_segment).collect();
    let expected = [
        "5060 S 0 0 ",
        "5061 SA 0 1 ",
        "5060 A 1 1 ",
        "5060 PA 1 1 INVITE",
        "5061 PA 1 7 OK",
        "5060 PA 7 3 ACK",
        "5060 FA 10 3 ",
        "5061 FA 3 11 ",
        "5060 A 11 4 ",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_was_within_tls_says_so() {
    let mut writer = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
    writer.packet(AT, &packet(Transport::Tls, V4, b"INVITE"), Some("Alice calls")).unwrap();
    let seen = read(&writer.finish().unwrap());
    assert_eq!(seen[3].comments, ["Alice calls", "carried within TLS; shown in the clear"]);
}

#[test]
fn a_datagram_of_more_than_64_kib_is_cut_and_says_so() {
    let mut writer = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
    writer.packet(AT, &packet(Transport::Udp, V4, &vec![b'x'; 100_000]), None).unwrap();
    let seen = read(&writer.finish().unwrap());
    assert_eq!(seen[0].bytes.len(), 65_535);
    assert_eq!(seen[0].comments, ["cut: the datagram had 100000 bytes"]);
}

#[test]
fn a_long_message_on_a_stream_is_several_segments() {
    let mut writer = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
    writer.packet(AT, &packet(Transport::Tcp, V4, &vec![b'x'; 150_000]), Some("long")).unwrap();
    let seen = read(&writer.finish().unwrap());
    let payload: usize = seen.iter().map(|seen| seen.bytes.len() - 40).sum();
    assert_eq!(payload, 150_000);
    assert_eq!(seen.iter().filter(|seen| !seen.comments.is_empty()).count(), 1);
}

#[test]
fn the_secrets_of_tls_stand_in_a_block_of_their_own() {
    let mut writer = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
    writer.tls_secrets("CLIENT_RANDOM 00 11\n").unwrap();
    let file = writer.finish().unwrap();
    let mut reader = PcapNgReader::new(&file[..]).unwrap();
    let secrets = std::iter::from_fn(|| match reader.next_block()?.unwrap() {
        Block::Unknown(block) => Some(Some((block.type_, block.value.to_vec()))),
        _ => Some(None),
    });
    let (type_, value) = secrets.flatten().next().unwrap();
    assert_eq!(type_, 10);
    assert_eq!(file[8..12], [0x1A, 0x2B, 0x3C, 0x4D], "numbers stand with the large end first");
    assert_eq!(value, [&b"TLSK\0\0\0\x14"[..], b"CLIENT_RANDOM 00 11\n"].concat());
}

#[test]
fn a_comment_of_any_length_can_be_written() {
    let mut writer = PcapWriter::new(Vec::new(), Epoch::SIMULATED).unwrap();
    let long = "é".repeat(40_000);
    writer.packet(AT, &packet(Transport::Udp, V4, b"x"), Some(&long)).unwrap();
    let seen = read(&writer.finish().unwrap());
    assert_eq!(seen[0].comments[0].len(), 65_000);
}

struct Seen {
    nanos: u128,
    bytes: Vec<u8>,
    comments: Vec<String>,
}

fn read(file: &[u8]) -> Vec<Seen> {
    let mut reader = PcapNgReader::new(file).unwrap();
    let mut packets = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.unwrap() {
            let comments = packet.options.iter().filter_map(|option| match option {
                EnhancedPacketOption::Comment(text) => Some(text.to_string()),
                _ => None,
            });
            packets.push(Seen {
                nanos: packet.timestamp.as_nanos(),
                bytes: packet.data.to_vec(),
                comments: comments.collect(),
            });
        }
    }
    packets
}

/// Port, flags, sequence number, acknowledgement, payload.
fn tell_segment(seen: &Seen) -> String {
    let tcp = &seen.bytes[20..];
    let number = |at: usize| u32::from_be_bytes(tcp[at..at + 4].try_into().unwrap());
    let flags = [(8, 'P'), (1, 'F'), (2, 'S'), (16, 'A')];
    let set: String =
        flags.iter().filter(|(bit, _)| tcp[13] & bit != 0).map(|(_, name)| *name).collect();
    let text = String::from_utf8_lossy(&tcp[20..]);
    let port = u16::from_be_bytes([tcp[0], tcp[1]]);
    format!("{port} {set} {} {} {text}", number(4), number(8))
}

/// With the checksums in place, all words together make ones only.
fn adds_up(packet: &[u8]) -> bool {
    let (addresses, protocol, transport) = if packet[0] >> 4 == 4 {
        if sum(&packet[..20]) != 0xFFFF {
            return false;
        }
        (&packet[12..20], packet[9], &packet[20..])
    } else {
        (&packet[8..40], packet[6], &packet[40..])
    };
    let length = u32::try_from(transport.len()).unwrap().to_be_bytes();
    let pseudo = [addresses, &[0, protocol], &length, transport].concat();
    sum(&pseudo) == 0xFFFF
}

fn sum(bytes: &[u8]) -> u32 {
    let words =
        bytes.chunks(2).map(|word| u32::from(word[0]) << 8 | u32::from(*word.get(1).unwrap_or(&0)));
    words.fold(0, |sum, word| (sum + word) % 0x1_0000 + (sum + word) / 0x1_0000)
}

fn packet(
    transport: Transport,
    (source, target): (SocketAddr, SocketAddr),
    payload: &[u8],
) -> Packet {
    Packet { transport, source, target, payload: Bytes::copy_from_slice(payload) }
}

const AT: Instant = Instant::from_millis(1);
const V4: (SocketAddr, SocketAddr) = (
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), 5060),
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2)), 5061),
);
const V6: (SocketAddr, SocketAddr) = (
    SocketAddr::new(
        std::net::IpAddr::V6(std::net::Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, 1)),
        5060,
    ),
    SocketAddr::new(
        std::net::IpAddr::V6(std::net::Ipv6Addr::new(0x2001, 0xDB8, 0, 0, 0, 0, 0, 2)),
        5061,
    ),
);
