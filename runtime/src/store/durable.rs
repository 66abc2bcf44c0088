//! The store on disk: a journal that is the commit, and a table that follows it.
//!
//! A commit is one batch of the journal: [`batch`]. What it changed stays in memory until a checkpoint has written it to the table:
//! [`checkpoint`]. The table is therefore only ever behind the journal, and a start brings it up to date from there:
//! [`recovery`].

use super::batch::{self, Head};
use super::checkpoint::WriteBack;
use super::folder::Folder;
use super::rows;
use super::table::Table;
use super::timers::Timers;
use super::working_set::WorkingSet;
use super::{Commit, Meta, Slot, Store, StoreError};
use crate::customer::{Customer, Seen};
use crate::journal::{Log, Position};
use crate::summary::Rejected;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Who is shown rows: key and value.
type SeeRow<'s> = &'s mut dyn FnMut(&[u8], &[u8]) -> Result<(), StoreError>;

/// Rows of the table that are read at once.
const PAGE: usize = 512;

/// See the module.
#[derive(Debug)]
pub struct DurableStore {
    /// Locked while the store is open; there is none on a simulated disk.
    pub(super) folder: Option<Folder>,
    pub(super) log: Box<dyn Log>,
    pub(super) table: Arc<dyn Table>,
    pub(super) working_set: WorkingSet,
    pub(super) timers: Timers,
    /// `Meta` of the last commit; none of it before the first.
    pub(super) meta: Vec<u8>,
    /// Broadcasts that are not in the table yet, and up to when they may be forgotten.
    pub(super) broadcasts: Vec<(u64, i64)>,
    pub(super) forget_until_ms: i64,
    /// Rejected inputs that are not in the table yet, with their numbers.
    pub(super) rejected: Vec<(u64, Rejected)>,
    pub(super) next_rejected: u64,
    /// Effects that may not have been handed on before the store was opened, and the ends of their batches.
    pub(super) effects: Vec<(Position, String)>,
    /// Up to where effects have been handed on.
    pub(super) released: Position,
    /// Where the last batch begins and ends.
    pub(super) last: Position,
    pub(super) end: Position,
    pub(super) back: WriteBack,
    pub(super) scratch: Scratch,
}

/// Room that is used again from commit to commit.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    batch: Vec<u8>,
    meta: Vec<u8>,
    lengths: Vec<usize>,
}

impl DurableStore {
    /// The rejected inputs that are kept, oldest first.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn rejected(&self) -> Result<Vec<Rejected>, StoreError> {
        let mut found = Vec::new();
        self.scan(rows::REJECTED, &mut |key, value| {
            found.push(read(key, value, "a rejected input")?);
            Ok(())
        })?;
        found.extend(self.rejected.iter().map(|(_, rejected)| rejected.clone()));
        Ok(found)
    }

    /// The end of the last commit.
    #[must_use]
    pub fn end(&self) -> Position {
        self.end
    }

    /// How many customers are in memory.
    #[must_use]
    pub fn customers_in_memory(&self) -> usize {
        self.working_set.len()
    }

    /// Shows all rows whose keys begin with `prefix`, in order.
    pub(super) fn scan(&self, prefix: &[u8], see: SeeRow<'_>) -> Result<(), StoreError> {
        let mut from = prefix.to_vec();
        loop {
            let page = self.table.rows(prefix, &from, PAGE)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            from = rows::behind(last.clone());
            page.iter().try_for_each(|(key, value)| see(key, value))?;
        }
    }

    fn decode(&self, key: Arc<str>, row: &[u8], value: &[u8]) -> Result<Customer, StoreError> {
        let record = rows::unseal_customer(row, value).filter(|(at, _)| *at <= self.end);
        let customer = record.and_then(|(_, record)| Customer::decode(Arc::clone(&key), record).ok());
        customer.ok_or_else(|| damaged(&format!("the record of the customer `{key}`")))
    }

    /// Appends the changed customers to the batch.
    fn add_customers(&mut self) -> Result<(), StoreError> {
        let Self { working_set, scratch, .. } = self;
        scratch.lengths.clear();
        for at in 0..working_set.changed().len() {
            let Some(&slot) = working_set.changed().get(at) else { break };
            let customer = &working_set.card(slot).customer;
            let length = batch::add_customer(&mut scratch.batch, &customer.key, |out| customer.encode(out))?;
            scratch.lengths.push(length);
        }
        Ok(())
    }

    /// The batch is in the journal.
    fn committed(&mut self, end: Position, commit: &Commit<'_>) {
        for at in 0..self.scratch.lengths.len() {
            let (Some(&slot), Some(&length)) = (self.working_set.changed().get(at), self.scratch.lengths.get(at)) else { break };
            self.working_set.journaled(slot, length, end);
        }
        (self.last, self.end) = (self.end, end);
        std::mem::swap(&mut self.meta, &mut self.scratch.meta);
        self.broadcasts.extend_from_slice(commit.broadcasts);
        self.forget_until_ms = commit.forget_until_ms;
        self.rejected.extend((self.next_rejected..).zip(commit.rejected.iter().cloned()));
        self.next_rejected += commit.rejected.len() as u64;
        self.working_set.committed();
    }
}

impl Store for DurableStore {
    fn meta(&self) -> Result<Option<Meta>, StoreError> {
        if self.meta.is_empty() {
            return Ok(None);
        }
        postcard::from_bytes(&self.meta).map(Some).map_err(|_| damaged("the table of contents"))
    }

    fn broadcasts(&mut self) -> Result<Seen, StoreError> {
        let mut all = BTreeSet::new();
        self.scan(rows::BROADCASTS, &mut |key, _| {
            let (hash, came) = rows::read_broadcast(key).ok_or_else(|| damaged("the list of broadcasts"))?;
            all.insert((came, hash));
            Ok(())
        })?;
        all.extend(self.broadcasts.iter().map(|&(hash, came)| (came, hash)));
        let mut seen = Seen::default();
        all.into_iter().for_each(|(came, hash)| seen.insert(hash, came));
        Ok(seen)
    }

    fn unreleased(&mut self) -> Vec<(Position, String)> {
        std::mem::take(&mut self.effects)
    }

    fn released(&mut self, until: Position) {
        self.released = self.released.max(until);
    }

    fn open(&mut self, key: &str) -> Result<Slot, StoreError> {
        if let Some(slot) = self.working_set.find(key) {
            return Ok(slot);
        }
        let (row, key) = (rows::customer(key), Arc::from(key));
        match self.table.get(&row)? {
            Some(value) => {
                let customer = self.decode(key, &row, &value)?;
                self.working_set.add(customer, value.len())
            }
            None => self.working_set.add(Customer::new(key), 0),
        }
    }

    fn customer(&mut self, slot: Slot) -> &mut Customer {
        &mut self.working_set.card(slot).customer
    }

    fn changed(&mut self, slot: Slot) {
        self.working_set.change(slot);
    }

    fn pending(&self) -> usize {
        self.working_set.changed().len()
    }

    fn is_crowded(&self) -> bool {
        self.working_set.is_crowded()
    }

    fn next_timer(&mut self, limit_ms: i64) -> Result<Option<(i64, Slot)>, StoreError> {
        while let Some(timer) = self.timers.first(self.table.as_ref(), limit_ms)? {
            let slot = self.open(&timer.1)?;
            if self.customer(slot).indexed_ms == Some(timer.0) {
                return Ok(Some((timer.0, slot)));
            }
            self.timers.drop(&timer);
        }
        Ok(None)
    }

    fn set_timer(&mut self, slot: Slot, due_ms: Option<i64>) {
        let customer = &mut self.working_set.card(slot).customer;
        let before = std::mem::replace(&mut customer.indexed_ms, due_ms);
        self.timers.change(&customer.key, before, due_ms);
        self.working_set.change(slot);
    }

    fn each(&mut self, see: &mut dyn FnMut(&Customer)) -> Result<(), StoreError> {
        self.working_set.each(see);
        self.scan(rows::CUSTOMERS, &mut |row, value| {
            let key = rows::read_customer(row).ok_or_else(|| damaged("the key of a customer"))?;
            if !self.working_set.has(&key) {
                see(&self.decode(key, row, value)?);
            }
            Ok(())
        })
    }

    fn keys_behind(&mut self, last: Option<&str>, most: usize) -> Result<Vec<Arc<str>>, StoreError> {
        let from = last.map_or_else(|| rows::CUSTOMERS.to_vec(), |last| rows::behind(rows::customer(last)));
        let stored = self.table.rows(rows::CUSTOMERS, &from, most)?;
        let key = |(row, _): &(Vec<u8>, Vec<u8>)| rows::read_customer(row).ok_or_else(|| damaged("the key of a customer"));
        let mut keys: BTreeSet<Arc<str>> = stored.iter().map(key).collect::<Result<_, _>>()?;
        keys.extend(self.working_set.keys_behind(last).cloned());
        Ok(keys.into_iter().take(most).collect())
    }

    fn commit(&mut self, commit: &Commit<'_>) -> Result<Position, StoreError> {
        let mut next = std::mem::take(&mut self.scratch.meta);
        batch::encode_meta(commit.meta, &mut next)?;
        self.scratch.batch.clear();
        Head::new(commit, self.next_rejected, &self.meta, &next).encode(&mut self.scratch.batch)?;
        self.scratch.meta = next;
        self.add_customers()?;
        let end = self.log.submit(&self.scratch.batch)?;
        self.committed(end, commit);
        self.write_back()?;
        Ok(end)
    }

    fn durable(&mut self) -> Result<Position, StoreError> {
        Ok(self.log.durable()?)
    }

    fn wait(&mut self, until: Position) -> Result<(), StoreError> {
        Ok(self.log.wait(until)?)
    }

    fn is_durable(&self) -> bool {
        true
    }
}

/// A sealed value.
pub(super) fn read<T: serde::de::DeserializeOwned>(key: &[u8], value: &[u8], what: &str) -> Result<T, StoreError> {
    let bytes = rows::unseal(key, value).ok_or_else(|| damaged(what))?;
    postcard::from_bytes(bytes).map_err(|_| damaged(what))
}

pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}
