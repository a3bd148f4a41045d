//! How long time-coded speech takes to say and to hear: each measurement is of 20 ms.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use tallylight::audio::{Listener, ToneFinder, Voice, hear, mix};

fn speaking(criterion: &mut Criterion) {
    let alice = voice(1);
    let mut moment = 0;
    let mut next = move || {
        moment += 1;
        moment
    };
    criterion.bench_function("speak", |b| b.iter(|| alice.speak(next())));
    criterion.bench_function("speak for G.722", |b| b.iter(|| alice.speak_wide(black_box(7))));
    let [one, two, three] = [1, 2, 3].map(|person| voice(person).speak(7));
    let mut out = [0; 160];
    criterion.bench_function("mix three", |b| {
        b.iter(|| mix(black_box(&[&one, &two, &three]), &mut out));
    });
}

fn hearing(criterion: &mut Criterion) {
    let frame = voice(1).speak(4_711);
    criterion.bench_function("hear a voice", |b| b.iter(|| hear(black_box(&frame))));
    let mut both = [0; 160];
    mix(&[&frame, &voice(2).speak(42)], &mut both);
    criterion.bench_function("hear a mix", |b| b.iter(|| hear(black_box(&both))));
    criterion.bench_function("hear silence", |b| b.iter(|| hear(black_box(&[0; 160]))));
}

fn listening(criterion: &mut Criterion) {
    for (name, late, voices) in [
        ("one voice in step", 0, 1),
        ("one voice out of step", 57, 1),
        ("two voices in step", 0, 2),
        ("two voices out of step", 57, 2),
        ("three voices in step", 0, 3),
    ] {
        let stream = stream(late, voices);
        let mut frames = stream.as_chunks::<160>().0.iter().cycle();
        let (mut listener, mut heard, mut position) = (Listener::new(), Vec::new(), 0);
        criterion.bench_function(&format!("listen to {name}"), |b| {
            b.iter(|| {
                heard.clear();
                let frame = frames.next().expect("it goes round");
                listener.push(position, frame, &mut heard);
                position += 160;
                heard.len()
            });
        });
    }
    let noise = noise();
    let mut frames = noise.as_chunks::<160>().0.iter().cycle();
    let (mut listener, mut heard, mut position) = (Listener::new(), Vec::new(), 0);
    criterion.bench_function("listen to noise", |b| {
        b.iter(|| {
            heard.clear();
            listener.push(position, frames.next().expect("it goes round"), &mut heard);
            position += 160;
        });
    });
    let (mut finder, mut bursts, mut position) = (ToneFinder::new(1_400), Vec::new(), 0);
    criterion.bench_function("listen for a tone", |b| {
        b.iter(|| {
            finder.push(position, frames.next().expect("it goes round"), &mut bursts);
            position += 160;
        });
    });
}

fn voice(person: u8) -> Voice {
    Voice::of_person(person).expect("there are so many")
}

/// Twenty seconds of so many voices, all but the first of them so many samples late.
fn stream(late: usize, voices: u8) -> Vec<i16> {
    let said: Vec<Vec<i16>> = (0..voices)
        .map(|person| {
            let start = if person == 0 && voices > 1 { 0 } else { late };
            let speech = (0..1_000).flat_map(|n| voice(person).speak(n + 777 * u32::from(person)));
            vec![0; start].into_iter().chain(speech).take(160_000).collect()
        })
        .collect();
    let said: Vec<&[i16]> = said.iter().map(Vec::as_slice).collect();
    let mut out = vec![0; 160_000];
    mix(&said, &mut out);
    out
}

fn noise() -> Vec<i16> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i16::try_from(state >> 20).expect("twelve bits") - 2_048
    };
    (0..160_000).map(|_| next()).collect()
}

criterion_group!(benches, speaking, hearing, listening);
criterion_main!(benches);
