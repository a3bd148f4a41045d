//! What must be true of what was seen.

use super::outcome::StepError;
use super::words::{Count, Party, Span};
use super::world::World;
use crate::check::{align, calls, modes, span, streams, whole};

/// No recorder was asked for anything.
#[cucumber::then("nothing is recorded")]
fn nothing_is_recorded(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| modes::nothing_is_recorded(timeline))
}

/// What this person said reached a recorder.
#[cucumber::then(expr = "{party}'s call is recorded")]
fn is_recorded(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| modes::is_recorded(timeline, &party.0))
}

/// So many recording sessions brought media to the recorder.
#[cucumber::then(expr = "there is/are {count} recording(s)")]
fn recordings(world: &mut World, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| modes::recordings_are(timeline, count.0))
}

/// The recorder was asked in vain, and was sent nothing.
#[cucumber::then("the call was not recorded")]
fn was_not_recorded(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| modes::was_not_recorded(timeline))
}

/// Every recording has so many streams with media on them.
#[cucumber::then(expr = "the recorder holds {count} stream(s)")]
fn holds_streams(world: &mut World, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| streams::streams_are(timeline, count.0))
}

/// On each stream of a recording one person is heard, and on each another.
#[cucumber::then("each stream carries one voice")]
fn one_voice(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| streams::each_carries_one_voice(timeline))
}

/// The metadata names whoever is heard on each stream.
#[cucumber::then("the recorder knows who spoke on each stream")]
fn speakers(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| streams::speakers_are_named(timeline))
}

/// What both said at one time stands at one time in the recording, to within this span.
#[cucumber::then(expr = "the streams agree within {duration}")]
fn agree(world: &mut World, span: Span) -> Result<(), StepError> {
    world.judge(|timeline, _| align::streams_agree(timeline, span.0))
}

/// All that this person said between the answer and the hang-up was recorded.
#[cucumber::then(expr = "nothing that {party} said is missing")]
fn nothing_missing(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, limits| whole::nothing_is_missing(timeline, &party.0, None, limits))
}

/// All that this person said since then was recorded.
#[cucumber::then(expr = "nothing that {party} said after that is missing")]
fn nothing_missing_since(world: &mut World, party: Party) -> Result<(), StepError> {
    let since = world.mark()?;
    world.judge(|timeline, limits| whole::nothing_is_missing(timeline, &party.0, since, limits))
}

/// The beginning of what this person said after the answer was recorded.
#[cucumber::then(expr = "the first words of {party} are recorded")]
fn first_words(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, limits| whole::first_words(timeline, &party.0, limits))
}

/// The end of what this person said before the hang-up was recorded.
#[cucumber::then(expr = "the last words of {party} are recorded")]
fn last_words(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, limits| whole::last_words(timeline, &party.0, limits))
}

/// What the second says reaches the telephone of the first.
#[cucumber::then(expr = "{party} hears {party}")]
fn hears(world: &mut World, listener: Party, speaker: Party) -> Result<(), StepError> {
    let since = world.mark()?;
    world.judge(|timeline, limits| whole::hears(timeline, &listener.0, &speaker.0, since, limits))
}

/// The recorder was asked within this span of the answer.
#[cucumber::then(expr = "recording began within {duration} of the answer")]
fn began_within(world: &mut World, span: Span) -> Result<(), StepError> {
    world.judge(|timeline, _| span::began_within(timeline, span.0))
}

/// The recorder was asked for nothing while the telephone rang.
#[cucumber::then("nothing was recorded before the answer")]
fn nothing_before(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| span::nothing_before_the_answer(timeline))
}

/// The recorder was told of the end within this span of the hang-up.
#[cucumber::then(expr = "recording ended within {duration} of the hang-up")]
fn ended_within(world: &mut World, span: Span) -> Result<(), StepError> {
    world.judge(|timeline, _| span::ended_within(timeline, span.0))
}

/// No media leaves for the recorder once it was told of the end.
#[cucumber::then("the recorder hears nothing after the end")]
fn nothing_after(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| span::nothing_after_the_end(timeline))
}

/// The caller got 404.
#[cucumber::then(expr = "{party} is told that the number is not known")]
fn not_known(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| calls::is_refused_with(timeline, &party.0, 404))
}
