//! What the timelines of a capture come to together.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::check::rules;
use crate::check::{Id, Profile, TwoVerdicts, Verdict, doubt, field};
use crate::cli::exit::Exit;
use crate::cli::findings::describe;
use crate::evidence::Timeline;
use crate::report::{self, Tally};

use super::Opinion;

/// The opinions of all timelines so far.
#[derive(Debug, Default)]
pub struct Sum {
    /// How many calls there were.
    pub calls: usize,
    /// How many of them were not shown.
    pub hidden: usize,
    /// The rows that were broken: how often, and the first finding as text.
    broken: BTreeMap<Id, (usize, String)>,
    /// The rows that had something to judge.
    judged: BTreeSet<Id>,
    /// How many questions about calls, and how many rules, had a plain yes for an answer.
    asked: usize,
    ruled: usize,
    /// Whether the evidence of any is not whole.
    doubtful: bool,
}

impl Sum {
    /// Adds the opinion of one timeline.
    pub fn add(&mut self, timeline: &Timeline, opinion: &Opinion, profile: Profile) {
        for finding in opinion.findings() {
            let row = finding.requirement;
            let first = || (0, first(&finding, timeline, profile));
            self.broken.entry(row).or_insert_with(first).0 += 1;
        }
        let seen = opinion.rules.iter().filter(|judged| !judged.verdicts.is_empty());
        self.judged.extend(seen.map(|judged| judged.requirement));
        let answers = opinion.calls.iter().flat_map(|(_, _, answers)| answers);
        let ruled = opinion.rules.iter().flat_map(|judged| &judged.verdicts);
        self.asked += answers.filter(|it| it.verdict == Verdict::Pass).count();
        self.ruled += ruled.filter(|verdict| **verdict == Verdict::Pass).count();
        self.doubtful |= !opinion.calls.is_empty() && doubt(timeline).is_some();
    }

    /// How many calls were not worth a paragraph.
    pub fn hidden_calls(&self) -> String {
        match self.hidden {
            0 => String::new(),
            hidden => format!("\n{hidden} more calls, nothing wrong; --all shows them\n"),
        }
    }

    /// The findings, grouped by requirement, each with the ladder around the first.
    pub fn findings(&self) -> String {
        let mut text = String::new();
        for (row, (times, first)) in &self.broken {
            let (head, rest) = first.split_once('\n').unwrap_or((first, ""));
            let times = match times {
                1 => String::new(),
                times => format!("  ({times} times; this is the first)"),
            };
            let _ = write!(text, "\n{head}  {row}{times}\n{rest}");
        }
        text
    }

    /// The two verdicts, and how much they rest on.
    pub fn ending(&self, profile: Profile) -> (String, Exit) {
        let verdicts = profile.judge_rows(self.broken.keys().copied().collect());
        let exit = Exit::of(self.tally(&verdicts, profile));
        let list = |rows: &BTreeSet<Id>| {
            rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let TwoVerdicts { by_the_book, would_not_work } = &verdicts;
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
        let (calls, seen) = (self.calls, self.judged.len());
        let unseen = rules::rules().count() - seen;
        let s = if calls == 1 { "" } else { "s" };
        let text = format!(
            "\nby the book    {book}\nwould it work  {works}\n\n{calls} call{s}; {seen} rules \
             judged, {unseen} found nothing to judge\n{exit}\n"
        );
        (text, exit)
    }

    /// A failure counts unless the profile forgives it. Where no question about any recording has a
    /// certain answer, the whole is open: that every message is lawful says nothing of a recording
    /// that was not seen.
    fn tally(&self, verdicts: &TwoVerdicts, profile: Profile) -> Tally {
        let counts = |row: &&Id| profile.forgives(**row).is_none();
        let failed = verdicts.by_the_book.iter().filter(counts).count();
        let open = usize::from(self.doubtful || self.asked == 0);
        Tally { passed: self.asked + self.ruled, failed, inconclusive: open, ..Tally::default() }
    }
}

/// A finding as text: how it counts on the first line, then all about it.
fn first(finding: &crate::check::Finding, timeline: &Timeline, profile: Profile) -> String {
    let row = finding.requirement;
    let head = if profile.forgives(row).is_some() { "NOTE" } else { "FAIL" };
    let mut text = format!("{head}\n");
    for finding in describe(std::slice::from_ref(finding), timeline) {
        text.push_str(&report::finding(&finding));
    }
    if let Some(because) = profile.forgives(row) {
        let _ = writeln!(text, "        forgiven by {}: {because}", profile.name());
    }
    if let Some(known) = field().iter().find(|it| it.rows.iter().any(|id| id == row.0)) {
        let _ = writeln!(text, "        in the field  {}", known.then);
    }
    text
}
