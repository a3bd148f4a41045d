//! What was found, as text for a terminal.

use std::fmt::Write as _;

use crate::check::Verdict;
use crate::evidence::{Call, Kind, Ladder, Timeline, recordings};
use crate::time::Instant;

use super::{Answer, Opinion, Sum};

/// Who is not a telephone, and where.
pub fn parts(timeline: &Timeline) -> String {
    let mut text = String::new();
    for member in timeline.cast().members().iter().filter(|it| it.kind != Kind::Phone) {
        let _ = writeln!(text, "{:<9} {}", member.name, addresses(timeline, member.name.as_str()));
    }
    text
}

/// A paragraph for each call: who, what flowed, and what is not a plain yes. Of many calls only
/// those that something is wrong with.
pub fn calls(timeline: &Timeline, opinion: &Opinion, sum: &mut Sum, all: bool) -> String {
    let mut text = String::new();
    let few = sum.calls + opinion.calls.len() <= CALLS_SHOWN;
    for (call, next, answers) in &opinion.calls {
        sum.calls += 1;
        let is_wrong = answers.iter().any(|answer| matches!(answer.verdict, Verdict::Fail(_)));
        if few || all || is_wrong {
            let part = timeline.of_call(call, *next);
            text.push_str(&one(sum.calls, call, &part, answers, all));
        } else {
            sum.hidden += 1;
        }
    }
    text
}

fn one(number: usize, call: &Call, part: &Timeline, answers: &[Answer], all: bool) -> String {
    let (from, to) = &call.parties;
    let mut text = format!("\ncall {number}   {from} calls {to}, at {}", clock(part, call.dialled));
    match call.over {
        Some(over) => {
            let span = (over - call.dialled).as_secs_f64();
            let _ = writeln!(text, ", for {span:.3} s");
        }
        None => text.push_str(", and the capture ends before it is over\n"),
    }
    for session in recordings(part) {
        let _ = writeln!(text, "  recorded from {} ms", session.dialog.invited);
        for (from, until, packets) in session.pauses() {
            let until = until.map_or_else(|| "the end".to_owned(), |until| format!("{until} ms"));
            let flowed = match packets {
                0 => "nothing flowed".to_owned(),
                packets => format!("{packets} packets flowed all the same"),
            };
            let _ = writeln!(text, "  paused from {from} ms to {until}: {flowed}");
        }
    }
    for line in Ladder::of(part).stream_lines() {
        let _ = writeln!(text, "  {line}");
    }
    for answer in answers {
        let Answer { question, verdict } = answer;
        let _ = match verdict {
            Verdict::Pass if !all => Ok(()),
            Verdict::Pass => writeln!(text, "  PASS  {question}"),
            Verdict::Inconclusive(why) => writeln!(text, "  OPEN  {question}: {why}"),
            Verdict::Fail(finding) => writeln!(text, "  FAIL  {question}: {}", finding.seen),
        };
    }
    text
}

/// The time of day, as the capturing machine had it.
fn clock(timeline: &Timeline, at: Instant) -> String {
    timeline.epoch().rfc3339(at)
}

/// Where somebody was seen to send signalling from.
fn addresses(timeline: &Timeline, name: &str) -> String {
    let own = |address| timeline.cast().at(address).is_some_and(|it| it.name.as_str() == name);
    let seen = timeline.signalling().iter().flat_map(|it| [it.source, it.target]);
    let mut seen: Vec<_> = seen.filter(|address| own(*address)).collect();
    seen.sort_unstable();
    seen.dedup();
    let shown: Vec<_> = seen.iter().take(ADDRESSES).map(ToString::to_string).collect();
    let more = if seen.len() > ADDRESSES { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// More calls than one wants to read about.
const CALLS_SHOWN: usize = 10;
const ADDRESSES: usize = 4;
