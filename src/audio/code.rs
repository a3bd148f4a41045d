//! The code of time-coded speech: which nine tones say who speaks, and when.
//!
//! A mark is numbered (`voice * MOMENTS + moment`), the number is shuffled, written with eight
//! digits to the base 7, and a ninth digit is added as a check. Digit *g* chooses one of the seven
//! tones of group *g*.

use super::voice::{Mark, Voice};

/// The nine tones that sound together for 20 ms: one digit, 0 to 6, for each group.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Chord([u8; GROUPS]);

impl Chord {
    /// The chord that says `mark`.
    pub fn of(mark: Mark) -> Self {
        let number = u32::from(mark.voice().number()) * MOMENTS + mark.moment();
        let (high, low) = shuffle(number / HALF, number % HALF);
        let mut digits = [0; GROUPS];
        write(high, &mut digits[..4]);
        write(low, &mut digits[4..8]);
        digits[8] = check(&digits);
        Self(digits)
    }

    /// A chord of these digits, if the check digit is right.
    pub fn checked(digits: [u8; GROUPS]) -> Option<Self> {
        (check(&digits) == digits[8]).then_some(Self(digits))
    }

    /// What the chord says; nothing for the few numbers that no mark has.
    pub fn mark(self) -> Option<Mark> {
        let (high, low) = unshuffle(read(&self.0[..4]), read(&self.0[4..8]));
        let number = high * HALF + low;
        let voice = u8::try_from(number / MOMENTS).ok().and_then(Voice::numbered)?;
        Some(Mark::new(voice, number % MOMENTS))
    }

    /// The digit of each group.
    pub fn digits(self) -> [u8; GROUPS] {
        self.0
    }

    /// The pitch that sounds in each group.
    pub fn pitches(self) -> [usize; GROUPS] {
        std::array::from_fn(|group| group * PER_GROUP + usize::from(self.0[group]))
    }
}

/// The check digit for the first eight. The weights are not zero, so that no digit can change
/// alone; and no nine equal digits pass (the weights add up to 1), since those are the harmonics
/// of a 350 Hz buzzer.
pub(super) fn check(digits: &[u8; GROUPS]) -> u8 {
    let sum: u8 = digits.iter().zip(CHECK_WEIGHTS).map(|(&digit, weight)| digit * weight).sum();
    (sum + CHECK_START) % BASE
}

/// Four rounds of a Feistel network over two halves of four digits.
///
/// A multiplication would be simpler, and wrong: then the chord after a chord follows from it
/// digit by digit, and a false reading of two voices mixed, with some digits of the one and some
/// of the other, goes on to be readable in the next symbol, and the next.
fn shuffle(mut high: u32, mut low: u32) -> (u32, u32) {
    for key in KEYS {
        (high, low) = (low, (high + stir(low, key)) % HALF);
    }
    (high, low)
}

fn unshuffle(mut high: u32, mut low: u32) -> (u32, u32) {
    for key in KEYS.into_iter().rev() {
        (high, low) = ((low + HALF - stir(high, key)) % HALF, high);
    }
    (high, low)
}

/// A number below `HALF` that has nothing to do with `half`.
fn stir(half: u32, key: u32) -> u32 {
    let mut x = (half ^ key).wrapping_mul(0x9E37_79B1);
    x = (x ^ (x >> 15)).wrapping_mul(0x85EB_CA77);
    (x ^ (x >> 13)) % HALF
}

fn write(mut number: u32, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(number % u32::from(BASE)).expect("a digit is below 7");
        number /= u32::from(BASE);
    }
}

fn read(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, &digit| number * u32::from(BASE) + u32::from(digit))
}

/// Groups of tones, of which one sounds in each.
pub(super) const GROUPS: usize = 9;
/// Tones in a group.
pub(super) const PER_GROUP: usize = 7;
/// All tones.
pub(super) const PITCHES: usize = GROUPS * PER_GROUP;
/// How many numbers a mark can have, of the 7^8 that eight digits can write.
pub(super) const MARKS: u32 = 128 * MOMENTS;
/// How many moments a voice has before it begins again: 15 minutes and 740 ms.
pub(super) const MOMENTS: u32 = 45_037;

const BASE: u8 = 7;
/// What four digits can write.
const HALF: u32 = 7 * 7 * 7 * 7;
const KEYS: [u32; 4] = [0x5A17, 0x0C3D, 0x71E9, 0x2B86];
const CHECK_WEIGHTS: [u8; 8] = [1, 2, 3, 4, 5, 6, 3, 5];
const CHECK_START: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_marks_share_a_chord() {
        // Every moment of every voice: the shuffle is a permutation, and is undone.
        let mut seen = vec![false; 7_usize.pow(8)];
        for voice in 0..128 {
            for moment in 0..MOMENTS {
                let mark = Mark::new(Voice::numbered(voice).unwrap(), moment);
                let chord = Chord::of(mark);
                let number = usize::try_from(read(&chord.digits()[..8])).unwrap();
                assert!(!std::mem::replace(&mut seen[number], true), "{mark} shares its chord");
                assert_eq!(chord.mark(), Some(mark));
            }
        }
        assert_eq!(seen.iter().filter(|&&taken| !taken).count(), 65, "numbers that say nothing");
    }

    #[test]
    fn a_chord_with_one_wrong_digit_is_refused() {
        let digits = Chord::of(Mark::new(Voice::numbered(5).unwrap(), 777)).digits();
        for group in 0..GROUPS {
            for change in 1..BASE {
                let mut wrong = digits;
                wrong[group] = (wrong[group] + change) % BASE;
                assert_eq!(Chord::checked(wrong), None);
            }
        }
    }

    #[test]
    fn the_harmonics_of_a_buzzer_are_no_chord() {
        for digit in 0..BASE {
            assert_eq!(Chord::checked([digit; GROUPS]), None);
        }
    }

    #[test]
    fn two_voices_mixed_are_rarely_misread_three_times_running() {
        // Of all the false readings of two marks, how many go on to be readable?
        let mut alive = [0_u32; 3];
        for pair in 0..200 {
            let [one, two] = [(3, 100 + pair * 17), (9, 40_000 - pair * 31)]
                .map(|(voice, moment)| Mark::new(Voice::numbered(voice).unwrap(), moment));
            for choice in 1..511_u32 {
                let digits = std::array::from_fn(|group| {
                    let of = if choice >> group & 1 == 0 { one } else { two };
                    Chord::of(of).digits()[group]
                });
                let Some(mut mark) = Chord::checked(digits).and_then(Chord::mark) else { continue };
                if mark == one || mark == two {
                    continue;
                }
                for (later, alive) in (0..).zip(&mut alive) {
                    mark = if later == 0 { mark } else { mark.later(1) };
                    let said = [one, two].map(|mark| Chord::of(mark.later(later)).digits());
                    let digits = Chord::of(mark).digits();
                    if !(0..GROUPS).all(|g| said.iter().any(|said| said[g] == digits[g])) {
                        break;
                    }
                    *alive += 1;
                }
            }
        }
        assert!(alive[0] > 5_000, "there is something to misread: {alive:?}");
        assert!(alive[1] <= 2 && alive[2] == 0, "{alive:?}");
    }
}
