//! Machine code, by Cranelift.
//!
//! Every function of a [`Module`] that the engine can reach becomes one machine function over words,
//! `extern "C" fn(context, parameters…) -> word`; those that the engine calls get the address of their parameters instead.
//! How a function ended stands in the context ([`abi::ended`]).
//!
//! Two things hold whatever the MIR or the state says. Code never traps: arithmetic is checked, a division is
//! compared before it is made, and all that fails jumps to one block that notes kind and place and returns. And it
//! never reaches outside the heap: each reference is compared with the heap's length, and a wrong one is the fault
//! `corrupt state`.
//!
//! Rooms: `abi`, what code and host agree on; `isa`, the target; `symbols`, what code calls in the host; `function`,
//! `order`, `op`, `arith`, `heap`, `calls`, from MIR to Cranelift's; `image`, memory for code; `code`, calling it.

mod abi;
mod arith;
mod calls;
mod code;
mod function;
mod heap;
mod home;
mod image;
mod isa;
mod op;
mod order;
mod symbols;

pub use code::Code;

use crate::mir::{FunctionId, HostOp, Module, Op, Terminator};
use code::EntryPoint;
use cranelift_codegen::Context as Compiler;
use cranelift_codegen::control::ControlPlane;
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{FuncId, Linkage, ModuleError, ModuleReloc, ModuleRelocTarget};
use function::Translator;
use image::{Compiled, Image, Names};
use journey_grammar::Span;
use rustc_hash::FxHashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of stack that the deepest chain of calls may take; threads have 2 MiB.
const STACK_BYTES_MAX: u64 = 512 << 10;

/// Why there is no machine code. The program still runs, by the interpreter.
#[derive(Debug, thiserror::Error)]
pub enum CodegenError {
    /// No such machine.
    #[error("no machine code for this processor: {0}")]
    Unsupported(String),
    /// No memory, or none that may be executed.
    #[error("no memory for machine code: {0}")]
    Memory(String),
    /// Cranelift's own word.
    #[error("{0}")]
    Backend(String),
    /// The MIR of that function names what is not there.
    #[error("malformed function `{0}`")]
    Malformed(String),
    /// Calls nest so deep that the stack might not hold them.
    #[error("calls nest too deep")]
    Stack,
    /// The code generator panicked.
    #[error("code generation failed")]
    Panicked,
}

impl From<ModuleError> for CodegenError {
    fn from(error: ModuleError) -> Self {
        match error {
            ModuleError::Allocation { err } => Self::Memory(err.to_string()),
            other => Self::Backend(other.to_string()),
        }
    }
}

/// Makes machine code of a module. `globals` are the words of its constants and `texts` the references of its texts, as
/// they stand in every heap of the program.
///
/// # Errors
/// Where machine code cannot be made here; the program can still be interpreted.
pub fn compile(module: &Module, globals: &[u64], texts: &[u64]) -> Result<Code, CodegenError> {
    // Cranelift asserts, and its arena panics where the system refuses memory that was there a moment before.
    catch_unwind(AssertUnwindSafe(|| compile_module(module, globals, texts))).unwrap_or(Err(CodegenError::Panicked))
}

/// What is collected while functions are compiled, and kept in [`Code`].
#[derive(Default)]
struct Tables {
    ops: Vec<HostOp>,
    op_numbers: FxHashMap<HostOp, usize>,
    sites: Vec<Span>,
}

impl Tables {
    /// The number of a host operation.
    fn op(&mut self, op: HostOp) -> usize {
        *self.op_numbers.entry(op).or_insert_with(|| {
            self.ops.push(op);
            self.ops.len() - 1
        })
    }

    /// The number of a place; the place before is often the same.
    fn site(&mut self, span: Span) -> usize {
        if self.sites.last() != Some(&span) {
            self.sites.push(span);
        }
        self.sites.len() - 1
    }
}

/// What all functions of a module share while they are compiled.
struct Unit<'m> {
    module: &'m Module,
    globals: &'m [u64],
    texts: &'m [u64],
    names: Names,
    /// The machine function for each of the module's, where it has one.
    bodies: Vec<Option<FuncId>>,
}

fn compile_module(module: &Module, globals: &[u64], texts: &[u64]) -> Result<Code, CodegenError> {
    let isa = isa::host_isa()?;
    let mut unit = Unit { module, globals, texts, names: Names::new(isa.as_ref())?, bodies: Vec::new() };
    let called = called(module);
    let reachable = reachable(module, &called);
    for (index, function) in module.functions.iter().enumerate() {
        let body = reachable[index].then(|| {
            // An entry finds its parameters at an address; one that is called as well takes them as they are.
            let params = if function.entry && !called[index] { 2 } else { function.params.len() + 1 };
            unit.names.declare(format!("f{index}"), Linkage::Local, params)
        });
        unit.bodies.push(body.transpose()?);
    }
    let mut compiler = FunctionCompiler {
        isa: isa.as_ref(),
        context: Compiler::new(),
        builder: FunctionBuilderContext::new(),
        tables: Tables::default(),
        compiled: Vec::new(),
        frames: vec![0; module.functions.len()],
    };
    let mut entries = Vec::with_capacity(module.functions.len());
    for (index, function) in module.functions.iter().enumerate() {
        let Some(id) = unit.bodies[index] else {
            entries.push(None);
            continue;
        };
        let direct = function.entry && !called[index];
        compiler.frames[index] = compiler.compile(id, &unit, |translator| translator.body(function, direct))?;
        entries.push(match (function.entry, direct) {
            (false, _) => None,
            (true, true) => Some((id, function.params.len())),
            (true, false) => {
                let thunk = unit.names.declare(format!("e{index}"), Linkage::Local, 2)?;
                compiler.compile(thunk, &unit, |translator| translator.thunk(id, function.params.len()))?;
                Some((thunk, function.params.len()))
            }
        });
    }
    check_stack(module, &compiler.frames)?;
    let FunctionCompiler { tables, compiled, .. } = compiler;
    let mut image = Image::new(isa, &unit.names, &compiled)?;
    let entries = entries.into_iter().map(|entry| match entry {
        Some((id, params)) => Ok(EntryPoint { function: image.entry(id)?, params }),
        None => Ok::<_, CodegenError>(EntryPoint::NONE),
    });
    Ok(Code {
        entries: entries.collect::<Result<_, _>>()?,
        ops: tables.ops,
        sites: tables.sites,
        size: compiled.iter().map(|f| f.bytes.len()).sum(),
        _image: image,
    })
}

/// Compiles one function after another, in the same memory.
struct FunctionCompiler<'i> {
    isa: &'i dyn cranelift_codegen::isa::TargetIsa,
    context: Compiler,
    builder: FunctionBuilderContext,
    tables: Tables,
    compiled: Vec<Compiled>,
    /// Bytes of stack that each function takes.
    frames: Vec<u64>,
}

impl FunctionCompiler<'_> {
    /// Compiles one; the bytes of stack that it takes.
    fn compile(
        &mut self,
        id: FuncId,
        unit: &Unit<'_>,
        translate: impl FnOnce(Translator<'_, '_>) -> Result<(), CodegenError>,
    ) -> Result<u64, CodegenError> {
        self.context.clear();
        self.context.func.signature = unit.names.signature_of(id);
        translate(Translator::new(unit, &mut self.tables, &mut self.context.func, &mut self.builder, self.isa))?;
        self.context.compile(self.isa, &mut ControlPlane::default()).map_err(|e| CodegenError::Backend(format!("{:?}", e.inner)))?;
        let code = self.context.compiled_code().ok_or(CodegenError::Panicked)?;
        let relocations = code.buffer.relocs().iter().map(|reloc| ModuleReloc::from_mach_reloc(reloc, &self.context.func, id));
        let relocations: Vec<ModuleReloc> = relocations.collect();
        // Code calls what the module and the table of the host's functions name, and nothing that a library may happen to define.
        if relocations.iter().any(|reloc| !matches!(reloc.name, ModuleRelocTarget::User { namespace: 0, .. })) {
            return Err(CodegenError::Backend("a call into a library".into()));
        }
        self.compiled.push(Compiled {
            id,
            bytes: code.code_buffer().to_vec(),
            alignment: u64::from(code.buffer.alignment).max(u64::from(self.isa.function_alignment().minimum)),
            relocations,
        });
        // Saved registers and the return address come on top of the frame proper.
        Ok(code.buffer.frame_layout().map_or(0, |layout| u64::from(layout.frame_to_fp_offset)) + 128)
    }
}

/// Which functions are called by others.
fn called(module: &Module) -> Vec<bool> {
    let mut called = vec![false; module.functions.len()];
    for index in 0..module.functions.len() {
        for callee in callees(module, index) {
            called[callee] = true;
        }
    }
    called
}

/// Which functions the engine can reach: the entries, and what they call.
fn reachable(module: &Module, called: &[bool]) -> Vec<bool> {
    let mut reachable: Vec<bool> = module.functions.iter().map(|f| f.entry).collect();
    let mut open: Vec<usize> = (0..reachable.len()).filter(|&index| reachable[index]).collect();
    while let Some(index) = open.pop() {
        for callee in callees(module, index) {
            if called[callee] && !std::mem::replace(&mut reachable[callee], true) {
                open.push(callee);
            }
        }
    }
    reachable
}

/// The functions that a function calls or continues in.
fn callees(module: &Module, index: usize) -> impl Iterator<Item = usize> {
    let blocks = module.functions.get(index).map_or(&[][..], |f| &f.blocks);
    let ops = blocks.iter().flat_map(|block| &block.instructions).map(|instruction| &instruction.op);
    let calls = ops.filter_map(|op| match op {
        Op::Call { function: FunctionId(callee), .. } => Some(*callee as usize),
        _ => None,
    });
    let rests = blocks.iter().filter_map(|block| match &block.terminator {
        Terminator::Continue { function: FunctionId(callee), .. } => Some(*callee as usize),
        _ => None,
    });
    calls.chain(rests).filter(|&callee| callee < module.functions.len())
}

/// Whether the stack holds the deepest chain of calls. No function may call itself, not even by way of others.
fn check_stack(module: &Module, frames: &[u64]) -> Result<(), CodegenError> {
    // By depth first: `done` is the stack below each function, `None` while it is under way.
    let mut done: Vec<Option<u64>> = vec![None; frames.len()];
    let mut entered = vec![false; frames.len()];
    for root in 0..frames.len() {
        let mut path = vec![root];
        while let Some(&top) = path.last() {
            if done[top].is_some() {
                path.pop();
                continue;
            }
            let open: Vec<usize> = callees(module, top).filter(|&callee| done[callee].is_none()).collect();
            if entered[top] && !open.is_empty() {
                return Err(CodegenError::Stack);
            }
            entered[top] = true;
            if open.is_empty() {
                let below = callees(module, top).filter_map(|callee| done[callee]).max().unwrap_or(0);
                done[top] = Some(frames[top] + below);
                path.pop();
            }
            path.extend(open);
        }
    }
    if done.iter().flatten().any(|&bytes| bytes > STACK_BYTES_MAX) { Err(CodegenError::Stack) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
