//! What machine code and the host agree on: where the fields of a [`Context`] lie, and how a function ends.

use crate::machine::{Context, FaultKind};
use std::mem::offset_of;

pub(super) const BASE: i32 = field(offset_of!(Context, base));
pub(super) const TOP: i32 = field(offset_of!(Context, top));
pub(super) const LIMIT: i32 = field(offset_of!(Context, limit));
pub(super) const PROFILE: i32 = field(offset_of!(Context, profile));
pub(super) const NOW: i32 = field(offset_of!(Context, now));
pub(super) const CUSTOMER: i32 = field(offset_of!(Context, customer));
pub(super) const FUEL: i32 = field(offset_of!(Context, fuel));
pub(super) const STATUS: i32 = field(offset_of!(Context, status));
pub(super) const DETAIL: i32 = field(offset_of!(Context, detail));
pub(super) const OUT: i32 = field(offset_of!(Context, out));
pub(super) const OUT_ROOM: i32 = field(offset_of!(Context, out_room));

/// Machine code holds the fields as 64-bit numbers, one behind the other from the start of the context.
const fn field(offset: usize) -> i32 {
    assert!(offset < 128 && offset.is_multiple_of(8));
    offset as i32
}

const _: () = assert!(offset_of!(Context, base) == 0);
const _: () = assert!(offset_of!(Context, out_room) == 80);
const _: () = assert!(size_of::<usize>() == 8, "references and addresses are 64-bit words");

/// Offsets below this may follow a reference that has been compared with the heap's `limit`.
pub(super) const SLACK_WORDS: u32 = crate::machine::context::SLACK_WORDS as u32;

/// How a function ended, as it stands in `Context::status`; from [`ended::FAULTS`] on, an index into [`FAULTS`].
pub(super) mod ended {
    /// With the word that it returned.
    pub const RETURNED: u64 = 0;
    /// At the pause in `detail`; the returned word holds how many frame words (low half) and deadlines (high half) stand in `out`.
    pub const SUSPENDED: u64 = 1;
    /// With the outcome in `detail`.
    pub const FINISHED: u64 = 2;
    /// With the fault in `Context::host_fault`; `detail` is the place.
    pub const HOST_FAULT: u64 = 3;
    /// `fail`: the returned word is the text; `detail` is the place.
    pub const FAILED: u64 = 4;
    /// The first of the faults that machine code finds itself; `detail` is the place.
    pub const FAULTS: u64 = 5;
}

/// The faults that machine code finds itself.
pub(super) const FAULTS: [FaultKind; 8] = [
    FaultKind::IntOverflow,
    FaultKind::DecimalOverflow,
    FaultKind::DurationOverflow,
    FaultKind::TimeOutOfRange,
    FaultKind::DivisionByZero,
    FaultKind::BudgetExhausted,
    FaultKind::MemoryExhausted,
    FaultKind::CorruptState,
];

/// One of [`FAULTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Found {
    IntOverflow,
    DecimalOverflow,
    DurationOverflow,
    TimeOutOfRange,
    DivisionByZero,
    BudgetExhausted,
    MemoryExhausted,
    CorruptState,
}

impl Found {
    /// As it stands in `Context::status`.
    pub fn status(self) -> u64 {
        ended::FAULTS + self as u64
    }
}

/// The fault of a status from [`ended::FAULTS`] on.
pub(super) fn fault_of(status: u64) -> FaultKind {
    let index = usize::try_from(status.wrapping_sub(ended::FAULTS)).unwrap_or(usize::MAX);
    FAULTS.get(index).cloned().unwrap_or(FaultKind::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_found_by_machine_code_reads_back_as_itself() {
        for (found, kind) in [
            (Found::IntOverflow, FaultKind::IntOverflow),
            (Found::DecimalOverflow, FaultKind::DecimalOverflow),
            (Found::DurationOverflow, FaultKind::DurationOverflow),
            (Found::TimeOutOfRange, FaultKind::TimeOutOfRange),
            (Found::DivisionByZero, FaultKind::DivisionByZero),
            (Found::BudgetExhausted, FaultKind::BudgetExhausted),
            (Found::MemoryExhausted, FaultKind::MemoryExhausted),
            (Found::CorruptState, FaultKind::CorruptState),
        ] {
            assert_eq!(fault_of(found.status()), kind);
        }
        assert_eq!(fault_of(999), FaultKind::Internal);
    }
}
