//! How a batch stands in a file.
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | `FRAM` |
//! | 4 | length of the batch |
//! | 4 | how many bytes before the frame had not been synced when it was written |
//! | 4 | the check of the frame before |
//! | 4 | the frame's own check: over the log's salt, its position, the three above, and the batch |
//! | … | the batch |
//!
//! All numbers are little-endian. Frames are a chain: one counts only behind the very frame it was written behind, so nothing that
//! an earlier life of the file has left can be taken for what follows. And from a whole frame behind a broken one it can be
//! told whether the broken one was ever synced: if so, the disk has lost it; if not, a crash has torn both.

use super::Position;

/// Bytes before a batch.
pub const HEAD: usize = 20;
const MARK: [u8; 4] = *b"FRAM";
/// The longest batch.
pub const BATCH_MAX: usize = 1 << 30;

/// What a frame says beside its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Bytes of the batch.
    pub length: usize,
    pub unsynced: u32,
    /// The check of the frame before it.
    pub before: u32,
    pub check: u32,
}

/// Appends a frame to `out`; gives its check.
pub fn write(out: &mut Vec<u8>, salt: u32, at: Position, unsynced: u64, before: u32, batch: &[u8]) -> u32 {
    // Batches are shorter by far; see [`BATCH_MAX`].
    let length = u32::try_from(batch.len()).unwrap_or(u32::MAX);
    let unsynced = u32::try_from(unsynced).unwrap_or(u32::MAX);
    let check = check(salt, at, length, unsynced, before, batch);
    out.reserve(HEAD + batch.len());
    out.extend_from_slice(&MARK);
    for number in [length, unsynced, before, check] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(batch);
    check
}

/// Reads the frame with which `bytes` begin, if a whole one does; `at` is its position.
pub fn read(bytes: &[u8], salt: u32, at: Position) -> Option<(Frame, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
    let (mark, head) = head.split_first_chunk::<4>()?;
    if *mark != MARK {
        return None;
    }
    let mut numbers = head.chunks_exact(4).filter_map(|number| number.first_chunk::<4>()).map(|number| u32::from_le_bytes(*number));
    let [length, unsynced, before, stored] = [numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?];
    let batch = rest.get(..length as usize)?;
    let is_whole = check(salt, at, length, unsynced, before, batch) == stored;
    is_whole.then_some((Frame { length: length as usize, unsynced, before, check: stored }, batch))
}

/// The first whole frame of `bytes`, whatever stands before it: where it begins, and what it is. `at` is the position of the
/// first byte.
pub fn find(bytes: &[u8], salt: u32, at: Position) -> Option<(usize, Frame)> {
    memchr::memmem::find_iter(bytes, &MARK).find_map(|start| {
        let (frame, _) = read(bytes.get(start..)?, salt, Position(at.0 + start as u64))?;
        Some((start, frame))
    })
}

fn check(salt: u32, at: Position, length: u32, unsynced: u32, before: u32, batch: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&salt.to_le_bytes());
    hasher.update(&at.0.to_le_bytes());
    for number in [length, unsynced, before] {
        hasher.update(&number.to_le_bytes());
    }
    hasher.update(batch);
    hasher.finalize()
}
