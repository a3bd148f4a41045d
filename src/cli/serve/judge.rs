//! What the checks say of the calls since the last quiet moment, with nobody asking for anything
//! in particular.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::check::{Finding, Id, Profile, Verdict, align, always, modes, span, streams};
use crate::evidence::{Dialog, Kind, Timeline, dialogs, recordings};
use crate::report::Tally;
use crate::scenario::{Budgets, Located, Recording, Scenario};
use crate::sip::Uri;

/// The answers to every question that was asked.
#[derive(Debug)]
pub struct Judgement {
    answers: Vec<(&'static str, Verdict)>,
    /// What is against the book, and forgiven by the scenario's profile: the rows, what was seen and why.
    forgiven: BTreeMap<Id, (String, &'static str)>,
    /// Requirements that are known to be broken, each with the issue.
    admitted: BTreeMap<String, Located<String>>,
}

impl Judgement {
    /// Asks whatever makes sense of what was seen.
    pub fn of(timeline: &Timeline, scenario: &Scenario) -> Self {
        let due = recordings_due(timeline, scenario);
        let mut answers = Vec::new();
        match due {
            _ if timeline.flows().is_empty() => answers.push((DUE, nobody_spoke(timeline))),
            0 => answers.push((DUE, modes::nothing_is_recorded(timeline))),
            due => {
                answers.push((DUE, modes::recordings_in_all_are(timeline, due)));
                answers.extend(of_recordings(timeline, &scenario.budgets));
            }
        }
        let calls = answered(timeline).count();
        if calls > 1 {
            let why = format!("of {calls} calls without a pause between them, the last was judged");
            answers.push(("every call is judged", Verdict::Inconclusive(why)));
        }
        let profile = Profile::named(scenario.profile.name()).unwrap_or_default();
        let mut forgiven = BTreeMap::new();
        let mut unlawful: BTreeMap<Id, Finding> = BTreeMap::new();
        let mut others = Verdict::Pass;
        for verdict in always(timeline) {
            let Verdict::Fail(finding) = verdict else {
                others = others.worst(verdict);
                continue;
            };
            let row = finding.requirement;
            if let Some(because) = profile.forgives(row) {
                forgiven.entry(row).or_insert((finding.seen, because));
            } else {
                unlawful.entry(row).or_insert(finding);
            }
        }
        if unlawful.is_empty() {
            answers.push((LAWFUL, others));
        }
        answers.extend(unlawful.into_values().map(|finding| (LAWFUL, Verdict::Fail(finding))));
        let bears = |(question, verdict): (_, Verdict)| (question, verdict.resting_on(timeline));
        let answers = answers.into_iter().map(bears).collect();
        Self { answers, forgiven, admitted: scenario.known_deviations.clone() }
    }

    /// How many questions were answered in which way.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for (_, verdict) in &self.answers {
            *match verdict {
                Verdict::Pass => &mut tally.passed,
                Verdict::Inconclusive(_) => &mut tally.inconclusive,
                Verdict::Fail(_) if self.admits(verdict).is_some() => &mut tally.skipped,
                Verdict::Fail(_) => &mut tally.failed,
            } += 1;
        }
        tally
    }

    /// Every answer as text, one below the other.
    pub fn text(&self) -> String {
        let answers = self.answers.iter();
        let answers = answers.map(|(question, verdict)| self.line(question, verdict));
        answers.chain(self.pardons()).collect()
    }

    /// The answers that are no plain yes, as text.
    pub fn doubts(&self) -> String {
        let doubts = self.answers.iter().filter(|(_, verdict)| *verdict != Verdict::Pass);
        let doubts = doubts.map(|(question, verdict)| self.line(question, verdict));
        doubts.chain(self.pardons()).collect()
    }

    fn pardons(&self) -> impl Iterator<Item = String> {
        let forgiven = self.forgiven.iter();
        forgiven.map(|(row, (seen, why))| format!("NOTE  {seen}\n      forgiven: {row}, {why}\n"))
    }

    fn line(&self, question: &str, verdict: &Verdict) -> String {
        match (verdict, self.admits(verdict)) {
            (Verdict::Pass, _) => format!("PASS  {question}\n"),
            (Verdict::Inconclusive(why), _) => format!("OPEN  {question}: {why}\n"),
            (Verdict::Fail(finding), Some(issue)) => {
                format!("KNOWN {question}: {} ({issue})\n", finding.seen)
            }
            (Verdict::Fail(finding), None) => {
                let row = finding.requirement.look_up();
                let mut text = format!("FAIL  {question}: {}\n", finding.seen);
                let _ = writeln!(text, "      at {} ms, against {}:", finding.at, row.id);
                let _ = writeln!(text, "      {}", row.statement);
                text
            }
        }
    }

    /// The issue under which the scenario admits what a finding found.
    fn admits(&self, verdict: &Verdict) -> Option<&str> {
        let Verdict::Fail(finding) = verdict else { return None };
        self.admitted.get(finding.requirement.0).map(|issue| issue.value.as_str())
    }
}

fn of_recordings(timeline: &Timeline, budgets: &Budgets) -> Vec<(&'static str, Verdict)> {
    let Budgets { recording_starts, recording_ends, streams_agree, .. } = *budgets;
    vec![
        ("the recorder is asked as soon as there is an answer", {
            span::began_within(timeline, recording_starts)
        }),
        ("nothing is recorded before the answer", span::nothing_before_the_answer(timeline)),
        ("each side arrives as a stream of its own", streams::streams_are(timeline, 2)),
        ("each stream carries one voice", streams::each_carries_one_voice(timeline)),
        ("the metadata names who is heard", streams::speakers_are_named(timeline)),
        ("the sides are aligned", align::streams_agree(timeline, streams_agree)),
        ("the recording ends with the call", span::ended_within(timeline, recording_ends)),
        ("nothing is sent after the end", span::nothing_after_the_end(timeline)),
    ]
}

/// Without media there is nothing to record, whatever was agreed on.
fn nobody_spoke(timeline: &Timeline) -> Verdict {
    let answered = dialogs(timeline).iter().any(|dialog| dialog.answered.is_some());
    if answered {
        return Verdict::Inconclusive("no telephone sent any media".to_owned());
    }
    Verdict::require(
        recordings(timeline).is_empty(),
        "WXC-MODE-1",
        crate::time::Instant::START,
        || "the recorder was invited to a call that nobody answered".to_owned(),
    )
}

/// The calls of telephones that were answered.
fn answered(timeline: &Timeline) -> impl Iterator<Item = Dialog<'_>> {
    let to_platform = |address| timeline.cast().is(address, Kind::Platform);
    let calls = dialogs(timeline).into_iter();
    calls.filter(move |it| it.answered.is_some() && to_platform(it.callee))
}

/// How many recordings there should be: one for each recorded user in each answered call.
fn recordings_due(timeline: &Timeline, scenario: &Scenario) -> usize {
    let is_recorded = |uri: Uri| {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let user = uri.user().map(|user| digits(&user));
        scenario.phones().any(|(_, phone)| {
            phone.recording == Recording::Always && user == Some(digits(phone.number.as_str()))
        })
    };
    let parties = answered(timeline).flat_map(|call| {
        [call.invite.from().map(|from| from.uri), call.invite.request_uri()].into_iter().flatten()
    });
    parties.filter(|uri| is_recorded(uri.clone())).count()
}

const DUE: &str = "whoever is to be recorded is, and nobody else";
const LAWFUL: &str = "every message and every document is lawful";
