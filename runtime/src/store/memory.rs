//! A store that lives as long as the process.

use super::{Commit, Meta, Slot, Store, StoreError};
use crate::customer::{Customer, Seen};
use crate::journal::Position;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Customers as they are, never encoded.
#[derive(Debug, Default)]
pub struct MemoryStore {
    customers: Vec<Customer>,
    /// Short keys stand in the table itself, so that finding one looks nowhere else.
    slots: FxHashMap<SmolStr, Slot>,
    /// Due time, customer key, and where the customer is.
    timers: BTreeSet<(i64, Arc<str>, Slot)>,
}

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All customers.
    #[must_use]
    pub fn customers(&self) -> &[Customer] {
        &self.customers
    }
}

impl Store for MemoryStore {
    fn meta(&self) -> Result<Option<Meta>, StoreError> {
        Ok(None)
    }

    fn broadcasts(&mut self) -> Result<Seen, StoreError> {
        Ok(Seen::default())
    }

    fn unreleased(&mut self) -> Vec<(Position, String)> {
        Vec::new()
    }

    fn released(&mut self, _: Position) {}

    fn open(&mut self, key: &str) -> Result<Slot, StoreError> {
        if let Some(&slot) = self.slots.get(key) {
            return Ok(slot);
        }
        let number = u32::try_from(self.customers.len()).map_err(|_| StoreError::Failed("there are too many customers".into()))?;
        let slot = Slot(number);
        self.customers.push(Customer::new(Arc::from(key)));
        self.slots.insert(SmolStr::from(key), slot);
        Ok(slot)
    }

    fn customer(&mut self, slot: Slot) -> &mut Customer {
        &mut self.customers[slot.0 as usize]
    }

    fn changed(&mut self, _: Slot) {}

    fn pending(&self) -> usize {
        0
    }

    fn is_crowded(&self) -> bool {
        false
    }

    fn next_timer(&mut self, limit_ms: i64) -> Result<Option<(i64, Slot)>, StoreError> {
        Ok(self.timers.first().filter(|&&(due, ..)| due < limit_ms).map(|&(due, _, slot)| (due, slot)))
    }

    fn set_timer(&mut self, slot: Slot, due_ms: Option<i64>) {
        let customer = &mut self.customers[slot.0 as usize];
        let mut row = (0, Arc::clone(&customer.key), slot);
        if let Some(old) = customer.indexed_ms {
            row.0 = old;
            self.timers.remove(&row);
        }
        customer.indexed_ms = due_ms;
        if let Some(due) = due_ms {
            row.0 = due;
            self.timers.insert(row);
        }
    }

    fn each(&mut self, see: &mut dyn FnMut(&Customer)) -> Result<(), StoreError> {
        self.customers.iter().for_each(see);
        Ok(())
    }

    fn keys_behind(&mut self, last: Option<&str>, most: usize) -> Result<Vec<Arc<str>>, StoreError> {
        let keys = self.customers.iter().map(|customer| &customer.key);
        let mut keys: Vec<Arc<str>> = keys.filter(|key| last.is_none_or(|last| ***key > *last)).cloned().collect();
        keys.sort_unstable();
        keys.truncate(most);
        Ok(keys)
    }

    fn commit(&mut self, _: &Commit<'_>) -> Result<Position, StoreError> {
        Ok(Position(0))
    }

    fn durable(&mut self) -> Result<Position, StoreError> {
        Ok(Position(0))
    }

    fn wait(&mut self, _: Position) -> Result<(), StoreError> {
        Ok(())
    }

    fn is_durable(&self) -> bool {
        false
    }
}
