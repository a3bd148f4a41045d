//! `tallylight judge`: what the checks say of captures, or of a saved timeline.

mod answers;
mod load;
mod sum;
mod text;

use std::path::Path;

use crate::check::rules::{self, Judged};
use crate::check::{Finding, Verdict};
use crate::evidence::{Call, Timeline, calls};
use crate::scenario::Diagnostic;
use crate::time::Instant;

use super::args::Judge;
use super::exit::Exit;
use super::output::{Output, complain};

use self::answers::Answer;
use self::sum::Sum;

/// Reads, judges, and says what came of it: one timeline after another, so that the longest capture
/// takes no more memory than one of them.
pub fn judge(home: &Path, arguments: &Judge, output: &mut Output) -> Exit {
    let mut captured = match load::load(home, arguments) {
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
    let mut sum = Sum::default();
    output.say(&text::parts(&captured.timeline));
    loop {
        let opinion = Opinion::of(&captured.timeline, captured.one_way);
        output.say(&text::calls(&captured.timeline, &opinion, &mut sum, arguments.all));
        sum.add(&captured.timeline, &opinion, arguments.profile);
        match captured.next_timeline() {
            Ok(Some(next)) => captured.timeline = next,
            Ok(None) => break,
            Err((place, why)) => {
                let name = arguments.files[place].display().to_string();
                let what = format!("cannot read this any more: {why}");
                return complain(output, &[Diagnostic::new(what).in_file(name)]);
            }
        }
    }
    output.say(&sum.hidden_calls());
    output.say(&sum.findings());
    let (ending, exit) = sum.ending(arguments.profile);
    output.say(&ending);
    exit
}

/// Everything that was asked, and the answers.
#[derive(Debug)]
pub struct Opinion {
    /// Each call, when the next one was dialled, and what was asked about it by itself.
    pub calls: Vec<(Call, Option<Instant>, Vec<Answer>)>,
    /// What every rule made of all of it.
    pub rules: Vec<Judged>,
}

impl Opinion {
    /// Asks whatever makes sense of what was seen.
    pub fn of(timeline: &Timeline, one_way: bool) -> Self {
        let all = calls(timeline);
        let dialled: Vec<_> = all.iter().map(|call| call.dialled).collect();
        let alone = |(place, call): (usize, Call)| {
            let after = |at: &&_| call.over.is_some_and(|over| **at > over);
            let next = dialled.iter().skip(place + 1).find(after).copied();
            let part = timeline.of_call(&call, next);
            let answers = answers::of_call(&part, end(timeline), one_way);
            (call, next, answers)
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
}

/// The last moment of a timeline.
fn end(timeline: &Timeline) -> Instant {
    let signalling = timeline.signalling().last().map(|sighting| sighting.at);
    let media = timeline.flows().iter().filter_map(|flow| flow.nearest_to_receiver().last());
    signalling.into_iter().chain(media.map(|packet| packet.at)).max().unwrap_or_default()
}
