//! What befalls the recorder.

use super::outcome::StepError;
use super::words::Span;
use super::world::World;
use crate::evidence::Kind;
use crate::role::Command;

/// The recorder refuses every recording session.
#[cucumber::given("the recorder refuses")]
fn refuses(world: &mut World) -> Result<(), StepError> {
    break_recorder(world, "refuse")
}

/// The recorder takes recording sessions, and refuses to pause them.
#[cucumber::given("the recorder refuses to be paused")]
fn refuses_pauses(world: &mut World) -> Result<(), StepError> {
    break_recorder(world, "refuse-pauses")
}

/// The recorder does not answer: nobody is there.
#[cucumber::given("the recorder is away")]
fn is_away(world: &mut World) -> Result<(), StepError> {
    break_recorder(world, "be-dead")
}

/// The recorder accepts every recording session with an answer that is none.
#[cucumber::given("the recorder answers rubbish")]
fn answers_rubbish(world: &mut World) -> Result<(), StepError> {
    break_recorder(world, "answer-rubbish")
}

/// The recorder takes this long to answer.
#[cucumber::given(expr = "the recorder answers after {duration}")]
fn answers_late(world: &mut World, span: Span) -> Result<(), StepError> {
    break_recorder(world, &format!("answer-late {}", span.0.as_millis()))
}

/// The recorder falls silent for good.
#[cucumber::when("the recorder dies")]
fn dies(world: &mut World) -> Result<(), StepError> {
    world.set_mark()?;
    break_recorder(world, "be-dead")
}

/// Every recording session ends, and the calls that are recorded go on.
#[cucumber::when("the recorder goes out of service")]
fn goes_out_of_service(world: &mut World) -> Result<(), StepError> {
    let recorder = world.part(Kind::Recorder)?;
    world.set_mark()?;
    world.tell(&recorder, Command::HangUp)?;
    world.pass(AFTERMATH)
}

fn break_recorder(world: &mut World, how: &str) -> Result<(), StepError> {
    let recorder = world.part(Kind::Recorder)?;
    world.tell(&recorder, Command::Break(how.to_owned()))
}

/// Until everybody knows, on any network of ours.
const AFTERMATH: std::time::Duration = std::time::Duration::from_secs(2);
