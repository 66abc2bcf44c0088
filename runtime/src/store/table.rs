//! The tree behind the journal: rows in order of their keys, written behind what was committed.

mod guard;
mod memory;
mod sled;

pub use self::sled::SledTable;
pub use memory::MemoryTable;

use super::StoreError;
use std::fmt::Debug;

/// Key and value.
pub type Row = (Vec<u8>, Vec<u8>);

/// A row to be written; without a value, to be removed.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// See the module. Readers and one writer may use it at once.
pub trait Table: Debug + Send + Sync {
    /// A row's value.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The first rows whose keys are `from` or behind it and begin with `prefix`, in order; `most` at most.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn rows(&self, prefix: &[u8], from: &[u8], most: usize) -> Result<Vec<Row>, StoreError>;

    /// Writes rows, all or none. They are seen at once, and last from the next [`Table::flush`] on.
    ///
    /// # Errors
    /// Where they cannot be written.
    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError>;

    /// What was applied lasts from here on, also through a loss of power.
    ///
    /// # Errors
    /// Where it cannot be made to; what lasts is unknown then.
    fn flush(&self) -> Result<(), StoreError>;
}
