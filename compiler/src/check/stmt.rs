//! Statements: blocks, bindings, branches and loops.

use super::Checker;
use super::call::Called;
use super::flow::{Falls, Join, Loop, forget_changes};
use super::journey::JourneyBody;
use crate::ast::{self, StmtKind as S};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, StmtKind};
use crate::types::TypeId;
use journey_grammar::Span;

/// A block, and whether control comes out at its end.
pub(super) type Block = (Vec<hir::Stmt>, Falls);

impl Checker {
    /// Checks statements in a scope of their own.
    pub(super) fn scoped(&mut self, cx: &mut JourneyBody, stmts: &[ast::Stmt]) -> Block {
        cx.body.push_scope();
        let block = self.stmts(cx, stmts);
        cx.body.pop_scope();
        block
    }

    /// Checks statements in the current scope.
    pub(super) fn stmts(&mut self, cx: &mut JourneyBody, written: &[ast::Stmt]) -> Block {
        let mut checked = Vec::new();
        // The statement that lets nothing through, until what follows it is reported.
        let mut end: Option<Span> = None;
        let mut falls = Falls::Through;
        for stmt in written {
            if let Some(end) = end.take() {
                self.unreachable(stmt.span, end);
            }
            let (kind, through) = self.stmt(cx, stmt);
            checked.extend(kind.map(|kind| hir::Stmt { kind, span: stmt.span }));
            checked.append(&mut cx.behind);
            if through == Falls::Never && falls == Falls::Through {
                falls = Falls::Never;
                end = Some(stmt.span);
            }
        }
        (checked, falls)
    }

    fn unreachable(&mut self, span: Span, end: Span) {
        self.report(
            Diagnostic::error("E0401", span, "this statement is never reached", "nothing gets here")
                .and(end, "nothing goes on behind this")
                .help("remove it, or move it up"),
        );
    }

    /// A statement; `None` where it is broken.
    fn stmt(&mut self, cx: &mut JourneyBody, stmt: &ast::Stmt) -> (Option<StmtKind>, Falls) {
        self.fits_into_undo(cx, stmt);
        let (kind, falls) = match &stmt.kind {
            S::If { cond, then, otherwise } => self.if_stmt(cx, cond, then, otherwise.as_deref().unwrap_or_default()),
            S::Match { scrutinee, arms } => self.match_stmt(cx, scrutinee, arms, stmt.span),
            S::For { name, iter, body } => (self.for_stmt(cx, name, iter, body), Falls::Through),
            S::While { cond, body } => self.while_stmt(cx, cond, body, stmt.span),
            S::Loop { body } => self.loop_stmt(cx, body, stmt.span),
            S::Step { name, title, renamed_from, body } => self.step(cx, name, title.as_ref(), renamed_from.as_ref(), body),
            S::Wait { wait, label } => {
                let (wait, falls) = self.wait(cx, wait, label.as_ref(), stmt.span);
                (StmtKind::Wait(wait), falls)
            }
            S::Experiment { name, variants } => self.experiment(cx, name, variants, stmt.span),
            S::Branches { race, branches } => self.branches_stmt(cx, *race, branches, stmt.span),
            S::Try { body, error, handler } => self.try_stmt(cx, body, error, handler),
            S::Undo { body } => self.undo(cx, body, stmt.span),
            S::Break | S::Continue => return self.jump(cx, stmt),
            S::Finish(outcome) => {
                cx.ends = true;
                cx.bounded();
                (StmtKind::Finish(self.outcome(cx, outcome)), Falls::Never)
            }
            S::Fail(why) => {
                // What catches it may turn round again.
                if cx.tries == 0 {
                    cx.bounded();
                }
                (StmtKind::Fail(self.expr(&mut cx.body, why, Some(TypeId::STRING))), Falls::Never)
            }
            _ => return (self.simple(cx, stmt), Falls::Through),
        };
        (Some(kind), falls)
    }

    /// Statements without statements inside, which control falls through.
    fn simple(&mut self, cx: &mut JourneyBody, stmt: &ast::Stmt) -> Option<StmtKind> {
        match &stmt.kind {
            S::Let { assignable, name, ty, value } => Some(self.let_stmt(cx, *assignable, name, ty.as_ref(), value)),
            S::Assign { target, value } => self.assign(&mut cx.body, target, value),
            S::AddAssign { target, value } => self.add_assign(&mut cx.body, target, value, stmt.span),
            S::Send { binding, message, args, channels, first_of } => {
                let send = self.send(cx, message, args, channels, *first_of);
                self.handled(cx, binding.as_ref(), send, stmt.span).map(StmtKind::Send)
            }
            S::Call { binding, service, operation, args, fallback } => {
                let called = Called { service, operation, args, fallback: fallback.as_ref() };
                self.call_stmt(cx, binding.as_ref(), &called, stmt.span)
            }
            S::Emit { broadcast, event, fields } => self.emit_stmt(cx, *broadcast, event, fields, stmt.span),
            S::Start { journey, args } => self.start_stmt(cx, journey, args),
            S::Run { binding, journey, args } => self.run_stmt(cx, binding.as_ref(), journey, args, stmt.span),
            S::Unsupported { binds, .. } => {
                for name in binds {
                    cx.body.declare(&name.name, TypeId::ERROR, false, name.span);
                }
                cx.unknown();
                None
            }
            _ => {
                cx.unknown();
                None
            }
        }
    }

    fn let_stmt(
        &mut self,
        cx: &mut JourneyBody,
        assignable: bool,
        name: &ast::Ident,
        ty: Option<&ast::TypeExpr>,
        value: &ast::Expr,
    ) -> StmtKind {
        let value = self.binding(&mut cx.body, name, ty, value);
        let var = cx.body.declare(&name.name, value.ty, assignable, name.span);
        StmtKind::Let(var, value)
    }

    fn if_stmt(&mut self, cx: &mut JourneyBody, cond: &ast::Expr, then: &[ast::Stmt], otherwise: &[ast::Stmt]) -> (StmtKind, Falls) {
        let (cond, if_true, if_false) = self.condition(&mut cx.body, cond);
        let mut join = Join::at(&cx.body);
        cx.body.assume(&if_true);
        let (then, falls) = self.scoped(cx, then);
        join.arrive(&cx.body, falls);
        join.branch(&mut cx.body);
        cx.body.assume(&if_false);
        let (otherwise, falls) = self.scoped(cx, otherwise);
        join.arrive(&cx.body, falls);
        (StmtKind::If { cond, then, otherwise }, join.close(&mut cx.body))
    }

    fn match_stmt(
        &mut self,
        cx: &mut JourneyBody,
        scrutinee: &ast::Expr,
        arms: &[ast::MatchArm<Vec<ast::Stmt>>],
        span: Span,
    ) -> (StmtKind, Falls) {
        let scrutinee = self.scrutinee(&mut cx.body, scrutinee);
        let mut join = Join::at(&cx.body);
        let mut checked: Vec<hir::Arm<Vec<hir::Stmt>>> = Vec::new();
        for arm in arms {
            join.branch(&mut cx.body);
            cx.body.push_scope();
            let patterns = self.patterns(&mut cx.body, &arm.patterns, &scrutinee);
            self.assume_arm(&mut cx.body, &scrutinee, &patterns, checked.iter().map(|arm| arm.patterns.as_slice()));
            let (body, falls) = self.stmts(cx, &arm.body);
            cx.body.pop_scope();
            join.arrive(&cx.body, falls);
            checked.push(hir::Arm { patterns, body, span: arm.span });
        }
        self.exhaustive(&scrutinee, &checked, Some("{}"), span);
        let falls = join.close(&mut cx.body);
        let falls = if checked.is_empty() { Falls::Through } else { falls };
        (StmtKind::Match { scrutinee, arms: checked }, falls)
    }

    fn for_stmt(&mut self, cx: &mut JourneyBody, name: &ast::Ident, iter: &ast::Expr, body: &[ast::Stmt]) -> StmtKind {
        let (iter, element) = self.iter(&mut cx.body, iter);
        forget_changes(&mut cx.body, body);
        let start = cx.body.facts();
        cx.body.push_scope();
        let var = cx.body.declare(&name.name, element, false, name.span);
        let (body, around) = self.turning(cx, body);
        cx.body.pop_scope();
        cx.body.restore(start);
        around.close(&mut cx.body);
        StmtKind::For { var, iter, body }
    }

    fn while_stmt(&mut self, cx: &mut JourneyBody, cond: &ast::Expr, body: &[ast::Stmt], span: Span) -> (StmtKind, Falls) {
        let endless = matches!(bare(cond).kind, ast::ExprKind::Bool(true));
        forget_changes(&mut cx.body, body);
        let (cond, if_true, if_false) = self.condition(&mut cx.body, cond);
        let start = cx.body.facts();
        cx.body.assume(&if_true);
        cx.body.push_scope();
        let (body, around) = self.turning(cx, body);
        cx.body.pop_scope();
        if endless {
            self.bounded(&around, span);
            return (StmtKind::While { cond, body }, around.close_endless(&mut cx.body));
        }
        cx.body.restore(start);
        cx.body.assume(&if_false);
        around.close(&mut cx.body);
        (StmtKind::While { cond, body }, Falls::Through)
    }

    fn loop_stmt(&mut self, cx: &mut JourneyBody, body: &[ast::Stmt], span: Span) -> (StmtKind, Falls) {
        forget_changes(&mut cx.body, body);
        cx.body.push_scope();
        let (body, around) = self.turning(cx, body);
        cx.body.pop_scope();
        self.bounded(&around, span);
        (StmtKind::Loop { body }, around.close_endless(&mut cx.body))
    }

    /// The body of a loop, and what was seen of the loop in it.
    fn turning(&mut self, cx: &mut JourneyBody, body: &[ast::Stmt]) -> (Vec<hir::Stmt>, Loop) {
        cx.loops.push(Loop::default());
        let (body, _) = self.stmts(cx, body);
        (body, cx.loops.pop().unwrap_or_default())
    }

    /// An endless loop comes to a rest somewhere, or it is left.
    fn bounded(&mut self, around: &Loop, span: Span) {
        if !around.bounded && !around.is_left() {
            self.report(
                Diagnostic::error("E0402", span, "this loop turns without end", "it neither pauses nor breaks")
                    .help("put a `wait` into it, or leave it with `break` or `finish`"),
            );
        }
    }

    fn jump(&mut self, cx: &mut JourneyBody, stmt: &ast::Stmt) -> (Option<StmtKind>, Falls) {
        let (word, kind) = match stmt.kind {
            S::Break => ("break", StmtKind::Break),
            _ => ("continue", StmtKind::Continue),
        };
        let loops = cx.loops.len();
        let Some(around) = cx.loops.last_mut() else {
            self.report(
                Diagnostic::error("E0403", stmt.span, format!("`{word}` stands outside a loop"), "there is no loop around this")
                    .help("put it into a `for`, `while` or `loop`, or end the journey with `finish`"),
            );
            return (None, Falls::Through);
        };
        if let Some(fence) = cx.body.fences.last().filter(|fence| fence.loops == loops) {
            let what = fence.kind.name();
            self.report(
                Diagnostic::error("E0434", stmt.span, format!("`{word}` can't leave this {what}"), "the loop is outside")
                    .and(fence.span, format!("the {what} begins here, and runs on its own"))
                    .help("go round in a loop inside it, or let it come to its end and decide behind it"),
            );
            // What was meant is clear: the loop is left here.
            if matches!(kind, StmtKind::Break) {
                around.breaks(&cx.body);
            }
            return (None, Falls::Through);
        }
        if matches!(kind, StmtKind::Break) {
            around.breaks(&cx.body);
        }
        (Some(kind), Falls::Never)
    }

    fn step(
        &mut self,
        cx: &mut JourneyBody,
        name: &ast::Ident,
        title: Option<&String>,
        renamed_from: Option<&ast::Ident>,
        body: &[ast::Stmt],
    ) -> (StmtKind, Falls) {
        let kept = renamed_from.unwrap_or(name);
        if let Err(other) = cx.identities.step(&cx.body.path, &kept.name, kept.span) {
            self.report(
                Diagnostic::error("E0410", kept.span, format!("two steps are called `{}`", kept.name), "a second step of that name")
                    .and(other, "the first is here")
                    .help("give each step beside another a name of its own"),
            );
        }
        cx.body.path.push(kept.name.clone());
        let (body, falls) = self.scoped(cx, body);
        cx.body.path.pop();
        (StmtKind::Step { name: name.name.clone(), title: title.cloned(), body }, falls)
    }
}

/// Without the parentheses around it.
fn bare(expr: &ast::Expr) -> &ast::Expr {
    match &expr.kind {
        ast::ExprKind::Paren(inner) => bare(inner),
        _ => expr,
    }
}
