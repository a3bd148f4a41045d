//! Sounds that can be known again: time-coded speech, tones, announcements; making them and
//! finding them.

mod burst;
mod code;
mod hear;
mod level;
mod listener;
mod mix;
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
pub use prompt::{Cue, Message, Prompt};
pub use tone::Tone;
pub use tone_finder::ToneFinder;
pub use voice::{Mark, Voice};
