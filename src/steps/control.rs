//! What people do with the recording of their own calls, and what becomes of it.

use std::time::Duration;

use super::outcome::StepError;
use super::words::{Count, Party, Shown, Span};
use super::world::World;
use crate::check::{control as controls, deeds, indicator, pauses};
use crate::role::{Command, Control};

/// By whatever way their telephone has: a code, a key, a button.
#[cucumber::when(expr = "{party} starts the recording")]
fn starts(world: &mut World, party: Party) -> Result<(), StepError> {
    control(world, &party, Control::Start)
}

/// The call goes on.
#[cucumber::when(expr = "{party} stops the recording")]
fn stops(world: &mut World, party: Party) -> Result<(), StepError> {
    control(world, &party, Control::Stop)
}

/// By whatever way their telephone has; whether it is granted is seen from what happens.
#[cucumber::when(expr = "{party} pauses the recording")]
fn pauses_it(world: &mut World, party: Party) -> Result<(), StepError> {
    control(world, &party, Control::Pause)
}

/// "After that" counts from when everybody, the recorder too, has been told.
#[cucumber::when(expr = "{party} resumes the recording")]
fn resumes(world: &mut World, party: Party) -> Result<(), StepError> {
    control(world, &party, Control::Resume)
}

/// One pause after another, each as soon as the one before is done.
#[cucumber::when(expr = "{party} pauses and resumes the recording {count} times")]
fn pauses_again_and_again(world: &mut World, party: Party, count: Count) -> Result<(), StepError> {
    for _ in 0..count.0 {
        control(world, &party, Control::Pause)?;
        control(world, &party, Control::Resume)?;
    }
    Ok(())
}

/// As long as it takes, a digit or a word after another, while the other one talks too.
#[cucumber::when(expr = "{party} says {string}")]
fn says(world: &mut World, party: Party, words: String) -> Result<(), StepError> {
    world.note(&party.0, format!("says \"{words}\""))?;
    world.pass(deeds::speaking(&words))
}

/// On the keys of the telephone, one after another.
#[cucumber::when(expr = "{party} types {string}")]
fn types(world: &mut World, party: Party, keys: String) -> Result<(), StepError> {
    world.tell(&party.0, Command::Press(keys.clone()))?;
    world.pass(deeds::pressing(&keys))
}

/// Not a word of it reached a recorder, at any time.
#[cucumber::then(expr = "the recorder never hears {party} say {string}")]
fn never_hears(world: &mut World, party: Party, words: String) -> Result<(), StepError> {
    world.judge(|timeline, _| pauses::never_hears(timeline, &party.0, &words))
}

/// All of it reached the recorder.
#[cucumber::then(expr = "the recorder hears {party} say {string}")]
fn hears(world: &mut World, party: Party, words: String) -> Result<(), StepError> {
    world.judge(|timeline, limits| pauses::hears(timeline, &party.0, &words, limits))
}

/// Not a key of it reached a recorder.
#[cucumber::then(expr = "the recorder never gets what {party} typed: {string}")]
fn never_gets(world: &mut World, party: Party, keys: String) -> Result<(), StepError> {
    world.judge(|timeline, _| pauses::never_gets_keys(timeline, &party.0, &keys))
}

/// Counted from when the platform knew of it.
#[cucumber::then(expr = "the recorder hears {party} again within {duration}")]
fn hears_again(world: &mut World, party: Party, span: Span) -> Result<(), StepError> {
    world.pass(span.0)?;
    world.judge(|timeline, _| pauses::hears_again_within(timeline, &party.0, span.0))
}

/// From so long after the platform knew of a pause until somebody resumes, not a packet of media
/// leaves for the recorder.
#[cucumber::then(expr = "every pause takes effect within {duration}")]
fn take_effect(world: &mut World, span: Span) -> Result<(), StepError> {
    world.judge(|timeline, _| pauses::take_effect_within(timeline, span.0))
}

/// Every stream was offered as inactive, and the recorder agreed.
#[cucumber::then("the recorder is told of every pause")]
fn told(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| pauses::are_told(timeline))
}

/// Media goes on flowing to the recorder, whatever was asked for.
#[cucumber::then("the recording goes on")]
fn goes_on(world: &mut World) -> Result<(), StepError> {
    let since = world.mark()?;
    world.judge(|timeline, _| controls::goes_on(timeline, since))
}

/// The recorder was told of the end of every recording, and the call goes on.
#[cucumber::then("the recording is over")]
fn is_over(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| controls::is_over(timeline))
}

/// The recorder was told to keep the recording.
#[cucumber::then("the recording is kept")]
fn is_kept(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| controls::is_kept(timeline, true))
}

/// The recorder was not told to keep the recording, which it has all the same.
#[cucumber::then("the recording is not kept")]
fn is_not_kept(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| controls::is_kept(timeline, false))
}

/// The platform refused what this person asked for last, and their telephone knows.
#[cucumber::then(expr = "{party} is told that this is not possible")]
fn is_refused(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| controls::is_refused(timeline, &party.0))
}

/// What the telephone was told last.
#[cucumber::then(expr = "{party}'s telephone shows {icon}")]
fn shows(world: &mut World, party: Party, shown: Shown) -> Result<(), StepError> {
    world.judge(|timeline, _| indicator::shows(timeline, &party.0, shown.0))
}

/// At every moment of the call, but for so long after a change.
#[cucumber::then(
    expr = "{party}'s telephone never showed for longer than {duration} what was not true"
)]
fn showed_truth(world: &mut World, party: Party, span: Span) -> Result<(), StepError> {
    world.judge(|timeline, _| indicator::is_true(timeline, &party.0, span.0))
}

/// Asks for something, and lets time pass until whatever that leads to is done.
fn control(world: &mut World, party: &Party, control: Control) -> Result<(), StepError> {
    world.tell(&party.0, Command::Control(control))?;
    // A code takes as long as its keys; then everybody is told, the recorder too.
    for _ in 0..2 {
        world.pass(SETTLING)?;
        world.within(PATIENCE, |timeline| !timeline.waits())?;
    }
    world.set_mark()
}

/// Three keys and a pause behind each; more than it takes to cross any network of ours twice.
const SETTLING: Duration = Duration::from_millis(800);
/// As long as a platform waits for its recorder at most (product: 50 ms to 10 s).
const PATIENCE: Duration = Duration::from_secs(10);
