//! The world in which the sentences of this house are played. (A stub: it can be set up, and
//! knows no sentence yet.)

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::scenario::Scenario;

use super::feature::Example;
use super::outcome::StepError;
use super::stage::Stage;

/// One example's cast on one scenario's network, and what has been seen of them.
#[derive(Debug, Default, cucumber::World)]
pub struct World {}

/// What an example is played on.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The cast, the network, the budgets.
    pub scenario: Arc<Scenario>,
    /// Where all randomness comes from.
    pub seed: u64,
    /// The folder that evidence is written to.
    pub evidence: Option<PathBuf>,
    /// The file that packets are written to.
    pub pcap: Option<PathBuf>,
}

/// What is left of a world.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// How much virtual time went by; `None` on the wire.
    pub simulated: Option<Duration>,
}

impl Stage for World {
    type Setting = Setting;
    type Kept = Kept;

    fn begin(&mut self, _setting: &Setting, _example: &Example) -> Result<(), StepError> {
        Ok(())
    }

    fn finish(&mut self) -> Result<Kept, StepError> {
        Ok(Kept::default())
    }
}

/// The files that define sentences, as `file!` names them, for the documentation in
/// `tallylight steps`.
pub const SOURCES: &[(&str, &str)] = &[];
