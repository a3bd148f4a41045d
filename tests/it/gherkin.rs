//! What a person is told about a feature file, which of its examples are played, and how they end.

#![expect(clippy::needless_pass_by_value, reason = "cucumber hands the words of a step over")]

use std::sync::Arc;
use std::time::Duration;

use cucumber::{given, then, when};
use tallylight::scenario::{Known, Scenario, Source};
use tallylight::steps::{
    self, Count, Ending, Example, Job, Party, Played, Selection, Span, Stage, StepError,
    StepOutcome, Target, Vocabulary,
};

use crate::stage;

/// A world in which nothing happens but what the steps below write down.
#[derive(Debug, Default, cucumber::World)]
struct Notebook {
    notes: Vec<String>,
    strict: bool,
}

impl Stage for Notebook {
    type Setting = &'static str;
    type Kept = Vec<String>;

    fn begin(&mut self, setting: &&'static str, example: &Example) -> Result<(), StepError> {
        self.notes.push(format!("{} on {setting}", example.name));
        match *setting {
            "a network that is down" => Err(StepError::CannotRun("listen on 127.0.0.1".into())),
            "an earthquake" => panic!("the house shook"),
            _ => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<Vec<String>, StepError> {
        assert!(!self.strict, "the notebook was left open");
        self.notes.push("end".to_owned());
        Ok(std::mem::take(&mut self.notes))
    }
}

#[given(expr = "{party} and {party} are talking")]
fn are_talking(world: &mut Notebook, one: Party, other: Party) {
    world.notes.push(format!("{one} and {other} are talking"));
}

/// One party calls another, who answers.
#[when(expr = "{party} calls {party}")]
fn calls(world: &mut Notebook, caller: Party, callee: Party) {
    world.notes.push(format!("{caller} calls {callee}"));
}

#[when(expr = "they talk for {duration}")]
async fn talk_for(world: &mut Notebook, span: Span) -> Result<(), StepError> {
    tokio::task::yield_now().await;
    world.notes.push(format!("{} ms", span.0.as_millis()));
    Ok(())
}

#[when(expr = "{party} hangs up")]
fn hangs_up(world: &mut Notebook, party: Party) {
    world.notes.push(format!("{party} hangs up"));
}

#[then(expr = "the recorder holds {count} stream(s)")]
fn holds(world: &mut Notebook, count: Count) -> Result<(), StepError> {
    world.notes.push(format!("{} streams?", count.0));
    match count.0 {
        0 => Err(StepError::Inconclusive("the recorder is out of sight".to_owned())),
        2 => Ok(()),
        _ => Err(StepError::Broken("2 streams reached the recorder".to_owned())),
    }
}

#[then("everybody agrees")]
fn agrees(_: &mut Notebook) {}

#[then(regex = "^every.* agrees$")]
fn all_agree(_: &mut Notebook) {}

#[then("the harness stumbles")]
fn stumbles(world: &mut Notebook) {
    let notes: Vec<usize> = Vec::new();
    world.notes.push(format!("{}", notes[world.notes.len()]));
}

#[then("the notebook stays open")]
fn stays_open(world: &mut Notebook) {
    world.strict = true;
}

/// A world with too few sentences, and one of them twice.
#[derive(Debug, Default, cucumber::World)]
struct Mute;

impl Stage for Mute {
    type Setting = ();
    type Kept = ();

    fn begin(&mut self, (): &(), _: &Example) -> Result<(), StepError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<(), StepError> {
        Ok(())
    }
}

#[when(regex = "^.* calls .*$")]
fn mute_calls(_: &mut Mute) {}

#[then("the recorder holds two streams")]
fn mute_holds(_: &mut Mute) {}

#[then(regex = "^the recorder .*$")]
fn mute_recorder(_: &mut Mute) {}

const DUAL_STREAMS: &str = "\
Feature: Both sides of a call are recorded
  A conversation is only evidence if every voice in it can be told apart.

  Rule: Each side of the conversation is recorded as a stream of its own
    The sides are those of the call.

    Example: A two-party call
      When Alice calls Bob
      And they talk for 10 seconds
      Then the recorder holds two streams

    # Short and long.
    Scenario Outline: Calls of any length
      When Alice calls Bob
      And they talk for <length>
      Then the recorder holds <number> streams

      Examples:
        # The second is longer.
        | length     | number |
        | 1 second   | two    |

        | 10 minutes | 2      |

  @needs.hold
  Rule: A party on hold is recorded

    Background:
      Given Alice and Bob are talking

    @needs.on-demand
    Example: Hold
      When Alice hangs up
      Then the recorder holds two streams
";

fn vocabulary() -> Vocabulary {
    Vocabulary::of::<Notebook>(&[("tests/it/gherkin.rs", include_str!("gherkin.rs"))])
}

fn examples(text: &str) -> Vec<Arc<Example>> {
    match steps::read(&Source::new("features/a.feature", text), &vocabulary()) {
        Ok(examples) => examples,
        Err(complaints) => panic!("{complaints}"),
    }
}

/// The complaints about a feature.
fn told_about(text: &str) -> String {
    let source = Source::new("features/a.feature", text);
    steps::read(&source, &vocabulary()).unwrap_err().to_string()
}

/// The complaints once `old` has been replaced by `new`.
fn told(old: &str, new: &str) -> String {
    assert!(DUAL_STREAMS.contains(old), "{old}");
    told_about(&DUAL_STREAMS.replacen(old, new, 1))
}

/// A feature with one rule and an example of these steps.
fn with_steps(name: &str, steps: &[&str]) -> String {
    let steps: Vec<_> = steps.iter().map(|step| format!("      {step}\n")).collect();
    format!("    Example: {name}\n{}", steps.concat())
}

fn feature(examples: &[String]) -> String {
    format!("Feature: F\n  Rule: R\n{}", examples.concat())
}

fn play(text: &str, setting: &'static str) -> Vec<Played<Vec<String>>> {
    let jobs: Vec<_> = examples(text).into_iter().map(|example| job(example, setting)).collect();
    stage::collect(&jobs, 2, |_, played| played)
}

fn job(example: Arc<Example>, setting: &'static str) -> Job<Notebook> {
    Job { example, setting: Arc::new(setting) }
}

// Reading.

#[test]
fn outlines_expand_and_every_example_knows_its_place() {
    let found: Vec<_> = examples(DUAL_STREAMS)
        .iter()
        .map(|example| {
            let lines: Vec<_> = example.steps().map(|step| step.position.line).collect();
            format!("{}: {} {:?} {lines:?}", example.line, example.name, example.tags)
        })
        .collect();
    assert_eq!(
        found,
        [
            "7: A two-party call [] [8, 9, 10]",
            "21: Calls of any length (1 second, two) [] [14, 15, 16]",
            "23: Calls of any length (10 minutes, 2) [] [14, 15, 16]",
            "32: Hold [\"needs.hold\", \"needs.on-demand\"] [29, 33, 34]",
        ]
    );
}

#[test]
fn tags_are_the_capabilities_that_an_example_needs() {
    let hold = examples(DUAL_STREAMS).pop().unwrap();
    assert_eq!(hold.needs().collect::<Vec<_>>(), ["hold", "on demand"]);
}

#[test]
fn carriage_returns_change_nothing() {
    assert_eq!(examples(&DUAL_STREAMS.replace('\n', "\r\n")).len(), 4);
}

#[test]
fn a_misspelt_step_is_pointed_at() {
    insta::assert_snapshot!(told("      When Alice calls Bob", "      Wehn Alice calls Bob"));
}

#[test]
fn a_misspelt_keyword_is_pointed_at() {
    insta::assert_snapshot!(told("Example:", "Exmple:"));
}

#[test]
fn a_keyword_in_small_letters_is_pointed_at() {
    insta::assert_snapshot!(told("  Rule:", "  rule:"));
}

#[test]
fn a_keyword_without_its_colon_is_pointed_at() {
    insta::assert_snapshot!(told("Example: A two", "Example A two"));
}

#[test]
fn a_step_outside_of_an_example_is_refused() {
    insta::assert_snapshot!(told("    The sides are", "    Given the sides are"));
}

#[test]
fn an_example_without_steps_is_refused() {
    insta::assert_snapshot!(told_about(&feature(&[with_steps("Nothing", &[])])));
}

#[test]
fn a_rule_without_examples_is_refused() {
    insta::assert_snapshot!(told_about(&format!("{DUAL_STREAMS}\n  Rule: Empty\n")));
}

#[test]
fn a_feature_without_examples_is_refused() {
    insta::assert_snapshot!(told_about("Feature: F\n  It says a lot.\n"));
}

#[test]
fn an_empty_file_is_refused() {
    insta::assert_snapshot!(told_about("\n# nothing\n"));
}

#[test]
fn a_second_feature_is_refused() {
    insta::assert_snapshot!(told_about(&format!("{DUAL_STREAMS}\n{DUAL_STREAMS}")));
}

#[test]
fn a_byte_order_mark_is_named() {
    insta::assert_snapshot!(told_about(&format!("\u{FEFF}{DUAL_STREAMS}")));
}

#[test]
fn another_language_is_refused() {
    insta::assert_snapshot!(told_about(&format!("# language: fr\n{DUAL_STREAMS}")));
}

#[test]
fn a_ragged_table_is_pointed_at() {
    insta::assert_snapshot!(told("| 10 minutes | 2      |", "| 10 minutes |"));
}

#[test]
fn a_row_that_does_not_end_is_pointed_at() {
    insta::assert_snapshot!(told("| 10 minutes | 2      |", "| 10 minutes | 2"));
}

#[test]
fn a_placeholder_without_a_column_is_pointed_at() {
    insta::assert_snapshot!(told("| length     |", "| lenght     |"));
}

#[test]
fn an_outline_without_examples_is_refused() {
    let text = DUAL_STREAMS.split("      Examples:").next().unwrap();
    insta::assert_snapshot!(told_about(text));
}

#[test]
fn two_examples_of_a_name_are_refused() {
    insta::assert_snapshot!(told("Calls of any length", "A two-party call"));
}

#[test]
fn a_doc_string_with_a_type_or_without_an_end_is_refused() {
    let steps = ["When Alice calls Bob", "\"\"\"xml", "<a/>"];
    insta::assert_snapshot!(told_about(&feature(&[with_steps("Text", &steps)])));
}

#[test]
fn a_step_that_continues_nothing_is_refused() {
    insta::assert_snapshot!(told("When Alice calls Bob", "And Alice calls Bob"));
}

#[test]
fn an_undefined_step_is_told_the_nearest_sentence() {
    insta::assert_snapshot!(told("And they talk for 10 seconds", "And they talked for 10 seconds"));
}

#[test]
fn an_undefined_step_like_nothing_is_told_where_the_sentences_are() {
    insta::assert_snapshot!(told("Then the recorder holds two", "Then pigs fly in all"));
}

#[test]
fn a_sentence_of_another_kind_is_named() {
    insta::assert_snapshot!(told(
        "And they talk for 10 seconds",
        "And the recorder holds 2 streams"
    ));
}

#[test]
fn an_ambiguous_step_is_told_both_sentences() {
    let told = told("Then the recorder holds two streams", "Then everybody agrees");
    let shown: Vec<_> = told.lines().map(|line| line.split(".rs:").next().unwrap()).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn a_step_of_an_outline_is_complained_about_once() {
    let told = told("And they talk for <length>", "And they speak for <length>");
    assert_eq!(told.matches("error:").count(), 2, "one for each text:\n{told}");
    let told = told_about(&DUAL_STREAMS.replace("holds <number>", "has some"));
    assert_eq!(told.matches("error:").count(), 1, "{told}");
}

#[test]
fn a_tag_that_is_no_capability_is_refused() {
    insta::assert_snapshot!(told_about(
        &DUAL_STREAMS.replace("@needs.hold", "@needs.hodl @skip").replace("@needs.on-", "@ ")
    ));
}

#[test]
fn no_mutilation_of_a_feature_brings_the_reader_down_or_slips_through() {
    let vocabulary = vocabulary();
    let steps = |text: &str| {
        let read = steps::read(&Source::new("a", text), &vocabulary);
        read.map(|examples| examples.iter().map(|example| example.steps().count()).sum::<usize>())
    };
    let whole = steps(DUAL_STREAMS).unwrap();
    let lines: Vec<_> = DUAL_STREAMS.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        // A word of the line with two letters swapped: refused, or a name or a description.
        for (at, _) in line.char_indices().skip(1) {
            let (head, tail) = line.split_at(at - 1);
            let mut pair: Vec<char> = tail.chars().collect();
            pair.swap(0, 1);
            let swapped: String = head.chars().chain(pair).collect();
            let mut mutilated = lines.clone();
            mutilated[i] = &swapped;
            if let Ok(count) = steps(&mutilated.join("\n")) {
                assert_eq!(count, whole, "a step vanished: {swapped}");
            }
        }
    }
    for (i, _) in DUAL_STREAMS.char_indices().step_by(7) {
        let _ = steps(&DUAL_STREAMS[..i]);
        for strange in ["\u{0}", "\t", "|", "@", ":", "\"\"\"", "<", "é"] {
            let _ = steps(&format!("{}{strange}{}", &DUAL_STREAMS[..i], &DUAL_STREAMS[i..]));
        }
    }
}

// Choosing.

fn chosen(target: &str) -> Vec<usize> {
    let targets = vec![Target::parse(target)];
    let selection = Selection { targets, ..Selection::default() };
    selection.of(&examples(DUAL_STREAMS)).iter().map(|example| example.line).collect()
}

#[test]
fn a_line_chooses_what_it_belongs_to() {
    assert_eq!(chosen("features/a.feature"), [7, 21, 23, 32]);
    assert_eq!(chosen("features"), [7, 21, 23, 32]);
    assert_eq!(chosen("features/a.feature:1"), [7, 21, 23, 32], "the feature");
    assert_eq!(chosen("features/a.feature:4"), [7, 21, 23], "the rule");
    assert_eq!(chosen("features/a.feature:7"), [7], "the example");
    assert_eq!(chosen("features/a.feature:10"), [7], "a step of it");
    assert_eq!(chosen("features/a.feature:13"), [21, 23], "the outline");
    assert_eq!(chosen("features/a.feature:23"), [23], "a row of it");
    assert_eq!(chosen("features/a.feature:29"), [32], "a background");
    assert_eq!(chosen("features/a.feature:31"), [32], "the tags of an example");
    assert_eq!(chosen("features/a.feature:99"), [0; 0], "a line behind everything");
    assert_eq!(chosen("features/b.feature"), [0; 0], "another file");
}

#[test]
fn a_target_without_an_example_is_noticed_beside_others() {
    let targets = ["features/a.feature:7", "features/a.feature:99", "features/b.feature"];
    let targets = targets.map(Target::parse).to_vec();
    let selection = Selection { targets, ..Selection::default() };
    let examples = examples(DUAL_STREAMS);
    let unmatched: Vec<_> = selection.unmatched(&examples).map(Target::to_string).collect();
    assert_eq!(unmatched, ["features/a.feature:99", "features/b.feature"]);
}

#[test]
fn tags_and_names_narrow_the_choice() {
    let lines = |selection: Selection| -> Vec<usize> {
        selection.of(&examples(DUAL_STREAMS)).iter().map(|example| example.line).collect()
    };
    let tagged =
        |text| Selection { tags: Some(steps::tags(text).unwrap()), ..Selection::default() };
    assert_eq!(lines(tagged("@needs.hold")), [32]);
    assert_eq!(lines(tagged("not @needs.hold")), [7, 21, 23]);
    let named = Selection { name: Some("TWO-party".to_owned()), ..Selection::default() };
    assert_eq!(lines(named), [7]);
}

// Playing.

#[test]
fn every_example_is_played_in_a_world_of_its_own() {
    let played = play(DUAL_STREAMS, "paper");
    assert!(played.iter().all(|one| one.ending() == Ending::Passed), "{played:#?}");
    let kept: Vec<_> = played.into_iter().map(|one| one.kept.unwrap()).collect();
    assert_eq!(
        kept[0],
        ["A two-party call on paper", "Alice calls Bob", "10000 ms", "2 streams?", "end"]
    );
    assert_eq!(
        kept[3],
        ["Hold on paper", "Alice and Bob are talking", "Alice hangs up", "2 streams?", "end"]
    );
}

#[test]
fn a_failed_step_is_data_and_its_world_is_kept() {
    let steps =
        ["When Alice calls Bob", "Then the recorder holds 3 streams", "And the harness stumbles"];
    let [played] = &play(&feature(&[with_steps("Three", &steps)]), "paper")[..] else { panic!() };
    let Ending::Broken(Some(step), why) = played.ending() else { panic!("{:?}", played.ending()) };
    assert_eq!((step.line, step.keyword.as_str()), (5, "Then"));
    assert_eq!(why, "2 streams reached the recorder");
    assert_eq!(played.steps[2].outcome, StepOutcome::NotReached);
    assert_eq!(played.kept.as_ref().unwrap().last().unwrap(), "end");
}

#[test]
fn a_question_without_an_answer_is_inconclusive() {
    let steps = ["When Alice calls Bob", "Then the recorder holds no streams"];
    let played = play(&feature(&[with_steps("None", &steps)]), "paper");
    assert!(matches!(played[0].ending(), Ending::Inconclusive(_, "the recorder is out of sight")));
}

#[test]
fn a_panic_is_told_and_stops_nobody_else() {
    let stumbling = with_steps("Stumbling", &["Then the harness stumbles"]);
    let calm = with_steps("Calm", &["When Alice calls Bob", "Then the recorder holds 2 streams"]);
    let played = play(&feature(&[stumbling, calm]), "paper");
    let Ending::CannotRun(Some(step), why) = played[0].ending() else { panic!() };
    assert_eq!(step.text, "the harness stumbles");
    assert_eq!(why, "the step panicked: index out of bounds: the len is 0 but the index is 1");
    assert!(played[0].kept.is_some());
    assert_eq!(played[1].ending(), Ending::Passed);
}

#[test]
fn a_world_that_cannot_be_set_up_plays_no_step() {
    let steps = with_steps("Calm", &["When Alice calls Bob", "Then the recorder holds 2 streams"]);
    let played = play(&feature(std::slice::from_ref(&steps)), "a network that is down");
    assert_eq!(
        played[0].ending(),
        Ending::CannotRun(None, "cannot listen on 127.0.0.1".to_owned())
    );
    assert!(played[0].kept.is_some(), "what was seen so far is kept");
    let played = play(&feature(&[steps]), "an earthquake");
    let why = "setting up panicked: the house shook".to_owned();
    assert_eq!(played[0].ending(), Ending::CannotRun(None, why));
}

#[test]
fn a_world_that_cannot_be_cleared_away_is_no_pass() {
    let played = play(&feature(&[with_steps("Open", &["Then the notebook stays open"])]), "paper");
    let why = "clearing away panicked: the notebook was left open".to_owned();
    assert_eq!(played[0].ending(), Ending::CannotRun(None, why));
}

#[test]
fn an_undefined_or_ambiguous_step_that_slipped_through_does_not_pass() {
    // Read with one vocabulary, played with another.
    let ambiguous = ["When Alice calls Bob", "Then the recorder holds two streams"];
    let undefined = ["When Alice calls Bob", "And Alice hangs up", "Then everybody agrees"];
    let text = feature(&[with_steps("A", &ambiguous), with_steps("U", &undefined[..2])]);
    let jobs: Vec<_> = examples(&text)
        .into_iter()
        .map(|example| Job::<Mute> { example, setting: Arc::new(()) })
        .collect();
    let played = stage::collect(&jobs, 2, |_, played| played);
    assert!(matches!(&played[0].steps[1].outcome, StepOutcome::Ambiguous(at) if at.len() == 2));
    assert!(matches!(played[0].ending(), Ending::CannotRun(Some(_), _)));
    assert_eq!(played[1].steps[1].outcome, StepOutcome::Undefined);
    assert!(matches!(played[1].ending(), Ending::CannotRun(Some(_), _)));
}

#[test]
fn each_of_many_jobs_is_answered_by_any_number_of_workers() {
    let all = examples(DUAL_STREAMS);
    let jobs: Vec<_> = all.iter().cycle().take(200).map(|e| job(Arc::clone(e), "paper")).collect();
    for workers in [0, 1, 7] {
        let mut ended = 0;
        steps::run(&jobs, workers, &|| Duration::ZERO, |i, played| {
            ended += 1;
            let first = &played.kept.as_ref().unwrap()[0];
            assert_eq!(*first, format!("{} on paper", jobs[i].example.name));
        });
        assert_eq!(ended, 200);
    }
}

#[test]
fn the_vocabulary_is_printed_as_it_is_written() {
    let shown: Vec<_> = vocabulary()
        .iter()
        .map(|s| format!("{} {} {}", steps::word(s.kind), s.text, s.doc.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(
        shown,
        [
            "Given {party} and {party} are talking -",
            "When they talk for {duration} -",
            "When {party} calls {party} One party calls another, who answers.",
            "When {party} hangs up -",
            "Then every.* agrees -",
            "Then everybody agrees -",
            "Then the harness stumbles -",
            "Then the notebook stays open -",
            "Then the recorder holds {count} stream(s) -",
        ]
    );
}

// Planning.

fn scenario(declares: &str) -> Arc<Scenario> {
    let cast = "{ Alice: { role: phone, number: +1 202 555 0101 }, p: { role: platform }, \
                r: { role: recorder } }";
    let text = format!("title: T\ncast: {cast}\nnetwork: {{}}\n{declares}");
    Arc::new(Scenario::parse(&format!("{declares}.yaml"), &text, &Known::default()).unwrap())
}

#[test]
fn every_example_meets_every_scenario_that_declares_what_it_needs() {
    let bare = scenario("seed: 5");
    let able = scenario("declares: [hold, on demand]");
    let unfit = scenario("not applicable: { hold: one line only }\ndeclares: [on demand]");
    let plays = steps::plan(&examples(DUAL_STREAMS), &[bare, able, unfit], None);
    let skipped: Vec<_> = plays.iter().map(|play| play.skipped.as_deref()).collect();
    assert_eq!(plays.len(), 12);
    assert_eq!(skipped[3], Some("seed: 5.yaml does not declare `hold`"));
    assert_eq!(skipped[7], None);
    assert_eq!(skipped[11], Some("`hold` is not applicable: one line only"));
    assert_eq!(skipped.iter().flatten().count(), 2);
    assert_eq!((plays[0].seed, plays[4].seed), (5, 1));
}

#[test]
fn a_seed_of_the_run_stands_in_for_those_of_the_scenarios() {
    let plays = steps::plan(&examples(DUAL_STREAMS), &[scenario("seed: 5")], Some(9));
    assert!(plays.iter().all(|play| play.seed == 9));
}
