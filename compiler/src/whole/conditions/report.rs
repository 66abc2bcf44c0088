//! What is said of a condition that can't go both ways.

use super::facts::Decision;
use crate::diagnostics::Diagnostic;
use crate::hir::Expr;

/// Conditions that are named as reasons.
const REASONS_MAX: usize = 3;

pub(super) fn decided(cond: &Expr, decision: &Decision) -> Diagnostic {
    let (code, message) = match (decision.because.is_empty(), decision.holds) {
        (true, true) => ("W0303", "this condition is always true"),
        (true, false) => ("W0303", "this condition is never true"),
        (false, true) => ("W0304", "this condition is always true here"),
        (false, false) => ("W0304", "this condition is never true here"),
    };
    let label = decision.nature.unwrap_or(if decision.holds { "whatever comes here passes" } else { "nothing that comes here passes" });
    let diagnostic = Diagnostic::warning(code, cond.span, message, label);
    let diagnostic = decision.because.iter().rev().take(REASONS_MAX).fold(diagnostic, |diagnostic, &(span, held)| {
        diagnostic.and(span, if held { "this has held on the way here" } else { "this has not held on the way here" })
    });
    diagnostic.help(if decision.holds {
        "leave it out, or compare with what is meant"
    } else {
        "compare with what is meant, or remove what hangs on it"
    })
}
