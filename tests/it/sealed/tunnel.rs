//! Puts what was shown in the clear into real TLS, and back into a capture.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use pcap_file::pcapng::{Block, PcapNgReader};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tallylight::evidence::{PcapWriter, Timeline};
use tallylight::packet::{Packet, Transport};
use tallylight::time::{Epoch, Instant};
use tokio_rustls::rustls::crypto::ring::{cipher_suite, default_provider, kx_group};
use tokio_rustls::rustls::crypto::{CryptoProvider, SupportedKxGroup};
use tokio_rustls::rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, KeyLog, RootCertStore, ServerConfig, ServerConnection,
    SupportedCipherSuite, version,
};

/// What both ends agree on.
pub struct Agreement {
    pub name: &'static str,
    suite: SupportedCipherSuite,
    /// What the server can; a client offers its own first.
    groups: Vec<&'static dyn SupportedKxGroup>,
}

/// A capture, and the key log of the connections in it.
pub struct Sealed {
    pub file: Vec<u8>,
    pub keys: String,
}

impl Agreement {
    /// One for each cipher of both versions, and one for which the client has to say hello twice.
    pub fn all() -> Vec<Self> {
        let suites = [
            ("1.3 AES 128", cipher_suite::TLS13_AES_128_GCM_SHA256),
            ("1.3 AES 256", cipher_suite::TLS13_AES_256_GCM_SHA384),
            ("1.3 ChaCha20", cipher_suite::TLS13_CHACHA20_POLY1305_SHA256),
            ("1.2 AES 128", cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
            ("1.2 AES 256", cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
            ("1.2 ChaCha20", cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
            ("1.3 twice", cipher_suite::TLS13_AES_128_GCM_SHA256),
        ];
        let agreement = |(name, suite): (&'static str, SupportedCipherSuite)| {
            let groups = if name == "1.3 twice" {
                vec![kx_group::SECP384R1]
            } else {
                default_provider().kx_groups
            };
            Self { name, suite, groups }
        };
        suites.into_iter().map(agreement).collect()
    }

    fn is_tls13(&self) -> bool {
        self.suite.version() == &version::TLS13
    }
}

/// The same capture with everything in TLS that is shown in the clear.
pub fn seal(timeline: &Timeline, file: &[u8], agreement: &Agreement) -> Sealed {
    seal_times(1, timeline, file, agreement)
}

/// The same, with every message fifty times, for connections on which much is said.
pub fn seal_much(timeline: &Timeline, file: &[u8], agreement: &Agreement) -> Sealed {
    seal_times(50, timeline, file, agreement)
}

fn seal_times(times: usize, timeline: &Timeline, file: &[u8], agreement: &Agreement) -> Sealed {
    let keys = Arc::new(Keys::default());
    let mut writer = PcapWriter::new(Vec::new(), timeline.epoch()).unwrap();
    let mut tunnels: BTreeMap<(SocketAddr, SocketAddr), Tunnel> = BTreeMap::new();
    for (at, packet) in packets(file) {
        if packet.transport != Transport::Tls {
            writer.packet(at, &packet, None).unwrap();
            continue;
        }
        let (source, target) = (packet.source, packet.target);
        let ends = (source.min(target), source.max(target));
        let mut emit = |source, target, payload: Vec<u8>| {
            let packet =
                Packet { transport: Transport::Tcp, source, target, payload: payload.into() };
            writer.packet(at, &packet, None).unwrap();
        };
        let tunnel = tunnels.entry(ends).or_insert_with(|| {
            let mut tunnel = Tunnel::new(source, target, agreement, &keys);
            tunnel.shake_hands(&mut emit);
            tunnel
        });
        for _ in 0..times {
            tunnel.say(source, &packet.payload, agreement.is_tls13(), &mut emit);
        }
    }
    assert!(!tunnels.is_empty(), "nothing was within TLS");
    Sealed { file: writer.finish().unwrap(), keys: keys.0.lock().unwrap().clone() }
}

/// A capture with keys before its packets.
pub fn keys_first(file: &[u8], keys: &str) -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new(), EPOCH).unwrap();
    writer.tls_secrets(keys).unwrap();
    copy(file, &mut writer, |_, _| true);
    writer.finish().unwrap()
}

/// A capture with keys after its packets.
pub fn keys_last(file: &[u8], keys: &str) -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new(), EPOCH).unwrap();
    copy(file, &mut writer, |_, _| true);
    writer.tls_secrets(keys).unwrap();
    writer.finish().unwrap()
}

/// The datagrams of a capture.
pub fn datagrams_of(file: &[u8]) -> Vec<u8> {
    without(file, |_, _| true)
}

/// A capture without datagrams, except for those of signalling.
pub fn without_media(file: &[u8]) -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new(), EPOCH).unwrap();
    let is_media = |packet: &Packet| {
        packet.transport == Transport::Udp && matches!(packet.payload[0], 128..=191)
    };
    copy(file, &mut writer, |_, packet| !is_media(packet));
    writer.finish().unwrap()
}

/// A capture without some segments: the numbers count those with something in them. The sequence
/// numbers stay what they were.
pub fn without(file: &[u8], drops: impl Fn(usize, &Packet) -> bool) -> Vec<u8> {
    let (mut reader, mut out) = (PcapNgReader::new(Cursor::new(file)).unwrap(), Vec::new());
    let mut writer =
        pcap_file::pcapng::PcapNgWriter::with_section_header(&mut out, reader.section().clone())
            .unwrap();
    let mut number = 0;
    while let Some(block) = reader.next_block() {
        let block = block.unwrap().into_owned();
        if let Block::EnhancedPacket(seen) = &block
            && let Some(packet) = packet_of(&seen.data, false)
        {
            let is_segment = packet.transport == Transport::Tcp;
            number += usize::from(is_segment && !packet.payload.is_empty());
            if is_segment && drops(number, &packet) {
                continue;
            }
        }
        writer.write_block(&block).unwrap();
    }
    out
}

/// A line of a key log with another last digit.
pub fn with_another_end(line: &str) -> String {
    let (rest, last) = line.split_at(line.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

/// Two ends of a connection.
struct Tunnel {
    client: ClientConnection,
    server: ServerConnection,
    from: SocketAddr,
    to: SocketAddr,
    said: usize,
}

impl Tunnel {
    fn new(from: SocketAddr, to: SocketAddr, agreement: &Agreement, keys: &Arc<Keys>) -> Self {
        let provider = |groups| {
            let cipher_suites = vec![agreement.suite];
            Arc::new(CryptoProvider { cipher_suites, kx_groups: groups, ..default_provider() })
        };
        let made = generate_simple_self_signed(["recorder.example".to_owned()]).unwrap();
        let CertifiedKey { cert, signing_key } = made;
        let versions = [agreement.suite.version()];
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let mut server = ServerConfig::builder_with_provider(provider(agreement.groups.clone()))
            .with_protocol_versions(&versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.into())
            .unwrap();
        server.key_log = Arc::clone(keys) as _;
        let mut roots = RootCertStore::empty();
        roots.add(cert.der().clone()).unwrap();
        let mut client =
            ClientConfig::builder_with_provider(provider(default_provider().kx_groups))
                .with_protocol_versions(&versions)
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
        client.key_log = Arc::clone(keys) as _;
        let name = ServerName::try_from("recorder.example").unwrap();
        Self {
            client: ClientConnection::new(Arc::new(client), name).unwrap(),
            server: ServerConnection::new(Arc::new(server)).unwrap(),
            from,
            to,
            said: 0,
        }
    }

    fn shake_hands(&mut self, emit: &mut impl FnMut(SocketAddr, SocketAddr, Vec<u8>)) {
        for _ in 0..10 {
            self.carry(emit);
        }
        assert!(!self.client.is_handshaking() && !self.server.is_handshaking());
    }

    /// Carries what either end has to send.
    fn carry(&mut self, emit: &mut impl FnMut(SocketAddr, SocketAddr, Vec<u8>)) {
        let mut bytes = Vec::new();
        while self.client.wants_write() {
            self.client.write_tls(&mut bytes).unwrap();
        }
        if !bytes.is_empty() {
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                self.server.read_tls(&mut rest).unwrap();
                self.server.process_new_packets().unwrap();
                let _ = self.server.reader().read_to_end(&mut Vec::new());
            }
            emit(self.from, self.to, std::mem::take(&mut bytes));
        }
        while self.server.wants_write() {
            self.server.write_tls(&mut bytes).unwrap();
        }
        if !bytes.is_empty() {
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                self.client.read_tls(&mut rest).unwrap();
                self.client.process_new_packets().unwrap();
                let _ = self.client.reader().read_to_end(&mut Vec::new());
            }
            emit(self.to, self.from, bytes);
        }
    }

    /// Says something; now and then, where that can be, with a new key.
    fn say(
        &mut self,
        source: SocketAddr,
        payload: &[u8],
        is_tls13: bool,
        emit: &mut impl FnMut(SocketAddr, SocketAddr, Vec<u8>),
    ) {
        self.said += 1;
        if is_tls13 && self.said.is_multiple_of(3) {
            self.client.refresh_traffic_keys().unwrap();
        }
        if source == self.from {
            self.client.writer().write_all(payload).unwrap();
        } else {
            self.server.writer().write_all(payload).unwrap();
        }
        self.carry(emit);
    }
}

/// Collects a key log.
#[derive(Debug, Default)]
struct Keys(Mutex<String>);

impl KeyLog for Keys {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut text = self.0.lock().unwrap();
        let hex = |bytes: &[u8]| {
            bytes.iter().fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").unwrap();
                text
            })
        };
        writeln!(text, "{label} {} {}", hex(client_random), hex(secret)).unwrap();
    }
}

fn copy(file: &[u8], writer: &mut PcapWriter<Vec<u8>>, keeps: impl Fn(usize, &Packet) -> bool) {
    for (number, (at, packet)) in packets(file).into_iter().enumerate() {
        if keeps(number, &packet) {
            writer.packet(at, &packet, None).unwrap();
        }
    }
}

/// The packets of a capture of ours that have something in them.
pub fn packets(file: &[u8]) -> Vec<(Instant, Packet)> {
    let mut reader = PcapNgReader::new(Cursor::new(file)).unwrap();
    let mut packets = Vec::new();
    while let Some(block) = reader.next_block() {
        let Block::EnhancedPacket(seen) = block.unwrap() else { continue };
        let is_within_tls = !seen.options.is_empty();
        let nanos = i64::try_from(seen.timestamp.as_nanos()).unwrap();
        let since = nanos - EPOCH.unix_nanos(Instant::START);
        let at = Instant::from_nanos(u64::try_from(since).unwrap());
        let packet = packet_of(&seen.data, is_within_tls);
        packets.extend(packet.filter(|it| !it.payload.is_empty()).map(|packet| (at, packet)));
    }
    packets
}

/// What is in an IPv4 packet, as we write them.
fn packet_of(bytes: &[u8], is_within_tls: bool) -> Option<Packet> {
    let ip = |at: usize| {
        IpAddr::V4(Ipv4Addr::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]))
    };
    let port = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    let (transport, head) = match (bytes.get(9)?, is_within_tls) {
        (17, _) => (Transport::Udp, 28),
        (6, false) => (Transport::Tcp, 40),
        (6, true) => (Transport::Tls, 40),
        _ => return None,
    };
    let (source, target) = ((ip(12), port(20)).into(), (ip(16), port(22)).into());
    Some(Packet { transport, source, target, payload: bytes[head..].to_vec().into() })
}

const EPOCH: Epoch = Epoch::SIMULATED;
