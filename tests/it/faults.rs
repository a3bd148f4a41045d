//! Law 5: every example is seen to fail, and every fault is caught.
//!
//! A planted fault makes an example fail with a finding that names a requirement; not with a
//! crash, and not by not happening. What else notices the fault is in a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tallylight::scenario::RoleName;
use tallylight::testbed;

use crate::house;
use crate::stage::{self, Came, LONG};

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

use Wrong::{Network, Platform, Recorder};

/// Which example catches what, and the requirement that it reports.
const CAUGHT: &[(&str, Wrong, &str)] = &[
    // dual_streams
    ("A two-party call", Platform("offer-one-stream"), "WXC-STR-1"),
    ("A two-party call", Platform("fork-only-caller"), "WXC-STR-1"),
    ("A two-party call", Recorder("refuse"), "WXC-MODE-4"),
    ("A two-party call", Recorder("be-dead"), "WXC-MODE-4"),
    ("A two-party call", Recorder("answer-rubbish"), "WXC-MODE-4"),
    ("A two-party call", Recorder("answer-late"), "WXC-MODE-4"),
    ("A two-party call", Platform("omit-metadata"), "RFC7866-9.1-1"),
    ("A two-party call", Platform("garble-metadata"), "RFC7866-9.1-1"),
    ("A two-party call", Platform("omit-labels"), "RFC7866-7.1.1-2"),
    ("A two-party call", Platform("share-label"), "RFC7866-7.1.1-5"),
    ("A two-party call", Platform("offer-both-ways"), "RFC7866-7.1.1-1"),
    ("A two-party call", Platform("garble-ringing"), "RFC4475-3.1.2.1-1"),
    ("A two-party call", Platform("break-line"), "RFC3261-7-1"),
    (LONG, Platform("drift-one-side"), "RFC6341-5-REQ023"),
    ("Both talk at the same time", Platform("mix-sides"), "WXC-STR-2"),
    ("The recorded party called", Platform("swap-labels"), "INT-MAP-2"),
    ("The recorded party called", Platform("omit-labels"), "RFC7866-7.1.1-3"),
    ("The recorded party was called", Platform("name-caller-first"), "INT-MAP-2"),
    ("A question and its answer", Platform("delay-one-side"), "RFC6341-5-REQ023"),
    ("Every word of both", Platform("drop-every-tenth"), "RFC6341-5-REQ005"),
    ("Every word of both", Network("loss: 3 %"), "RFC6341-5-REQ005"),
    (
        "A call on hold goes on being recorded afterwards",
        Platform("forget-after-hold"),
        "RFC6341-5-REQ005",
    ),
    ("They hear each other", Platform("mute-caller"), "RFC6341-5-REQ005"),
    // call_setup_delay
    ("The search for a way", Platform("wait-for-no-checks"), "WXC-ICE-2"),
    ("The recording", Platform("set-up-unrecorded"), "WXC-ICE-1"),
    ("The search and the recording", Platform("set-up-at-once"), "WXC-ICE-3"),
    ("What they say to each other", Platform("forget-while-setting-up"), "RFC6341-5-REQ005"),
    ("What they say to the recorder", Platform("forget-the-beginning"), "RFC6341-5-REQ005"),
    // recording_modes
    ("Nobody has touched the settings", Platform("record-everybody"), "WXC-MODE-1"),
    ("Recording was switched off again", Platform("never-unset"), "WXC-MODE-1"),
    ("An outgoing call", Platform("record-only-incoming"), "WXC-MODE-4"),
    ("An outgoing call", Platform("record-nobody"), "WXC-MODE-4"),
    ("An incoming call", Platform("record-only-outgoing"), "WXC-MODE-4"),
    ("The second call of the day", Platform("record-first-call-only"), "WXC-MODE-4"),
    ("Both parties are recorded", Platform("record-once-per-call"), "WXC-MODE-8"),
    ("One party is recorded", Platform("record-everybody"), "WXC-MODE-8"),
    ("Nobody answers", Platform("record-ringing"), "RFC6341-5-REQ003"),
    ("The call is declined", Platform("record-ringing"), "RFC6341-5-REQ003"),
    ("The number is nobody's", Platform("call-it-busy"), "RFC3261-8.2.2.1-1"),
    // start_and_end
    ("The recorder is asked at once", Platform("start-late"), "WXC-MODE-4"),
    ("The first words", Platform("forget-the-beginning"), "RFC6341-5-REQ005"),
    ("Ringing is not recorded", Platform("record-ringing"), "RFC6341-5-REQ003"),
    ("The caller hangs up", Platform("end-late"), "RFC7866-5.1-3"),
    ("The called party hangs up", Platform("end-only-with-caller"), "RFC7866-5.1-3"),
    ("The last words", Platform("stop-early"), "RFC6341-5-REQ005"),
    (
        "Nothing is sent to the recorder afterwards",
        Platform("send-after-the-end"),
        "RFC3261-15.1.1-1",
    ),
    (
        "Nothing is sent to the recorder afterwards",
        Platform("leave-recording-open"),
        "RFC7866-5.1-3",
    ),
    // pause_and_resume
    ("A card number is read out", Platform("keep-sending-while-paused"), "REG-PCI-1"),
    ("A card number is read out", Platform("keep-the-pause"), "REG-PCI-1"),
    ("Both sides fall silent at once", Platform("pause-one-side"), "RFC7866-7.1.1.1-4"),
    ("A card number is typed", Platform("pass-keys-while-paused"), "REG-PCI-3"),
    ("A second pause", Platform("pause-once"), "REG-PCI-1"),
    (
        "The call is put on hold during a pause",
        Platform("forget-pause-after-hold"),
        "RFC7866-7.1.1.1-4",
    ),
    ("The call ends during a pause", Platform("ignore-pause"), "REG-PCI-1"),
    ("What is said before the pause", Platform("stop-early"), "RFC7866-7.1.1.1-5"),
    ("What is said after the pause", Platform("ignore-resume"), "RFC7866-7.1.1.1-5"),
    ("The recorder is told", Platform("pause-untold"), "RFC7866-7.1.1.1-3"),
    ("They go on talking", Platform("mute-while-paused"), "RFC6341-5-REQ005"),
    // recording_indicator
    ("The recorded party", Platform("show-nobody"), "RFC7866-6.1.2-2"),
    ("The other party", Platform("show-only-caller"), "RFC7866-6.1.2-2"),
    ("A call that nobody records", Platform("show-unrecorded"), "RFC7866-7.1.2-7"),
    ("The recording is paused", Platform("show-paused-as-on"), "RFC7866-7.1.2-5"),
    ("The recording goes on after a pause", Platform("show-paused-as-on"), "RFC7866-7.1.2-5"),
    ("The recording is stopped", Platform("show-on-for-ever"), "RFC7866-7.1.2-3"),
    ("The recording fails", Platform("show-on-for-ever"), "RFC7866-7.1.2-3"),
    ("A call with a part for the record", Platform("show-on-for-ever"), "RFC7866-7.1.2-3"),
    ("A pause that is refused", Platform("grant-pause"), "RFC7866-7.1.2-3"),
    // what users do with their recordings
    ("Nobody asks", Platform("record-everybody"), "WXC-MODE-2"),
    ("Recording begins when somebody asks for it", Platform("ignore-start"), "WXC-MODE-4"),
    ("Recording begins when somebody asks for it", Platform("record-everybody"), "WXC-MODE-2"),
    ("Recording ends when somebody stops it", Platform("ignore-stop"), "WXC-MODE-2"),
    ("Recording ends when somebody stops it", Platform("leave-stopped-open"), "WXC-MODE-2"),
    ("Two parts of one call", Platform("start-once"), "WXC-MODE-8"),
    ("Asked for while the call is on hold", Platform("forget-wanted"), "WXC-MODE-4"),
    ("A recording on demand is paused", Platform("ignore-pause"), "REG-PCI-1"),
    ("Nobody asks to keep it", Platform("keep-everything"), "WXC-MODE-2"),
    ("Somebody asks to keep it", Platform("ignore-start"), "WXC-MODE-2"),
    ("Whoever is never recorded cannot start", Platform("grant-start"), "WXC-MODE-1"),
    ("Whoever is always recorded cannot stop", Platform("grant-stop"), "WXC-MODE-6"),
    ("Whoever is always recorded cannot pause", Platform("grant-pause"), "WXC-MODE-6"),
    ("Whoever may pause cannot stop", Platform("grant-stop"), "WXC-MODE-7"),
    ("What is recorded already cannot be started", Platform("grant-start"), "WXC-MODE-8"),
    ("A code in the wrong place", Platform("grant-stop"), "WXC-MODE-7"),
    ("A record button without a right to it", Platform("grant-stop"), "WXC-MODE-6"),
    ("Paused with dialled codes", Platform("deaf-to-codes"), "REG-PCI-1"),
    ("Paused with keys", Platform("deaf-to-keys"), "REG-PCI-1"),
    ("Paused with a record button", Platform("deaf-to-info"), "REG-PCI-1"),
    ("Paused with a preference", Platform("deaf-to-preference"), "REG-PCI-1"),
    // announcements
    ("A call within the company", Platform("announce-nothing"), "WXC-ANN-1"),
    ("A call within the company", Platform("announce-to-caller-only"), "WXC-ANN-1"),
    ("The recorded party is called", Platform("announce-late"), "WXC-ANN-1"),
    ("Nobody asked for an announcement", Platform("announce-everything"), "WXC-ANN-1"),
    ("The call is not recorded after all", Platform("announce-refused"), "WXC-ANN-1"),
    ("Both parties are recorded, and told once", Platform("announce-each"), "WXC-ANN-1"),
    (
        "Announced on internal calls, a call outside",
        Platform("take-outside-for-inside"),
        "WXC-ANN-1",
    ),
    (
        "Announced on outside calls, a call outside",
        Platform("take-outside-for-inside"),
        "WXC-ANN-1",
    ),
    (
        "Announced on outside calls, an internal call",
        Platform("take-inside-for-outside"),
        "WXC-ANN-1",
    ),
    ("A German calls", Platform("speak-english"), "WXC-ANN-1"),
    ("The recorder hears only people", Platform("record-announcements"), "WXC-ANN-2"),
    (
        "What is said during an announcement is recorded",
        Platform("forget-meanwhile"),
        "RFC6341-5-REQ005",
    ),
    ("The recorder is told of the announcement", Platform("tell-nothing"), "WXC-ANN-3"),
    ("The recorder is told of the announcement", Platform("tell-wrong-kind"), "WXC-ANN-3"),
    ("The recorder is told of the announcement", Platform("tell-wrong-time"), "WXC-ANN-3"),
    ("The recorder is told of the announcement", Platform("tell-caller-only"), "WXC-ANN-3"),
    ("Somebody calls from outside", Platform("skip-compliance"), "REG-CONS-1"),
    ("Somebody calls from outside", Platform("comply-inside"), "REG-CONS-1"),
    ("Somebody outside is called, and warned later", Platform("hurry-compliance"), "REG-CONS-1"),
    ("Whoever was warned is not told again", Platform("announce-twice"), "WXC-ANN-1"),
    ("Recording begins in the middle of the call", Platform("announce-with-the-call"), "WXC-ANN-1"),
    (
        "People are told before anybody starts a recording",
        Platform("announce-with-the-call"),
        "WXC-ANN-1",
    ),
    ("A recording is stopped", Platform("announce-end-otherwise"), "WXC-ANN-5"),
    ("The recorder is told of the end", Platform("tell-nothing"), "WXC-ANN-3"),
    ("The end is not announced", Platform("announce-end-otherwise"), "WXC-ANN-5"),
    ("A pause is announced", Platform("pause-silently"), "WXC-PRN-2"),
    ("A pause is announced", Platform("beep-for-words"), "WXC-PRN-2"),
    ("The end of a pause is announced", Platform("resume-silently"), "WXC-PRN-3"),
    ("A pause on demand is announced", Platform("pause-silently"), "WXC-PRN-2"),
    ("A beep tells of a pause", Platform("words-for-beep"), "WXC-PRN-1"),
    ("Nothing tells of a pause", Platform("announce-pauses"), "WXC-PRN-2"),
    ("Only the recorded party is told of a pause", Platform("tell-others-of-pauses"), "WXC-PRN-2"),
    (
        "The notices of a pause are not on the recording",
        Platform("record-announcements"),
        "WXC-ANN-2",
    ),
    ("The notices of a pause are on the recording", Platform("record-announcements"), "WXC-ANN-2"),
    ("The recorder is told of the notices of a pause", Platform("tell-nothing"), "WXC-ANN-3"),
    ("The call goes on", Platform("fail-silently"), "WXC-ANN-1"),
    ("The call ends", Platform("fail-silently"), "WXC-ANN-1"),
    // reminder_tone
    ("Nobody asked for a tone", Platform("remind-uninvited"), "WXC-TONE-4"),
    ("Switched on, and nothing else said", Platform("remind-later-each-time"), "WXC-TONE-2"),
    (
        "Switched on by the programming interface, and nothing else said",
        Platform("remind-later-each-time"),
        "WXC-TONE-2",
    ),
    ("Every ten seconds", Platform("remind-caller-only"), "WXC-TONE-3"),
    ("The tone does not silence anybody", Platform("silence-for-tone"), "RFC6341-5-REQ005"),
    (TONE, Platform("remind-high"), "REG-BEEP-1"),
    (TONE, Platform("remind-briefly"), "REG-BEEP-2"),
    (TONE, Platform("remind-loudly"), "REG-BEEP-5"),
    ("Every ninety seconds", Platform("remind-caller-only"), "WXC-TONE-3"),
    ("Nine seconds are refused", Platform("take-any-period"), "WXC-TONE-2"),
    ("Ninety-one seconds are refused", Platform("take-any-period"), "WXC-TONE-3"),
    ("The programming interface takes more", Platform("refuse-long-periods"), "WXC-TONE-4"),
    ("The recorder hears no tone", Platform("record-tones"), "WXC-TONE-5"),
    ("The tone belongs to the recording", Platform("record-tones"), "WXC-TONE-5"),
    ("The recorder is told of each tone", Platform("tell-nothing"), "WXC-ANN-3"),
    ("A pause is silent", Platform("remind-in-pauses"), "WXC-TONE-4"),
    ("The tone comes back with the recording", Platform("remind-in-pauses"), "WXC-TONE-2"),
    // when_the_recorder_fails
    ("The recorder refuses", Platform("end-unrecorded-call"), "RFC7866-5.1-4"),
    ("The recorder refuses", Platform("send-unasked"), "RFC7866-7.2-9"),
    ("The recorder is away", Platform("mute-unless-recorded"), "RFC6341-5-REQ005"),
    ("The recorder answers rubbish", Platform("end-unrecorded-call"), "RFC7866-5.1-4"),
    ("The recorder dies in the middle of a call", Platform("mute-callee"), "RFC6341-5-REQ005"),
    ("The recorder takes a second to answer", Platform("forget-the-beginning"), "RFC6341-5-REQ005"),
];

const TONE: &str = "The tone is as high, as long and as loud as it should be";

#[test]
fn every_example_passes_without_a_fault_and_fails_with_one() {
    let offices = ["quiet_office", stage::ICE].map(|name| (name, stage::scenario(name)));
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
    assert_eq!(caught, examples, "the table in {} and features/ differ", file!());
    let in_table: BTreeSet<_> = CAUGHT.iter().map(|(_, wrong, _)| *wrong).collect();
    let uncaught: Vec<_> = all_faults().into_iter().filter(|it| !in_table.contains(it)).collect();
    assert!(uncaught.is_empty(), "no example catches {uncaught:?}");
}

#[test]
fn every_requirement_that_a_check_can_report_was_seen_broken() {
    let broken: BTreeSet<_> = CAUGHT.iter().map(|(.., it)| (*it).to_owned()).collect();
    assert_eq!(broken, house::requirements_named());
}

/// Everybody who notices a fault, whether or not it is their business: read it when it changes.
/// The call of ten minutes is left out, since it asks nothing that a short one does not, but for
/// the drift that the table has.
#[test]
fn what_each_fault_leads_to_is_known() {
    let mut examples = stage::examples_on("quiet_office");
    examples.retain(|example| example.name != LONG);
    let faults = all_faults();
    let mut jobs = Vec::new();
    for wrong in &faults {
        let scenario = spoil(*wrong, "quiet_office");
        jobs.extend(examples.iter().map(|example| stage::job(example, &scenario, scenario.seed)));
    }
    let came = stage::play(&jobs, 2, |job, played| (job.example.name.clone(), Came::of(&played)));
    let mut told = String::new();
    for (wrong, came) in faults.iter().zip(came.chunks(examples.len())) {
        writeln!(told, "{wrong:?}").unwrap();
        let mut noticed: BTreeMap<String, Vec<&str>> = BTreeMap::new();
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
                it == wrong && stage::home(&stage::example(name)) != "quiet_office"
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
    insta::assert_snapshot!(told);
}

fn all_faults() -> Vec<Wrong> {
    let wrong = |(role, name)| match role {
        RoleName::Platform => Platform(name),
        RoleName::Recorder => Recorder(name),
        RoleName::Phone => panic!("a telephone with a fault needs an entry here"),
    };
    testbed::faults().into_iter().map(wrong).collect()
}

/// An office, and something wrong in it.
fn spoil(wrong: Wrong, office: &str) -> std::sync::Arc<tallylight::scenario::Scenario> {
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
