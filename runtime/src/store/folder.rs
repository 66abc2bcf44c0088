//! The data folder: whose it is, that one process uses it at a time, and that its files are really synced.
//!
//! ```text
//! DIR/journey.data   what this folder is, the number of its format, and how many commits there were; locked while it is used
//! DIR/store/         sled's files
//! ```
//!
//! The commits are counted outside of the store too, because sled takes whatever is damaged for the torn end of a crash: it drops
//! that and all that was written after it, and says nothing.

use super::StoreError;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The format of the folder that this version writes and reads.
const FORMAT: u32 = 2;
const MARK: &str = "journey data folder, format ";
const COMMITS: &str = "commits ";
/// How often, and how far apart, a lock is tried for: a process that was just killed may take a moment to be gone.
pub(super) const LOCK_TRIES: usize = 50;
pub(super) const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// An opened data folder. The lock goes when it is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// `journey.data`, locked.
    mark: File,
    /// How many commits were noted.
    pub commits: u64,
    /// sled's main file, for syncing.
    data: Option<File>,
    /// Blobs are written once and never changed; these have been synced.
    synced_blobs: BTreeSet<OsString>,
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
        let commits = check_mark(path, &mut file)?;
        Ok(Self { path: path.to_owned(), mark: file, commits, data: None, synced_blobs: BTreeSet::new() })
    }

    /// Where sled keeps its files.
    pub fn store(&self) -> PathBuf {
        self.path.join("store")
    }

    /// Flushes sled's files to the device. sled's own `flush` ends in `sync_file_range`, which does not reach through the
    /// device's cache.
    pub fn sync(&mut self) -> io::Result<()> {
        let store = self.store();
        self.sync_blobs(&store.join("blobs"))?;
        let data = match self.data.take() {
            Some(data) => data,
            None => {
                for new in [&store.join("conf"), &store, &self.path] {
                    File::open(new)?.sync_all()?;
                }
                File::open(store.join("db"))?
            }
        };
        data.sync_all()?;
        self.data = Some(data);
        Ok(())
    }

    /// Notes how many commits are in the store for good. Only the first is synced: after a loss of power it may be fewer, but
    /// neither more nor none.
    pub fn note(&mut self, commits: u64) -> io::Result<()> {
        self.mark.seek(SeekFrom::Start(first_line().len() as u64))?;
        self.mark.write_all(format!("{COMMITS}{commits:020}\n").as_bytes())?;
        if self.commits == 0 { self.mark.sync_all() } else { Ok(()) }?;
        self.commits = commits;
        Ok(())
    }

    /// Removes what sled had begun to write when it was killed while it opened its files: it would take a half-written list of
    /// its pages for a damaged one.
    pub fn remove_unfinished(&self) -> io::Result<()> {
        let entries = match fs::read_dir(self.store()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "generating") {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Removes a store in which nothing was ever committed.
    pub fn remove_store(&self) -> io::Result<()> {
        fs::remove_dir_all(self.store())
    }

    fn sync_blobs(&mut self, blobs: &Path) -> io::Result<()> {
        let mut fresh = false;
        let mut present = BTreeSet::new();
        for entry in fs::read_dir(blobs)? {
            let name = entry?.file_name();
            if !self.synced_blobs.contains(&name) {
                match File::open(blobs.join(&name)) {
                    Ok(blob) => blob.sync_all()?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
                fresh = true;
            }
            present.insert(name);
        }
        if fresh {
            File::open(blobs)?.sync_all()?;
        }
        self.synced_blobs = present;
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

/// Checks the mark, or makes it; gives the number of commits.
fn check_mark(path: &Path, file: &mut File) -> Result<u64, StoreError> {
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
        return write(file).map(|()| 0).map_err(|error| failed(path, "cannot be written to", &error));
    }
    let damaged = || StoreError::Damaged(format!("the file journey.data in {}", path.display()));
    let (first, rest) = text.split_once('\n').ok_or_else(damaged)?;
    match first.strip_prefix(MARK).map(str::parse::<u32>) {
        // Zero bytes are what a loss of power leaves of a file's new end.
        Some(Ok(FORMAT)) if rest.bytes().all(|byte| byte == 0) => Ok(0),
        Some(Ok(FORMAT)) => rest.trim_end().strip_prefix(COMMITS).and_then(|count| count.parse().ok()).ok_or_else(damaged),
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
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "the disk is full. What was done since the last commit does not count; make room and run the same command again"
        }
        io::ErrorKind::PermissionDenied => "you may not write there: choose another folder, or ask for the right to",
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only: choose a folder on another one",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => "it is not a folder: choose another path",
        _ => return StoreError::Failed(format!("the data folder {} {what}: {error}", path.display())),
    };
    StoreError::Failed(format!("the data folder {} {what}: {advice}", path.display()))
}
