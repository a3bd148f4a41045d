//! Finding the bursts of one tone in a stream, with speech over it or not: when each began, how
//! long it lasted, at which frequency and how loud.
//!
//! The stream is multiplied with the tone and added up over 5 ms at a time (Goertzel's sum, in
//! pieces); four pieces make a window of 20 ms. A burst is where the windows are loud, keep their
//! loudness and turn evenly.

use std::collections::VecDeque;

use super::burst::{Burst, Candidate, QUIET_MAX, Window};
use super::phasor::Phasor;

/// Looks for one tone in a stream of 8 kHz audio.
#[derive(Debug)]
pub struct ToneFinder {
    hertz: u16,
    /// The position of the next sample.
    next: u64,
    /// The tone turned back, over a piece.
    back: [Phasor; PIECE],
    /// The sum over the current piece, as if the tone began with it, and how many samples it has.
    piece: (Phasor, usize),
    /// The last pieces that make a window.
    pieces: [Phasor; PIECES],
    /// The last windows: as many as a burst may have begun before it is loud.
    recent: VecDeque<Window>,
    burst: Option<Candidate>,
}

impl ToneFinder {
    /// Looks for bursts of a tone of about `hertz`: 35 Hz more or less are found, and measured.
    pub fn new(hertz: u16) -> Self {
        Self {
            hertz,
            next: 0,
            back: std::array::from_fn(|n| turned(hertz, n as u64).conjugate()),
            piece: (Phasor::default(), 0),
            pieces: [Phasor::default(); PIECES],
            recent: VecDeque::with_capacity(REMEMBERED),
            burst: None,
        }
    }

    /// Takes the samples from `position` on, and adds to `bursts` those that have ended: 100 ms
    /// after their end, so that a lost packet does not make two of one.
    ///
    /// What is missing in between is taken for silence. What is given again, or less than a second
    /// late, is left out; anything else that does not follow begins a new stretch.
    pub fn push(&mut self, position: u64, samples: &[i16], bursts: &mut Vec<Burst>) {
        if position > POSITION_MAX {
            return;
        }
        if position.abs_diff(self.next) > GAP_MAX {
            self.finish(bursts);
            *self = Self { next: position, ..Self::new(self.hertz) };
        }
        self.silence(position.saturating_sub(self.next), bursts);
        let known = usize::try_from(self.next - position).expect("at most a second");
        for &sample in samples.get(known..).unwrap_or_default() {
            self.take(f64::from(sample), bursts);
        }
    }

    /// Adds the burst that has not ended yet, if there is one.
    pub fn finish(&mut self, bursts: &mut Vec<Burst>) {
        let next = self.next;
        if self.burst.is_some() {
            self.silence((QUIET_MAX + PIECES as u64 + 1) * PIECE as u64, bursts);
        }
        *self = Self { next, ..Self::new(self.hertz) };
    }

    fn silence(&mut self, samples: u64, bursts: &mut Vec<Burst>) {
        for _ in 0..samples {
            self.take(0.0, bursts);
        }
    }

    fn take(&mut self, sample: f64, bursts: &mut Vec<Burst>) {
        let (sum, count) = &mut self.piece;
        *sum = *sum + self.back[*count].times(sample);
        *count += 1;
        self.next += 1;
        if *count == PIECE {
            let begins = self.next - PIECE as u64;
            self.pieces.rotate_left(1);
            self.pieces[PIECES - 1] = *sum * turned(self.hertz, begins).conjugate();
            self.piece = (Phasor::default(), 0);
            let sum = self.pieces.iter().fold(Phasor::default(), |sum, &piece| sum + piece);
            let sum = sum.times(1.0 / 80.0);
            self.window(Window { end: self.next, sum }, bursts);
        }
    }

    fn window(&mut self, window: Window, bursts: &mut Vec<Burst>) {
        let turn = self.steady_turn(window);
        if turn.is_some() && self.burst.is_none() {
            self.burst = Some(Candidate::after(&self.recent));
        }
        if let Some(burst) = &mut self.burst {
            burst.add(window, turn);
            if burst.quiet > QUIET_MAX {
                bursts.extend(burst.measured(self.hertz));
                self.burst = None;
            }
        }
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(window);
    }

    /// How far the phase turns in 10 ms, if this window, the one 10 ms ago and the one 20 ms ago
    /// are about as loud, and it turned as far from the first to the second.
    fn steady_turn(&self, window: Window) -> Option<Phasor> {
        let ago = |pieces: usize| self.recent.get(self.recent.len().checked_sub(pieces)?);
        let (middle, first) = (ago(2)?.sum, ago(4)?.sum);
        let loudest = window.sum.square().max(middle.square()).max(first.square());
        let faintest = window.sum.square().min(middle.square()).min(first.square());
        let turn = window.sum * middle.conjugate();
        let uneven = turn * (middle * first.conjugate()).conjugate();
        let is_steady = faintest >= LOUD * LOUD
            && faintest >= AS_LOUD * loudest
            && uneven.turns().abs() <= UNEVEN_MAX;
        is_steady.then_some(turn)
    }
}

/// A tone at `position`: exact however long the stream is, since it comes round in a second.
fn turned(hertz: u16, position: u64) -> Phasor {
    let steps = position % 8_000 * u64::from(hertz) % 8_000;
    Phasor::at_turns(f64::from(u32::try_from(steps).expect("less than 8,000")) / 8_000.0)
}

/// Five milliseconds.
const PIECE: usize = 40;
/// Pieces in a window.
const PIECES: usize = 4;
/// The amplitude of -34 dBm0.
const LOUD: f64 = 455.0;
/// The squares of windows that are about as loud: 4 dB.
const AS_LOUD: f64 = 0.4;
/// In turns: a frequency that changes by 8 Hz in 10 ms is not steady.
const UNEVEN_MAX: f64 = 0.08;
/// Seventy milliseconds: a burst is steady 40 ms after it begins.
const REMEMBERED: usize = 14;
/// A second.
const GAP_MAX: u64 = 8_000;
/// No stream is as long.
const POSITION_MAX: u64 = 1 << 62;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::audio::{Level, Tone, Voice, mix};

    /// A burst of `tone` at `at`, in `length` samples of speech that begins at `speech`.
    fn scene(tone: Tone, at: usize, length: usize, speech: Option<usize>) -> Vec<i16> {
        let mut beep = vec![0; at];
        beep.extend((0..).map_while(|position| tone.play(position)).flatten());
        let mut spoken = vec![0; speech.unwrap_or(length)];
        let alice = Voice::of_person(3).unwrap();
        let mut moment = 0;
        while spoken.len() < length {
            spoken.extend(alice.speak(moment));
            moment += 1;
        }
        let mut out = vec![0; length];
        mix(&[&beep, &spoken], &mut out);
        out
    }

    fn bursts(samples: &[i16], frame: usize) -> Vec<Burst> {
        let (mut finder, mut bursts) = (ToneFinder::new(1_400), Vec::new());
        let mut position = 50_000;
        for frame in samples.chunks(frame) {
            finder.push(position, frame, &mut bursts);
            position += frame.len() as u64;
        }
        finder.finish(&mut bursts);
        bursts
    }

    fn assert_is(burst: &Burst, tone: Tone, at: u64) {
        let length = burst.length.abs_diff(tone.length);
        assert!(burst.at.abs_diff(50_000 + at) <= 80, "{burst:?} should be at {at}");
        assert!(length <= Duration::from_millis(10), "{burst:?} should be {:?}", tone.length);
        assert!(burst.hertz.abs_diff(tone.hertz) <= 2, "{burst:?} should be {}", tone.hertz);
        assert!((burst.level.dbm0() - tone.level.dbm0()).abs() < 1.0, "{burst:?}");
    }

    #[test]
    fn a_tone_is_measured_wherever_it_begins_and_however_it_is_packed() {
        for at in [0, 1, 79, 160, 1_234] {
            for frame in [80, 160, 240, 4_000] {
                let found = bursts(&scene(Tone::RECORDER_WARNING, at, 8_000, None), frame);
                assert_eq!(found.len(), 1, "{found:?}");
                assert_is(&found[0], Tone::RECORDER_WARNING, at as u64);
            }
        }
    }

    #[test]
    fn its_length_frequency_and_level_are_measured_also_where_they_are_wrong() {
        for millis in [100, 170, 200, 500, 700, 1_500] {
            for hertz in [1_370, 1_379, 1_400, 1_421, 1_433] {
                for level in [-26.0, -20.0, -10.0] {
                    let length = Duration::from_millis(millis);
                    let level = Level::from_dbm0(level);
                    let tone = Tone { hertz, level, length, ..Tone::RECORDER_WARNING };
                    let found = bursts(&scene(tone, 500, 16_000, None), 160);
                    assert_eq!(found.len(), 1, "{tone:?}: {found:?}");
                    assert_is(&found[0], tone, 500);
                }
            }
        }
    }

    #[test]
    fn a_tone_is_measured_under_speech() {
        for speech in [0, 33, 80, 111] {
            for at in (500..40_000).step_by(7_919) {
                let samples = scene(Tone::RECORDER_WARNING, at, at + 8_000, Some(speech));
                let found = bursts(&samples, 160);
                assert_eq!(found.len(), 1, "speech from {speech}: {found:?}");
                assert_is(&found[0], Tone::RECORDER_WARNING, at as u64);
            }
        }
    }

    #[test]
    fn speech_is_no_tone() {
        for speech in [0, 33, 80] {
            let samples = scene(Tone::RECORDER_WARNING, 1_600_000, 1_600_000, Some(speech));
            assert_eq!(bursts(&samples, 160), []);
        }
    }

    #[test]
    fn another_tone_is_not_this_one() {
        for hertz in [425, 1_000, 1_350, 1_450, 2_800] {
            let tone = Tone { hertz, level: Level::from_dbm0(-10.0), ..Tone::RECORDER_WARNING };
            assert_eq!(bursts(&scene(tone, 800, 8_000, None), 160), [], "{hertz} Hz");
        }
    }

    #[test]
    fn a_lost_packet_does_not_make_two_of_one_and_a_pause_does() {
        let samples = scene(Tone::RECORDER_WARNING, 320, 8_000, None);
        let (mut finder, mut found) = (ToneFinder::new(1_400), Vec::new());
        for (n, frame) in samples.chunks(160).enumerate().filter(|(n, _)| ![7, 14, 15].contains(n))
        {
            finder.push(50_000 + n as u64 * 160, frame, &mut found);
        }
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].length.abs_diff(Duration::from_millis(500)) <= Duration::from_millis(10));
        let twice = [samples.as_slice(), &samples].concat();
        assert_eq!(bursts(&twice, 160).len(), 2);
    }

    #[test]
    fn a_stream_that_jumps_is_heard_on() {
        let samples = scene(Tone::RECORDER_WARNING, 320, 8_000, None);
        let (mut finder, mut found) = (ToneFinder::new(1_400), Vec::new());
        for position in [1 << 60, 5, 1 << 40] {
            for (n, frame) in samples.chunks(160).enumerate() {
                finder.push(position + n as u64 * 160, frame, &mut found);
            }
        }
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
