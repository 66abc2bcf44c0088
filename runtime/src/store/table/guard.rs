//! sled 0.34 panics, and may even turn in circles, on some damaged files. Here that becomes an error.

use crate::store::{StoreError, folder};
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::{Once, mpsc};
use std::time::Duration;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs an operation of sled; a panic in it means that the store is damaged, and prints nothing.
pub(super) fn guarded<T>(path: &Path, what: &str, operation: impl FnOnce() -> ::sled::Result<T>) -> Result<T, StoreError> {
    silence_guarded_panics();
    let before = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(operation));
    GUARDED.set(before);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(::sled::Error::Io(error))) => Err(folder::failed(path, what, &error)),
        Ok(Err(::sled::Error::Corruption { .. })) | Err(_) => Err(damaged(path)),
        Ok(Err(error)) => Err(StoreError::Failed(format!("the data folder {} {what}: {error}", path.display()))),
    }
}

/// Opens a store, and gives up after a time that grows with its size: on some damaged files sled turns in circles. The thread
/// is then left behind, and the process is expected to end.
pub(super) fn open(path: &Path, config: ::sled::Config, bytes: u64) -> Result<::sled::Db, StoreError> {
    const LIMIT_BASE: Duration = Duration::from_secs(10);
    const BYTES_PER_SECOND: u64 = 4 << 20;
    let (sender, receiver) = mpsc::channel();
    let folder = path.to_owned();
    std::thread::spawn(move || {
        // The receiver is gone only where the time was up.
        let _ = sender.send(guarded(&folder, "cannot be opened", || open_unlocked(&config)));
    });
    receiver.recv_timeout(LIMIT_BASE + Duration::from_secs(bytes / BYTES_PER_SECOND)).unwrap_or_else(|_| Err(damaged(path)))
}

/// The folder is ours alone; but sled lets go of its own lock only some time after the last handle is gone.
fn open_unlocked(config: &::sled::Config) -> ::sled::Result<::sled::Db> {
    let mut opened = config.open();
    for _ in 0..folder::LOCK_TRIES {
        let is_locked = matches!(&opened, Err(::sled::Error::Io(error)) if error.to_string().contains("could not acquire lock"));
        if !is_locked {
            break;
        }
        std::thread::sleep(folder::LOCK_PAUSE);
        opened = config.open();
    }
    opened
}

fn damaged(path: &Path) -> StoreError {
    StoreError::Damaged(format!("the store in the data folder {}", path.display()))
}

/// Sets, once, a panic hook that says nothing of guarded panics and leaves all others as they were.
fn silence_guarded_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                usual(info);
            }
        }));
    });
}
