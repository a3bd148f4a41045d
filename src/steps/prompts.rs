//! What people are told of a recording: announcements, beeps, and the tone that reminds them.

use super::outcome::StepError;
use super::prompt_words::{Calls, Chosen, Heard, Language, Listeners, Told};
use super::words::{Party, Span};
use super::world::World;
use crate::check::prompts::{self, News};
use crate::check::{prompts_told, prompts_tones};
use crate::evidence::Kind;
use crate::role::platform::language;
use crate::role::{Command, Notice, Signal};

/// The begin and the end of this person's recordings are announced to everybody on these calls.
#[cucumber::given(expr = "{party}'s recordings are announced on {calls}")]
fn are_announced(world: &mut World, party: Party, calls: Calls) -> Result<(), StepError> {
    notify(world, &party, Notice::Announce(calls.0))
}

/// A pause of this person's recordings, and its end, are told in words or by a beep.
#[cucumber::given(expr = "a/an {sound} tells of pauses of {party}'s recordings")]
fn pauses_are_told(world: &mut World, sound: Heard, party: Party) -> Result<(), StepError> {
    let signal = match sound {
        Heard::Announcement => Signal::Announcement,
        Heard::Tone => Signal::Beep,
    };
    notify(world, &party, Notice::Pauses(signal))
}

/// The reminder tone was switched on for this person's recordings, and nothing else said of it.
#[cucumber::given(expr = "a tone reminds everybody of {party}'s recordings")]
fn tone(world: &mut World, party: Party) -> Result<(), StepError> {
    notify(world, &party, Notice::RemindAsUsual)
}

/// The administrator asked for a reminder as often as this; the platform may refuse.
#[cucumber::given(expr = "a tone every {duration} is asked for in {party}'s recordings")]
fn tone_every(world: &mut World, span: Span, party: Party) -> Result<(), StepError> {
    notify(world, &party, Notice::Remind(Some(span.0)))
}

/// This person is reached over the public telephone network.
#[cucumber::given(expr = "{party} is outside the company")]
fn is_outside(world: &mut World, party: Party) -> Result<(), StepError> {
    notify(world, &party, Notice::Outside(true))
}

/// The language that the platform knows of this person.
#[cucumber::given(expr = "{party} speaks {language}")]
fn speaks(world: &mut World, party: Party, language: Language) -> Result<(), StepError> {
    notify(world, &party, Notice::Language(language.0.to_owned()))
}

/// The platform does what the product leaves open in this way.
#[cucumber::given(expr = "the platform {choice}")]
fn chooses(world: &mut World, choice: Chosen) -> Result<(), StepError> {
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, Command::Choose(choice.0))
}

/// Each of them heard the announcement, whole, and the others did not.
#[cucumber::then(expr = "{listeners} is/are told that {news}")]
fn is_told(world: &mut World, listeners: Listeners, news: Told) -> Result<(), StepError> {
    let news = News { message: news.0, language: None, within: None };
    world.judge(|timeline, _| prompts::told(timeline, &listeners.0, news))
}

/// Each of them heard the announcement so soon after what it tells of, and the others did not.
#[cucumber::then(expr = "{listeners} is/are told within {duration} that {news}")]
fn is_told_within(
    world: &mut World,
    listeners: Listeners,
    span: Span,
    news: Told,
) -> Result<(), StepError> {
    let news = News { message: news.0, language: None, within: Some(span.0) };
    world.judge(|timeline, _| prompts::told(timeline, &listeners.0, news))
}

/// Each of them heard the announcement in this language, and the others did not.
#[cucumber::then(expr = "{listeners} is/are told in {language} that {news}")]
fn is_told_in(
    world: &mut World,
    listeners: Listeners,
    tongue: Language,
    news: Told,
) -> Result<(), StepError> {
    let news = News { message: news.0, language: Some(language(tongue.0)), within: None };
    world.judge(|timeline, _| prompts::told(timeline, &listeners.0, news))
}

/// Neither side of any recording of the call holds such a sound.
#[cucumber::then(expr = "no {sound} is on the recording")]
fn is_not_recorded(world: &mut World, sound: Heard) -> Result<(), StepError> {
    world.judge(|timeline, _| match sound {
        Heard::Announcement => prompts::none_is_recorded(timeline),
        Heard::Tone => prompts_tones::tones_are_recorded(timeline, false),
    })
}

/// Each recording of the call holds such a sound.
#[cucumber::then(expr = "the {sound} is on the recording")]
fn is_recorded(world: &mut World, sound: Heard) -> Result<(), StepError> {
    world.judge(|timeline, _| match sound {
        Heard::Announcement => prompts::one_is_recorded(timeline),
        Heard::Tone => prompts_tones::tones_are_recorded(timeline, true),
    })
}

/// Each recording of the call begins with the announcement, whole.
#[cucumber::then("the recording begins with the announcement")]
fn begins_with_announcement(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| prompts::begins_with_one(timeline))
}

/// The recorder was told what was played, when, for how long, and who heard it.
#[cucumber::then("the recorder knows what everybody was told")]
fn recorder_knows(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| prompts_told::recorder_knows(timeline))
}

/// Each of them hears a tone every 12 to 15 seconds.
#[cucumber::then(expr = "{listeners} hear(s) a tone as often as regulators once asked")]
fn hears_as_regulated(world: &mut World, listeners: Listeners) -> Result<(), StepError> {
    world.judge(|timeline, _| prompts_tones::as_often_as_regulators_asked(timeline, &listeners.0))
}

/// Each of them hears the tone as often as this, without drift, and as it should sound.
#[cucumber::then(expr = "{listeners} hear(s) a tone every {duration}")]
fn hears_every(world: &mut World, listeners: Listeners, span: Span) -> Result<(), StepError> {
    world.judge(|timeline, _| prompts_tones::reminded(timeline, &listeners.0, span.0))
}

/// Each of them heard a tone, and the others did not.
#[cucumber::then(expr = "{listeners} hear(s) a tone")]
fn hears_a_tone(world: &mut World, listeners: Listeners) -> Result<(), StepError> {
    world.judge(|timeline, _| prompts_tones::hears_a_tone(timeline, &listeners.0))
}

/// No tone is heard from a pause to its end, but what tells of them.
#[cucumber::then("nobody hears a tone during the pause")]
fn silent_in_pauses(world: &mut World) -> Result<(), StepError> {
    world.judge(|timeline, _| prompts_tones::silent_in_pauses(timeline))
}

fn notify(world: &mut World, party: &Party, notice: Notice) -> Result<(), StepError> {
    let number = world.number_of(&party.0)?;
    let platform = world.part(Kind::Platform)?;
    world.tell(&platform, Command::Notify(number, notice))
}
