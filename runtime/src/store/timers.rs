//! The index of timers: what is due soon in memory, everything else in the table, an hour to a bucket.
//!
//! A row is only ever added to. One whose customer is due at another time by now is stale: it is passed over when it comes up. The
//! rows of an hour are removed when all of it has come up.

use super::StoreError;
use super::rows;
use super::table::{Change, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How long a bucket is.
const BUCKET_MS: i64 = 3_600_000;
/// Timers that a row of the table holds at most.
const ROW_TIMERS: usize = 1_000;
/// Rows that are read at once.
const PAGE: usize = 64;

/// A due time and a customer's key.
type Timer = (i64, Arc<str>);

/// See the module.
#[derive(Debug)]
pub(super) struct Timers {
    /// All that are due in the buckets before the horizon.
    near: BTreeSet<Timer>,
    /// The first bucket that is not in `near`.
    horizon: i64,
    /// Set since the last checkpoint began, by bucket.
    fresh: BTreeMap<i64, Vec<Timer>>,
    /// Those that the checkpoint under way writes.
    writing: BTreeMap<i64, Vec<Timer>>,
    /// Its number.
    checkpoint: u64,
    /// Keys of the table's rows that have come up, by bucket.
    loaded: BTreeMap<i64, Vec<Vec<u8>>>,
    /// The first bucket of the table at or behind the horizon, as far as it is known.
    stored_next: Option<Option<i64>>,
}

fn bucket(due_ms: i64) -> i64 {
    due_ms.div_euclid(BUCKET_MS)
}

impl Timers {
    pub fn new() -> Self {
        Self {
            near: BTreeSet::new(),
            horizon: i64::MIN,
            fresh: BTreeMap::new(),
            writing: BTreeMap::new(),
            checkpoint: 0,
            loaded: BTreeMap::new(),
            stored_next: None,
        }
    }

    /// A customer is due at another time than before.
    pub fn change(&mut self, key: &Arc<str>, from_ms: Option<i64>, to_ms: Option<i64>) {
        if let Some(from_ms) = from_ms {
            self.near.remove(&(from_ms, Arc::clone(key)));
        }
        if let Some(due_ms) = to_ms {
            self.set(key, due_ms);
        }
    }

    /// A customer is due then.
    pub fn set(&mut self, key: &Arc<str>, due_ms: i64) {
        let (timer, bucket) = ((due_ms, Arc::clone(key)), bucket(due_ms));
        if bucket < self.horizon {
            self.near.insert(timer.clone());
        }
        self.fresh.entry(bucket).or_default().push(timer);
    }

    /// The first timer that is due before `limit_ms`, by due time, then by key. It may be stale.
    pub fn first(&mut self, table: &dyn Table, limit_ms: i64) -> Result<Option<Timer>, StoreError> {
        loop {
            if let Some(first) = self.near.first() {
                return Ok((first.0 < limit_ms).then(|| first.clone()));
            }
            let Some(next) = self.next_bucket(table)?.filter(|next| next.saturating_mul(BUCKET_MS) < limit_ms) else { return Ok(None) };
            self.load(table, next)?;
        }
    }

    /// A timer is stale.
    pub fn drop(&mut self, timer: &Timer) {
        self.near.remove(timer);
    }

    /// The first bucket at or behind the horizon that has something.
    fn next_bucket(&mut self, table: &dyn Table) -> Result<Option<i64>, StoreError> {
        let stored = match self.stored_next {
            Some(stored) => stored,
            None => {
                let first = table.rows(rows::TIMERS, &rows::timers(self.horizon), 1)?;
                let stored = first.first().and_then(|(key, _)| rows::read_timers(key));
                self.stored_next = Some(stored);
                stored
            }
        };
        let ahead = |buckets: &BTreeMap<i64, Vec<Timer>>| buckets.range(self.horizon..).next().map(|(&bucket, _)| bucket);
        Ok([stored, ahead(&self.fresh), ahead(&self.writing)].into_iter().flatten().min())
    }

    /// A bucket comes up.
    fn load(&mut self, table: &dyn Table, bucket: i64) -> Result<(), StoreError> {
        let prefix = rows::timers(bucket);
        let mut from = prefix.clone();
        loop {
            let page = table.rows(&prefix, &from, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            from = rows::behind(last.clone());
            for (key, value) in page {
                let damaged = || StoreError::Damaged("a row of the index of timers".into());
                let timers: Vec<(i64, &str)> =
                    rows::unseal(&key, &value).and_then(|bytes| postcard::from_bytes(bytes).ok()).ok_or_else(damaged)?;
                self.near.extend(timers.into_iter().map(|(due_ms, key)| (due_ms, Arc::from(key))));
                self.loaded.entry(bucket).or_default().push(key);
            }
        }
        for buckets in [&self.fresh, &self.writing] {
            self.near.extend(buckets.get(&bucket).into_iter().flatten().cloned());
        }
        // Some of these may still be on their way.
        let written = self.writing.get(&bucket).map_or(0, Vec::len).div_ceil(ROW_TIMERS);
        let loaded = self.loaded.entry(bucket).or_default();
        loaded.extend((0..).take(written).map(|chunk| rows::timers_row(bucket, self.checkpoint, chunk)));
        self.horizon = bucket.saturating_add(1);
        self.stored_next = None;
        Ok(())
    }

    /// A checkpoint begins: gives the rows that it is to write. Until [`Timers::written`] they are not in the table.
    pub fn begin_write(&mut self, checkpoint: u64) -> Result<Vec<Change>, StoreError> {
        let first_open = self.near.first().map_or(self.horizon, |first| bucket(first.0)).min(self.horizon);
        // What has come up wholly is over.
        self.fresh = self.fresh.split_off(&first_open);
        let open = self.loaded.split_off(&first_open);
        let mut changes: Vec<Change> = std::mem::replace(&mut self.loaded, open).into_values().flatten().map(|key| (key, None)).collect();
        self.writing = std::mem::take(&mut self.fresh);
        self.checkpoint = checkpoint;
        for (&bucket, timers) in &self.writing {
            for (chunk, timers) in (0..).zip(timers.chunks(ROW_TIMERS)) {
                let key = rows::timers_row(bucket, checkpoint, chunk);
                let timers: Vec<(i64, &str)> = timers.iter().map(|(due_ms, key)| (*due_ms, &**key)).collect();
                changes.push((key.clone(), Some(rows::sealed(&key, &timers)?)));
                if bucket < self.horizon {
                    self.loaded.entry(bucket).or_default().push(key);
                }
            }
        }
        changes.sort_unstable();
        Ok(changes)
    }

    /// The rows of [`Timers::begin_write`] are in the table.
    pub fn written(&mut self) {
        self.writing.clear();
        self.stored_next = None;
    }
}
