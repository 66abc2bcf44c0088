//! Statements of a journey.

use super::builder::Builder;
use super::journey::{Draft, UndoDraft};
use super::number;
use crate::hir::{self, Arm, CompareOp, Expr, Iter, Place, PlaceRoot, Stmt, StmtKind, VarId};
use crate::mir::{BlockId, Effect, FrameVar, HostOp, Local, Op, StepInput, Terminator};
use crate::types::{RecordId, TypeId};
use journey_grammar::Span;
use rustc_hash::FxHashMap;

/// A journey's body while it becomes blocks.
pub(super) struct Body<'l, 'h> {
    pub b: Builder<'l, 'h>,
    journey: &'h hir::Journey,
    /// Where the journey's experiments begin in the module's.
    experiments: u32,
    /// Where `continue` and `break` go, innermost loop last.
    pub(super) loops: Vec<(BlockId, BlockId)>,
    /// Names of the steps around the current place.
    steps: Vec<String>,
    pub pauses: Vec<Draft>,
    pub undos: Vec<UndoDraft>,
    /// How many branches and undo blocks are around the current place.
    pub(super) apart: usize,
    /// Variables of loops that have no name in the source.
    hidden: Vec<(Local, FrameVar)>,
}

impl<'l, 'h> Body<'l, 'h> {
    pub fn new(b: Builder<'l, 'h>, journey: &'h hir::Journey, experiments: u32) -> Self {
        Self {
            b,
            journey,
            experiments,
            loops: Vec::new(),
            steps: Vec::new(),
            pauses: Vec::new(),
            undos: Vec::new(),
            apart: 0,
            hidden: Vec::new(),
        }
    }

    /// The locals that can live in frames, with their identities.
    pub fn names(&self) -> FxHashMap<Local, FrameVar> {
        let mut names: FxHashMap<Local, FrameVar> = self.hidden.iter().cloned().collect();
        for (var, &local) in &self.b.vars {
            if let Some(var) = self.journey.vars.get(var.index()) {
                names.insert(local, FrameVar { id: var.path.clone(), ty: var.ty });
            }
        }
        names
    }

    /// The path of the steps around the current place.
    pub fn step(&self) -> String {
        self.steps.join(".")
    }

    pub fn journey_name(&self) -> &'h str {
        &self.journey.name
    }

    /// The type of a variable.
    pub fn type_of(&self, var: VarId) -> Option<TypeId> {
        self.journey.vars.get(var.index()).map(|var| var.ty)
    }

    /// Statements one after another.
    pub fn block(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            let around = self.b.statement.replace(stmt.span);
            self.stmt(stmt);
            self.b.statement = around;
        }
    }

    /// Statements, then on to that block.
    pub fn block_to(&mut self, stmts: &[Stmt], next: BlockId, span: Span) {
        self.block(stmts);
        self.b.goto(next, span);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Let(var, value) => {
                let src = self.b.expr(value);
                let dst = self.b.var(*var);
                self.b.emit(Op::Copy { dst, src }, span);
            }
            StmtKind::Assign(place, value) => self.assign(place, value),
            StmtKind::If { cond, then, otherwise } => {
                let (yes, no, join) = (self.b.block(), self.b.block(), self.b.block());
                self.b.branch(cond, yes, no);
                self.b.at(yes);
                self.block_to(then, join, span);
                self.b.at(no);
                self.block_to(otherwise, join, span);
                self.b.at(join);
            }
            StmtKind::Match { scrutinee, arms } => self.match_stmt(scrutinee, arms, span),
            StmtKind::For { var, iter, body } => self.for_stmt(*var, iter, body, span),
            StmtKind::While { cond, body } => self.looped(Some(cond), body, span),
            StmtKind::Loop { body } => self.looped(None, body, span),
            StmtKind::Break => {
                if let Some(&(_, exit)) = self.loops.last() {
                    self.b.goto(exit, span);
                }
            }
            StmtKind::Continue => {
                if let Some(&(next, _)) = self.loops.last() {
                    self.b.goto(next, span);
                }
            }
            StmtKind::Step { name, body, .. } => {
                self.steps.push(name.clone());
                self.block(body);
                self.steps.pop();
            }
            StmtKind::Wait(wait) => self.wait(wait, span),
            StmtKind::Send(send) => {
                let args = self.b.exprs(&send.args);
                let function = super::send::function(self.b.lowerer, send);
                let src = self.b.call(function, args, span);
                if let Some(handle) = send.handle {
                    let dst = self.b.var(handle);
                    self.b.emit(Op::Copy { dst, src }, span);
                }
            }
            StmtKind::Call(call) => self.call(call, span),
            StmtKind::Emit { event, payload, broadcast } => self.emitted(*event, payload, *broadcast, span),
            StmtKind::Start { journey, args } => self.start(*journey, args, span),
            StmtKind::Run(run) => self.run(run, span),
            StmtKind::Parallel(all) => self.fork(all, false, span),
            StmtKind::Race(all) => self.fork(all, true, span),
            StmtKind::Try { body, error, handler } => self.try_stmt(body, *error, handler, span),
            StmtKind::Undo { body } => self.undo(body, span),
            StmtKind::Experiment { experiment, bodies } => self.experiment(experiment.0, bodies, span),
            StmtKind::Finish(outcome) => self.b.end(Terminator::Finish(outcome.0), span),
            StmtKind::Fail(text) => {
                let text = self.b.expr(text);
                self.b.end(Terminator::Fail(text), span);
            }
        }
    }

    fn match_stmt(&mut self, scrutinee: &Expr, arms: &[Arm<Vec<Stmt>>], span: Span) {
        let join = self.b.block();
        let entries = self.b.dispatch(scrutinee, arms, span);
        for (arm, entry) in arms.iter().zip(entries) {
            self.b.at(entry);
            self.block_to(&arm.body, join, span);
        }
        self.b.at(join);
    }

    fn experiment(&mut self, experiment: u32, bodies: &[Vec<Stmt>], span: Span) {
        let value = self.b.host(HostOp::PickVariant(self.experiments + experiment), Vec::new(), span);
        let entries: Vec<BlockId> = bodies.iter().map(|_| self.b.block()).collect();
        let (join, default) = (self.b.block(), self.b.block());
        let cases = (0..).zip(entries.iter().copied()).collect();
        self.b.end(Terminator::Switch { value, cases, default }, span);
        for (body, entry) in bodies.iter().zip(entries) {
            self.b.at(entry);
            self.block_to(body, join, span);
        }
        self.b.at(join);
    }

    fn looped(&mut self, cond: Option<&Expr>, body: &[Stmt], span: Span) {
        let (head, inside, exit) = (self.b.block(), self.b.block(), self.b.block());
        self.b.goto(head, span);
        self.b.at(head);
        match cond {
            Some(cond) => self.b.branch(cond, inside, exit),
            None => self.b.goto(inside, span),
        }
        self.b.at(inside);
        self.loop_body(body, head, exit, span, |_| {});
    }

    /// The body of a loop and the way back to its head, which is a turn of the budget; goes on in `exit`.
    fn loop_body(&mut self, body: &[Stmt], head: BlockId, exit: BlockId, span: Span, step: impl FnOnce(&mut Self)) {
        let latch = self.b.block();
        self.loops.push((latch, exit));
        self.block_to(body, latch, span);
        self.loops.pop();
        self.b.at(latch);
        self.b.emit(Op::Turn, span);
        step(self);
        self.b.goto(head, span);
        self.b.at(exit);
    }

    fn for_stmt(&mut self, var: VarId, iter: &Iter, body: &[Stmt], span: Span) {
        let (head, inside, exit) = (self.b.block(), self.b.block(), self.b.block());
        let (index, end, list) = match iter {
            Iter::List(list) => {
                let items = self.b.expr(list);
                let items = self.b.copy(items, span);
                self.hide(items, var, "items", list.ty);
                (self.b.int(0, span), None, Some(items))
            }
            Iter::Range(from, to) => {
                let (from, to) = (self.b.expr(from), self.b.expr(to));
                (self.b.copy(from, span), Some(self.b.copy(to, span)), None)
            }
        };
        self.hide(index, var, "index", TypeId::INT);
        if let Some(end) = end {
            self.hide(end, var, "end", TypeId::INT);
        }
        self.b.goto(head, span);
        self.b.at(head);
        let bound = match (end, list) {
            (Some(end), _) => end,
            (None, Some(list)) => self.b.load(list, 0, span),
            (None, None) => index,
        };
        let more = self.b.compare(CompareOp::Lt, index, bound, span);
        self.b.branch_on(more, inside, exit, span);
        self.b.at(inside);
        let dst = self.b.var(var);
        let op = match list {
            Some(list) => Op::LoadElement { dst, list, index },
            None => Op::Copy { dst, src: index },
        };
        self.b.emit(op, span);
        self.loop_body(body, head, exit, span, |body| body.b.increment(index, span));
    }

    /// Names a local that the loop of `var` keeps across pauses.
    fn hide(&mut self, local: Local, var: VarId, what: &str, ty: TypeId) {
        let path = self.journey.vars.get(var.index()).map_or("", |var| &var.path);
        self.hidden.push((local, FrameVar { id: format!("{path}~{what}"), ty }));
    }

    fn assign(&mut self, place: &Place, value: &Expr) {
        let span = place.span;
        let value = self.b.expr(value);
        match place.root {
            PlaceRoot::Var(var) => {
                let dst = self.b.var(var);
                let src = self.changed(dst, &place.path, value, span);
                self.b.emit(Op::Copy { dst, src }, span);
            }
            PlaceRoot::Profile(field) => {
                let profile = self.b.input(StepInput::Profile, span);
                let old = self.b.load(profile, field, span);
                let new = self.changed(old, &place.path, value, span);
                self.b.store(profile, field, new, span);
                let effect = self.b.lowerer.effect(Effect::ProfileWrite { field });
                self.b.emit(Op::Effect { effect, args: vec![new] }, span);
            }
        }
    }

    /// A copy of the record `old` in which the place at the end of `path` holds `value`.
    fn changed(&mut self, old: Local, path: &[(RecordId, usize)], value: Local, span: Span) -> Local {
        let Some((&(record, field), rest)) = path.split_first() else { return value };
        let count = self.b.types().record(record).fields.len();
        let mut words = Vec::new();
        for index in 0..count {
            let word = self.b.load(old, index, span);
            words.push(if index == field { self.changed(word, rest, value, span) } else { word });
        }
        self.b.words(&words, span)
    }

    /// Whether the main fiber sleeps at the pauses of the current place.
    pub fn is_main(&self) -> bool {
        self.apart == 0
    }

    /// The number of the pause that is drafted next.
    pub fn next_pause(&self) -> u32 {
        number(self.pauses.len())
    }
}
