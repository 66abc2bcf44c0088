//! How much of the inputs was consumed, so that a run goes on where another ended.

use super::lines::{LineReader, Piece};
use super::{Input, RunError};
use crate::store::{HEAD_BYTES, Position};
use std::io::{self, Read};

/// The consumed part of the inputs, one after another.
#[derive(Debug)]
pub struct Prefix {
    bytes: u64,
    /// Only where something will ask for it.
    hashers: Option<Box<Hashers>>,
}

#[derive(Debug)]
struct Hashers {
    all: blake3::Hasher,
    head: blake3::Hasher,
}

impl Prefix {
    /// Nothing consumed. `hashed` where the position will be kept.
    pub fn new(hashed: bool) -> Self {
        let hashers = hashed.then(|| Box::new(Hashers { all: blake3::Hasher::new(), head: blake3::Hasher::new() }));
        Self { bytes: 0, hashers }
    }

    /// How many bytes were consumed.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Notes what was consumed.
    pub fn consumed(&mut self, bytes: &[u8]) {
        if let Some(hashers) = &mut self.hashers {
            hashers.all.update(bytes);
            let room = usize::try_from(self.bytes).map_or(0, |before| HEAD_BYTES.saturating_sub(before));
            hashers.head.update(bytes.get(..room).unwrap_or(bytes));
        }
        self.bytes += bytes.len() as u64;
    }

    /// As it is kept.
    pub fn position(&self) -> Position {
        let hash = |hasher: &blake3::Hasher| *hasher.finalize().as_bytes();
        match &self.hashers {
            Some(hashers) => Position { bytes: self.bytes, hash: hash(&hashers.all), head: hash(&hashers.head) },
            None => Position { bytes: self.bytes, ..Position::default() },
        }
    }
}

/// Passes over what was consumed before, where the inputs begin with it; else starts at their beginning.
///
/// # Errors
/// Inputs that begin with it, but go on differently before its end.
pub fn skip_consumed<'a>(mut inputs: Vec<Input<'a>>, prefix: &mut Prefix, position: Position) -> Result<LineReader<'a>, RunError> {
    if position.bytes == 0 || !begins_alike(&mut inputs, &position)? {
        return Ok(LineReader::new(inputs));
    }
    let mut reader = LineReader::new(inputs);
    let changed = || RunError::InputChanged(position.bytes);
    while prefix.bytes < position.bytes {
        let raw = match reader.next_piece()? {
            Some(Piece::Part(raw)) => raw,
            Some(Piece::Line(line)) => line.raw,
            None => return Err(changed()),
        };
        let left = usize::try_from(position.bytes - prefix.bytes).unwrap_or(usize::MAX);
        let (old, new) = raw.split_at_checked(left).unwrap_or((raw, &[]));
        prefix.consumed(old);
        if prefix.bytes == position.bytes && prefix.position().hash != position.hash {
            return Err(changed());
        }
        // A last line that had no end then has one now.
        if !new.iter().all(u8::is_ascii_whitespace) {
            return Err(changed());
        }
        prefix.consumed(new);
    }
    Ok(reader)
}

/// Whether the inputs begin with what was consumed, as far as its head tells. They are as they were afterwards.
fn begins_alike(inputs: &mut [Input<'_>], position: &Position) -> Result<bool, RunError> {
    let mut left = usize::try_from(position.bytes).unwrap_or(usize::MAX).min(HEAD_BYTES);
    let mut hasher = blake3::Hasher::new();
    for input in inputs {
        if left == 0 {
            break;
        }
        let mut head = Vec::new();
        let limit = left as u64;
        input.reader.by_ref().take(limit).read_to_end(&mut head).map_err(|error| RunError::Input { input: input.name.clone(), error })?;
        hasher.update(&head);
        left -= head.len();
        let rest = std::mem::replace(&mut input.reader, Box::new(io::empty()));
        input.reader = Box::new(io::Cursor::new(head).chain(rest));
    }
    Ok(left == 0 && *hasher.finalize().as_bytes() == position.head)
}
