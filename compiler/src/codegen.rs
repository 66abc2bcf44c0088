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
//! Rooms: `abi`, what code and host agree on; `isa`, the target; `symbols`, what code calls in the host; `parts`, what is
//! compiled together; `function`, `order`, `op`, `arith`, `heap`, `calls`, from MIR to Cranelift's; `image`, memory for
//! code; `code`, calling it.

mod abi;
mod arith;
mod calls;
mod code;
mod exits;
mod function;
mod heap;
mod home;
mod image;
mod isa;
mod op;
mod order;
mod parts;
mod symbols;

pub use code::Code;

use crate::mir::{Function, HostOp, Module};
use cranelift_codegen::Context as Compiler;
use cranelift_codegen::control::ControlPlane;
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{FuncId, Linkage, ModuleError, ModuleReloc, ModuleRelocTarget};
use function::Translator;
use image::{Compiled, Entry, Image, Names};
use journey_grammar::Span;
use parts::{Part, Parts};
use rustc_hash::{FxHashMap, FxHashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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

/// What machine code is made of: a module, the words of its constants, and the references of its texts, as they stand in
/// every heap of the program.
#[derive(Clone, Copy)]
pub struct Material<'m> {
    pub module: &'m Module,
    pub globals: &'m [u64],
    pub texts: &'m [u64],
}

/// What is collected while functions are compiled, and kept with their code.
#[derive(Default)]
struct Tables {
    /// Each with the address that machine code knows it by.
    ops: FxHashMap<HostOp, Arc<HostOp>>,
    sites: Vec<Span>,
}

impl Tables {
    /// The address of a host operation, which stays where it is.
    fn op(&mut self, op: HostOp) -> i64 {
        let known = self.ops.entry(op).or_insert_with(|| Arc::new(op));
        Arc::as_ptr(known).expose_provenance() as i64
    }

    /// The number of a place; the place before is often the same.
    fn site(&mut self, span: Span) -> usize {
        if self.sites.last() != Some(&span) {
            self.sites.push(span);
        }
        self.sites.len() - 1
    }
}

/// What all functions of a part share while they are compiled.
struct Unit<'m> {
    material: Material<'m>,
    names: Names,
    /// The machine function for each of the module's that can be called here.
    bodies: FxHashMap<usize, FuncId>,
    /// Those of other parts.
    elsewhere: FxHashSet<usize>,
}

/// A compiled part.
struct Made {
    /// For the engine: each with how many parameters it reads.
    entries: Vec<(usize, Entry)>,
    /// For other parts: address, and the stack that it takes with all that it calls.
    called: FxHashMap<usize, (usize, u64)>,
    /// Places of faults, by the number that machine code knows them by.
    sites: Vec<Span>,
    /// Host operations, which machine code knows by their addresses.
    _ops: FxHashMap<HostOp, Arc<HostOp>>,
    /// Bytes of machine code.
    size: usize,
    /// The memory of all that is here.
    _image: Image,
}

/// Compiles a part; `made` are the parts that it needs.
fn make(material: Material<'_>, parts: &Parts, part: &Part, made: &[&Made]) -> Result<Made, CodegenError> {
    // Cranelift asserts, and its arena panics where the system refuses memory that was there a moment before.
    let make = AssertUnwindSafe(|| make_part(material, parts, part, made));
    catch_unwind(make).unwrap_or(Err(CodegenError::Panicked))
}

fn make_part(material: Material<'_>, parts: &Parts, part: &Part, made: &[&Made]) -> Result<Made, CodegenError> {
    let isa = isa::host_isa()?;
    let functions = || part.functions.iter().filter_map(|&index| Some((index, material.module.functions.get(index)?)));
    let mut unit = Unit { material, names: Names::new(isa.as_ref())?, bodies: FxHashMap::default(), elsewhere: FxHashSet::default() };
    let mut depths: FxHashMap<usize, u64> = FxHashMap::default();
    for (&index, &(address, depth)) in made.iter().flat_map(|made| &made.called) {
        let params = material.module.functions.get(index).map_or(0, |function| function.params.len());
        unit.bodies.insert(index, unit.names.import_at(format!("f{index}"), address, params + 1)?);
        unit.elsewhere.insert(index);
        depths.insert(index, depth);
    }
    // An entry finds its parameters at an address; one that is called as well takes them as they are.
    let direct = |index: usize, function: &Function| function.entry && !parts.called[index];
    for (index, function) in functions() {
        let params = if direct(index, function) { 2 } else { function.params.len() + 1 };
        unit.bodies.insert(index, unit.names.declare(format!("f{index}"), Linkage::Local, params)?);
    }
    let mut compiler = FunctionCompiler {
        isa: isa.as_ref(),
        context: Compiler::new(),
        builder: FunctionBuilderContext::new(),
        tables: Tables::default(),
        compiled: Vec::new(),
    };
    let (mut entries, mut called) = (Vec::new(), Vec::new());
    for (index, function) in functions() {
        let Some(&id) = unit.bodies.get(&index) else { continue };
        let direct = direct(index, function);
        let frame = compiler.compile(id, &unit, |translator| translator.body(function, direct))?;
        let below = parts.callees(index).iter().filter_map(|callee| depths.get(callee)).max();
        let depth = frame + below.unwrap_or(&0);
        if depth > STACK_BYTES_MAX {
            return Err(CodegenError::Stack);
        }
        depths.insert(index, depth);
        match (function.entry, direct) {
            (false, _) => {}
            (true, true) => entries.push((index, id)),
            (true, false) => {
                let thunk = unit.names.declare(format!("e{index}"), Linkage::Local, 2)?;
                compiler.compile(thunk, &unit, |translator| translator.thunk(id, function.params.len()))?;
                entries.push((index, thunk));
            }
        }
        if parts.called[index] {
            called.push((index, id, depth));
        }
    }
    let FunctionCompiler { tables, compiled, .. } = compiler;
    let mut image = Image::new(isa, &unit.names, &compiled)?;
    Ok(Made {
        entries: entries.into_iter().map(|(index, id)| Ok((index, image.entry(id)?))).collect::<Result<_, CodegenError>>()?,
        called: called
            .into_iter()
            .map(|(index, id, depth)| Ok((index, (image.address(id)?.expose_provenance(), depth))))
            .collect::<Result<_, CodegenError>>()?,
        sites: tables.sites,
        _ops: tables.ops,
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

#[cfg(test)]
mod tests;
