//! What the administrator decides.

use super::outcome::StepError;
use super::settings_api::{administrator, has_it_done};
use super::words::{Party, Way};
use super::world::World;
use crate::evidence::Kind;
use crate::role::{Command, RecordingMode};

/// The platform records every call of this person, whoever dials.
#[cucumber::given(expr = "{party}'s calls are always recorded")]
fn always_recorded(world: &mut World, party: Party) -> Result<(), StepError> {
    record(world, &party, RecordingMode::Always)
}

/// The platform records every call of this person, who may pause it.
#[cucumber::given(expr = "{party}'s calls are always recorded, with pause and resume")]
fn always_with_pause(world: &mut World, party: Party) -> Result<(), StepError> {
    record(world, &party, RecordingMode::AlwaysWithPause)
}

/// The platform records what this person asks it to, from then on.
#[cucumber::given(expr = "{party}'s calls are recorded on demand")]
fn on_demand(world: &mut World, party: Party) -> Result<(), StepError> {
    record(world, &party, RecordingMode::OnDemand)
}

/// The platform records every call of this person, and keeps what they ask it to keep.
#[cucumber::given(expr = "{party}'s calls are kept on demand")]
fn kept_on_demand(world: &mut World, party: Party) -> Result<(), StepError> {
    record(world, &party, RecordingMode::KeptOnDemand)
}

/// The platform records no call of this person: as it is until somebody says otherwise.
#[cucumber::given(expr = "{party}'s calls are never recorded")]
fn never_recorded(world: &mut World, party: Party) -> Result<(), StepError> {
    record(world, &party, RecordingMode::Never)
}

/// Whatever way the scenario says; here it is this one.
#[cucumber::given(expr = "{party} controls recordings with {way}")]
fn controls_with(world: &mut World, party: Party, way: Way) -> Result<(), StepError> {
    world.tell(&party.0, Command::ControlBy(way.0))
}

fn record(world: &mut World, party: &Party, mode: RecordingMode) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    let command = Command::Record(number, mode);
    // Where there is somebody to do it, it is done as in the field.
    if let Some(admin) = administrator(world.scenario()?.as_ref()) {
        return has_it_done(world, &admin, command);
    }
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, command)
}
