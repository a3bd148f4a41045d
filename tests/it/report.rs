//! What a run looks like on a terminal.

use std::time::Duration;

use tallylight::report::{
    AudioPlace, BlameText, ExampleReport, FindingText, LadderLine, Outcome, RunReport,
    ScenarioName, StepText, again, by_requirement, failure, html, json, junit, summary, verdicts,
};

const FEATURE: &str = "features/dual_streams.feature";
const SCENARIO: &str = "scenarios/two_desk_phones.yaml";

fn example(name: &str, line: usize, outcome: Outcome) -> ExampleReport {
    ExampleReport {
        feature: "Each side of a call is recorded".to_owned(),
        rule: Some("Each side is a stream of its own".to_owned()),
        example: name.to_owned(),
        path: FEATURE.to_owned(),
        line,
        scenario: ScenarioName { title: "Two desk phones".to_owned(), path: SCENARIO.to_owned() },
        seed: 7,
        outcome,
        findings: Vec::new(),
        notes: Vec::new(),
        again: again(FEATURE, line, SCENARIO, None, 7),
        elapsed: Duration::from_millis(6),
        simulated: Some(Duration::from_millis(74_300)),
    }
}

fn step(line: usize, text: &str) -> StepText {
    StepText { path: FEATURE.to_owned(), line, text: text.to_owned() }
}

fn line(micros: u64, from: &str, to: &str, what: &str, detail: &str) -> LadderLine {
    LadderLine {
        at: (micros > 0).then(|| Duration::from_micros(micros)),
        from: from.to_owned(),
        to: to.to_owned(),
        what: what.to_owned(),
        detail: detail.to_owned(),
        marked: false,
    }
}

fn one_stream() -> FindingText {
    let heard = line(67_341, "platform", "recorder", "RTP", "label 1, Alice");
    FindingText {
        requirement: "WXC-STR-1".to_owned(),
        level: "must".to_owned(),
        statement: "a recorded call reaches the recorder as two streams, one for each side".into(),
        source: "Webex help, call recording".to_owned(),
        seen: "1 of 2 streams reached the recorder".to_owned(),
        blame: BlameText::Part("platform".to_owned()),
        at: Duration::from_micros(67_341),
        audio: Some(AudioPlace { recording: 1, offset: Duration::from_millis(62_340) }),
        ladder: vec![
            line(44_789, "platform", "recorder", "INVITE", "audio label 1, audio label 2"),
            line(56_031, "recorder", "platform", "200 OK", ""),
            LadderLine { marked: true, ..heard },
            line(0, "platform", "recorder", "RTP", "label 2, Bob"),
        ],
    }
}

fn failed() -> ExampleReport {
    let step = Some(step(11, "Then the recorder holds two streams"));
    let outcome = Outcome::Failed { step, why: "1 of 2 streams".to_owned() };
    ExampleReport { findings: vec![one_stream()], ..example("A two-party call", 8, outcome) }
}

fn skipped() -> Outcome {
    Outcome::Skipped { reason: format!("{SCENARIO} does not declare `hold`") }
}

#[test]
fn a_failure_says_what_where_by_which_rule_and_how_to_see_it_again() {
    insta::assert_snapshot!(failure(&failed()));
}

#[test]
fn several_findings_stand_beneath_each_other_and_long_words_wrap() {
    let long = FindingText {
        requirement: "RFC7866-7.1.1-2".to_owned(),
        level: "should".to_owned(),
        statement: "each media description that the recording client offers carries a label of \
                    its own, and the metadata names the same label for the stream, so that the \
                    recorder can tell the participants apart"
            .to_owned(),
        source: "RFC 7866 section 7.1.1".to_owned(),
        seen: "label 1 is there twice".to_owned(),
        blame: BlameText::Unknown("no single message shows it".to_owned()),
        at: Duration::from_millis(61_998),
        audio: None,
        ladder: vec![
            line(998_000, "Alice", "platform", "INVITE", ""),
            line(61_998_000, "platform", "recorder", "INVITE", "label 1, label 1"),
        ],
    };
    let findings = vec![one_stream(), long];
    insta::assert_snapshot!(failure(&ExampleReport { findings, ..failed() }));
}

#[test]
fn a_failure_without_a_finding_says_what_the_step_said() {
    let outcome = Outcome::Failed { step: None, why: "the call was never answered".to_owned() };
    insta::assert_snapshot!(failure(&example("A two-party call", 8, outcome)));
}

#[test]
fn what_could_not_be_answered_or_run_says_why() {
    let step = Some(step(11, "Then the recorder holds two streams"));
    let why = "the recording session is invisible: platform and recorder are real".to_owned();
    let open = example("A", 8, Outcome::Inconclusive { step: step.clone(), why });
    let why = "cannot listen on 127.0.0.1:5060: the port is in use".to_owned();
    let stopped = example("B", 18, Outcome::CannotRun { step: None, why });
    insta::assert_snapshot!(format!("{}\n{}", failure(&open), failure(&stopped)));
}

#[test]
fn verdicts_stand_by_feature_and_scenario() {
    let elsewhere = ScenarioName { title: "Bad network".into(), path: "scenarios/bad.yaml".into() };
    let another = "features/start_and_end.feature".to_owned();
    let noted = ExampleReport {
        notes: vec!["known deviation RFC7866-7.1.1-2: ACME-1234".to_owned()],
        ..example("Calls of any length (1 second)", 21, Outcome::Passed)
    };
    let lost = Outcome::Inconclusive { step: None, why: "x".to_owned() };
    let busy = Outcome::CannotRun { step: None, why: "x".to_owned() };
    let examples = vec![
        failed(),
        noted,
        example("Hold", 32, skipped()),
        ExampleReport { scenario: elsewhere.clone(), ..example("A two-party call", 8, lost) },
        ExampleReport {
            feature: "Nothing is lost".to_owned(),
            path: another,
            scenario: elsewhere,
            ..example("A short call", 4, busy)
        },
    ];
    let report = RunReport { examples, elapsed: Duration::from_millis(1_234) };
    let text = format!("{}\n{}", verdicts(&report), summary(&report, "exit 2: could not run"));
    insta::assert_snapshot!(text);
}

#[test]
fn a_run_of_nothing_says_so() {
    let report = RunReport::default();
    assert_eq!(summary(&report, "exit 4: nothing ran"), "0 examples; 0.0 s\nexit 4: nothing ran\n");
}

#[test]
fn what_came_from_the_network_cannot_command_the_terminal() {
    let mut failed = failed();
    failed.findings[0].seen = "\u{1b}[2Jgone\u{202e}\r".to_owned();
    failed.findings[0].ladder[0].detail = "\u{7}\u{9b}31m".to_owned();
    let text = failure(&failed);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\r']), "{text:?}");
}

#[test]
fn what_two_examples_broke_stands_once_by_requirement() {
    let report = a_bad_day();
    let broken = by_requirement(&report);
    let told: Vec<_> = broken.iter().map(|row| (row.requirement, row.findings.len())).collect();
    assert_eq!(told, [("WXC-STR-1", 2)]);
}

#[test]
fn the_same_in_json() {
    let told = json(&a_bad_day());
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["tally"]["failed"], 2);
    let finding = &told["broken"][0]["findings"][0];
    assert_eq!(finding["blame"]["part"], "platform");
    assert_eq!(finding["audio"]["offset_s"], 62.34);
    assert_eq!(finding["ladder"][0]["at_s"], 0.044_789);
    assert!(finding["again"].as_str().unwrap().starts_with("tallylight run features/"));
    assert_eq!(told["examples"][2]["verdict"], "skipped");
    let coverage = &told["coverage"];
    let parts = ["judged", "through", "not_observable", "not_yet"];
    let parts = parts.map(|it| coverage[it].as_u64().unwrap());
    assert_eq!(parts.iter().sum::<u64>(), coverage["total"].as_u64().unwrap());
}

#[test]
fn the_same_in_junit() {
    let told = junit(&a_bad_day());
    let read = roxmltree::Document::parse(&told).unwrap();
    let count = |name: &str| read.descendants().filter(|it| it.has_tag_name(name)).count();
    assert_eq!(["testcase", "failure", "skipped", "error"].map(count), [5, 2, 2, 1]);
    let out = read.descendants().find(|it| it.has_tag_name("system-out")).unwrap();
    assert!(out.text().unwrap().contains("label 2, Bob"), "{told}");
    assert!(!told.contains('\u{1b}'));
}

#[test]
fn the_same_on_a_page() {
    let told = html(&a_bad_day(), "exit 1: a requirement was broken");
    for wanted in ["id=\"WXC-STR-1\"", "label 2, Bob", "1:02.340 of recording 1", "5 examples"] {
        assert!(told.contains(wanted), "{wanted} is missing in {told}");
    }
    assert!(!told.contains("<script"), "{told}");
}

fn a_bad_day() -> RunReport {
    let mut hostile = failed();
    "\u{1b}[2J<script>1 of 2</script>".clone_into(&mut hostile.findings[0].seen);
    let why = "human voices carry no marks".to_owned();
    let examples = vec![
        failed(),
        hostile,
        example("Hold", 32, skipped()),
        example("A", 8, Outcome::Inconclusive { step: None, why: why.clone() }),
        example("B", 18, Outcome::CannotRun { step: None, why }),
    ];
    RunReport { examples, elapsed: Duration::from_millis(1_234) }
}
