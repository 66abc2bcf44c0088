//! The store on disk: sled, with a bounded working set before it.
//!
//! Every commit is one batch of sled on one tree, which is atomic, and is then synced for real (see [`folder::Folder::sync`]).
//! Reads between two commits see the working set over what is on disk.

use super::folder::{self, Folder};
use super::guard::{self, guarded};
use super::rows;
use super::timers::Timers;
use super::{Commit, Meta, Slot, Store, StoreError};
use crate::customer::{Customer, Seen};
use crate::summary::Rejected;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A customer in memory takes about so many times its record.
const MEMORY_PER_RECORD_BYTE: u64 = 4;

/// See the module.
#[derive(Debug)]
pub struct SledStore {
    path: PathBuf,
    db: ::sled::Db,
    folder: Folder,
    meta: Option<Meta>,
    /// How many commits there were.
    commits: u64,
    working_set: WorkingSet,
    timers: Timers,
    /// Number of the next rejected input.
    next_rejected: u64,
    scratch: Vec<u8>,
}

/// Customers in memory.
#[derive(Debug)]
struct WorkingSet {
    cards: Vec<Card>,
    free: Vec<Slot>,
    slots: FxHashMap<Arc<str>, Slot>,
    changed: Vec<Slot>,
    /// Counts commits.
    round: u64,
    /// Record bytes of all cards.
    bytes: u64,
    bytes_max: u64,
}

#[derive(Debug)]
struct Card {
    customer: Customer,
    changed: bool,
    /// The round in which it was last opened.
    used: u64,
    /// Length of its record when it was last read or written.
    bytes: u64,
}

impl SledStore {
    /// Opens a data folder, or makes one. Half of `cache_bytes` is for customers, half for sled's pages.
    ///
    /// # Errors
    /// In words that say what to do; see [`folder::Folder::open`]. A damaged store is told.
    pub fn open(path: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let folder = Folder::open(path)?;
        let unwritable = |error: std::io::Error| folder::failed(path, "cannot be written to", &error);
        folder.remove_unfinished().map_err(unwritable)?;
        let bytes = std::fs::metadata(folder.store().join("db")).map_or(0, |data| data.len());
        let config = ::sled::Config::new().path(folder.store()).flush_every_ms(None).cache_capacity((cache_bytes / 2).max(1 << 20));
        let db = match guard::open(path, config.clone(), bytes) {
            // sled makes its files in several steps, and does not know them again where it ended in the midst of that.
            Err(StoreError::Damaged(_)) if folder.commits == 0 => {
                folder.remove_store().map_err(unwritable)?;
                guard::open(path, config, 0)?
            }
            opened => opened?,
        };
        let next_rejected = guarded(path, "cannot be read", || match db.scan_prefix(rows::REJECTED).keys().next_back() {
            Some(last) => Ok(rows::read_rejected(&last?).map_or(0, |number| number + 1)),
            None => Ok(0),
        })?;
        let mut store = Self {
            path: path.to_owned(),
            db,
            folder,
            meta: None,
            commits: 0,
            working_set: WorkingSet::new(cache_bytes / 2 / MEMORY_PER_RECORD_BYTE),
            timers: Timers::default(),
            next_rejected,
            scratch: Vec::new(),
        };
        if let Some((commits, meta)) = store.read(rows::META, "the table of contents")? {
            (store.commits, store.meta) = (commits, Some(meta));
        }
        match store.folder.commits.saturating_sub(store.commits) {
            0 => Ok(store),
            1 => Err(store.damaged("the last commit")),
            lost => Err(store.damaged(&format!("what the last {lost} commits wrote"))),
        }
    }

    /// The rejected inputs that are kept, oldest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn rejected(&self) -> Result<Vec<Rejected>, StoreError> {
        let keys = self.keys_of(rows::REJECTED)?;
        let read = |key: ::sled::IVec| self.read(&key, "a rejected input").transpose();
        keys.into_iter().filter_map(read).collect()
    }

    /// How many customers are in memory.
    #[must_use]
    pub fn customers_in_memory(&self) -> usize {
        self.working_set.slots.len()
    }

    fn guarded<T>(&self, what: &str, operation: impl FnOnce() -> ::sled::Result<T>) -> Result<T, StoreError> {
        guarded(&self.path, what, operation)
    }

    fn keys_of(&self, prefix: &[u8]) -> Result<Vec<::sled::IVec>, StoreError> {
        self.guarded("cannot be read", || self.db.scan_prefix(prefix).keys().collect())
    }

    fn get(&self, key: &[u8]) -> Result<Option<::sled::IVec>, StoreError> {
        self.guarded("cannot be read", || self.db.get(key))
    }

    fn damaged(&self, what: &str) -> StoreError {
        StoreError::Damaged(format!("{what} in the data folder {}", self.path.display()))
    }

    /// A sealed value.
    fn read<T: DeserializeOwned>(&self, key: &[u8], what: &str) -> Result<Option<T>, StoreError> {
        let Some(value) = self.get(key)? else { return Ok(None) };
        let bytes = rows::unseal(key, &value).ok_or_else(|| self.damaged(what))?;
        postcard::from_bytes(bytes).map(Some).map_err(|_| self.damaged(what))
    }

    fn load(&self, key: &str) -> Result<Option<(Customer, u64)>, StoreError> {
        let row = rows::customer(key);
        let Some(value) = self.get(&row)? else { return Ok(None) };
        Ok(Some((self.decode(Arc::from(key), &row, &value)?, value.len() as u64)))
    }

    fn decode(&self, key: Arc<str>, row: &[u8], value: &[u8]) -> Result<Customer, StoreError> {
        let customer = rows::unseal(row, value).and_then(|bytes| Customer::decode(Arc::clone(&key), bytes).ok());
        customer.ok_or_else(|| self.damaged(&format!("the record of the customer `{key}`")))
    }

    fn fill(&mut self, batch: &mut ::sled::Batch, commit: &Commit<'_>) -> Result<(), StoreError> {
        for at in 0..self.working_set.changed.len() {
            let slot = self.working_set.changed[at];
            let card = self.working_set.card(slot);
            let row = rows::customer(&card.customer.key);
            self.scratch.clear();
            self.scratch.extend([0; 4]);
            card.customer.encode(&mut self.scratch).map_err(|error| unwritable(&error))?;
            let bytes = self.scratch.len() as u64;
            let before = std::mem::replace(&mut card.bytes, bytes);
            self.working_set.bytes = self.working_set.bytes - before + bytes;
            self.scratch = insert(batch, row, std::mem::take(&mut self.scratch));
        }
        self.timers.write(batch);
        for &(hash, came) in commit.broadcasts {
            batch.insert(rows::broadcast(hash, came), &[]);
        }
        for key in self.guarded("cannot be read", || {
            self.db.range(rows::broadcasts_until(commit.forget_until_ms)).keys().collect::<::sled::Result<Vec<_>>>()
        })? {
            batch.remove(key);
        }
        for (number, rejected) in (self.next_rejected..).zip(commit.rejected) {
            insert(batch, rows::rejected(number), sealable(rejected)?);
        }
        if !commit.effects.is_empty() {
            let start = commit.meta.effects_bytes.saturating_sub(commit.effects.len() as u64);
            insert(batch, rows::EFFECTS.to_vec(), sealable(&(start, commit.effects))?);
        } else if self.meta.as_ref().is_some_and(|last| last.effects_place != commit.meta.effects_place) {
            // Those of the last commit reached the place that was, and have no business in the new one.
            batch.remove(rows::EFFECTS);
        }
        insert(batch, rows::META.to_vec(), sealable(&(self.commits + 1, commit.meta))?);
        Ok(())
    }
}

impl Store for SledStore {
    fn meta(&self) -> Option<&Meta> {
        self.meta.as_ref()
    }

    fn broadcasts(&mut self) -> Result<Seen, StoreError> {
        let mut seen = Seen::default();
        for key in self.keys_of(rows::BROADCASTS)? {
            let (hash, came) = rows::read_broadcast(&key).ok_or_else(|| self.damaged("the list of broadcasts"))?;
            seen.insert(hash, came);
        }
        Ok(seen)
    }

    fn unreleased(&mut self) -> Result<Option<(u64, String)>, StoreError> {
        self.read(rows::EFFECTS, "the list of effects")
    }

    fn open(&mut self, key: &str) -> Result<Slot, StoreError> {
        if let Some(slot) = self.working_set.find(key) {
            return Ok(slot);
        }
        let (customer, bytes) = self.load(key)?.unwrap_or_else(|| (Customer::new(Arc::from(key)), 0));
        self.working_set.add(customer, bytes)
    }

    fn customer(&mut self, slot: Slot) -> &mut Customer {
        &mut self.working_set.card(slot).customer
    }

    fn changed(&mut self, slot: Slot) {
        let card = self.working_set.card(slot);
        if !std::mem::replace(&mut card.changed, true) {
            self.working_set.changed.push(slot);
        }
    }

    fn pending(&self) -> usize {
        self.working_set.changed.len()
    }

    fn is_crowded(&self) -> bool {
        self.working_set.is_crowded()
    }

    fn next_timer(&mut self) -> Result<Option<(i64, Slot)>, StoreError> {
        let (timers, db) = (&mut self.timers, &self.db);
        let Some((due_ms, key)) = guarded(&self.path, "cannot be read", || timers.first(db))? else { return Ok(None) };
        let slot = self.open(&key)?;
        if self.customer(slot).indexed_ms != Some(due_ms) {
            return Err(self.damaged(&format!("what belongs to the customer `{key}`")));
        }
        Ok(Some((due_ms, slot)))
    }

    fn set_timer(&mut self, slot: Slot, due_ms: Option<i64>) {
        let customer = &mut self.working_set.card(slot).customer;
        let before = std::mem::replace(&mut customer.indexed_ms, due_ms);
        self.timers.change(&customer.key, before, due_ms);
        self.changed(slot);
    }

    fn each(&mut self, see: &mut dyn FnMut(&Customer)) -> Result<(), StoreError> {
        self.working_set.each(see);
        let mut stored = self.db.scan_prefix(rows::CUSTOMERS);
        while let Some((row, value)) = self.guarded("cannot be read", || stored.next().transpose())? {
            let key = rows::read_customer(&row).ok_or_else(|| self.damaged("the key of a customer"))?;
            if !self.working_set.slots.contains_key(&key) {
                see(&self.decode(key, &row, &value)?);
            }
        }
        Ok(())
    }

    fn keys_behind(&mut self, last: Option<&str>, most: usize) -> Result<Vec<Arc<str>>, StoreError> {
        let from = last.map_or_else(|| rows::CUSTOMERS.to_vec(), |last| rows::behind(rows::customer(last)));
        let mut stored = self.db.range(from..).keys();
        let mut keys = Vec::new();
        while keys.len() < most {
            let Some(row) = self.guarded("cannot be read", || stored.next().transpose())? else { break };
            if !row.starts_with(rows::CUSTOMERS) {
                break;
            }
            keys.push(rows::read_customer(&row).ok_or_else(|| self.damaged("the key of a customer"))?);
        }
        Ok(keys)
    }

    fn commit(&mut self, commit: &Commit<'_>) -> Result<(), StoreError> {
        let mut batch = ::sled::Batch::default();
        self.fill(&mut batch, commit)?;
        self.guarded("cannot be written to", || {
            self.db.apply_batch(batch)?;
            self.db.flush()
        })?;
        self.folder.sync().map_err(|error| folder::failed(&self.path, "cannot be synced", &error))?;
        self.commits += 1;
        self.folder.note(self.commits).map_err(|error| folder::failed(&self.path, "cannot be written to", &error))?;
        self.next_rejected += commit.rejected.len() as u64;
        self.meta = Some(commit.meta.clone());
        self.timers.committed();
        self.working_set.committed();
        Ok(())
    }

    fn is_durable(&self) -> bool {
        true
    }
}

fn unwritable(error: &postcard::Error) -> StoreError {
    StoreError::Failed(format!("a record cannot be written: {error}"))
}

/// A value behind room for its checksum.
fn sealable<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_extend(value, vec![0; 4]).map_err(|error| unwritable(&error))
}

/// Seals a value, puts it into the batch, and gives its memory back.
fn insert(batch: &mut ::sled::Batch, key: Vec<u8>, value: Vec<u8>) -> Vec<u8> {
    let value = rows::seal(&key, value);
    batch.insert(key, value.as_slice());
    value
}

impl WorkingSet {
    fn new(bytes_max: u64) -> Self {
        Self { cards: Vec::new(), free: Vec::new(), slots: FxHashMap::default(), changed: Vec::new(), round: 0, bytes: 0, bytes_max }
    }

    fn find(&mut self, key: &str) -> Option<Slot> {
        let slot = *self.slots.get(key)?;
        let round = self.round;
        self.card(slot).used = round;
        Some(slot)
    }

    fn add(&mut self, customer: Customer, bytes: u64) -> Result<Slot, StoreError> {
        let key = Arc::clone(&customer.key);
        let card = Card { customer, changed: false, used: self.round, bytes };
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
        self.bytes += bytes;
        self.slots.insert(key, slot);
        Ok(slot)
    }

    fn each(&self, see: &mut dyn FnMut(&Customer)) {
        self.slots.values().filter_map(|slot| self.cards.get(slot.0 as usize)).for_each(|card| see(&card.customer));
    }

    fn is_crowded(&self) -> bool {
        self.bytes > self.bytes_max
    }

    fn card(&mut self, slot: Slot) -> &mut Card {
        &mut self.cards[slot.0 as usize]
    }

    /// Everything changed is on disk; customers that were not used lately make room where there are too many.
    fn committed(&mut self) {
        for slot in std::mem::take(&mut self.changed) {
            self.card(slot).changed = false;
        }
        if self.is_crowded() {
            self.evict();
        }
        self.round += 1;
    }

    /// Drops the longest unused until half of the room is free.
    fn evict(&mut self) {
        let mut by_use: Vec<_> = self.slots.values().map(|&slot| (self.cards[slot.0 as usize].used, slot)).collect();
        by_use.sort_unstable();
        for (_, slot) in by_use {
            if self.bytes <= self.bytes_max / 2 {
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
