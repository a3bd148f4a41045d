//! Several sounds at once, as in a conference, or on a recording with one stream.

/// Adds up `sources` into `out`; what does not fit into a sample is cut off at the largest.
///
/// A source that is shorter than `out` is silent where it ends.
pub fn mix(sources: &[&[i16]], out: &mut [i16]) {
    for (n, sum) in out.iter_mut().enumerate() {
        let exact: i32 =
            sources.iter().map(|source| source.get(n).map_or(0, |&s| i32::from(s))).sum();
        *sum = i16::try_from(exact).unwrap_or(if exact < 0 { i16::MIN } else { i16::MAX });
    }
}

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
    }
}
