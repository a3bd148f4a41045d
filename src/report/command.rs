//! The command that plays an example again.

/// The command line for one example on one scenario with one seed; words with blanks in them are
/// quoted as a shell wants them.
pub fn again(path: &str, line: usize, scenario: &str, seed: u64) -> String {
    let target = quoted(&format!("{path}:{line}"));
    format!("tallylight run {target} --scenario {} --seed {seed}", quoted(scenario))
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:+,@%=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_is_quoted() {
        let command = again("features/it's on.feature", 8, "scenarios/office.yaml", 7);
        assert_eq!(
            command,
            r"tallylight run 'features/it'\''s on.feature:8' --scenario scenarios/office.yaml --seed 7"
        );
    }
}
