//! Law 5: every example is seen to fail, and every fault is caught.
//!
//! A planted fault makes an example fail with a finding that names a requirement; not with a
//! crash, and not by not happening. What else notices the fault is in a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

mod caught;

use Wrong::{Network, Platform, Recorder};
use caught::CAUGHT;
use tallylight::scenario::RoleName;
use tallylight::steps::Example;
use tallylight::testbed;

use crate::stage::{self, Came, LONG};
use crate::{house, shown};

/// How something is wrong.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Wrong {
    /// The platform has this fault.
    Platform(&'static str),
    /// The recorder has this fault.
    Recorder(&'static str),
    /// The network between the platform and the recorder is like this.
    Network(&'static str),
}

#[test]
fn every_example_passes_without_a_fault_and_fails_with_one() {
    let offices =
        ["quiet_office", stage::ICE, stage::FRONT, stage::FAR].map(|it| (it, stage::scenario(it)));
    let sound = offices.iter().flat_map(|(name, office)| {
        let at_home = stage::examples().into_iter().filter(|it| stage::home(it) == *name);
        at_home.map(|it| stage::job(&it, office, office.seed))
    });
    let sound: Vec<_> = sound.collect();
    let mut mistakes = Vec::new();
    stage::play(&sound, 2, |job, played| match Came::of(&played) {
        Came::Passed => {}
        came => mistakes.push(format!("{} without a fault: {came:?}", job.example.name)),
    });
    let spoilt: Vec<_> = CAUGHT
        .iter()
        .map(|(name, wrong, _)| {
            let example = stage::example(name);
            let office = spoil(*wrong, stage::home(&example));
            stage::job(&example, &office, office.seed)
        })
        .collect();
    let came = stage::play(&spoilt, 2, |_, played| Came::of(&played));
    for ((name, wrong, requirement), came) in CAUGHT.iter().zip(came) {
        if !matches!(&came, Came::Failed(broken, _) if broken.contains(requirement)) {
            mistakes.push(format!("{name} with {wrong:?} should break {requirement}: {came:?}"));
        }
    }
    stage::assert_none(&mistakes, sound.len() + spoilt.len());
}

#[test]
fn every_example_has_a_fault_and_every_fault_an_example() {
    let examples: BTreeSet<_> =
        stage::examples().iter().map(|example| example.name.clone()).collect();
    let caught: BTreeSet<_> = CAUGHT.iter().map(|(name, _, _)| (*name).to_owned()).collect();
    assert_eq!(
        caught, examples,
        "the table in {} and features/ differ",
        "tests/it/faults/caught.rs"
    );
    let in_table: BTreeSet<_> = CAUGHT.iter().map(|(_, wrong, _)| *wrong).collect();
    let uncaught: Vec<_> = all_faults().into_iter().filter(|it| !in_table.contains(it)).collect();
    assert!(uncaught.is_empty(), "no example catches {uncaught:?}");
}

#[test]
fn every_requirement_that_a_check_can_report_was_seen_broken() {
    let mut broken: BTreeSet<_> = CAUGHT.iter().map(|(.., it)| (*it).to_owned()).collect();
    broken.extend(crate::rules::caught());
    assert_eq!(broken, house::requirements_named());
}

/// Who notices a fault, whether or not it is their business: read it when it changes. Asked are
/// the features that have to catch it, and the first example of each other feature; all examples
/// with all faults would be a product, and the call of ten minutes asks nothing that a short one
/// does not, but for the drift that the table has.
#[test]
fn what_each_fault_leads_to_is_known() {
    let mut examples = stage::examples_on("quiet_office");
    examples.retain(|example| example.name != LONG);
    let faults = all_faults();
    let mut jobs = Vec::new();
    let mut asked = Vec::new();
    for wrong in &faults {
        let scenario = spoil(*wrong, "quiet_office");
        let before = jobs.len();
        let some = examples.iter().filter(|it| is_asked(it, *wrong, &examples));
        jobs.extend(some.map(|example| stage::job(example, &scenario, scenario.seed)));
        asked.push(jobs.len() - before);
    }
    let came = stage::play(&jobs, 2, |job, played| (job.example.name.clone(), Came::of(&played)));
    let mut came = came.into_iter();
    let mut told = String::new();
    for (wrong, asked) in faults.iter().zip(asked) {
        writeln!(told, "{wrong:?}").unwrap();
        tell(&mut told, *wrong, came.by_ref().take(asked).collect());
    }
    insta::assert_snapshot!(told);
}

/// How many faults the parts can have.
pub fn count() -> usize {
    all_faults().len()
}

/// Each row that an example catches a fault of, and the example.
pub fn caught() -> impl Iterator<Item = (&'static str, &'static str)> {
    CAUGHT.iter().map(|(name, _, row)| (*row, *name))
}

/// Each row that an example catches a fault of, but those that are known, broken and kept.
pub fn shown(known: &BTreeSet<&str>) -> Vec<(&'static str, String)> {
    let wanted: Vec<_> = CAUGHT.iter().filter(|(.., row)| !known.contains(row)).collect();
    let job = |(name, wrong, _): &&(&str, Wrong, &str), is_spoilt: bool| {
        let example = stage::example(name);
        let home = stage::home(&example);
        let office = if is_spoilt { spoil(*wrong, home) } else { stage::scenario(home) };
        stage::job(&example, &office, office.seed)
    };
    let jobs: Vec<_> = wanted.iter().flat_map(|it| [job(it, true), job(it, false)]).collect();
    let mut kept =
        stage::play(&jobs, 2, |_, played| played.kept.expect("it was played")).into_iter();
    let mut shown = Vec::new();
    for (_, wrong, row) in wanted {
        let (broken, kept) = (kept.next().unwrap(), kept.next().unwrap());
        let finding = broken.findings.iter().find(|it| it.requirement.0 == *row);
        let (broken, kept) = (broken.timeline.unwrap(), kept.timeline.unwrap());
        let what = match wrong {
            Platform(fault) => format!("a platform with `fault: {fault}`"),
            Recorder(fault) => format!("a recorder with `fault: {fault}`"),
            Network(link) => format!("a network with `{link}`"),
        };
        let finding = finding.expect("a test sees that it is found");
        shown.push((*row, shown::part(row, &what, finding, &broken, &kept)));
    }
    shown
}

fn is_asked(example: &Example, wrong: Wrong, examples: &[Arc<Example>]) -> bool {
    let is_first = examples
        .iter()
        .find(|it| it.path == example.path)
        .is_some_and(|first| first.name == example.name);
    let catches = |it: &&Arc<Example>| it.path == example.path;
    is_first
        || CAUGHT.iter().any(|(name, it, _)| {
            *it == wrong && examples.iter().filter(catches).any(|other| other.name == *name)
        })
}

fn tell(told: &mut String, wrong: Wrong, came: Vec<(String, Came)>) {
    let mut noticed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, came) in came {
        let how = match came {
            Came::Passed => continue,
            Came::Failed(broken, _) if broken.is_empty() => {
                "what was waited for never came".to_owned()
            }
            Came::Failed(broken, _) => broken.join(", "),
            Came::Unsure(why) => format!("cannot tell: {why}"),
            Came::Crashed(why) => panic!("{name} with {wrong:?}: {why}"),
        };
        noticed.entry(how).or_default().push(name);
    }
    if noticed.is_empty() {
        let elsewhere = CAUGHT.iter().any(|(name, it, _)| {
            *it == wrong && stage::home(&stage::example(name)) != "quiet_office"
        });
        let who = if elsewhere { "those in another office" } else { "the call of ten minutes" };
        writeln!(told, "  nobody but {who}").unwrap();
    }
    for (how, names) in noticed {
        writeln!(told, "  {how}").unwrap();
        for name in names {
            writeln!(told, "    {name}").unwrap();
        }
    }
}

fn all_faults() -> Vec<Wrong> {
    let wrong = |(role, name)| match role {
        RoleName::Platform => Platform(name),
        RoleName::Recorder => Recorder(name),
        role => panic!("a {} with a fault needs an entry here", role.word()),
    };
    testbed::faults().into_iter().map(wrong).collect()
}

/// An office, and something wrong in it.
fn spoil(wrong: Wrong, office: &str) -> Arc<tallylight::scenario::Scenario> {
    let office = stage::scenario_text(office);
    let text = match wrong {
        Platform(fault) => {
            stage::with(&office, "role: platform,", &format!("role: platform, fault: {fault},"))
        }
        Recorder(fault) => {
            stage::with(&office, "role: recorder", &format!("role: recorder, fault: {fault}"))
        }
        Network(link) => {
            let links = format!("  loss: 0 %\n  links:\n    platform - recorder: {{ {link} }}\n");
            stage::with(&office, "  loss: 0 %\n", &links)
        }
    };
    stage::scenario_of(&text)
}
