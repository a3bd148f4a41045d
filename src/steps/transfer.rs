//! Calls that change hands, and calls of more than two.

use std::time::Duration;

use super::calls::{self, AFTERMATH, PATIENCE, RINGING, everybody_has_answered, is_at, is_over};
use super::outcome::StepError;
use super::words::{Count, Party};
use super::world::World;
use crate::check::people::{self, Passage};
use crate::evidence::{Dialog, Kind, Side, Timeline};
use crate::role::Command;

/// Somebody hands the call on to somebody else, whose telephone rings.
#[cucumber::when(expr = "{party} transfers the call to {party}")]
fn transfers(world: &mut World, party: Party, heir: Party) -> Result<(), StepError> {
    let number = world.number_of(&heir.0)?;
    world.tell(&party.0, Command::Transfer(number))?;
    world.until(&format!("{heir}'s telephone rings"), |dialogs, timeline| {
        let mut open = dialogs.iter().filter(|it| is_at(it.callee, timeline, &heir));
        open.any(|it| it.over().is_none() && is_ringing(it))
    })
}

/// Somebody takes the call that was handed on to them; "from then on" counts from when everybody
/// knows, the recorder too.
#[cucumber::when(expr = "{party} takes the transferred call")]
fn takes(world: &mut World, heir: Party) -> Result<(), StepError> {
    world.pass(RINGING)?;
    world.date_passages()?;
    world.tell(&heir.0, Command::Answer)?;
    world.until("whoever handed the call on hangs up", |dialogs, timeline| {
        let answered = |it: &&Dialog<'_>| is_at(it.callee, timeline, &heir);
        let is_up = dialogs.iter().filter(answered).any(|it| it.answered.is_some());
        is_up && dialogs.iter().any(|it| was_handed_on(it) && is_over(it))
    })?;
    settle(world)
}

/// Somebody refuses the call that was handed on to them; "from then on" counts from when whoever
/// handed it on has taken it up again.
#[cucumber::when(expr = "{party} does not take the transferred call")]
fn refuses(world: &mut World, heir: Party) -> Result<(), StepError> {
    world.tell(&heir.0, Command::Decline)?;
    world.until("the call is refused", |dialogs, timeline| {
        dialogs.iter().any(|it| is_at(it.callee, timeline, &heir) && it.refused.is_some())
    })?;
    settle(world)
}

/// Somebody has put their call on hold, called somebody else, and talks to them.
#[cucumber::given(expr = "{party} is asking {party} meanwhile")]
fn is_asking(world: &mut World, party: Party, other: Party) -> Result<(), StepError> {
    calls::holds(world, party.clone())?;
    calls::connect(world, &party, other)?;
    world.within(PATIENCE, everybody_has_answered)?;
    world.pass(Duration::from_secs(1))
}

/// Somebody lets the two whom they talk to talk to each other, and hangs up.
#[cucumber::when(expr = "{party} connects the two others")]
fn connects(world: &mut World, party: Party) -> Result<(), StepError> {
    world.date_passages()?;
    world.tell(&party.0, Command::Connect)?;
    world.until(&format!("{party} hangs up"), |dialogs, timeline| {
        let own = dialogs.iter().filter(|it| is_own(it, timeline, &party));
        own.clone().count() > 1 && own.clone().all(is_over)
    })?;
    settle(world)
}

/// Somebody joins their two calls into one; "from then on" counts from when all three are in it.
#[cucumber::when(expr = "{party} joins the two calls")]
fn joins(world: &mut World, party: Party) -> Result<(), StepError> {
    world.date_passages()?;
    let open = |dialogs: &[Dialog<'_>], timeline: &Timeline| {
        let own = dialogs.iter().filter(|it| is_own(it, timeline, &party));
        own.filter(|it| it.answered.is_some() && it.over().is_none()).count()
    };
    world.tell(&party.0, Command::Merge)?;
    world.until("the calls are joined", |dialogs, timeline| {
        let own = dialogs.iter().filter(|it| is_own(it, timeline, &party));
        let handed_on = own.filter(|it| was_handed_on(it) && is_over(it)).count();
        handed_on == 2 && open(dialogs, timeline) == 1
    })?;
    settle(world)
}

/// Somebody leaves a call in which the others stay; "from then on" counts from when all know.
#[cucumber::when(expr = "{party} leaves the call")]
fn leaves(world: &mut World, party: Party) -> Result<(), StepError> {
    world.date_passages()?;
    world.tell(&party.0, Command::HangUp)?;
    world.until(&format!("{party} is gone"), |dialogs, timeline| {
        dialogs.iter().filter(|it| is_own(it, timeline, &party)).all(is_over)
    })?;
    settle(world)
}

/// All others fall silent, so that this person can be heard among them; "from then on" counts from
/// there.
#[cucumber::when(expr = "only {party} goes on talking")]
fn talks_alone(world: &mut World, party: Party) -> Result<(), StepError> {
    let others = world.look(|timeline| {
        let phones = timeline.cast().members().iter().filter(|it| it.kind == Kind::Phone);
        phones.map(|it| it.name.to_string()).filter(|name| *name != party.0).collect::<Vec<_>>()
    })?;
    for other in others {
        world.tell(&other, Command::FallSilent)?;
    }
    world.pass(AFTERMATH)?;
    world.set_mark()
}

/// What this person says from then on reaches the recorder.
#[cucumber::then(expr = "{party} is recorded from then on")]
fn is_recorded(world: &mut World, party: Party) -> Result<(), StepError> {
    let since = world.since()?;
    world.judge(|timeline, limits| people::is_recorded_since(timeline, &party.0, since, limits))
}

/// Nobody's voice leaves for a recorder from then on.
#[cucumber::then("nobody is recorded from then on")]
fn nobody_is_recorded(world: &mut World) -> Result<(), StepError> {
    let since = world.since()?;
    world.judge(|timeline, _| people::nobody_is_recorded_since(timeline, since))
}

/// What the second says from then on reaches the telephone of the first.
#[cucumber::then(expr = "{party} hears {party} from then on")]
fn hears(world: &mut World, listener: Party, speaker: Party) -> Result<(), StepError> {
    let since = world.since()?;
    world.judge(|timeline, limits| {
        people::hears_since(timeline, &listener.0, &speaker.0, since, limits)
    })
}

/// This person is on a stream alone, in every recording.
#[cucumber::then(expr = "{party} is recorded apart from the others")]
fn apart(world: &mut World, party: Party) -> Result<(), StepError> {
    let since = world.since()?;
    world.judge(|timeline, _| people::is_apart(timeline, &party.0, since))
}

/// The recorder was told of these two, and of nobody else who would still be there.
#[cucumber::then(expr = "the recorder knows that {party} and {party} are talking")]
fn two_are_known(world: &mut World, one: Party, other: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| people::are_known(timeline, &[&one.0, &other.0]))
}

/// The recorder was told of these three, and of nobody else who would still be there.
#[cucumber::then(expr = "the recorder knows that {party}, {party} and {party} are talking")]
fn three_are_known(
    world: &mut World,
    one: Party,
    second: Party,
    third: Party,
) -> Result<(), StepError> {
    world.judge(|timeline, _| people::are_known(timeline, &[&one.0, &second.0, &third.0]))
}

/// The recorder was told, to the second, when this person came.
#[cucumber::then(expr = "the recorder knows when {party} came")]
fn came(world: &mut World, party: Party) -> Result<(), StepError> {
    let at = world.passage()?;
    world.judge(|timeline, _| people::is_dated(timeline, &party.0, Passage::Came, at))
}

/// The recorder was told, to the second, when this person went.
#[cucumber::then(expr = "the recorder knows when {party} went")]
fn went(world: &mut World, party: Party) -> Result<(), StepError> {
    let at = world.passage()?;
    world.judge(|timeline, _| people::is_dated(timeline, &party.0, Passage::Went, at))
}

/// This person is heard in so many recordings.
#[cucumber::then(expr = "{party} is heard in {count} recording(s)")]
fn heard_in(world: &mut World, party: Party, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| people::recordings_of(timeline, &party.0, count.0))
}

/// Waits until what was set off is over, and marks the moment.
pub(super) fn settle(world: &mut World) -> Result<(), StepError> {
    world.pass(AFTERMATH)?;
    world.within(PATIENCE, everybody_has_answered)?;
    world.pass(ON_THE_WAY)?;
    world.set_mark()
}

pub(super) fn is_own(dialog: &Dialog<'_>, timeline: &Timeline, party: &Party) -> bool {
    is_at(dialog.caller, timeline, party) || is_at(dialog.callee, timeline, party)
}

/// Whether somebody asked for the other side of a call to be handed on.
fn was_handed_on(dialog: &Dialog<'_>) -> bool {
    let mut messages = dialog.sightings().filter_map(|sighting| sighting.message());
    messages.any(|message| message.method().is_some_and(|method| method.as_str() == "REFER"))
}

fn is_ringing(dialog: &Dialog<'_>) -> bool {
    let mut sent = dialog.sightings().filter(|sighting| sighting.side == Side::Sent);
    sent.any(|it| matches!(it.message().and_then(crate::sip::Message::code), Some(180 | 182..=189)))
}

/// What was said before somebody was told to be silent has arrived by then.
const ON_THE_WAY: Duration = Duration::from_millis(500);
