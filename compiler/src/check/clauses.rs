//! The head of a journey: how it is entered, how many instances there may be, what ends it.

use super::Checker;
use super::journey::{JourneyBody, Matched};
use super::lookup::article;
use crate::ast::{self, ClauseKind};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, InstanceKey};
use crate::types::TypeId;
use journey_grammar::Span;

/// What the clauses say.
#[derive(Debug)]
pub(super) struct Head {
    pub enters: Vec<hir::Enter>,
    pub key: InstanceKey,
    pub cooldown_ms: Option<i64>,
    pub on_change: hir::OnChange,
    pub priority: Option<hir::Priority>,
    pub ends: Vec<hir::End>,
}

impl Checker {
    /// Checks the clauses. The binder of `enter` is declared in the current scope, and what every `enter` demands
    /// is known from here on.
    pub(super) fn clauses(&mut self, cx: &mut JourneyBody, journey: &ast::Journey) -> Head {
        let enters = self.enters(cx, journey);
        self.entered_at_all(journey, &enters);
        let mut head = Head {
            enters,
            key: InstanceKey::Customer,
            cooldown_ms: None,
            on_change: hir::OnChange::default(),
            priority: None,
            ends: Vec::new(),
        };
        let (mut key, mut cooldown, mut change, mut priority) = (None, None, None, None);
        for clause in &journey.clauses {
            match &clause.kind {
                ClauseKind::OnePer(of) => {
                    self.only_once(&mut key, clause.span, "how many instances there may be");
                    head.key = of.as_ref().map_or(InstanceKey::Customer, |of| InstanceKey::Expr(self.key(cx, of)));
                }
                ClauseKind::Unlimited => {
                    self.only_once(&mut key, clause.span, "how many instances there may be");
                    head.key = InstanceKey::Unlimited;
                }
                ClauseKind::Cooldown(length) => {
                    self.only_once(&mut cooldown, clause.span, "the cooldown");
                    head.cooldown_ms = self.constant_duration(cx, length);
                }
                ClauseKind::OnChange { stay } => {
                    self.only_once(&mut change, clause.span, "what a change means for live instances");
                    head.on_change = if *stay { hir::OnChange::Stay } else { hir::OnChange::Move };
                }
                ClauseKind::Priority { rank, group } => {
                    self.only_once(&mut priority, clause.span, "the priority");
                    self.lint_snake(&group.name, group.span);
                    head.priority = Some(hir::Priority { rank: *rank, group: group.name.clone() });
                }
                ClauseKind::Goal { .. } | ClauseKind::ExitOn { .. } | ClauseKind::ExitWhen { .. } => head.ends.extend(self.end(cx, clause)),
                ClauseKind::Enter { .. } | ClauseKind::EnterSegment { .. } | ClauseKind::EnterEvery { .. } => {}
                ClauseKind::Unsupported { .. } => {}
            }
        }
        head
    }

    fn entered_at_all(&mut self, journey: &ast::Journey, enters: &[hir::Enter]) {
        if journey.is_child {
            return self.entered_twice(journey);
        }
        // Those that are wrong are reported already.
        let unsupported = |clause: &ast::Clause| {
            matches!(clause.kind, ClauseKind::Unsupported { .. } | ClauseKind::EnterSegment { .. } | ClauseKind::EnterEvery { .. })
        };
        // A clause that could not be read may have been the `enter`.
        let broken = journey.body.iter().any(|stmt| matches!(stmt.kind, ast::StmtKind::Error));
        if !enters.is_empty() || journey.clauses.iter().any(unsupported) || broken {
            return;
        }
        let name = &journey.name;
        self.report(
            Diagnostic::error("E0405", name.span, format!("nothing starts the journey `{}`", name.name), "it has no `enter`")
                .help("say what starts it: `enter on EVENT`, `enter on segment NAME` or `enter every day at 09:00`"),
        );
    }

    /// A journey that others start has nothing else that starts it.
    fn entered_twice(&mut self, journey: &ast::Journey) {
        let is_enter = |clause: &&ast::Clause| {
            matches!(clause.kind, ClauseKind::Enter { .. } | ClauseKind::EnterSegment { .. } | ClauseKind::EnterEvery { .. })
        };
        let Some(enter) = journey.clauses.iter().find(is_enter) else { return };
        let name = &journey.name;
        self.report(
            Diagnostic::error(
                "E0442",
                enter.span,
                format!("`{}` has parameters and an `enter`", name.name),
                "who would give the parameters?",
            )
            .and(name.span, "other journeys start this one")
            .help("keep one of the two: parameters, or `enter` with what the event tells"),
        );
    }

    /// Two clauses that say the same thing, or contradict one another.
    fn only_once(&mut self, first: &mut Option<Span>, span: Span, what: &str) {
        if let Some(first) = *first {
            self.report(
                Diagnostic::error("E0406", span, format!("{what} is said twice"), "said again here")
                    .and(first, "first said here")
                    .help("keep one of the two"),
            );
        } else {
            *first = Some(span);
        }
    }

    /// `one per EXPR`
    fn key(&mut self, cx: &mut JourneyBody, of: &ast::Expr) -> hir::Expr {
        let key = self.settled(&mut cx.body, of);
        if !self.is_printable(key.ty) {
            let ty = self.hir.types.name(key.ty);
            let a = article(&ty);
            self.report(
                Diagnostic::error("E0424", of.span, format!("{a} `{ty}` can't tell instances apart"), format!("this is {a} `{ty}`"))
                    .help("name a value that can be written down, such as an id: `one per order.order_id`"),
            );
        }
        key
    }

    /// `goal`, `exit on` and `exit when`: judged wherever the instance is, so nothing is known of what can change.
    fn end(&mut self, cx: &mut JourneyBody, clause: &ast::Clause) -> Option<hir::End> {
        let (name, goal) = match &clause.kind {
            ClauseKind::Goal { name, .. } => (name, true),
            ClauseKind::ExitOn { name, .. } | ClauseKind::ExitWhen { name, .. } => (name, false),
            _ => return None,
        };
        let outcome = self.outcome(cx, name);
        let before = cx.body.facts();
        cx.body.paused();
        cx.body.push_scope();
        let on = match &clause.kind {
            ClauseKind::Goal { on, .. } | ClauseKind::ExitOn { on, .. } => {
                let Matched { on, .. } = self.event_pattern(&mut cx.body, on);
                hir::EndOn::Event(on)
            }
            ClauseKind::ExitWhen { when, .. } => {
                let (condition, ..) = self.condition(&mut cx.body, when);
                self.standing(&condition);
                hir::EndOn::When(condition)
            }
            _ => return None,
        };
        cx.body.pop_scope();
        cx.body.restore(before);
        Some(hir::End { outcome, goal, on, span: clause.span })
    }

    /// A Duration that is known before anything runs, in milliseconds.
    fn constant_duration(&mut self, cx: &mut JourneyBody, length: &ast::Expr) -> Option<i64> {
        let length = self.expr(&mut cx.body, length, Some(TypeId::DURATION));
        let constant = self.fold_duration(&length).filter(|ms| *ms >= 0);
        if constant.is_none() && length.ty != TypeId::ERROR {
            self.report(
                Diagnostic::error("E0425", length.span, "a cooldown is a fixed length of time", "this isn't one")
                    .help("write a duration such as `30d`, or the name of a constant"),
            );
        }
        constant
    }

    /// The value of a constant expression of durations and whole numbers; `None` where it isn't one, or overflows.
    pub(super) fn fold_duration(&self, expr: &hir::Expr) -> Option<i64> {
        use hir::{ArithOp, ExprKind as E, Method};
        match &expr.kind {
            E::Duration(value) | E::Int(value) => Some(*value),
            E::Const(id) => self.fold_duration(&self.hir.consts.get(id.index())?.value),
            E::Neg(of) => self.fold_duration(of)?.checked_neg(),
            E::Arith(op, a, b) => {
                let (a, b) = (self.fold_duration(a)?, self.fold_duration(b)?);
                match op {
                    ArithOp::Add => a.checked_add(b),
                    ArithOp::Sub => a.checked_sub(b),
                    ArithOp::Mul => a.checked_mul(b),
                    ArithOp::Div => a.checked_div(b),
                    ArithOp::Rem => a.checked_rem(b),
                }
            }
            E::Method(method, args) => {
                let unit = match method {
                    Method::Days => 86_400_000,
                    Method::Hours => 3_600_000,
                    Method::Minutes => 60_000,
                    _ => return None,
                };
                self.fold_duration(args.first()?)?.checked_mul(unit)
            }
            _ => None,
        }
    }
}
