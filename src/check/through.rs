//! Rows that only say again, or sum up, what other rows demand: whoever breaks them breaks those,
//! and it is those that a finding names.

use std::sync::LazyLock;

use serde::Deserialize;

/// A row, and the rows that it is judged through.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Through {
    /// The row.
    pub requirement: String,
    /// The rows that are judged in its place.
    pub by: Vec<String>,
    /// Why they cover it.
    pub because: String,
}

/// How the row of this id is judged through others, if it is.
pub fn through(id: &str) -> Option<&'static Through> {
    static THROUGH: LazyLock<Vec<Through>> = LazyLock::new(|| {
        serde_yaml::from_str(include_str!("catalogue/through.yaml")).expect("a test reads it")
    });
    THROUGH.iter().find(|it| it.requirement == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{catalogue, judged, unseen};

    #[test]
    fn what_is_judged_through_others_is_not_judged_itself_and_those_are() {
        let text = include_str!("catalogue/through.yaml");
        let all: Vec<Through> = serde_yaml::from_str(text).unwrap();
        for (place, it) in all.iter().enumerate() {
            let id = it.requirement.as_str();
            assert!(catalogue().iter().any(|row| row.id == id), "{id} is in no catalogue");
            assert!(!judged().contains(id) && unseen(id).is_none(), "{id} needs no other row");
            assert!(!it.by.is_empty() && !it.because.is_empty(), "{id}");
            for by in &it.by {
                assert!(judged().contains(by.as_str()), "{by}, for {id}, is not judged");
            }
            assert!(
                all[..place].iter().all(|other| other.requirement != id),
                "{id} is there twice"
            );
        }
    }
}
