//! Code that runs on its own, and code whose faults are caught.

use super::builder::Builder;
use super::journey::{Draft, ForkDraft, UndoDraft};
use super::number;
use super::stmt::Body;
use crate::hir::{Branches, Expr, ExprKind, PlaceRoot, Stmt, StmtKind, VarId};
use crate::mir::{BlockId, Effect, HostOp, Local, Op, Terminator};
use journey_grammar::Span;
use rustc_hash::FxHashSet;

impl Body<'_, '_> {
    /// `parallel` and `race`: a pause at which branches begin, each with a copy of its frame.
    pub(super) fn fork(&mut self, all: &Branches, race: bool, span: Span) {
        let resume = self.b.block();
        // What fails in a branch is caught by who waits for it.
        let handler = self.b.handler.take();
        let starts: Vec<BlockId> = all.branches.iter().map(|_| self.b.block()).collect();
        let pause = self.next_pause();
        let branches = all.branches.iter().map(|branch| branch.name.clone()).zip(starts.iter().copied()).collect();
        let fork = ForkDraft { race, branches, resume };
        let step = self.step();
        let is_main = self.is_main();
        self.pauses.push(Draft {
            identity: all.identity.clone(),
            step,
            takes_kept: false,
            arms: Vec::new(),
            fork: Some(fork),
            is_main,
            caught: handler,
            span,
        });
        self.b.end(Terminator::Suspend { pause, frame: Vec::new(), deadlines: Vec::new() }, span);
        for (branch, start) in all.branches.iter().zip(starts) {
            self.on_its_own(&branch.body, start, span);
        }
        self.b.handler = handler;
        self.b.at(resume);
    }

    /// Statements that nothing leads to, and whose end is the end of a fiber.
    fn on_its_own(&mut self, body: &[Stmt], start: BlockId, span: Span) {
        let loops = std::mem::take(&mut self.loops);
        self.apart += 1;
        self.b.at(start);
        self.block(body);
        let through = self.b.int(0, span);
        self.b.end(Terminator::Return(through), span);
        self.apart -= 1;
        self.loops = loops;
    }

    /// `undo`: registers a block with the variables that it reads, as they are now.
    pub(super) fn undo(&mut self, body: &[Stmt], span: Span) {
        let mut mentioned = FxHashSet::default();
        mention(body, &mut mentioned);
        let names = self.names();
        let mut kept: Vec<Local> = mentioned.iter().filter_map(|var| self.b.vars.get(var)).copied().collect();
        kept.sort_by(|a, b| names.get(a).map(|var| &var.id).cmp(&names.get(b).map(|var| &var.id)));
        let block = number(self.undos.len());
        let effect = self.b.lowerer.effect(Effect::Undo { block });
        self.b.emit(Op::Effect { effect, args: kept.clone() }, span);
        let next = self.b.block();
        self.b.goto(next, span);
        let handler = self.b.handler.take();
        let start = self.b.block();
        self.undos.push(UndoDraft { kept, start, span });
        self.on_its_own(body, start, span);
        self.b.handler = handler;
        self.b.at(next);
    }

    /// `try`: the blocks of its body lead to the handler wherever they fault.
    pub(super) fn try_stmt(&mut self, body: &[Stmt], error: VarId, handler: &[Stmt], span: Span) {
        let (caught, next) = (self.b.block(), self.b.block());
        let around = self.b.handler.replace(caught);
        let inside = self.b.block();
        self.b.goto(inside, span);
        self.b.at(inside);
        self.block_to(body, next, span);
        self.b.handler = around;
        self.b.at(caught);
        let record = caught_error(&mut self.b, span);
        let dst = self.b.var(error);
        self.b.emit(Op::Copy { dst, src: record }, span);
        self.block_to(handler, next, span);
        self.b.at(next);
    }
}

/// A record of what was caught.
fn caught_error(b: &mut Builder<'_, '_>, span: Span) -> Local {
    let message = b.host(HostOp::CaughtMessage, Vec::new(), span);
    let line = b.host(HostOp::CaughtLine, Vec::new(), span);
    b.words(&[message, line], span)
}

/// The variables that statements name.
fn mention(stmts: &[Stmt], mentioned: &mut FxHashSet<VarId>) {
    for stmt in stmts {
        if let StmtKind::Assign(place, _) = &stmt.kind
            && let PlaceRoot::Var(var) = place.root
        {
            mentioned.insert(var);
        }
        let mut open: Vec<&Expr> = stmt.kind.exprs();
        while let Some(expr) = open.pop() {
            if let ExprKind::Var(var) = expr.kind {
                mentioned.insert(var);
            }
            open.extend(expr.children());
        }
        stmt.kind.blocks().into_iter().for_each(|block| mention(block, mentioned));
    }
}
