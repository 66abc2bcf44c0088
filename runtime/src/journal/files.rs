//! The embedded journal: segments in a folder.

use super::segment::{self, Segment};
use super::{Log, LogError, Position, frame};
use crate::disk::SharedDisk;
use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;

/// How large its files are, in bytes of frames. The first is the smallest, each is twice as large as the one before, up to the
/// largest: a small journal stays small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub smallest: u64,
    pub largest: u64,
    /// Makes the log's frames its own; any number, another for each log.
    pub salt: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { smallest: 1 << 20, largest: 64 << 20, salt: 0 }
    }
}

impl Options {
    /// The usual ones, for a log whose frames are its own.
    #[must_use]
    pub fn fresh() -> Self {
        let random = RandomState::new().hash_one(0);
        Self { salt: (random >> 32) as u32, ..Self::default() }
    }
}

/// See the module. It writes and syncs on the thread that calls.
#[derive(Debug)]
pub struct Journal {
    pub(super) disk: SharedDisk,
    pub(super) folder: PathBuf,
    pub(super) options: Options,
    pub(super) salt: u32,
    /// Where the segments begin that are full, oldest first.
    pub(super) full: VecDeque<Position>,
    pub(super) last: Segment,
    /// Where the next frame begins.
    pub(super) end: Position,
    pub(super) durable: Position,
    /// Where the last frame begins.
    pub(super) last_frame: Position,
    /// The check of the last frame.
    pub(super) check: u32,
    pub(super) failed: Option<LogError>,
    pub(super) scratch: Vec<u8>,
}

impl Journal {
    /// Where the next batch begins.
    #[must_use]
    pub fn end(&self) -> Position {
        self.end
    }

    /// Bytes of its files.
    #[must_use]
    pub fn kept(&self) -> u64 {
        let first = self.full.front().copied().unwrap_or(self.last.first);
        self.end.0 - first.0
    }

    /// Appends batches with one write, and gives the position of the end. They last from the next [`Journal::sync`] on.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn append<'b>(&mut self, batches: impl IntoIterator<Item = &'b [u8]>) -> Result<Position, LogError> {
        self.alive()?;
        let mut bytes = std::mem::take(&mut self.scratch);
        bytes.clear();
        let appended = batches.into_iter().try_for_each(|batch| self.frame(&mut bytes, batch));
        let written = appended.and_then(|()| self.write(&bytes));
        self.scratch = bytes;
        self.note(written).map(|()| self.end)
    }

    /// Makes everything that was appended last.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn sync(&mut self) -> Result<Position, LogError> {
        self.alive()?;
        if self.durable < self.end {
            let synced = self.last.file.sync().map_err(LogError::io(&self.last.path, "cannot be synced"));
            self.note(synced)?;
            self.durable = self.end;
        }
        Ok(self.durable)
    }

    fn frame(&mut self, bytes: &mut Vec<u8>, batch: &[u8]) -> Result<(), LogError> {
        if batch.len() > frame::BATCH_MAX {
            let error = std::io::Error::other(format!("a batch of {} bytes is longer than 1 GiB", batch.len()));
            return Err(LogError::io(&self.last.path, "cannot be written")(error));
        }
        let length = (frame::HEAD + batch.len()) as u64;
        let free = self.last.capacity - segment::HEAD - (self.end.0 - self.last.first.0);
        if length > free {
            self.write(bytes)?;
            bytes.clear();
            self.rotate(length)?;
        }
        let unsynced = self.end.0 - self.durable.0;
        self.check = frame::write(bytes, self.salt, self.end, unsynced, self.check, batch);
        self.last_frame = self.end;
        self.end.0 += length;
        Ok(())
    }

    /// Writes what ends at `self.end`.
    fn write(&mut self, bytes: &[u8]) -> Result<(), LogError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let at = segment::HEAD + self.end.0 - self.last.first.0 - bytes.len() as u64;
        self.last.file.write_at(at, bytes).map_err(LogError::io(&self.last.path, "cannot be written"))
    }

    /// Begins the next segment. What stands in the one before must last by then: a frame counts only behind all before it.
    fn rotate(&mut self, least: u64) -> Result<(), LogError> {
        self.last.file.sync().map_err(LogError::io(&self.last.path, "cannot be synced"))?;
        self.durable = self.end;
        let room = (2 * self.last.capacity).clamp(self.options.smallest, self.options.largest).max(least);
        let next = segment::create(self.disk.as_ref(), &self.folder, self.end, self.salt, room)?;
        // One without a frame was too small from the start: the new one has taken its name.
        if self.last.first < next.first {
            self.full.push_back(self.last.first);
        }
        self.last = next;
        Ok(())
    }

    fn alive(&self) -> Result<(), LogError> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    /// Remembers an error for good.
    fn note<T>(&mut self, result: Result<T, LogError>) -> Result<T, LogError> {
        if let Err(error) = &result {
            self.failed = Some(error.clone());
        }
        result
    }
}

impl Log for Journal {
    fn submit(&mut self, batch: &[u8]) -> Result<Position, LogError> {
        self.append([batch])
    }

    fn durable(&mut self) -> Result<Position, LogError> {
        self.alive().map(|()| self.durable)
    }

    fn wait(&mut self, until: Position) -> Result<(), LogError> {
        if self.durable < until { self.sync().map(|_| ()) } else { self.alive() }
    }

    fn trim(&mut self, until: Position) -> Result<(), LogError> {
        self.alive()?;
        let until = until.min(self.last_frame);
        while self.full.get(1).copied().unwrap_or(self.last.first) <= until
            && let Some(oldest) = self.full.pop_front()
        {
            let retired = segment::retire(self.disk.as_ref(), &self.folder, oldest);
            self.note(retired)?;
        }
        Ok(())
    }
}
