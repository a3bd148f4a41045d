//! Sounds that can be known again: time-coded speech, tones, announcements; making them and
//! finding them.

mod code;
mod hear;
mod level;
mod listener;
mod mix;
mod prompt;
mod spectrum;
mod voice;
mod wave;

pub use hear::{Heard, Sound, hear};
pub use level::Level;
pub use listener::Listener;
pub use mix::mix;
pub use prompt::{Cue, Message, Prompt};
pub use voice::{Mark, Voice};
