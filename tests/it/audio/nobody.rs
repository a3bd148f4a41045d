//! Sounds in which nobody speaks: never may a name be heard in them.

use std::f64::consts::TAU;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tallylight::audio::{Listener, Sound, ToneFinder, Voice, hear};

use super::scene::{listen, rounded, uniform};

/// Asserts that nobody is heard in 10,000 frames, alone or in a row; `next` gives each sample.
fn assert_nobody(name: &str, mut next: impl FnMut(u32) -> f64) {
    let pcm: Vec<i16> = (0..160 * 10_000).map(|n| rounded(next(n))).collect();
    let heard = listen(&pcm, 160);
    let apart = pcm.as_chunks().0.iter().map(|frame| (0, hear(frame)));
    for (at, heard) in heard.into_iter().chain(apart) {
        let is_name = matches!(heard.sound, Sound::Voice(_) | Sound::Prompt(_));
        assert!(!is_name, "{heard:?} at {at} in {name}");
    }
}

fn seconds(n: u32) -> f64 {
    f64::from(n) / 8_000.0
}

/// One of `choices`.
fn pick<T: Copy>(choices: &[T], rng: &mut ChaCha8Rng) -> T {
    let mut choices = choices.iter();
    let skipped = choices.len() - 1;
    let n = (0..skipped).filter(|_| uniform(rng) < 0.5).count();
    *choices.nth(n).unwrap()
}

#[test]
fn nobody_is_heard_in_noise() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    assert_nobody("white noise", |_| 12_000.0 * (uniform(&mut rng) - 0.5));
}

#[test]
fn nobody_is_heard_in_the_hum_of_a_vocal_tract() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut state = [[0.0; 2]; 3];
    let (mut pitch, mut phase, mut loud) = (0.0, 0.0, 0.0);
    let mut formants = [0.0; 3];
    assert_nobody("pulses through three formants that change", |n| {
        if n % 800 == 0 {
            (pitch, loud) = (80.0 + 250.0 * uniform(&mut rng), uniform(&mut rng));
            formants = [(250.0, 600.0), (900.0, 1_400.0), (2_200.0, 1_000.0)]
                .map(|(low, range)| low + range * uniform(&mut rng));
        }
        phase += pitch / 8_000.0;
        let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
        phase -= pulse;
        let source = pulse + 0.05 * (uniform(&mut rng) - 0.5);
        let mut sum = 0.0;
        for (state, formant) in state.iter_mut().zip(formants) {
            let turn = 1.94 * (TAU * formant / 8_000.0).cos();
            *state = [source + turn * state[0] - 0.9409 * state[1], state[0]];
            sum += state[0];
        }
        1_800.0 * loud * sum
    });
}

#[test]
fn nobody_is_heard_in_dialled_digits() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let (mut low, mut high) = (0.0, 0.0);
    assert_nobody("dialled digits", |n| {
        if n % 800 == 0 {
            low = pick(&[697.0, 770.0, 852.0, 941.0], &mut rng);
            high = pick(&[1_209.0, 1_336.0, 1_477.0, 1_633.0], &mut rng);
        }
        let tones = (TAU * low * seconds(n)).sin() + (TAU * high * seconds(n)).sin();
        if n % 800 < 400 { 5_000.0 * tones } else { 0.0 }
    });
}

#[test]
fn nobody_is_heard_in_music() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut notes = [0.0; 4];
    assert_nobody("chords of four notes with eight harmonics", |n| {
        if n % 1_600 == 0 {
            notes = notes.map(|_| 110.0 * 2_f64.powf((uniform(&mut rng) * 36.0).floor() / 12.0));
        }
        let harmonics = (1..9).map(f64::from);
        let note = |note: f64| -> f64 {
            harmonics.clone().map(|h| (TAU * note * h * seconds(n)).sin() / h).sum()
        };
        2_000.0 * notes.into_iter().map(note).sum::<f64>()
    });
}

#[test]
fn nobody_is_heard_in_a_buzzer_with_the_spacing_of_our_tones() {
    let mut turns = 0.0;
    assert_nobody("nine equal harmonics of 340 to 360 Hz", |n| {
        turns += (340.0 + 20.0 * f64::from(n) / 1_600_000.0) / 8_000.0;
        (1..10).map(f64::from).map(|h| 1_200.0 * (TAU * turns * h + h * h).cos()).sum()
    });
}

#[test]
fn nobody_is_heard_in_twenty_tones_of_our_own_that_change_with_our_symbols() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut tones = [0.0; 20];
    assert_nobody("twenty tones of the code", |n| {
        if n % 160 == 0 {
            tones = tones.map(|_| 50.0 * (5.0 + (uniform(&mut rng) * 63.0).floor()));
        }
        tones.iter().map(|tone| 1_000.0 * (TAU * tone * seconds(n)).cos()).sum()
    });
}

#[test]
fn rubbish_is_heard_without_harm() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut listener, mut finder) = (Listener::new(), ToneFinder::new(1_400));
    let (mut heard, mut bursts, mut position) = (Vec::new(), Vec::new(), 0_u64);
    for n in 0..20_000 {
        let speech = Voice::of_person(5).unwrap().speak(n);
        let samples: &[i16] = match rng.next_u32() % 6 {
            0 => &[i16::MIN; 333],
            1 => &[i16::MAX, i16::MIN].repeat(500),
            2 => &speech[..pick(&[0, 1, 40, 159], &mut rng)],
            3 => &[rounded(6e4 * (uniform(&mut rng) - 0.5)); 17],
            _ => &speech,
        };
        let lost = pick(&[0, 0, 1, 160, 1_600, 100_000, 1 << 40], &mut rng);
        match rng.next_u32() % 20 {
            0 => position = rng.next_u64(),
            1 => position = position.saturating_sub(lost),
            2 => position = position.saturating_add(lost),
            _ => {}
        }
        listener.push(position, samples, &mut heard);
        finder.push(position, samples, &mut bursts);
        position = position.saturating_add(samples.len() as u64);
        assert!(heard.len() < 64, "all that was heard in {} samples", samples.len());
        heard.clear();
    }
}
