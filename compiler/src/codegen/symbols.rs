//! What machine code calls in the host: few functions, by name, in one table.
#![expect(unsafe_code, reason = "machine code hands over addresses: of the context, and of arguments on its stack")]

use super::abi::ended;
use super::code::fault_kind;
use crate::machine::{Context, Fault, FaultKind, host};
use crate::mir::{EffectId, HostOp, Module};
use journey_grammar::{FileId, Span};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A function of the host that machine code may call. All take words and return one.
pub(super) struct Symbol {
    pub name: &'static str,
    pub address: *const u8,
    /// How many words it takes.
    pub params: usize,
}

/// Index into [`table`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Import {
    Host,
    Effect,
    Grow,
    Catch,
}

/// Every function that machine code may import, in the order of [`Import`].
pub(super) fn table() -> [Symbol; 4] {
    [
        Symbol { name: "journey_rt_host", address: journey_rt_host as *const u8, params: 4 },
        Symbol { name: "journey_rt_effect", address: journey_rt_effect as *const u8, params: 4 },
        Symbol { name: "journey_rt_grow", address: journey_rt_grow as *const u8, params: 2 },
        Symbol { name: "journey_rt_catch", address: journey_rt_catch as *const u8, params: 4 },
    ]
}

/// A host operation.
///
/// # Safety
/// `cx` is the context that the running code was called with, `op` the address of an operation that is kept with that code,
/// `args` the address of `count` words.
unsafe extern "C" fn journey_rt_host(cx: *mut Context, op: u64, args: *const u64, count: u64) -> u64 {
    // SAFETY: as the caller promises; the words stand in the caller's frame, apart from the context.
    let (cx, args) = unsafe { (&mut *cx, std::slice::from_raw_parts(args, length(count))) };
    // SAFETY: as the caller promises; nothing changes an operation.
    let op = unsafe { *std::ptr::with_exposed_provenance::<HostOp>(length(op)) };
    guarded(cx, |cx, module| host::call(op, args, cx, &module.types, module))
}

/// Adds an effect to the step.
///
/// # Safety
/// As of [`journey_rt_host`].
unsafe extern "C" fn journey_rt_effect(cx: *mut Context, effect: u64, args: *const u64, count: u64) -> u64 {
    // SAFETY: as the caller promises; the words stand in the caller's frame, apart from the context.
    let (cx, args) = unsafe { (&mut *cx, std::slice::from_raw_parts(args, length(count))) };
    guarded(cx, |cx, _| {
        let effect = EffectId(u32::try_from(effect).map_err(|_| FaultKind::Internal)?);
        cx.effects.push(crate::machine::EffectRecord { effect, args: args.to_vec() });
        Ok(0)
    })
}

/// Allocates words where the heap has no room for them yet.
///
/// # Safety
/// `cx` is the context that the running code was called with.
unsafe extern "C" fn journey_rt_grow(cx: *mut Context, words: u64) -> u64 {
    // SAFETY: as the caller promises.
    let cx = unsafe { &mut *cx };
    guarded(cx, |cx, _| cx.alloc(length(words)))
}

/// Takes the fault of which the context tells for the handler of a `try`: 1, or 0 where it can't be caught. `file` and `start`
/// are its place.
///
/// # Safety
/// `cx` is the context that the running code was called with.
unsafe extern "C" fn journey_rt_catch(cx: *mut Context, value: u64, file: u64, start: u64) -> u64 {
    // SAFETY: as the caller promises.
    let cx = unsafe { &mut *cx };
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let number = |word: u64| u32::try_from(word).unwrap_or(u32::MAX);
        let fault = Fault { kind: fault_kind(value, cx), span: Span::new(FileId(number(file)), number(start), number(start)) };
        let caught = cx.catch(&fault);
        if caught {
            cx.status = ended::RETURNED;
        } else if cx.status == ended::HOST_FAULT {
            // It is told once more.
            cx.host_fault = Some(fault.kind);
        }
        caught
    }));
    u64::from(caught.unwrap_or(false))
}

/// Runs host code for machine code: a fault is noted in the context, and a panic, which must not unwind through
/// machine code, becomes one.
fn guarded(cx: &mut Context, run: impl FnOnce(&mut Context, &Module) -> Result<u64, FaultKind>) -> u64 {
    let result = catch_unwind(AssertUnwindSafe(|| {
        let module = std::ptr::with_exposed_provenance::<Module>(length(cx.module));
        // SAFETY: `Code::run` has set it to the address of a reference that outlives the run of this code.
        run(cx, unsafe { module.as_ref() }.ok_or(FaultKind::Internal)?)
    }));
    match result.unwrap_or(Err(FaultKind::Internal)) {
        Ok(word) => word,
        Err(fault) => {
            cx.host_fault = Some(fault);
            cx.status = ended::HOST_FAULT;
            0
        }
    }
}

/// A word as a length; on 64-bit machines, all that there are, nothing is lost.
fn length(word: u64) -> usize {
    usize::try_from(word).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faulted(run: impl FnOnce(&mut Context, &Module) -> Result<u64, FaultKind>) -> (u64, u64, Option<FaultKind>) {
        let module = Module::default();
        let mut cx = Context::over(&[0], 0);
        cx.module = (&raw const module).expose_provenance() as u64;
        let word = guarded(&mut cx, run);
        (word, cx.status, cx.host_fault)
    }

    #[test]
    #[expect(clippy::panic, reason = "the panic is what is tested")]
    fn a_panic_of_the_host_becomes_a_fault() {
        assert_eq!(faulted(|_, _| panic!("on purpose")), (0, ended::HOST_FAULT, Some(FaultKind::Internal)));
        assert_eq!(faulted(|_, _| Err(FaultKind::NoTimezone)), (0, ended::HOST_FAULT, Some(FaultKind::NoTimezone)));
        assert_eq!(faulted(|_, _| Ok(5)), (5, ended::RETURNED, None));
    }

    #[test]
    fn every_import_stands_in_the_table_at_its_number() {
        let names = table().map(|symbol| symbol.name);
        for (import, name) in [
            (Import::Host, "journey_rt_host"),
            (Import::Effect, "journey_rt_effect"),
            (Import::Grow, "journey_rt_grow"),
            (Import::Catch, "journey_rt_catch"),
        ] {
            assert_eq!(names[import as usize], name);
        }
        assert_eq!(names.len(), 4);
    }
}
