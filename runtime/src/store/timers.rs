//! The index of timers: rows on disk, and what has changed since the last commit over them.

use super::rows;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A due time and a customer's key.
type Row = (i64, Arc<str>);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Timers {
    added: BTreeSet<Row>,
    removed: BTreeSet<Row>,
    /// The first row on disk that is not removed, as far as it is known.
    head: Head,
}

#[derive(Debug, Default)]
enum Head {
    /// To be looked for from the start.
    #[default]
    Unknown,
    /// To be looked for behind this row; what is up to it is removed.
    Behind(Row),
    Known(Option<Row>),
}

impl Timers {
    /// Moves a customer from one due time to another.
    pub fn change(&mut self, key: &Arc<str>, from_ms: Option<i64>, to_ms: Option<i64>) {
        if let Some(due) = from_ms {
            let row = (due, Arc::clone(key));
            if !self.added.remove(&row) {
                if matches!(&self.head, Head::Known(Some(head)) if *head == row) {
                    self.head = Head::Behind(row.clone());
                }
                self.removed.insert(row);
            }
        }
        if let Some(due) = to_ms {
            let row = (due, Arc::clone(key));
            if self.removed.remove(&row) {
                self.head = Head::Unknown;
            } else {
                self.added.insert(row);
            }
        }
    }

    /// The first row, by due time, then by key.
    pub fn first(&mut self, tree: &::sled::Tree) -> ::sled::Result<Option<Row>> {
        let stored = match &self.head {
            Head::Known(head) => head.clone(),
            Head::Unknown => self.find(tree, &rows::timer_start())?,
            Head::Behind(row) => self.find(tree, &rows::behind(rows::timer(row.0, &row.1)))?,
        };
        self.head = Head::Known(stored.clone());
        Ok(match (stored, self.added.first()) {
            (Some(stored), Some(added)) => Some(stored.min(added.clone())),
            (stored, added) => stored.or_else(|| added.cloned()),
        })
    }

    fn find(&self, tree: &::sled::Tree, from: &[u8]) -> ::sled::Result<Option<Row>> {
        for key in tree.range(from.to_vec()..rows::timer_end()).keys() {
            if let Some(row) = rows::read_timer(&key?)
                && !self.removed.contains(&row)
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Writes the changes into a batch; [`Self::committed`] follows where it was applied.
    pub fn write(&self, batch: &mut ::sled::Batch) {
        for (due, key) in &self.removed {
            batch.remove(rows::timer(*due, key));
        }
        for (due, key) in &self.added {
            batch.insert(rows::timer(*due, key), &[]);
        }
    }

    /// The changes are on disk.
    pub fn committed(&mut self) {
        self.added.clear();
        self.removed.clear();
        self.head = Head::Unknown;
    }
}
