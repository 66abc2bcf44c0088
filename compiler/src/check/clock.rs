//! Conditions that time changes: what is judged only when something happens to the customer must not ask the clock.

use super::Checker;
use crate::diagnostics::Diagnostic;
use crate::hir::{Arm, Expr, ExprKind as E, InWhat, StrPart};
use journey_grammar::Span;

impl Checker {
    /// Refuses a standing condition that mentions `now`. (Functions can't: they read their parameters alone.)
    pub(super) fn no_clock(&mut self, condition: &Expr) {
        if let Some(span) = clock(condition) {
            self.report(
                Diagnostic::error(
                    "E0600",
                    span,
                    "conditions that time changes are not supported yet",
                    "this changes without anything happening",
                )
                .and(condition.span, "this condition is judged when something happens to the customer")
                .help("wait for the moment itself: `after 30d`, `at TIME` or `wait until TIME`"),
            );
        }
    }
}

/// Where an expression asks the clock.
fn clock(expr: &Expr) -> Option<Span> {
    if matches!(expr.kind, E::Now) {
        return Some(expr.span);
    }
    children(expr).into_iter().find_map(clock)
}

/// The expressions that stand directly inside one.
fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        E::Bool(_) | E::Int(_) | E::Decimal(_) | E::Float(_) | E::Str(_) | E::Duration(_) | E::Time(_) | E::Date(_) => Vec::new(),
        E::LocalTime(_) | E::None | E::Now | E::Customer | E::Profile | E::Var(_) | E::Const(_) => Vec::new(),
        E::Field(of, _) | E::OptField(of, _) | E::Wrap(of) | E::Unwrap(of) => vec![of],
        E::Widen(of) | E::Convert(of) | E::Neg(of) | E::Not(of) => vec![of],
        E::Index(a, b) | E::And(a, b) | E::Or(a, b) | E::Coalesce(a, b) | E::Arith(_, a, b) | E::Compare(_, a, b) => vec![a, b],
        E::In(x, what) => match what {
            InWhat::List(of) | InWhat::Map(of) | InWhat::String(of) => vec![x, of],
            InWhat::Range(from, to) => vec![x, from, to],
        },
        E::Interpolate(parts) => parts
            .iter()
            .filter_map(|part| match part {
                StrPart::Expr(of) => Some(of),
                StrPart::Text(_) => None,
            })
            .collect(),
        E::If { cond, then, otherwise } => vec![cond, then, otherwise],
        E::Match { scrutinee, arms } => std::iter::once(&**scrutinee).chain(arms.iter().map(|Arm { body, .. }| body)).collect(),
        E::Block { lets, value } => lets.iter().map(|(_, value)| value).chain([&**value]).collect(),
        E::Record(_, fields) | E::List(fields) | E::Call(_, fields) | E::Method(_, fields) => fields.iter().collect(),
        E::Variant { fields, .. } => fields.iter().collect(),
        E::Map(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
        E::ListLambda { list, body, .. } => vec![list, body],
    }
}
