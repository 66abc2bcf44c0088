//! Makes functions by hand.

use crate::mir::{Block, BlockId, Function, Instruction, Local, Module, Op, Terminator};
use journey_grammar::{FileId, Span};

/// The place of instruction or terminator number `n`.
pub(super) fn place(n: u32) -> Span {
    Span::new(FileId(0), n, n + 1)
}

/// An entry function of these blocks; each instruction has a place of its own, counted over the function.
pub(super) fn function(params: u32, locals: u32, blocks: Vec<(Vec<Op>, Terminator)>) -> Function {
    let mut places = (0..).map(place);
    let mut next = || places.next().unwrap_or_default();
    let blocks = blocks.into_iter().map(|(ops, terminator)| Block {
        instructions: ops.into_iter().map(|op| Instruction { op, span: next() }).collect(),
        terminator,
        handler: None,
        span: next(),
    });
    Function { name: "f".into(), entry: true, params: (0..params).map(Local).collect(), locals, blocks: blocks.collect() }
}

/// One block that returns a local.
pub(super) fn straight(params: u32, locals: u32, ops: Vec<Op>, returns: u32) -> Function {
    function(params, locals, vec![(ops, Terminator::Return(Local(returns)))])
}

pub(super) fn module(functions: Vec<Function>) -> Module {
    Module { functions: functions.into_iter().map(std::sync::Arc::new).collect(), ..Module::default() }
}

pub(super) fn l(n: u32) -> Local {
    Local(n)
}

pub(super) fn goto(n: u32) -> Terminator {
    Terminator::Goto(BlockId(n))
}
