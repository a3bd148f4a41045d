//! Date: the only time that SIP writes in words.

use crate::sip::malformed::Malformed;
use crate::sip::scan::Scan;

/// Whether a text is a date as SIP wants it (RFC 3261 section 20.17): `Sat, 13 Nov 2010 23:29:00
/// GMT`, and never another time zone.
pub fn check_date(text: &str) -> Result<(), Malformed> {
    let mut scan = Scan::new("Date", text);
    one_of(&mut scan, &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])?;
    literal(&mut scan, ", ")?;
    let day = digits(&mut scan, 2)?;
    literal(&mut scan, " ")?;
    one_of(
        &mut scan,
        &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    )?;
    literal(&mut scan, " ")?;
    digits(&mut scan, 4)?;
    literal(&mut scan, " ")?;
    let hour = digits(&mut scan, 2)?;
    literal(&mut scan, ":")?;
    let minute = digits(&mut scan, 2)?;
    literal(&mut scan, ":")?;
    let second = digits(&mut scan, 2)?;
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return Err(scan.fail("there is no such moment"));
    }
    literal(&mut scan, " GMT")?;
    scan.end()
}

fn one_of(scan: &mut Scan<'_>, names: &[&str]) -> Result<(), Malformed> {
    let before = scan.clone();
    let found = scan.take_while(|byte| byte.is_ascii_alphabetic());
    if names.iter().any(|name| found.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    Err(before.fail("a day or a month is missing"))
}

fn digits(scan: &mut Scan<'_>, count: usize) -> Result<u32, Malformed> {
    let before = scan.clone();
    let found = scan.take_while(|byte| byte.is_ascii_digit());
    match found.parse() {
        Ok(number) if found.len() == count => Ok(number),
        _ => Err(before.fail("a number of two or four digits is missing")),
    }
}

fn literal(scan: &mut Scan<'_>, text: &str) -> Result<(), Malformed> {
    let before = scan.clone();
    if text.bytes().all(|byte| scan.eat(byte)) {
        return Ok(());
    }
    Err(before.fail("this is not how SIP writes a date"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_in_greenwich() {
        check_date("Sat, 13 Nov 2010 23:29:00 GMT").unwrap();
        for text in [
            "Fri, 01 Jan 2010 16:00:00 EST",
            "Fri, 1 Jan 2010 16:00:00 GMT",
            "Fri, 01 Jan 2010 24:00:00 GMT",
            "2010-01-01T16:00:00Z",
            "",
        ] {
            assert!(check_date(text).is_err(), "{text}");
        }
    }
}
