//! Where customers are kept: the working set of a run, and what makes it durable.

mod batch;
mod checkpoint;
mod durable;
mod folder;
mod memory;
mod recovery;
mod rows;
mod table;
mod timers;
mod working_set;

pub use durable::DurableStore;
pub use memory::MemoryStore;
pub use table::{MemoryTable, SledTable, Table};

use crate::counters::Record;
use crate::customer::{Customer, Seen};
use crate::engine::profile::Schema;
use crate::engine::{Edition, Outgoing};
use crate::journal::{self, LogError};
use crate::summary::Rejected;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A customer's place in the working set; good until the next [`Store::commit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// Customers, timers, and all else that a run must find again.
///
/// A run reads and changes customers in the working set, and now and then commits all changes since the last time
/// as one: what is not committed never happened.
pub trait Store {
    /// What a run goes on from; `None` in a store that was never committed to.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn meta(&self) -> Result<Option<Meta>, StoreError>;

    /// Ids of broadcasts that were accepted within the dedupe window, as they were committed.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn broadcasts(&mut self) -> Result<Seen, StoreError>;

    /// Gives, once, effect lines that were committed but may not have been handed on before the store was opened, with the
    /// positions of their commits' ends.
    fn unreleased(&mut self) -> Vec<(journal::Position, String)>;

    /// The effects of all commits up to there have been handed on: they need not be found again.
    fn released(&mut self, until: journal::Position);

    /// Brings a customer into the working set; one who was never seen is new.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn open(&mut self, key: &str) -> Result<Slot, StoreError>;

    /// A customer of the working set.
    fn customer(&mut self, slot: Slot) -> &mut Customer;

    /// Says that a customer has been changed and belongs to the next commit.
    fn changed(&mut self, slot: Slot);

    /// How many customers the next commit will write.
    fn pending(&self) -> usize;

    /// Whether more customers are in memory than should be; a commit makes room.
    fn is_crowded(&self) -> bool;

    /// The first row of the index of timers before `limit_ms`, by due time, then by customer key; its customer is in the working
    /// set.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn next_timer(&mut self, limit_ms: i64) -> Result<Option<(i64, Slot)>, StoreError>;

    /// Sets under which due time a customer stands in the index of timers, in place of [`Customer::indexed_ms`].
    fn set_timer(&mut self, slot: Slot, due_ms: Option<i64>);

    /// Shows all customers as they are now, in any order. The working set does not grow by it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn each(&mut self, see: &mut dyn FnMut(&Customer)) -> Result<(), StoreError>;

    /// The first so many keys behind `last` of the customers that are kept, in order.
    ///
    /// # Errors
    /// Where the store cannot be read.
    fn keys_behind(&mut self, last: Option<&str>, most: usize) -> Result<Vec<Arc<str>>, StoreError>;

    /// Commits all changes since the last commit, and this, as one. Nobody may hear of it before it is durable: see
    /// [`Store::wait`].
    ///
    /// # Errors
    /// Where it cannot; whether it counts is then known to the next who opens the store.
    fn commit(&mut self, commit: &Commit<'_>) -> Result<journal::Position, StoreError>;

    /// Up to where commits are durable.
    ///
    /// # Errors
    /// Where one cannot be made so.
    fn durable(&mut self) -> Result<journal::Position, StoreError>;

    /// Waits until the commits up to there are durable.
    ///
    /// # Errors
    /// Where they cannot be made so.
    fn wait(&mut self, until: journal::Position) -> Result<(), StoreError>;

    /// Whether commits outlive the process.
    fn is_durable(&self) -> bool;
}

impl<S: Store> Store for &mut S {
    fn meta(&self) -> Result<Option<Meta>, StoreError> {
        (**self).meta()
    }

    fn broadcasts(&mut self) -> Result<Seen, StoreError> {
        (**self).broadcasts()
    }

    fn unreleased(&mut self) -> Vec<(journal::Position, String)> {
        (**self).unreleased()
    }

    fn released(&mut self, until: journal::Position) {
        (**self).released(until);
    }

    fn open(&mut self, key: &str) -> Result<Slot, StoreError> {
        (**self).open(key)
    }

    fn customer(&mut self, slot: Slot) -> &mut Customer {
        (**self).customer(slot)
    }

    fn changed(&mut self, slot: Slot) {
        (**self).changed(slot);
    }

    fn pending(&self) -> usize {
        (**self).pending()
    }

    fn is_crowded(&self) -> bool {
        (**self).is_crowded()
    }

    fn next_timer(&mut self, limit_ms: i64) -> Result<Option<(i64, Slot)>, StoreError> {
        (**self).next_timer(limit_ms)
    }

    fn set_timer(&mut self, slot: Slot, due_ms: Option<i64>) {
        (**self).set_timer(slot, due_ms);
    }

    fn each(&mut self, see: &mut dyn FnMut(&Customer)) -> Result<(), StoreError> {
        (**self).each(see)
    }

    fn keys_behind(&mut self, last: Option<&str>, most: usize) -> Result<Vec<Arc<str>>, StoreError> {
        (**self).keys_behind(last, most)
    }

    fn commit(&mut self, commit: &Commit<'_>) -> Result<journal::Position, StoreError> {
        (**self).commit(commit)
    }

    fn durable(&mut self) -> Result<journal::Position, StoreError> {
        (**self).durable()
    }

    fn wait(&mut self, until: journal::Position) -> Result<(), StoreError> {
        (**self).wait(until)
    }

    fn is_durable(&self) -> bool {
        (**self).is_durable()
    }
}

/// What a commit says besides the changed customers and timers.
#[derive(Debug, Clone, Copy)]
pub struct Commit<'a> {
    pub meta: &'a Meta,
    /// Broadcasts accepted since the last commit: hash of source and id, and when they came.
    pub broadcasts: &'a [(u64, i64)],
    /// Broadcasts that came then or earlier may be forgotten.
    pub forget_until_ms: i64,
    pub rejected: &'a [Rejected],
    /// Lines of effects since the last commit; they begin at `meta.effects_bytes` less their length.
    pub effects: &'a str,
}

/// What a run goes on from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    pub clock_ms: Option<i64>,
    /// The clock after the last event; what `--until +DUR` counts from.
    pub last_event_ms: Option<i64>,
    pub counters: Record,
    /// By the number in [`crate::customer::Instance::edition`].
    pub editions: Vec<Edition>,
    /// By the number in [`Customer::profile_schema`].
    pub profiles: Vec<Schema>,
    /// Versions of the journeys in the last run, by name.
    pub versions: BTreeMap<String, String>,
    /// What ways into journeys the customers were told of, as hashes, in order.
    pub ways: Vec<u64>,
    pub position: Position,
    /// What steps have broadcast, and is still to be offered to all.
    pub outgoing: Vec<Outgoing>,
    /// The broadcast in whose midst the commit was.
    pub under_way: Option<UnderWay>,
    /// The clock when the drain began in whose midst the commit was.
    pub drain_from_ms: Option<i64>,
    /// Bytes of all effects until now.
    pub effects_bytes: u64,
    /// Where they go; `None` while nobody wants them.
    pub effects_place: Option<crate::run::EffectsPlace>,
}

/// A broadcast that was offered to some of those whom it can concern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// Of its source and id.
    pub hash: u64,
    /// The last customer to whom it was offered; it goes by the order of keys.
    pub after: String,
}

/// How much of the inputs, one after another, has been consumed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub bytes: u64,
    /// Hash of those bytes.
    pub hash: [u8; 32],
    /// Hash of the first of them, at most [`HEAD_BYTES`]: tells whether an input is the same one again.
    pub head: [u8; 32],
}

/// See [`Position::head`].
pub const HEAD_BYTES: usize = 64 << 10;

/// Why a store cannot do what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{0}")]
    Failed(String),
    /// Something in it is not what was written.
    #[error("{0} is damaged: restore the folder from a copy, or run all events again into a new one")]
    Damaged(String),
    /// Something of it is missing or damaged, as the text says.
    #[error("{0}: restore the folder from a copy, or run all events again into a new one")]
    Broken(String),
}

impl From<LogError> for StoreError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Io { path, doing, error } => folder::told(&format!("the file {}", path.display()), doing, &error),
            broken => Self::Broken(broken.to_string()),
        }
    }
}
