//! A disk in memory that does to its files whatever a real one may do, as a seed says.
//!
//! Writes go to a cache that reads see at once. A loss of power takes from the cache, sector by sector, what was not synced:
//! each unsynced sector keeps its old content, gets the new one, or a mixture. Of what was made, renamed and removed without a sync
//! of the folder, only the first part may have happened: file systems keep a journal of that.

use super::{Disk, DiskFile};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes that are written whole or not at all, but for a torn one.
const SECTOR: usize = 512;

/// What goes wrong, as chances in 1,000 of each operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// A write fails, with part of it done.
    pub write: u32,
    /// A sync fails, and what it should have made last may be gone.
    pub sync: u32,
    /// A read fails.
    pub read: u32,
    /// Bytes that all files may have together; `None`: no limit.
    pub room: Option<u64>,
}

/// See the module. Clones are the same disk.
#[derive(Debug, Clone)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    random: u64,
    faults: Faults,
    /// Counts losses of power: a file that was opened before one is no longer open.
    powered: u64,
    next_inode: u64,
    inodes: BTreeMap<u64, Inode>,
    /// As programs see it.
    names: BTreeMap<PathBuf, u64>,
    /// As they last.
    lasting: BTreeMap<PathBuf, u64>,
    /// What has happened to the names since.
    changes: Vec<Change>,
    folders: BTreeSet<PathBuf>,
}

#[derive(Debug, Clone)]
enum Change {
    Made(PathBuf, u64),
    Renamed(PathBuf, PathBuf),
    Removed(PathBuf),
}

impl Change {
    fn apply(self, names: &mut BTreeMap<PathBuf, u64>) {
        match self {
            Self::Made(path, inode) => {
                names.insert(path, inode);
            }
            Self::Renamed(from, to) => {
                if let Some(inode) = names.remove(&from) {
                    names.insert(to, inode);
                }
            }
            Self::Removed(path) => {
                names.remove(&path);
            }
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Inode {
    /// As programs see it.
    bytes: Vec<u8>,
    /// What was synced.
    synced: Vec<u8>,
    /// Sectors that differ from what was synced.
    dirty: BTreeSet<usize>,
}

impl SimulatedDisk {
    /// An empty disk whose mishaps follow from the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let state = State {
            random: seed,
            faults: Faults::default(),
            powered: 0,
            next_inode: 0,
            inodes: BTreeMap::new(),
            names: BTreeMap::new(),
            lasting: BTreeMap::new(),
            changes: Vec::new(),
            folders: BTreeSet::new(),
        };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Sets what goes wrong from here on.
    pub fn set_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// The power fails: open files are closed, and what was not synced is lost, kept or torn.
    pub fn lose_power(&self) {
        let mut state = self.state();
        let state = &mut *state;
        state.powered += 1;
        for inode in state.inodes.values_mut() {
            inode.settle(&mut state.random);
        }
        let kept = (next(&mut state.random) as usize) % (state.changes.len() + 1);
        let changes = std::mem::take(&mut state.changes);
        changes.into_iter().take(kept).for_each(|change| change.apply(&mut state.lasting));
        state.names = state.lasting.clone();
        let used: BTreeSet<u64> = state.names.values().copied().collect();
        state.inodes.retain(|inode, _| used.contains(inode));
    }

    /// The process is killed: open files are closed, and everything written stays.
    pub fn kill(&self) {
        self.state().powered += 1;
    }

    /// Turns one bit of a file over, as a failing disk does.
    pub fn damage(&self, path: &Path, at: usize) {
        let mut state = self.state();
        let Some(inode) = state.names.get(path).copied() else { return };
        if let Some(inode) = state.inodes.get_mut(&inode) {
            for bytes in [&mut inode.bytes, &mut inode.synced] {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1;
                }
            }
        }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.state().used()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, inode: u64, powered: u64) -> Box<dyn DiskFile> {
        Box::new(SimulatedFile { disk: self.clone(), inode, powered })
    }
}

impl State {
    fn used(&self) -> u64 {
        self.inodes.values().map(|inode| inode.bytes.len() as u64).sum()
    }

    fn change(&mut self, change: Change) {
        change.clone().apply(&mut self.names);
        self.changes.push(change);
    }

    /// Whether something with a chance of so many in 1,000 happens now.
    fn happens(&mut self, chance: u32) -> bool {
        chance > 0 && next(&mut self.random) % 1_000 < u64::from(chance)
    }
}

impl Inode {
    fn mark(&mut self, from: usize, to: usize) {
        self.dirty.extend(from / SECTOR..to.div_ceil(SECTOR));
    }

    fn set_length(&mut self, length: usize) {
        let (from, to) = (self.bytes.len().min(length), self.bytes.len().max(length));
        self.bytes.resize(length, 0);
        self.mark(from, to);
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if self.bytes.len() < end {
            self.set_length(end);
        }
        if let Some(to) = self.bytes.get_mut(at..end) {
            to.copy_from_slice(bytes);
        }
        self.mark(at, end);
    }

    fn sync(&mut self) {
        let length = self.bytes.len();
        self.synced.resize(length, 0);
        for sector in std::mem::take(&mut self.dirty) {
            let range = sector * SECTOR..((sector + 1) * SECTOR).min(length);
            if let (Some(to), Some(from)) = (self.synced.get_mut(range.clone()), self.bytes.get(range)) {
                to.copy_from_slice(from);
            }
        }
    }

    /// What of it is left when the power fails.
    fn settle(&mut self, random: &mut u64) {
        let grown = self.bytes.len() != self.synced.len();
        if grown && next(random) & 1 == 0 {
            // The new length has reached the disk.
            self.synced.resize(self.bytes.len(), 0);
        }
        for &sector in &self.dirty {
            let end = ((sector + 1) * SECTOR).min(self.bytes.len()).min(self.synced.len());
            let range = (sector * SECTOR).min(end)..end;
            let choice = next(random) % 5;
            let upto = if choice == 4 { (next(random) as usize) % (range.len() + 1) } else { range.len() };
            let range = range.start..range.start + upto;
            if choice >= 2
                && let (Some(to), Some(from)) = (self.synced.get_mut(range.clone()), self.bytes.get(range))
            {
                to.copy_from_slice(from);
            }
        }
        self.bytes.clone_from(&self.synced);
        self.dirty.clear();
    }
}

impl Disk for SimulatedDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let state = self.state();
        let inode = state.names.get(path).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(self.file(inode, state.powered))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if path.parent().is_some_and(|folder| !state.folders.contains(folder)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inode = state.next_inode;
        state.next_inode += 1;
        state.inodes.insert(inode, Inode::default());
        state.change(Change::Made(path.to_owned(), inode));
        Ok(self.file(inode, state.powered))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        if !state.folders.contains(folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let inside = state.names.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.state().folders.extend(folder.ancestors().map(Path::to_owned));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        if !state.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change(Change::Renamed(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        if !state.names.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        state.change(Change::Removed(path.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        let mut state = self.state();
        let chance = state.faults.sync;
        if state.happens(chance) {
            return Err(io::Error::other("simulated: the folder could not be synced"));
        }
        state.lasting = state.names.clone();
        state.changes.clear();
        let used: BTreeSet<u64> = state.names.values().copied().collect();
        state.inodes.retain(|inode, _| used.contains(inode));
        Ok(())
    }
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    inode: u64,
    powered: u64,
}

impl SimulatedFile {
    fn with<T>(&self, work: impl FnOnce(&mut State, u64) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.disk.state();
        if state.powered != self.powered {
            return Err(io::Error::other("simulated: this process is dead"));
        }
        work(&mut state, self.inode)
    }
}

fn inode(state: &mut State, number: u64) -> io::Result<&mut Inode> {
    state.inodes.get_mut(&number).ok_or_else(|| io::ErrorKind::NotFound.into())
}

impl DiskFile for SimulatedFile {
    fn length(&self) -> io::Result<u64> {
        self.with(|state, number| Ok(inode(state, number)?.bytes.len() as u64))
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<usize> {
        self.with(|state, number| {
            let chance = state.faults.read;
            if state.happens(chance) {
                return Err(io::Error::other("simulated: the disk cannot be read here"));
            }
            let bytes = &inode(state, number)?.bytes;
            let from = bytes.get(usize::try_from(at).unwrap_or(usize::MAX)..).unwrap_or_default();
            let count = from.len().min(into.len());
            if let (Some(to), Some(from)) = (into.get_mut(..count), from.get(..count)) {
                to.copy_from_slice(from);
            }
            Ok(count)
        })
    }

    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.with(|state, number| {
            let start = usize::try_from(at).map_err(io::Error::other)?;
            let length = inode(state, number)?.bytes.len();
            let grows = (start + bytes.len()).saturating_sub(length) as u64;
            if state.faults.room.is_some_and(|room| state.used() + grows > room) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let chance = state.faults.write;
            if state.happens(chance) {
                let done = (next(&mut state.random) as usize) % (bytes.len() + 1);
                inode(state, number)?.write(start, bytes.get(..done).unwrap_or_default());
                return Err(io::Error::other("simulated: the disk cannot be written here"));
            }
            inode(state, number)?.write(start, bytes);
            Ok(())
        })
    }

    fn set_length(&mut self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        self.with(|state, number| {
            let grows = length.saturating_sub(inode(state, number)?.bytes.len()) as u64;
            if state.faults.room.is_some_and(|room| state.used() + grows > room) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            inode(state, number)?.set_length(length);
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.with(|state, number| {
            let chance = state.faults.sync;
            if state.happens(chance) {
                // The system may have thrown the pages away and marked them clean, as Linux does.
                let mut random = state.random;
                inode(state, number)?.settle(&mut random);
                state.random = random;
                return Err(io::Error::other("simulated: the disk could not be synced"));
            }
            inode(state, number)?.sync();
            Ok(())
        })
    }
}

/// The next number of a sequence: SplitMix64, of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
