//! Codecs by name, and the payload types that stand for them (RFC 3551 section 6).

use std::borrow::Cow;
use std::fmt;

/// How media is encoded: what an `a=rtpmap` line says of a payload type.
///
/// Two are equal if their names are, whatever the case (RFC 4855 section 3), and their clocks and
/// channels.
#[derive(Clone, Debug)]
pub struct Codec {
    /// The encoding name, such as `PCMU`.
    pub name: Cow<'static, str>,
    /// The RTP clock rate in Hz.
    pub clock: u32,
    /// The number of channels, 1 where nothing is said.
    pub channels: u8,
}

impl Codec {
    /// G.711 mu-law, payload type 0.
    pub const PCMU: Self = Self::named("PCMU", 8_000, 1);
    /// G.711 A-law, payload type 8.
    pub const PCMA: Self = Self::named("PCMA", 8_000, 1);
    /// G.722, payload type 9: sampled at 16 kHz, yet its RTP clock is 8 kHz by an old mistake that
    /// everybody keeps (RFC 3551 section 4.5.2).
    pub const G722: Self = Self::named("G722", 8_000, 1);
    /// Comfort noise, payload type 13 (RFC 3389).
    pub const CN: Self = Self::named("CN", 8_000, 1);
    /// Digits as named events, beside an 8 kHz codec (RFC 4733).
    pub const TELEPHONE_EVENT: Self = Self::named("telephone-event", 8_000, 1);
    /// Opus (RFC 7587 section 7): always 48 kHz and two channels in the rtpmap.
    pub const OPUS: Self = Self::named("opus", 48_000, 2);

    const fn named(name: &'static str, clock: u32, channels: u8) -> Self {
        Self { name: Cow::Borrowed(name), clock, channels }
    }

    /// What a payload type stands for where no `a=rtpmap` says otherwise (RFC 3551 tables 4, 5).
    pub fn of_static(payload_type: u8) -> Option<Self> {
        STATIC
            .iter()
            .find(|(number, ..)| *number == payload_type)
            .map(|&(_, name, clock, channels)| Self::named(name, clock, channels))
    }

    /// The payload type that stands for this codec without an `a=rtpmap`.
    pub fn static_payload_type(&self) -> Option<u8> {
        (0..FIRST_DYNAMIC).find(|&number| Self::of_static(number).as_ref() == Some(self))
    }

    /// Whether this only accompanies a codec that carries speech: events, comfort noise.
    pub fn is_auxiliary(&self) -> bool {
        self.is_telephone_event() || self.name.eq_ignore_ascii_case("CN")
    }

    /// Whether this carries digits as named events, at whatever clock.
    pub fn is_telephone_event(&self) -> bool {
        self.name.eq_ignore_ascii_case("telephone-event")
    }

    /// Reads `<encoding name>/<clock rate>[/<channels>]` (RFC 8866 section 6.6).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut fields = text.trim().split('/');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let clock = fields.next()?.trim().parse().ok().filter(|&clock| clock > 0)?;
        // Channels that are no number are somebody's private parameter: one channel is meant.
        let channels = fields.next().and_then(|it| it.trim().parse().ok()).unwrap_or(1);
        Some(Self { name: Cow::Owned(name.to_owned()), clock, channels })
    }
}

impl PartialEq for Codec {
    fn eq(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
            && (self.clock, self.channels) == (other.clock, other.channels)
    }
}

impl Eq for Codec {}

/// As in an `a=rtpmap` line: `PCMU/8000`, `opus/48000/2`.
impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.clock)?;
        if self.channels == 1 { Ok(()) } else { write!(f, "/{}", self.channels) }
    }
}

/// One format of an `m=` line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Format {
    /// As the `m=` line names it: a payload type, or another token where the medium is not RTP.
    pub name: String,
    /// What it stands for; `None` if it is not RTP, or a dynamic payload type that nothing maps.
    pub codec: Option<Codec>,
    /// The value of `a=fmtp`, without the payload type.
    pub parameters: Option<String>,
}

impl Format {
    /// A codec under the payload type `number`, 0 to 127.
    pub fn new(number: u8, codec: Codec) -> Self {
        let parameters = codec.is_telephone_event().then(|| DIGITS.to_owned());
        Self { name: number.to_string(), codec: Some(codec), parameters }
    }

    /// A codec under its static payload type, or under the number that most use for it.
    ///
    /// Two codecs that have neither would get the same number: name theirs with [`Format::new`].
    pub fn of(codec: Codec) -> Self {
        let number = match codec.static_payload_type() {
            Some(number) => number,
            None if codec == Codec::TELEPHONE_EVENT => TELEPHONE_EVENT,
            None if codec == Codec::OPUS => OPUS,
            None => FIRST_DYNAMIC,
        };
        Self::new(number, codec)
    }

    /// The RTP payload type, 0 to 127; `None` if the name is not one.
    pub fn payload_type(&self) -> Option<u8> {
        let is_number = self.name.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| self.name.parse().ok()).flatten().filter(|&it| it <= MAX_PAYLOAD_TYPE)
    }

    /// Whether this stands for `codec`.
    pub fn is(&self, codec: &Codec) -> bool {
        self.codec.as_ref() == Some(codec)
    }
}

/// The payload type is a 7-bit field (RFC 3550 section 5.1).
const MAX_PAYLOAD_TYPE: u8 = 127;
/// The dynamic payload types begin here (RFC 3551 section 6).
pub(super) const FIRST_DYNAMIC: u8 = 96;
/// What telephones use for telephone-event when nothing else is agreed.
const TELEPHONE_EVENT: u8 = 101;
/// What Webex Calling uses for Opus.
const OPUS: u8 = 111;
/// The events of a telephone's keys: 0 to 9, star, hash, A to D (RFC 4733 section 3.2).
pub(super) const DIGITS: &str = "0-15";

/// RFC 3551 tables 4 and 5: number, name, clock in Hz, channels.
const STATIC: [(u8, &str, u32, u8); 24] = [
    (0, "PCMU", 8_000, 1),
    (3, "GSM", 8_000, 1),
    (4, "G723", 8_000, 1),
    (5, "DVI4", 8_000, 1),
    (6, "DVI4", 16_000, 1),
    (7, "LPC", 8_000, 1),
    (8, "PCMA", 8_000, 1),
    (9, "G722", 8_000, 1),
    (10, "L16", 44_100, 2),
    (11, "L16", 44_100, 1),
    (12, "QCELP", 8_000, 1),
    (13, "CN", 8_000, 1),
    (14, "MPA", 90_000, 1),
    (15, "G728", 8_000, 1),
    (16, "DVI4", 11_025, 1),
    (17, "DVI4", 22_050, 1),
    (18, "G729", 8_000, 1),
    (25, "CelB", 90_000, 1),
    (26, "JPEG", 90_000, 1),
    (28, "nv", 90_000, 1),
    (31, "H261", 90_000, 1),
    (32, "MPV", 90_000, 1),
    (33, "MP2T", 90_000, 1),
    (34, "H263", 90_000, 1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codec_is_the_same_in_any_case_but_not_at_another_clock() {
        assert_eq!(Codec::parse("pcmu/8000"), Some(Codec::PCMU));
        assert_eq!(Codec::parse("PCMU/8000/1"), Some(Codec::PCMU));
        assert_ne!(Codec::parse("PCMU/16000"), Some(Codec::PCMU));
        assert_ne!(Codec::parse("telephone-event/48000"), Some(Codec::TELEPHONE_EVENT));
    }

    #[test]
    fn an_rtpmap_without_a_clock_says_nothing() {
        for text in ["", "PCMU", "/8000", "PCMU/", "PCMU/x", "PCMU/0", "PCMU/99999999999"] {
            assert_eq!(Codec::parse(text), None, "{text}");
        }
    }

    #[test]
    fn static_numbers_are_known_both_ways() {
        for (number, codec) in [(0, Codec::PCMU), (8, Codec::PCMA), (9, Codec::G722)] {
            assert_eq!(Codec::of_static(number).as_ref(), Some(&codec));
            assert_eq!(codec.static_payload_type(), Some(number));
        }
        assert_eq!(Codec::of_static(18).map(|it| it.to_string()).as_deref(), Some("G729/8000"));
        assert_eq!(Codec::of_static(96), None);
    }

    #[test]
    fn a_payload_type_is_a_number_of_seven_bits() {
        let format = |name: &str| Format { name: name.into(), codec: None, parameters: None };
        assert_eq!(format("127").payload_type(), Some(127));
        for name in ["128", "256", "+5", "t38", "", "-1", "*"] {
            assert_eq!(format(name).payload_type(), None, "{name}");
        }
    }
}
