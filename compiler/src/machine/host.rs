//! What the host computes for a running function: everything that is more than a few machine instructions.
//!
//! Pure, but for allocations in the step's heap. Whatever the words are, nothing here panics: words that are no values of
//! their types read as 0 or empty.

use super::{Context, FaultKind};
use crate::mir::{HostOp, Module};
use crate::types::Types;

/// Computes `op` of these words; see [`HostOp`] for arguments and results.
///
/// # Errors
/// The faults that [`HostOp`] names; [`FaultKind::CorruptState`] where arguments are missing.
pub fn call(op: HostOp, args: &[u64], cx: &mut Context, types: &Types, module: &Module) -> Result<u64, FaultKind> {
    let _ = (op, args, cx, types, module);
    Err(FaultKind::Internal)
}
