//! What administrators set for people, and what they are told.

use super::office_words::{Reply, Setup};
use super::outcome::StepError;
use super::words::{Party, Span};
use super::world::World;
use crate::check::settings_api::{self, Setting};
use crate::role::Command;
use crate::role::admin::Errand;
use crate::scenario::{self, Scenario};

/// An administrator switches somebody's recording on, and every call is to be recorded.
#[cucumber::when(expr = "{party} enables recording for {party}")]
fn enables(world: &mut World, admin: Party, party: Party) -> Result<(), StepError> {
    set_mode(world, &admin, &party, "Always")
}

/// An administrator asks for a mode that the product does not have.
#[cucumber::when(expr = "{party} asks for {party} to be recorded now and then")]
fn no_mode(world: &mut World, admin: Party, party: Party) -> Result<(), StepError> {
    set_mode(world, &admin, &party, "Sometimes")
}

/// An administrator switches somebody's recording off.
#[cucumber::when(expr = "{party} switches recording off for {party}")]
fn switches_off(world: &mut World, admin: Party, party: Party) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    administer(world, &admin, Errand::SwitchOff(number))
}

/// An administrator asks for a tone that reminds everybody on somebody's calls.
#[cucumber::when(expr = "{party} asks for a reminder on {party}'s calls every {duration}")]
fn reminds(world: &mut World, admin: Party, party: Party, span: Span) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    let seconds = u32::try_from(span.0.as_secs()).unwrap_or(u32::MAX);
    administer(world, &admin, Errand::Remind(number, seconds))
}

/// An administrator sets something for somebody that the mode leaves open.
#[cucumber::when(expr = "{party} sets up {option} for {party}")]
fn sets_up(world: &mut World, admin: Party, what: Setup, party: Party) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    administer(world, &admin, Errand::SetUp(number, what.extra))
}

/// An administrator looks at what is set for somebody.
#[cucumber::when(expr = "{party} looks at {party}'s settings")]
fn looks(world: &mut World, admin: Party, party: Party) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    administer(world, &admin, Errand::Look(number))
}

/// An administrator says that somebody belongs to another organisation.
#[cucumber::when(expr = "{party} looks for {party} in another organisation")]
fn looks_elsewhere(world: &mut World, admin: Party, party: Party) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    administer(world, &admin, Errand::LookElsewhere(number))
}

/// An administrator looks at what is set for somebody whom nobody knows.
#[cucumber::when(expr = "{party} looks at the settings of a stranger")]
fn looks_for_stranger(world: &mut World, admin: Party) -> Result<(), StepError> {
    administer(world, &admin, Errand::LookForStranger)
}

/// An administrator turns to a page of the list of recorded people that it does not have.
#[cucumber::when(expr = "{party} looks for recorded people beyond the last")]
fn pages(world: &mut World, admin: Party) -> Result<(), StepError> {
    administer(world, &admin, Errand::Page(BEYOND))
}

/// What the platform last answered, with the body that its documents have.
#[cucumber::then(expr = "{party} hears that {answer}")]
fn hears(world: &mut World, party: Party, answer: Reply) -> Result<(), StepError> {
    world.judge(|timeline, _| settings_api::hears(timeline, &party.0, answer.0))
}

/// The settings that were looked at have this.
#[cucumber::then(expr = "{party} sees {option} set up")]
fn sees(world: &mut World, party: Party, what: Setup) -> Result<(), StepError> {
    world.judge(|timeline, _| settings_api::shows(timeline, &party.0, what.setting))
}

/// The settings that were looked at have a reminder, as often as this.
#[cucumber::then(expr = "{party} sees a reminder every {duration}")]
fn sees_reminder(world: &mut World, party: Party, span: Span) -> Result<(), StepError> {
    let setting = Setting::Reminder(span.0);
    world.judge(|timeline, _| settings_api::shows(timeline, &party.0, setting))
}

fn set_mode(world: &mut World, admin: &Party, party: &Party, word: &str) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    let errand = Errand::Record { number, word: word.to_owned(), insists: false };
    administer(world, admin, errand)
}

/// Has an administrator do something, and waits until it is done or refused.
pub(super) fn administer(
    world: &mut World,
    admin: &Party,
    errand: Errand,
) -> Result<(), StepError> {
    has_it_done(world, &admin.0, Command::Administer(errand))
}

/// Tells an administrator what to do, and waits until nothing of it is open any more.
pub(super) fn has_it_done(world: &mut World, who: &str, what: Command) -> Result<(), StepError> {
    let (_, before) = world.look(|timeline| settings_api::exchanges(timeline, who))?;
    world.tell(who, what)?;
    world.until(&format!("{who} is answered"), |_, timeline| {
        let (answered, asked) = settings_api::exchanges(timeline, who);
        asked > before && answered >= asked
    })
}

/// The first administrator who may change things, if there is one.
pub(super) fn administrator(scenario: &Scenario) -> Option<String> {
    let mut able = scenario::admins(&scenario.cast).filter(|(_, admin)| {
        admin.scopes.contains(&scenario::Scope::Write) && admin.lifetime.is_none()
    });
    able.next().map(|(part, _)| part.name.clone())
}

/// No cast of ours has so many.
const BEYOND: usize = 100_000;
