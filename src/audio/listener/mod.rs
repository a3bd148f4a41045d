//! Listening to a stream: who is heard in it, from where to where, alone or among others.
//!
//! While one voice speaks and its symbols begin where they are expected, each is read by itself.
//! Anything else is kept for four symbols, in which the voices that are known are looked for where
//! they should be, the loudest first, and taken out; in what remains, a voice is searched that
//! may begin anywhere. What nothing explains is reported for what it looks like.

mod gains;
mod recent;
mod search;
mod track;
mod voices;

use std::collections::VecDeque;

use self::gains::{Gains, whole};
use self::recent::Recent;
use self::search::search;
use self::voices::Voices;
use super::code::Chord;
use super::hear::{Heard, SILENCE, Sound, alone, judge};
use super::level::Level;
use super::spectrum::Powers;
use super::voice::Mark;
use super::wave::{STEP, SYMBOL};

/// Hears what is in one stream of 8 kHz audio.
#[derive(Debug)]
pub struct Listener {
    recent: Recent,
    /// Where the next window begins.
    cursor: u64,
    /// A search goes back no further.
    unclear_since: u64,
    /// The last symbol, if it was read by itself: it is still in `recent`.
    clear: Option<(u64, Mark)>,
    voices: Voices,
    /// Windows that have not been explained, at most [`PATIENCE`] symbols back.
    unexplained: VecDeque<(u64, Powers)>,
    /// How many searches running have found nothing.
    fruitless: u64,
}

impl Listener {
    /// A listener who has not heard anything yet.
    pub fn new() -> Self {
        Self {
            recent: Recent::new(0),
            cursor: 0,
            unclear_since: 0,
            clear: None,
            voices: Voices::default(),
            unexplained: VecDeque::new(),
            fruitless: 0,
        }
    }

    /// Takes the samples from `position` on, and adds what is heard to `heard`: for each symbol of
    /// each voice, and for each 20 ms of anything else, where it begins and what it is.
    ///
    /// The position of a packet is its RTP timestamp, extended to 64 bits. What is given again, or
    /// less than a second late, is left out; anything else that does not follow what came before
    /// begins a new stretch. A voice among others, or one whose symbols begin at places not seen
    /// before, is named two to four symbols after its first; otherwise the order is that of time.
    pub fn push(&mut self, position: u64, samples: &[i16], heard: &mut Vec<(u64, Heard)>) {
        let end = self.recent.end();
        if position > POSITION_MAX {
            return;
        }
        if position > end || end - position > LATE_AT_MOST {
            self.finish(heard);
            self.restart(position);
        }
        let known = usize::try_from(self.recent.end() - position).expect("at most a second");
        for chunk in samples.get(known..).unwrap_or_default().chunks(SYMBOL) {
            self.recent.append(chunk);
            while self.step(heard) {}
        }
    }

    /// Adds what can be said of the last samples, without those that would follow.
    pub fn finish(&mut self, heard: &mut Vec<(u64, Heard)>) {
        if !self.unexplained.is_empty() {
            let end = self.recent.end();
            self.voices.pursue(&mut self.recent, end, SILENCE, heard);
        }
        self.report(u64::MAX, heard);
    }

    /// Begins a new stretch at `position`, with the voices known so far.
    fn restart(&mut self, position: u64) {
        self.voices.skip(position, position.abs_diff(self.recent.end()));
        self.recent.restart(position);
        self.cursor = self.voices.next().unwrap_or(position);
        self.unclear_since = position;
        self.clear = None;
    }

    /// Deals with the window at the cursor; false if it is not complete.
    fn step(&mut self, heard: &mut Vec<(u64, Heard)>) -> bool {
        let Some(powers) = self.recent.powers(self.cursor) else { return false };
        let at = self.cursor;
        if powers.mean_square < SILENCE {
            self.report(u64::MAX, heard);
            heard.push((at, judge(&powers)));
            self.voices.silence();
            self.clear = None;
            self.cursor += STEP;
            self.unclear_since = self.cursor;
        } else if let Some((mark, share)) = alone(&powers)
            && share >= CLEAR
            && self.voices.are_none_but(mark, at)
        {
            self.report(u64::MAX, heard);
            let level = Level::of_mean_square(powers.mean_square.into());
            heard.push((at, Heard { sound: Sound::of_mark(mark), level }));
            self.voices.read(mark, at, &self.recent);
            self.clear = Some((at, mark));
            self.cursor += STEP;
            self.unclear_since = at;
            if share < CENTRED {
                self.keep_up();
            }
        } else {
            self.unclear(powers, heard);
        }
        true
    }

    /// Follows a clock that is not quite ours, by the last symbol that was read by itself.
    fn keep_up(&mut self) {
        if let Some((at, mark)) = self.clear
            && let Some(spectrum) = self.recent.spectrum(at)
        {
            let late = Gains::measured(&spectrum, Chord::of(mark)).lateness();
            self.cursor = self.cursor.saturating_add_signed(-whole(late).clamp(-2, 2));
            self.voices.keep_up(self.cursor);
        }
    }

    /// Looks for the voices in a window that none explains by itself.
    fn unclear(&mut self, powers: Powers, heard: &mut Vec<(u64, Heard)>) {
        self.take_out_clear();
        let at = self.cursor;
        self.voices.catch_up(self.unclear_since);
        let little = SILENCE.max(powers.mean_square * (1.0 - CLEAR));
        let explained = self.voices.pursue(&mut self.recent, at + STEP, little, heard);
        self.search(explained, little, heard);
        if self.is_left(at, powers.mean_square * REPORTED) {
            self.unexplained.push_back((at, powers));
        }
        self.cursor = self.voices.next().filter(|&next| next > at).unwrap_or(at + STEP);
        self.report(self.cursor.saturating_sub(PATIENCE * STEP), heard);
    }

    /// Takes the last symbol that was read by itself out of what has not been explained.
    fn take_out_clear(&mut self) {
        if let Some((at, mark)) = self.clear.take()
            && let Some(spectrum) = self.recent.spectrum(at)
        {
            let gains = Gains::measured(&spectrum, Chord::of(mark));
            self.voices.calibrate(&gains, at + STEP);
            self.recent.take_out(at, Chord::of(mark), &gains, &gains);
        }
    }

    /// Searches for voices in what is left before `explained`, if it is more than `little`.
    fn search(&mut self, explained: u64, little: f32, heard: &mut Vec<(u64, Heard)>) {
        let mut explained = explained;
        for _ in 0..VOICES_AT_ONCE {
            let last = explained.saturating_sub(STEP);
            if self.recent.unexplained(last) <= little {
                self.unclear_since = last;
                self.fruitless = 0;
                return;
            }
            self.fruitless = self.fruitless.saturating_add(1);
            if self.fruitless > FRUITLESS_MAX && !self.fruitless.is_multiple_of(PATIENCE) {
                return;
            }
            let Some(found) = search(&self.recent, self.unclear_since, explained) else { return };
            if !self.voices.take_up(found, &self.recent, self.unclear_since) {
                return;
            }
            self.fruitless = 0;
            explained = self.voices.pursue(&mut self.recent, explained, little, heard);
        }
    }

    /// Whether more than silence, and more than `mean_square`, is left of the window at `at`.
    fn is_left(&self, at: u64, mean_square: f32) -> bool {
        self.recent.unexplained(at) > mean_square.max(SILENCE)
    }

    /// Reports what has not been explained in windows before `position`.
    fn report(&mut self, position: u64, heard: &mut Vec<(u64, Heard)>) {
        while self.unexplained.front().is_some_and(|(at, _)| *at < position)
            && let Some((at, powers)) = self.unexplained.pop_front()
        {
            if self.is_left(at, powers.mean_square * REPORTED)
                && let Some(left) = self.recent.powers(at)
            {
                let left = judge(&left);
                // A rest of what was named would be named again.
                if left.sound.mark().is_none_or(|mark| !self.voices.have_said(mark, at)) {
                    heard.push((at, left));
                }
            }
        }
    }
}

impl Default for Listener {
    fn default() -> Self {
        Self::new()
    }
}

/// A voice that is alone has this share of the power: anything else is 16 dB below it.
const CLEAR: f32 = 0.975;
/// A voice that has less of the power than this may have been read a little beside its place.
const CENTRED: f32 = 0.99;
/// What has not been explained after so many symbols is reported.
const PATIENCE: u64 = 4;
/// And only if it is this part of the power, 13 dB below the whole.
const REPORTED: f32 = 0.05;
/// After so many searches in vain it is enough to search as often as the samples are forgotten.
const FRUITLESS_MAX: u64 = 8;
/// How many new voices one window is searched for.
const VOICES_AT_ONCE: usize = 3;
/// A second.
const LATE_AT_MOST: u64 = 8_000;
/// No stream is as long.
const POSITION_MAX: u64 = 1 << 62;
