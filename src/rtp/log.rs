//! A list that a peer may add to and that still ends.

/// The first `N` entries of a list, and how many there were beyond them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Log<T, const N: usize> {
    kept: Vec<T>,
    beyond: u64,
}

impl<T, const N: usize> Log<T, N> {
    /// An empty list.
    pub const fn new() -> Self {
        Self { kept: Vec::new(), beyond: 0 }
    }

    /// Adds an entry, or only counts it if `N` are already kept.
    pub fn push(&mut self, entry: T) {
        if self.kept.len() < N {
            self.kept.push(entry);
        } else {
            self.beyond += 1;
        }
    }

    /// The entries that were kept, oldest first.
    pub fn kept(&self) -> &[T] {
        &self.kept
    }

    /// How many entries there were in all, kept or not.
    pub fn total(&self) -> u64 {
        self.kept.len() as u64 + self.beyond
    }

    /// The kept entries, to be amended or taken back.
    pub(super) fn kept_mut(&mut self) -> &mut Vec<T> {
        &mut self.kept
    }
}

impl<T, const N: usize> Default for Log<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_beyond_the_bound_are_counted_not_kept() {
        let mut log = Log::<u8, 2>::new();
        for entry in 1..=5 {
            log.push(entry);
        }
        assert_eq!((log.kept(), log.total()), ([1, 2].as_slice(), 5));
    }
}
