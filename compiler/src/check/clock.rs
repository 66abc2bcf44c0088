//! Conditions that time changes: what is judged only when something happens to the customer must not ask the clock.

use super::Checker;
use crate::diagnostics::Diagnostic;
use crate::hir::{Expr, ExprKind as E};
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
    expr.children().into_iter().find_map(clock)
}
