//! Code that can be called.
#![expect(unsafe_code, reason = "machine code is called")]

use super::abi::{self, ended};
use super::image::{Entry, Image};
use super::symbols::Running;
use crate::machine::{Context, Fault, FaultKind, Status};
use crate::mir::{FunctionId, HostOp, Module};
use journey_grammar::Span;

/// The machine code of a module. It can be shared between threads; its memory is given back when it is dropped.
pub struct Code {
    /// By [`FunctionId`]; `None` where the engine may not call it.
    pub(super) entries: Vec<Option<EntryPoint>>,
    /// Host operations, by the number that machine code knows them by.
    pub(super) ops: Vec<HostOp>,
    /// Places of faults, by the number that machine code knows them by.
    pub(super) sites: Vec<Span>,
    /// The most words that a `Suspend` writes.
    pub(super) out_words: usize,
    /// Bytes of machine code.
    pub(super) size: usize,
    /// The memory of all `entries`.
    pub(super) _image: Image,
}

/// Where a function starts.
#[derive(Clone, Copy)]
pub(super) struct EntryPoint {
    pub function: Entry,
    /// How many parameters it reads from the context.
    pub params: usize,
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
    pub fn call(&self, function: FunctionId, args: &[u64], cx: &mut Context, module: &Module) -> Status {
        match self.run(function, args, cx, module) {
            Ok(value) if cx.status == ended::RETURNED => Status::Returned(value),
            Ok(value) => self.ended(value, cx),
            Err(kind) => Status::Faulted(Fault { kind, span: Span::default() }),
        }
    }

    /// Runs the code; how it ended stands in `cx.status`.
    #[inline]
    fn run(&self, function: FunctionId, args: &[u64], cx: &mut Context, module: &Module) -> Result<u64, FaultKind> {
        let entry = self.entries.get(function.0 as usize).copied().flatten().ok_or(FaultKind::Internal)?;
        if entry.params != args.len() {
            return Err(FaultKind::Internal);
        }
        cx.sync();
        if cx.limit < abi::HEAP_WORDS_MIN || cx.out_words.len() < self.out_words {
            return Err(FaultKind::Internal);
        }
        let running = Running { ops: &self.ops, module };
        cx.running = (&raw const running).expose_provenance() as u64;
        cx.args = args.as_ptr().expose_provenance() as u64;
        cx.status = ended::RETURNED;
        let cx: *mut Context = cx;
        // SAFETY: `entry` is finished code of `self._image`, which lives as long as `self`. It reads `params` words
        // at `cx.args` (there are as many), writes at most `out_words` words at `cx.out` and reaches the heap only below
        // `cx.limit` (each access is compared with it); `sync` has just set these to what the vectors have. It keeps nothing: `running` and `args` outlive the call.
        Ok(unsafe { (entry.function)(cx) })
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

/// The lower half of a word, as a length.
fn low(word: u64) -> usize {
    (word & u64::from(u32::MAX)) as usize
}
