//! `tallylight judge`: what the checks say of captures, or of a saved timeline.

mod answers;
mod load;
mod text;

use std::path::Path;

use crate::check::rules::{self, Judged};
use crate::check::{Finding, Id, TwoVerdicts, Verdict, doubt};
use crate::evidence::{Call, Captured, Timeline, calls};
use crate::report::Tally;

use super::args::Judge;
use super::exit::Exit;
use super::output::{Output, complain};

use self::answers::Answer;

/// Reads, judges, and says what came of it.
pub fn judge(home: &Path, arguments: &Judge, output: &mut Output) -> Exit {
    let captured = match load::load(home, arguments) {
        Ok(captured) => captured,
        Err(complaints) => return complain(output, &complaints),
    };
    for note in &captured.notes {
        output.say(&format!("note  {note}\n"));
    }
    if let Some(nothing) = &captured.nothing {
        output.say(&format!("nothing to judge: {nothing}\n"));
        return Exit::NothingRan;
    }
    let opinion = Opinion::of(&captured);
    output.say(&text::calls(&captured.timeline, &opinion, arguments.all));
    output.say(&text::findings(&captured.timeline, &opinion, arguments.profile));
    let verdicts = arguments.profile.judge(&opinion.findings());
    let exit = Exit::of(tally(&opinion, &verdicts, arguments));
    output.say(&text::ending(&opinion, &verdicts, exit));
    exit
}

/// Everything that was asked, and the answers.
#[derive(Debug)]
pub struct Opinion {
    /// Each call, and what was asked about it by itself.
    pub calls: Vec<(Call, Timeline, Vec<Answer>)>,
    /// What every rule made of all of it.
    pub rules: Vec<Judged>,
}

impl Opinion {
    /// Asks whatever makes sense of what was seen.
    pub fn of(captured: &Captured) -> Self {
        let timeline = &captured.timeline;
        let all = calls(timeline);
        let dialled: Vec<_> = all.iter().map(|call| call.dialled).collect();
        let alone = |(place, call): (usize, Call)| {
            let after = |at: &&_| call.over.is_some_and(|over| **at > over);
            let next = dialled.iter().skip(place + 1).find(after).copied();
            let part = timeline.of_call(&call, next);
            let answers = answers::of_call(&part, end(timeline), captured.one_way);
            (call, part, answers)
        };
        let calls = all.into_iter().enumerate().map(alone).collect();
        let mut rules = rules::judge(timeline);
        for judged in &mut rules {
            let bear = |verdict: Verdict| verdict.resting_on(timeline);
            judged.verdicts = std::mem::take(&mut judged.verdicts).into_iter().map(bear).collect();
        }
        Self { calls, rules }
    }

    /// Every finding: of the rules first, then call by call.
    pub fn findings(&self) -> Vec<Finding> {
        let answers = self.calls.iter().flat_map(|(_, _, answers)| answers);
        let asked = answers.map(|answer| &answer.verdict);
        let ruled = self.rules.iter().flat_map(|judged| &judged.verdicts);
        let finding = |verdict: &Verdict| match verdict {
            Verdict::Fail(finding) => Some(finding.clone()),
            Verdict::Pass | Verdict::Inconclusive(_) => None,
        };
        ruled.chain(asked).filter_map(finding).collect()
    }

    /// How many rows the rules looked at, and how many found nothing to look at.
    pub fn coverage(&self) -> (usize, usize) {
        let seen = self.rules.iter().filter(|judged| !judged.verdicts.is_empty()).count();
        (seen, self.rules.len() - seen)
    }
}

/// A failure counts unless the profile forgives it. Where no question about any recording has a
/// certain answer, the whole is open.
fn tally(opinion: &Opinion, verdicts: &TwoVerdicts, arguments: &Judge) -> Tally {
    let counts = |row: &&Id| arguments.profile.forgives(**row).is_none();
    let failed = verdicts.by_the_book.iter().filter(counts).count();
    let answers = opinion.calls.iter().flat_map(|(_, _, answers)| answers);
    let ruled = opinion.rules.iter().flat_map(|judged| &judged.verdicts);
    let asked = answers.filter(|it| it.verdict == Verdict::Pass).count();
    let ruled = ruled.filter(|verdict| **verdict == Verdict::Pass).count();
    let torn = opinion.calls.first().and_then(|(_, part, _)| doubt(part)).is_some();
    // That every message is lawful says nothing of a recording that was not seen.
    let open = usize::from(torn || asked == 0);
    Tally { passed: asked + ruled, failed, inconclusive: open, ..Tally::default() }
}

/// The last moment of a timeline.
fn end(timeline: &Timeline) -> crate::time::Instant {
    let signalling = timeline.signalling().last().map(|sighting| sighting.at);
    let media = timeline.flows().iter().filter_map(|flow| flow.nearest_to_receiver().last());
    signalling.into_iter().chain(media.map(|packet| packet.at)).max().unwrap_or_default()
}
