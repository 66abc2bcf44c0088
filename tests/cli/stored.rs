//! What a data folder holds, for comparing.

use journey_runtime::customer::Customer;
use journey_runtime::store::{Meta, SledStore, Store, StoreError};
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
    let mut store = SledStore::open(folder, 64 << 20)?;
    let mut customers = BTreeMap::new();
    store.each(&mut |customer| drop(customers.insert(customer.key.to_string(), customer.clone())))?;
    let rejected = store.rejected()?.into_iter().map(|rejected| (rejected.line, rejected.path, rejected.reason)).collect();
    let meta = Meta { effects_place: None, ..store.meta().unwrap().clone() };
    Ok(Stored { meta, customers, broadcasts: store.broadcasts()?.len(), rejected })
}

/// How many commits there were, as the folder counts them; none where it is not there yet.
pub fn commits(folder: &Path) -> u64 {
    let mark = fs::read_to_string(folder.join("journey.data")).unwrap_or_default();
    mark.lines().nth(1).and_then(|line| line.strip_prefix("commits ")).map_or(0, |count| count.parse().unwrap_or(0))
}
