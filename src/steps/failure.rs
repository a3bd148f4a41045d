//! What is done about recorders that fail.

use super::calls::PATIENCE;
use super::outcome::StepError;
use super::transfer::settle;
use super::words::Span;
use super::world::World;
use crate::check::calls;
use crate::evidence::{Kind, dialogs};
use crate::role::{Choice, Command, Failure, Heartbeat, RecorderChoice};

/// Where the first recorder does not take a recording, or is lost, another one is asked.
#[cucumber::given("a second recorder stands by")]
fn stands_by(world: &mut World) -> Result<(), StepError> {
    choose(world, RecorderChoice::StandBy)
}

/// A recorder that does not answer for so long is given up.
#[cucumber::given(expr = "a recorder is waited for {duration}")]
fn waited_for(world: &mut World, span: Span) -> Result<(), StepError> {
    choose(world, RecorderChoice::Patience(span.0))
}

/// The recorders are asked every so often whether they are there; two silences are one too many.
#[cucumber::given(expr = "the recorders are looked after every {duration}")]
fn looked_after(world: &mut World, span: Span) -> Result<(), StepError> {
    choose(world, RecorderChoice::Beat(Heartbeat { period: span.0, failures: 2 }))
}

/// Nobody may talk who cannot be recorded.
#[cucumber::given("a call that cannot be recorded ends")]
fn ends(world: &mut World) -> Result<(), StepError> {
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, Command::Choose(Choice::Failing(Failure::EndAndSay)))
}

/// Time passes until another recorder is asked, and then so much more; "from then on" counts from
/// when that one has answered.
#[cucumber::when(expr = "the loss of the recorder is noticed, and {duration} pass(es)")]
fn noticed(world: &mut World, span: Span) -> Result<(), StepError> {
    let died = world.since()?;
    world.within(6 * PATIENCE, |timeline| {
        let dialogs = dialogs(timeline);
        let mut to_recorder =
            dialogs.iter().filter(|it| timeline.cast().is(it.callee, Kind::Recorder));
        to_recorder.any(|it| it.invited > died && it.answered.is_some())
    })?;
    settle(world)?;
    world.pass(span.0)
}

/// The platform hung up for both.
#[cucumber::then("the call has ended")]
fn has_ended(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| calls::was_ended(timeline))
}

fn choose(world: &mut World, choice: RecorderChoice) -> Result<(), StepError> {
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, Command::Recorders(choice))
}
