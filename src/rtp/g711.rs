//! G.711, both laws, by table: 14 (mu) and 13 (A) bits of each sample are all that it looks at.

use std::sync::LazyLock;

use audio_codec_algorithms::{decode_alaw, decode_ulaw, encode_alaw, encode_ulaw};

/// The code of a silent sample in mu-law: positive zero.
pub(super) const MU_LAW_IDLE: u8 = 0xFF;

/// The code of a silent sample in A-law: the smallest positive value, for there is no zero.
pub(super) const A_LAW_IDLE: u8 = 0xD5;

/// Appends the mu-law code of each sample, as ITU-T G.191 `ulaw_compress` does.
pub(super) fn encode_mu(pcm: &[i16], out: &mut Vec<u8>) {
    let codes: &[u8; 1 << 14] = &MU_LAW_CODES;
    out.extend(pcm.iter().map(|sample| codes[usize::from(sample.cast_unsigned() >> 2)]));
}

/// Appends the A-law code of each sample, as ITU-T G.191 `alaw_compress` does.
pub(super) fn encode_a(pcm: &[i16], out: &mut Vec<u8>) {
    let codes: &[u8; 1 << 13] = &A_LAW_CODES;
    out.extend(pcm.iter().map(|sample| codes[usize::from(sample.cast_unsigned() >> 3)]));
}

/// Appends the sample of each mu-law code.
pub(super) fn decode_mu(codes: &[u8], out: &mut Vec<i16>) {
    out.extend(codes.iter().map(|&code| decode_ulaw(code)));
}

/// Appends the sample of each A-law code.
pub(super) fn decode_a(codes: &[u8], out: &mut Vec<i16>) {
    out.extend(codes.iter().map(|&code| decode_alaw(code)));
}

static MU_LAW_CODES: LazyLock<Box<[u8; 1 << 14]>> =
    LazyLock::new(|| tabulate(|upper| encode_ulaw((upper << 2).cast_signed())));

static A_LAW_CODES: LazyLock<Box<[u8; 1 << 13]>> =
    LazyLock::new(|| tabulate(|upper| encode_alaw((upper << 3).cast_signed())));

#[expect(clippy::unnecessary_box_returns, reason = "16 KiB are not to pass over the stack")]
fn tabulate<const N: usize>(code: impl Fn(u16) -> u8) -> Box<[u8; N]> {
    let mut table = Box::new([0; N]);
    for (upper, entry) in (0..).zip(table.iter_mut()) {
        *entry = code(upper);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_CODE: std::ops::RangeInclusive<u8> = 0..=255;

    /// ITU-T G.711 table 2: eight segments of sixteen steps, on a 14-bit scale shifted by 33.
    fn mu_law_value(code: u8) -> i32 {
        let (segment, step) = (i32::from(!code >> 4 & 7), i32::from(!code & 15));
        let magnitude = ((2 * step + 33) << segment) - 33;
        4 * if code & 0x80 == 0 { -magnitude } else { magnitude }
    }

    /// ITU-T G.711 table 1: even bits inverted; the first two segments are one straight line.
    fn a_law_value(code: u8) -> i32 {
        let (segment, step) = (i32::from((code ^ 0x55) >> 4 & 7), i32::from((code ^ 0x55) & 15));
        let magnitude = match segment {
            0 => 2 * step + 1,
            _ => (2 * step + 33) << (segment - 1),
        };
        8 * if code & 0x80 == 0 { -magnitude } else { magnitude }
    }

    fn decoded(decode: impl Fn(&[u8], &mut Vec<i16>)) -> Vec<i16> {
        let mut pcm = Vec::new();
        decode(&EVERY_CODE.collect::<Vec<_>>(), &mut pcm);
        pcm
    }

    fn encoded(encode: impl Fn(&[i16], &mut Vec<u8>)) -> Vec<(i32, u8)> {
        let pcm: Vec<i16> = (i16::MIN..=i16::MAX).collect();
        let mut codes = Vec::new();
        encode(&pcm, &mut codes);
        pcm.into_iter().map(i32::from).zip(codes).collect()
    }

    #[test]
    fn mu_law_decodes_every_code_as_the_standard_says() {
        let expected: Vec<_> = EVERY_CODE.map(mu_law_value).collect();
        assert_eq!(decoded(decode_mu).into_iter().map(i32::from).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_law_decodes_every_code_as_the_standard_says() {
        let expected: Vec<_> = EVERY_CODE.map(a_law_value).collect();
        assert_eq!(decoded(decode_a).into_iter().map(i32::from).collect::<Vec<_>>(), expected);
    }

    /// The last of the 128 intervals whose lower decision value a magnitude reaches, by search.
    fn interval(magnitude: i32, decision_value: impl Fn(i32, i32) -> i32) -> u8 {
        let reached = |at: &i32| decision_value(at >> 4, at & 15) <= magnitude;
        u8::try_from((0..128).filter(reached).max().unwrap()).unwrap()
    }

    #[test]
    fn mu_law_takes_the_interval_that_the_standard_says_for_every_sample() {
        for (sample, code) in encoded(encode_mu) {
            // The sign decides first, and negatives are counted from -1 (G.191).
            let magnitude = if sample < 0 { -1 - sample } else { sample } >> 2;
            let at = interval(magnitude, |segment, step| ((2 * step + 32) << segment) - 33);
            let sign = if sample < 0 { 0 } else { 0x80 };
            assert_eq!(code, sign | (!at & 0x7F), "{sample}");
        }
    }

    #[test]
    fn a_law_takes_the_interval_that_the_standard_says_for_every_sample() {
        for (sample, code) in encoded(encode_a) {
            let magnitude = if sample < 0 { -1 - sample } else { sample } >> 3;
            let at = interval(magnitude, |segment, step| match segment {
                0 => 2 * step,
                _ => (2 * step + 32) << (segment - 1),
            });
            let sign = if sample < 0 { 0 } else { 0x80 };
            assert_eq!(code, sign | (at ^ 0x55), "{sample}");
        }
    }

    #[test]
    fn decoding_and_encoding_again_changes_no_code_but_negative_zero() {
        let every: Vec<u8> = EVERY_CODE.collect();
        let (mut mu, mut a) = (Vec::new(), Vec::new());
        encode_mu(&decoded(decode_mu), &mut mu);
        encode_a(&decoded(decode_a), &mut a);
        assert_eq!(a, every);
        mu[0x7F] = if mu[0x7F] == 0xFF { 0x7F } else { 0 };
        assert_eq!(mu, every);
    }

    #[test]
    fn silence_has_the_idle_codes() {
        let (mut mu, mut a) = (Vec::new(), Vec::new());
        encode_mu(&[0], &mut mu);
        encode_a(&[0], &mut a);
        assert_eq!((mu[0], a[0]), (MU_LAW_IDLE, A_LAW_IDLE));
    }
}
