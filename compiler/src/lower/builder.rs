//! Makes the blocks of one function.

use super::Lowerer;
use super::instant::Watch;
use crate::hir::{self, CompareOp, VarId};
use crate::mir::liveness::{Liveness, PauseFlow, liveness};
use crate::mir::segments::{Graph, Rests, cut};
use crate::mir::{Block, BlockId, Function, FunctionId, HostOp, Instruction, Local, Op, StepInput, Terminator};
use crate::types::{TypeId, Types};
use journey_grammar::Span;
use rustc_hash::FxHashMap;

/// One body while it becomes blocks.
pub(super) struct Builder<'l, 'h> {
    pub lowerer: &'l mut Lowerer<'h>,
    pub hir: &'h hir::Program,
    pub blocks: Vec<Block>,
    current: BlockId,
    pub locals: u32,
    pub vars: FxHashMap<VarId, Local>,
    /// Where faults of the blocks that are made now go on.
    pub handler: Option<BlockId>,
    /// The statement that is being lowered: faults are its faults. Outside journeys they are the expression's.
    pub statement: Option<Span>,
    /// What is known where it is asked when time changes what is lowered.
    pub watch: Option<Watch>,
}

impl<'l, 'h> Builder<'l, 'h> {
    pub fn new(lowerer: &'l mut Lowerer<'h>) -> Self {
        let hir = lowerer.hir;
        let mut builder = Self {
            lowerer,
            hir,
            blocks: Vec::new(),
            current: BlockId(0),
            locals: 0,
            vars: FxHashMap::default(),
            handler: None,
            statement: None,
            watch: None,
        };
        builder.current = builder.block();
        builder
    }

    pub fn types(&self) -> &'h Types {
        &self.hir.types
    }

    /// A new local.
    pub fn fresh(&mut self) -> Local {
        let local = Local(self.locals);
        self.locals += 1;
        local
    }

    /// The local of a variable.
    pub fn var(&mut self, var: VarId) -> Local {
        if let Some(&local) = self.vars.get(&var) {
            return local;
        }
        let local = self.fresh();
        self.vars.insert(var, local);
        local
    }

    /// A new block, to be filled after [`Builder::at`].
    pub fn block(&mut self) -> BlockId {
        let id = BlockId(u32::try_from(self.blocks.len()).unwrap_or(u32::MAX));
        let handler = self.handler;
        self.blocks.push(Block { instructions: Vec::new(), terminator: Terminator::Unreachable, handler, span: Span::default() });
        id
    }

    /// Goes on in that block.
    pub fn at(&mut self, block: BlockId) {
        self.current = block;
    }

    pub fn emit(&mut self, op: Op, span: Span) {
        let span = self.statement.unwrap_or(span);
        if let Some(block) = self.blocks.get_mut(self.current.0 as usize) {
            block.instructions.push(Instruction { op, span });
        }
    }

    /// Ends the current block. What is lowered next, up to [`Builder::at`], is never reached and falls away.
    pub fn end(&mut self, terminator: Terminator, span: Span) {
        let span = self.statement.unwrap_or(span);
        if let Some(block) = self.blocks.get_mut(self.current.0 as usize) {
            block.terminator = terminator;
            block.span = span;
        }
        self.current = self.block();
    }

    pub fn goto(&mut self, to: BlockId, span: Span) {
        self.end(Terminator::Goto(to), span);
    }

    /// Goes on in a new block that only this one leads to.
    pub fn branch_on(&mut self, cond: Local, then: BlockId, otherwise: BlockId, span: Span) {
        self.end(Terminator::Branch { cond, then, otherwise }, span);
    }

    // Shorthands for instructions that set a new local.

    pub fn int(&mut self, value: i64, span: Span) -> Local {
        let dst = self.fresh();
        self.emit(Op::Const { dst, value }, span);
        dst
    }

    pub fn text(&mut self, text: &str, span: Span) -> Local {
        let dst = self.fresh();
        let text = self.lowerer.text(text);
        self.emit(Op::Text { dst, text }, span);
        dst
    }

    pub fn input(&mut self, input: StepInput, span: Span) -> Local {
        let dst = self.fresh();
        self.emit(Op::Input { dst, input }, span);
        dst
    }

    pub fn copy(&mut self, src: Local, span: Span) -> Local {
        let dst = self.fresh();
        self.emit(Op::Copy { dst, src }, span);
        dst
    }

    pub fn load(&mut self, base: Local, offset: usize, span: Span) -> Local {
        let dst = self.fresh();
        self.emit(Op::Load { dst, base, offset: u32::try_from(offset).unwrap_or(u32::MAX) }, span);
        dst
    }

    pub fn store(&mut self, base: Local, offset: usize, src: Local, span: Span) {
        self.emit(Op::Store { base, offset: u32::try_from(offset).unwrap_or(u32::MAX), src }, span);
    }

    pub fn compare(&mut self, op: CompareOp, a: Local, b: Local, span: Span) -> Local {
        let dst = self.fresh();
        self.emit(Op::Compare { op, dst, a, b }, span);
        dst
    }

    /// Whether the word is not 0.
    pub fn is_some(&mut self, word: Local, span: Span) -> Local {
        let zero = self.int(0, span);
        self.compare(CompareOp::Ne, word, zero, span)
    }

    pub fn host(&mut self, op: HostOp, args: Vec<Local>, span: Span) -> Local {
        let dst = self.fresh();
        self.emit(Op::Host { dst, op, args }, span);
        dst
    }

    /// A call of another function; it is a turn of the budget.
    pub fn call(&mut self, function: FunctionId, args: Vec<Local>, span: Span) -> Local {
        let dst = self.fresh();
        self.emit(Op::Turn, span);
        self.emit(Op::Call { dst, function, args }, span);
        dst
    }

    /// Fresh words with these values: a record, or with the right first word an enum, list or map.
    pub fn words(&mut self, values: &[Local], span: Span) -> Local {
        let dst = self.fresh();
        let words = u32::try_from(values.len().max(1)).unwrap_or(u32::MAX);
        self.emit(Op::Alloc { dst, words }, span);
        for (offset, &value) in values.iter().enumerate() {
            self.store(dst, offset, value, span);
        }
        dst
    }

    /// A value of that type as the optional that holds it; an optional stays as it is.
    pub fn wrap(&mut self, value: Local, ty: TypeId, span: Span) -> Local {
        if self.types().is_reference(ty) { value } else { self.words(&[value], span) }
    }

    /// What an optional of that inner type holds; it is not `none`.
    pub fn unwrap(&mut self, optional: Local, inner: TypeId, span: Span) -> Local {
        if self.types().is_reference(inner) { optional } else { self.load(optional, 0, span) }
    }

    /// A value that comes out of two blocks: sets `dst` at the end of the current one and goes on.
    pub fn result(&mut self, dst: Local, src: Local, join: BlockId, span: Span) {
        self.emit(Op::Copy { dst, src }, span);
        self.follow_from(dst, src, span);
        self.goto(join, span);
    }

    /// The same, of `none`.
    pub fn nothing(&mut self, dst: Local, join: BlockId, span: Span) {
        let none = self.int(0, span);
        self.result(dst, none, join, span);
    }

    /// The variables that are read before they are set, in order.
    pub fn captures(&mut self) -> Vec<VarId> {
        let live = liveness(&mut self.blocks, &[], self.locals);
        let Some(start) = live.blocks.first() else { return Vec::new() };
        let mut captured: Vec<VarId> = self.vars.iter().filter(|(_, local)| start.contains(**local)).map(|(&var, _)| var).collect();
        captured.sort_unstable();
        captured
    }

    /// What is live at each block and at each pause.
    pub fn liveness(&mut self, pauses: &[PauseFlow]) -> Liveness {
        liveness(&mut self.blocks, pauses, self.locals)
    }

    /// Ends with this result and hands the function to the module.
    pub fn finish(mut self, name: String, entry: bool, params: &[Local], result: Local, span: Span) -> FunctionId {
        self.end(Terminator::Return(result), span);
        let function = self.cut(name, entry, params);
        self.lowerer.add(function)
    }

    /// The function, without blocks that are never reached.
    pub fn cut(&self, name: String, entry: bool, params: &[Local]) -> Function {
        let graph = Graph { blocks: &self.blocks, frames: &[], rests: &Rests::default() };
        cut(name, entry, &graph, BlockId(0), params)
    }
}
