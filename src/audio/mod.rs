//! Sounds that can be known again: time-coded speech, tones, announcements; making them and
//! finding them.
//!
//! A person's [`Voice`] says a symbol of 20 ms for each moment of their speech: nine tones at once,
//! which say who speaks and when ([`Mark`]). [`hear`] knows a symbol by itself; a [`Listener`]
//! follows a stream, in which symbols may begin anywhere, several voices speak, and the clock is
//! not ours. A [`Prompt`] is an announcement in the same code. A [`Tone`] is a beep, and a
//! [`ToneFinder`] measures when it was heard, how long, how high and how loud.
//!
//! Nothing here depends on the machine: the same samples are made everywhere, and heard alike.

mod burst;
mod code;
mod hear;
mod level;
mod listener;
mod mix;
mod narrow;
mod phasor;
mod prompt;
mod spectrum;
mod tone;
mod tone_finder;
mod voice;
mod wave;

pub use burst::Burst;
pub use hear::{Heard, Sound, hear};
pub use level::Level;
pub use listener::Listener;
pub use mix::mix;
pub use narrow::narrow;
pub use prompt::{Cue, Message, Prompt};
pub use tone::Tone;
pub use tone_finder::ToneFinder;
pub use voice::{Mark, Voice};
