//! Announcements that can be known again: which one is played, in which language, and how far it
//! has come.
//!
//! An announcement has a voice of its own kind, with a number that no person has, and its moments
//! are those of the language first, then of the position.

use std::fmt;
use std::time::Duration;

use super::voice::{Mark, Voice};
use super::wave::SYMBOL;

/// What an announcement tells the people on a call.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Message {
    /// The call is recorded from here on.
    Started,
    /// The recording has ended, while the call goes on.
    Stopped,
    /// The recording is paused.
    Paused,
    /// The recording goes on after a pause.
    Resumed,
    /// The call may be recorded (the compliance announcement to callers from outside).
    Compliance,
    /// The call cannot be recorded, and ends for that reason.
    FailedAndEnds,
    /// The call cannot be recorded, and goes on.
    FailedAndProceeds,
    /// Nobody answers, and a message can be left after the beep.
    Greeting,
}

impl Message {
    const ALL: [Self; 8] = [
        Self::Started,
        Self::Stopped,
        Self::Paused,
        Self::Resumed,
        Self::Compliance,
        Self::FailedAndEnds,
        Self::FailedAndProceeds,
        Self::Greeting,
    ];
}

/// An announcement in one language.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Prompt {
    message: Message,
    language: u8,
}

impl Prompt {
    /// How many languages an announcement can have.
    pub const LANGUAGES: u8 = 30;

    /// How long an announcement can be: 30 seconds.
    pub const LONGEST: Duration = Duration::from_secs(30);

    /// An announcement of `message` in one of [`Prompt::LANGUAGES`], counted from 0.
    pub const fn new(message: Message, language: u8) -> Option<Self> {
        if language < Self::LANGUAGES { Some(Self { message, language }) } else { None }
    }

    /// What it tells.
    pub const fn message(self) -> Message {
        self.message
    }

    /// In which language, counted from 0.
    pub const fn language(self) -> u8 {
        self.language
    }

    /// The 20 ms at `position`, counted in 20 ms from the start; nothing after
    /// [`Prompt::LONGEST`].
    pub fn play(self, position: u16) -> Option<[i16; SYMBOL]> {
        let mark = Cue::new(self, position)?.mark();
        Some(mark.voice().speak(mark.moment()))
    }

    /// As [`Prompt::play`], at 16 kHz: for G.722.
    pub fn play_wide(self, position: u16) -> Option<[i16; 2 * SYMBOL]> {
        let mark = Cue::new(self, position)?.mark();
        Some(mark.voice().speak_wide(mark.moment()))
    }
}

/// A place in an announcement.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Cue {
    /// Which announcement.
    pub prompt: Prompt,
    position: u16,
}

impl Cue {
    /// The place `position` times 20 ms from the start of `prompt`, if it can be as long.
    pub const fn new(prompt: Prompt, position: u16) -> Option<Self> {
        if position < POSITIONS { Some(Self { prompt, position }) } else { None }
    }

    /// How far from the start, in 20 ms.
    pub const fn position(self) -> u16 {
        self.position
    }

    /// The mark that stands for this place.
    pub fn mark(self) -> Mark {
        let number = FIRST_NUMBER + self.prompt.message as u8;
        let voice = Voice::numbered(number).expect("eight numbers follow the people's");
        let moment = u32::from(self.prompt.language) * u32::from(POSITIONS);
        Mark::new(voice, moment + u32::from(self.position))
    }

    /// The place that a mark stands for, unless it is a person's.
    pub fn of_mark(mark: Mark) -> Option<Self> {
        let kind = mark.voice().number().checked_sub(FIRST_NUMBER)?;
        let message = *Message::ALL.get(usize::from(kind))?;
        let language = u8::try_from(mark.moment() / u32::from(POSITIONS)).ok()?;
        let position = u16::try_from(mark.moment() % u32::from(POSITIONS)).ok()?;
        Some(Self { prompt: Prompt::new(message, language)?, position })
    }
}

impl fmt::Display for Cue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prompt: Prompt { message, language }, position } = self;
        let (seconds, rest) = (position / 50, position % 50 * 2);
        write!(f, "announcement {message:?} in language {language} at {seconds}.{rest:02} s")
    }
}

const FIRST_NUMBER: u8 = Voice::PEOPLE;
/// Thirty seconds of 20 ms.
const POSITIONS: u16 = 1_500;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Sound, hear};

    #[test]
    fn each_place_of_each_announcement_is_known_again() {
        for message in Message::ALL {
            for language in 0..Prompt::LANGUAGES {
                let prompt = Prompt::new(message, language).unwrap();
                for position in [0, 1, 749, POSITIONS - 1] {
                    let cue = Cue::new(prompt, position).unwrap();
                    assert_eq!(hear(&prompt.play(position).unwrap()).sound, Sound::Prompt(cue));
                }
            }
        }
    }

    #[test]
    fn an_announcement_ends() {
        let prompt = Prompt::new(Message::Paused, 0).unwrap();
        assert_eq!(prompt.play(POSITIONS), None);
        assert_eq!(Prompt::new(Message::Paused, Prompt::LANGUAGES), None);
    }

    #[test]
    fn no_person_sounds_like_an_announcement() {
        for person in 0..Voice::PEOPLE {
            let mark = Mark::new(Voice::of_person(person).unwrap(), 12);
            assert_eq!(Cue::of_mark(mark), None);
        }
    }
}
