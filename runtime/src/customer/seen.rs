//! Which events were accepted before, within the dedupe window.

use rustc_hash::FxHashSet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::VecDeque;

/// Up to so many ids are looked through one by one; beyond, a set finds them.
const SCAN_MAX: usize = 32;

/// Stands for an event's source and id. 64 bits of a cryptographic hash: among the events of one customer within a window, two
/// different ones practically never agree.
#[must_use]
pub fn event_hash(source: &str, id: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(source.len() as u64).to_le_bytes());
    hasher.update(source.as_bytes());
    hasher.update(id.as_bytes());
    let hash = hasher.finalize();
    hash.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Accepted events, oldest first, with the moment when each came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    ids: VecDeque<(u64, i64)>,
    /// The hashes once more, where there are many.
    set: Option<Box<FxHashSet<u64>>>,
}

impl Seen {
    /// Whether it was accepted before.
    #[must_use]
    pub fn contains(&self, hash: u64) -> bool {
        match &self.set {
            Some(set) => set.contains(&hash),
            None => self.ids.iter().any(|&(seen, _)| seen == hash),
        }
    }

    /// Notes an event that came at `at_ms`, which is no earlier than that of any before.
    pub fn insert(&mut self, hash: u64, at_ms: i64) {
        self.ids.push_back((hash, at_ms));
        if let Some(set) = &mut self.set {
            set.insert(hash);
        } else if self.ids.len() > SCAN_MAX {
            self.set = Some(Box::new(self.ids.iter().map(|&(hash, _)| hash).collect()));
        }
    }

    /// Forgets what came at `until_ms` or earlier.
    pub fn forget(&mut self, until_ms: i64) {
        while let Some((hash, _)) = self.ids.pop_front_if(|&mut (_, at)| at <= until_ms) {
            if let Some(set) = &mut self.set {
                set.remove(&hash);
            }
        }
        if self.ids.len() <= SCAN_MAX / 2 {
            self.set = None;
        }
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// On disk: the moments as differences, so that they are short.
impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0i64;
        let rows = self.ids.iter().map(|&(hash, at)| {
            let since = at.wrapping_sub(last);
            last = at;
            (hash.to_le_bytes(), since)
        });
        serializer.collect_seq(rows.collect::<Vec<_>>())
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<([u8; 8], i64)>::deserialize(deserializer)?;
        let mut seen = Self::default();
        let mut last = 0i64;
        for (hash, since) in rows {
            last = last.wrapping_add(since);
            seen.insert(u64::from_le_bytes(hash), last);
        }
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_remembered_for_the_window_and_no_longer() {
        let mut seen = Seen::default();
        for n in 0..200 {
            seen.insert(event_hash("shop", &n.to_string()), n);
        }
        assert!(seen.contains(event_hash("shop", "0")));
        seen.forget(149);
        assert!(!seen.contains(event_hash("shop", "149")));
        assert!(seen.contains(event_hash("shop", "150")));
        seen.forget(189);
        assert_eq!(seen.len(), 10);
        assert!(seen.contains(event_hash("shop", "199")) && !seen.contains(event_hash("shop", "189")));
    }

    #[test]
    fn source_and_id_are_told_apart() {
        assert_ne!(event_hash("ab", "c"), event_hash("a", "bc"));
    }
}
