//! What cannot be judged from outside although something of it crosses the network, and why.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Unseen {
    requirement: String,
    because: String,
}

/// Why nobody on the network can judge the row of this id, if so.
pub fn unseen(id: &str) -> Option<&'static str> {
    static UNSEEN: LazyLock<Vec<Unseen>> = LazyLock::new(|| {
        serde_yaml::from_str(include_str!("catalogue/unseen.yaml")).expect("a test reads it")
    });
    UNSEEN.iter().find(|it| it.requirement == id).map(|it| it.because.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::catalogue;

    #[test]
    fn what_is_out_of_sight_is_in_the_catalogue_once_and_would_be_looked_for() {
        let text = include_str!("catalogue/unseen.yaml");
        let all: Vec<Unseen> = serde_yaml::from_str(text).unwrap();
        for (place, it) in all.iter().enumerate() {
            let row = catalogue().iter().find(|row| row.id == it.requirement);
            assert!(
                row.is_some_and(|row| row.wire) && !it.because.is_empty(),
                "{}",
                it.requirement
            );
            assert!(all[..place].iter().all(|other| other.requirement != it.requirement));
        }
    }
}
