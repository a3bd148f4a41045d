//! What can be said of 20 ms of sound by themselves.

use super::Level;
use super::code::{Chord, GROUPS};
use super::prompt::Cue;
use super::spectrum::{FIRST, Powers, Spectrum};
use super::voice::Mark;
use super::wave::SYMBOL;

/// What a piece of sound is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Sound {
    /// Nothing, or less than -60 dBm0.
    Silence,
    /// Somebody speaks.
    Voice(Mark),
    /// An announcement is played.
    Prompt(Cue),
    /// A steady tone of one frequency.
    Tone {
        /// The frequency in hertz, to about 5 Hz.
        hertz: u16,
    },
    /// Several voices at once, which cannot be told apart here.
    Mixed,
    /// Anything else: noise, real speech, music, dialled digits.
    Unknown,
}

impl Sound {
    /// The sound of a mark: a person's voice, or an announcement.
    pub(super) fn of_mark(mark: Mark) -> Self {
        Cue::of_mark(mark).map_or(Self::Voice(mark), Self::Prompt)
    }

    /// The mark of a voice or an announcement.
    pub(super) fn mark(self) -> Option<Mark> {
        match self {
            Self::Voice(mark) => Some(mark),
            Self::Prompt(cue) => Some(cue.mark()),
            _ => None,
        }
    }
}

/// A sound, and how loud it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heard {
    /// What it is.
    pub sound: Sound,
    /// How loud it is: of a voice among others, its own part.
    pub level: Level,
}

/// Tells what a frame holds, if a symbol begins with it (to within 2 ms) and one voice speaks.
///
/// Two voices at once are [`Sound::Mixed`], never a guess at names: a [`super::Listener`], which
/// hears what comes before and after, tells them apart.
pub fn hear(frame: &[i16; SYMBOL]) -> Heard {
    judge(&Spectrum::of(&frame.map(f32::from)).powers())
}

/// Tells what a window with these powers holds.
pub(super) fn judge(powers: &Powers) -> Heard {
    let sound = if powers.mean_square < SILENCE {
        Sound::Silence
    } else if let Some((mark, share)) = alone(powers)
        && share >= SHARE_OF_ONE_VOICE
    {
        Sound::of_mark(mark)
    } else if let Some(hertz) = tone(powers) {
        Sound::Tone { hertz }
    } else if is_mixed(powers) {
        Sound::Mixed
    } else {
        Sound::Unknown
    };
    Heard { sound, level: Level::of_mean_square(powers.mean_square.into()) }
}

/// The mark that is heard if one voice speaks, and its share of all the power.
///
/// Each group must have one tone that stands out by 6 dB, and the nine must be about equally loud,
/// as no chord of music and no noise is.
pub(super) fn alone(powers: &Powers) -> Option<(Mark, f32)> {
    let mut digits = [0; GROUPS];
    let (mut loudest, mut faintest, mut sum) = (0.0_f32, f32::MAX, 0.0);
    for (digit, group) in digits.iter_mut().zip(powers.groups()) {
        let (mut best, mut second) = (0.0, 0.0);
        for (candidate, power) in (0..).zip(group) {
            if power > best {
                (second, best, *digit) = (best, power, candidate);
            } else if power > second {
                second = power;
            }
        }
        if best < STANDS_OUT * second {
            return None;
        }
        (loudest, faintest, sum) = (loudest.max(best), faintest.min(best), sum + best);
    }
    if faintest * PLAUSIBLE_SPREAD < loudest {
        return None;
    }
    let mark = Chord::checked(digits)?.mark()?;
    Some((mark, sum / powers.mean_square))
}

/// The frequency, if nearly all the power is at one.
fn tone(powers: &Powers) -> Option<u16> {
    let power = |n: usize| powers.harmonics.get(n).copied().unwrap_or(0.0);
    let (at, &best) = powers.harmonics.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
    let (below, above) = (power(at.wrapping_sub(1)), power(at + 1));
    let near = power(at.wrapping_sub(2)) + below + best + above + power(at + 2);
    if near < SHARE_OF_A_TONE * powers.mean_square {
        return None;
    }
    // A sine between two frequencies of the transform is seen at both, in inverse proportion to
    // its distance from each.
    let (neighbour, sign) = if below > above { (below, -1.0) } else { (above, 1.0) };
    let offset = sign * neighbour.sqrt() / (best.sqrt() + neighbour.sqrt());
    #[expect(clippy::cast_precision_loss, reason = "at most 68")]
    let hertz = ((FIRST + at) as f32 + offset) * 50.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "200 to 3,450")]
    Some(hertz.round() as u16)
}

/// Whether the power is all in a few tones, with some in every group, as in two or three voices.
fn is_mixed(powers: &Powers) -> bool {
    let mut sum = 0.0;
    let mut faintest = f32::MAX;
    for mut group in powers.groups() {
        group.sort_by(|a, b| b.total_cmp(a));
        sum += group[0] + group[1] + group[2];
        faintest = faintest.min(group[0]);
    }
    sum >= SHARE_OF_A_MIX * powers.mean_square
        && faintest * PLAUSIBLE_SPREAD * 9.0 >= powers.mean_square
}

/// The mean square of -60 dBm0. The idle noise of A-law, which has no zero, is 6 dB below.
pub(super) const SILENCE: f32 = 260.5;

/// A voice that has this share of the power is alone: what else there is, is 13 dB below it.
const SHARE_OF_ONE_VOICE: f32 = 0.95;
const SHARE_OF_A_TONE: f32 = 0.85;
const SHARE_OF_A_MIX: f32 = 0.9;
/// 6 dB.
const STANDS_OUT: f32 = 4.0;
/// 15 dB: a telephone line may bend a spectrum as much.
const PLAUSIBLE_SPREAD: f32 = 32.0;

#[cfg(test)]
mod tests {
    use super::super::wave::turned;
    use super::*;
    use crate::audio::{Voice, mix};

    fn said(person: u8, moment: u32) -> [i16; SYMBOL] {
        Voice::of_person(person).unwrap().speak(moment)
    }

    #[test]
    fn a_voice_is_known_and_its_level_measured() {
        let heard = hear(&said(17, 2_345));
        let mark = Mark::new(Voice::of_person(17).unwrap(), 2_345);
        assert_eq!(heard.sound, Sound::Voice(mark));
        assert!((heard.level.dbm0() + 16.0).abs() < 0.1);
    }

    #[test]
    fn each_speaker_and_each_moment_is_told_apart_from_every_other() {
        let everybody = (0..Voice::PEOPLE).flat_map(|person| {
            (0..50).map(move |n| (person, (n * 907 + u32::from(person) * 131) % Mark::CYCLE))
        });
        let every_moment = [0, 111]
            .into_iter()
            .flat_map(|person| (0..Mark::CYCLE).map(move |moment| (person, moment)));
        for (person, moment) in everybody.chain(every_moment) {
            let mark = Mark::new(Voice::of_person(person).unwrap(), moment);
            assert_eq!(hear(&said(person, moment)).sound, Sound::Voice(mark));
        }
    }

    #[test]
    fn a_frame_that_begins_up_to_2_ms_late_is_still_known() {
        let speech: Vec<i16> = (0..3).flat_map(|moment| said(1, moment)).collect();
        for late in 0..=4 {
            for at in [160 - late, 160 + late] {
                let frame = speech[at..at + 160].try_into().unwrap();
                let mark = Mark::new(Voice::of_person(1).unwrap(), 1);
                assert_eq!(hear(frame).sound, Sound::Voice(mark), "{late} samples");
            }
        }
    }

    #[test]
    fn two_voices_are_a_mix_without_names() {
        for moment in 0..1_000 {
            let mut frame = [0; SYMBOL];
            mix(&[&said(1, moment), &said(2, 3 * moment + 7)], &mut frame);
            assert_eq!(hear(&frame).sound, Sound::Mixed);
        }
    }

    #[test]
    fn a_tone_is_known_by_its_frequency() {
        for hertz in (300..3_400).step_by(7) {
            let frame = std::array::from_fn(|n| {
                let turns = f64::from(hertz) * f64::from(u16::try_from(n).unwrap()) / 8_000.0;
                #[expect(clippy::cast_possible_truncation, reason = "at most 4,000")]
                let sample = (4_000.0 * turned(turns).1) as i16;
                sample
            });
            let Sound::Tone { hertz: found } = hear(&frame).sound else {
                panic!("{hertz} Hz is {:?}", hear(&frame));
            };
            assert!(found.abs_diff(hertz) <= 5, "{hertz} Hz heard as {found} Hz");
        }
    }

    #[test]
    fn the_idle_noise_of_a_law_is_silence() {
        assert_eq!(hear(&[8; SYMBOL]).sound, Sound::Silence);
        assert_eq!(hear(&[0; SYMBOL]).sound, Sound::Silence);
        assert_eq!(hear(&[i16::MIN; SYMBOL]).sound, Sound::Unknown);
    }
}
