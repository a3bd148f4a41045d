//! Whether a text is a date and time of RFC 3339 in the strict form of RFC 7865 section 6.9.

/// Whether it is one, with an offset and with capital `T` and `Z`.
pub(super) fn is_date_time(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else { return false };
    let offset_at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (time, offset) = rest.split_at(offset_at);
    is_date(date) && is_time(time) && is_offset(offset)
}

fn is_date(text: &str) -> bool {
    matches!(numbers(text, '-', &[4, 2, 2])[..], [_, 1..=12, 1..=31])
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
    use super::is_date_time;

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
