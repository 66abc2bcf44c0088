//! What a commit says, as the journal holds it.

use super::{Commit, Meta, StoreError};
use crate::summary::Rejected;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A batch, but for the records of its customers, which follow it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Head<'a> {
    meta: MetaChange<'a>,
    pub broadcasts: Cow<'a, [(u64, i64)]>,
    pub forget_until_ms: i64,
    /// The number of the first of `rejected`.
    pub first_rejected: u64,
    pub rejected: Cow<'a, [Rejected]>,
    pub effects: Cow<'a, str>,
}

/// `Meta` is written at every commit and is much the same each time.
#[derive(Debug, Serialize, Deserialize)]
enum MetaChange<'a> {
    Whole(Cow<'a, [u8]>),
    /// Of equal length; bytes that differ, and where they stand.
    Parts(Vec<(u32, Cow<'a, [u8]>)>),
}

/// Equal bytes that part two differing ones.
const GAP: usize = 8;

fn unwritable(error: &postcard::Error) -> StoreError {
    StoreError::Failed(format!("a record cannot be written: {error}"))
}

impl<'a> Head<'a> {
    /// Of a commit; `before` and `after` are `Meta` of the last commit and of this one.
    pub fn new(commit: &Commit<'a>, first_rejected: u64, before: &[u8], after: &'a [u8]) -> Self {
        Self {
            meta: difference(before, after),
            broadcasts: Cow::Borrowed(commit.broadcasts),
            forget_until_ms: commit.forget_until_ms,
            first_rejected,
            rejected: Cow::Borrowed(commit.rejected),
            effects: Cow::Borrowed(commit.effects),
        }
    }

    /// Appends it.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        *out = postcard::to_extend(self, std::mem::take(out)).map_err(|error| unwritable(&error))?;
        Ok(())
    }

    /// Reads it; gives what follows.
    pub fn decode(batch: &'a [u8]) -> Option<(Self, &'a [u8])> {
        postcard::take_from_bytes(batch).ok()
    }

    /// Brings `Meta` of the last commit to what it is after this one. `None` where they do not belong together.
    pub fn apply(&self, meta: &mut Vec<u8>) -> Option<()> {
        match &self.meta {
            MetaChange::Whole(whole) => {
                meta.clear();
                meta.extend_from_slice(whole);
            }
            MetaChange::Parts(parts) => {
                for (at, part) in parts {
                    let at = *at as usize;
                    meta.get_mut(at..at + part.len())?.copy_from_slice(part);
                }
            }
        }
        Some(())
    }
}

fn difference<'a>(before: &[u8], after: &'a [u8]) -> MetaChange<'a> {
    if before.len() != after.len() || u32::try_from(after.len()).is_err() {
        return MetaChange::Whole(Cow::Borrowed(after));
    }
    let mut parts: Vec<std::ops::Range<usize>> = Vec::new();
    for at in before.iter().zip(after).enumerate().filter(|(_, (before, after))| before != after).map(|(at, _)| at) {
        match parts.last_mut().filter(|part| at - part.end < GAP) {
            Some(part) => part.end = at + 1,
            None => parts.push(at..at + 1),
        }
    }
    // The length was looked at above.
    let part = |range: std::ops::Range<usize>| {
        (u32::try_from(range.start).unwrap_or(u32::MAX), Cow::Borrowed(after.get(range).unwrap_or_default()))
    };
    MetaChange::Parts(parts.into_iter().map(part).collect())
}

/// Appends a customer: key and record; gives the length of the record.
pub fn add_customer(
    out: &mut Vec<u8>,
    key: &str,
    encode: impl FnOnce(&mut Vec<u8>) -> Result<(), postcard::Error>,
) -> Result<usize, StoreError> {
    add(out, |out| {
        out.extend_from_slice(key.as_bytes());
        Ok(())
    })?;
    add(out, |out| encode(out).map_err(|error| unwritable(&error)))
}

/// Appends something behind its length.
fn add(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<(), StoreError>) -> Result<usize, StoreError> {
    let start = out.len() + 4;
    out.extend([0; 4]);
    write(out)?;
    let length = out.len() - start;
    let stored = u32::try_from(length).map_err(|_| StoreError::Failed(format!("a record of {length} bytes is too long")))?;
    if let Some(to) = out.get_mut(start - 4..start) {
        to.copy_from_slice(&stored.to_le_bytes());
    }
    Ok(length)
}

/// The next customer of those that follow a batch's head: key and record. `None` at the end, an error where it cannot be read.
pub fn next_customer<'b>(rest: &mut &'b [u8]) -> Option<Result<(&'b str, &'b [u8]), ()>> {
    if rest.is_empty() {
        return None;
    }
    let mut take = || {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (part, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        *rest = behind;
        Some(part)
    };
    let read = take().and_then(|key| Some((std::str::from_utf8(key).ok()?, take()?)));
    Some(read.ok_or(()))
}

/// `Meta` as bytes.
pub fn encode_meta(meta: &Meta, out: &mut Vec<u8>) -> Result<(), StoreError> {
    out.clear();
    *out = postcard::to_extend(meta, std::mem::take(out)).map_err(|error| unwritable(&error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_of_meta_brings_the_one_to_the_other() {
        let before: Vec<u8> = (0..200).collect();
        for places in [&[][..], &[0], &[199], &[3, 5, 100], &[10, 17, 18, 19, 60]] {
            let mut after = before.clone();
            for &place in places {
                after[place] ^= 0xff;
            }
            let parts = difference(&before, &after);
            assert!(matches!(&parts, MetaChange::Parts(parts) if parts.len() <= places.len()));
            let head = Head {
                meta: parts,
                broadcasts: Cow::default(),
                forget_until_ms: 0,
                first_rejected: 0,
                rejected: Cow::default(),
                effects: Cow::default(),
            };
            let mut patched = before.clone();
            head.apply(&mut patched);
            assert_eq!(patched, after);
        }
    }
}
