//! Who wants to be woken, and when: one deadline for each key, the earliest at hand.

use std::collections::{BTreeMap, BTreeSet};

use crate::time::Instant;

/// The deadlines of many things, at most one for each.
///
/// Setting one costs two tree operations and asking for the earliest costs one, however many
/// transactions or calls there are.
#[derive(Clone, Debug)]
pub(super) struct Agenda<K> {
    by_time: BTreeSet<(Instant, K)>,
    by_key: BTreeMap<K, Instant>,
}

impl<K: Copy + Ord> Agenda<K> {
    /// An empty agenda.
    pub(super) fn new() -> Self {
        Self { by_time: BTreeSet::new(), by_key: BTreeMap::new() }
    }

    /// Replaces the deadline of `key`; `None` removes it.
    pub(super) fn set(&mut self, key: K, deadline: Option<Instant>) {
        let previous = match deadline {
            Some(at) => self.by_key.insert(key, at),
            None => self.by_key.remove(&key),
        };
        if previous == deadline {
            return;
        }
        if let Some(at) = previous {
            self.by_time.remove(&(at, key));
        }
        if let Some(at) = deadline {
            self.by_time.insert((at, key));
        }
    }

    /// The earliest deadline of all.
    pub(super) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|&(at, _)| at)
    }

    /// Takes the earliest key whose deadline has come. Its owner sets the next one.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<K> {
        let &(at, key) = self.by_time.first()?;
        if at > now {
            return None;
        }
        self.set(key, None);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_deadline_replaces_the_old_one() {
        let mut agenda = Agenda::new();
        agenda.set('a', Some(Instant::from_millis(20)));
        agenda.set('b', Some(Instant::from_millis(10)));
        agenda.set('b', Some(Instant::from_millis(30)));
        assert_eq!(agenda.next(), Some(Instant::from_millis(20)));
        assert_eq!(agenda.take_due(Instant::from_millis(19)), None);
        assert_eq!(agenda.take_due(Instant::from_millis(30)), Some('a'));
        assert_eq!(agenda.take_due(Instant::from_millis(30)), Some('b'));
        assert_eq!(agenda.next(), None);
    }

    #[test]
    fn a_deadline_can_be_taken_back() {
        let mut agenda = Agenda::new();
        agenda.set('a', Some(Instant::from_millis(20)));
        agenda.set('a', None);
        assert_eq!(agenda.next(), None);
        assert_eq!(agenda.take_due(Instant::from_millis(99)), None);
    }
}
