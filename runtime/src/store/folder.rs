//! The data folder: whose it is, and that one process uses it at a time.
//!
//! ```text
//! DIR/journey.data   what this folder is, and the number of its format; locked while it is used
//! DIR/journal/       the journal's files
//! DIR/store/         sled's files
//! ```

use super::StoreError;
use crate::disk::RealDisk;
use crate::journal::{self, Journal, LogError, Position};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// The format of the folder that this version writes and reads.
const FORMAT: u32 = 3;
const MARK: &str = "journey data folder, format ";
/// How often, and how far apart, a lock is tried for: a process that was just killed may take a moment to be gone.
pub(super) const LOCK_TRIES: usize = 50;
pub(super) const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// An opened data folder. The lock goes when it is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// `journey.data`, locked.
    _mark: File,
}

impl Folder {
    /// Opens a data folder, or makes one of a folder that is empty or does not exist.
    ///
    /// # Errors
    /// In words that say what to do: another program's folder, one in use, of a newer version, not writable.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(|error| failed(path, "cannot be made", &error))?;
        let mark = path.join("journey.data");
        if !mark.exists() {
            refuse_strangers(path)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&mark)
            .map_err(|error| failed(path, "cannot be written to", &error))?;
        let mut locked = file.try_lock();
        for _ in 0..LOCK_TRIES {
            if !matches!(locked, Err(TryLockError::WouldBlock)) {
                break;
            }
            thread::sleep(LOCK_PAUSE);
            locked = file.try_lock();
        }
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let path = path.display();
                return Err(StoreError::Failed(format!(
                    "the data folder {path} is in use by another `journey`: wait until it has ended, or choose another folder"
                )));
            }
            Err(TryLockError::Error(error)) => return Err(failed(path, "cannot be locked", &error)),
        }
        check_mark(path, &mut file)?;
        let folder = Self { path: path.to_owned(), _mark: file };
        folder.begin_journal()?;
        Ok(folder)
    }

    /// Where sled keeps its files.
    pub fn table(&self) -> PathBuf {
        self.path.join("store")
    }

    /// Where the journal keeps its files.
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// Whether the journal holds everything since the beginning.
    pub fn is_journal_whole(&self) -> bool {
        journal::begins_at(&RealDisk, &self.journal(), Position(0))
    }

    /// Removes a table that a whole journal makes anew.
    ///
    /// # Errors
    /// Of the file system.
    pub fn remove_table(&self) -> Result<(), StoreError> {
        fs::remove_dir_all(self.table()).map_err(|error| failed(&self.path, "cannot be written to", &error))
    }

    /// In a new folder, the journal is there before the table: a table without one has lost it, and as long as it is whole, the table
    /// can be made anew.
    fn begin_journal(&self) -> Result<(), StoreError> {
        if journal::is_there(&RealDisk, &self.journal()) {
            return Ok(());
        }
        if self.table().exists() {
            return Err(StoreError::Broken(format!("the journal in {} is missing", self.journal().display())));
        }
        let options = journal::Options::fresh();
        Journal::open(Arc::new(RealDisk), &self.journal(), options, Position(0), &mut |_, _| Ok::<_, LogError>(()))?;
        Ok(())
    }
}

/// A folder with something in it, but without our mark, belongs to somebody else.
fn refuse_strangers(path: &Path) -> Result<(), StoreError> {
    let mut entries = fs::read_dir(path).map_err(|error| failed(path, "cannot be read", &error))?;
    match entries.next() {
        None => Ok(()),
        Some(Err(error)) => Err(failed(path, "cannot be read", &error)),
        Some(Ok(entry)) => Err(StoreError::Failed(format!(
            "{} is not a data folder of Journey (it holds `{}`): choose an empty folder, or one that does not exist yet",
            path.display(),
            entry.file_name().display()
        ))),
    }
}

fn first_line() -> String {
    format!("{MARK}{FORMAT}\n")
}

/// Checks the mark, or makes it.
fn check_mark(path: &Path, file: &mut File) -> Result<(), StoreError> {
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(|error| failed(path, "cannot be read", &error))?;
    if text.is_empty() {
        let write = |file: &mut File| -> io::Result<()> {
            file.rewind()?;
            file.write_all(first_line().as_bytes())?;
            file.sync_all()?;
            File::open(path)?.sync_all()?;
            // That the folder is there must last too; where the one around it cannot be read, the system will see to it.
            std::path::absolute(path)?.parent().and_then(|around| File::open(around).ok()).map_or(Ok(()), |around| around.sync_all())
        };
        return write(file).map_err(|error| failed(path, "cannot be written to", &error));
    }
    let damaged = || StoreError::Damaged(format!("the file journey.data in {}", path.display()));
    let first = text.lines().next().ok_or_else(damaged)?;
    match first.strip_prefix(MARK).map(str::parse::<u32>) {
        Some(Ok(FORMAT)) => Ok(()),
        Some(Ok(older)) if older < FORMAT => Err(StoreError::Failed(format!(
            "the data folder {} was written by an older version of Journey (format {older}; this one writes {FORMAT}), and nothing in it was changed: run the same events into a new folder, or use the version that wrote it",
            path.display()
        ))),
        Some(Ok(newer)) => Err(StoreError::Failed(format!(
            "the data folder {} has format {newer}, and this version of Journey knows format {FORMAT}: use the version that wrote it, or a newer one",
            path.display()
        ))),
        _ => Err(damaged()),
    }
}

/// An error of the file system about the folder, in words that say what to do.
pub(super) fn failed(path: &Path, what: &str, error: &io::Error) -> StoreError {
    told(&format!("the data folder {}", path.display()), what, error)
}

/// The same about something in it.
pub(super) fn told(place: &str, what: &str, error: &io::Error) -> StoreError {
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full. What was done since the last commit does not count; make room and run the same command again"
        }
        io::ErrorKind::PermissionDenied => "you may not write there: choose another folder, or ask for the right to",
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only: choose a folder on another one",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "it is not a folder: choose another path",
        _ => return StoreError::Failed(format!("{place} {what}: {error}")),
    };
    StoreError::Failed(format!("{place} {what}: {advice}"))
}
