//! Calls that go elsewhere, and messages.

use std::time::Duration;

use super::calls::{AFTERMATH, is_over};
use super::outcome::StepError;
use super::transfer::is_own;
use super::words::{Party, Span};
use super::world::World;
use crate::check::messages;
use crate::evidence::{Dialog, Kind, Timeline, dialogs};
use crate::role::{Command, Elsewhere, Occasion};

/// The telephone of this person does not ring; somebody else's does.
#[cucumber::given(expr = "{party}'s calls are forwarded to {party}")]
fn always(world: &mut World, party: Party, other: Party) -> Result<(), StepError> {
    forward(world, &party, Occasion::Always, &other)
}

/// What this person declines, or is too busy to take, goes to somebody else.
#[cucumber::given(expr = "{party}'s calls are forwarded to {party} when busy")]
fn busy(world: &mut World, party: Party, other: Party) -> Result<(), StepError> {
    forward(world, &party, Occasion::Busy, &other)
}

/// What this person does not take for so long goes to somebody else.
#[cucumber::given(expr = "{party}'s calls are forwarded to {party} after {duration}")]
fn no_answer(world: &mut World, party: Party, other: Party, span: Span) -> Result<(), StepError> {
    forward(world, &party, Occasion::NoAnswer(span.0), &other)
}

/// What this person does not take for so long goes to their mailbox.
#[cucumber::given(expr = "{party}'s mailbox answers after {duration}")]
fn mailbox(world: &mut World, party: Party, span: Span) -> Result<(), StepError> {
    divert(world, &party, Occasion::NoAnswer(span.0), Elsewhere::Mailbox)
}

/// Messages that this person gets and leaves are recorded as their calls are.
#[cucumber::given(expr = "{party}'s voice messages are recorded")]
fn recorded(world: &mut World, party: Party) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, Command::RecordMessages(number, true))
}

/// Somebody calls somebody who does not answer, listens to the mailbox, speaks for five seconds
/// and hangs up; "from then on" counts from the beep.
#[cucumber::when(expr = "{party} leaves {party} a message")]
fn leaves(world: &mut World, caller: Party, owner: Party) -> Result<(), StepError> {
    let number = world.number_of(&owner.0)?;
    world.tell(&caller.0, Command::Call(number))?;
    world.within(LONGEST_RINGING, |timeline| {
        let dialogs = dialogs(timeline);
        own(&dialogs, timeline, &caller).any(|it| it.answered.is_some())
    })?;
    world.pass(GREETING)?;
    world.set_mark()?;
    world.pass(MESSAGE)?;
    world.tell(&caller.0, Command::HangUp)?;
    world.until("the call is over", |dialogs, timeline| {
        own(dialogs, timeline, &caller).all(is_over)
    })?;
    world.pass(AFTERMATH)
}

/// Somebody refuses the call that rings, and the telephone of somebody else rings.
#[cucumber::when(expr = "{party} declines, so that {party} is called")]
fn declines(world: &mut World, party: Party, other: Party) -> Result<(), StepError> {
    world.tell(&party.0, Command::Decline)?;
    world.until(&format!("{other}'s telephone rings"), |dialogs, timeline| {
        own(dialogs, timeline, &other).any(|it| it.over().is_none())
    })?;
    world.pass(AFTERMATH)
}

/// This person is played the greeting of a mailbox.
#[cucumber::then(expr = "{party} hears the greeting of a mailbox")]
fn greeted(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| messages::is_greeted(timeline, &party.0))
}

/// The recorder was told that this is no conversation, but a message.
#[cucumber::then("the recorder knows that it is a message")]
fn known(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| messages::is_told(timeline))
}

/// The recorder was told whom the caller had wanted.
#[cucumber::then(expr = "the recorder knows that the call was for {party}")]
fn meant_for(world: &mut World, party: Party) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    world.judge(|timeline, _| messages::was_for(timeline, &number))
}

fn own<'a>(
    dialogs: &'a [Dialog<'a>],
    timeline: &'a Timeline,
    party: &'a Party,
) -> impl Iterator<Item = &'a Dialog<'a>> {
    dialogs.iter().filter(|it| is_own(it, timeline, party))
}

fn forward(
    world: &mut World,
    party: &Party,
    when: Occasion,
    other: &Party,
) -> Result<(), StepError> {
    let to = Elsewhere::Number(world.number_of(&other.0)?);
    divert(world, party, when, to)
}

fn divert(
    world: &mut World,
    party: &Party,
    when: Occasion,
    to: Elsewhere,
) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, Command::Divert(number, when, to))
}

/// Longer than any mailbox waits.
const LONGEST_RINGING: Duration = Duration::from_mins(1);
/// A greeting and its beep.
const GREETING: Duration = Duration::from_secs(4);
const MESSAGE: Duration = Duration::from_secs(5);
