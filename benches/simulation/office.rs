//! So many two-party calls at once, each recorded, and everything that can be judged of them.

use std::fmt::Write as _;
use std::time::Duration;

use tallylight::check::{Limits, Verdict, align, always, modes, span, streams, whole};
use tallylight::cli::known;
use tallylight::evidence::{Timeline, dialogs};
use tallylight::role::Command;
use tallylight::role::recorder::Memory;
use tallylight::scenario::Scenario;
use tallylight::testbed::Testbed;

/// A quiet office with two telephones for each call; whoever calls is always recorded.
pub fn scenario(calls: usize) -> Scenario {
    let mut text = "title: An office\n\ncast:\n".to_owned();
    for phone in 0..2 * calls {
        let recording = if phone % 2 == 0 { "always" } else { "never" };
        let number = number(phone);
        writeln!(
            text,
            "  {}: {{ role: phone, number: \"{number}\", recording: {recording}, record aware: true }}",
            name(phone)
        )
        .expect("a string takes everything");
    }
    text.push_str(
        "  platform: { role: platform, transport: tcp }\n  recorder: { role: recorder }\n",
    );
    text.push_str("\nnetwork:\n  latency: 5 ms\n  jitter: 2 ms\n\nprofile: rfc-strict\n");
    Scenario::parse("office.yaml", &text, &known()).unwrap_or_else(|why| panic!("{why}"))
}

/// Plays all the calls at once: registers, calls, answers, talks for `talk`, hangs up.
pub fn play(scenario: &Scenario, talk: Duration) -> Testbed {
    let memory = Box::new(Memory::default());
    let mut testbed = Testbed::build(scenario, SEED, memory).expect("everything is simulated");
    let phones = scenario.phones().count();
    testbed.pass(SHORTLY);
    for caller in (0..phones).step_by(2) {
        testbed.tell(&name(caller), Command::Call(number(caller + 1)));
    }
    testbed.pass(SHORTLY);
    for callee in (1..phones).step_by(2) {
        testbed.tell(&name(callee), Command::Answer);
    }
    testbed.pass(talk);
    for caller in (0..phones).step_by(2) {
        testbed.tell(&name(caller), Command::HangUp);
    }
    testbed.pass(SHORTLY);
    testbed
}

/// Runs every check that a sentence of the vocabulary uses on a call that was recorded, for each
/// of the calls, and those that judge every example; panics unless all pass.
pub fn judge(timeline: &Timeline, calls: usize) {
    let limits = Limits::default();
    let within = Duration::from_millis(500);
    let mut verdicts = always(timeline);
    verdicts.extend([
        modes::recordings_are(timeline, calls),
        streams::streams_are(timeline, 2),
        streams::each_carries_one_voice(timeline),
        streams::speakers_are_named(timeline),
        align::streams_agree(timeline, Duration::from_millis(40)),
        span::began_within(timeline, within),
        span::nothing_before_the_answer(timeline),
        span::ended_within(timeline, within),
        span::nothing_after_the_end(timeline),
    ]);
    for phone in 0..2 * calls {
        let (name, other) = (name(phone), name(phone ^ 1));
        verdicts.extend([
            modes::is_recorded(timeline, &name),
            whole::hears(timeline, &name, &other, None, &limits),
        ]);
        // These speak of the last recording session, as an example has one.
        if calls == 1 {
            verdicts.extend([
                whole::nothing_is_missing(timeline, &name, None, &limits),
                whole::first_words(timeline, &name, &limits),
                whole::last_words(timeline, &name, &limits),
            ]);
        }
    }
    if let Some(bad) = verdicts.iter().find(|verdict| **verdict != Verdict::Pass) {
        panic!("{bad:?}");
    }
}

/// How many calls were answered and ended.
pub fn completed(timeline: &Timeline) -> usize {
    let dialogs = dialogs(timeline);
    dialogs.iter().filter(|call| call.answered.is_some() && call.end_confirmed.is_some()).count()
}

fn name(phone: usize) -> String {
    format!("Phone{phone}")
}

/// Numbers for fiction: 555-0100 to 555-0199 in one area after another.
fn number(phone: usize) -> String {
    format!("+1{}55501{:02}", 202 + phone / 100, phone % 100)
}

const SEED: u64 = 7;
/// Longer than anything here takes.
const SHORTLY: Duration = Duration::from_secs(1);
