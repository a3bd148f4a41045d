//! The checks are honest about real people, who speak without our marks: what cannot be told of
//! them is inconclusive and never a failure; what can be told all the same still is.
//!
//! Each test plays a simulated call, and then has the very same packets said by somebody else.

use std::collections::BTreeMap;

use tallylight::audio::Voice;
use tallylight::check::{Limits, Verdict, align, modes, span, streams, whole};
use tallylight::evidence::{Kind, Side, Sound, Timeline};
use tallylight::packet::{Packet, Transport};
use tallylight::rtp::Codec;
use tallylight::scenario::Budgets;
use tallylight::time::Instant;

use crate::stage;

/// How somebody speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Manner {
    /// As our people do.
    Marked,
    /// As people do: there is no mark in it.
    Human,
    /// As people do who talk for so long that some of it looks like a mark by chance.
    HumanByChance,
    /// Into a microphone that is switched off.
    Silent,
    /// Their telephone sends nothing.
    Mute,
}

use Manner::{Human, HumanByChance, Marked, Mute, Silent};

/// A call of Alice, who is recorded, and Bob, on a platform with this fault; both speak in their
/// manner, and packets are passed on as they are.
fn call(fault: &str, alice: Manner, bob: Manner) -> Timeline {
    let manners = BTreeMap::from([("Alice", alice), ("Bob", bob)]);
    said_by_others(&played(fault), &manners, &|_| false)
}

/// What was seen of such a call between people of ours.
fn played(fault: &str) -> Timeline {
    let office = stage::scenario_text("quiet_office");
    let faulty = match fault {
        "" => office,
        fault => {
            stage::with(&office, "role: platform,", &format!("role: platform, fault: {fault},"))
        }
    };
    let example = stage::example("Nothing is sent to the recorder afterwards");
    let jobs = [stage::job(&example, &stage::scenario_of(&faulty), 7)];
    let mut kept = stage::play(&jobs, 1, |_, played| played.kept.unwrap().timeline.unwrap());
    kept.remove(0)
}

/// The same packets at the same moments, with other voices in them, but for what comes from or goes
/// to somebody who is out of sight.
fn said_by_others(
    played: &Timeline,
    manners: &BTreeMap<&str, Manner>,
    is_out_of_sight: &dyn Fn(&str) -> bool,
) -> Timeline {
    let hidden = |address| is_out_of_sight(&played.cast().label(address));
    let mut said = Timeline::new(played.epoch());
    *said.cast_mut() = played.cast().clone();
    for sighting in played.signalling() {
        let Some(message) = sighting.message() else { continue };
        if hidden(sighting.source) || hidden(sighting.target) {
            continue;
        }
        let packet = Packet {
            transport: sighting.transport,
            source: sighting.source,
            target: sighting.target,
            payload: message.to_bytes(),
        };
        see(&mut said, sighting.side, sighting.at, &packet);
    }
    let manner_of = |ssrc| {
        let own = played.flows().iter().find(|flow| {
            played.cast().is(flow.source, Kind::Phone) && flow.sent.iter().any(|it| it.ssrc == ssrc)
        });
        let name = own.and_then(|flow| played.cast().at(flow.source))?.name.as_str();
        manners.get(name).copied()
    };
    for flow in played.flows().iter().filter(|it| !hidden(it.source) && !hidden(it.target)) {
        for (side, packets) in [(Side::Sent, &flow.sent), (Side::Received, &flow.received)] {
            for seen in packets {
                let manner = manner_of(seen.ssrc).expect("packets are passed on as they are");
                let Some(payload) = payload(manner, seen.sound, seen.sequence) else { continue };
                let mut bytes = vec![0x80, seen.payload_type];
                bytes.extend(seen.sequence.to_be_bytes());
                bytes.extend(seen.timestamp.to_be_bytes());
                bytes.extend(seen.ssrc.to_be_bytes());
                bytes.extend(payload);
                let packet = Packet {
                    transport: Transport::Udp,
                    source: flow.source,
                    target: flow.target,
                    payload: bytes.into(),
                };
                see(&mut said, side, seen.at, &packet);
            }
        }
    }
    said
}

fn see(timeline: &mut Timeline, side: Side, at: Instant, packet: &Packet) {
    match side {
        Side::Sent => timeline.sent(at, packet),
        Side::Received => timeline.received(at, packet),
        Side::Undeliverable => timeline.undeliverable(at, packet),
    }
}

/// 20 ms of G.711: what was said, said in another manner.
fn payload(manner: Manner, sound: Sound, sequence: u16) -> Option<Vec<u8>> {
    let noise = |seed: u16| {
        let mut state = u32::from(seed).wrapping_mul(2_654_435_761) | 1;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            // Not too loud.
            state.to_be_bytes()[0] | 0x20
        };
        (0..160).map(|_| next()).collect::<Vec<u8>>()
    };
    let speech = |voice: Voice, moment: u32| {
        let mut payload = Vec::new();
        Codec::Pcmu.encoder().encode(&voice.speak(moment), &mut payload);
        payload
    };
    match manner {
        Mute => None,
        Silent => Some(vec![0xFF; 160]),
        HumanByChance if sequence.is_multiple_of(20) => {
            let anybody = u8::try_from(sequence % 5 + 3).unwrap();
            Some(speech(Voice::of_person(anybody).unwrap(), u32::from(sequence) * 7))
        }
        Human | HumanByChance => Some(noise(sequence)),
        Marked => match sound {
            Sound::Voice(mark) => Some(speech(mark.voice(), mark.moment())),
            _ => Some(vec![0xFF; 160]),
        },
    }
}

/// Everything that is asked about a recorded call, here or in a feature.
fn verdicts(timeline: &Timeline) -> BTreeMap<&'static str, Verdict> {
    let Budgets { recording_starts, recording_ends, streams_agree, .. } = Budgets::default();
    let limits = Limits::default();
    BTreeMap::from([
        ("recordings", modes::recordings_are(timeline, 1)),
        ("recordings in all", modes::recordings_in_all_are(timeline, 1)),
        ("Alice is recorded", modes::is_recorded(timeline, "Alice")),
        ("began", span::began_within(timeline, recording_starts)),
        ("before", span::nothing_before_the_answer(timeline)),
        ("ended", span::ended_within(timeline, recording_ends)),
        ("after", span::nothing_after_the_end(timeline)),
        ("two streams", streams::streams_are(timeline, 2)),
        ("one voice", streams::each_carries_one_voice(timeline)),
        ("names", streams::speakers_are_named(timeline)),
        ("aligned", align::streams_agree(timeline, streams_agree)),
        ("whole", whole::nothing_is_missing(timeline, "Alice", None, &limits)),
        ("first", whole::first_words(timeline, "Bob", &limits)),
        ("last", whole::last_words(timeline, "Bob", &limits)),
        ("hears", whole::hears(timeline, "Alice", "Bob", None, &limits)),
    ])
}

/// Insists that nothing failed, and that all of this could not be told.
fn assert_open(timeline: &Timeline, open: &[&str]) {
    let verdicts = verdicts(timeline);
    for (question, verdict) in &verdicts {
        assert!(!matches!(verdict, Verdict::Fail(_)), "{question}: {verdict:?}");
    }
    for question in open {
        let verdict = &verdicts[question];
        assert!(matches!(verdict, Verdict::Inconclusive(_)), "{question}: {verdict:?}");
    }
}

fn assert_fails(timeline: &Timeline, question: &str, requirement: &str) {
    match &verdicts(timeline)[question] {
        Verdict::Fail(finding) => assert_eq!(finding.requirement.0, requirement, "{finding:?}"),
        verdict => panic!("{question}: {verdict:?}"),
    }
}

fn assert_passes(timeline: &Timeline, questions: &[&str]) {
    let verdicts = verdicts(timeline);
    for question in questions {
        assert_eq!(verdicts[question], Verdict::Pass, "{question}");
    }
}

const TOLD_BY_PACKETS: &[&str] =
    &["recordings", "Alice is recorded", "began", "two streams", "names", "aligned"];

#[test]
fn a_call_said_again_is_judged_as_it_was() {
    let timeline = call("", Marked, Marked);
    let judged = verdicts(&timeline);
    let doubts: Vec<_> = judged.iter().filter(|(_, it)| **it != Verdict::Pass).collect();
    assert!(doubts.is_empty(), "{doubts:?}");
}

#[test]
fn of_real_people_the_packets_tell_who_and_when_and_the_voices_nothing() {
    let timeline = call("", Human, Human);
    assert_passes(&timeline, TOLD_BY_PACKETS);
    assert_open(&timeline, &["one voice", "whole", "first", "last", "hears"]);
}

#[test]
fn what_looks_like_a_mark_by_chance_proves_nothing() {
    for (alice, bob) in [(HumanByChance, Human), (HumanByChance, HumanByChance)] {
        let timeline = call("", alice, bob);
        assert_passes(&timeline, TOLD_BY_PACKETS);
        assert_open(&timeline, &["one voice"]);
    }
}

#[test]
fn a_real_person_who_talks_to_one_of_ours_is_no_failure() {
    for (alice, bob) in [(Human, Marked), (Marked, HumanByChance)] {
        let timeline = call("", alice, bob);
        assert_passes(&timeline, TOLD_BY_PACKETS);
        assert_open(&timeline, &["one voice"]);
    }
}

#[test]
fn a_microphone_that_is_switched_off_is_no_failure() {
    for (alice, bob) in [(Human, Silent), (Marked, Silent), (Silent, Silent)] {
        assert_open(&call("", alice, bob), &["one voice"]);
    }
}

#[test]
fn a_telephone_that_sends_nothing_is_no_failure() {
    for (alice, bob) in [(Human, Mute), (Mute, Marked), (Mute, Mute)] {
        assert_open(&call("", alice, bob), &["aligned"][..usize::from(alice != bob)]);
    }
}

#[test]
fn a_real_person_whose_telephone_is_out_of_sight_is_no_failure() {
    for manner in [Human, HumanByChance] {
        let timeline = said_by_others(
            &played(""),
            &BTreeMap::from([("Alice", Marked), ("Bob", manner)]),
            &|address| address == "Bob",
        );
        assert_open(&timeline, &["one voice", "aligned"]);
    }
}

#[test]
fn what_packets_can_tell_of_real_people_is_still_found_wrong() {
    for (fault, question, requirement) in [
        ("swap-labels", "names", "INT-MAP-2"),
        ("delay-one-side", "aligned", "RFC6341-5-REQ023"),
        ("fork-only-caller", "two streams", "WXC-STR-1"),
        ("record-nobody", "Alice is recorded", "WXC-MODE-4"),
    ] {
        assert_fails(&call(fault, Human, Human), question, requirement);
    }
}
