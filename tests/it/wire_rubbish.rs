//! The hostile network on real sockets: while people talk over loopback, strangers do their worst
//! to every port; the call passes its checks anyway.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tallylight::check::{Limits, Verdict, streams, whole};
use tallylight::cli;
use tallylight::role::Command;
use tallylight::role::recorder::Memory;
use tallylight::scenario::Scenario;
use tallylight::testbed::Testbed;

const BOB: &str = "+12025550102";
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A port of TCP with a free one above it, for SIP and for SIP over TLS.
fn free_port() -> u16 {
    for _ in 0..100 {
        let one = TcpListener::bind((LOOPBACK, 0)).unwrap();
        let port = one.local_addr().unwrap().port();
        let above = port.checked_add(1).map(|above| TcpListener::bind((LOOPBACK, above)));
        if above.is_some_and(|above| above.is_ok()) {
            return port;
        }
    }
    panic!("no two free ports in a row");
}

fn scenario(platform: u16, recorder: u16) -> Scenario {
    let text = format!(
        "title: Loopback\ncast:\n  Alice: {{ role: phone, number: \"+1 202 555 0101\", \
         recording: always }}\n  Bob: {{ role: phone, number: \"+1 202 555 0102\" }}\n  \
         platform: {{ role: platform, transport: tcp }}\n  recorder: {{ role: recorder }}\n\
         wire:\n  listen: 127.0.0.1\n  ports:\n    platform: {platform}\n    recorder: {recorder}\n"
    );
    Scenario::parse("loopback.yaml", &text, &cli::known()).unwrap()
}

#[test]
fn a_call_passes_its_checks_whatever_strangers_do_to_its_ports() {
    let (platform, recorder) = (free_port(), free_port());
    let scenario = scenario(platform, recorder);
    let mut testbed = Testbed::build(&scenario, 1, Box::new(Memory::default())).unwrap();
    testbed.pass(Duration::from_millis(500));
    assert!(testbed.tell("Alice", Command::Call(BOB.to_owned())));
    testbed.pass(Duration::from_millis(500));
    testbed.tell("Bob", Command::Answer);
    testbed.pass(Duration::from_millis(500));
    let media: BTreeSet<_> = testbed.timeline().flows().iter().map(|flow| flow.target).collect();
    assert!(media.len() >= 6, "{media:?}");

    let over = AtomicBool::new(false);
    let sip = [platform, recorder].map(|port| SocketAddr::new(LOOPBACK, port));
    thread::scope(|scope| {
        scope.spawn(|| until(&over, || throw_datagrams(media.iter().chain(&sip))));
        for target in sip {
            let tls = SocketAddr::new(target.ip(), target.port() + 1);
            scope.spawn(move || speak(target, SLOWLY.as_bytes(), 1, Duration::from_millis(250)));
            scope.spawn(move || speak(target, HUGE.as_bytes(), 4_096, Duration::ZERO));
            scope.spawn(move || speak(tls, SLOWLY.as_bytes(), 4_096, Duration::ZERO));
            scope.spawn(move || connect_often(target, 500));
        }
        testbed.pass(Duration::from_secs(5));
        over.store(true, Ordering::Relaxed);
    });
    testbed.tell("Alice", Command::HangUp);
    testbed.pass(Duration::from_secs(1));

    let timeline = testbed.timeline();
    let limits = Limits { gap: Duration::from_millis(200), loss: 0.05 };
    assert_passes("two streams", &streams::streams_are(timeline, 2));
    assert_passes("who spoke", &streams::speakers_are_named(timeline));
    for (listener, speaker) in [("Alice", "Bob"), ("Bob", "Alice")] {
        assert_passes(speaker, &whole::hears(timeline, listener, speaker, None, &limits));
        assert_passes(speaker, &whole::nothing_is_missing(timeline, speaker, None, &limits));
    }
    assert_eq!(timeline.dropped(), 0);
}

fn assert_passes(what: &str, verdict: &Verdict) {
    assert!(matches!(verdict, Verdict::Pass), "{what}: {verdict:?}");
}

fn until(over: &AtomicBool, mut deed: impl FnMut()) {
    for _ in 0..ROUNDS_MAX {
        if over.load(Ordering::Relaxed) {
            return;
        }
        deed();
    }
}

/// Twenty datagrams for each address: noise, what begins like RTP, and what begins like SIP.
fn throw_datagrams<'a>(targets: impl Iterator<Item = &'a SocketAddr>) {
    let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(socket.local_addr().unwrap().port().into());
    for target in targets {
        for kind in 0..20 {
            let mut bytes = [0; 172];
            rng.fill_bytes(&mut bytes);
            match kind % 3 {
                0 => bytes[..2].copy_from_slice(&[0x80, 0]),
                1 => bytes[..7].copy_from_slice(b"INVITE "),
                _ => {}
            }
            let _ = socket.send_to(&bytes, target);
        }
    }
    pause_for(Duration::from_millis(100));
}

/// Says `text` so many bytes at a time, for four seconds at most or until nobody listens.
fn speak(target: SocketAddr, text: &[u8], step: usize, pause: Duration) {
    let Ok(mut stream) = TcpStream::connect(target) else { return };
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    for bytes in text.chunks(step).take(16) {
        if stream.write_all(bytes).is_err() {
            return;
        }
        pause_for(pause);
    }
    let mut answer = [0; 1_024];
    let refused = stream.read(&mut answer).err().map(|why| why.kind());
    let wanted = [ErrorKind::WouldBlock, ErrorKind::ConnectionReset];
    assert!(refused.is_none_or(|kind| wanted.contains(&kind)), "{refused:?}");
}

fn connect_often(target: SocketAddr, count: usize) {
    for _ in 0..count {
        drop(TcpStream::connect(target));
        pause_for(Duration::from_millis(2));
    }
}

#[expect(clippy::disallowed_methods, reason = "a stranger has a clock of their own")]
fn pause_for(span: Duration) {
    thread::sleep(span);
}

const SLOWLY: &str = "INVITE sip:+12025550102@calls.example SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n";
const HUGE: &str = "INVITE sip:+12025550102@calls.example SIP/2.0\r\nContent-Length: 4294967296\
                    \r\n\r\nand so on, for four gigabytes";
/// Ten seconds of rounds of a tenth.
const ROUNDS_MAX: usize = 100;
