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
        println!("RUN {name}/{run}");
        let heard = listen(&pcm, 160);
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

fn g722(pcm: &[i16]) -> Vec<i16> {
    use ezk_g722::libg722::{Bitrate, decoder::Decoder, encoder::Encoder};
    let mut enc = Encoder::new(Bitrate::Mode1_64000, false, false);
    let mut dec = Decoder::new(Bitrate::Mode1_64000, false, false);
    pcm.chunks(320).flat_map(|f| dec.decode(&enc.encode(f))).collect()
}

fn resample(pcm: &[i16], ratio: f64) -> Vec<i16> {
    // windowed sinc
    let n = (pcm.len() as f64 / ratio) as usize;
    (0..n)
        .map(|k| {
            let x = k as f64 * ratio;
            let c = x.floor() as i64;
            let mut s = 0.0;
            for i in c - 15..=c + 16 {
                let Some(v) = usize::try_from(i).ok().and_then(|i| pcm.get(i)) else { continue };
                let d = x - i as f64;
                let w = 0.5 + 0.5 * (std::f64::consts::PI * d / 17.0).cos();
                let sinc = if d.abs() < 1e-9 {
                    1.0
                } else {
                    (std::f64::consts::PI * d).sin() / (std::f64::consts::PI * d)
                };
                s += f64::from(*v) * w * sinc;
            }
            s.round().clamp(-32768.0, 32767.0) as i16
        })
        .collect()
}

fn tally(name: &str, heard: &[(u64, Heard)]) {
    let mut c = [0; 5];
    for (_, h) in heard {
        c[match h.sound {
            Sound::Silence => 0,
            Sound::Voice(_) | Sound::Prompt(_) => 1,
            Sound::Tone { .. } => 2,
            Sound::Mixed => 3,
            Sound::Unknown => 4,
        }] += 1;
    }
    println!(
        "TALLY {name:30} silence {} NAMED {} tone {} mixed {} unknown {}",
        c[0], c[1], c[2], c[3], c[4]
    );
}

#[test]
fn noises() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut uni = || f64::from(rng.next_u32()) / 4294967296.0;
    let n = 160 * 10_000;
    let clamp = |x: f64| x.round().clamp(-32768.0, 32767.0) as i16;
    let t0 = std::time::Instant::now();
    let lap = || t0.elapsed().as_secs_f64();
    let white: Vec<i16> = (0..n).map(|_| clamp(8000.0 * (uni() - 0.5))).collect();
    tally("white", &listen(&white, 160));
    println!("TALLY {}", lap());
    // speech-like: resonators excited by pulse train/noise with changing pitch and formants
    let mut y = [[0.0f64; 2]; 3];
    let (mut f0, mut phase, mut f, mut amp) = (120.0, 0.0, [500.0, 1500.0, 2500.0], 1.0);
    let speech: Vec<i16> = (0..n)
        .map(|k| {
            if k % 800 == 0 {
                f0 = 80.0 + 250.0 * uni();
                f = [250.0 + 600.0 * uni(), 900.0 + 1400.0 * uni(), 2200.0 + 1000.0 * uni()];
                amp = uni();
            }
            phase += f0 / 8000.0;
            let mut e = 0.05 * (uni() - 0.5);
            if phase >= 1.0 {
                phase -= 1.0;
                e += 1.0;
            }
            let mut s = 0.0;
            for j in 0..3 {
                let r: f64 = 0.97;
                let v = e + 2.0 * r * (std::f64::consts::TAU * f[j] / 8000.0).cos() * y[j][0]
                    - r * r * y[j][1];
                y[j] = [v, y[j][0]];
                s += v * (1.0 - r);
            }
            clamp(60000.0 * amp * s)
        })
        .collect();
    tally("speech-like", &listen(&speech, 160));
    println!("TALLY {}", lap());
    // DTMF
    let lo = [697.0, 770.0, 852.0, 941.0];
    let hi = [1209.0, 1336.0, 1477.0, 1633.0];
    let (mut a, mut b) = (0.0, 0.0);
    let dtmf: Vec<i16> = (0..n)
        .map(|k| {
            if k % 800 == 0 {
                a = lo[(uni() * 4.0) as usize];
                b = hi[(uni() * 4.0) as usize];
            }
            let t = k as f64 / 8000.0 * std::f64::consts::TAU;
            if k % 800 < 400 { clamp(5000.0 * ((a * t).sin() + (b * t).sin())) } else { 0 }
        })
        .collect();
    tally("dtmf", &listen(&dtmf, 160));
    println!("TALLY {}", lap());
    // chords of music: 3-5 notes with 8 harmonics
    let mut notes = vec![];
    let music: Vec<i16> = (0..n)
        .map(|k| {
            if k % 1600 == 0 {
                notes = (0..3 + (uni() * 3.0) as usize)
                    .map(|_| 110.0 * 2f64.powf((uni() * 36.0).floor() / 12.0))
                    .collect::<Vec<f64>>();
            }
            let t = k as f64 / 8000.0 * std::f64::consts::TAU;
            clamp(
                notes
                    .iter()
                    .map(|f| {
                        (1..9)
                            .filter(|h| f * f64::from(*h) < 3900.0)
                            .map(|h| 2000.0 / f64::from(h) * (f * f64::from(h) * t).sin())
                            .sum::<f64>()
                    })
                    .sum(),
            )
        })
        .collect();
    tally("music", &listen(&music, 160));
    println!("TALLY {}", lap());
    // buzzers with flat harmonics around 350 Hz, sweeping
    let mut ph = 0.0;
    let buzz: Vec<i16> = (0..n)
        .map(|k| {
            let f = 340.0 + 20.0 * (k as f64 / n as f64);
            ph += f / 8000.0;
            clamp(
                (1..10)
                    .map(|h| {
                        1200.0
                            * (std::f64::consts::TAU * ph * f64::from(h) + f64::from(h * h)).cos()
                    })
                    .sum(),
            )
        })
        .collect();
    tally("buzz sweep", &listen(&buzz, 160));
    println!("TALLY {}", lap());
    // nine random tones out of the code's own grid, changing each 20 ms, no check digit
    let mut tones = vec![];
    let wild: Vec<i16> = (0..n)
        .map(|k| {
            if k % 160 == 0 {
                tones = (0..9)
                    .map(|g| {
                        let p = g * 7 + (uni() * 7.0) as usize;
                        if p < 23 { p + 5 } else { p + 6 }
                    })
                    .collect::<Vec<usize>>();
            }
            clamp(
                tones
                    .iter()
                    .map(|h| {
                        1200.0 * (std::f64::consts::TAU * (*h * (k % 160)) as f64 / 160.0).cos()
                    })
                    .sum(),
            )
        })
        .collect();
    tally("random chords, 1/7 valid", &listen(&wild, 160));
    println!("TALLY {}", lap());
    let wild: Vec<i16> = (0..n)
        .map(|k| {
            if k % 160 == 0 {
                tones = (0..20).map(|_| 5 + (uni() * 64.0) as usize).collect::<Vec<usize>>();
            }
            clamp(
                tones
                    .iter()
                    .map(|h| {
                        1000.0 * (std::f64::consts::TAU * (*h * (k % 160)) as f64 / 160.0).cos()
                    })
                    .sum(),
            )
        })
        .collect();
    tally("20 random tones", &listen(&wild, 160));
    println!("TALLY {}", lap());

    // G.722
    let v = Voice::of_person(8).unwrap();
    let wide: Vec<i16> = (0..500).flat_map(|m| v.speak_wide(m)).collect();
    let narrow: Vec<i16> =
        g722(&wide).chunks(2).map(|p| ((i32::from(p[0]) + i32::from(p[1])) / 2) as i16).collect();
    let heard = listen(&narrow, 160);
    tally("g722", &heard);
    println!("TALLY {:?}", &heard[..4]);
    let voice: Vec<i16> = (0..2000).flat_map(|m| v.speak(m)).collect();
    let w = Voice::of_person(77).unwrap();
    let other: Vec<i16> = (0..2000).flat_map(|m| w.speak(m + 300)).collect();
    for ratio in [0.999, 0.9999, 1.0001, 1.001] {
        let slow = resample(&voice, ratio);
        let heard = listen(&slow, 160);
        tally(&format!("drift {ratio}"), &heard);
        if ratio == 1.001 {
            let i = heard.iter().position(|(_, h)| h.sound == Sound::Unknown).unwrap();
            for (at, h) in &heard[i - 6..i + 20] {
                println!("TALLY {at} {:?} {}", h.sound, h.level);
            }
        }
        let worst = heard
            .iter()
            .filter_map(|(at, h)| {
                if let Sound::Voice(m) = h.sound {
                    Some((*at as f64 - f64::from(m.moment()) * 160.0 / ratio).abs())
                } else {
                    None
                }
            })
            .fold(0.0, f64::max);
        println!("TALLY worst {worst}");
        let both: Vec<i16> = slow.iter().zip(&other).map(|(a, b)| a + b).collect();
        tally(&format!("drift {ratio} and another"), &listen(&both, 160));
    }
    // filter: an allpass-ish telephone line, IIR bandpass
    let mut z = [0.0f64; 4];
    let line: Vec<i16> = voice
        .iter()
        .zip(&other)
        .map(|(a, b)| {
            let x = f64::from(*a) + f64::from(*b);
            // one-pole highpass 300 Hz, one-pole lowpass 3000 Hz, allpass
            let hp = 0.8 * (z[0] + x - z[1]);
            z[1] = x;
            z[0] = hp;
            z[2] += 0.9 * (hp - z[2]);
            let ap = -0.5 * z[2] + z[3];
            z[3] = z[2] + 0.5 * ap;
            clamp(ap)
        })
        .collect();
    tally("line, two voices", &listen(&line, 160));
    println!("TALLY {}", lap());
}
