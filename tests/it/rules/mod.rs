//! The rules that every run is judged by: silent on what is sound, however it is written, and each
//! of them loud on its own fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

use tallylight::check::{Verdict, rules};
use tallylight::evidence::{Script, Timeline};

use crate::{shown, stage};

mod edit;
mod faults;
mod variants;

use edit::Edit;

/// Something that is wrong in a run that was sound.
#[derive(Debug)]
pub struct Fault {
    /// What is wrong.
    pub name: &'static str,
    /// The example that it is wrong in.
    pub on: &'static str,
    /// How it is made wrong.
    pub edits: &'static [Edit],
    /// The rows that this breaks.
    pub breaks: &'static [&'static str],
    /// The rows that are broken with it, and why that cannot be helped.
    pub also: &'static [(&'static str, &'static str)],
}

#[test]
fn what_is_sound_breaks_no_rule() {
    let office = stage::scenario("quiet_office");
    let mut examples = stage::examples_on("quiet_office");
    // What is about calls; others last for months.
    examples.retain(|it| it.name != stage::LONG && CALLS.iter().any(|name| it.path.contains(name)));
    let jobs: Vec<_> =
        examples.iter().map(|example| stage::job(example, &office, office.seed)).collect();
    let mut mistakes = Vec::new();
    stage::play(&jobs, 2, |job, played| {
        let timeline = played.kept.unwrap().timeline.unwrap();
        let name = &job.example.name;
        mistakes.extend(findings(&timeline).into_iter().map(|it| format!("{name}: {it}")));
        let again = Script::of(&timeline).timeline();
        if broken(&again) != broken(&timeline) {
            mistakes.push(format!("{name}: taken apart and put together it is another"));
        }
    });
    stage::assert_none(&mistakes, jobs.len());
}

/// Each fault breaks its rows, what has to break with them, and nothing else.
#[test]
fn every_fault_breaks_its_own_rule() {
    let mut mistakes = Vec::new();
    for fault in faults::all() {
        let Ok(timeline) = std::panic::catch_unwind(|| spoilt(fault)) else {
            mistakes.push(format!("{}: cannot be planted", fault.name));
            continue;
        };
        let seen: BTreeSet<_> = broken(&timeline).into_iter().filter(|row| is_own(row)).collect();
        let expected: BTreeSet<&str> =
            fault.breaks.iter().chain(fault.also.iter().map(|(row, _)| row)).copied().collect();
        if seen != expected {
            let seen: Vec<_> = findings(&timeline);
            mistakes.push(format!("{}: should break {expected:?}: {seen:#?}", fault.name));
        }
    }
    stage::assert_none(&mistakes, faults::all().count());
}

/// A recorder refuses what a later request overtook (RFC 3261 section 12.2.2): that is not said of
/// the form that it has.
#[test]
fn what_was_overtaken_is_refused_whatever_its_form_is() {
    let office = stage::scenario("quiet_office");
    let told = stage::example("The recorder is told of the notices of a pause");
    let jobs = [stage::job(&told, &office, office.seed)];
    let seen = stage::play(&jobs, 1, |_, played| played.kept.unwrap().timeline.unwrap());
    let mut script = Script::of(&seen[0]);
    // The way back from the pause, written as in the drafts.
    Edit::Swap("INVITE platform recorder 3", &[(";+sip.src", ";src")]).apply(&mut script);
    Edit::Swap("200 INVITE recorder platform 3", &[("200 OK", "500 Server Internal Error")])
        .apply(&mut script);
    assert!(broken(&script.timeline()).contains("INT-BW-2"));
    Edit::Late("UPDATE platform recorder", -414).apply(&mut script);
    assert!(!broken(&script.timeline()).contains("INT-BW-2"));
}

/// A capture on a translator of addresses has each request twice: under the address of whoever sent
/// it, and under the translator's. Nobody has sent it again.
#[test]
fn what_a_translator_of_addresses_sends_on_is_not_sent_again() {
    let mut script = base("A two-party call").clone();
    let asked = script.messages.iter().position(|it| it.text().starts_with("REGISTER")).unwrap();
    let mut on = script.messages[asked].clone();
    on.packet.source.set_ip([203, 0, 113, 9].into());
    script.messages.insert(asked + 1, on.clone());
    assert!(!broken(&script.timeline()).contains("RFC3261-17.1.2.2-1"));
    on.packet.source = script.messages[asked].packet.source;
    script.messages[asked + 1] = on;
    assert!(broken(&script.timeline()).contains("RFC3261-17.1.2.2-1"));
}

/// However a sound run is written, no rule objects. `TALLYLIGHT_VARIANTS` says how many ways are
/// tried.
#[test]
fn no_rule_objects_to_other_words() {
    let count = std::env::var("TALLYLIGHT_VARIANTS").ok().and_then(|it| it.parse().ok());
    let count = count.unwrap_or(200_u64);
    let bases: BTreeSet<_> = faults::all().map(|fault| fault.on).collect();
    let bases: Vec<_> = bases.into_iter().collect();
    let mut mistakes = Vec::new();
    for seed in 0..count {
        let place = usize::try_from(seed).unwrap() % bases.len();
        let timeline = variants::variant(base(bases[place]), seed).timeline();
        let found = findings(&timeline);
        mistakes.extend(found.iter().take(3).map(|it| format!("{} {seed}: {it}", bases[place])));
    }
    stage::assert_none(&mistakes, usize::try_from(count).unwrap());
}

/// The matrix of checks and faults; and no rule is without a fault.
#[test]
fn every_rule_has_a_fault() {
    let mut matrix: BTreeMap<&str, Vec<&str>> = rules::rules()
        .map(|rule| rule.requirement.0)
        .filter(|it| is_own(it))
        .map(|it| (it, Vec::new()))
        .collect();
    for fault in faults::all() {
        for row in fault.breaks {
            matrix.entry(row).or_default().push(fault.name);
        }
    }
    for (row, by) in crate::faults::caught().chain(crate::faults_siprec::caught()) {
        if let Some(faults) = matrix.get_mut(row) {
            faults.push(by);
        }
    }
    let caught = matrix.values().filter(|faults| !faults.is_empty()).count();
    let mut told = format!("{caught} of {} checks have a fault\n", matrix.len());
    for (row, faults) in &matrix {
        writeln!(told, "{row}").unwrap();
        for fault in faults {
            writeln!(told, "  {fault}").unwrap();
        }
    }
    for fault in faults::all().filter(|fault| !fault.also.is_empty()) {
        writeln!(told, "{}", fault.name).unwrap();
        for (row, why) in fault.also {
            writeln!(told, "  also breaks {row}: {why}").unwrap();
        }
    }
    insta::assert_snapshot!(told);
    let bare: Vec<_> = matrix.iter().filter(|(_, it)| it.is_empty()).map(|(row, _)| row).collect();
    assert!(bare.is_empty(), "{} rules have no fault: {bare:?}", bare.len());
}

/// Whether a row is shown to bite here: those on recording sessions and their metadata have a
/// matrix of their own, and follow much that is broken here.
fn is_own(row: &str) -> bool {
    !["RFC7865-", "RFC7866-", "RFC8068-", "RFC9806-"].iter().any(|family| row.starts_with(family))
}

/// How many faults are planted here.
pub fn count() -> usize {
    faults::all().count()
}

/// The rows that some fault here breaks.
pub fn caught() -> BTreeSet<String> {
    let of_sessions = crate::faults_siprec::caught().map(|(row, _)| row.to_owned());
    let own = faults::all().flat_map(|fault| fault.breaks).map(|row| (*row).to_owned());
    own.chain(of_sessions).collect()
}

/// Each row that a fault here breaks, broken and kept.
pub fn shown() -> Vec<(&'static str, String)> {
    let of = |fault: &'static Fault| {
        let broken = spoilt(fault);
        let kept = base(fault.on).timeline();
        let rows = fault.breaks.iter().filter_map(move |row| {
            let finding = shown::finding(row, &broken)?;
            Some((*row, shown::part(row, fault.name, &finding, &broken, &kept)))
        });
        rows.collect::<Vec<_>>()
    };
    faults::all().flat_map(of).collect()
}

/// A run in which something is wrong.
fn spoilt(fault: &Fault) -> Timeline {
    let mut script = base(fault.on).clone();
    for edit in fault.edits {
        edit.apply(&mut script);
    }
    script.timeline()
}

/// What was seen of a sound example in the quiet office.
pub fn base(name: &str) -> &'static Script {
    static BASES: OnceLock<BTreeMap<String, Script>> = OnceLock::new();
    let bases = BASES.get_or_init(|| {
        let names: BTreeSet<_> = faults::all().map(|fault| fault.on).collect();
        let office = stage::scenario("quiet_office");
        let jobs: Vec<_> = names
            .iter()
            .map(|name| stage::job(&stage::example(name), &office, office.seed))
            .collect();
        let scripts = stage::play(&jobs, 2, |job, played| {
            let timeline = played.kept.unwrap().timeline.unwrap();
            (job.example.name.clone(), Script::of(&timeline))
        });
        scripts.into_iter().collect()
    });
    bases.get(name).unwrap_or_else(|| panic!("no fault is planted on `{name}`"))
}

fn findings(timeline: &Timeline) -> Vec<String> {
    let verdicts = rules::always(timeline).into_iter();
    let findings = verdicts.filter_map(|verdict| match verdict {
        Verdict::Fail(finding) => Some(format!("{}: {}", finding.requirement, finding.seen)),
        _ => None,
    });
    findings.collect()
}

fn broken(timeline: &Timeline) -> BTreeSet<&'static str> {
    let verdicts = rules::always(timeline).into_iter();
    let findings = verdicts.filter_map(|verdict| match verdict {
        Verdict::Fail(finding) => Some(finding.requirement.0),
        _ => None,
    });
    findings.collect()
}

/// The features that are about calls.
const CALLS: [&str; 10] = [
    "announcements",
    "dual_streams",
    "hold_and_transfer",
    "pause_and_resume",
    "recording_indicator",
    "recording_modes",
    "start_and_end",
    "voice_messages",
    "when_the_recorder_fails",
    "who_spoke",
];
