//! The rows of the store: one tree, in which the first byte of a key says what the row is.
//!
//! | key | value |
//! | --- | --- |
//! | `b` time hash | an accepted broadcast; nothing |
//! | `c` customer key | checksum, then the customer's record |
//! | `e` | checksum, then offset and text of the effects of the last commit that had any |
//! | `m` | checksum, then the number of commits and `Meta` |
//! | `r` number | checksum, then a rejected input |
//! | `t` due time, customer key | the index of timers; nothing |
//!
//! Times stand big-endian with the sign bit turned, so that they are in order. A checksum covers key and value.

use std::sync::Arc;

pub(super) const EFFECTS: &[u8] = b"e";
pub(super) const META: &[u8] = b"m";
pub(super) const CUSTOMERS: &[u8] = b"c";
pub(super) const BROADCASTS: &[u8] = b"b";
pub(super) const REJECTED: &[u8] = b"r";
const TIMERS: u8 = b't';

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

pub(super) fn timer(due_ms: i64, key: &str) -> Vec<u8> {
    [&[TIMERS], &sortable(due_ms)[..], key.as_bytes()].concat()
}

pub(super) fn read_timer(row: &[u8]) -> Option<(i64, Arc<str>)> {
    let (due, key) = row.strip_prefix(&[TIMERS])?.split_first_chunk::<8>()?;
    Some((unsortable(*due), Arc::from(std::str::from_utf8(key).ok()?)))
}

pub(super) fn timer_start() -> Vec<u8> {
    vec![TIMERS]
}

pub(super) fn timer_end() -> Vec<u8> {
    vec![TIMERS + 1]
}

/// The first key behind `row`.
pub(super) fn behind(mut row: Vec<u8>) -> Vec<u8> {
    row.push(0);
    row
}

pub(super) fn broadcast(hash: u64, came_ms: i64) -> Vec<u8> {
    [BROADCASTS, &sortable(came_ms), &hash.to_be_bytes()].concat()
}

/// Up to, and with, all that came at `came_ms`.
pub(super) fn broadcasts_until(came_ms: i64) -> std::ops::Range<Vec<u8>> {
    BROADCASTS.to_vec()..broadcast(0, came_ms.saturating_add(1))
}

pub(super) fn read_broadcast(row: &[u8]) -> Option<(u64, i64)> {
    let (came, hash) = row.strip_prefix(BROADCASTS)?.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(hash.try_into().ok()?), unsortable(*came)))
}

pub(super) fn rejected(number: u64) -> Vec<u8> {
    [REJECTED, &number.to_be_bytes()].concat()
}

pub(super) fn read_rejected(row: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(row.strip_prefix(REJECTED)?.try_into().ok()?))
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

/// A value without its checksum; `None` where it does not fit.
pub(super) fn unseal<'v>(key: &[u8], value: &'v [u8]) -> Option<&'v [u8]> {
    let (head, bytes) = value.split_first_chunk::<4>()?;
    (*head == checksum(key, bytes)).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_lie_in_the_order_of_due_time_then_key() {
        let mut rows = [timer(5, "b"), timer(-1, "z"), timer(5, "a"), timer(i64::MIN, "m"), timer(i64::MAX, "m")];
        rows.sort();
        let read: Vec<_> = rows.iter().filter_map(|row| read_timer(row)).map(|(due, key)| (due, key.to_string())).collect();
        let expected = [(i64::MIN, "m"), (-1, "z"), (5, "a"), (5, "b"), (i64::MAX, "m")];
        assert_eq!(read, expected.map(|(due, key)| (due, key.to_owned())));
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
