//! The disk as the runtime sees it: narrow, so that a whole server can also run over a simulated one that loses, tears and refuses.

mod real;
mod simulated;

pub use real::RealDisk;
pub use simulated::{Faults, SimulatedDisk};

use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A file system.
pub trait Disk: Debug + Send + Sync {
    /// Opens a file that is there, for reading and writing.
    ///
    /// # Errors
    /// Of the file system; `NotFound` where there is none.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Makes a new file. That it is there lasts only from the next [`Disk::sync_folder`] on.
    ///
    /// # Errors
    /// Of the file system; `AlreadyExists` where there is one.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Names of the files of a folder, in order; names that are not UTF-8 are passed over.
    ///
    /// # Errors
    /// Of the file system.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Makes a folder, and those around it, where they are missing.
    ///
    /// # Errors
    /// Of the file system.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;

    /// Gives a file another name in the same folder, in place of what had it. It lasts from the next [`Disk::sync_folder`] on.
    ///
    /// # Errors
    /// Of the file system.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// Of the file system.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// What was made, renamed and removed in a folder lasts from here on.
    ///
    /// # Errors
    /// Of the file system.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// A file that is open. Positions and lengths are in bytes.
pub trait DiskFile: Debug + Send {
    /// How long it is.
    ///
    /// # Errors
    /// Of the file system.
    fn length(&self) -> io::Result<u64>;

    /// Reads from a position on until `into` is full or the file ends; gives how many bytes that were.
    ///
    /// # Errors
    /// Of the file system.
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Writes all of `bytes`; a file that is too short grows. It lasts from the next [`DiskFile::sync`] on; until then any part of
    /// it may be lost.
    ///
    /// # Errors
    /// Of the file system; some of it may then be written.
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file off, or lets it grow by zeros.
    ///
    /// # Errors
    /// Of the file system.
    fn set_length(&mut self, length: u64) -> io::Result<()>;

    /// What was written lasts from here on, also through a loss of power. After an error nobody knows what does: see
    /// <https://www.usenix.org/conference/atc20/presentation/rebello>.
    ///
    /// # Errors
    /// Of the file system.
    fn sync(&mut self) -> io::Result<()>;
}

/// A disk that several parts of the runtime share.
pub type SharedDisk = Arc<dyn Disk>;

/// Reads a whole file.
///
/// # Errors
/// Of the file system.
pub fn read_all(file: &dyn DiskFile) -> io::Result<Vec<u8>> {
    let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    let read = file.read_at(0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}
