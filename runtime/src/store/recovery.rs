//! Opening a store: what the table has, and what the journal knows beyond it.

use super::StoreError;
use super::batch::{self, Head};
use super::checkpoint::{Checkpoint, WriteBack};
use super::durable::{DurableStore, Scratch, damaged, read};
use super::folder::Folder;
use super::rows;
use super::table::{SledTable, Table};
use super::timers::Timers;
use super::working_set::WorkingSet;
use crate::customer::Customer;
use crate::disk::{RealDisk, SharedDisk};
use crate::journal::{self, Bell, Journal, JournalThread, Log, LogError, Position};
use crate::summary::Rejected;
use rustc_hash::FxHashMap;
use std::path::Path;
use std::sync::Arc;

/// What the journal knows beyond the table.
#[derive(Default)]
struct Replay {
    meta: Vec<u8>,
    /// The last record of each customer, and the end of its batch.
    customers: FxHashMap<Arc<str>, (Position, Vec<u8>)>,
    broadcasts: Vec<(u64, i64)>,
    forget_until_ms: i64,
    rejected: Vec<(u64, Rejected)>,
    next_rejected: u64,
    /// Effects that may not have been handed on, and the ends of their batches.
    effects: Vec<(Position, String)>,
    effects_from: Position,
    /// Whether those of all commits but the last are known to have been handed on.
    only_last_effects: bool,
    /// Up to where the table has everything.
    written: Position,
    /// Where the last batch begins and ends.
    last: Position,
    end: Position,
}

impl DurableStore {
    /// Opens a data folder, or makes one. Three quarters of `cache_bytes` are for customers, the rest for pages of the table.
    ///
    /// # Errors
    /// In words that say what to do; see [`Folder::open`]. A damaged store is told.
    pub fn open(path: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        Self::open_with(path, cache_bytes, None, |journal| Ok(Box::new(journal)))
    }

    /// The same, with the journal on a thread of its own, which rings the bell when something has become durable.
    ///
    /// # Errors
    /// As [`DurableStore::open`].
    pub fn open_threaded(path: &Path, cache_bytes: u64, effects_from: Option<Position>, bell: Bell) -> Result<Self, StoreError> {
        Self::open_with(path, cache_bytes, effects_from, |journal| match JournalThread::start(journal, bell) {
            Ok(thread) => Ok(Box::new(thread)),
            Err(error) => Err(StoreError::Failed(format!("a thread cannot be started: {error}"))),
        })
    }

    fn open_with(
        path: &Path,
        cache_bytes: u64,
        effects_from: Option<Position>,
        log: impl FnOnce(Journal) -> Result<Box<dyn Log>, StoreError>,
    ) -> Result<Self, StoreError> {
        let folder = Folder::open(path)?;
        let table = match SledTable::open(path, &folder.table(), cache_bytes / 4) {
            // All of it is still in the journal: sled makes its files in several steps, and does not know them again where it
            // ended in the midst of that.
            Err(StoreError::Damaged(_)) if folder.is_journal_whole() => {
                folder.remove_table()?;
                SledTable::open(path, &folder.table(), cache_bytes / 4)?
            }
            opened => opened?,
        };
        let mut store = Self::over(Arc::new(RealDisk), &folder.journal(), Arc::new(table), cache_bytes / 4 * 3, effects_from, log)?;
        store.folder = Some(folder);
        Ok(store)
    }

    /// Opens the store that a journal and a table make; `cache_bytes` are for customers. `log` says how the journal is driven,
    /// `effects_from` up to where effects have been handed on; unless it is known, those of the last commit alone may not have been.
    ///
    /// # Errors
    /// Where they cannot be read or written, or are damaged.
    pub fn over(
        disk: SharedDisk,
        journal: &Path,
        table: Arc<dyn Table>,
        cache_bytes: u64,
        effects_from: Option<Position>,
        log: impl FnOnce(Journal) -> Result<Box<dyn Log>, StoreError>,
    ) -> Result<Self, StoreError> {
        let stored = table.get(rows::META)?;
        let checkpoint =
            stored.map(|value| read::<Checkpoint>(rows::META, &value, "the table of contents")).transpose()?.unwrap_or_default();
        let mut replay = Replay {
            meta: checkpoint.meta.clone(),
            next_rejected: checkpoint.next_rejected,
            effects_from: effects_from.unwrap_or(checkpoint.from),
            only_last_effects: effects_from.is_none(),
            written: checkpoint.from,
            last: checkpoint.from,
            end: checkpoint.from,
            ..Replay::default()
        };
        let (opened, recovered) =
            Journal::open(disk, journal, journal::Options::fresh(), checkpoint.from.min(replay.effects_from), &mut |end, batch| {
                replay.see(end, batch)
            })?;
        if recovered.end < checkpoint.end {
            let missing = LogError::Missing { folder: journal.to_owned(), from: recovered.end, to: checkpoint.end };
            return Err(missing.into());
        }
        replay.into_store(log(opened)?, table, &checkpoint, cache_bytes)
    }
}

impl Replay {
    fn see(&mut self, end: Position, batch: &[u8]) -> Result<(), StoreError> {
        let unreadable = || damaged(&format!("the batch of the journal that ends at position {end}"));
        let (head, mut rest) = Head::decode(batch).ok_or_else(unreadable)?;
        if self.only_last_effects {
            self.effects.clear();
        }
        if end > self.effects_from && !head.effects.is_empty() {
            self.effects.push((end, head.effects.to_string()));
        }
        if end <= self.written {
            return Ok(());
        }
        head.apply(&mut self.meta).ok_or_else(unreadable)?;
        while let Some(customer) = batch::next_customer(&mut rest) {
            let (key, record) = customer.map_err(|()| unreadable())?;
            match self.customers.get_mut(key) {
                Some((at, known)) => {
                    *at = end;
                    known.clear();
                    known.extend_from_slice(record);
                }
                None => {
                    self.customers.insert(Arc::from(key), (end, record.to_vec()));
                }
            }
        }
        self.broadcasts.extend_from_slice(&head.broadcasts);
        self.forget_until_ms = head.forget_until_ms;
        self.next_rejected = head.first_rejected + head.rejected.len() as u64;
        self.rejected.extend((head.first_rejected..).zip(head.rejected.into_owned()));
        (self.last, self.end) = (self.end, end);
        Ok(())
    }

    fn into_store(
        self,
        log: Box<dyn Log>,
        table: Arc<dyn Table>,
        checkpoint: &Checkpoint,
        cache_bytes: u64,
    ) -> Result<DurableStore, StoreError> {
        let mut working_set = WorkingSet::new(cache_bytes);
        let mut timers = Timers::new();
        for (key, (at, record)) in self.customers {
            let customer =
                Customer::decode(Arc::clone(&key), &record).map_err(|_| damaged(&format!("the record of the customer `{key}`")))?;
            if let Some(due_ms) = customer.indexed_ms {
                timers.set(&key, due_ms);
            }
            let slot = working_set.add(customer, record.len())?;
            working_set.journaled(slot, record.len(), at);
        }
        Ok(DurableStore {
            folder: None,
            log,
            table,
            working_set,
            timers,
            meta: self.meta,
            broadcasts: self.broadcasts,
            forget_until_ms: self.forget_until_ms,
            rejected: self.rejected,
            next_rejected: self.next_rejected,
            effects: self.effects,
            released: self.effects_from,
            last: self.last,
            end: self.end,
            back: WriteBack { number: checkpoint.number, end: checkpoint.end, ..WriteBack::default() },
            scratch: Scratch::default(),
        })
    }
}
