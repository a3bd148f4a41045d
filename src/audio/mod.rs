//! Sounds that can be known again: time-coded speech, tones, announcements; making them and
//! finding them.

mod code;
mod hear;
mod level;
mod mix;
mod narrow;
mod phasor;
mod prompt;
mod spectrum;
mod voice;
mod wave;

pub use hear::{Heard, Sound, hear};
pub use level::Level;
pub use mix::mix;
pub use narrow::narrow;
pub use prompt::{Cue, Message, Prompt};
pub use voice::{Mark, Voice};
