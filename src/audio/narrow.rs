//! Wide-band audio for ears that hear the narrow band.

/// Adds half as many samples to `narrow` as `wide` has, of the same sound at half the rate: from
/// 16 kHz, as G.722 has it, to the 8 kHz in which a [`super::Listener`] listens and in which the
/// RTP timestamps of G.722 count (RFC 3551 section 4.5.2).
///
/// Each is the mean of two. Above 4 kHz, where the sounds of this room have nothing, that lets
/// some of a real voice through, which is not known anyway.
pub fn narrow(wide: &[i16], narrow: &mut Vec<i16>) {
    narrow.extend(wide.chunks_exact(2).map(|pair| i16::midpoint(pair[0], pair[1])));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Mark, Sound, Voice, hear};

    #[test]
    fn a_voice_is_known_when_it_is_made_narrow() {
        let alice = Voice::of_person(1).unwrap();
        for moment in 0..1_000 {
            let mut samples = Vec::new();
            narrow(&alice.speak_wide(moment), &mut samples);
            let heard = hear(samples.as_slice().try_into().unwrap());
            assert_eq!(heard.sound, Sound::Voice(Mark::new(alice, moment)));
        }
    }
}
