//! Lists and maps.

use super::Args;
use super::equal::{equal, order};
use crate::machine::{Context, FaultKind};
use crate::mir::HostOp;
use crate::types::{TypeId, Types};

pub(super) fn call(op: HostOp, args: Args<'_>, cx: &mut Context, types: &Types) -> Result<u64, FaultKind> {
    let subject = args.word(0);
    match op {
        HostOp::ListContains(ty) => {
            for index in 1..=cx.list(subject).len() {
                if equal(types, ty, cx.word(subject, index), args.word(1), cx)? {
                    return Ok(1);
                }
            }
            Ok(0)
        }
        HostOp::ListTake => {
            let list = cx.list(subject);
            let count = usize::try_from(args.int(1).max(0)).unwrap_or(usize::MAX).min(list.len());
            let taken = list.iter().take(count).copied().collect::<Vec<_>>();
            cx.new_list(&taken)
        }
        HostOp::ListSortBy(key) => sort_by(types, key, args, cx),
        HostOp::MapFind(key) => {
            for index in (1..=cx.map(subject).len()).step_by(2) {
                if equal(types, key, cx.word(subject, index), args.word(1), cx)? {
                    return Ok(subject + 1 + index as u64);
                }
            }
            Ok(0)
        }
        HostOp::MapKeys => {
            let keys: Vec<u64> = cx.map(subject).iter().step_by(2).copied().collect();
            cx.new_list(&keys)
        }
        HostOp::MapValues => {
            let values: Vec<u64> = cx.map(subject).iter().skip(1).step_by(2).copied().collect();
            cx.new_list(&values)
        }
        HostOp::MapNew(key) => new_map(types, key, args.0, cx),
        _ => Err(FaultKind::Internal),
    }
}

fn sort_by(types: &Types, key: TypeId, args: Args<'_>, cx: &mut Context) -> Result<u64, FaultKind> {
    let keys = cx.list(args.word(0));
    // Each key is looked at about as often as the length has binary digits.
    let looks = u64::from(usize::BITS - keys.len().leading_zeros());
    let size = |&key: &u64| 1 + cx.string_bytes(key).len() as u64 / 8;
    let work = if types.is_reference(key) { keys.iter().map(size).sum() } else { keys.len() as u64 };
    let mut pairs: Vec<(u64, u64)> = keys.iter().copied().zip(cx.list(args.word(1)).iter().copied()).collect();
    cx.spend(work.saturating_mul(looks))?;
    pairs.sort_by(|a, b| order(types, key, a.0, b.0, cx));
    let sorted: Vec<u64> = pairs.into_iter().map(|(_, element)| element).collect();
    cx.new_list(&sorted)
}

/// A later equal key replaces the value at the earlier place.
fn new_map(types: &Types, key: TypeId, entries: &[u64], cx: &mut Context) -> Result<u64, FaultKind> {
    let mut map: Vec<u64> = Vec::with_capacity(entries.len());
    'entries: for pair in entries.chunks_exact(2) {
        for known in map.chunks_exact_mut(2) {
            if let ([known, value], [new, replacement]) = (known, pair)
                && equal(types, key, *known, *new, cx)?
            {
                *value = *replacement;
                continue 'entries;
            }
        }
        map.extend_from_slice(pair);
    }
    cx.new_map(&map)
}
