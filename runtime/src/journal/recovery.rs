//! Opening a journal: what of it counts, and what a crash or the disk has done to it.

use super::files::{Journal, Options};
use super::segment::{self, Segment};
use super::{LogError, Position, frame};
use crate::disk::SharedDisk;
use std::collections::VecDeque;
use std::path::Path;

/// Who is shown batches: the position of a batch's end, and the batch.
pub type See<'s, E> = &'s mut dyn FnMut(Position, &[u8]) -> Result<(), E>;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// Where what is kept begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// What a crash has left of batches that were never acknowledged.
    pub torn: Option<Torn>,
}

/// A tail that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    pub at: Position,
    /// Bytes up to the last one that is not zero, or of an earlier life of the file.
    pub bytes: u64,
}

/// What is read of a chain of frames.
struct Chain {
    end: Position,
    last_frame: Position,
    check: u32,
}

impl Journal {
    /// Opens the journal of a folder, or begins one there; shows each batch that ends behind `from`, with the position of its
    /// end, in order.
    ///
    /// # Errors
    /// [`LogError`], of the disk or of damage; or what `see` gives.
    pub fn open<E: From<LogError>>(
        disk: SharedDisk,
        folder: &Path,
        options: Options,
        from: Position,
        see: See<'_, E>,
    ) -> Result<(Self, Recovered), E> {
        disk.create_folder(folder).map_err(LogError::io(folder, "cannot be made"))?;
        let firsts = segment::list(disk.as_ref(), folder)?;
        let Some((&start, rest)) = firsts.split_first() else { return Ok(begin(disk, folder, options, from)?) };
        if from < start {
            return Err(LogError::Missing { folder: folder.to_owned(), from, to: start }.into());
        }
        let mut chain = Chain { end: start, last_frame: start, check: 0 };
        let mut nexts = rest.iter();
        let (mut segment, salt) = segment::open(disk.as_ref(), folder, start)?;
        chain.check = first_before(&segment, salt)?;
        let mut full = VecDeque::new();
        let torn = loop {
            let next = nexts.next().copied();
            let torn = read(&segment, salt, &mut chain, next, from, see)?;
            let Some(next) = next else { break torn };
            full.push_back(segment.first);
            segment = segment::open(disk.as_ref(), folder, next)?.0;
        };
        if chain.end < from {
            return Err(LogError::Missing { folder: folder.to_owned(), from: chain.end, to: from }.into());
        }
        if let Some(torn) = torn {
            segment.wipe(torn.at, torn.bytes)?;
        }
        // A process that was killed may have written it without a sync.
        segment.file.sync().map_err(LogError::io(&segment.path, "cannot be synced"))?;
        disk.sync_folder(folder).map_err(LogError::io(folder, "cannot be synced"))?;
        let (end, last_frame, check) = (chain.end, chain.last_frame, chain.check);
        let recovered = Recovered { start, end, torn };
        let (folder, scratch) = (folder.to_owned(), Vec::new());
        let journal =
            Self { disk, folder, options, salt, full, last: segment, end, durable: end, last_frame, check, failed: None, scratch };
        Ok((journal, recovered))
    }
}

fn begin(disk: SharedDisk, folder: &Path, options: Options, from: Position) -> Result<(Journal, Recovered), LogError> {
    if from > Position(0) {
        return Err(LogError::Missing { folder: folder.to_owned(), from: Position(0), to: from });
    }
    let last = segment::create(disk.as_ref(), folder, from, options.salt, options.smallest)?;
    let (folder, salt, scratch) = (folder.to_owned(), options.salt, Vec::new());
    let (full, failed) = (VecDeque::new(), None);
    let journal =
        Journal { disk, folder, options, salt, full, last, end: from, durable: from, last_frame: from, check: 0, failed, scratch };
    Ok((journal, Recovered { start: from, end: from, torn: None }))
}

/// The check of the frame that stood before the first one that is kept: that one says it.
fn first_before(segment: &Segment, salt: u32) -> Result<u32, LogError> {
    let bytes = load(segment)?;
    Ok(frame::read(&bytes, salt, segment.first).map_or(0, |(frame, _)| frame.before))
}

/// Bytes of a segment behind its head.
fn load(segment: &Segment) -> Result<Vec<u8>, LogError> {
    let failed = LogError::io(&segment.path, "cannot be read");
    let length = usize::try_from(segment.capacity.saturating_sub(segment::HEAD)).map_err(|error| failed(std::io::Error::other(error)))?;
    let mut bytes = vec![0; length];
    let read = segment.file.read_at(segment::HEAD, &mut bytes).map_err(failed)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Reads a segment's frames. It ends where the next one begins; the last one, where its chain does.
fn read<E: From<LogError>>(
    segment: &Segment,
    salt: u32,
    chain: &mut Chain,
    next: Option<Position>,
    from: Position,
    see: See<'_, E>,
) -> Result<Option<Torn>, E> {
    let bytes = load(segment)?;
    let mut rest = bytes.as_slice();
    while Some(chain.end) != next
        && let Some((frame, batch)) = frame::read(rest, salt, chain.end).filter(|(frame, _)| frame.before == chain.check)
    {
        let length = frame::HEAD + frame.length;
        (chain.last_frame, chain.check) = (chain.end, frame.check);
        chain.end.0 += length as u64;
        if chain.end > from {
            see(chain.end, batch)?;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    match next {
        Some(next) if next == chain.end => Ok(None),
        Some(next) => {
            Err(broken(segment, chain.end, &format!("what follows it up to position {next}, and all behind that, cannot be trusted"))
                .into())
        }
        None => Ok(tail(segment, salt, chain.end, rest)?),
    }
}

/// What stands behind the last frame of the chain: nothing, something that was never synced, or something that was.
fn tail(segment: &Segment, salt: u32, end: Position, rest: &[u8]) -> Result<Option<Torn>, LogError> {
    let (mut at, mut left) = (end, rest);
    while let Some((start, frame)) = frame::find(left, salt, at) {
        let found = at.0 + start as u64;
        if found.saturating_sub(frame.unsynced.into()) > end.0 {
            let lost = found - end.0;
            return Err(broken(
                segment,
                end,
                &format!("{lost} bytes that were synced are not what was written; whole batches follow at position {found}"),
            ));
        }
        let behind = start + frame::HEAD + frame.length;
        at.0 += behind as u64;
        left = left.get(behind..).unwrap_or_default();
    }
    let bytes = rest.iter().rposition(|&byte| byte != 0).map_or(0, |last| last as u64 + 1);
    Ok((bytes > 0).then_some(Torn { at: end, bytes }))
}

fn broken(segment: &Segment, at: Position, affected: &str) -> LogError {
    LogError::Damaged { path: segment.path.clone(), at, affected: affected.to_owned() }
}
