//! A file of the journal: a head, frames, and free room behind them that is already written, so that a sync has no more to do than
//! to write the frames.
//!
//! `00000000000000001234.log` holds what begins at position 1234. `next.new` becomes the next segment: half-made, or one that is
//! no longer needed.

use super::{LogError, Position};
use crate::disk::{Disk, DiskFile};
use std::path::{Path, PathBuf};

/// Bytes before the first frame.
pub const HEAD: u64 = 32;
const MARK: [u8; 12] = *b"journey log\x01";
const NEXT: &str = "next.new";
const ENDING: &str = ".log";
/// Bytes that are written at once when a file is filled with zeros.
const FILL: usize = 1 << 20;

/// A segment, open.
#[derive(Debug)]
pub struct Segment {
    pub file: Box<dyn DiskFile>,
    pub path: PathBuf,
    /// The position at which it begins.
    pub first: Position,
    /// Bytes of the file, head and free room included.
    pub capacity: u64,
}

impl Segment {
    /// Writes zeros over what a crash has torn: else sectors of it and of what is written there next could, in another crash, make
    /// up a batch that nobody knows of.
    pub fn wipe(&mut self, at: Position, bytes: u64) -> Result<(), LogError> {
        let failed = LogError::io(&self.path, "cannot be written");
        let zeros = vec![0; usize::try_from(bytes).map_err(|error| failed(std::io::Error::other(error)))?];
        self.file.write_at(HEAD + at.0 - self.first.0, &zeros).map_err(failed)
    }
}

/// The positions at which the segments of a folder begin, in order.
pub fn list(disk: &dyn Disk, folder: &Path) -> Result<Vec<Position>, LogError> {
    let names = disk.names(folder).map_err(LogError::io(folder, "cannot be read"))?;
    Ok(names.iter().filter_map(|name| name.strip_suffix(ENDING)?.parse().ok().map(Position)).collect())
}

/// Where the segment stands that begins there.
pub fn path(folder: &Path, first: Position) -> PathBuf {
    folder.join(format!("{:020}{ENDING}", first.0))
}

/// Makes the segment that begins at `first`, with room for so many bytes of frames or more.
pub fn create(disk: &dyn Disk, folder: &Path, first: Position, salt: u32, room: u64) -> Result<Segment, LogError> {
    let next = folder.join(NEXT);
    let failed = LogError::io(&next, "cannot be written");
    let mut file = match disk.open(&next) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => disk.create(&next),
        opened => opened,
    }
    .map_err(&failed)?;
    let capacity = fill(file.as_mut(), HEAD + room).map_err(&failed)?;
    file.write_at(0, &head(first, salt)).map_err(&failed)?;
    file.sync().map_err(LogError::io(&next, "cannot be synced"))?;
    let path = path(folder, first);
    disk.rename(&next, &path).map_err(&failed)?;
    disk.sync_folder(folder).map_err(LogError::io(folder, "cannot be synced"))?;
    Ok(Segment { file, path, first, capacity })
}

/// Opens a segment; gives its salt, too.
pub fn open(disk: &dyn Disk, folder: &Path, first: Position) -> Result<(Segment, u32), LogError> {
    let path = path(folder, first);
    let failed = LogError::io(&path, "cannot be read");
    let file = disk.open(&path).map_err(&failed)?;
    let capacity = file.length().map_err(&failed)?;
    let mut bytes = [0; HEAD as usize];
    file.read_at(0, &mut bytes).map_err(&failed)?;
    match read_head(&bytes) {
        Some((stored, salt)) if stored == first => Ok((Segment { file, path, first, capacity }, salt)),
        _ => Err(LogError::Damaged {
            path,
            at: first,
            affected: "the head of the file is not what was written; nothing in it can be read".into(),
        }),
    }
}

/// A segment is no longer needed: it becomes the next one, unless that is there already.
pub fn retire(disk: &dyn Disk, folder: &Path, first: Position) -> Result<(), LogError> {
    let (path, next) = (path(folder, first), folder.join(NEXT));
    let is_there = disk.open(&next).is_ok();
    let done = if is_there { disk.remove(&path) } else { disk.rename(&path, &next) };
    done.map_err(LogError::io(&path, "cannot be removed"))?;
    // Before it is written to: else a loss of power could give it its old name with new content.
    disk.sync_folder(folder).map_err(LogError::io(folder, "cannot be synced"))
}

/// Lets a file that is too short grow by zeros that are really written. Gives its length.
fn fill(file: &mut dyn DiskFile, length: u64) -> std::io::Result<u64> {
    let mut at = file.length()?;
    let zeros = vec![0; FILL];
    while at < length {
        let count = usize::try_from(length - at).unwrap_or(FILL).min(FILL);
        file.write_at(at, zeros.get(..count).unwrap_or_default())?;
        at += count as u64;
    }
    Ok(at)
}

fn head(first: Position, salt: u32) -> Vec<u8> {
    let mut head = MARK.to_vec();
    head.extend_from_slice(&first.0.to_le_bytes());
    head.extend_from_slice(&salt.to_le_bytes());
    let check = crc32fast::hash(&head);
    head.extend_from_slice(&check.to_le_bytes());
    head.resize(HEAD as usize, 0);
    head
}

fn read_head(bytes: &[u8]) -> Option<(Position, u32)> {
    let rest = bytes.strip_prefix(&MARK)?;
    let (first, rest) = rest.split_first_chunk::<8>()?;
    let (salt, _) = rest.split_first_chunk::<4>()?;
    let (first, salt) = (Position(u64::from_le_bytes(*first)), u32::from_le_bytes(*salt));
    (bytes == head(first, salt)).then_some((first, salt))
}
