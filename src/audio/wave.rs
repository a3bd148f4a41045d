//! The sines that everything in this room is made of, computed without asking the machine's
//! mathematics library, so that they are alike on every machine.

/// Samples in a symbol at 8 kHz, and so the number of steps in a turn of a 50 Hz sine.
pub(super) const SYMBOL: usize = 160;

/// As [`SYMBOL`], for positions in a stream.
pub(super) const STEP: u64 = SYMBOL as u64;

/// The cosine of `step` 320ths of a turn.
pub(super) const fn cosine(step: usize) -> f64 {
    COSINES[step % COSINES.len()]
}

/// The cosine of `step` 320ths of a turn, for less than one.
const fn cosine_in_turn(step: usize) -> f64 {
    match step {
        step @ 0..=80 => quarter(step),
        step @ 81..=239 if step <= 160 => -quarter(160 - step),
        step @ 81..=239 => -quarter(step - 160),
        step => quarter(320 - step),
    }
}

/// The sine of `step` 320ths of a turn.
pub(super) const fn sine(step: usize) -> f64 {
    cosine(step + 240)
}

/// The cosine and sine of `turns` whole turns, for sounds of any frequency.
pub(super) fn turned(turns: f64) -> (f64, f64) {
    let eighths = (turns.fract() * 8.0).round();
    let rest = (turns.fract() - eighths / 8.0) * std::f64::consts::TAU;
    let (c, s) = (taylor(rest, 0), taylor(rest, 1));
    // An eighth of a turn at a time keeps the series short and exact.
    let eighths = (eighths + 8.0) % 8.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0.0 to 7.0")]
    let (ec, es) = (cosine(eighths as usize * 40), sine(eighths as usize * 40));
    (c * ec - s * es, s * ec + c * es)
}

/// The cosine of `step` 320ths of a turn, for 0 to 80.
const fn quarter(step: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most 80")]
    taylor(step as f64 * std::f64::consts::TAU / 320.0, 0)
}

/// The series of the cosine (`odd` 0) or the sine (`odd` 1) up to a quarter turn.
const fn taylor(angle: f64, odd: u32) -> f64 {
    let mut term = if odd == 0 { 1.0 } else { angle };
    let mut sum = term;
    let mut n = odd;
    while n < 20 {
        term *= -angle * angle / ((n + 1) as f64 * (n + 2) as f64);
        sum += term;
        n += 2;
    }
    sum
}

const COSINES: [f64; 320] = {
    let mut cosines = [0.0; 320];
    let mut step = 0;
    while step < cosines.len() {
        cosines[step] = cosine_in_turn(step);
        step += 1;
    }
    cosines
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_agree_with_the_library() {
        for step in 0..640_u32 {
            let angle = f64::from(step) * std::f64::consts::TAU / 320.0;
            assert!((cosine(step as usize) - angle.cos()).abs() < 1e-12, "cosine of {step}");
            assert!((sine(step as usize) - angle.sin()).abs() < 1e-12, "sine of {step}");
        }
        for step in -500..500 {
            let turns = f64::from(step) * 0.0137;
            let (c, s) = turned(turns);
            assert!((c - (turns * std::f64::consts::TAU).cos()).abs() < 1e-12, "{turns} turns");
            assert!((s - (turns * std::f64::consts::TAU).sin()).abs() < 1e-12, "{turns} turns");
        }
    }
}
