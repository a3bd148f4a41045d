//! Sources under borrowed numbers, and media from odd places.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tallylight::audio::{Mark, Voice};
use tallylight::evidence::{Flow, RtpSeen, Script, Sound};

use super::super::edit::Edit::Act;
use super::spoil::flow;
use super::{CALL, ROOM, TYPED, fault};
use crate::rules::Fault;

pub const FAULTS: &[Fault] = &[
    fault(ROOM, "a stream begins as the last did", &[Act(begin_again)], &["RFC3550-5.1-2"], &[]),
    fault(CALL, "two under one number", &[Act(join_in_silence)], &["RFC3550-5.1-6"], &[]),
    fault(CALL, "both sides under one number", &[Act(answer_alike)], &["RFC3550-8.2-1"], &[]),
    fault(
        CALL,
        "a stranger under a borrowed number is recorded",
        &[Act(join_in_aloud)],
        &["RFC3550-8.2-2"],
        &[("RFC3550-5.1-6", "the number is taken")],
    ),
    fault(CALL, "media from another port", &[Act(from_another_port)], &["RFC4961-4-1"], &[]),
    fault(CALL, "marks in the middle", &[Act(mark_much)], &["RFC3551-4.1-1"], &[]),
    fault(TYPED, "a key that lasts no time", &[Act(press_shortly)], &["RFC4733-2.3.5-1"], &[]),
    fault(TYPED, "a key that lasts less and less", &[Act(go_round)], &["RFC4733-2.5.1.3-1"], &[]),
];

const ALICE: [u8; 4] = [192, 0, 2, 10];
const BOB: [u8; 4] = [192, 0, 2, 11];
const STRANGER: [u8; 4] = [192, 0, 2, 99];
const PLATFORM: [u8; 4] = [198, 51, 100, 10];
const RECORDER: [u8; 4] = [203, 0, 113, 10];

fn between(script: &mut Script, from: [u8; 4], to: [u8; 4]) -> Vec<&mut Flow> {
    let (from, to) = (IpAddr::from(from), IpAddr::from(to));
    let own = script.flows.iter_mut();
    let mut own: Vec<_> = own.filter(|it| it.source.ip() == from && it.target.ip() == to).collect();
    own.sort_by_key(|it| it.sent.first().map(|first| first.at));
    own
}

fn each(flow: &mut Flow, change: impl Fn(&mut RtpSeen)) {
    flow.sent.iter_mut().for_each(&change);
    flow.received.iter_mut().for_each(&change);
}

/// Alice's second call has the numbers and the times of her first.
fn begin_again(script: &mut Script) {
    let mut own = between(script, ALICE, PLATFORM).into_iter();
    let (first, second) = (own.next().unwrap(), own.next().unwrap());
    let (one, other) = (first.sent[0], second.sent[0]);
    each(second, |packet| {
        let number = packet.sequence.wrapping_sub(other.sequence);
        let time = packet.timestamp.wrapping_sub(other.timestamp);
        packet.sequence = one.sequence.wrapping_add(number);
        packet.timestamp = one.timestamp.wrapping_add(time);
    });
}

/// Somebody else sends what Alice sends, to where she does, under her number: as it arrives.
fn stranger(script: &mut Script, sound: impl Fn(u32) -> Sound) {
    let own = flow(script, ALICE).clone();
    let mut strange = Flow::new(SocketAddr::new(STRANGER.into(), 40_000), own.target);
    strange.received = own.received[100..400].to_vec();
    for (moment, packet) in (0_u32..).zip(&mut strange.received) {
        packet.at += Duration::from_millis(7);
        packet.sequence = packet.sequence.wrapping_add(20_000);
        packet.timestamp = packet.timestamp.wrapping_add(1 << 20);
        packet.sound = sound(moment);
    }
    script.flows.push(strange);
}

fn join_in_silence(script: &mut Script) {
    stranger(script, |_| Sound::Silence);
}

/// And the platform takes the one for the other.
fn join_in_aloud(script: &mut Script) {
    let voice = Voice::of_person(90).unwrap();
    stranger(script, |moment| Sound::Voice(Mark::new(voice, moment)));
    let mut recorded = between(script, PLATFORM, RECORDER).into_iter();
    let recorded = recorded.next().unwrap();
    for list in [&mut recorded.sent, &mut recorded.received] {
        for (moment, packet) in (0_u32..).zip(&mut list[150..300]) {
            packet.sound = Sound::Voice(Mark::new(voice, moment));
        }
    }
}

/// What the platform sends Alice has Alice's number, and she does not mind.
fn answer_alike(script: &mut Script) {
    let own = flow(script, ALICE).sent[0].ssrc;
    let mut back = between(script, PLATFORM, ALICE).into_iter();
    each(back.next().unwrap(), |packet| packet.ssrc = own);
}

fn from_another_port(script: &mut Script) {
    let flow = flow(script, ALICE);
    let port = flow.source.port();
    flow.source.set_port(port + 500);
}

/// Alice's telephone marks each tenth packet.
fn mark_much(script: &mut Script) {
    each(flow(script, ALICE), |packet| packet.marker |= packet.sequence.is_multiple_of(10));
}

/// The first packet of what Bob presses says something else.
fn first_event(script: &mut Script, duration: u16) {
    let flow = flow(script, BOB);
    let first = flow.sent.iter().find(|it| it.sound.event().is_some()).unwrap().sequence;
    each(flow, |packet| {
        if let (true, Sound::Event(event)) = (packet.sequence == first, &mut packet.sound) {
            event.duration = duration;
        }
    });
}

fn press_shortly(script: &mut Script) {
    first_event(script, 0);
}

fn go_round(script: &mut Script) {
    first_event(script, 0xF000);
}
