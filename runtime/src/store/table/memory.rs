//! A table in memory that forgets, when the power fails, what a real one may: what was applied since the last flush, from
//! somewhere in it on.

use super::{Change, Row, Table};
use crate::store::StoreError;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// See the module. Clones are the same table.
#[derive(Debug, Clone, Default)]
pub struct MemoryTable(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    lasting: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What was applied since.
    applied: Vec<Vec<Change>>,
    fails: bool,
}

impl MemoryTable {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The power fails: of what was applied since the last flush, the first `kept` of 1,000 parts stay.
    pub fn lose_power(&self, kept: u64) {
        let mut state = self.state();
        let applied = std::mem::take(&mut state.applied);
        let count = applied.len() as u64 * kept.min(1_000) / 1_000;
        for batch in applied.into_iter().take(usize::try_from(count).unwrap_or(usize::MAX)) {
            change(&mut state.lasting, batch);
        }
        state.rows = state.lasting.clone();
    }

    /// Whether everything fails from here on.
    pub fn set_fails(&self, fails: bool) {
        self.state().fails = fails;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn working(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.state();
        if state.fails { Err(StoreError::Failed("simulated: the table fails".into())) } else { Ok(state) }
    }
}

fn change(rows: &mut BTreeMap<Vec<u8>, Vec<u8>>, changes: Vec<Change>) {
    for (key, value) in changes {
        match value {
            Some(value) => rows.insert(key, value),
            None => rows.remove(&key),
        };
    }
}

impl Table for MemoryTable {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.working()?.rows.get(key).cloned())
    }

    fn rows(&self, prefix: &[u8], from: &[u8], most: usize) -> Result<Vec<Row>, StoreError> {
        let state = self.working()?;
        let found = state.rows.range(from.max(prefix).to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
        Ok(found.take(most).map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut state = self.working()?;
        state.applied.push(changes.clone());
        change(&mut state.rows, changes);
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        let mut state = self.working()?;
        state.applied.clear();
        state.lasting = state.rows.clone();
        Ok(())
    }
}
