//! The parts that can be played, each a state machine that touches no socket and asks no clock.

pub mod admin;
mod asker;
mod control;
mod diversion;
mod failure;
mod latch;
mod notices;
pub mod phone;
pub mod platform;
pub mod portal;
mod ports;
pub mod recorder;
mod way;

pub use asker::{Asker, Failed, answer, asked};
pub use control::{Channel, Control, RecordWords, RecordingMode};
pub use diversion::{Elsewhere, Occasion};
pub use failure::{Heartbeat, RecorderChoice};
pub use notices::{
    Announced, Choice, Compliance, Failure, Notice, Notices, OutOfRange, Signal, Surface,
};
pub use ports::Ports;

use std::fmt;
use std::time::Duration;

use crate::packet::Packet;
use crate::sip::agent::SessionTimer;
use crate::time::Instant;
use recorder::library::{AfterMigration, Base};

/// A part in the scenario.
///
/// After every [`handle_input`](Self::handle_input) the testbed calls
/// [`poll_output`](Self::poll_output) until it yields [`Output::Timeout`]: the deadline is the
/// last word of every drain, so it cannot be read too early.
///
/// There is no `Result` here: a part that receives rubbish answers 400 or stays silent, as a
/// telephone would.
pub trait Role: Send {
    /// Takes one input. `now` never goes backwards.
    fn handle_input(&mut self, now: Instant, input: Input);
    /// Yields what the part wants next.
    fn poll_output(&mut self) -> Output;
}

/// What a part can be given.
#[derive(Clone, Debug)]
pub enum Input {
    /// A person does something with this part.
    Command(Command),
    /// A packet reached one of the part's addresses.
    Packet(Packet),
    /// The network says that it could not deliver this packet of the part's: a connection was
    /// refused or broke (RFC 3261 section 18.4), or an ICMP error came back.
    Undeliverable(Packet),
    /// The deadline named by the last [`Output::Timeout`] has come.
    Timeout,
}

/// What a part can say.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send this.
    Transmit(Packet),
    /// Nothing more to do until this moment, or until the next input.
    Timeout(Option<Instant>),
}

/// What a person does at a part: a subscriber at a phone, an administrator at the platform,
/// somebody with a spanner at the recorder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Command {
    /// Dials a number (E.164, `+12025550102`).
    Call(String),
    /// Takes the call that rings.
    Answer,
    /// Refuses the call that rings.
    Decline,
    /// Puts the receiver down, whatever state the call is in.
    HangUp,
    /// Puts the call on hold.
    Hold,
    /// Takes the call up again.
    Resume,
    /// Hands the call on to a number (E.164), and hangs up.
    Transfer(String),
    /// Lets the two people whom it talks to in two calls talk to each other, and hangs up.
    Connect,
    /// Joins all its calls into one.
    Merge,
    /// Says nothing any more, while the calls go on.
    FallSilent,
    /// Presses keys during a call: digits, `*`, `#`, `A` to `D`.
    Press(String),
    /// Sets whose calls are recorded: a number, and the mode.
    Record(String, RecordingMode),
    /// Asks for something to be done with the recording of the call.
    Control(Control),
    /// Asks for it by this way from now on.
    ControlBy(Channel),
    /// Decides what a platform does with recorders that fail.
    Recorders(RecorderChoice),
    /// Decides where a number's calls go that it does not take.
    Divert(String, Occasion, Elsewhere),
    /// Decides whether the messages that a number gets and leaves are recorded.
    RecordMessages(String, bool),
    /// Sets what the people on a user's recorded calls are told: a number, and one setting.
    Notify(String, Notice),
    /// Settles for the whole platform what the product leaves open.
    Choose(Choice),
    /// Looks for the best way of its media from the next call on (ICE), or not.
    FindWays(bool),
    /// Does something at the settings API.
    Administer(admin::Errand),
    /// Lets things stand like this before an administrator does anything.
    Arrange(admin::Arrangement),
    /// Makes a part be wrong on purpose from now on, by the name of the fault.
    Break(String),
    /// From when on the recorder keeps what is old when its user moves to the free plan.
    CountDays(AfterMigration),
    /// What the recorder counts the age of a recording from.
    CountAge(Base),
    /// Lets somebody do something in a portal.
    Visit(portal::Visit),
}

/// As the deed stands on the timeline, after the name of whoever does it.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(number) => write!(f, "calls {number}"),
            Self::Answer => f.write_str("answers"),
            Self::Decline => f.write_str("declines"),
            Self::HangUp => f.write_str("hangs up"),
            Self::Hold => f.write_str("puts the call on hold"),
            Self::Resume => f.write_str("resumes the call"),
            Self::Transfer(number) => write!(f, "hands the call on to {number}"),
            Self::Connect => f.write_str("connects the two others"),
            Self::FallSilent => f.write_str("falls silent"),
            Self::Merge => f.write_str("joins the calls"),
            Self::Press(keys) => write!(f, "presses {keys}"),
            Self::Record(number, mode) => write!(f, "records {number}: {mode}"),
            Self::Control(control) => write!(f, "{control} the recording"),
            Self::ControlBy(channel) => write!(f, "controls recordings by {channel}"),
            Self::Recorders(choice) => write!(f, "{choice}"),
            Self::Divert(number, when, to) => {
                write!(f, "sends the calls of {number} to {to} {when}")
            }
            Self::RecordMessages(number, true) => write!(f, "records the messages of {number}"),
            Self::RecordMessages(number, false) => write!(f, "records no messages of {number}"),
            Self::Notify(number, notice) => write!(f, "sets {number}: {notice}"),
            Self::Choose(choice) => write!(f, "chooses {choice}"),
            Self::FindWays(true) => f.write_str("looks for the best way of its media"),
            Self::FindWays(false) => f.write_str("sends its media where it is told"),
            Self::Administer(errand) => errand.fmt(f),
            Self::Arrange(arrangement) => arrangement.fmt(f),
            Self::CountDays(AfterMigration::FromMigration) => {
                f.write_str("counts thirty days from the move to the free plan")
            }
            Self::CountDays(AfterMigration::FromRecording) => {
                f.write_str("counts thirty days from the recording")
            }
            Self::CountAge(base) => write!(f, "counts the age of recordings from {base}"),
            Self::Visit(visit) => visit.fmt(f),
            Self::Break(fault) => write!(f, "breaks: {fault}"),
        }
    }
}

/// Every part asks for a session timer, so that nothing outlives a peer that died without a word:
/// half an hour as RFC 4028 section 4.2 recommends, and no less than it allows.
const SESSION_TIMER: SessionTimer = SessionTimer {
    interval: Some(Duration::from_mins(30)),
    least: Duration::from_secs(90),
    refresher: None,
};
