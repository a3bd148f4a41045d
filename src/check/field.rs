//! What is most often wrong in the field, and whether peers live with it.

use std::sync::LazyLock;

use serde::Deserialize;

/// Something that real systems do wrong.
#[derive(Debug, Deserialize)]
pub struct Trouble {
    /// 1 is seen most often.
    pub rank: u32,
    /// The rows of the catalogue that it breaks.
    pub rows: Vec<String>,
    /// What is seen.
    pub seen: String,
    /// Whether most peers in the field work all the same.
    pub works: bool,
    /// What becomes of it.
    pub then: String,
}

/// Every one of them, the most frequent first.
pub fn field() -> &'static [Trouble] {
    static FIELD: LazyLock<Vec<Trouble>> = LazyLock::new(|| {
        serde_yaml::from_str(include_str!("catalogue/field.yaml")).expect("a test reads it")
    });
    &FIELD
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::catalogue;

    #[test]
    fn the_field_breaks_rows_of_the_catalogue() {
        for (place, trouble) in field().iter().enumerate() {
            assert_eq!(usize::try_from(trouble.rank).unwrap(), place + 1);
            for id in &trouble.rows {
                assert!(catalogue().iter().any(|row| row.id == *id), "{id}");
            }
        }
    }
}
