//! Telephone events (RFC 4733): keys that people press, and how they travel.

use std::collections::BTreeSet;
use std::time::Duration;

use super::rtp::{broken, clocks, in_order, watched};
use super::{Case, Lane, Rule, rule};
use crate::check::Verdict;
use crate::check::deeds::wishes;
use crate::check::prompts::changes;
use crate::evidence::{RtpSeen, What};
use crate::rtp::Digit;
use crate::sdp::{Codec, Format};
use crate::time::Instant;

pub const RULES: &[Rule] = &[
    rule("RFC4733-2.1-1", events_share_the_stream_of_speech),
    rule("RFC4733-2.5.1.1-1", only_what_is_listed_is_sent),
    rule("RFC4733-2.3.5-1", keys_last_a_while),
    rule("RFC4733-2.5.1.2-1", events_begin_with_a_mark),
    rule("RFC4733-2.5.1.3-1", long_events_are_cut),
    rule("RFC4733-2.5.1.4-1", the_end_is_said_three_times),
    rule("RFC4733-3.2-1", keys_have_their_codes),
    rule("RFC4733-FAC-2", codes_are_recognised_once),
];

/// The runs of telephone events on a lane: packets of one event have one time.
fn events<'a>(case: &Case<'_>, lane: &Lane<'a>) -> Vec<Vec<&'a RtpSeen>> {
    let agreed = lane.agreed(&case.said, &case.talks[lane.talk]);
    let formats = agreed.iter().flat_map(|it| &it.receiver.formats);
    let is_event = |format: &&Format| format.codec.as_ref().is_some_and(Codec::is_telephone_event);
    let types: BTreeSet<_> = formats.filter(is_event).filter_map(Format::payload_type).collect();
    let mut runs: Vec<Vec<&RtpSeen>> = Vec::new();
    if !lane.packets.iter().any(|it| types.contains(&it.payload_type)) {
        return runs;
    }
    for packet in in_order(lane).into_iter().filter(|it| types.contains(&it.payload_type)) {
        match runs.last_mut().filter(|run| run[0].timestamp == packet.timestamp) {
            Some(run) => run.push(packet),
            None => runs.push(vec![packet]),
        }
    }
    runs
}

/// Events are of the source of the speech, and between its times (RFC 4733 section 2.1).
fn events_share_the_stream_of_speech(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let runs = events(case, lane);
        if runs.is_empty() {
            continue;
        }
        let clocks = clocks(case, lane);
        let mut speech = in_order(lane);
        speech.retain(|it| clocks.contains_key(&it.payload_type));
        for run in runs {
            let first = run[0];
            let own = speech.iter().rfind(|it| {
                let ahead = first.sequence.wrapping_sub(it.sequence);
                it.ssrc == first.ssrc && (1..NEAR).contains(&ahead)
            });
            let what = match own {
                Some(before) => (first.timestamp.wrapping_sub(before.timestamp) >= 1 << 31)
                    .then_some("of an event, with a time before that of its speech"),
                None if speech.iter().any(|it| it.ssrc != first.ssrc && it.at <= first.at) => {
                    Some("of an event, from another source than its speech")
                }
                None => continue,
            };
            verdicts.push(what.map_or(Verdict::Pass, |what| {
                broken(case, "RFC4733-2.1-1", lane.flow, first, what)
            }));
        }
    }
    verdicts
}

/// The first packet of an event has the mark, and no other has (RFC 4733 section 2.5.1.2). What is
/// lost may be the first.
fn events_begin_with_a_mark(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in watched(case) {
        let runs = events(case, lane);
        for (place, run) in runs.iter().enumerate() {
            if place > 0 && goes_on(&runs[place - 1], run) {
                continue;
            }
            let later = run.iter().skip(1).find(|packet| packet.marker);
            let passed_on = case.ports.is_relayed(run[0].ssrc, case.host(lane.flow.source));
            verdicts.push(if !run[0].marker && !passed_on {
                let what = "of an event, the first, without a mark";
                broken(case, "RFC4733-2.5.1.2-1", lane.flow, run[0], what)
            } else {
                later.map_or(Verdict::Pass, |later| {
                    let what = "of an event, not the first, with a mark";
                    broken(case, "RFC4733-2.5.1.2-1", lane.flow, later, what)
                })
            });
        }
    }
    verdicts
}

/// Whether a run is the next piece of an event that is longer than can be said at once (RFC 4733
/// section 2.5.1.3).
fn goes_on(before: &[&RtpSeen], run: &[&RtpSeen]) -> bool {
    let longest = before.iter().filter_map(|it| it.sound.event());
    let longest = longest.max_by_key(|it| it.duration).filter(|it| it.duration == u16::MAX);
    let step = run[0].timestamp.wrapping_sub(before[0].timestamp);
    let next = run[0].sound.event();
    run[0].ssrc == before[0].ssrc
        && step.abs_diff(u16::MAX.into()) <= ABOUT
        && longest.zip(next).is_some_and(|(one, other)| one.event == other.event)
}

/// What lasts longer than can be said goes on as another piece: the one before does not say that it
/// is over, the next has no mark, and no duration begins again (RFC 4733 section 2.5.1.3).
fn long_events_are_cut(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let runs = events(case, lane);
        for (place, run) in runs.iter().enumerate() {
            let duration = |it: &RtpSeen| it.sound.event().map_or(0, |it| it.duration);
            let is_round =
                |pair: &&[&RtpSeen]| duration(pair[0]) > 3 << 14 && duration(pair[1]) < 1 << 14;
            let round = run.windows(2).find(is_round).map(|pair| pair[1]);
            let before = place.checked_sub(1).map(|place| &runs[place]);
            let before = before.filter(|before| goes_on(before, run));
            let over = |it: &&&RtpSeen| it.sound.event().is_some_and(|it| it.end);
            let wrong = if let Some(packet) = round {
                Some((packet, "of an event that lasts less long than it did before"))
            } else if let Some(packet) = before.and_then(|before| before.iter().find(over)) {
                Some((*packet, "that ends an event, which goes on as another"))
            } else if before.is_some() && run[0].marker {
                Some((run[0], "of an event that goes on, with a mark"))
            } else {
                None
            };
            verdicts.push(wrong.map_or(Verdict::Pass, |(packet, what)| {
                broken(case, "RFC4733-2.5.1.3-1", lane.flow, packet, what)
            }));
        }
    }
    verdicts
}

/// A key is no state, and what is no state lasts longer than nothing (RFC 4733 section 2.3.5).
fn keys_last_a_while(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        for run in events(case, lane) {
            let empty = run.iter().find(|it| {
                let event = it.sound.event();
                event.is_some_and(|it| Digit::of_event(it.event).is_some() && it.duration == 0)
            });
            verdicts.push(empty.map_or(Verdict::Pass, |packet| {
                let what = "of a key that lasts no time, as if it were a state";
                broken(case, "RFC4733-2.3.5-1", lane.flow, packet, what)
            }));
        }
    }
    verdicts
}

/// Only events that the receiver listed are sent (RFC 4733 section 2.5.1.1).
fn only_what_is_listed_is_sent(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in &case.lanes {
        let runs = events(case, lane);
        if runs.is_empty() {
            continue;
        }
        let agreed = lane.agreed(&case.said, &case.talks[lane.talk]);
        let formats: Vec<_> = agreed.iter().flat_map(|it| &it.receiver.formats).collect();
        for packet in runs.into_iter().filter_map(|run| run.first().copied()) {
            let Some(event) = packet.sound.event() else { continue };
            // A stream that is passed on has the numbers of whoever it came from.
            let mut own =
                formats.iter().filter(|it| it.payload_type() == Some(packet.payload_type));
            let is_listed = own.any(|it| lists(it.parameters.as_deref(), event.event));
            verdicts.push(if is_listed {
                Verdict::Pass
            } else {
                let what = format!("of event {}, which was not asked for", event.event);
                broken(case, "RFC4733-2.5.1.1-1", lane.flow, packet, &what)
            });
        }
    }
    verdicts
}

/// Whether a list like `0-15,66` has an event. Where there is none that could be read, senders
/// assume the keys.
fn lists(parameters: Option<&str>, event: u8) -> bool {
    let has = |range: &str| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let ends = (from.trim().parse::<u8>(), to.trim().parse::<u8>());
        matches!(ends, (Ok(from), Ok(to)) if (from..=to).contains(&event))
    };
    let is_list = |it: &&str| it.bytes().all(|it| it.is_ascii_digit() || b"-, ".contains(&it));
    let list = parameters.and_then(|it| it.split(';').next()).filter(is_list);
    list.unwrap_or(KEYS).split(',').any(has)
}

/// The end of an event is sent three times (RFC 4733 section 2.5.1.4), also if it is lost twice. What
/// somebody passes on may have been lost before.
fn the_end_is_said_three_times(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for lane in watched(case) {
        let Some(end) = lane.packets.last().map(|it| it.at) else { continue };
        for run in events(case, lane) {
            let (first, last) = (run[0], run[run.len() - 1]);
            let is_cut_off = last.at + COPIES > end;
            // An event that is longer goes on as another (section 2.5.1.3).
            let goes_on = last.sound.event().is_some_and(|it| it.duration == u16::MAX);
            let passed_on = case.ports.is_relayed(first.ssrc, case.host(lane.flow.source));
            if is_cut_off || goes_on || passed_on {
                continue;
            }
            let ends = run.iter().filter(|it| it.sound.event().is_some_and(|it| it.end)).count();
            verdicts.push(if ends >= 3 {
                Verdict::Pass
            } else {
                let what = format!("of an event whose end it sent {ends} times, not three");
                broken(case, "RFC4733-2.5.1.4-1", lane.flow, last, &what)
            });
        }
    }
    verdicts
}

/// What somebody presses is sent as the events of these keys, in their order (RFC 4733 section 3.2).
fn keys_have_their_codes(case: &Case<'_>) -> Vec<Verdict> {
    let pressed = case.timeline.deeds().iter().filter_map(|deed| match &deed.what {
        What::Act(act) => Some((deed.at, &deed.who, act.strip_prefix("presses ")?)),
        What::Recording { .. } => None,
    });
    let pressed: Vec<_> = pressed.collect();
    let mut verdicts = Vec::new();
    for (at, who, keys) in &pressed {
        let next = pressed.iter().find(|(next, other, _)| next > at && other == who);
        let until = next.map(|(at, ..)| *at);
        for lane in watched(case) {
            if case.timeline.cast().label(lane.flow.source) != who.as_str() {
                continue;
            }
            let runs = events(case, lane).into_iter().map(|run| run[0]);
            let runs = runs.filter(|it| it.at >= *at && until.is_none_or(|until| it.at < until));
            for (packet, key) in runs.zip(keys.chars()) {
                let code = packet.sound.event().map(|it| it.event);
                let is_own = code == Digit::of_char(key).map(Digit::event);
                let what = || format!("of event {}, for the key {key}", code.unwrap_or_default());
                verdicts.push(if is_own {
                    Verdict::Pass
                } else {
                    broken(case, "RFC4733-3.2-1", lane.flow, packet, &what())
                });
            }
        }
    }
    verdicts
}

/// A code that is pressed in the call does what it does once, however often its events are sent:
/// the recording is not paused, taken up again and paused (the feature codes of the product).
fn codes_are_recognised_once(case: &Case<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for wish in wishes(case.timeline) {
        let Some(known) = wish.known.filter(|known| is_pressed(case, wish.who, wish.at, *known))
        else {
            continue;
        };
        let paused = match wish.what {
            "pauses" => true,
            "resumes" => false,
            _ => continue,
        };
        let within = |at: &Instant| *at >= known && *at < known + AT_ONCE;
        for recording in &case.recordings {
            let times = changes(recording, paused).into_iter().filter(within).count();
            if times == 0 {
                continue;
            }
            verdicts.push(Verdict::require(times == 1, "RFC4733-FAC-2", known, || {
                format!("{} pressed a code once, and it was done {times} times", wish.who)
            }));
        }
    }
    verdicts
}

/// Whether somebody pressed a star between two moments.
fn is_pressed(case: &Case<'_>, who: &str, from: Instant, to: Instant) -> bool {
    let star = Digit::of_char('*').map(Digit::event);
    let own = case.lanes.iter().filter(|it| case.timeline.cast().label(it.flow.source) == who);
    let mut packets = own.flat_map(|lane| lane.between(from, Some(to + COPIES)));
    packets.any(|it| it.sound.event().map(|it| it.event) == star)
}

/// The events of the keys of a telephone (RFC 4733 section 3.2).
const KEYS: &str = "0-15";
/// What a piece of an event may be longer or shorter by, in units of its clock.
const ABOUT: u32 = 400;
/// Speech so many packets before an event says where its time stood.
const NEAR: u16 = 1_000;
/// Until the last copy of the end of an event is sent, at any packet time.
const COPIES: Duration = Duration::from_millis(200);
/// Nobody presses another code sooner.
const AT_ONCE: Duration = Duration::from_secs(2);
