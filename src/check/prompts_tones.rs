//! Whether a tone reminds everybody that they are recorded: as often, as long, as high and as loud
//! as it should be, and not while they are not.

use std::time::Duration;

use super::modes::end;
use super::prompts::{changes, no_conversation};
use super::prompts_heard::{Audience, parties, tones_heard, towards_recorders};
use super::streams::each_recording;
use super::view::{Conversation, last_conversation, living};
use super::{Finding, Id, Verdict};
use crate::audio::Burst;
use crate::evidence::{RecordingSession, Timeline};
use crate::time::Instant;

/// Those who should be reminded hear a tone every `period` from the start of the recording on, and
/// again from the end of each pause, as long as the call lasts; the tone is as it should be.
pub fn reminded(timeline: &Timeline, audience: &Audience, period: Duration) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    let sessions = living(timeline);
    let Some(session) = sessions.first() else {
        return each_recording(timeline, |_| Verdict::Pass);
    };
    let until = conversation.hung_up.unwrap_or_else(|| last_media(timeline));
    let expected = due(session, until, period);
    if expected.is_empty() {
        return Verdict::Inconclusive("the call was too short for a reminder".to_owned());
    }
    for_each(timeline, &conversation, audience, |name, should, tones| {
        if !should {
            return silent(name, tones);
        }
        Verdict::of_all([
            as_often(name, tones, &expected, period),
            Verdict::of_all(tones.iter().map(|(at, burst)| as_it_should(name, *at, burst))),
        ])
    })
}

/// Those who should be reminded hear a tone every 12 to 15 s, as regulators once asked of carriers
/// (FCC Docket 6787); the product's twenty are too few.
pub fn as_often_as_regulators_asked(timeline: &Timeline, audience: &Audience) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    for_each(timeline, &conversation, audience, |name, should, tones| {
        if !should {
            return silent(name, tones);
        }
        if tones.len() < 2 {
            let seen = format!("{name} heard {} tones", tones.len());
            return Verdict::fail("REG-BEEP-3", end(timeline), seen);
        }
        Verdict::of_all(tones.windows(2).map(|pair| {
            let [(one, _), (next, _)] = pair else { return Verdict::Pass };
            let gap = next.since(*one);
            let fits = (REGULATED.0..=REGULATED.1).contains(&gap);
            Verdict::require(fits, "REG-BEEP-3", *next, || {
                format!("{name} heard a tone {} ms after the last", gap.as_millis())
            })
        }))
    })
}

pub(super) fn last_media(timeline: &Timeline) -> Instant {
    let last = timeline.flows().iter().filter_map(|flow| flow.nearest_to_receiver().last());
    last.map(|packet| packet.at).max().unwrap_or_default()
}

/// Those who should hear a tone do, whenever it is; the others hear none.
pub fn hears_a_tone(timeline: &Timeline, audience: &Audience) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    for_each(timeline, &conversation, audience, |name, should, tones| match (should, tones) {
        (true, []) => Verdict::fail("WXC-PRN-1", end(timeline), format!("{name} heard no tone")),
        (true, _) => Verdict::Pass,
        (false, tones) => silent(name, tones),
    })
}

/// Nobody hears a tone while the recording is paused.
pub fn silent_in_pauses(timeline: &Timeline) -> Verdict {
    let Some(conversation) = last_conversation(timeline) else { return no_conversation() };
    let sessions = living(timeline);
    let pauses: Vec<_> = sessions.iter().flat_map(|it| pauses(it, end(timeline))).collect();
    if pauses.is_empty() {
        return Verdict::Inconclusive("no pause was seen".to_owned());
    }
    for_each(timeline, &conversation, &Audience::Everybody, |name, _, tones| {
        // The notice of the pause itself is no reminder.
        let within =
            |at: Instant| pauses.iter().any(|(from, to)| at > *from + NOTICE && at + EARLY < *to);
        let within: Vec<_> = tones.iter().copied().filter(|(at, _)| within(*at)).collect();
        silent(name, &within)
    })
}

/// Whether tones are on the recordings of the last call, as a choice has it.
pub fn tones_are_recorded(timeline: &Timeline, should: bool) -> Verdict {
    each_recording(timeline, |_| Verdict::Pass).worst({
        let flows = towards_recorders(timeline);
        let first = flows.iter().flat_map(|flow| &flow.over().tones).map(|(at, _)| *at).min();
        match (should, first) {
            (true, None) => {
                Verdict::fail("WXC-TONE-5", end(timeline), "the recorder heard no tone")
            }
            (false, Some(at)) => Verdict::fail("WXC-TONE-5", at, "the recorder heard a tone"),
            _ => Verdict::Pass,
        }
    })
}

/// When the tone is due: counted from the start, and from the end of each pause.
fn due(session: &RecordingSession<'_>, until: Instant, period: Duration) -> Vec<Vec<Instant>> {
    let Some(answered) = session.dialog.answered else { return Vec::new() };
    let mut from = answered.known();
    let mut stretches = Vec::new();
    let end = (until, until);
    for (pause, resume) in pauses(session, until).into_iter().chain([end]) {
        let moments = (1..DUE_MAX).map(|count| from + period * count);
        let moments: Vec<_> = moments.take_while(|at| *at + SPARE < pause).collect();
        stretches.extend((!moments.is_empty()).then_some(moments));
        from = resume;
    }
    stretches
}

/// From when to when a recording was paused.
fn pauses(session: &RecordingSession<'_>, until: Instant) -> Vec<(Instant, Instant)> {
    let (paused, resumed) = (changes(session, true), changes(session, false));
    let end = |pause: Instant| resumed.iter().copied().find(|at| *at > pause).unwrap_or(until);
    paused.into_iter().map(|pause| (pause, end(pause))).collect()
}

/// At each moment that is due one tone is heard, and the time between them does not drift.
fn as_often(
    name: &str,
    tones: &[(Instant, Burst)],
    stretches: &[Vec<Instant>],
    period: Duration,
) -> Verdict {
    let mut heard = 0;
    for stretch in stretches {
        let mut first = None;
        for (count, due) in (0_u32..).zip(stretch) {
            let near = |(at, _): &&(Instant, Burst)| apart(*at, *due) <= SPARE;
            let Some((at, _)) = tones.iter().find(near) else {
                return missing(name, *due, tones.is_empty());
            };
            heard += 1;
            let first = *first.get_or_insert(*at);
            let off = apart(*at, first + period * count);
            if off > DRIFT {
                let seen = format!("the tone for {name} is {} ms off its period", off.as_millis());
                return Verdict::fail("WXC-TONE-2", *at, seen);
            }
        }
    }
    let is_due = |at: Instant| stretches.iter().flatten().any(|due| apart(at, *due) <= SPARE);
    // What comes at the very end was not waited for.
    let last = stretches.iter().flatten().max().copied().unwrap_or_default() + SPARE;
    match tones.iter().find(|(at, burst)| *at < last && !is_due(*at) && burst.length > BEEP) {
        Some((at, _)) => {
            let seen = format!("{name} heard a tone that was not due, beside {heard} that were");
            Verdict::fail("WXC-TONE-2", *at, seen)
        }
        None => Verdict::Pass,
    }
}

fn missing(name: &str, due: Instant, all: bool) -> Verdict {
    let requirement = if all { "WXC-TONE-3" } else { "WXC-TONE-2" };
    Verdict::Fail(Finding {
        requirement: Id(requirement),
        at: due,
        seen: format!("{name} heard no tone when it was due"),
        never: Some(format!("platform -> {name}  RTP  tone")),
        by: None,
    })
}

/// 1,400 Hz to 1.5 %, 170 to 700 ms, -20 dBm0 to 6 dB (FS-1037C, and the tolerances that the
/// product's facts propose).
fn as_it_should(name: &str, at: Instant, burst: &Burst) -> Verdict {
    let Burst { hertz, length, level, .. } = *burst;
    let broken = if !(1_379..=1_421).contains(&hertz) {
        Some(("REG-BEEP-1", format!("of {hertz} Hz")))
    } else if !(SHORTEST..=LONGEST).contains(&length) {
        Some(("REG-BEEP-2", format!("of {} ms", length.as_millis())))
    } else if (level.dbm0() + 20.0).abs() > 6.0 {
        Some(("REG-BEEP-5", format!("at {level}")))
    } else {
        None
    };
    broken.map_or(Verdict::Pass, |(requirement, what)| {
        Verdict::fail(requirement, at, format!("{name} heard a tone {what}"))
    })
}

fn silent(name: &str, tones: &[(Instant, Burst)]) -> Verdict {
    tones.first().map_or(Verdict::Pass, |(at, _)| {
        Verdict::fail("WXC-TONE-4", *at, format!("{name} heard a tone"))
    })
}

fn for_each(
    timeline: &Timeline,
    conversation: &Conversation,
    audience: &Audience,
    judge: impl Fn(&str, bool, &[(Instant, Burst)]) -> Verdict,
) -> Verdict {
    let parties = parties(timeline, conversation);
    let judged = parties.iter().filter_map(|name| Some((name, audience.should_hear(name)?)));
    Verdict::of_all(
        judged
            .map(|(name, should)| judge(name, should, &tones_heard(timeline, conversation, name))),
    )
}

fn apart(one: Instant, other: Instant) -> Duration {
    one.since(other).max(other.since(one))
}

/// How far a tone may be from when it is due: half a second (proposal of the product's facts), and
/// the way to a telephone on another continent.
const SPARE: Duration = Duration::from_millis(700);
/// What a poor network does to the time between two tones; the first of a tone may be lost.
const DRIFT: Duration = Duration::from_millis(200);
/// Longer than what tells of a pause takes.
const NOTICE: Duration = Duration::from_secs(1);
/// The recorder knows of the end of a pause a little after people do.
const EARLY: Duration = Duration::from_millis(300);
/// A beep tells of a change, and is shorter than a reminder.
const BEEP: Duration = Duration::from_millis(300);
/// Twelve to fifteen seconds, and half a second for the network and the ear.
const REGULATED: (Duration, Duration) =
    (Duration::from_millis(11_500), Duration::from_millis(15_500));
const SHORTEST: Duration = Duration::from_millis(170);
const LONGEST: Duration = Duration::from_millis(700);
/// Ten hours of a tone every ten seconds.
const DUE_MAX: u32 = 3_600;
