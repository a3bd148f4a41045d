//! The telephones against each other: what is proved here is the test's own tools.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::baresip::{Baresip, Setup};
use crate::capture::Recording;
use crate::sipp::{Line, PATIENCE, Sipp, Transport};
use crate::tone::Tone;

pub fn sipp_calls_sipp_over_udp(folder: &Path) {
    sipp_calls_sipp(Transport::Udp, folder);
}

pub fn sipp_calls_sipp_over_tcp(folder: &Path) {
    sipp_calls_sipp(Transport::Tcp, folder);
}

fn sipp_calls_sipp(transport: Transport, folder: &Path) {
    let capture = Recording::start(folder);
    let bob = Sipp::new("bob", BOB, 5_070, transport, Tone::High, folder);
    let alice = Sipp::new("alice", ALICE, 5_080, transport, Tone::Low, folder);
    let answer = bob.answer();
    alice.call(BOB.number, bob.address(), TALK).end(PATIENCE).well();
    answer.end(PATIENCE).well();

    let capture = capture.stop();
    capture.is_whole();
    capture.has_streams(2, PACKETS);
    let dialogs = capture.dialogs();
    assert!(dialogs.len() == 1 && dialogs[0].is_a_whole_call(), "{dialogs:#?}");
}

pub fn sipp_proves_who_it_is_when_its_call_is_challenged(folder: &Path) {
    let bob = Sipp::new("bob", BOB, 5_070, Transport::Udp, Tone::High, folder);
    let alice = Sipp::new("alice", ALICE, 5_080, Transport::Udp, Tone::Low, folder);
    let answer = bob.challenge(ALICE);
    alice.call(BOB.number, bob.address(), Duration::from_secs(1)).end(PATIENCE).well();
    answer.end(PATIENCE).well();
}

pub fn sipp_registers_with_its_password_only(folder: &Path) {
    let wrong = Line { secret: "wrong", ..ALICE };
    for (transport, name) in [(Transport::Udp, "udp"), (Transport::Tcp, "tcp")] {
        let folder = folder.join(name);
        let registrar = Sipp::new("registrar", BOB, 5_070, transport, Tone::High, &folder);
        let alice = Sipp::new("alice", ALICE, 5_080, transport, Tone::Low, &folder);
        let taking = registrar.take_registration(ALICE);
        alice.register(registrar.address()).well();
        drop(taking);

        // The port that registered is then called, over a connection of the caller's.
        let answer = alice.answer();
        registrar.call(ALICE.number, alice.address(), Duration::from_secs(1)).end(PATIENCE).well();
        answer.end(PATIENCE).well();

        let impostor = Sipp::new("impostor", wrong, 5_090, transport, Tone::Low, &folder);
        let taking = registrar.take_registration(ALICE);
        assert_eq!(impostor.register(registrar.address()).status.code(), Some(1));
        assert!(impostor.errors("register").contains("403 Forbidden"));
        drop(taking);
    }
}

pub fn baresip_calls_baresip(folder: &Path) {
    let capture = Recording::start(folder);
    let mut bob = Baresip::start(&bob_on_baresip(), folder);
    let mut alice = Baresip::start(&alice_on_baresip(at(BARESIP_BOB)), folder);
    alice.dial(BOB.number);
    bob.answer();
    alice.is_talking();
    bob.is_talking();
    thread::sleep(TALK);
    bob.hang_up();
    alice.call_is_over();
    alice.quit().carries_only(Tone::High, LEAST, HOLE);
    bob.quit().carries_only(Tone::Low, LEAST, HOLE);

    let capture = capture.stop();
    capture.is_whole();
    capture.has_streams(2, PACKETS);
    let dialogs = capture.dialogs();
    assert!(dialogs.len() == 1 && dialogs[0].is_a_whole_call(), "{dialogs:#?}");
}

pub fn baresip_registers_over_udp_and_tcp(folder: &Path) {
    for (transport, name) in [(Transport::Udp, "udp"), (Transport::Tcp, "tcp")] {
        let folder = folder.join(name);
        let registrar = Sipp::new("registrar", BOB, 5_070, transport, Tone::High, &folder);
        let taking = registrar.take_registration(ALICE);
        let setup = Setup { registers: true, transport, ..alice_on_baresip(registrar.address()) };
        let mut alice = Baresip::start(&setup, &folder);
        alice.is_registered();
        drop(taking);
    }
}

pub fn baresip_calls_sipp(folder: &Path) {
    let bob = Sipp::new("bob", BOB, 5_070, Transport::Udp, Tone::High, folder);
    let answer = bob.answer();
    let mut alice = Baresip::start(&alice_on_baresip(bob.address()), folder);
    alice.dial(BOB.number);
    alice.is_talking();
    thread::sleep(TALK);
    alice.hang_up();
    alice.quit().carries_only(Tone::High, LEAST, HOLE);
    answer.end(PATIENCE).well();
}

pub fn sipp_calls_baresip(folder: &Path) {
    let alice = Sipp::new("alice", ALICE, 5_080, Transport::Udp, Tone::Low, folder);
    let mut bob = Baresip::start(&bob_on_baresip(), folder);
    let call = alice.call(BOB.number, at(BARESIP_BOB), TALK);
    bob.answer();
    bob.call_is_over();
    call.end(PATIENCE).well();
    bob.quit().carries_only(Tone::Low, LEAST, HOLE);
}

fn alice_on_baresip(next: SocketAddr) -> Setup {
    Setup {
        name: "alice",
        line: ALICE,
        port: 15_060,
        next,
        transport: Transport::Udp,
        registers: false,
        tone: Tone::Low,
    }
}

fn bob_on_baresip() -> Setup {
    Setup { name: "bob", line: BOB, port: BARESIP_BOB, tone: Tone::High, ..alice_on_baresip(at(9)) }
}

fn at(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

const ALICE: Line = Line { number: "+12025550101", secret: "alpine-meadow" };

const BOB: Line = Line { number: "+12025550102", secret: "larch-bridge" };

const BARESIP_BOB: u16 = 15_070;

/// How long a call is talked in.
const TALK: Duration = Duration::from_secs(4);

/// The least that must be heard of it, and sent: setting up takes a part of it.
const LEAST: Duration = Duration::from_millis(3_500);

const PACKETS: u64 = 175;

/// What a telephone's jitter buffer may leave out.
const HOLE: Duration = Duration::from_millis(60);
