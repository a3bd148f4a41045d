//! Calls whose media looks for its way, and calls whose media does not.

use std::time::Duration;

use super::calls;
use super::outcome::StepError;
use super::words::{Count, Party};
use super::world::World;
use crate::check::delay;
use crate::evidence::Kind;
use crate::role::{Command, RecordingMode};

/// One calls the other so often in each of four ways: with and without a search for the way of
/// the media (ICE), with and without recording. Whether that is what happened is judged by what is
/// seen.
#[cucumber::when(expr = "{party} calls {party} {count} times in each of four ways")]
fn calls_in_four_ways(
    world: &mut World,
    caller: Party,
    callee: Party,
    times: Count,
) -> Result<(), StepError> {
    let number = world.number_of(&caller.0)?;
    let platform = world.part(Kind::Platform)?;
    for (finds, mode) in WAYS {
        world.tell(&platform, Command::Record(number.clone(), mode))?;
        for phone in [&caller, &callee] {
            world.tell(&phone.0, Command::FindWays(finds))?;
        }
        for _ in 0..times.0 {
            calls::calls(world, caller.clone(), callee.clone())?;
            calls::answers(world, callee.clone())?;
            world.pass(WORDS)?;
            calls::hangs_up(world, caller.clone())?;
        }
    }
    Ok(())
}

/// With the search alone every call has its first words later than any call without.
#[cucumber::then("the search for a way delays the first words")]
fn search_delays(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| delay::search_delays(timeline))
}

/// With recording alone every call has its first words later than any call without.
#[cucumber::then("recording delays the first words")]
fn recording_delays(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| delay::recording_delays(timeline))
}

/// With both, every call has its first words later than any call with one of them.
#[cucumber::then("both together delay the first words more than either")]
fn both_delay_more(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| delay::both_delay_more(timeline))
}

const WAYS: [(bool, RecordingMode); 4] = [
    (false, RecordingMode::Never),
    (true, RecordingMode::Never),
    (false, RecordingMode::Always),
    (true, RecordingMode::Always),
];
/// Enough to hear the first.
const WORDS: Duration = Duration::from_secs(1);
