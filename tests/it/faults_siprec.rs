//! Law 5 for the rules on recording sessions and their metadata: each is seen to bite, and to bite
//! nothing else.
//!
//! A fault is data: a healthy session, something in it that is otherwise, the requirements that
//! this breaks, and the few that are broken in consequence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;

use tallylight::check::rules;
use tallylight::check::{Id, Profile, Verdict, catalogue};
use tallylight::evidence::{Ladder, Script, Timeline};

use crate::{shown, stage};

mod conforming;
mod course;
mod edit;
mod first;
mod flows;
mod liberties;
mod media;
mod metadata;
mod mixtures;
mod scripted;
mod sessions;
mod taken;
mod told;
mod trust;

use edit::Change;

/// Something that is wrong.
pub struct Fault {
    what: &'static str,
    /// The healthy session: the name of an example, or of one that is written out.
    of: &'static str,
    by: &'static [Change],
    /// The requirements that this breaks.
    breaks: &'static [&'static str],
    /// Those that are broken in consequence, and why.
    also: &'static [(&'static str, &'static str)],
}

const TALK: &str = "A two-party call";
const HOLD: &str = "A call on hold goes on being recorded afterwards";
const PAUSE: &str = "A card number is read out";
const ROOM: &str = "Everybody in a call of three talks at once";
const TWO: &str = "Both parties are recorded";
const WISH: &str = "Paused with a preference";
const STOP: &str = "The recording is stopped";
const ANNOUNCED: &str = "A call within the company";
const UNRECORDED: &str = "Nobody has touched the settings";
const REFUSED: &str = "The recorder refuses";
const LASTING: &str = "Every ten seconds";
const BEGUN: &str = "a recorder begins";
const OFFERED: &str = "a recorder offers";
const ASKED: &str = "a telephone is asked";
const REGISTERED: &str = "a recorder registers";
const SHARED: &str = "two clients";
const STILL: &str = "a pause without an end";
const HELD: &str = "a hold without an end";

const EXAMPLES: &[&str] =
    &[TALK, HOLD, PAUSE, ROOM, TWO, WISH, STOP, ANNOUNCED, UNRECORDED, REFUSED, LASTING];

fn faults() -> impl Iterator<Item = &'static Fault> {
    first::FAULTS
        .iter()
        .chain(metadata::FAULTS)
        .chain(taken::FAULTS)
        .chain(told::FAULTS)
        .chain(sessions::FAULTS)
        .chain(media::FAULTS)
        .chain(mixtures::FAULTS)
        .chain(trust::FAULTS)
        .chain(liberties::FAULTS)
        .chain(course::FAULTS)
        .chain(flows::FAULTS)
}

/// Each row that some fault here breaks, and what that is.
pub fn caught() -> impl Iterator<Item = (&'static str, &'static str)> {
    faults().flat_map(|fault| fault.breaks.iter().map(|row| (*row, fault.what)))
}

/// How many faults are planted here.
pub fn count() -> usize {
    faults().count()
}

/// Each row that a fault here breaks, broken and kept.
pub fn shown() -> Vec<(&'static str, String)> {
    let healthy = healthy();
    let of = |fault: &'static Fault| {
        let mut script = healthy[fault.of].clone();
        let kept = script.timeline();
        fault.by.iter().for_each(|change| change.make(&mut script));
        let broken = script.timeline();
        let rows = fault.breaks.iter().filter_map(move |row| {
            let finding = shown::finding(row, &broken)?;
            Some((*row, shown::part(row, fault.what, &finding, &broken, &kept)))
        });
        rows.collect::<Vec<_>>()
    };
    faults().flat_map(of).collect()
}

/// Every healthy session.
fn healthy() -> BTreeMap<&'static str, Script> {
    let office = stage::scenario("quiet_office");
    let job = |name: &&str| stage::job(&stage::example(name), &office, office.seed);
    let jobs: Vec<_> = EXAMPLES.iter().map(job).collect();
    let played = stage::play(&jobs, 2, |_, played| played.kept.unwrap().timeline.unwrap());
    let mut all: BTreeMap<_, _> =
        EXAMPLES.iter().copied().zip(played.iter().map(Script::of)).collect();
    all.extend([
        (BEGUN, scripted::recorder_begins()),
        (OFFERED, scripted::recorder_offers()),
        (ASKED, scripted::telephone_is_asked()),
        (REGISTERED, scripted::recorder_registers()),
        (SHARED, scripted::two_clients()),
        (STILL, scripted::paused_for_good()),
        (HELD, scripted::held_for_good()),
    ]);
    all
}

/// What each rule on recording sessions finds.
fn findings(timeline: &Timeline) -> BTreeMap<&'static str, String> {
    let ours = |row: &str| FAMILIES.iter().any(|it| row.starts_with(it));
    let judged = rules::judge(timeline).into_iter().filter(|it| ours(it.requirement.0));
    let mut found = BTreeMap::new();
    for verdict in judged.flat_map(|judged| judged.verdicts) {
        if let Verdict::Fail(finding) = verdict {
            found.entry(finding.requirement.0).or_insert(finding.seen);
        }
    }
    found
}

#[test]
fn each_fault_breaks_what_it_breaks_and_nothing_else() {
    let healthy = healthy();
    let mut mistakes = Vec::new();
    for fault in faults() {
        let mut script = healthy[fault.of].clone();
        let changed = std::panic::catch_unwind(AssertUnwindSafe(|| {
            fault.by.iter().for_each(|change| change.make(&mut script));
        }));
        if changed.is_err() {
            mistakes.push(format!("{}: there is nothing to change", fault.what));
            continue;
        }
        let timeline = script.timeline();
        let found = findings(&timeline);
        let wanted: BTreeSet<_> =
            fault.breaks.iter().copied().chain(fault.also.iter().map(|(row, _)| *row)).collect();
        if found.keys().copied().ne(wanted.iter().copied()) {
            mistakes.push(format!("{}: {found:#?} instead of {wanted:?}", fault.what));
        }
        if std::env::var("LADDER").is_ok_and(|it| it == fault.what) {
            println!("{}", Ladder::of(&timeline));
        }
    }
    stage::assert_none(&mistakes, faults().count());
}

#[test]
fn no_rule_on_recording_sessions_is_without_a_fault() {
    let rules: BTreeSet<_> = rules::rules().map(|rule| rule.requirement.0).collect();
    let broken: BTreeSet<_> = faults().flat_map(|fault| fault.breaks).copied().collect();
    let ours = |row: &&&str| FAMILIES.iter().any(|it| row.starts_with(it));
    let without: Vec<_> = rules.iter().filter(ours).filter(|row| !broken.contains(*row)).collect();
    assert!(without.is_empty(), "no fault breaks {without:?}");
    let unruled: Vec<_> = broken.iter().filter(|row| !rules.contains(*row)).collect();
    assert!(unruled.is_empty(), "no rule judges {unruled:?}");
}

#[test]
fn every_duty_of_a_recording_session_is_judged_or_said_to_be_out_of_sight() {
    let rules: BTreeSet<_> = rules::rules().map(|rule| rule.requirement.0).collect();
    let duties = catalogue().iter().filter(|row| {
        let is_ours = ["RFC7865", "RFC7866", "RFC9806"].contains(&row.source.as_str());
        let level = row.level.as_str();
        is_ours && row.wire && (level == "must" || level == "should")
    });
    let mut open = String::new();
    let mut both = String::new();
    for row in duties {
        let is_judged = rules.contains(row.id.as_str());
        match (is_judged, tallylight::check::unseen(&row.id)) {
            (false, None) if tallylight::check::through(&row.id).is_none() => {
                writeln!(open, "{} {}", row.id, row.statement).unwrap();
            }
            (true, Some(_)) => writeln!(both, "{}", row.id).unwrap(),
            _ => {}
        }
    }
    assert!(open.is_empty(), "neither judged nor out of sight:\n{open}");
    assert!(both.is_empty(), "judged, and said to be out of sight:\n{both}");
}

/// What is healthy stays so: every example in every office but the one of ten minutes, by what its
/// profile does not forgive, and what is written out.
#[test]
fn no_rule_objects_to_a_healthy_session() {
    let mut mistakes = Vec::new();
    let mut count = 0;
    for name in stage::SIMULATED {
        let mut examples = stage::examples_on(name);
        examples.retain(|example| example.name != stage::LONG);
        let office = stage::scenario(name);
        let profile = Profile::named(office.profile.name()).unwrap();
        let jobs: Vec<_> =
            examples.iter().map(|example| stage::job(example, &office, office.seed)).collect();
        stage::play(&jobs, 2, |job, played| {
            let timeline = played.kept.unwrap().timeline.unwrap();
            for (row, seen) in findings(&timeline) {
                if profile.forgives(Id(row)).is_none() {
                    mistakes.push(format!("{name}, {}: {row} {seen}", job.example.name));
                }
            }
        });
        count += jobs.len();
    }
    for (name, script) in healthy().into_iter().filter(|(name, _)| *name != OFFERED) {
        for (row, seen) in findings(&script.timeline()) {
            mistakes.push(format!("{name}: {row} {seen}"));
        }
    }
    stage::assert_none(&mistakes, count);
}

/// Whose rows are shown to bite here.
const FAMILIES: [&str; 4] = ["RFC7865", "RFC7866", "RFC8068", "RFC9806"];
