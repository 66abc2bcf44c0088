//! The machine that code is made for: this one, with one set of flags for everything.

use super::CodegenError;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable, Flags};
use std::sync::OnceLock;

/// The flags, each with its reason in the code below.
fn flags() -> Result<Flags, settings::SetError> {
    let mut flags = settings::builder();
    flags.set("opt_level", "speed")?;
    flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" })?;
    // A NaN is the same on every machine, and as the interpreter makes it.
    flags.set("enable_nan_canonicalization", "true")?;
    // Code is put where it stays.
    flags.set("is_pic", "false")?;
    // The host may lie further away than a short call reaches.
    flags.set("use_colocated_libcalls", "false")?;
    // Profilers and debuggers can walk the stack.
    flags.set("preserve_frame_pointers", "true")?;
    // Nothing unwinds through machine code: panics end in the host's functions.
    flags.set("unwind_info", "false")?;
    Ok(Flags::new(flags))
}

/// The target machine.
///
/// # Errors
/// Where Cranelift knows no such machine.
pub(super) fn host_isa() -> Result<OwnedTargetIsa, CodegenError> {
    static ISA: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    ISA.get_or_init(|| {
        let flags = flags().map_err(|e| e.to_string())?;
        cranelift_native::builder()?.finish(flags).map_err(|e| e.to_string())
    })
    .clone()
    .map_err(CodegenError::Unsupported)
}
