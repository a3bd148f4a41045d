//! Sounds that can be known again: time-coded speech, tones, announcements; making them and
//! finding them.

mod burst;
mod code;
mod hear;
mod level;
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
pub use mix::mix;
pub use narrow::narrow;
pub use prompt::{Cue, Message, Prompt};
pub use tone::Tone;
pub use tone_finder::ToneFinder;
pub use voice::{Mark, Voice};
