//! Values that carry their unit: durations, shares and rates.

use std::fmt;
use std::time::Duration;

use super::nearest::nearest;

/// Why a text is not the quantity that was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unreadable {
    /// What is wrong with the text.
    pub what: String,
    /// What would have been right.
    pub help: String,
}

/// A part of a whole, in millionths: exact, so that two runs agree on it.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Share(u32);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self(1_000_000);

    /// So many parts in a hundred, at most 100.
    pub const fn per_cent(parts: u32) -> Self {
        Self(if parts > 100 { 1_000_000 } else { parts * 10_000 })
    }

    /// So many parts in a million, at most 1,000,000.
    pub const fn per_million(self) -> u32 {
        self.0
    }

    /// Reads `2 %` or `0.5 %`, from 0 % to 100 %.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let millionths = read(text, "share", SHARES)?;
        match u32::try_from(millionths) {
            Ok(millionths) if millionths <= Self::ALL.0 => Ok(Self(millionths)),
            _ => Err(Unreadable {
                what: format!("`{text}` is more than the whole"),
                help: "a share lies between `0 %` and `100 %`".to_owned(),
            }),
        }
    }
}

/// In per cent, as short as it can be said.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:04}", self.0 % 10_000);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{} %", self.0 / 10_000),
            fraction => write!(f, "{}.{fraction} %", self.0 / 10_000),
        }
    }
}

/// A bandwidth.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Rate(u64);

impl Rate {
    /// Bits per second; never 0.
    pub const fn bits_per_second(self) -> u64 {
        self.0
    }

    /// Reads `100 Mbit/s`, `64 kbit/s`, `1.5 Gbit/s` or `800 bit/s`.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        match u64::try_from(read(text, "rate", RATES)?) {
            Ok(bits) if bits > 0 => Ok(Self(bits)),
            _ => Err(Unreadable {
                what: format!("`{text}` is not a rate that a network can have"),
                help: "for example `100 Mbit/s`".to_owned(),
            }),
        }
    }
}

/// Reads `20 ms`, `1.5 s`, `10 minutes` and the like: at most 30 days.
pub fn duration(text: &str) -> Result<Duration, Unreadable> {
    let nanos = read(text, "duration", DURATIONS)?;
    match u64::try_from(nanos) {
        Ok(nanos) if nanos <= DURATION_MAX_NANOS => Ok(Duration::from_nanos(nanos)),
        _ => Err(Unreadable {
            what: format!("`{text}` is too long"),
            help: "a duration is at most `30 days`".to_owned(),
        }),
    }
}

/// The names of a unit, the first of which is shown in help, and what it is worth.
type Unit = (&'static [&'static str], u64);

/// Reads an amount and a unit; answers in the smallest unit.
fn read(text: &str, kind: &str, units: &[Unit]) -> Result<u128, Unreadable> {
    let text = text.trim();
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = unit.trim_start();
    let Some((mantissa, divisor)) = decimal(number) else {
        let what = format!("`{text}` is not a {kind}");
        return Err(Unreadable { what, help: format!("for example {}", examples(units, "20")) });
    };
    let worth = units.iter().find(|(names, _)| names.contains(&unit)).map(|(_, worth)| *worth);
    match worth {
        Some(worth) => Ok(mantissa * u128::from(worth) / divisor),
        None if unit.is_empty() => Err(Unreadable {
            what: format!("`{text}` is a bare number where a {kind} is needed"),
            help: format!("add the unit: {}", examples(units, number)),
        }),
        None => {
            let near = nearest(unit, units.iter().flat_map(|(names, _)| names.iter().copied()));
            let help = near.map_or_else(
                || format!("for example {}", examples(units, number)),
                |near| format!("did you mean `{number} {near}`?"),
            );
            Err(Unreadable { what: format!("`{unit}` is not the unit of a {kind}"), help })
        }
    }
}

/// A number such as `20` or `1.5` as an integer and what it is to be divided by.
fn decimal(number: &str) -> Option<(u128, u128)> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || number.len() > DIGITS_MAX {
        return None;
    }
    let digits = format!("{whole}{fraction}").parse().ok()?;
    Some((digits, 10_u128.pow(u32::try_from(fraction.len()).ok()?)))
}

fn examples(units: &[Unit], number: &str) -> String {
    let names = units.iter().filter_map(|(names, _)| names.first()).take(EXAMPLES_SHOWN);
    let all: Vec<_> = names.map(|name| format!("`{number} {name}`")).collect();
    match all.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => all.concat(),
    }
}

const DURATIONS: &[Unit] = &[
    (&["ms", "millisecond", "milliseconds"], 1_000_000),
    (&["s", "second", "seconds", "sec"], 1_000_000_000),
    (&["minutes", "minute", "min"], 60_000_000_000),
    (&["us", "µs", "microsecond", "microseconds"], 1_000),
    (&["hours", "hour", "h"], 3_600_000_000_000),
    (&["days", "day"], 86_400_000_000_000),
];

/// Worth in millionths.
const SHARES: &[Unit] = &[(&["%", "per cent", "percent"], 10_000)];

const RATES: &[Unit] = &[
    (&["kbit/s"], 1_000),
    (&["Mbit/s"], 1_000_000),
    (&["Gbit/s"], 1_000_000_000),
    (&["bit/s"], 1),
];

/// More examples than these would hide the point.
const EXAMPLES_SHOWN: usize = 3;

/// Beyond this a duration is a slip, and arithmetic on it might overflow.
const DURATION_MAX_NANOS: u64 = 30 * 86_400_000_000_000;

/// More digits than any quantity of ours needs; keeps the arithmetic within 128 bits.
const DIGITS_MAX: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_exactly() {
        assert_eq!(duration("20 ms"), Ok(Duration::from_millis(20)));
        assert_eq!(duration("1.5 s"), Ok(Duration::from_millis(1_500)));
        assert_eq!(duration("10 minutes"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("250us"), Ok(Duration::from_micros(250)));
        assert_eq!(duration("0.1 ms"), Ok(Duration::from_micros(100)));
    }

    #[test]
    fn a_bare_number_is_told_its_units() {
        let error = duration("20").unwrap_err();
        assert_eq!(error.what, "`20` is a bare number where a duration is needed");
        assert_eq!(error.help, "add the unit: `20 ms`, `20 s` or `20 minutes`");
        assert!(Share::parse("2").unwrap_err().help.contains("`2 %`"));
    }

    #[test]
    fn a_misspelt_unit_is_guessed() {
        assert_eq!(duration("20 sceonds").unwrap_err().help, "did you mean `20 seconds`?");
        assert_eq!(Rate::parse("100 mbit/s").unwrap_err().help, "did you mean `100 Mbit/s`?");
    }

    #[test]
    fn rubbish_is_refused() {
        for text in ["", "ms", "-1 ms", "1.ms", ".5 s", "1e9 s", "1 2 ms", "9999999999999999 s"] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration("31 days").is_err());
        assert!(Share::parse("101 %").is_err());
        assert!(Rate::parse("0 bit/s").is_err());
    }

    #[test]
    fn a_share_prints_as_it_is_read() {
        for text in ["0 %", "2 %", "0.5 %", "100 %", "12.0625 %"] {
            assert_eq!(Share::parse(text).unwrap().to_string(), text);
        }
    }
}
