//! Calls as people make them.

use std::net::SocketAddr;
use std::time::Duration;

use super::outcome::StepError;
use super::words::{Count, Party, Span};
use super::world::World;
use crate::evidence::{Dialog, Kind, Side, Timeline, dialogs};
use crate::role::Command;
use crate::sip::Method;

/// Somebody dials somebody, and the telephone rings.
#[cucumber::when(expr = "{party} calls {party}")]
pub(super) fn calls(world: &mut World, caller: Party, callee: Party) -> Result<(), StepError> {
    let number = world.number_of(&callee.0)?;
    let begun = world.now()?;
    world.tell(&caller.0, Command::Call(number))?;
    let told = |dialogs: &[Dialog<'_>], timeline: &Timeline| {
        let mut open = calls_of(dialogs, timeline, &caller)
            .filter(|it| it.over().is_none() && it.invited >= begun);
        open.any(|dialog| is_ringing(dialog, Side::Received))
    };
    let rings = |dialogs: &[Dialog<'_>], timeline: &Timeline| {
        let at_callee = |dialog: &&Dialog<'_>| is_at(dialog.callee, timeline, &callee);
        let mut open = dialogs.iter().filter(at_callee).filter(|it| it.over().is_none());
        open.any(|dialog| is_ringing(dialog, Side::Sent))
    };
    world.until(&format!("{callee}'s telephone rings"), |dialogs, timeline| {
        told(dialogs, timeline) || rings(dialogs, timeline)
    })?;
    // That it rings may get lost on the way to the caller: nobody repeats it.
    world.within(RINGBACK, |timeline| told(&dialogs(timeline), timeline))?;
    Ok(())
}

/// Somebody dials a number that the platform does not know, and is refused.
#[cucumber::when(expr = "{party} calls a number that nobody has")]
fn calls_nobody(world: &mut World, caller: Party) -> Result<(), StepError> {
    world.tell(&caller.0, Command::Call(NOBODY.to_owned()))?;
    world.until("the call is refused", |dialogs, timeline| {
        calls_of(dialogs, timeline, &caller).any(|dialog| dialog.refused.is_some())
    })
}

/// Somebody takes the call that rings; both sides know.
#[cucumber::when(expr = "{party} answers")]
pub(super) fn answers(world: &mut World, party: Party) -> Result<(), StepError> {
    let before = world.look(|timeline| count_answered(&dialogs(timeline), timeline))?;
    world.tell(&party.0, Command::Answer)?;
    world.until(&format!("the call to {party} is answered"), |dialogs, timeline| {
        count_answered(dialogs, timeline) > before
    })
}

/// Somebody refuses the call that rings; the caller knows.
#[cucumber::when(expr = "{party} declines")]
fn declines(world: &mut World, party: Party) -> Result<(), StepError> {
    world.tell(&party.0, Command::Decline)?;
    world.until("the caller is told", |dialogs, timeline| {
        dialogs.iter().any(|dialog| from_phone(dialog, timeline) && dialog.refused.is_some())
    })
}

/// Somebody puts the receiver down; both sides know.
#[cucumber::when(expr = "{party} hangs up")]
pub(super) fn hangs_up(world: &mut World, party: Party) -> Result<(), StepError> {
    world.tell(&party.0, Command::HangUp)?;
    world.until("the call is over", |dialogs, timeline| {
        dialogs.iter().filter(|dialog| with_phone(dialog, timeline)).all(is_over)
    })?;
    // What the end of the call leads to is not waited for: that it comes is for checks to say.
    world.pass(AFTERMATH)
}

/// Time passes, and they talk.
#[cucumber::when(expr = "they talk for {duration}")]
fn they_talk(world: &mut World, span: Span) -> Result<(), StepError> {
    world.pass(span.0)
}

/// Time passes.
#[cucumber::when(expr = "{duration} pass(es)")]
fn passes(world: &mut World, span: Span) -> Result<(), StepError> {
    world.pass(span.0)
}

/// A whole call: one dials, the other answers, they talk for so long, and the caller hangs up.
#[cucumber::when(expr = "{party} and {party} talk for {duration}")]
fn talk(world: &mut World, caller: Party, callee: Party, span: Span) -> Result<(), StepError> {
    connect(world, &caller, callee)?;
    world.pass(span.0)?;
    hangs_up(world, caller)
}

/// One has called the other, who answered; the recorder, if it was asked, answered a second ago.
#[cucumber::given(expr = "{party} and {party} are talking")]
fn are_talking(world: &mut World, caller: Party, callee: Party) -> Result<(), StepError> {
    connect(world, &caller, callee)?;
    world.within(PATIENCE, recorder_has_answered)?;
    world.pass(Duration::from_secs(1))
}

/// One has called the other before, and that call is over; if the recorder was asked, it answered
/// meanwhile.
#[cucumber::given(expr = "{party} and {party} have talked before")]
fn have_talked(world: &mut World, caller: Party, callee: Party) -> Result<(), StepError> {
    are_talking(world, caller.clone(), callee)?;
    world.pass(Duration::from_secs(1))?;
    hangs_up(world, caller)
}

/// One has called the other so often before.
#[cucumber::given(expr = "{party} and {party} have talked {count} times before")]
fn have_talked_often(
    world: &mut World,
    caller: Party,
    callee: Party,
    count: Count,
) -> Result<(), StepError> {
    for _ in 0..count.0 {
        have_talked(world, caller.clone(), callee.clone())?;
    }
    Ok(())
}

/// One called the other so many days ago.
#[cucumber::given(expr = "{party} and {party} talked {count} day(s) ago")]
fn talked_days_ago(
    world: &mut World,
    caller: Party,
    callee: Party,
    days: Count,
) -> Result<(), StepError> {
    have_talked(world, caller, callee)?;
    world.pass(Duration::from_hours(24 * days.0 as u64))
}

/// Somebody puts the call on hold, and the other side agreed; "from then on" counts from when
/// everybody knows, the recorder too.
#[cucumber::when(expr = "{party} puts the call on hold")]
pub(super) fn holds(world: &mut World, party: Party) -> Result<(), StepError> {
    change(world, &party, Command::Hold)?;
    super::transfer::settle(world)
}

/// Somebody takes the call up again, and the other side agreed; "after that" counts from when
/// everybody, the recorder too, has been told.
#[cucumber::when(expr = "{party} resumes the call")]
fn resumes(world: &mut World, party: Party) -> Result<(), StepError> {
    change(world, &party, Command::Resume)?;
    world.pass(AFTERMATH)?;
    world.within(PATIENCE, recorder_has_answered)?;
    world.set_mark()
}

pub(super) fn connect(world: &mut World, caller: &Party, callee: Party) -> Result<(), StepError> {
    calls(world, caller.clone(), callee.clone())?;
    world.pass(RINGING)?;
    answers(world, callee)
}

fn change(world: &mut World, party: &Party, command: Command) -> Result<(), StepError> {
    let before = world.look(|timeline| answers_to_invites(timeline, party))?;
    world.tell(&party.0, command)?;
    world.until(&format!("{party}'s change is accepted"), |_, timeline| {
        answers_to_invites(timeline, party) > before
    })
}

/// How many of somebody's INVITEs were accepted.
fn answers_to_invites(timeline: &Timeline, party: &Party) -> usize {
    let to_party = timeline.signalling().iter().filter(|sighting| {
        let member = timeline.cast().at(sighting.target);
        sighting.side == Side::Received
            && member.is_some_and(|member| member.name.as_str() == party.0)
    });
    let answers = to_party.filter_map(|sighting| sighting.message()).filter(|message| {
        let method = message.cseq().map(|cseq| cseq.method);
        message.code() == Some(200) && method == Ok(Method::Invite)
    });
    answers.count()
}

/// How many calls from telephones were answered, so that the caller knows.
fn count_answered(dialogs: &[Dialog<'_>], timeline: &Timeline) -> usize {
    let answered = |dialog: &&Dialog<'_>| from_phone(dialog, timeline) && knows_answer(dialog);
    dialogs.iter().filter(answered).count()
}

/// Whether the answer was seen to arrive.
fn knows_answer(dialog: &Dialog<'_>) -> bool {
    dialog.answered.is_some_and(|answered| answered.arrived.is_some())
}

fn calls_of<'a>(
    dialogs: &'a [Dialog<'a>],
    timeline: &'a Timeline,
    caller: &'a Party,
) -> impl Iterator<Item = &'a Dialog<'a>> {
    dialogs.iter().filter(|dialog| is_at(dialog.caller, timeline, caller))
}

pub(super) fn is_at(address: SocketAddr, timeline: &Timeline, party: &Party) -> bool {
    timeline.cast().at(address).is_some_and(|member| member.name.as_str() == party.0)
}

/// Whether it was seen, on this side of the network, that the called telephone rings.
fn is_ringing(dialog: &Dialog<'_>, side: Side) -> bool {
    dialog.sightings().any(|sighting| {
        let code = sighting.message().and_then(crate::sip::Message::code);
        sighting.side == side && matches!(code, Some(180 | 182..=189))
    })
}

/// Whether nothing that a recorder was asked for still waits for its answer. On a poor network it
/// is asked more than once; that it never answers is for checks to say.
pub(super) fn recorder_has_answered(timeline: &Timeline) -> bool {
    let is_recorders = |dialog: &Dialog<'_>| timeline.cast().is(dialog.callee, Kind::Recorder);
    !dialogs(timeline).iter().any(|dialog| is_recorders(dialog) && waits(dialog))
}

/// The same, of everybody in a call that was taken.
pub(super) fn everybody_has_answered(timeline: &Timeline) -> bool {
    let is_taken = |dialog: &Dialog<'_>| dialog.answered.is_some();
    recorder_has_answered(timeline)
        && !dialogs(timeline).iter().any(|dialog| is_taken(dialog) && waits(dialog))
}

fn waits(dialog: &Dialog<'_>) -> bool {
    dialog.over().is_none() && dialog.waits()
}

fn from_phone(dialog: &Dialog<'_>, timeline: &Timeline) -> bool {
    timeline.cast().is(dialog.caller, Kind::Phone)
}

fn with_phone(dialog: &Dialog<'_>, timeline: &Timeline) -> bool {
    from_phone(dialog, timeline) || timeline.cast().is(dialog.callee, Kind::Phone)
}

pub(super) fn is_over(dialog: &Dialog<'_>) -> bool {
    dialog.end_confirmed.is_some() || dialog.refused.is_some()
}

/// Longer than it takes on any network of ours until the caller hears that it rings.
const RINGBACK: Duration = Duration::from_secs(1);
/// As long as a platform waits for its recorder at most (product: 50 ms to 10 s).
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// A telephone rings this long before people take it.
pub(super) const RINGING: Duration = Duration::from_secs(2);
/// What the end of a call, or a change of it, sets off has crossed any network of ours by then.
pub(super) const AFTERMATH: Duration = Duration::from_millis(800);
/// 555-0199: reserved for stories.
const NOBODY: &str = "+12025550199";
