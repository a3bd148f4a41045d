//! What the runner needs of a world.

use std::fmt;

use cucumber::codegen::WorldInventory;

use super::feature::Example;
use super::outcome::StepError;

/// A world in which examples are played: it is made anew for each, set up before the first step,
/// and asked at the end for what is worth keeping, however the example ended.
pub trait Stage: cucumber::World + WorldInventory + fmt::Debug {
    /// What an example is played on: a scenario, a seed, where evidence goes.
    type Setting: Send + Sync + 'static;
    /// What is left of the world: verdicts, evidence, how much time it simulated.
    type Kept: Send + 'static;

    /// Sets the world up. On `Err` no step is played; [`finish`](Self::finish) still is.
    fn begin(&mut self, setting: &Self::Setting, example: &Example) -> Result<(), StepError>;

    /// Ends the world. It may have been left in the middle of a step that failed or panicked.
    fn finish(&mut self) -> Result<Self::Kept, StepError>;
}
