//! Which tone is on which channel of a WAV file, from when to when.

use std::f64::consts::TAU;
use std::path::Path;
use std::time::Duration;

use hound::{SampleFormat, WavReader};

use crate::tone::{LOUDNESS, RATE, Tone};

/// One channel of a recording.
pub struct Channel {
    samples: Vec<i16>,
}

/// Where a tone is heard on a channel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Heard {
    /// The start of the first window that holds it.
    pub from: Duration,
    /// The end of the last window that holds it.
    pub until: Duration,
    /// The longest time between the two without it.
    pub longest_hole: Duration,
}

impl Heard {
    /// How long it is heard, holes included.
    pub fn length(self) -> Duration {
        self.until.saturating_sub(self.from)
    }
}

/// The channels of a 16 bit WAV file at 8 kHz.
pub fn channels(path: &Path) -> Vec<Channel> {
    let mut file = WavReader::open(path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let spec = file.spec();
    assert_eq!(
        (spec.sample_rate, spec.bits_per_sample, spec.sample_format),
        (RATE, 16, SampleFormat::Int),
        "{}",
        path.display()
    );
    let samples: Vec<i16> =
        file.samples().collect::<Result<_, _>>().expect("the file holds what its header says");
    let count = usize::from(spec.channels);
    (0..count)
        .map(|nth| Channel { samples: samples.iter().copied().skip(nth).step_by(count).collect() })
        .collect()
}

impl Channel {
    /// Where `tone` is heard at half of its loudness or more; `None` where it is nowhere.
    pub fn hears(&self, tone: Tone) -> Option<Heard> {
        let loud: Vec<usize> = self.windows_with(tone, LOUDNESS / 2.0).collect();
        let (first, last) = (*loud.first()?, *loud.last()?);
        let steps = loud.windows(2).map(|pair| pair[1] - pair[0] - 1).max().unwrap_or(0);
        Some(Heard {
            from: WINDOW_LENGTH * count(first),
            until: WINDOW_LENGTH * count(last + 1),
            longest_hole: WINDOW_LENGTH * count(steps),
        })
    }

    /// Whether there is any trace of `tone`: 34 dB below its loudness or more, in two windows
    /// running, because the sudden start or end of any sound has a little of every frequency.
    pub fn has_a_trace_of(&self, tone: Tone) -> bool {
        let traces: Vec<usize> = self.windows_with(tone, LOUDNESS / 50.0).collect();
        traces.windows(2).any(|pair| pair[1] == pair[0] + 1)
    }

    /// Insists on `tone` for at least `length` without a hole above `hole`, and no other tone.
    pub fn carries_only(&self, tone: Tone, length: Duration, hole: Duration) -> Heard {
        let Some(heard) = self.hears(tone) else {
            panic!(
                "{tone:?} is not heard in {:?}",
                WINDOW_LENGTH * count(self.samples.len() / WINDOW)
            );
        };
        assert!(heard.length() >= length, "{tone:?} is heard for less than {length:?}: {heard:?}");
        assert!(heard.longest_hole <= hole, "{tone:?} has a hole above {hole:?}: {heard:?}");
        assert!(!self.has_a_trace_of(tone.other()), "{:?} is heard beside {tone:?}", tone.other());
        heard
    }

    fn windows_with(&self, tone: Tone, loudness: f64) -> impl Iterator<Item = usize> {
        self.samples
            .chunks_exact(WINDOW)
            .enumerate()
            .filter(move |(_, window)| amplitude(window, tone.hertz()) >= loudness)
            .map(|(nth, _)| nth)
    }
}

/// How loud one frequency is in a window, as a share of full scale (Goertzel, Hann window).
fn amplitude(window: &[i16], hertz: f64) -> f64 {
    let length = f64::from(count(window.len()));
    let turn = TAU * hertz / f64::from(RATE);
    let (mut before, mut last) = (0.0, 0.0);
    for (n, sample) in (0_u32..).zip(window) {
        let weight = 0.5 - 0.5 * (TAU * (f64::from(n) + 0.5) / length).cos();
        let next = f64::from(*sample) * weight + 2.0 * turn.cos() * last - before;
        before = last;
        last = next;
    }
    let power = before * before + last * last - 2.0 * turn.cos() * before * last;
    // A full-scale tone sums to half the window, halved again by the Hann window.
    4.0 * power.max(0.0).sqrt() / length / f64::from(i16::MAX)
}

fn count(windows: usize) -> u32 {
    u32::try_from(windows).expect("a recording of a few seconds")
}

/// Samples in a window.
const WINDOW: usize = 160;

/// How long a window lasts: the finest that this ear can tell.
pub const WINDOW_LENGTH: Duration = Duration::from_millis(20);
