use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tallylight::audio::{Heard, Listener, Mark, Sound, Voice};

struct Source {
    person: u8,
    start: usize,
    first: u32,
    symbols: usize,
    db: f64,
}

fn scene(sources: &[Source], length: usize) -> Vec<i16> {
    let mut sum = vec![0.0; length];
    for s in sources {
        let gain = 10f64.powf(s.db / 20.0);
        for n in 0..s.symbols {
            for (k, x) in
                Voice::of_person(s.person).unwrap().speak(s.first + n as u32).iter().enumerate()
            {
                if let Some(out) = sum.get_mut(s.start + n * 160 + k) {
                    *out += gain * f64::from(*x);
                }
            }
        }
    }
    sum.into_iter().map(|x: f64| x.round().clamp(-32768.0, 32767.0) as i16).collect()
}

fn alaw(pcm: &[i16]) -> Vec<i16> {
    pcm.iter()
        .map(|&s| audio_codec_algorithms::decode_alaw(audio_codec_algorithms::encode_alaw(s)))
        .collect()
}

fn noise(pcm: &[i16], rng: &mut ChaCha8Rng, rms: f64) -> Vec<i16> {
    pcm.iter()
        .map(|&s| {
            let g: f64 =
                (0..12).map(|_| f64::from(rng.next_u32()) / 4294967296.0).sum::<f64>() - 6.0;
            (f64::from(s) + rms * g).round() as i16
        })
        .collect()
}

fn listen(pcm: &[i16], frame: usize) -> Vec<(u64, Heard)> {
    let mut l = Listener::new();
    let mut heard = vec![];
    for (n, f) in pcm.chunks(frame).enumerate() {
        l.push((n * frame) as u64, f, &mut heard);
    }
    l.finish(&mut heard);
    heard
}

#[derive(Default, Debug, Clone, Copy)]
struct Score {
    right: usize,
    wrong: usize,
    beside: usize,
    missed: usize,
    twice: usize,
    mixed: usize,
    unknown: usize,
    late: usize,
    off: u64,
}

fn score(sources: &[Source], heard: &[(u64, Heard)]) -> Score {
    let mut sc = Score::default();
    let mut seen: Vec<Vec<u32>> = sources.iter().map(|s| vec![0; s.symbols]).collect();
    for (at, h) in heard {
        match h.sound {
            Sound::Voice(m) => {
                let mut ok = false;
                let mut beside = false;
                for (s, seen) in sources.iter().zip(&mut seen) {
                    let first = Mark::new(Voice::of_person(s.person).unwrap(), s.first);
                    if m.voice() != first.voice() {
                        continue;
                    }
                    let n = m.since(first) as usize;
                    if n < s.symbols {
                        let off = (*at as i64 - (s.start + n * 160) as i64).unsigned_abs();
                        if off <= 20 {
                            ok = true;
                            sc.off = sc.off.max(off);
                            seen[n] += 1;
                        } else {
                            beside = true;
                        }
                    }
                }
                if ok {
                    sc.right += 1
                } else if beside {
                    sc.beside += 1
                } else {
                    {
                        if std::env::var("SHOW").is_ok() {
                            println!("WRONG {at} {:?} {}", h.sound, h.level);
                        }
                        sc.wrong += 1
                    }
                }
            }
            Sound::Mixed => sc.mixed += 1,
            Sound::Unknown | Sound::Tone { .. } => sc.unknown += 1,
            _ => {}
        }
    }
    for seen in seen {
        sc.missed += seen.iter().filter(|&&n| n == 0).count();
        sc.twice += seen.iter().filter(|&&n| n > 1).count();
        sc.late = sc.late.max(seen.iter().take_while(|&&n| n == 0).count());
    }
    sc
}

fn add(a: &mut Score, b: Score) {
    a.right += b.right;
    a.wrong += b.wrong;
    a.beside += b.beside;
    a.missed += b.missed;
    a.twice += b.twice;
    a.mixed += b.mixed;
    a.unknown += b.unknown;
    a.late = a.late.max(b.late);
    a.off = a.off.max(b.off);
}

fn trial(
    name: &str,
    make: impl Fn(usize) -> Vec<Source>,
    chan: impl Fn(&[i16], usize) -> Vec<i16>,
    runs: usize,
) {
    let mut total = Score::default();
    let mut symbols = 0;
    for run in 0..runs {
        let sources = make(run);
        let length = sources.iter().map(|s| s.start + s.symbols * 160).max().unwrap() + 320;
        let pcm = chan(&scene(&sources, length), run);
        symbols += sources.iter().map(|s| s.symbols).sum::<usize>();
        println!("RUN {name}/{run}"); let heard = listen(&pcm, 160);
        let one = score(&sources, &heard);
        if std::env::var("SHOW").is_ok_and(|show| show == format!("{name}/{run}")) {
            println!("{one:?}");
            for s in &sources {
                println!(
                    "person {} start {} first {} symbols {}",
                    s.person, s.start, s.first, s.symbols
                );
            }
            let mut heard = heard.clone();
            heard.sort_by_key(|h| h.0);
            for (at, h) in &heard {
                println!("{at:6} {:?} {}", h.sound, h.level);
            }
        }
        if std::env::var("SICK").is_ok_and(|_| one.twice > 1 || one.wrong > 0 || one.missed > 5) {
            println!("SICK {name}/{run} {one:?}");
        }
        if std::env::var("BAD").is_ok_and(|show| show == name) {
            println!("{run} {one:?}");
        }
        add(&mut total, one);
    }
    println!(
        "{name:40} {symbols:5} right {:5} wrong {:4} beside {:4} missed {:4} twice {:4} mixed {:4} unknown {:4} late {:3} off {}",
        total.right,
        total.wrong,
        total.beside,
        total.missed,
        total.twice,
        total.mixed,
        total.unknown,
        total.late,
        total.off
    );
}

#[test]
fn experiment() {
    let a = |start, db| Source { person: 3, start, first: 1000, symbols: 40, db };
    let b = |start, db, run: usize| Source {
        person: 9,
        start,
        first: 7000 + 97 * run as u32,
        symbols: 40,
        db,
    };
    let c = |start, db, run: usize| Source {
        person: 50,
        start,
        first: 27000 + 89 * run as u32,
        symbols: 40,
        db,
    };
    let al = |p: &[i16], _| alaw(p);
    trial("one, every offset", |r| vec![a(r, 0.0)], al, 160);
    trial("one, every offset, -20 dB", |r| vec![a(r, -20.0)], al, 160);
    trial(
        "one, 20 dB SNR",
        |r| vec![a(r, 0.0)],
        |p, r| noise(p, &mut ChaCha8Rng::seed_from_u64(r as u64), 255.0),
        160,
    );
    trial(
        "one, 14 dB SNR",
        |r| vec![a(r, 0.0)],
        |p, r| noise(p, &mut ChaCha8Rng::seed_from_u64(r as u64), 510.0),
        160,
    );
    for db in [0.0, -3.0, -6.0, -10.0] {
        if false {
            return;
        }
        trial(&format!("two aligned, same start, {db}"), |r| vec![a(0, 0.0), b(0, db, r)], al, 100);
        trial(
            &format!("two aligned, B 10 later, {db}"),
            |r| vec![a(0, 0.0), b(1600, db, r)],
            al,
            100,
        );
        trial(
            &format!("two aligned, A 10 later, {db}"),
            |r| vec![a(1600, 0.0), b(0, db, r)],
            al,
            100,
        );
        trial(
            &format!("two unaligned, B 10 later, {db}"),
            |r| vec![a(0, 0.0), b(1600 + r, db, r)],
            al,
            160,
        );
        trial(
            &format!("two unaligned, same start, {db}"),
            |r| vec![a(0, 0.0), b(r, db, r)],
            al,
            160,
        );
        trial(
            &format!("three aligned, same start, {db}"),
            |r| vec![a(0, 0.0), b(0, db, r), c(0, db / 2.0, r)],
            al,
            100,
        );
        trial(
            &format!("three aligned, one by one, {db}"),
            |r| vec![a(0, 0.0), b(1600, db, r), c(3200, db / 2.0, r)],
            al,
            100,
        );
        trial(
            &format!("three unaligned, one by one, {db}"),
            |r| vec![a(0, 0.0), b(1600 + r, db, r), c(3200 + r * 37 % 160, db / 2.0, r)],
            al,
            160,
        );
    }
}
