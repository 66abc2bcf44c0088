//! Conditions that are always true or never: by themselves, or by what was decided before on every way that leads there.
//!
//! What is decided is forgotten at each pause, at each loop and at each assignment to what it is about, so that what is
//! said is so. A constant that stands alone is a switch for whoever writes the program, and `while true` a loop.
//!
//! - `term`: what is compared, by what it is made of; `known`: the values that it can have; `facts`: what is decided so far;
//! - `leaf`: a comparison as a bound of a term; `order`: one whose sides are made of each other; `report`: what is said.

mod facts;
mod known;
mod leaf;
mod order;
mod report;
mod term;

use super::constant::Constants;
use crate::diagnostics::Diagnostic;
use crate::hir::{EndOn, EnterOn, EventMatch, Expr, ExprKind as E, InstanceKey, Iter, Journey, ListOp, Program, Stmt, StmtKind as S};
use crate::hir::{PlaceRoot, Wait, WaitArmKind, WaitKind};
use crate::types::TypeId;
use facts::Facts;

/// Warns of each condition in a declaration that can't go both ways.
pub(super) fn check(program: &Program, constants: &Constants, found: &mut Vec<Diagnostic>) {
    let mut checker = Checker { program, constants, found };
    for of in &program.fns {
        checker.alone(&of.body, false);
    }
    for of in &program.traits {
        of.filter.iter().for_each(|filter| checker.alone(filter, true));
        of.value.iter().for_each(|value| checker.alone(value, false));
    }
    program.segments.iter().for_each(|segment| checker.alone(&segment.condition, true));
    for channel in &program.channels {
        channel.address.iter().chain(&channel.consent).for_each(|of| checker.alone(of, false));
    }
    for variant in program.messages.iter().flat_map(|message| &message.variants) {
        variant.content.iter().for_each(|of| checker.alone(of, false));
    }
}

/// Warns of each condition in a journey that can't go both ways.
pub(super) fn journey(program: &Program, constants: &Constants, journey: &Journey, found: &mut Vec<Diagnostic>) {
    Checker { program, constants, found }.journey(journey);
}

/// Whether a condition that nothing has gone before can never hold.
pub(super) fn never(program: &Program, constants: &Constants, condition: &Expr) -> bool {
    Facts::default().answer(program, constants, condition) == Some(false)
}

struct Checker<'a> {
    program: &'a Program,
    constants: &'a Constants,
    found: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    /// An expression that nothing has gone before; `condition`: of which both answers are wanted.
    fn alone(&mut self, expr: &Expr, condition: bool) {
        self.expr(expr, &mut Facts::default(), condition);
    }

    fn filter(&mut self, on: &EventMatch) {
        on.filter.iter().for_each(|filter| self.alone(filter, true));
    }

    fn journey(&mut self, journey: &Journey) {
        for enter in &journey.enters {
            if let EnterOn::Event(on) = &enter.on {
                self.filter(on);
            }
        }
        if let InstanceKey::Expr(key) = &journey.key {
            self.alone(key, false);
        }
        for end in &journey.ends {
            match &end.on {
                EndOn::Event(on) => self.filter(on),
                EndOn::When(condition) => self.alone(condition, true),
            }
        }
        self.block(&journey.body, Facts::default());
    }

    /// What is decided behind it; `None` where control does not come out.
    fn block(&mut self, stmts: &[Stmt], facts: Facts) -> Option<Facts> {
        stmts.iter().try_fold(facts, |facts, stmt| self.stmt(&stmt.kind, facts))
    }

    fn stmt(&mut self, stmt: &S, mut facts: Facts) -> Option<Facts> {
        match stmt {
            S::If { cond, then, otherwise } => {
                self.expr(cond, &mut facts, true);
                let mut not = facts.clone();
                facts.assume(self.program, self.constants, cond, true);
                not.assume(self.program, self.constants, cond, false);
                let then = self.block(then, facts);
                let otherwise = self.block(otherwise, not);
                return Facts::meet([then, otherwise]);
            }
            S::While { cond, body } => {
                let mut facts = Facts::default();
                if !matches!(cond.kind, E::Bool(true)) {
                    self.expr(cond, &mut facts, true);
                }
                facts.assume(self.program, self.constants, cond, true);
                self.block(body, facts);
                return Some(Facts::default());
            }
            S::Step { body, .. } => return self.block(body, facts),
            S::Wait(wait) => {
                self.wait(wait, &mut facts);
                self.blocks(stmt);
                return Some(Facts::default());
            }
            _ => stmt.exprs().into_iter().for_each(|expr| self.expr(expr, &mut facts, false)),
        }
        match stmt {
            S::Break | S::Continue | S::Finish(_) | S::Fail(_) => return None,
            S::Match { arms, .. } => return Facts::meet(arms.iter().map(|arm| self.block(&arm.body, facts.clone()))),
            S::Experiment { bodies, .. } => return Facts::meet(bodies.iter().map(|body| self.block(body, facts.clone()))),
            S::Assign(place, _) => match place.root {
                PlaceRoot::Var(var) => facts.assigned(var),
                PlaceRoot::Profile(_) => facts.profile_assigned(),
            },
            // What comes behind may come much later.
            S::Call(_) | S::Run(_) => facts = Facts::default(),
            S::For { iter: Iter::List(_) | Iter::Range(..), .. } | S::Loop { .. } | S::Parallel(_) | S::Race(_) | S::Try { .. } => {
                self.blocks(stmt);
                facts = Facts::default();
            }
            S::Undo { .. } => self.blocks(stmt),
            S::Let(..) | S::Send(_) | S::Emit { .. } | S::Start { .. } => {}
            S::If { .. } | S::While { .. } | S::Step { .. } | S::Wait(_) => {}
        }
        Some(facts)
    }

    /// Blocks of which it is not known what has gone before.
    fn blocks(&mut self, stmt: &S) {
        for block in stmt.blocks() {
            self.block(block, Facts::default());
        }
    }

    fn wait(&mut self, wait: &Wait, facts: &mut Facts) {
        wait.events().into_iter().for_each(|on| self.filter(on));
        match &wait.kind {
            WaitKind::Until(deadline) => deadline.exprs().into_iter().for_each(|expr| self.expr(expr, facts, false)),
            WaitKind::Without { duration, .. } => self.expr(duration, facts, false),
            WaitKind::ForEvent { within, .. } => within.iter().for_each(|within| self.expr(within, facts, false)),
            WaitKind::ForAny(arms) => {
                for arm in arms {
                    match &arm.kind {
                        WaitArmKind::On(_) => {}
                        WaitArmKind::Deadline(deadline) => deadline.exprs().into_iter().for_each(|expr| self.expr(expr, facts, false)),
                        WaitArmKind::When(condition) => self.alone(condition, true),
                    }
                }
            }
        }
    }

    /// Looks for conditions in an expression. It leaves the facts as they were.
    fn expr(&mut self, expr: &Expr, facts: &mut Facts, condition: bool) {
        if expr.ty == TypeId::BOOL && self.decided(expr, facts, condition) {
            return;
        }
        match &expr.kind {
            E::Not(of) => self.expr(of, facts, true),
            E::And(a, b) => self.both(a, b, facts, true),
            E::Or(a, b) => self.both(a, b, facts, false),
            E::If { cond, then, otherwise } => {
                self.expr(cond, facts, true);
                self.assuming(cond, true, facts, |checker, facts| checker.expr(then, facts, condition));
                self.assuming(cond, false, facts, |checker, facts| checker.expr(otherwise, facts, condition));
            }
            E::ListLambda { op, list, body, .. } => {
                self.expr(list, facts, false);
                self.expr(body, facts, matches!(op, ListOp::Any | ListOp::All | ListOp::Count | ListOp::Filter));
            }
            _ => expr.children().into_iter().for_each(|child| self.expr(child, facts, false)),
        }
    }

    /// The right side is only asked where the left one gives `holds`.
    fn both(&mut self, a: &Expr, b: &Expr, facts: &mut Facts, holds: bool) {
        self.expr(a, facts, true);
        self.assuming(a, holds, facts, |checker, facts| checker.expr(b, facts, true));
    }

    fn assuming(&mut self, cond: &Expr, holds: bool, facts: &mut Facts, inside: impl FnOnce(&mut Self, &mut Facts)) {
        let before = facts.len();
        facts.assume(self.program, self.constants, cond, holds);
        inside(self, facts);
        facts.truncate(before);
    }

    /// Reports a condition of which the answer is known.
    fn decided(&mut self, expr: &Expr, facts: &Facts, condition: bool) -> bool {
        let asks = condition && !matches!(expr.kind, E::Const(_)) || matches!(expr.kind, E::Compare(..) | E::In(..));
        if !asks {
            return false;
        }
        let Some(decision) = facts.decide(self.program, self.constants, expr) else { return false };
        self.found.push(report::decided(expr, &decision));
        true
    }
}
