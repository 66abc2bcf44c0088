//! What a step runs on: the heap of words, the context, faults, and the host's operations.
//!
//! Everything here is safe Rust and shared by the interpreter and the machine code.

pub mod civil;
pub mod codec;
pub mod context;
pub mod fault;
pub mod heap;
pub mod host;
pub(crate) mod number;
pub mod text;

#[cfg(test)]
mod tests;

pub use context::{Context, EffectRecord, Status, TraitValue, TraitWord};
pub use fault::{Fault, FaultKind};

/// The earliest instant: 0001-01-01T00:00:00Z.
pub const TIME_MIN_MS: i64 = -62_135_596_800_000;
/// The latest instant: 9999-12-30T00:00:00Z, so that every zone can show it.
pub const TIME_MAX_MS: i64 = 253_402_128_000_000;
/// The earliest Date, in days since the epoch.
pub const DATE_MIN_DAYS: i64 = TIME_MIN_MS / DAY_MS;
/// The latest Date: 9999-12-30.
pub const DATE_MAX_DAYS: i64 = TIME_MAX_MS / DAY_MS;
/// Milliseconds of a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;
/// What one unit of a Decimal counts: it is kept in millionths.
pub const DECIMAL_ONE: i64 = 1_000_000;
/// Words that a step may use at most, constants included (64 MiB).
pub const STEP_WORDS_MAX: usize = 8 << 20;
/// How many values (or eight bytes of text each) the host may look at for a step: some tenths of a second.
pub const HOST_WORK_MAX: u64 = 64 << 20;
/// How many emits may lead to one step.
pub const EMIT_DEPTH_MAX: u32 = 32;
/// Turns of loops, calls and list elements that a step may take unless `journey.toml` says otherwise.
pub const BUDGET_DEFAULT: i64 = 100_000;
