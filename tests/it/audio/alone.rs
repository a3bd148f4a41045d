//! One voice on a line.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tallylight::audio::{Level, Listener, Mark, Sound, Tone, ToneFinder, Voice, hear, mix};

use super::scene::{
    Score, Speech, a_law, g722, listen, marks, mu_law, noisy, resampled, speak, uniform,
};

const ALICE: Speech = Speech { person: 3, start: 0, moment: 1_000, symbols: 40, db: 0.0 };

#[test]
fn each_frame_is_known_after_g711_at_any_loudness() {
    for db in [-20.0, -10.0, 0.0, 3.0] {
        let pcm = speak(&[Speech { db, symbols: 500, ..ALICE }]);
        for line in [a_law(&pcm), mu_law(&pcm)] {
            for (n, frame) in (0..500).zip(line.as_chunks().0) {
                let mark = Mark::new(ALICE.voice(), ALICE.moment + n);
                assert_eq!(hear(frame).sound, Sound::Voice(mark), "{db} dB");
            }
        }
    }
}

#[test]
fn each_frame_is_known_in_noise_20_db_below() {
    let mut rng = ChaCha8Rng::seed_from_u64(20);
    let pcm = speak(&[Speech { symbols: 2_000, ..ALICE }]);
    for (n, frame) in (0..2_000).zip(noisy(&pcm, 255.0, &mut rng).as_chunks().0) {
        let mark = Mark::new(ALICE.voice(), ALICE.moment + n);
        assert_eq!(hear(frame).sound, Sound::Voice(mark));
    }
}

#[test]
fn all_is_heard_after_g722_which_is_11_samples_late() {
    let wide: Vec<i16> = (0..500).flat_map(|n| ALICE.voice().speak_wide(n)).collect();
    let said = [Speech { start: 11, moment: 0, symbols: 499, ..ALICE }];
    let score = Score::of(&said, &listen(&g722(&wide), 160));
    assert!(score.is_perfect() && score.beside <= 1, "{score:?}");
}

#[test]
fn all_is_heard_wherever_symbols_begin_and_however_they_are_packed() {
    let mut rng = ChaCha8Rng::seed_from_u64(160);
    for start in 0..160 {
        let said = [Speech { start, ..ALICE }];
        let noisy = noisy(&a_law(&speak(&said)), 255.0, &mut rng);
        for frame in [80, 160, 240, 7_000] {
            let score = Score::of(&said, &listen(&noisy, frame));
            assert!(score.is_perfect() && score.beside <= 3, "at {start}: {score:?}");
        }
    }
}

#[test]
fn all_is_heard_from_a_clock_that_is_a_thousandth_fast_or_slow() {
    let pcm = speak(&[Speech { symbols: 1_500, ..ALICE }]);
    for (ratio, parts) in [(0.999, 999), (1.001, 1_001)] {
        let found = marks(&listen(&resampled(&pcm, ratio), 160));
        for (n, (at, mark)) in (0..).zip(&found) {
            assert_eq!(*mark, Mark::new(ALICE.voice(), ALICE.moment + n), "at {at}");
            assert!((u64::from(n) * 160_000 / parts).abs_diff(*at) <= 3, "{mark} at {at}");
        }
        assert_eq!(found.len(), 1_500);
    }
}

/// What a receiver does about a lost packet.
#[derive(Clone, Copy, Debug)]
enum Concealment {
    Nothing,
    Silence,
    Repetition,
    FadingRepetition,
}

#[test]
fn what_is_not_lost_is_heard_whatever_is_done_about_the_loss() {
    use Concealment::{FadingRepetition, Nothing, Repetition, Silence};
    for start in [0, 1, 57, 159] {
        for concealment in [Nothing, Silence, Repetition, FadingRepetition] {
            let mut rng = ChaCha8Rng::seed_from_u64(5);
            let pcm = mu_law(&speak(&[Speech { symbols: 2_000, start, ..ALICE }]));
            let (mut listener, mut heard) = (Listener::new(), Vec::new());
            let (mut last, mut lost) = ([0; 160], 0);
            for (n, frame) in (0..).zip(pcm.as_chunks().0) {
                if uniform(&mut rng) >= 0.05 {
                    (last, lost) = (*frame, lost);
                    listener.push(n * 160, frame, &mut heard);
                    continue;
                }
                lost += 1;
                match concealment {
                    Nothing => {}
                    Silence => listener.push(n * 160, &[0; 160], &mut heard),
                    Repetition => listener.push(n * 160, &last, &mut heard),
                    FadingRepetition => {
                        last = last.map(|sample| sample / 2);
                        listener.push(n * 160, &last, &mut heard);
                    }
                }
            }
            listener.finish(&mut heard);
            let found = marks(&heard);
            for (at, mark) in &found {
                // What is repeated is heard again: it is late by as many symbols.
                let moment = mark.since(Mark::new(ALICE.voice(), ALICE.moment));
                let late = at + 20 - u64::from(moment) * 160 - start as u64;
                assert!(late % 160 <= 40 && late <= 5 * 160, "{mark} at {at}: {concealment:?}");
            }
            // A packet across two symbols takes both with it.
            let gone = if start == 0 { lost } else { 2 * lost };
            assert!(found.len() + gone >= 2_000, "{} {concealment:?} {start}", found.len());
        }
    }
}

#[test]
fn speech_is_heard_under_a_warning_tone_and_the_tone_under_speech() {
    for start in [0, 77] {
        let said = [Speech { start, symbols: 200, ..ALICE }];
        let mut beep = vec![0; 4_321];
        beep.extend((0..).map_while(|n| Tone::RECORDER_WARNING.play(n)).flatten());
        let speech = speak(&said);
        let mut both = vec![0; speech.len()];
        mix(&[&speech, &beep], &mut both);
        let both = mu_law(&both);
        let score = Score::of(&said, &listen(&both, 160));
        assert!(score.is_perfect(), "{score:?}");

        let (mut finder, mut bursts) = (ToneFinder::new(1_400), Vec::new());
        finder.push(0, &both, &mut bursts);
        finder.finish(&mut bursts);
        assert_eq!(bursts.len(), 1, "{bursts:?}");
        assert!(bursts[0].at.abs_diff(4_321) <= 80, "{bursts:?}");
        assert!(bursts[0].length.as_millis().abs_diff(500) <= 10, "{bursts:?}");
    }
}

#[test]
fn a_stream_goes_on_after_a_pause_a_jump_and_packets_that_come_twice() {
    let alice = ALICE.voice();
    let (mut listener, mut heard) = (Listener::new(), Vec::new());
    // Eight packets, a pause, the last two again, a new start of the timestamps.
    for (position, moment) in [(1_000, 0), (900_000, 700), (900_960, 706), (7, 50)] {
        for n in 0..8 {
            listener.push(position + u64::from(n) * 160, &alice.speak(moment + n), &mut heard);
        }
    }
    listener.finish(&mut heard);
    let expected: Vec<(u64, Mark)> = [(1_000, 0, 8), (900_000, 700, 14), (7, 50, 8)]
        .into_iter()
        .flat_map(|(position, moment, count)| {
            (0..count).map(move |n| (position + u64::from(n) * 160, Mark::new(alice, moment + n)))
        })
        .collect();
    assert_eq!(marks(&heard), expected);
}

#[test]
fn the_level_of_a_voice_is_measured() {
    for db in [-20.0, 0.0, 3.0] {
        for start in [0, 80] {
            for (_, heard) in listen(&speak(&[Speech { start, db, ..ALICE }]), 160) {
                if heard.sound != Sound::Silence {
                    let off = heard.level.dbm0() - (db - 16.0);
                    assert!(off.abs() < 0.5, "{heard:?} at {db} dB");
                }
            }
        }
    }
    assert_eq!(Level::of(&Voice::of_person(0).unwrap().speak(0)).to_string(), "-16.0 dBm0");
}
