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

use std::collections::VecDeque;

use self::gains::Gains;
use self::recent::Recent;
use self::search::search;
use self::track::Track;
use super::code::Chord;
use super::hear::{Heard, SILENCE, Sound, alone, judge};
use super::level::Level;
use super::spectrum::Powers;
use super::voice::Mark;
use super::wave::SYMBOL;

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
    /// At most [`TRACKS_MAX`].
    tracks: Vec<Track>,
    /// Windows that have not been explained, at most [`PATIENCE`] symbols back.
    unexplained: VecDeque<(u64, Powers)>,
    /// How many searches running have found nothing.
    fruitless: u32,
}

impl Listener {
    /// A listener who has not heard anything yet.
    pub fn new() -> Self {
        Self {
            recent: Recent::new(0),
            cursor: 0,
            unclear_since: 0,
            clear: None,
            tracks: Vec::with_capacity(TRACKS_MAX + 1),
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
        let mut samples = samples;
        if position > end || end - position > LATE_AT_MOST {
            self.finish(heard);
            self.restart(position);
        } else {
            let known = usize::try_from(end - position).expect("at most a second");
            samples = samples.get(known..).unwrap_or_default();
        }
        for chunk in samples.chunks(SYMBOL) {
            self.recent.append(chunk);
            while self.step(heard) {}
        }
    }

    /// Adds what can be said of the last samples, without those that would follow.
    pub fn finish(&mut self, heard: &mut Vec<(u64, Heard)>) {
        if !self.unexplained.is_empty() {
            self.pursue(self.recent.end(), heard);
        }
        self.report_older_than(u64::MAX, heard);
    }

    /// Begins a new stretch at `position`, with the voices known so far.
    fn restart(&mut self, position: u64) {
        self.recent.restart(position);
        self.cursor = position;
        self.unclear_since = position;
        self.clear = None;
        for track in self.tracks.iter_mut().rev() {
            track.skip_to(position);
            if track.missed == 0 {
                self.cursor = track.next;
            }
        }
    }

    /// Deals with the window at the cursor; false if it is not complete.
    fn step(&mut self, heard: &mut Vec<(u64, Heard)>) -> bool {
        let Some(powers) = self.recent.powers(self.cursor) else { return false };
        let at = self.cursor;
        if powers.mean_square < SILENCE {
            self.report_older_than(u64::MAX, heard);
            heard.push((at, judge(&powers)));
            self.clear = None;
            self.cursor += SYMBOL as u64;
            self.unclear_since = self.cursor;
        } else if let Some((mark, share)) = alone(&powers)
            && share >= CLEAR
        {
            self.report_older_than(u64::MAX, heard);
            let level = Level::of_mean_square(powers.mean_square.into());
            heard.push((at, Heard { sound: Sound::of_mark(mark), level }));
            self.clear = Some((at, mark));
            self.follow(mark, at);
            if share < CENTRED {
                self.keep_up();
            }
            self.cursor += SYMBOL as u64;
            self.unclear_since = at;
        } else {
            self.unclear(powers, heard);
        }
        true
    }

    /// Remembers that `mark` was read at `at` by itself.
    fn follow(&mut self, mark: Mark, at: u64) {
        let mut known = false;
        for track in &mut self.tracks {
            if !known && track.would_say(mark, at) {
                track.confirm(mark, at);
                known = true;
            } else {
                track.missed = track.missed.saturating_add(1);
            }
        }
        if !known && let Some(spectrum) = self.recent.spectrum(at) {
            let mut track = Track::new(mark, at, Gains::measured(&spectrum, Chord::of(mark)));
            track.confirm(mark, at);
            self.insert(track);
        }
    }

    /// Follows a clock that is not quite ours, by the last symbol that was read by itself.
    fn keep_up(&mut self) {
        if let Some((at, mark)) = self.clear
            && let Some(spectrum) = self.recent.spectrum(at)
        {
            let late = Gains::measured(&spectrum, Chord::of(mark)).lateness().round();
            self.cursor = self.cursor.saturating_add_signed(-(late as i64));
        }
    }

    /// Takes the last symbol that was read by itself out of what has not been explained.
    fn take_out_clear(&mut self) {
        if let Some((at, mark)) = self.clear.take()
            && let Some(spectrum) = self.recent.spectrum(at)
        {
            let chord = Chord::of(mark);
            let gains = Gains::measured(&spectrum, chord);
            for track in self.tracks.iter_mut().filter(|track| track.missed == 0) {
                track.calibrate(gains);
            }
            self.recent.take_out(at, chord, &gains);
        }
    }

    /// Looks for the voices in a window that none explains by itself.
    fn unclear(&mut self, powers: Powers, heard: &mut Vec<(u64, Heard)>) {
        self.take_out_clear();
        let at = self.cursor;
        let horizon = at + SYMBOL as u64;
        for track in &mut self.tracks {
            // What came before was explained without it.
            if track.next + (SYMBOL as u64) <= self.unclear_since {
                track.skip_to(self.unclear_since);
            }
        }
        self.tracks.sort_by_key(|track| track.missed > 0);
        let explained = self.pursue(horizon, heard);
        self.search(explained, powers.mean_square, heard);
        if self.is_left(at, powers.mean_square * REPORTED) {
            self.unexplained.push_back((at, powers));
        }
        self.cursor = match self.tracks.first() {
            Some(track) if track.missed == 0 && track.next > at => track.next,
            _ => horizon,
        };
        self.report_older_than(
            self.cursor.saturating_sub(u64::from(PATIENCE) * SYMBOL as u64),
            heard,
        );
    }

    /// Searches for voices in what is left before `explained`, if it is much beside `mean_square`.
    fn search(&mut self, explained: u64, mean_square: f32, heard: &mut Vec<(u64, Heard)>) {
        let mut explained = explained;
        for _ in 0..VOICES_AT_ONCE {
            let last = explained.saturating_sub(SYMBOL as u64);
            if !self.is_left(last, mean_square * (1.0 - CLEAR)) {
                self.unclear_since = last;
                self.fruitless = 0;
                return;
            }
            self.fruitless = self.fruitless.saturating_add(1);
            if self.fruitless > FRUITLESS_MAX && !self.fruitless.is_multiple_of(PATIENCE) {
                return;
            }
            let Some(found) = search(&self.recent, self.unclear_since, explained) else { return };
            if !self.take_up(found) {
                return;
            }
            self.fruitless = 0;
            explained = self.pursue(explained, heard);
        }
    }

    /// Lets each voice be heard in the symbols that end by `horizon`, in which all louder ones
    /// have been taken out. Returns up to where all have been.
    fn pursue(&mut self, horizon: u64, heard: &mut Vec<(u64, Heard)>) -> u64 {
        let mut horizon = horizon;
        for n in 0..self.tracks.len() {
            let mut track = self.tracks.remove(n);
            let others = live(&self.tracks);
            track.pursue(&mut self.recent, horizon, &others, heard);
            if track.missed == 0 {
                horizon = horizon.min(track.next);
            }
            self.tracks.insert(n, track);
        }
        horizon
    }

    /// Follows a voice that has been searched and found; false if it is followed already, and what
    /// was found is only what was left of it.
    fn take_up(&mut self, mut found: Track) -> bool {
        let (mark, at) = (found.mark, found.next);
        if let Some(known) = self.tracks.iter().position(|track| track.would_say(mark, at)) {
            if self.tracks[known].missed == 0 {
                return false;
            }
            let mut known = self.tracks.remove(known);
            // What it said before has been reported.
            let from =
                known.heard_until.saturating_sub(SYMBOL as u64 / 2).max(at.saturating_sub(80));
            if known.missed <= MISLAID {
                known.missed = 0;
                found = known;
            }
            found.skip_to(from);
        } else {
            let others = live(&self.tracks);
            found.reach_back(&self.recent, self.unclear_since, &others);
        }
        self.insert(found);
        true
    }

    fn insert(&mut self, track: Track) {
        if self.tracks.len() == TRACKS_MAX
            && let Some((oldest, _)) =
                self.tracks.iter().enumerate().max_by_key(|(_, track)| track.missed)
        {
            self.tracks.remove(oldest);
        }
        self.tracks.push(track);
        self.tracks.sort_by(|a, b| b.power().total_cmp(&a.power()));
    }

    /// Whether more than silence, and more than `mean_square`, is left of the window at `at`.
    fn is_left(&self, at: u64, mean_square: f32) -> bool {
        self.recent.unexplained(at) > mean_square.max(SILENCE)
    }

    /// Reports what has not been explained in windows before `position`.
    fn report_older_than(&mut self, position: u64, heard: &mut Vec<(u64, Heard)>) {
        while let Some((at, powers)) = self.unexplained.pop_front_if(|(at, _)| *at < position) {
            if self.is_left(at, powers.mean_square * REPORTED)
                && let Some(powers) = self.recent.powers(at)
            {
                let left = judge(&powers);
                let is_echo = |mark| self.tracks.iter().any(|track| track.has_said(mark, at));
                if !left.sound.mark().is_some_and(is_echo) {
                    heard.push((at, left));
                }
            }
        }
    }
}

/// The voices that were heard until now.
fn live(tracks: &[Track]) -> Vec<Track> {
    tracks.iter().filter(|track| track.missed == 0).cloned().collect()
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
const PATIENCE: u32 = 4;
/// And only if it is this part of the power, 13 dB below the whole.
const REPORTED: f32 = 0.05;
/// After so many searches in vain it is enough to search as often as the samples are forgotten.
const FRUITLESS_MAX: u32 = 8;
/// How many new voices one window is searched for.
const VOICES_AT_ONCE: usize = 3;
/// How many voices of a stream are remembered, so that they are known at once when they return.
const TRACKS_MAX: usize = 8;
/// A voice that was not heard in so few symbols is still where it was.
const MISLAID: u32 = 4;
/// A second.
const LATE_AT_MOST: u64 = 8_000;
