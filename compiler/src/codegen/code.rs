//! Code that can be called.
#![expect(unsafe_code, reason = "machine code is called")]

use super::abi::{self, ended};
use super::image::{Entry, Image};
use crate::machine::{Context, Fault, FaultKind, Status};
use crate::mir::{FunctionId, HostOp, Module};
use journey_grammar::Span;

/// The machine code of a module. It can be shared between threads; its memory is given back when it is dropped.
pub struct Code {
    /// By [`FunctionId`].
    pub(super) entries: Vec<EntryPoint>,
    /// Host operations, by the number that machine code knows them by.
    pub(super) ops: Vec<HostOp>,
    /// Places of faults, by the number that machine code knows them by.
    pub(super) sites: Vec<Span>,
    /// Bytes of machine code.
    pub(super) size: usize,
    /// The memory of all `entries`.
    pub(super) _image: Image,
}

/// Where a function starts.
#[derive(Clone, Copy)]
pub(super) struct EntryPoint {
    pub function: Entry,
    /// How many parameters it reads.
    pub params: usize,
}

impl EntryPoint {
    /// Of a function that the engine may not call: no call has so many parameters.
    pub const NONE: Self = Self { function: nothing, params: usize::MAX };
}

extern "C" fn nothing(_: *mut Context, _: *const u64) -> u64 {
    0
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code").field("functions", &self.entries.len()).field("size", &self.size).finish_non_exhaustive()
    }
}

impl Code {
    /// Bytes of machine code.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Runs an entry function on a prepared context. `module` is what the code was compiled from. What is wrong with
    /// the call (no entry, other parameters) is a fault, `internal error`.
    #[inline]
    pub fn call(&self, function: FunctionId, args: &[u64], cx: &mut Context, module: &Module) -> Status {
        let value = self.run(function, args, cx, module);
        if cx.status == ended::RETURNED { Status::Returned(value) } else { self.ended(value, cx) }
    }

    /// Runs an entry function that returns a Bool; `Err` is how it ended if it did not return.
    ///
    /// # Errors
    /// The status, as of [`Code::call`].
    #[inline]
    pub fn holds(&self, function: FunctionId, args: &[u64], cx: &mut Context, module: &Module) -> Result<bool, Status> {
        let value = self.run(function, args, cx, module);
        if cx.status == ended::RETURNED { Ok(value != 0) } else { Err(self.ended(value, cx)) }
    }

    /// Runs the code; how it ended stands in `cx.status`.
    #[inline]
    fn run(&self, function: FunctionId, args: &[u64], cx: &mut Context, module: &Module) -> u64 {
        let entry = match self.entries.get(function.0 as usize) {
            Some(entry) if entry.params == args.len() => entry,
            _ => return refuse(cx),
        };
        cx.code = (&raw const *self).expose_provenance() as u64;
        cx.module = (&raw const *module).expose_provenance() as u64;
        cx.status = ended::RETURNED;
        // SAFETY: `entry` is finished code of `self._image`, which lives as long as `self`. It reads `params` words from
        // its second argument (there are as many), writes to `cx.out` only what `cx.out_room` has room for, and to the
        // heap only below `cx.limit`; the context keeps these to what its vectors have. It keeps nothing: `self`,
        // `module` and `args` outlive the call.
        unsafe { (entry.function)(cx, args.as_ptr()) }
    }

    /// What the context says of an end that is no plain return.
    #[cold]
    fn ended(&self, value: u64, cx: &mut Context) -> Status {
        let detail = u32::try_from(cx.detail).unwrap_or(u32::MAX);
        match cx.status {
            ended::SUSPENDED => {
                let (frame, deadlines) = (low(value), low(value >> 32));
                cx.frame.clear();
                cx.frame.extend(cx.out_words.iter().take(frame));
                cx.deadlines.clear();
                cx.deadlines.extend(cx.out_words.iter().skip(frame).take(deadlines).map(|&word| word.cast_signed()));
                Status::Suspended { pause: detail }
            }
            ended::FINISHED => Status::Finished { outcome: detail },
            status => {
                let kind = match status {
                    ended::HOST_FAULT => cx.host_fault.take().unwrap_or(FaultKind::Internal),
                    ended::FAILED => FaultKind::Failed(cx.string(value).to_owned()),
                    found => abi::fault_of(found),
                };
                let span = self.sites.get(detail as usize).copied().unwrap_or_default();
                Status::Faulted(Fault { kind, span })
            }
        }
    }
}

/// Notes that the function cannot be called so.
#[cold]
fn refuse(cx: &mut Context) -> u64 {
    cx.status = ended::HOST_FAULT;
    cx.detail = u64::MAX;
    cx.host_fault = Some(FaultKind::Internal);
    0
}

/// The lower half of a word, as a length.
fn low(word: u64) -> usize {
    (word & u64::from(u32::MAX)) as usize
}
