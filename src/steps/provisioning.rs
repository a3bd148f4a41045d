//! Setting recording up: the partner, terms, licences and the accounts at the recorder.

use super::outcome::StepError;
use super::settings_api::administer;
use super::words::{Count, Party};
use super::world::World;
use crate::check::{provisioning, settings_api};
use crate::evidence::Kind;
use crate::role::Command;
use crate::role::admin::{Arrangement, Errand};
use crate::scenario::{self, Scenario};

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

/// The recorder knows this person's address from another customer's account.
#[cucumber::given(expr = "{party} has an account with another customer")]
fn another_customer(world: &mut World, party: Party) -> Result<(), StepError> {
    let recorder = world.part(Kind::Recorder)?;
    let email = email_of(world.scenario()?.as_ref(), &party.0);
    world.tell(&recorder, Command::Arrange(Arrangement::AnotherCustomer(email)))
}

/// As only the partner may.
#[cucumber::when(expr = "{party} enables recording for the organisation")]
fn enables_organization(world: &mut World, admin: Party) -> Result<(), StepError> {
    administer(world, &admin, Errand::EnableOrganization)
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

/// The platform told the recorder of somebody: name of the customer, time zone, first name, last
/// name, e-mail address, and nothing else.
#[cucumber::then(expr = "the recorder learns of {party} what it needs and no more")]
fn is_shared(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| provisioning::is_shared(timeline, &party.0))
}

/// The platform named this administrator to the recorder.
#[cucumber::then(expr = "{party} looks after the account at the recorder")]
fn looks_after(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| provisioning::looks_after_account(timeline, &party.0))
}

/// So often the platform asked for an account, and the recorder agreed.
#[cucumber::then(expr = "the recorder is asked for {count} account(s)")]
fn accounts_are(world: &mut World, count: Count) -> Result<(), StepError> {
    world.judge(|timeline, _| provisioning::accounts_are(timeline, count.0))
}

/// The settings that were looked at are those of somebody for whom nothing was ever set.
#[cucumber::then(expr = "{party} sees nothing that was set before")]
fn clear(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| settings_api::settings_are_clear(timeline, &party.0))
}

/// The settings that were looked at have the three identifiers for support.
#[cucumber::then(expr = "{party} sees what support asks for")]
fn identifiers(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| settings_api::identifiers_are_shown(timeline, &party.0))
}

/// The settings that were looked at have the identifiers that the recorder was told.
#[cucumber::then(expr = "{party} sees what the recording is known by")]
fn recorded(world: &mut World, party: Party) -> Result<(), StepError> {
    world.judge(|timeline, _| settings_api::identifiers_are_recorded(timeline, &party.0))
}

/// Where somebody is written to: an administrator, or whoever has a telephone.
fn email_of(scenario: &Scenario, name: &str) -> String {
    let admin = scenario::admins(&scenario.cast).find(|(part, _)| part.name == name);
    let email = admin.map(|(_, admin)| admin.email.clone());
    email.unwrap_or_else(|| scenario::email_of(name))
}
