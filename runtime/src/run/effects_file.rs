//! The file of effects: every line once, whatever happened to the process in between.
//!
//! A commit holds the lines that it causes and where they begin; only then are they written here. After a crash the last
//! commit's lines are written again in their place, so that a torn or missing tail becomes whole and nothing stands twice.

use super::Sink;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Where a store's effects go: kept in its `Meta`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectsPlace {
    /// Absolute.
    pub path: PathBuf,
    /// Offset, among all effects of the store, of the first byte of the file; negative where the file held something before.
    pub starts_at: i64,
}

/// A sink into a file.
#[derive(Debug)]
pub struct EffectsFile {
    file: File,
    path: PathBuf,
    starts_at: i64,
}

impl EffectsFile {
    /// Opens the file, or makes it; what it holds stays.
    ///
    /// # Errors
    /// Where it cannot be written, or another process does so.
    pub fn append(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(io::Error::other("another `journey` is writing to it"));
        }
        Ok(Self { file, path: std::path::absolute(path)?, starts_at: 0 })
    }

    /// Makes the file anew.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let new = Self::append(path)?;
        new.file.set_len(0)?;
        Ok(new)
    }

    /// Makes the end of a file whole: the lines of the last commit, which began at `offset`. A file that was moved away or
    /// changed by others since is left as it is.
    pub(super) fn mend(place: &EffectsPlace, offset: u64, lines: &str) -> io::Result<()> {
        let file = match OpenOptions::new().write(true).open(&place.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        let mut torn = Self { file, path: place.path.clone(), starts_at: place.starts_at };
        match torn.place_of(offset) {
            // Once more even where its length is right: after a loss of power its bytes may not be.
            Some(start) if (start..=start + lines.len() as u64).contains(&length) => torn.release(offset, lines),
            _ => Ok(()),
        }
    }

    /// Where in the file something stands that begins at `offset` among all effects.
    fn place_of(&self, offset: u64) -> Option<u64> {
        u64::try_from(i64::try_from(offset).ok()?.checked_sub(self.starts_at)?).ok()
    }
}

impl Sink for EffectsFile {
    fn start(&mut self, last: Option<&EffectsPlace>, offset: u64) -> io::Result<Option<EffectsPlace>> {
        let mut length = self.file.metadata()?.len();
        let is_where_it_was = |last: &EffectsPlace| {
            last.path == self.path && {
                self.starts_at = last.starts_at;
                self.place_of(offset) == Some(length)
            }
        };
        if !last.is_some_and(is_where_it_was) {
            length += end_last_line(&mut self.file, length)?;
            self.starts_at = offset.cast_signed().saturating_sub(length.cast_signed());
        }
        Ok(Some(EffectsPlace { path: self.path.clone(), starts_at: self.starts_at }))
    }

    fn release(&mut self, offset: u64, lines: &str) -> io::Result<()> {
        let start = self.place_of(offset).ok_or_else(|| io::Error::other("effects begin before their file"))?;
        self.file.set_len(start)?;
        self.file.seek(SeekFrom::Start(start))?;
        self.file.write_all(lines.as_bytes())?;
        self.file.sync_data()
    }
}

/// Ends the last line of a file that others wrote, where it has no end. Gives how many bytes that took.
fn end_last_line(file: &mut File, length: u64) -> io::Result<u64> {
    let Some(last) = length.checked_sub(1) else { return Ok(0) };
    let mut byte = [0];
    file.seek(SeekFrom::Start(last))?;
    file.read_exact(&mut byte)?;
    if byte == *b"\n" { Ok(0) } else { file.write_all(b"\n").map(|()| 1) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where something cannot be had")]

    use super::*;
    use std::fs;

    fn place(path: &Path, starts_at: i64) -> EffectsPlace {
        EffectsPlace { path: path.to_owned(), starts_at }
    }

    #[test]
    fn a_torn_end_becomes_whole_and_nothing_stands_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("effects.ndjson");
        for torn in ["one\n", "one\ntw", "one\ntwo\n"] {
            fs::write(&path, torn).unwrap();
            EffectsFile::mend(&place(&path, 0), 4, "two\n").unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        }
    }

    #[test]
    fn a_file_that_others_changed_is_left_alone_and_goes_on_at_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("effects.ndjson");
        fs::write(&path, "one\ntwo\na note\n").unwrap();
        EffectsFile::mend(&place(&path, 0), 4, "two\n").unwrap();
        let mut file = EffectsFile::append(&path).unwrap();
        let now = file.start(Some(&place(&path, 0)), 8).unwrap().unwrap();
        assert_eq!(now.starts_at, -7);
        file.release(8, "three\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\na note\nthree\n");
    }

    #[test]
    fn a_file_that_was_moved_away_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("effects.ndjson");
        EffectsFile::mend(&place(&path, 0), 4, "two\n").unwrap();
        assert!(!path.exists());
        let mut file = EffectsFile::append(&path).unwrap();
        assert_eq!(file.start(Some(&place(&path, 0)), 8).unwrap().unwrap().starts_at, 8);
        file.release(8, "three\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three\n");
    }
}
