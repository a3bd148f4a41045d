//! The command that plays an example again.

/// The command line for one example on one scenario with one seed; words with blanks in them are
/// quoted as a shell wants them. The dialect is named if it is not that of the scenario.
pub fn again(path: &str, line: usize, scenario: &str, dialect: Option<&str>, seed: u64) -> String {
    let target = quoted(&format!("{path}:{line}"));
    let dialect = dialect.map_or_else(String::new, |name| format!(" --dialect {name}"));
    format!("tallylight run {target} --scenario {}{dialect} --seed {seed}", quoted(scenario))
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
        let command = again("features/it's on.feature", 8, "scenarios/office.yaml", None, 7);
        assert_eq!(
            command,
            r"tallylight run 'features/it'\''s on.feature:8' --scenario scenarios/office.yaml --seed 7"
        );
    }

    #[test]
    fn a_dialect_is_named_where_it_is_not_the_scenario_s() {
        let command = again("a.feature", 8, "quiet.yaml", Some("webex"), 7);
        assert_eq!(
            command,
            "tallylight run a.feature:8 --scenario quiet.yaml --dialect webex --seed 7"
        );
    }
}
