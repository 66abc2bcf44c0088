//! What a data folder holds, for comparing.

use journey_runtime::customer::Customer;
use journey_runtime::store::{DurableStore, Meta, Store, StoreError};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Everything that two runs must agree on.
#[derive(Debug, PartialEq)]
pub struct Stored {
    /// Without the place of the effects: each test has its own.
    pub meta: Meta,
    pub customers: BTreeMap<String, Customer>,
    /// Ids of broadcasts that are remembered.
    pub broadcasts: usize,
    /// Line, field and reason of rejected inputs.
    pub rejected: Vec<(u64, String, String)>,
}

/// Reads all of a data folder that nobody uses.
pub fn stored(folder: &Path) -> Stored {
    try_stored(folder).unwrap()
}

/// The same for one that may be damaged.
pub fn try_stored(folder: &Path) -> Result<Stored, StoreError> {
    let mut store = DurableStore::open(folder, 64 << 20)?;
    let mut customers = BTreeMap::new();
    store.each(&mut |customer| drop(customers.insert(customer.key.to_string(), customer.clone())))?;
    let rejected = store.rejected()?.into_iter().map(|rejected| (rejected.line, rejected.path, rejected.reason)).collect();
    let meta = Meta { effects_place: None, ..store.meta()?.unwrap() };
    Ok(Stored { meta, customers, broadcasts: store.broadcasts()?.len(), rejected })
}

/// Brings the table of a folder up to its journal, as a run does in time.
pub fn settle(folder: &Path) {
    let mut store = DurableStore::open(folder, 64 << 20).unwrap();
    let end = store.end();
    store.released(end);
    store.checkpoint().unwrap();
}

/// How many commits the journal of a folder holds, as long as it is whole; none where it is not there yet.
pub fn commits(folder: &Path) -> u64 {
    let files = fs::read_dir(folder.join("journal")).into_iter().flatten().flatten();
    let segments = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    let frames = |path| fs::read(path).unwrap_or_default().windows(4).filter(|window| window == b"FRAM").count() as u64;
    segments.map(frames).sum()
}
