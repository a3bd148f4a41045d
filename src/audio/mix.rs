//! Several sounds at once, as in a conference, or on a recording with one stream.

/// Adds up `sources` into `out`; what does not fit into a sample is cut off at the largest.
///
/// A source that is shorter than `out` is silent where it ends.
pub fn mix(sources: &[&[i16]], out: &mut [i16]) {
    for (n, out) in out.chunks_mut(AT_A_TIME).enumerate() {
        let mut sums = [0_i32; AT_A_TIME];
        for source in sources {
            let rest = source.get(n * AT_A_TIME..).unwrap_or_default();
            for (sum, &sample) in sums.iter_mut().zip(rest) {
                *sum += i32::from(sample);
            }
        }
        for (out, sum) in out.iter_mut().zip(sums) {
            let fits = sum.clamp(i16::MIN.into(), i16::MAX.into());
            *out = i16::try_from(fits).expect("it was made to fit");
        }
    }
}

/// Samples that are added up before they are cut off.
const AT_A_TIME: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_does_not_fit_is_cut_off() {
        let mut out = [7; 4];
        mix(&[&[1, 30_000, -30_000], &[2, 30_000, -30_000, 5], &[4]], &mut out);
        assert_eq!(out, [7, i16::MAX, i16::MIN, 5]);
        mix(&[], &mut out);
        assert_eq!(out, [0; 4]);
    }

    #[test]
    fn an_overflow_in_between_does_not_matter() {
        let mut out = [0];
        mix(&[&[30_000], &[30_000], &[-30_000]], &mut out);
        assert_eq!(out, [30_000]);
        let (long, mut out) = ([1; 1_000], [0; 999]);
        mix(&[&long, &long[..700]], &mut out);
        assert!(out[..700].iter().all(|&sum| sum == 2) && out[700..].iter().all(|&sum| sum == 1));
    }
}
