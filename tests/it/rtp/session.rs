//! Two participants of a session, and the reports between them.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tallylight::rtp::{Arrival, Compound, Interval, Origin, RtcpPacket, Sender, Session, Settings};
use tallylight::time::{Epoch, Instant};

const FRAME: Duration = Duration::from_millis(20);

fn participant(seed: u64) -> Session {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let sender = Sender::new(Origin::draw(&mut rng), 0, 8_000);
    let settings = Settings {
        cname: format!("user{seed}@192.0.2.{seed}"),
        epoch: Epoch::SIMULATED,
        interval: Interval::new(80_000),
        probation: 0,
    };
    Session::new(Instant::START, sender, settings, rng)
}

/// A call in which one side may be mute, over a network with a delay.
struct Call {
    sides: [Session; 2],
    talks: [bool; 2],
    delay: Duration,
    /// Every report: when it was sent, by which side, and what it said.
    reports: Vec<(Instant, usize, Compound)>,
}

impl Call {
    fn new() -> Self {
        let sides = [participant(1), participant(2)];
        let delay = Duration::from_millis(30);
        Self { sides, talks: [true, true], delay, reports: Vec::new() }
    }

    /// Lets the sides talk from one moment to another; every third packet of the second is lost.
    fn runs(&mut self, from: u64, to: u64) {
        let mut now = Instant::from_millis(from);
        let mut nth = 0;
        while now < Instant::from_millis(to) {
            for side in 0..2 {
                let lost = side == 1 && nth % 3 == 2;
                self.talk(now, side, lost);
                self.report(now, side);
            }
            now += FRAME;
            nth += 1;
        }
    }

    fn talk(&mut self, now: Instant, side: usize, lost: bool) {
        if !self.talks[side] {
            return;
        }
        let packet = self.sides[side].sender.next(now, &[0xFF; 160]);
        if !lost {
            self.sides[1 - side].handle_rtp(now + self.delay, &packet).unwrap();
        }
    }

    fn report(&mut self, now: Instant, side: usize) {
        // The step is coarser than the deadlines: a report goes out at the step after its time.
        if self.sides[side].next_deadline().is_some_and(|due| due <= now)
            && let Some(report) = self.sides[side].poll_rtcp(now)
        {
            let compound = self.sides[1 - side].handle_rtcp(now + self.delay, &report).unwrap();
            self.reports.push((now, side, compound));
        }
    }
}

#[test]
fn every_compound_begins_with_a_report_and_names_its_source() {
    let mut call = Call::new();
    call.runs(0, 60_000);
    assert!(call.reports.len() > 15, "{}", call.reports.len());
    assert!(call.reports.iter().all(|(_, _, compound)| compound.is_regular()));
}

#[test]
fn who_talks_sends_sender_reports_and_who_is_mute_receiver_reports() {
    let mut call = Call::new();
    call.talks = [true, false];
    call.runs(0, 30_000);
    for (_, side, compound) in &call.reports {
        let sender = matches!(compound.0[0], RtcpPacket::SenderReport { .. });
        assert_eq!(sender, *side == 0);
    }
}

#[test]
fn who_falls_silent_goes_on_with_receiver_reports_after_two_intervals() {
    let mut call = Call::new();
    call.runs(0, 20_000);
    call.talks = [false, true];
    call.runs(20_000, 60_000);
    let last = call.reports.iter().rfind(|(_, side, _)| *side == 0).unwrap();
    assert!(matches!(last.2.0[0], RtcpPacket::ReceiverReport { .. }));
    let late_sender_report = call.reports.iter().any(|(at, side, compound)| {
        *side == 0
            && *at > Instant::from_millis(30_000)
            && matches!(compound.0[0], RtcpPacket::SenderReport { .. })
    });
    assert!(!late_sender_report);
}

#[test]
fn the_loss_and_the_round_trip_are_told_to_the_one_who_sends() {
    let mut call = Call::new();
    call.runs(0, 60_000);
    let feedback = call.sides[1].feedback().unwrap();
    assert_eq!(feedback.by, call.sides[0].sender.ssrc());
    assert!((80..=90).contains(&feedback.block.fraction_lost), "{feedback:?}");
    let sent = i64::from(call.sides[1].sender.packets());
    assert!((sent / 3 - i64::from(feedback.block.lost)).abs() < 120, "{feedback:?}");
    let round_trip = feedback.round_trip.unwrap().as_millis();
    assert!((59..=60).contains(&round_trip), "{round_trip} ms");
    assert_eq!(call.sides[0].feedback().unwrap().block.lost, 0);
}

#[test]
fn the_name_and_the_sender_report_of_the_other_side_are_known() {
    let mut call = Call::new();
    call.runs(0, 20_000);
    let ssrc = call.sides[0].sender.ssrc();
    assert_eq!(call.sides[1].cname(ssrc), Some("user1@192.0.2.1"));
    let source = call.sides[1].receiver().source(ssrc).unwrap();
    let (info, at) = source.sender_report().unwrap();
    assert_eq!(
        info.ntp,
        Epoch::SIMULATED.ntp(Instant::START + (at - (Instant::START + call.delay)))
    );
}

#[test]
fn a_goodbye_is_told_once_and_ends_the_reports() {
    let mut call = Call::new();
    call.runs(0, 10_000);
    let now = Instant::from_millis(10_000);
    let goodbye = call.sides[0].leave(now).unwrap();
    assert_eq!(call.sides[0].leave(now), None);
    assert_eq!((call.sides[0].next_deadline(), call.sides[0].poll_rtcp(now)), (None, None));
    let compound = call.sides[1].handle_rtcp(now, &goodbye).unwrap();
    let ssrc = call.sides[0].sender.ssrc();
    assert!(compound.is_regular());
    assert_eq!(compound.0[2], RtcpPacket::Goodbye { ssrcs: vec![ssrc], reason: None });
    assert_eq!(call.sides[1].receiver().source(ssrc).unwrap().goodbye(), Some(now));
}

#[test]
fn who_said_goodbye_is_forgotten_and_the_next_report_comes_earlier() {
    let mut call = Call::new();
    call.runs(0, 10_000);
    let (ssrc, now) = (call.sides[0].sender.ssrc(), Instant::from_millis(10_000));
    let before = call.sides[1].next_deadline().unwrap();
    let goodbye = call.sides[0].leave(now).unwrap();
    call.sides[1].handle_rtcp(now, &goodbye).unwrap();
    assert_eq!(call.sides[1].cname(ssrc), None);
    let after = call.sides[1].next_deadline().unwrap();
    assert_eq!(after - now, (before - now) / 2);
}

#[test]
fn who_was_silent_for_five_intervals_is_forgotten() {
    let mut call = Call::new();
    call.runs(0, 10_000);
    let ssrc = call.sides[0].sender.ssrc();
    let (mut now, last) = (Instant::from_millis(10_000), Instant::from_millis(45_000));
    while now < last {
        now = call.sides[1].next_deadline().unwrap();
        call.sides[1].poll_rtcp(now);
        let known = call.sides[1].cname(ssrc).is_some();
        // The other side was heard last at 10.01 s at the latest.
        assert!(known || now > Instant::from_millis(33_000), "forgotten at {now}");
    }
    assert_eq!(call.sides[1].cname(ssrc), None);
}

#[test]
fn who_never_said_anything_leaves_without_a_goodbye() {
    assert_eq!(participant(1).leave(Instant::from_millis(1_000)), None);
}

#[test]
fn a_participant_with_our_identifier_makes_us_say_goodbye_and_take_another() {
    let (mut ours, now) = (participant(1), Instant::from_millis(500));
    let echo = ours.sender.next(now, &[0xFF; 160]);
    let old = ours.sender.ssrc();
    let (_, arrival) = ours.handle_rtp(now, &echo).unwrap();
    assert_eq!(arrival, Arrival::Refused);
    assert_ne!(ours.sender.ssrc(), old);
    assert_eq!(ours.next_deadline(), Some(now));
    let goodbye = Compound::read(&ours.poll_rtcp(now).unwrap()).unwrap();
    assert_eq!(goodbye.0[2], RtcpPacket::Goodbye { ssrcs: vec![old], reason: None });
}

#[test]
fn an_echo_of_every_packet_does_not_make_us_change_for_ever() {
    let mut ours = participant(1);
    let mut identifiers = vec![ours.sender.ssrc()];
    for nth in 0..1_000 {
        let now = Instant::from_millis(20 * nth);
        let echo = ours.sender.next(now, &[0xFF; 160]);
        ours.handle_rtp(now, &echo).unwrap();
        identifiers.push(ours.sender.ssrc());
    }
    identifiers.dedup();
    assert_eq!(identifiers.len(), 4);
}

#[test]
fn two_runs_of_a_seed_are_alike_to_the_byte() {
    let run = || {
        let mut call = Call::new();
        call.runs(0, 60_000);
        call.reports
    };
    assert_eq!(run(), run());
}
