//! What others see in our captures: tshark reads them as it reads a real one.
//!
//! Runs only with `TALLYLIGHT_INTEROP=1`, which asks for programs that others wrote.

use std::fs::{self, File};
use std::io::BufWriter;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use bytes::Bytes;
use tallylight::evidence::PcapWriter;
use tallylight::packet::{Packet, Transport};
use tallylight::time::{Epoch, Instant};

#[test]
fn tshark_reads_a_capture_of_ours_as_a_real_one() {
    if std::env::var_os("TALLYLIGHT_INTEROP").is_none() {
        eprintln!("not run: TALLYLIGHT_INTEROP is not set");
        return;
    }
    let file = capture();
    let tshark = |arguments: &[&str]| tshark(&file, arguments);
    let wrong_sums =
        "ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0";
    let first = |filter| tshark(&["-Y", filter]).lines().next().map(str::to_owned);
    assert_eq!(first("_ws.malformed"), None);
    assert_eq!(first(wrong_sums), None);
    assert_eq!(first("tcp.analysis.flags"), None);

    // Three calls, over UDP, TCP and TLS, with every message in its dialog.
    let methods = tshark(&["-Y", "sip", "-T", "fields", "-e", "sip.Call-ID", "-e", "sip.CSeq"]);
    for transport in ["udp", "tcp", "tls"] {
        let call_id = format!("{transport}@example.com");
        let of_call = methods.lines().filter(|line| line.starts_with(&call_id));
        assert_eq!(of_call.count(), 6, "{methods}");
    }
    let statistics = tshark(&["-q", "-z", "sip,stat"]);
    assert!(statistics.contains("Number of SIP messages: 18"), "{statistics}");
    assert!(statistics.contains("Number of resent SIP messages: 0"), "{statistics}");

    // Both directions of each, found through the SDP or, where that is guessing, by their looks.
    let streams = tshark(&["-q", "-o", "rtp.heuristic_rtp:TRUE", "-z", "rtp,streams"]);
    assert_eq!(streams.matches("g711U").count(), 6, "{streams}");
    assert_eq!(streams.matches("0 (0.0%)").count(), 6, "{streams}");

    let comments = tshark(&["-Y", "frame.comment", "-T", "fields", "-e", "frame.comment"]);
    assert!(comments.contains("Alice calls Bob"), "{comments}");
    fs::remove_file(file).unwrap();
}

/// What tshark prints, with all checksums verified.
fn tshark(file: &Path, arguments: &[&str]) -> String {
    let output = Command::new("tshark")
        .args(["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"])
        .args(["-o", "tcp.check_checksum:TRUE", "-r"])
        .arg(file)
        .args(arguments)
        .output()
        .expect("tshark is installed (Debian: apt-get install tshark)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn capture() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("three_calls.pcapng");
    let file = BufWriter::new(File::create(&path).unwrap());
    let mut writer = PcapWriter::new(file, Epoch::SIMULATED).unwrap();
    for (second, transport) in (0..).zip([Transport::Udp, Transport::Tcp, Transport::Tls]) {
        for (millis, packet) in call(transport, second) {
            let at = Instant::from_millis(10_000 * u64::from(second) + millis);
            let comment = packet.payload.starts_with(b"INVITE").then_some("Alice calls Bob");
            writer.packet(at, &packet, comment).unwrap();
        }
    }
    writer.finish().unwrap();
    path
}

/// A call of two seconds: the messages and the media, with the milliseconds at which they go.
fn call(transport: Transport, number: u16) -> Vec<(u64, Packet)> {
    let port = if transport == Transport::Tls { 5061 } else { 5060 };
    let (alice, bob) = (address(1, port), address(2, port));
    let (alice_rtp, bob_rtp) = (address(1, 10_000 + 2 * number), address(2, 20_000 + 2 * number));
    let to_bob = |millis, text: &str| (millis, sip(transport, alice, bob, text));
    let to_alice = |millis, text: &str| (millis, sip(transport, bob, alice, text));
    let message = |start: &str, cseq: &str, tag: &str, body: &str| {
        let name = transport.to_string().to_lowercase();
        let content = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{start}\r\nVia: SIP/2.0/{transport} 192.0.2.1:{port};branch=z9hG4bK{}\r\n\
             From: <sip:alice@example.com>;tag=a\r\nTo: <sip:bob@example.com>{tag}\r\n\
             Call-ID: {name}@example.com\r\nCSeq: {cseq}\r\nMax-Forwards: 70\r\n\
             Contact: <sip:192.0.2.1:{port}>\r\n{content}Content-Length: {}\r\n\r\n{body}",
            cseq.replace(' ', ""),
            body.len(),
        )
    };
    let invite = message(
        "INVITE sip:bob@example.com SIP/2.0",
        "1 INVITE",
        "",
        // Larger than a frame, as a SIPREC INVITE is.
        &(sdp(alice_rtp) + &"a=x-filler:0123456789\r\n".repeat(150)),
    );
    let mut packets = vec![
        to_bob(0, &invite),
        to_alice(20, &message("SIP/2.0 180 Ringing", "1 INVITE", ";tag=b", "")),
        to_alice(40, &message("SIP/2.0 200 OK", "1 INVITE", ";tag=b", &sdp(bob_rtp))),
        to_bob(60, &message("ACK sip:bob@example.com SIP/2.0", "1 ACK", ";tag=b", "")),
    ];
    for count in 0..100 {
        packets.push((100 + 20 * u64::from(count), rtp(alice_rtp, bob_rtp, count)));
        packets.push((105 + 20 * u64::from(count), rtp(bob_rtp, alice_rtp, count)));
    }
    packets.push(to_bob(2_200, &message("BYE sip:bob@example.com SIP/2.0", "2 BYE", ";tag=b", "")));
    packets.push(to_alice(2_220, &message("SIP/2.0 200 OK", "2 BYE", ";tag=b", "")));
    packets
}

fn sip(transport: Transport, source: SocketAddr, target: SocketAddr, text: &str) -> Packet {
    Packet { transport, source, target, payload: Bytes::copy_from_slice(text.as_bytes()) }
}

fn sdp(rtp: SocketAddr) -> String {
    let (ip, port) = (rtp.ip(), rtp.port());
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
    )
}

/// A packet of G.711 (RFC 3550 section 5.1), silence within.
fn rtp(source: SocketAddr, target: SocketAddr, count: u16) -> Packet {
    let mut bytes = vec![0x80, 0];
    bytes.extend(count.to_be_bytes());
    bytes.extend((160 * u32::from(count)).to_be_bytes());
    bytes.extend(u32::from(source.port()).to_be_bytes());
    bytes.extend([0xFF; 160]);
    Packet { transport: Transport::Udp, source, target, payload: bytes.into() }
}

fn address(host: u8, port: u16) -> SocketAddr {
    ([192, 0, 2, host], port).into()
}
