//! Two and three voices at once: a conference, a recording with one stream, or a fault.
//!
//! Names are never wrong. How many are missing depends on whether the symbols begin together.

use tallylight::audio::{Listener, Mark};

use super::scene::{Score, Speech, a_law, listen, marks, speak};

/// The scores of some mixtures together, heard after A-law.
fn score(mixtures: impl Iterator<Item = Vec<Speech>>) -> Score {
    let mut total = Score::default();
    for speeches in mixtures {
        total.add(&Score::of(&speeches, &listen(&a_law(&speak(&speeches)), 160)));
    }
    total
}

/// Asserts that no name is wrong, and that of 10,000 symbols at most `lost` are not heard.
fn assert_heard(score: &Score, lost: usize) {
    assert_eq!(score.wrong, 0, "{score:?}");
    assert!((score.said - score.heard) * 10_000 <= lost * score.said, "{score:?}");
    assert!(score.misplaced * 1_000 <= score.said, "{score:?}");
}

fn alice(start: usize, db: f64) -> Speech {
    Speech { person: 3, start, moment: 1_000, symbols: 40, db }
}

fn bob(start: usize, db: f64, run: u32) -> Speech {
    Speech { person: 9, start, moment: 7_000 + 97 * run, symbols: 40, db }
}

fn carol(start: usize, db: f64, run: u32) -> Speech {
    Speech { person: 50, start, moment: 27_000 + 89 * run, symbols: 40, db }
}

const LEVELS: [f64; 4] = [0.0, -3.0, -6.0, -10.0];

#[test]
fn two_who_speak_in_step_are_both_heard_from_their_first_symbol() {
    for db in LEVELS {
        let pairs = [(0, 0), (0, 1_600), (1_600, 0)];
        let score = score((0..25).flat_map(|run| {
            pairs.map(|(first, second)| vec![alice(first, 0.0), bob(second, db, run)])
        }));
        assert_heard(&score, 2);
    }
}

#[test]
fn who_joins_is_named_within_three_frames() {
    for (together, joins) in [(0, 0), (0, 1_600), (50, 1_600)] {
        for run in 0..50 {
            let pcm = a_law(&speak(&[alice(together, 0.0), bob(joins, 0.0, run)]));
            let (mut listener, mut heard) = (Listener::new(), Vec::new());
            for (n, frame) in pcm.chunks(160).take(joins / 160 + 4).enumerate() {
                // In step it takes three, out of step a fourth to see where symbols begin.
                if n == joins / 160 + 3 && together == 0 {
                    break;
                }
                listener.push(n as u64 * 160, frame, &mut heard);
            }
            let bob = bob(joins, 0.0, run);
            let first = Mark::new(bob.voice(), bob.moment);
            assert!(marks(&heard).contains(&(joins as u64, first)), "{heard:?}");
        }
    }
}

#[test]
fn two_who_do_not_speak_in_step_are_both_heard() {
    for db in LEVELS {
        let score = score((0..160_u16).flat_map(|run| {
            let start = usize::from(run);
            [start, 1_600 + start].map(|start| vec![alice(0, 0.0), bob(start, db, u32::from(run))])
        }));
        assert_heard(&score, 20);
    }
}

#[test]
fn three_who_speak_in_step_are_all_heard() {
    for db in LEVELS {
        let score = score((0..25).flat_map(|run| {
            [(0, 0), (1_600, 3_200)].map(|(second, third)| {
                vec![alice(0, 0.0), bob(second, db, run), carol(third, db / 2.0, run)]
            })
        }));
        assert_heard(&score, 20);
    }
}

#[test]
fn three_who_do_not_speak_in_step_are_all_heard_mostly() {
    for db in LEVELS {
        let score = score((0..80_u16).map(|run| {
            let (second, third) =
                (1_600 + usize::from(run) * 2, 3_200 + usize::from(run) * 37 % 160);
            let run = u32::from(run);
            vec![alice(0, 0.0), bob(second, db, run), carol(third, db / 2.0, run)]
        }));
        assert_heard(&score, 300);
    }
}

#[test]
fn a_voice_and_its_own_echo_are_both_heard() {
    for delay in [160, 400, 1_000, 1_601] {
        let echo = Speech { start: delay, ..alice(0, -8.0) };
        let speech = alice(0, 0.0);
        let heard = listen(&a_law(&speak(&[speech, echo])), 160);
        let twice = Score::of(&[speech], &heard);
        assert_eq!(twice.wrong, 0, "{twice:?}");
        assert_eq!(twice.heard, twice.said, "{twice:?}");
        assert!(twice.misplaced >= 38, "the echo, after {delay}: {twice:?}");
    }
}
