//! The table in sled.

use super::guard::{self, guarded};
use super::{Change, Row, Table};
use crate::store::{StoreError, folder};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// See the module.
#[derive(Debug)]
pub struct SledTable {
    /// Of the data folder, for messages.
    data: PathBuf,
    path: PathBuf,
    db: ::sled::Db,
    /// Blobs are written once and never changed; these have been synced.
    synced_blobs: Mutex<BTreeSet<OsString>>,
}

impl SledTable {
    /// Opens the table that stands in `path` of the data folder `data`, or begins one. `cache_bytes` are for sled's pages.
    ///
    /// # Errors
    /// Where it cannot be read or written, or is damaged.
    pub fn open(data: &Path, path: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        remove_unfinished(path).map_err(|error| folder::failed(data, "cannot be written to", &error))?;
        let bytes = fs::metadata(path.join("db")).map_or(0, |data| data.len());
        let config = ::sled::Config::new().path(path).flush_every_ms(None).cache_capacity(cache_bytes.max(1 << 20));
        let db = guard::open(data, config, bytes)?;
        Ok(Self { data: data.to_owned(), path: path.to_owned(), db, synced_blobs: Mutex::default() })
    }

    fn guarded<T>(&self, what: &str, operation: impl FnOnce() -> ::sled::Result<T>) -> Result<T, StoreError> {
        guarded(&self.data, what, operation)
    }

    /// Flushes sled's files to the device. sled's own `flush` ends in `sync_file_range`, which does not reach through the
    /// device's cache.
    fn sync(&self) -> io::Result<()> {
        let blobs = self.path.join("blobs");
        let mut synced = self.synced_blobs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut present = BTreeSet::new();
        for entry in fs::read_dir(&blobs)? {
            let name = entry?.file_name();
            if !synced.contains(&name) {
                match File::open(blobs.join(&name)) {
                    Ok(blob) => blob.sync_all()?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
            }
            present.insert(name);
        }
        *synced = present;
        for file in ["blobs", "conf", "db", ""] {
            File::open(self.path.join(file))?.sync_all()?;
        }
        Ok(())
    }
}

impl Table for SledTable {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.guarded("cannot be read", || self.db.get(key))?.map(|value| value.to_vec()))
    }

    fn rows(&self, prefix: &[u8], from: &[u8], most: usize) -> Result<Vec<Row>, StoreError> {
        self.guarded("cannot be read", || {
            let mut found = Vec::new();
            for row in self.db.range(from.max(prefix).to_vec()..).take(most) {
                let (key, value) = row?;
                if !key.starts_with(prefix) {
                    break;
                }
                found.push((key.to_vec(), value.to_vec()));
            }
            Ok(found)
        })
    }

    fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut batch = ::sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.guarded("cannot be written to", || self.db.apply_batch(batch))
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.guarded("cannot be written to", || self.db.flush())?;
        self.sync().map_err(|error| folder::failed(&self.data, "cannot be synced", &error))
    }
}

/// Removes what sled had begun to write when it was killed while it opened its files: it would take a half-written list of
/// its pages for a damaged one.
fn remove_unfinished(path: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(path) {
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
