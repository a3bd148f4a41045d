//! What was found, as text for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::check::{Finding, Id, Profile, TwoVerdicts, Verdict, field};
use crate::cli::exit::Exit;
use crate::cli::findings::describe;
use crate::evidence::{Call, Kind, Ladder, Timeline, recordings};
use crate::report;
use crate::time::Instant;

use super::{Answer, Opinion};

/// A paragraph for each call: who, what flowed, and what is not a plain yes. Of many calls only
/// those that something is wrong with.
pub fn calls(timeline: &Timeline, opinion: &Opinion, all: bool) -> String {
    let mut text = String::new();
    for member in timeline.cast().members().iter().filter(|it| it.kind != Kind::Phone) {
        let _ = writeln!(text, "{:<9} {}", member.name, addresses(timeline, member.name.as_str()));
    }
    let few = opinion.calls.len() <= CALLS_SHOWN;
    let mut hidden = 0;
    for (place, (call, part, answers)) in opinion.calls.iter().enumerate() {
        let is_wrong = answers.iter().any(|answer| matches!(answer.verdict, Verdict::Fail(_)));
        if few || all || is_wrong {
            text.push_str(&one(place + 1, call, part, answers, all));
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        let _ = writeln!(text, "\n{hidden} more calls, nothing wrong; --all shows them");
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
    for line in Ladder::of(part).streams {
        let _ = writeln!(text, "  {} -> {}  {line}", line.from, line.to);
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

/// The findings, grouped by requirement, each with the ladder around the first.
pub fn findings(timeline: &Timeline, opinion: &Opinion, profile: Profile) -> String {
    let mut by_row: BTreeMap<Id, Vec<Finding>> = BTreeMap::new();
    for finding in opinion.findings() {
        by_row.entry(finding.requirement).or_default().push(finding);
    }
    let mut text = String::new();
    for (row, findings) in by_row {
        let head = if profile.forgives(row).is_some() { "NOTE" } else { "FAIL" };
        let times = match findings.len() {
            1 => String::new(),
            times => format!("  ({times} times; this is the first)"),
        };
        let _ = writeln!(text, "\n{head}  {row}{times}");
        for finding in describe(&findings[..1], timeline) {
            text.push_str(&report::finding(&finding));
        }
        if let Some(because) = profile.forgives(row) {
            let _ = writeln!(text, "        forgiven by {}: {because}", profile.name());
        }
        if let Some(known) = field().iter().find(|it| it.rows.iter().any(|id| id == row.0)) {
            let _ = writeln!(text, "        in the field  {}", known.then);
        }
    }
    text
}

/// The two verdicts, and how much they rest on.
pub fn ending(opinion: &Opinion, verdicts: &TwoVerdicts, exit: Exit) -> String {
    let list = |rows: &std::collections::BTreeSet<Id>| {
        rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let TwoVerdicts { by_the_book, would_not_work } = verdicts;
    let book = match by_the_book.len() {
        0 => "nothing is broken".to_owned(),
        1 => format!("1 requirement is broken: {}", list(by_the_book)),
        count => format!("{count} requirements are broken: {}", list(by_the_book)),
    };
    let works = match would_not_work.len() {
        0 if by_the_book.is_empty() => "yes".to_owned(),
        0 => "yes: peers in the field live with that".to_owned(),
        _ => format!("no, for {}", list(would_not_work)),
    };
    let (seen, unseen) = opinion.coverage();
    let calls = opinion.calls.len();
    let s = if calls == 1 { "" } else { "s" };
    format!(
        "\nby the book    {book}\nwould it work  {works}\n\n{calls} call{s}; {seen} rules judged, \
         {unseen} found nothing to judge\n{exit}\n"
    )
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
