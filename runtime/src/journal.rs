//! The journal: batches of bytes, one behind the other, that last through a loss of power.
//!
//! It knows nothing of what the batches hold. A batch is committed when the journal is durable up to its end, and only then may
//! anybody hear of it. The files are told in [`segment`], their frames in [`frame`].

mod files;
mod frame;
mod recovery;
mod segment;
mod thread;

#[cfg(test)]
mod tests;

pub use files::{Journal, Options};
pub use recovery::{Recovered, See, Torn};
pub use thread::{Bell, JournalThread};

use crate::disk::Disk;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A place in a log: how many bytes of frames are before it, since the log began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Position(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether a folder holds a journal.
#[must_use]
pub fn is_there(disk: &dyn Disk, folder: &Path) -> bool {
    segment::list(disk, folder).is_ok_and(|firsts| !firsts.is_empty())
}

/// Whether the journal of a folder begins at a position.
#[must_use]
pub fn begins_at(disk: &dyn Disk, folder: &Path, at: Position) -> bool {
    segment::list(disk, folder).is_ok_and(|firsts| firsts.first() == Some(&at))
}

/// Where commits go: the embedded journal, or one that is replicated.
///
/// After an error every further call gives that error again: what a failed write or sync has left is known only to a recovery.
pub trait Log: fmt::Debug + Send {
    /// Hands over a batch, and gives the position of its end. It lasts once [`Log::durable`] has come there.
    ///
    /// # Errors
    /// [`LogError`]; the batch may last or may not.
    fn submit(&mut self, batch: &[u8]) -> Result<Position, LogError>;

    /// Up to where everything lasts.
    ///
    /// # Errors
    /// [`LogError`].
    fn durable(&mut self) -> Result<Position, LogError>;

    /// Waits until everything up to a position lasts.
    ///
    /// # Errors
    /// [`LogError`].
    fn wait(&mut self, until: Position) -> Result<(), LogError>;

    /// What ends there or before is no longer needed. The last batch is kept all the same.
    ///
    /// # Errors
    /// [`LogError`].
    fn trim(&mut self, until: Position) -> Result<(), LogError>;
}

/// Why the log cannot go on.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LogError {
    #[error("the journal file {} {doing}: {error}", path.display())]
    Io {
        path: PathBuf,
        /// What could not be done to it, such as `cannot be synced`.
        doing: &'static str,
        error: Arc<std::io::Error>,
    },
    /// Something that was once synced is not what was written.
    #[error("the journal file {} is damaged at position {at}: {affected}", path.display())]
    Damaged { path: PathBuf, at: Position, affected: String },
    /// A file between two others, or the first, is not there.
    #[error("the journal in {} is not whole: what stood from position {from} to {to} is missing", folder.display())]
    Missing { folder: PathBuf, from: Position, to: Position },
}

impl LogError {
    fn io(path: &Path, doing: &'static str) -> impl Fn(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |error| Self::Io { path: path.clone(), doing, error: Arc::new(error) }
    }
}
