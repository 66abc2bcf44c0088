//! Customers in memory: those of the next commit, those that are still to be written behind the last ones, and as many others as
//! there is room for.

use super::{Slot, StoreError};
use crate::customer::Customer;
use crate::journal::Position;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A customer in memory takes about so many times its record.
const MEMORY_PER_RECORD_BYTE: u64 = 4;
/// What a customer takes beside that.
const MEMORY_PER_CUSTOMER: u64 = 400;

/// See the module.
#[derive(Debug)]
pub(super) struct WorkingSet {
    cards: Vec<Card>,
    free: Vec<Slot>,
    slots: FxHashMap<Arc<str>, Slot>,
    /// Those of the next commit.
    changed: Vec<Slot>,
    /// How many are not in the table as they are, and what memory they take.
    unwritten: usize,
    unwritten_bytes: u64,
    /// Counts commits.
    round: u64,
    /// Memory of all cards, about.
    bytes: u64,
    bytes_max: u64,
}

#[derive(Debug)]
pub(super) struct Card {
    pub customer: Customer,
    /// Since the last commit.
    changed: bool,
    /// The end of the last commit that changed the customer, while the table does not have it.
    pub unwritten: Option<Position>,
    /// The round in which it was last opened.
    used: u64,
    /// What it took when it was last read or written.
    bytes: u64,
}

fn memory(record: usize) -> u64 {
    record as u64 * MEMORY_PER_RECORD_BYTE + MEMORY_PER_CUSTOMER
}

impl WorkingSet {
    pub fn new(bytes_max: u64) -> Self {
        Self {
            cards: Vec::new(),
            free: Vec::new(),
            slots: FxHashMap::default(),
            changed: Vec::new(),
            unwritten: 0,
            unwritten_bytes: 0,
            round: 0,
            bytes: 0,
            bytes_max,
        }
    }

    pub fn find(&mut self, key: &str) -> Option<Slot> {
        let slot = *self.slots.get(key)?;
        let round = self.round;
        self.card(slot).used = round;
        Some(slot)
    }

    pub fn has(&self, key: &str) -> bool {
        self.slots.contains_key(key)
    }

    /// How many customers are in memory.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Adds a customer whose record has so many bytes.
    pub fn add(&mut self, customer: Customer, record: usize) -> Result<Slot, StoreError> {
        let key = Arc::clone(&customer.key);
        let card = Card { customer, changed: false, unwritten: None, used: self.round, bytes: memory(record) };
        self.bytes += card.bytes;
        let slot = match self.free.pop() {
            Some(slot) => {
                *self.card(slot) = card;
                slot
            }
            None => {
                let number = u32::try_from(self.cards.len()).map_err(|_| StoreError::Failed("there are too many customers".into()))?;
                self.cards.push(card);
                Slot(number)
            }
        };
        self.slots.insert(key, slot);
        Ok(slot)
    }

    pub fn each(&self, see: &mut dyn FnMut(&Customer)) {
        self.slots.values().filter_map(|slot| self.cards.get(slot.0 as usize)).for_each(|card| see(&card.customer));
    }

    pub fn card(&mut self, slot: Slot) -> &mut Card {
        &mut self.cards[slot.0 as usize]
    }

    pub fn change(&mut self, slot: Slot) {
        let card = self.card(slot);
        if !std::mem::replace(&mut card.changed, true) {
            self.changed.push(slot);
        }
    }

    pub fn changed(&self) -> &[Slot] {
        &self.changed
    }

    /// The record of a changed customer has so many bytes now, and stands in the journal before `end`.
    pub fn journaled(&mut self, slot: Slot, record: usize, end: Position) {
        let card = self.card(slot);
        let (before, after) = (card.bytes, memory(record));
        card.changed = false;
        card.bytes = after;
        let was_written = card.unwritten.replace(end).is_none();
        self.bytes = self.bytes - before + after;
        if was_written {
            self.unwritten += 1;
            self.unwritten_bytes += after;
        } else {
            self.unwritten_bytes = self.unwritten_bytes - before + after;
        }
    }

    /// The table has the customer as it is.
    pub fn written(&mut self, slot: Slot) {
        let card = self.card(slot);
        if card.unwritten.take().is_some() {
            let bytes = card.bytes;
            self.unwritten -= 1;
            self.unwritten_bytes -= bytes;
        }
    }

    /// Those that the table does not have as they are, in order of key.
    pub fn unwritten(&self) -> Vec<Slot> {
        let mut slots: Vec<(&Arc<str>, Slot)> = Vec::with_capacity(self.unwritten);
        slots.extend(self.slots.iter().filter(|(_, slot)| self.cards[slot.0 as usize].unwritten.is_some()).map(|(key, &slot)| (key, slot)));
        slots.sort_unstable();
        slots.into_iter().map(|(_, slot)| slot).collect()
    }

    /// Keys of those that are in memory, behind `last`.
    pub fn keys_behind(&self, last: Option<&str>) -> impl Iterator<Item = &Arc<str>> {
        self.slots.keys().filter(move |key| last.is_none_or(|last| ***key > *last))
    }

    pub fn is_crowded(&self) -> bool {
        self.bytes > self.bytes_max
    }

    /// Whether so many are unwritten that they should be written.
    pub fn should_write(&self) -> bool {
        self.unwritten_bytes > self.bytes_max / 3
    }

    /// Whether there is no room but for writing first.
    pub fn must_write(&self) -> bool {
        self.unwritten_bytes > self.bytes_max / 3 * 2
    }

    /// The changes are committed; customers that were not used lately make room where there are too many.
    pub fn committed(&mut self) {
        self.changed.clear();
        if self.is_crowded() {
            self.evict();
        }
        self.round += 1;
    }

    /// Drops the longest unused of those that the table has, until a quarter of the room is free.
    fn evict(&mut self) {
        let cards = &self.cards;
        let card = |slot: Slot| &cards[slot.0 as usize];
        let idle = self.slots.values().filter(|&&slot| card(slot).unwritten.is_none());
        let mut by_use: Vec<_> = idle.map(|&slot| (card(slot).used, slot)).collect();
        by_use.sort_unstable();
        for (_, slot) in by_use {
            if self.bytes <= self.bytes_max / 4 * 3 {
                break;
            }
            let card = self.card(slot);
            let gone = std::mem::replace(&mut card.customer, Customer::new(Arc::from("")));
            let bytes = std::mem::take(&mut card.bytes);
            self.bytes -= bytes;
            self.slots.remove(&gone.key);
            self.free.push(slot);
        }
    }
}
