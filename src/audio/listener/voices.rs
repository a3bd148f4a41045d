//! The voices that have been found in a stream, the loudest first.

use super::gains::Gains;
use super::recent::Recent;
use super::track::Track;
use crate::audio::code::Chord;
use crate::audio::hear::Heard;
use crate::audio::voice::Mark;
use crate::audio::wave::STEP;

/// At most [`VOICES_MAX`], of which some may be silent.
#[derive(Debug, Default)]
pub(super) struct Voices(Vec<Track>);

impl Voices {
    /// Where the next symbol begins of the loudest voice that was heard until now.
    pub fn next(&self) -> Option<u64> {
        self.0.iter().find(|track| track.missed == 0).map(|track| track.next)
    }

    /// Whether nobody was heard until now who would not say `mark` at `at`.
    pub fn are_none_but(&self, mark: Mark, at: u64) -> bool {
        self.0.iter().all(|track| track.missed > 0 || track.would_say(mark, at))
    }

    /// Whether one of them was heard to say `mark` about there, or something later.
    pub fn have_said(&self, mark: Mark, at: u64) -> bool {
        self.0.iter().any(|track| track.has_said(mark, at))
    }

    /// Remembers that `mark` was read at `at` by itself.
    pub fn read(&mut self, mark: Mark, at: u64, recent: &Recent) {
        let mut known = false;
        for track in &mut self.0 {
            if !known && track.would_say(mark, at) {
                track.confirm(mark, at);
                known = true;
            } else {
                track.missed = track.missed.saturating_add(1);
            }
        }
        if !known && let Some(spectrum) = recent.spectrum(at) {
            let mut track = Track::new(mark, at, Gains::measured(&spectrum, Chord::of(mark)));
            track.confirm(mark, at);
            self.insert(track);
        }
    }

    /// Remembers that none was heard.
    pub fn silence(&mut self) {
        for track in &mut self.0 {
            track.missed = track.missed.saturating_add(1);
        }
    }

    /// Moves the one that was just read by itself, whose next symbol begins at `next`.
    pub fn keep_up(&mut self, next: u64) {
        for track in self.heard() {
            track.next = next;
        }
    }

    /// Remembers how the one arrives that was read by itself in the symbol before `end`.
    pub fn calibrate(&mut self, gains: &Gains, end: u64) {
        for track in self.heard() {
            track.calibrate(gains.shifted(track.next.cast_signed() - end.cast_signed()));
        }
    }

    /// Goes to `position`, after which the stream goes on with a gap of `lost` samples.
    pub fn skip(&mut self, position: u64, lost: u64) {
        for track in &mut self.0 {
            track.skip_to(position);
            if lost > LOST_MAX {
                track.missed = track.missed.max(1);
            }
        }
    }

    /// Leaves out the symbols that ended before `position`, which were explained without some.
    pub fn catch_up(&mut self, position: u64) {
        for track in self.0.iter_mut().filter(|track| track.next + STEP <= position) {
            track.skip_to(position);
        }
        self.0.sort_by_key(|track| track.missed > 0);
    }

    /// Lets each voice be heard in the symbols that end by `horizon`, in which all louder ones
    /// have been taken out; those that were silent until now only if more than `little` is left.
    /// Returns up to where all have been.
    pub fn pursue(
        &mut self,
        recent: &mut Recent,
        horizon: u64,
        little: f32,
        heard: &mut Vec<(u64, Heard)>,
    ) -> u64 {
        let mut horizon = horizon;
        for n in 0..self.0.len() {
            if self.0[n].missed > 0 && recent.unexplained(horizon.saturating_sub(STEP)) <= little {
                continue;
            }
            let mut track = self.0.remove(n);
            track.pursue(recent, horizon, &self.heard_now(), heard);
            if track.missed == 0 {
                horizon = horizon.min(track.next);
            }
            self.0.insert(n, track);
        }
        horizon
    }

    /// Follows a voice that has been searched and found, from its first symbol after `from`; false
    /// if it is followed already, and what was found is only what was left of it.
    pub fn take_up(&mut self, mut found: Track, recent: &Recent, from: u64) -> bool {
        let (mark, at) = (found.mark, found.next);
        if let Some(known) = self.0.iter().position(|track| track.would_say(mark, at)) {
            if self.0[known].missed == 0 {
                return false;
            }
            let mut known = self.0.remove(known);
            let reported = known.heard_until;
            if known.missed <= MISLAID {
                known.missed = 0;
                found = known;
            }
            found.skip_to(reported.max(at).saturating_sub(STEP / 2));
        } else {
            found.reach_back(recent, from, &self.heard_now());
        }
        self.insert(found);
        true
    }

    fn insert(&mut self, track: Track) {
        if self.0.len() == VOICES_MAX
            && let Some(longest_silent) = (0..self.0.len()).max_by_key(|&n| self.0[n].missed)
        {
            self.0.remove(longest_silent);
        }
        self.0.push(track);
        self.0.sort_by(|a, b| b.power().total_cmp(&a.power()));
    }

    fn heard(&mut self) -> impl Iterator<Item = &mut Track> {
        self.0.iter_mut().filter(|track| track.missed == 0)
    }

    fn heard_now(&self) -> Vec<Track> {
        self.0.iter().filter(|track| track.missed == 0).cloned().collect()
    }
}

/// So many are remembered, so that they are known at once when they return.
const VOICES_MAX: usize = 8;
/// A voice that was not heard in so few symbols is still where it was.
const MISLAID: u32 = 4;
/// In samples: a voice that was heard before a loss of 100 ms is expected after it.
const LOST_MAX: u64 = 800;
