//! Writing behind the journal: what commits have changed goes to the table in small batches in the order of keys, each customer once
//! however often it changed; then the table is flushed, and the journal needs no longer reach back so far.
//!
//! It goes on a little with every commit, and only with what the journal has made durable: the table is never ahead of it.

use super::durable::{DurableStore, damaged};
use super::rows;
use super::table::Change;
use super::{Slot, StoreError};
use crate::journal::Position;
use serde::{Deserialize, Serialize};

/// Rows of a batch: large ones make sled's memory grow.
const BATCH_ROWS: usize = 256;
/// Bytes of the journal after which a checkpoint begins.
const JOURNAL_BYTES: u64 = 64 << 20;
/// Broadcasts that are forgotten at once.
const FORGET_ROWS: usize = 10_000;

/// How far the table is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    pub number: u64,
    /// Where a recovery begins: before the last batch that the table has, so that its effects are found again.
    pub from: Position,
    /// Up to where the journal went then.
    pub end: Position,
    /// `Meta` at `end`.
    pub meta: Vec<u8>,
    pub next_rejected: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct WriteBack {
    /// The number of the last checkpoint, and the end of the journal then.
    pub number: u64,
    pub end: Position,
    pub(super) under_way: Option<UnderWay>,
}

#[derive(Debug)]
pub(super) struct UnderWay {
    checkpoint: Checkpoint,
    /// Customers that are still to be written, the first last.
    customers: Vec<Slot>,
    /// Other rows, likewise.
    rows: Vec<Change>,
}

impl DurableStore {
    /// Goes on with what is under way, or begins it where it is time to.
    pub(super) fn write_back(&mut self) -> Result<(), StoreError> {
        let behind = self.end.0 - self.back.end.0;
        if self.back.under_way.is_none() && (behind > JOURNAL_BYTES || self.working_set.should_write()) {
            self.begin_checkpoint()?;
        }
        self.write_some()?;
        while self.back.under_way.is_some() && (self.working_set.must_write() || behind > 4 * JOURNAL_BYTES) {
            self.write_some()?;
        }
        Ok(())
    }

    /// Brings the table wholly up to the journal.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        while self.back.under_way.is_some() {
            self.write_some()?;
        }
        if self.back.end < self.end {
            self.begin_checkpoint()?;
        }
        while self.back.under_way.is_some() {
            self.write_some()?;
        }
        Ok(())
    }

    fn begin_checkpoint(&mut self) -> Result<(), StoreError> {
        let number = self.back.number + 1;
        let mut rows = self.timers.begin_write(number)?;
        rows.extend(self.forgotten_broadcasts()?);
        rows.extend(self.broadcasts.drain(..).map(|(hash, came)| (rows::broadcast(hash, came), Some(Vec::new()))));
        for (number, rejected) in self.rejected.drain(..) {
            let key = rows::rejected(number);
            let value = rows::sealed(&key, &rejected)?;
            rows.push((key, Some(value)));
        }
        rows.reverse();
        let mut customers = self.working_set.unwritten();
        customers.reverse();
        let (from, end, next_rejected) = (self.last, self.end, self.next_rejected);
        let checkpoint = Checkpoint { number, from, end, meta: self.meta.clone(), next_rejected };
        self.back.under_way = Some(UnderWay { checkpoint, customers, rows });
        // What rows say of the time until then must be durable before they are.
        Ok(self.log.wait(end)?)
    }

    fn forgotten_broadcasts(&self) -> Result<Vec<Change>, StoreError> {
        let oldest = self.table.rows(rows::BROADCASTS, rows::BROADCASTS, FORGET_ROWS)?;
        let mut changes = Vec::new();
        for (key, _) in oldest {
            let (_, came) = rows::read_broadcast(&key).ok_or_else(|| damaged("the list of broadcasts"))?;
            if came > self.forget_until_ms {
                break;
            }
            changes.push((key, None));
        }
        Ok(changes)
    }

    fn write_some(&mut self) -> Result<(), StoreError> {
        let Some(mut under_way) = self.back.under_way.take() else { return Ok(()) };
        if let Some(start) = under_way.rows.len().checked_sub(1).map(|last| last.saturating_sub(BATCH_ROWS - 1)) {
            self.table.apply(under_way.rows.drain(start..).rev().collect())?;
        } else if under_way.customers.is_empty() {
            return self.end_checkpoint(under_way.checkpoint);
        } else {
            self.write_customers(&mut under_way.customers)?;
        }
        self.back.under_way = Some(under_way);
        Ok(())
    }

    fn write_customers(&mut self, customers: &mut Vec<Slot>) -> Result<(), StoreError> {
        let start = customers.len().saturating_sub(BATCH_ROWS);
        let slots = customers.split_off(start);
        let mut changes = Vec::with_capacity(slots.len());
        let mut newest = Position(0);
        let mut record = Vec::new();
        for &slot in slots.iter().rev() {
            let card = self.working_set.card(slot);
            let Some(at) = card.unwritten else { continue };
            newest = newest.max(at);
            record.clear();
            let encoded = card.customer.encode(&mut record);
            encoded.map_err(|error| StoreError::Failed(format!("a record cannot be written: {error}")))?;
            let key = rows::customer(&card.customer.key);
            let value = rows::sealed_customer(&key, at, &record);
            changes.push((key, Some(value)));
        }
        self.log.wait(newest)?;
        self.table.apply(changes)?;
        slots.into_iter().for_each(|slot| self.working_set.written(slot));
        Ok(())
    }

    fn end_checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), StoreError> {
        let value = rows::sealed(rows::META, &checkpoint)?;
        self.table.apply(vec![(rows::META.to_vec(), Some(value))])?;
        self.table.flush()?;
        self.timers.written();
        self.back.number = checkpoint.number;
        self.back.end = checkpoint.end;
        Ok(self.log.trim(checkpoint.from.min(self.released))?)
    }
}
