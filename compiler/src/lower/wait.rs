//! Pauses.

use super::closure::{closure, correlation, next_of};
use super::journey::{ArmDraft, ArmKind, Draft};
use super::stmt::Body;
use crate::hir::{ArithOp, CompareOp, ConstId, Deadline, EventMatch, Expr, ExprKind, Stmt, VarId, Wait, WaitArm, WaitArmKind, WaitKind};
use crate::mir::{BlockId, HostOp, Local, NumberKind, Op, StepInput, Terminator};
use journey_grammar::Span;

/// A moment to wait for, computed.
struct Moment {
    /// A Time.
    at: Local,
    /// Whether it may be reached already; then there is no pause.
    maybe_reached: bool,
}

impl Body<'_, '_> {
    pub(super) fn wait(&mut self, wait: &Wait, span: Span) {
        match &wait.kind {
            WaitKind::Until(deadline) => {
                let moment = self.moment(deadline, span);
                let next = self.b.block();
                if moment.maybe_reached {
                    self.unless_reached(moment.at, next, span);
                }
                let arm = ArmDraft { kind: ArmKind::Deadline, resume: next };
                self.suspend(wait, vec![arm], vec![moment.at], span);
                self.b.at(next);
            }
            WaitKind::Without { duration, on, body } => self.without(wait, duration, on, body, span),
            WaitKind::ForEvent { on, within, result, body, otherwise } => {
                self.for_event(wait, on, within.as_ref(), *result, (body, otherwise), span);
            }
            WaitKind::ForAny(arms) => self.for_any(wait, arms, span),
        }
    }

    /// Goes to `next` where the moment is not later than now.
    fn unless_reached(&mut self, at: Local, next: BlockId, span: Span) {
        let now = self.b.input(StepInput::Now, span);
        let later = self.b.compare(CompareOp::Gt, at, now, span);
        let pause = self.b.block();
        self.b.branch_on(later, pause, next, span);
        self.b.at(pause);
    }

    fn moment(&mut self, deadline: &Deadline, span: Span) -> Moment {
        let mut host = |op, exprs: &[&Expr], weekday: Option<u8>| {
            let mut args = vec![self.b.input(StepInput::Now, span)];
            args.extend(exprs.iter().map(|expr| self.b.expr(expr)));
            if op == HostOp::NextLocal {
                let weekday = self.b.int(weekday.map_or(0, i64::from), span);
                args.insert(2, weekday);
            }
            self.b.host(op, args, span)
        };
        match deadline {
            Deadline::After(duration) => Moment { at: self.ahead(duration, span), maybe_reached: !self.surely_ahead(duration) },
            Deadline::At(time) => Moment { at: self.b.expr(time), maybe_reached: true },
            Deadline::Local { weekday, time, zone } => {
                Moment { at: host(HostOp::NextLocal, &[time, zone], *weekday), maybe_reached: false }
            }
            Deadline::Within { from, to, zone } => Moment { at: host(HostOp::NextWithin, &[from, to, zone], None), maybe_reached: true },
        }
    }

    /// Now and a Duration.
    fn ahead(&mut self, duration: &Expr, span: Span) -> Local {
        let duration = self.b.expr(duration);
        let now = self.b.input(StepInput::Now, span);
        self.b.number(ArithOp::Add, NumberKind::Time, now, duration, span)
    }

    /// Whether a Duration is known to be more than nothing: most are literals, and then each pause ends its segment.
    fn surely_ahead(&self, duration: &Expr) -> bool {
        match duration.kind {
            ExprKind::Duration(ms) => ms > 0,
            ExprKind::Const(ConstId(id)) => {
                self.b.hir.consts.get(id as usize).is_some_and(|constant| matches!(constant.value.kind, ExprKind::Duration(1..)))
            }
            _ => false,
        }
    }

    /// Each event runs the block and starts the time again.
    fn without(&mut self, wait: &Wait, duration: &Expr, on: &EventMatch, body: &[Stmt], span: Span) {
        let (head, inside, next) = (self.b.block(), self.b.block(), self.b.block());
        self.b.goto(head, span);
        self.b.at(head);
        let at = self.ahead(duration, span);
        if !self.surely_ahead(duration) {
            self.unless_reached(at, next, span);
        }
        let arms = vec![self.on(wait, on, inside), ArmDraft { kind: ArmKind::Deadline, resume: next }];
        self.suspend(wait, arms, vec![at], span);
        self.b.at(inside);
        self.block(body);
        self.b.emit(Op::Turn, span);
        self.b.goto(head, span);
        self.b.at(next);
    }

    fn for_event(
        &mut self,
        wait: &Wait,
        on: &EventMatch,
        within: Option<&Expr>,
        result: Option<VarId>,
        (body, otherwise): (&[Stmt], &[Stmt]),
        span: Span,
    ) {
        let (came, late, next) = (self.b.block(), self.b.block(), self.b.block());
        let mut arms = vec![self.on(wait, on, came)];
        let mut deadlines = Vec::new();
        if let Some(within) = within {
            deadlines.push(self.ahead(within, span));
            arms.push(ArmDraft { kind: ArmKind::Deadline, resume: late });
        }
        self.suspend(wait, arms, deadlines, span);
        self.b.at(came);
        if let Some(result) = result {
            // A payload is a record, so the optional of it is the same word.
            let (dst, src) = (self.b.var(result), self.b.var(on.binder));
            self.b.emit(Op::Copy { dst, src }, span);
        }
        self.block_to(body, next, span);
        if within.is_some() {
            self.b.at(late);
            if let Some(result) = result {
                let dst = self.b.var(result);
                self.b.emit(Op::Const { dst, value: 0 }, span);
            }
            self.block_to(otherwise, next, span);
        }
        self.b.at(next);
    }

    fn for_any(&mut self, wait: &Wait, arms: &[WaitArm], span: Span) {
        let entries: Vec<BlockId> = arms.iter().map(|_| self.b.block()).collect();
        let mut drafts = Vec::new();
        let mut deadlines = Vec::new();
        for (arm, &resume) in arms.iter().zip(&entries) {
            drafts.push(match &arm.kind {
                WaitArmKind::On(on) => self.on(wait, on, resume),
                WaitArmKind::Deadline(deadline) => {
                    deadlines.push(self.moment(deadline, arm.span).at);
                    ArmDraft { kind: ArmKind::Deadline, resume }
                }
                WaitArmKind::When(condition) => {
                    let later = self.b.block();
                    self.b.branch(condition, resume, later);
                    self.b.at(later);
                    let name = self.name(wait, "when");
                    let open = closure(self.b.lowerer, name.clone(), None, condition);
                    let next = next_of(self.b.lowerer, &name, &open, condition);
                    ArmDraft { kind: ArmKind::When(open, next), resume }
                }
            });
        }
        self.suspend(wait, drafts, deadlines, span);
        let next = self.b.block();
        for (arm, entry) in arms.iter().zip(entries) {
            self.b.at(entry);
            self.block_to(&arm.body, next, span);
        }
        self.b.at(next);
    }

    /// The arm of an event; the body goes on in `resume` with the payload in the binder.
    fn on(&mut self, wait: &Wait, on: &EventMatch, resume: BlockId) -> ArmDraft {
        let name = self.name(wait, "where");
        let filter = on.filter.as_ref().map(|filter| closure(self.b.lowerer, name.clone(), Some(on.binder), filter));
        let correlation = correlation(self.b.lowerer, &name, on);
        let payload = self.b.var(on.binder);
        ArmDraft { kind: ArmKind::Event { event: on.event, payload, filter, correlation }, resume }
    }

    fn name(&self, wait: &Wait, what: &str) -> String {
        format!("{}::{} {what}", self.journey_name(), wait.identity)
    }

    fn suspend(&mut self, wait: &Wait, arms: Vec<ArmDraft>, deadlines: Vec<Local>, span: Span) {
        let takes_kept = matches!(wait.kind, WaitKind::ForEvent { .. } | WaitKind::ForAny(_));
        self.suspend_at(&wait.identity, takes_kept, arms, deadlines, span);
    }

    pub(super) fn suspend_at(&mut self, identity: &str, takes_kept: bool, arms: Vec<ArmDraft>, deadlines: Vec<Local>, span: Span) {
        let pause = self.next_pause();
        let step = self.step();
        let (is_main, caught) = (self.is_main(), self.b.handler);
        self.pauses.push(Draft { identity: identity.to_owned(), step, takes_kept, arms, fork: None, is_main, caught, span });
        self.b.end(Terminator::Suspend { pause, frame: Vec::new(), deadlines }, span);
    }
}
