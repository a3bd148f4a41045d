//! A burst of a tone, and how it is measured: half of a window is filled when its middle is on the
//! edge of a burst.

use std::collections::VecDeque;
use std::time::Duration;

use super::Level;
use super::phasor::Phasor;

/// A burst of the tone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Burst {
    /// Where in the stream it began: half-way up, to 5 ms.
    pub at: u64,
    /// How long it lasted, to 5 ms at each end.
    pub length: Duration,
    /// Its frequency in hertz, to 2.
    pub hertz: u16,
    /// How loud it was.
    pub level: Level,
}

/// Twenty milliseconds: the amplitude and phase of the tone in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The position after its last sample.
    pub end: u64,
    pub sum: Phasor,
}

/// Windows that may be a burst.
#[derive(Debug)]
pub(super) struct Candidate {
    /// From before the first that was steady, at most [`EDGE`].
    first: Vec<Window>,
    /// To the last one, at most [`EDGE`].
    last: VecDeque<Window>,
    /// How many windows there were to the last steady one.
    windows: u64,
    /// How many have not been steady since.
    pub quiet: u64,
    /// How many were steady running, and at most.
    run: u64,
    longest_run: u64,
    /// How many were steady, the sum of their squares, and how their phases turned in 10 ms.
    steady: u64,
    squares: f64,
    turn: Phasor,
}

impl Candidate {
    /// None yet, after `recent` ones that were not steady.
    pub fn after(recent: &VecDeque<Window>) -> Self {
        Self {
            first: recent.iter().copied().collect(),
            last: VecDeque::with_capacity(EDGE),
            windows: 0,
            quiet: 0,
            run: 0,
            longest_run: 0,
            steady: 0,
            squares: 0.0,
            turn: Phasor::default(),
        }
    }

    /// Adds a window, and how far its phase turned in 10 ms if it was steady.
    pub fn add(&mut self, window: Window, steady_turn: Option<Phasor>) {
        if self.first.len() < EDGE {
            self.first.push(window);
        }
        if self.last.len() == EDGE {
            self.last.pop_front();
        }
        self.last.push_back(window);
        let Some(turn) = steady_turn else {
            self.quiet += 1;
            self.run = 0;
            return;
        };
        self.windows += self.quiet + 1;
        self.quiet = 0;
        self.run += 1;
        self.longest_run = self.longest_run.max(self.run);
        self.steady += 1;
        self.squares += window.sum.square();
        self.turn = self.turn + turn;
    }

    /// The burst, if it is one.
    #[expect(clippy::cast_precision_loss, reason = "a number of windows")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    pub fn measured(&self, hertz: u16) -> Option<Burst> {
        let amplitude = (self.squares / self.steady as f64).sqrt();
        let offset = self.turn.turns() * 100.0;
        let is_mostly_steady = self.steady * 5 >= self.windows * 2;
        if self.longest_run < RUN || !is_mostly_steady || offset.abs() > OFFSET_MAX {
            return None;
        }
        let origin = self.first.first()?.end;
        let begin = crossing(origin, self.first.iter(), amplitude / 2.0)?;
        let end = crossing(origin, self.last.iter().rev(), amplitude / 2.0)?;
        if end - begin < SHORTEST {
            return None;
        }
        // Beside its frequency a window of 20 ms is less sensitive.
        let angle = offset * 0.02 * std::f64::consts::PI;
        let response = if angle == 0.0 { 1.0 } else { angle.sin() / angle };
        Some(Burst {
            at: origin.saturating_add(begin.round() as u64).saturating_sub(HALF_A_WINDOW),
            length: Duration::from_secs_f64((end - begin) / 8_000.0),
            hertz: (f64::from(hertz) + offset).round() as u16,
            level: Level::of_mean_square((amplitude / response).powi(2) / 2.0),
        })
    }
}

/// How far after `origin` the first of `windows` that is as loud as `half` begins to be, between it
/// and the one before.
#[expect(clippy::cast_precision_loss, reason = "a burst is not as long")]
fn crossing<'a>(origin: u64, windows: impl Iterator<Item = &'a Window>, half: f64) -> Option<f64> {
    let mut previous: Option<(f64, f64)> = None;
    for window in windows {
        let (at, loud) = (window.end.saturating_sub(origin) as f64, window.sum.amplitude());
        if loud >= half {
            return Some(previous.map_or(at, |(before, faint)| {
                before + (half - faint) / (loud - faint) * (at - before)
            }));
        }
        previous = Some((at, loud));
    }
    None
}

/// Enough for the edges of a burst with what comes before or after.
const EDGE: usize = 40;
/// Two packets may be lost in a burst: 40 ms, and as much again until the rest is steady.
pub(super) const QUIET_MAX: u64 = 20;
/// So many windows running must be steady: speech that leaks into the band never is for 40 ms.
const RUN: u64 = 8;
/// In samples: 60 ms.
const SHORTEST: f64 = 480.0;
/// In hertz: what is further away belongs to another tone.
const OFFSET_MAX: f64 = 35.0;
/// In samples: a window is half filled when its middle is on the edge of a burst.
const HALF_A_WINDOW: u64 = 80;
