//! What somebody probably meant to write.

/// The candidate that differs from `word` by the fewest slips of the finger, if it is near enough
/// to be what was meant: one slip, or one in three characters. The first of equals wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near_enough = (word.chars().take(WORD_MAX).count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(slips, _)| *slips <= near_enough)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

/// How many slips turn one word into the other: a character too many, missing, wrong, or two
/// swapped (the optimal string alignment distance). Upper and lower case count as alike, blanks
/// and hyphens too.
pub fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (folded(one), folded(other));
    // Three rows of the table suffice; the swap looks two rows back.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut slips = (above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                slips = slips.min(before[j - 1] + 1);
            }
            row.push(slips);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

fn folded(word: &str) -> Vec<char> {
    let word = word.chars().take(WORD_MAX).flat_map(char::to_lowercase);
    word.map(|c| if matches!(c, '-' | '_') { ' ' } else { c }).collect()
}

/// Nobody misspells a longer word; the table grows with its square.
const WORD_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised() {
        assert_eq!(nearest("latancy", ["jitter", "latency"]), Some("latency"));
        assert_eq!(nearest("ltaency", ["jitter", "latency"]), Some("latency"));
        assert_eq!(nearest("record-aware", ["record aware"]), Some("record aware"));
        assert_eq!(nearest("Phone", ["recorder", "phone"]), Some("phone"));
    }

    #[test]
    fn another_word_is_not_taken_for_a_slip() {
        assert_eq!(nearest("bandwidth", ["latency", "loss"]), None);
        assert_eq!(nearest("xy", ["loss"]), None);
    }

    #[test]
    fn a_very_long_word_costs_little() {
        assert_eq!(nearest(&"x".repeat(1_000_000), ["loss"]), None);
    }
}
