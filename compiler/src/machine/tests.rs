//! Laws of values, their bytes and what the host computes.
#![expect(clippy::unwrap_used, reason = "a test that fails is to say so")]

mod civil;
mod codec;
mod collections;
mod numbers;
mod strings;

use super::{Context, FaultKind, host};
use crate::mir::{HostOp, Module};

/// A heap and nothing else.
fn context() -> Context {
    Context::over(&[0], 0)
}

/// The word of an operation in a program without declarations.
fn host(op: HostOp, args: &[u64], cx: &mut Context) -> Result<u64, FaultKind> {
    let module = Module::default();
    host::call(op, args, cx, &module.types, &module)
}

/// The text of an operation.
fn host_text(op: HostOp, args: &[u64], cx: &mut Context) -> String {
    let word = host(op, args, cx).unwrap();
    cx.string(word).to_owned()
}
