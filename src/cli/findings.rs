//! From what a check found to what a person reads: the row of the catalogue, and the lines of the
//! ladder around the moment.

use crate::check::{Blame, Finding, blame};
use crate::evidence::{Ladder, Line, RecordingSession, Timeline, recordings};
use crate::report::{AudioPlace, BlameText, FindingText, LadderLine};
use crate::time::Instant;

/// The findings as text, each with its part of the ladder.
pub fn describe(findings: &[Finding], timeline: &Timeline) -> Vec<FindingText> {
    if findings.is_empty() {
        return Vec::new();
    }
    let ladder = Ladder::of(timeline);
    let recordings = recordings(timeline);
    let one = |finding| FindingText {
        blame: match blame(finding, timeline) {
            Blame::Part(name) => BlameText::Part(name.to_string()),
            Blame::Unknown(why) => BlameText::Unknown(why),
        },
        audio: audio_place(finding.at, &recordings),
        ..one(finding, &ladder)
    };
    findings.iter().map(one).collect()
}

/// Where in a recording a moment is to be heard: in the last one whose media had begun.
fn audio_place(at: Instant, recordings: &[RecordingSession<'_>]) -> Option<AudioPlace> {
    let begun = |session: &RecordingSession<'_>| {
        let flows = session.streams.iter().flat_map(|stream| &stream.flows);
        flows.filter_map(|flow| Some(flow.nearest_to_receiver().first()?.at)).min()
    };
    let mut heard = recordings.iter().enumerate().filter_map(|(place, session)| {
        let begun = begun(session).filter(|begun| *begun <= at)?;
        let is_over = session.dialog.ended.is_some_and(|ended| ended < at);
        let offset = at.elapsed().saturating_sub(begun.elapsed());
        (!is_over).then_some(AudioPlace { recording: place + 1, offset })
    });
    heard.next_back()
}

fn one(finding: &Finding, ladder: &Ladder) -> FindingText {
    let row = finding.requirement.look_up();
    FindingText {
        requirement: row.id.clone(),
        level: row.level.as_str().to_owned(),
        statement: row.statement.clone(),
        source: format!("{}, {}", source(&row.source), row.section),
        seen: finding.seen.clone(),
        blame: BlameText::Unknown(String::new()),
        at: finding.at.elapsed(),
        audio: None,
        ladder: excerpt(finding, ladder),
    }
}

/// A source as people call it.
pub fn source(source: &str) -> String {
    match source.strip_prefix("RFC") {
        Some(number) => format!("RFC {number}"),
        None if source == "DUB-API" => "the recorder's interface".to_owned(),
        None if source == "WXC-API" => "the platform's settings interface".to_owned(),
        None if source.starts_with("SEED-") => "help article of the product".to_owned(),
        None => source.to_owned(),
    }
}

/// The lines of the ladder around the moment of a finding, and what never came.
fn excerpt(finding: &Finding, ladder: &Ladder) -> Vec<LadderLine> {
    // Registrations only stand in the way, unless it is about one.
    let is_of_one = finding.seen.contains(REGISTER);
    let wanted = |line: &&Line| is_of_one || !line.text.contains(REGISTER);
    let lines: Vec<_> = ladder.lines.iter().filter(wanted).collect();
    let marked = lines.iter().position(|line| line.at >= finding.at).unwrap_or(lines.len());
    let first = marked.saturating_sub(LINES_BEFORE);
    let after = if finding.never.is_some() { LINES_AFTER_NEVER } else { LINES_AFTER };
    let last = (marked + after).min(lines.len());
    let mut excerpt: Vec<_> = lines[first..last]
        .iter()
        .enumerate()
        .map(|(place, line)| ladder_line(line, first + place == marked && finding.never.is_none()))
        .collect();
    excerpt.extend(finding.never.as_deref().map(never));
    excerpt
}

fn ladder_line(line: &Line, marked: bool) -> LadderLine {
    let (what, detail) = line.text.split_once("  ").unwrap_or((line.text.as_str(), ""));
    LadderLine {
        at: Some(line.at.elapsed()),
        from: line.from.clone(),
        to: line.to.clone().unwrap_or_default(),
        what: what.to_owned(),
        detail: detail.trim().to_owned(),
        marked,
    }
}

/// `platform -> recorder  RTP  label 2`
fn never(text: &str) -> LadderLine {
    let (way, what) = text.split_once("  ").unwrap_or((text, ""));
    let (from, to) = way.split_once(" -> ").unwrap_or((way, ""));
    let (what, detail) = what.split_once("  ").unwrap_or((what, ""));
    LadderLine {
        at: None,
        from: from.to_owned(),
        to: to.to_owned(),
        what: what.trim().to_owned(),
        detail: detail.trim().to_owned(),
        marked: true,
    }
}

const REGISTER: &str = "REGISTER";
const LINES_BEFORE: usize = 2;
const LINES_AFTER: usize = 3;
/// What came instead may come a while later.
const LINES_AFTER_NEVER: usize = 10;
