//! Whether a pause is one: what is said in it goes nowhere, and the recorder knows why.

use std::time::Duration;

use super::deeds::{Window, pauses, said_words, typed, wishes};
use super::streams::each_recording;
use super::view::{living, recorded, spoken};
use super::whole::last_media;
use super::{Finding, Id, Limits, Verdict};
use crate::audio::Mark;
use crate::evidence::{Flow, Kind, RecordingSession, Timeline};
use crate::sdp::MediaDescription;
use crate::time::Instant;

/// Nothing of what somebody said in these words reached a recorder.
pub fn never_hears(timeline: &Timeline, name: &str, words: &str) -> Verdict {
    let Some(window) = said_words(timeline, name, words) else { return never_said(name, words) };
    let said: Vec<_> =
        spoken(timeline, name).into_iter().filter(|(_, at)| window.has(*at)).collect();
    if said.len() < FEW {
        return Verdict::Inconclusive(format!("{name} said next to nothing"));
    }
    // During a pause, or else before a start or after a stop.
    let is_pause = pauses(timeline).iter().any(|pause| pause.has(window.from));
    let rule = if is_pause { "REG-PCI-1" } else { "WXC-MODE-2" };
    each_recording(timeline, |session| {
        let recorded = recorded(session);
        let mut kept = said.iter().filter(|(mark, _)| recorded.contains_key(mark));
        let count = kept.clone().count();
        kept.next().map_or(Verdict::Pass, |(mark, _)| {
            let at = recorded.get(mark).copied().unwrap_or(window.from);
            let seen = format!("{count} of {} words of {name} reached the recorder", said.len());
            Verdict::fail(rule, at, seen)
        })
    })
}

/// What somebody said in these words is in every recording of the last call, but for what the
/// network may take.
pub fn hears(timeline: &Timeline, name: &str, words: &str, limits: &Limits) -> Verdict {
    let Some(window) = said_words(timeline, name, words) else { return never_said(name, words) };
    // What was said last is still on its way.
    let arrived = before(last_media(timeline));
    let said = spoken(timeline, name).into_iter();
    let said: Vec<_> = said.filter(|(_, at)| window.has(*at) && *at <= arrived).collect();
    if said.len() < FEW {
        return Verdict::Inconclusive(format!("{name} said next to nothing"));
    }
    each_recording(timeline, |session| {
        let recorded = recorded(session);
        let lost = said.iter().filter(|(mark, _)| !recorded.contains_key(mark)).count();
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        // In so little speech a gap may come on top of what is lost on the average.
        let gap = limits.gap.as_secs_f64() / Mark::LENGTH.as_secs_f64();
        let is_little = count(lost) <= limits.loss * count(said.len()) + gap;
        Verdict::require(is_little, "RFC7866-7.1.1.1-5", window.from, || {
            format!("{lost} of {} words of {name} did not reach the recorder", said.len())
        })
    })
}

/// No key that somebody pressed in these digits reached a recorder.
pub fn never_gets_keys(timeline: &Timeline, name: &str, keys: &str) -> Verdict {
    let Some(window) = typed(timeline, name, keys) else { return never_said(name, keys) };
    let events = |flow: &&Flow| timeline.cast().is(flow.target, Kind::Recorder) && is_alive(flow);
    let flows = timeline.flows().iter().filter(events);
    let mut leaked = flows
        .flat_map(Flow::nearest_to_sender)
        .filter(|packet| packet.sound.event().is_some() && window.has(packet.at));
    if living(timeline).is_empty() {
        return each_recording(timeline, |_| Verdict::Pass);
    }
    leaked.next().map_or(Verdict::Pass, |packet| {
        let seen = format!("keys that {name} pressed reached the recorder");
        Verdict::fail("REG-PCI-3", packet.at, seen)
    })
}

/// From at most `limit` after the platform knew of a pause to its end no media leaves for a
/// recorder.
pub fn take_effect_within(timeline: &Timeline, limit: Duration) -> Verdict {
    let pauses = pauses(timeline);
    if pauses.is_empty() {
        return Verdict::Inconclusive("nobody paused a recording".to_owned());
    }
    each_recording(timeline, |session| {
        let flows = session.streams.iter().flat_map(|stream| &stream.flows);
        let sent: Vec<_> = flows.flat_map(|flow| flow.nearest_to_sender()).collect();
        Verdict::of_all(pauses.iter().map(|pause| {
            let silent = Window { from: pause.from + limit, ..*pause };
            let mut late = sent.iter().filter(|packet| silent.has(packet.at));
            let count = late.clone().count();
            late.next().map_or(Verdict::Pass, |packet| {
                let seen = format!("{count} packets left for the recorder during a pause");
                Verdict::fail("RFC7866-7.1.1.1-4", packet.at, seen)
            })
        }))
    })
}

/// The recorder is told of each pause: every stream is offered as inactive, and it agreed.
pub fn are_told(timeline: &Timeline) -> Verdict {
    let pauses = pauses(timeline);
    if pauses.is_empty() {
        return Verdict::Inconclusive("nobody paused a recording".to_owned());
    }
    each_recording(timeline, |session| {
        Verdict::of_all(pauses.iter().map(|pause| is_told(session, pause)))
    })
}

fn is_told(session: &RecordingSession<'_>, pause: &Window) -> Verdict {
    let exchanges = session.dialog.exchanges();
    let mut during = exchanges.iter().filter(|it| it.by_caller && pause.has(it.offered));
    let paused = during.any(|exchange| {
        let mut open = exchange.offer.media.iter().filter(|medium| !medium.is_disabled());
        exchange.answer.is_some() && open.all(MediaDescription::is_still)
    });
    if paused {
        return Verdict::Pass;
    }
    Verdict::Fail(Finding {
        requirement: Id("RFC7866-7.1.1.1-3"),
        at: pause.from,
        seen: "the recorder was not told of a pause".to_owned(),
        never: Some("platform -> recorder  INVITE  inactive".to_owned()),
        by: None,
    })
}

/// What somebody says reaches every recorder again within `limit` of when the platform knew that
/// the recording was to be resumed.
pub fn hears_again_within(timeline: &Timeline, name: &str, limit: Duration) -> Verdict {
    let wishes = wishes(timeline);
    let resumed = wishes.iter().rfind(|wish| wish.what == "resumes").and_then(|wish| wish.known);
    let Some(resumed) = resumed else {
        return Verdict::Inconclusive("nobody resumed a recording".to_owned());
    };
    let spoken = spoken(timeline, name);
    each_recording(timeline, |session| {
        let recorded = recorded(session);
        let mut again = recorded.iter().filter(|(mark, at)| {
            **at >= resumed && spoken.get(mark).is_some_and(|said| *said >= before(resumed))
        });
        let first = again.by_ref().map(|(_, at)| *at).min();
        let Some(first) = first else {
            return Verdict::Fail(Finding {
                requirement: Id("RFC7866-7.1.1.1-5"),
                at: resumed,
                seen: format!("nothing that {name} said reached the recorder again"),
                never: Some("platform -> recorder  RTP".to_owned()),
                by: None,
            });
        };
        let delay = first - resumed;
        Verdict::require(delay <= limit, "RFC7866-7.1.1.1-5", first, || {
            format!("the recorder heard {name} again {} ms later", delay.as_millis())
        })
    })
}

/// What is on its way when the platform learns something was said up to this long before.
fn before(known: Instant) -> Instant {
    Instant::START + known.elapsed().saturating_sub(ON_THE_WAY)
}

fn is_alive(flow: &Flow) -> bool {
    !flow.nearest_to_sender().is_empty()
}

fn never_said(name: &str, words: &str) -> Verdict {
    Verdict::Inconclusive(format!("{name} never said `{words}`"))
}

/// A fifth of a second of speech: less proves nothing.
const FEW: usize = 10;
/// Longer than any network of ours takes.
const ON_THE_WAY: Duration = Duration::from_millis(500);
