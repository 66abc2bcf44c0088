//! The rows of the store: one tree, in which the first byte of a key says what the row is.
//!
//! | key | value |
//! | --- | --- |
//! | `b` time hash | an accepted broadcast; nothing |
//! | `c` customer key | checksum, position in the journal, then the customer's record |
//! | `m` | checksum, then the `Checkpoint` |
//! | `r` number | checksum, then a rejected input |
//! | `t` hour checkpoint number | checksum, then timers that are due within that hour |
//!
//! Numbers stand big-endian, those that may be negative with the sign bit turned, so that they are in order. A checksum covers key
//! and value.

use super::StoreError;
use crate::journal::Position;
use serde::Serialize;
use std::sync::Arc;

pub(super) const META: &[u8] = b"m";
pub(super) const CUSTOMERS: &[u8] = b"c";
pub(super) const BROADCASTS: &[u8] = b"b";
pub(super) const REJECTED: &[u8] = b"r";
pub(super) const TIMERS: &[u8] = b"t";

fn sortable(ms: i64) -> [u8; 8] {
    (ms.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

fn unsortable(bytes: [u8; 8]) -> i64 {
    (u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed()
}

pub(super) fn customer(key: &str) -> Vec<u8> {
    [CUSTOMERS, key.as_bytes()].concat()
}

pub(super) fn read_customer(row: &[u8]) -> Option<Arc<str>> {
    Some(Arc::from(std::str::from_utf8(row.strip_prefix(CUSTOMERS)?).ok()?))
}

/// Before all rows of an hour.
pub(super) fn timers(hour: i64) -> Vec<u8> {
    [TIMERS, &sortable(hour)[..]].concat()
}

pub(super) fn timers_row(hour: i64, checkpoint: u64, number: u32) -> Vec<u8> {
    [&timers(hour)[..], &checkpoint.to_be_bytes(), &number.to_be_bytes()].concat()
}

/// The hour of a row.
pub(super) fn read_timers(row: &[u8]) -> Option<i64> {
    row.strip_prefix(TIMERS)?.first_chunk::<8>().map(|hour| unsortable(*hour))
}

/// The first key behind `row`.
pub(super) fn behind(mut row: Vec<u8>) -> Vec<u8> {
    row.push(0);
    row
}

pub(super) fn broadcast(hash: u64, came_ms: i64) -> Vec<u8> {
    [BROADCASTS, &sortable(came_ms), &hash.to_be_bytes()].concat()
}

pub(super) fn read_broadcast(row: &[u8]) -> Option<(u64, i64)> {
    let (came, hash) = row.strip_prefix(BROADCASTS)?.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(hash.try_into().ok()?), unsortable(*came)))
}

pub(super) fn rejected(number: u64) -> Vec<u8> {
    [REJECTED, &number.to_be_bytes()].concat()
}

fn checksum(key: &[u8], bytes: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(bytes);
    hasher.finalize().to_le_bytes()
}

/// Puts the checksum before a value that was written behind four free bytes.
pub(super) fn seal(key: &[u8], mut value: Vec<u8>) -> Vec<u8> {
    if let Some((head, bytes)) = value.split_first_chunk_mut::<4>() {
        *head = checksum(key, bytes);
    }
    value
}

/// A value behind its checksum.
pub(super) fn sealed<T: Serialize + ?Sized>(key: &[u8], value: &T) -> Result<Vec<u8>, StoreError> {
    let bytes =
        postcard::to_extend(value, vec![0; 4]).map_err(|error| StoreError::Failed(format!("a record cannot be written: {error}")))?;
    Ok(seal(key, bytes))
}

/// A customer's record as it stands in the table.
pub(super) fn sealed_customer(key: &[u8], at: Position, record: &[u8]) -> Vec<u8> {
    seal(key, [&[0; 4][..], &at.0.to_le_bytes(), record].concat())
}

/// A customer's record, and the position up to which it counts.
pub(super) fn unseal_customer<'v>(key: &[u8], value: &'v [u8]) -> Option<(Position, &'v [u8])> {
    let (at, record) = unseal(key, value)?.split_first_chunk::<8>()?;
    Some((Position(u64::from_le_bytes(*at)), record))
}

/// A value without its checksum; `None` where it does not fit.
pub(super) fn unseal<'v>(key: &[u8], value: &'v [u8]) -> Option<&'v [u8]> {
    let (head, bytes) = value.split_first_chunk::<4>()?;
    (*head == checksum(key, bytes)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_lie_in_the_order_of_their_hours() {
        let mut rows =
            [timers_row(5, 1, 0), timers_row(-1, 9, 0), timers_row(5, 0, 7), timers_row(i64::MIN, 3, 0), timers_row(i64::MAX, 0, 1)];
        rows.sort();
        let hours: Vec<_> = rows.iter().filter_map(|row| read_timers(row)).collect();
        assert_eq!(hours, [i64::MIN, -1, 5, 5, i64::MAX]);
    }

    #[test]
    fn a_changed_byte_of_key_or_value_is_noticed() {
        let sealed = seal(b"cann", vec![0, 0, 0, 0, 1, 2, 3]);
        assert_eq!(unseal(b"cann", &sealed), Some(&[1, 2, 3][..]));
        assert_eq!(unseal(b"cbob", &sealed), None);
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_eq!(unseal(b"cann", &damaged), None);
        }
    }
}
