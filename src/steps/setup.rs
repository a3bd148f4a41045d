//! Setting recording up: administrators, terms, licences and the accounts at the recorder.

use super::outcome::StepError;
use super::words::{Count, Party, Reply, Span};
use super::world::World;
use crate::check::setup;
use crate::evidence::Kind;
use crate::role::Command;
use crate::role::admin::{Arrangement, Errand};

/// The older age of the product: nobody has an account before the terms are accepted.
#[cucumber::given("accounts are made when the terms are accepted")]
fn on_acceptance(world: &mut World) -> Result<(), StepError> {
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, Command::Arrange(Arrangement::AccountsOnAcceptance))
}

/// The organisation has not been given the service by its partner.
#[cucumber::given("the partner has not enabled recording")]
fn not_enabled(world: &mut World) -> Result<(), StepError> {
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, Command::Arrange(Arrangement::NotEnabledByPartner))
}

/// The recorder knows this administrator's address from another customer's account.
#[cucumber::given(expr = "{party} looks after another customer")]
fn another_customer(world: &mut World, party: Party) -> Result<(), StepError> {
    let recorder = world.part(Kind::Recorder)?;
    let email = world.email_of(&party.0)?;
    world.tell(&recorder, Command::Arrange(Arrangement::AnotherCustomer(email)))
}

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

/// An administrator looks at what is set for somebody.
#[cucumber::when(expr = "{party} looks at {party}'s settings")]
fn looks(world: &mut World, admin: Party, party: Party) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    administer(world, &admin, Errand::Look(number))
}

/// An administrator turns to a page of the list of recorded people that it does not have.
#[cucumber::when(expr = "{party} looks for recorded people beyond the last")]
fn pages(world: &mut World, admin: Party) -> Result<(), StepError> {
    administer(world, &admin, Errand::Page(BEYOND))
}

/// An administrator accepts the recorder's terms for the organisation.
#[cucumber::when(expr = "{party} accepts the terms")]
fn accepts(world: &mut World, admin: Party) -> Result<(), StepError> {
    administer(world, &admin, Errand::Terms(true))
}

/// An administrator refuses them.
#[cucumber::when(expr = "{party} refuses the terms")]
fn refuses(world: &mut World, admin: Party) -> Result<(), StepError> {
    administer(world, &admin, Errand::Terms(false))
}

/// What the platform last answered.
#[cucumber::then(expr = "{party} hears that {answer}")]
fn hears(world: &mut World, party: Party, answer: Reply) -> Result<(), StepError> {
    world.judge(|timeline, _| setup::hears(timeline, &party.0, answer.0))
}

/// The platform told the recorder of somebody: name of the customer, time zone, first name, last
/// name, e-mail address, and nothing else.
#[cucumber::then(expr = "the recorder learns of {party} what it needs and no more")]
fn is_shared(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| setup::is_shared(timeline, &party.0))
}

/// The platform named this administrator to the recorder.
#[cucumber::then(expr = "{party} looks after the account at the recorder")]
fn looks_after(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| setup::looks_after_account(timeline, &party.0))
}

/// So many accounts were made at the recorder.
#[cucumber::then(expr = "the recorder has made {count} account(s)")]
fn accounts_are(world: &mut World, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| setup::accounts_are(timeline, count.0))
}

/// The settings that were looked at are those of somebody for whom nothing was ever set.
#[cucumber::then(expr = "{party} sees nothing that was set before")]
fn clear(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| setup::settings_are_clear(timeline, &party.0))
}

/// The settings that were looked at have the three identifiers for support.
#[cucumber::then(expr = "{party} sees what support asks for")]
fn identifiers(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| setup::identifiers_are_shown(timeline, &party.0))
}

fn set_mode(world: &mut World, admin: &Party, party: &Party, word: &str) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    let errand = Errand::Record { number, word: word.to_owned(), insists: false };
    administer(world, admin, errand)
}

fn administer(world: &mut World, admin: &Party, errand: Errand) -> Result<(), StepError> {
    has_it_done(world, &admin.0, Command::Administer(errand))
}

/// Tells an administrator what to do, and waits until nothing of it is open any more.
pub(super) fn has_it_done(world: &mut World, who: &str, what: Command) -> Result<(), StepError> {
    let (_, before) = world.look(|timeline| setup::exchanges(timeline, who))?;
    world.tell(who, what)?;
    world.until(&format!("{who} is answered"), |_, timeline| {
        let (answered, asked) = setup::exchanges(timeline, who);
        asked > before && answered >= asked
    })
}

/// No cast of ours has so many.
const BEYOND: usize = 100_000;
