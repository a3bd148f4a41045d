//! The named events that two ends have in common (RFC 4733 section 2.4).

use std::collections::BTreeSet;

use super::codec::DIGITS;

/// The events of `ours` that `theirs` lists too, as an `a=fmtp` value; `None` if there is none.
///
/// A list that is absent means the digits, 0 to 15 (RFC 4733 section 2.5.1.1); so does one that
/// cannot be read.
pub(super) fn in_common(ours: Option<&str>, theirs: Option<&str>) -> Option<String> {
    let ours = read(ours.unwrap_or(DIGITS)).unwrap_or_else(|| (0..=15).collect());
    let theirs = read(theirs.unwrap_or(DIGITS)).unwrap_or_else(|| (0..=15).collect());
    let common: Vec<u8> = ours.intersection(&theirs).copied().collect();
    (!common.is_empty()).then(|| write(&common))
}

/// Reads `0-15,66,70`.
fn read(list: &str) -> Option<BTreeSet<u8>> {
    let mut events = BTreeSet::new();
    for item in list.split(',') {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        let first: u8 = first.trim().parse().ok()?;
        let last: u8 = last.trim().parse().ok()?;
        events.extend(first..=last);
    }
    Some(events)
}

/// Writes sorted events as the shortest list.
fn write(events: &[u8]) -> String {
    let runs = events.chunk_by(|&left, &right| left.checked_add(1) == Some(right));
    let items: Vec<String> = runs
        .map(|run| match run {
            [first, .., last] => format!("{first}-{last}"),
            run => run.iter().map(u8::to_string).collect(),
        })
        .collect();
    items.join(",")
}

#[cfg(test)]
mod tests {
    use super::in_common;

    #[test]
    fn only_events_that_both_know_remain() {
        let table = [
            (Some("0-15"), Some("0-15"), Some("0-15")),
            (Some("0-15"), Some("0-16"), Some("0-15")),
            (Some("0-15"), None, Some("0-15")),
            (Some("0-15"), Some("0-11,66,70"), Some("0-11")),
            (Some("0-15"), Some("3, 5-7 ,255"), Some("3,5-7")),
            (Some("0-15"), Some("events=all"), Some("0-15")),
            (Some("0-15"), Some("66"), None),
            (Some("0-255"), Some("0-255"), Some("0-255")),
        ];
        for (ours, theirs, common) in table {
            assert_eq!(in_common(ours, theirs).as_deref(), common, "{theirs:?}");
        }
    }
}
