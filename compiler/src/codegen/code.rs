//! Code that can be called, made when it has been called a few times.
#![expect(unsafe_code, reason = "machine code is called")]

use super::abi::{self, ended};
use super::image::{self, Entry};
use super::parts::Parts;
use super::{CodegenError, Made, Material, isa, make};
use crate::machine::{Context, Fault, FaultKind, Status};
use crate::mir::{FunctionId, Module};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;

/// Calls of a part's functions that are interpreted before its code is made: making it takes as long as some hundred of them.
const INTERPRETED_CALLS: u32 = 64;

/// The machine code of a module, part by part. It can be shared between threads; its memory is given back when it is dropped.
pub struct Code {
    /// By [`FunctionId`].
    entries: Vec<EntryPoint>,
    parts: Parts,
    /// The code of each part, once it was asked for. Nothing that is here moves or goes before all does: parts call one another.
    made: Vec<OnceLock<Result<Box<Made>, CodegenError>>>,
    /// How often each part was called before it was made.
    calls: Vec<AtomicU32>,
}

/// Where a function starts.
struct EntryPoint {
    code: OnceLock<Entry>,
    /// How many parameters it reads; of a function that the engine may not call, so many as no call has.
    params: usize,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code").field("functions", &self.entries.len()).field("size", &self.size()).finish_non_exhaustive()
    }
}

impl Code {
    /// Code of a module, none of which is made yet.
    ///
    /// # Errors
    /// Where machine code can't be made here at all; the program can still be interpreted.
    pub fn new(module: &Module) -> Result<Self, CodegenError> {
        isa::host_isa()?;
        image::may_execute()?;
        let parts = Parts::new(module)?;
        let params = |function: &crate::mir::Function| if function.entry { function.params.len() } else { usize::MAX };
        let entries = module.functions.iter().map(|function| EntryPoint { code: OnceLock::new(), params: params(function) });
        let made = parts.parts.iter().map(|_| OnceLock::new()).collect();
        let calls = parts.parts.iter().map(|_| AtomicU32::new(0)).collect();
        Ok(Self { entries: entries.collect(), made, calls, parts })
    }

    /// Makes all code that isn't made yet, on all processors; `material` is what the code is of.
    ///
    /// # Errors
    /// The first of what can't be made; the rest is made all the same.
    pub fn make_all(&self, material: Material<'_>) -> Result<(), &CodegenError> {
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(part) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&part| part < self.made.len()) {
                let _ = self.part(part, material);
            }
        };
        thread::scope(|scope| {
            for _ in 1..thread::available_parallelism().map_or(1, usize::from).min(self.made.len()) {
                scope.spawn(work);
            }
            work();
        });
        self.refused().map_or(Ok(()), Err)
    }

    /// Why some of the code that was asked for couldn't be made.
    #[must_use]
    pub fn refused(&self) -> Option<&CodegenError> {
        self.made.iter().find_map(|made| made.get()?.as_ref().err())
    }

    /// Bytes of the machine code that is made.
    #[must_use]
    pub fn size(&self) -> usize {
        self.made.iter().filter_map(|made| made.get()?.as_ref().ok()).map(|made| made.size).sum()
    }

    /// Runs an entry function on a prepared context; `None` where there is no code of it (yet), and nothing was done. `material`
    /// is what the code is of. What is wrong with the call (no entry, other parameters) is a fault, `internal error`.
    #[inline]
    pub fn call(&self, function: FunctionId, args: &[u64], cx: &mut Context, material: Material<'_>) -> Option<Status> {
        let value = self.run(function, args, cx, material)?;
        Some(if cx.status == ended::RETURNED { Status::Returned(value) } else { self.ended(function, value, cx) })
    }

    /// Runs an entry function that returns a Bool; `Err` is how it ended if it did not return.
    ///
    /// # Errors
    /// The status, as of [`Code::call`].
    #[inline]
    pub fn holds(&self, function: FunctionId, args: &[u64], cx: &mut Context, material: Material<'_>) -> Option<Result<bool, Status>> {
        let value = self.run(function, args, cx, material)?;
        Some(if cx.status == ended::RETURNED { Ok(value != 0) } else { Err(self.ended(function, value, cx)) })
    }

    /// Runs the code; how it ended stands in `cx.status`.
    #[inline]
    fn run(&self, function: FunctionId, args: &[u64], cx: &mut Context, material: Material<'_>) -> Option<u64> {
        let entry = match self.entries.get(function.0 as usize) {
            Some(entry) if entry.params == args.len() => entry,
            _ => return Some(refuse(cx)),
        };
        let code = match entry.code.get() {
            Some(code) => *code,
            None => self.first(function, material)?,
        };
        cx.module = (&raw const *material.module).expose_provenance() as u64;
        cx.status = ended::RETURNED;
        // SAFETY: `code` is finished code of an image in `self.made`, which lives as long as `self`, and so does all that it
        // calls. It reads `params` words from its second argument (there are as many), writes to `cx.out` only what
        // `cx.out_room` has room for, and to the heap only below `cx.limit`; the context keeps these to what its vectors
        // have. It keeps nothing: `self`, the module and `args` outlive the call.
        Some(unsafe { code(cx, args.as_ptr()) })
    }

    /// Makes the code of an entry function once it was called often enough.
    #[cold]
    fn first(&self, function: FunctionId, material: Material<'_>) -> Option<Entry> {
        let part = self.parts.of.get(function.0 as usize).copied().flatten()?;
        if self.made.get(part)?.get().is_none() {
            if self.calls.get(part)?.fetch_add(1, Ordering::Relaxed) < INTERPRETED_CALLS {
                return None;
            }
            self.part(part, material)?;
        }
        self.entries.get(function.0 as usize)?.code.get().copied()
    }

    /// The code of a part, made where it isn't yet.
    fn part(&self, part: usize, material: Material<'_>) -> Option<&Made> {
        for needed in self.parts.with_needs(part) {
            let (slot, part) = self.made.get(needed).zip(self.parts.parts.get(needed))?;
            slot.get_or_init(|| {
                let needs = part.needs.iter().filter_map(|&need| self.made.get(need)?.get()?.as_ref().ok());
                let needs: Vec<&Made> = needs.map(|made| &**made).collect();
                let made = make(material, &self.parts, part, &needs)?;
                for &(function, code) in &made.entries {
                    if let Some(entry) = self.entries.get(function) {
                        let _ = entry.code.set(code);
                    }
                }
                Ok(Box::new(made))
            });
        }
        self.made.get(part)?.get()?.as_ref().ok().map(|made| &**made)
    }

    /// What the context says of an end that is no plain return.
    #[cold]
    fn ended(&self, function: FunctionId, value: u64, cx: &mut Context) -> Status {
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
            _ => Status::Faulted(Fault { kind: fault_kind(value, cx), span: self.site(function, detail).unwrap_or_default() }),
        }
    }

    /// The place of a fault in a function, or in what it goes on in: all of that is in one part.
    fn site(&self, function: FunctionId, number: u32) -> Option<crate::Span> {
        let part = self.parts.of.get(function.0 as usize).copied().flatten()?;
        self.made.get(part)?.get()?.as_ref().ok()?.sites.get(number as usize).copied()
    }
}

/// The fault of which `cx.status` tells; `value` is what was returned with it.
pub(super) fn fault_kind(value: u64, cx: &mut Context) -> FaultKind {
    match cx.status {
        ended::HOST_FAULT => cx.host_fault.take().unwrap_or(FaultKind::Internal),
        ended::FAILED => FaultKind::Failed(cx.string(value).to_owned()),
        found => abi::fault_of(found),
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
