//! A compiled program: the module, its constants, and code to run it.

use crate::machine::{Context, Status};
use crate::mir::{FunctionId, Module};

/// What runs the functions of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// Machine code, by Cranelift.
    #[default]
    Machine,
    /// The interpreter of the MIR: the oracle, and where executable memory is refused.
    Interpreter,
}

/// A program that can run. Cheap to share (`Arc`), never changed.
#[derive(Debug)]
pub struct Program {
    /// What the engine reads.
    pub module: Module,
    // + constant heap prefix, + globals' words, + Option<codegen::Code>
}

impl Program {
    /// Computes the constants and makes code.
    ///
    /// # Errors
    /// A constant that faults (`const x = 1 / 0`), as the fault that it is.
    pub fn new(_module: Module, _backend: Backend) -> Result<Self, crate::machine::Fault> {
        todo!()
    }

    /// Runs an entry function on a context that was prepared by [`Context::begin`].
    pub fn call(&self, _function: FunctionId, _args: &[u64], _cx: &mut Context) -> Status {
        todo!()
    }
}
