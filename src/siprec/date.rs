//! Whether a text is a date and time: of RFC 3339 in the strict form of RFC 7865 section 6.9, or of
//! XML Schema.

/// Whether it is one, with an offset and with capital `T` and `Z`.
pub fn is_date_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else { return false };
    let offset_at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (time, offset) = rest.split_at(offset_at);
    is_date(date) && is_time(time) && is_offset(offset)
}

fn is_date(text: &str) -> bool {
    matches!(numbers(text, '-', &[4, 2, 2])[..], [_, 1..=12, 1..=31])
}

/// Whether it is an `xs:dateTime` (XML Schema part 2 section 3.2.7): the same, but that the offset
/// may be missing. A leap second is forgiven, for RFC 3339 allows it.
pub fn is_xml_date_time(text: &str) -> bool {
    is_date_time(text) || is_date_time(&format!("{text}Z"))
}

/// The moment that such a text means: seconds and nanoseconds since 1970, for comparing; `None` if
/// it says no moment.
pub fn moment(text: &str) -> Option<(i64, u32)> {
    let text = text.to_ascii_uppercase();
    if !is_date_time(&text) {
        return None;
    }
    let (date, rest) = text.split_once('T')?;
    let (time, offset) = rest.split_at(rest.find(['Z', '+', '-'])?);
    let [year, month, day] = numbers(date, '-', &[4, 2, 2]).try_into().ok()?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let [hour, minute, second] = numbers(clock, ':', &[2, 2, 2]).try_into().ok()?;
    let ahead = match numbers(offset.get(1..)?, ':', &[2, 2])[..] {
        [hours, minutes] => 3_600 * i64::from(hours) + 60 * i64::from(minutes),
        _ => 0,
    };
    let ahead = if offset.starts_with('-') { -ahead } else { ahead };
    let clock = 3_600 * i64::from(hour) + 60 * i64::from(minute) + i64::from(second);
    let nanos: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some((
        86_400 * days(year.into(), month.into(), day.into()) + clock - ahead,
        nanos.parse().ok()?,
    ))
}

/// Days from 1970-01-01 in the calendar of Gregory, whose year is counted from March here.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leaps + (153 * month + 2) / 5 + day - 719_469
}

/// `hh:mm:ss`, and a fraction; a leap second has the number 60.
fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    is_fraction && matches!(numbers(clock, ':', &[2, 2, 2])[..], [0..=23, 0..=59, 0..=60])
}

fn is_offset(text: &str) -> bool {
    let Some(clock) = text.strip_prefix(['+', '-']) else { return text == "Z" };
    matches!(numbers(clock, ':', &[2, 2])[..], [0..=23, 0..=59])
}

/// The numbers between separators, if there are as many as widths and each has its width.
fn numbers(text: &str, separator: char, widths: &[usize]) -> Vec<u16> {
    let fields: Vec<&str> = text.split(separator).collect();
    let fits = |(field, width): (&&str, &usize)| {
        field.len() == *width && field.bytes().all(|byte| byte.is_ascii_digit())
    };
    if fields.len() != widths.len() || !fields.iter().zip(widths).all(fits) {
        return Vec::new();
    }
    fields.iter().filter_map(|field| field.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_date_time, moment};

    #[test]
    fn a_time_is_a_moment_wherever_its_clock_stands() {
        assert_eq!(moment("1970-01-01T00:00:00Z"), Some((0, 0)));
        assert_eq!(moment("2030-01-01T00:00:00.25Z"), Some((1_893_456_000, 250_000_000)));
        assert_eq!(moment("2030-01-01T01:00:00+01:00"), moment("2030-01-01T00:00:00Z"));
        assert_eq!(moment("2028-02-29T23:59:59-00:30"), moment("2028-03-01T00:29:59Z"));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn a_time_has_an_offset_and_capital_letters() {
        for text in [
            "2030-01-01T00:00:00Z",
            "2030-12-31T23:59:60.123456789+14:00",
            "2030-01-01T00:00:00-00:00",
        ] {
            assert!(is_date_time(text), "{text}");
        }
        for text in [
            "2030-01-01T00:00:00",
            "2030-01-01T00:00:00+0000",
            "2030-01-01t00:00:00z",
            "2030-01-01 00:00:00Z",
            "2030-13-01T00:00:00Z",
            "2030-1-1T0:0:0Z",
            "2030-01-01T24:00:00Z",
            "2030-01-01T00:00:00.Z",
            "2030-01-01T00:00:00ZZ",
            "2030-01-01",
            "",
            "T",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
    }
}
