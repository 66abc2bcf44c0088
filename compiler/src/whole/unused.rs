//! What stands in the program and does nothing: blocks without a statement, operations that nothing calls.

use crate::diagnostics::Diagnostic;
use crate::hir::{Journey, Program, Stmt, StmtKind as S};
use journey_grammar::Span;
use rustc_hash::FxHashSet;

/// An operation: the numbers of its service and of itself.
pub(super) type Called = (usize, usize);

/// Warns of each block of a journey that is empty; gives the operations that it calls.
pub(super) fn journey(journey: &Journey, found: &mut Vec<Diagnostic>) -> Vec<Called> {
    let mut called = Vec::new();
    block(&journey.body, &mut |stmt| {
        empty(stmt, found);
        if let S::Call(call) = &stmt.kind {
            called.push((call.service.index(), call.operation.index()));
        }
    });
    called
}

/// Warns of each operation that no journey calls.
pub(super) fn operations(program: &Program, called: &FxHashSet<Called>, found: &mut Vec<Diagnostic>) {
    for (at, service) in program.services.iter().enumerate() {
        let any = (0..service.operations.len()).any(|operation| called.contains(&(at, operation)));
        let operations = service.operations.iter().enumerate();
        // Of a service that nothing calls at all, the service is reported.
        for (_, operation) in operations.filter(|(operation, of)| any && !called.contains(&(at, *operation)) && !is_meant(&of.name)) {
            found.push(
                Diagnostic::warning(
                    "W0206",
                    operation.span,
                    format!("`{}.{}` is never called", service.name, operation.name),
                    "no journey calls it",
                )
                .help("remove it, or call it"),
            );
        }
    }
}

fn block(stmts: &[Stmt], seen: &mut impl FnMut(&Stmt)) {
    for stmt in stmts {
        seen(stmt);
        for inside in stmt.kind.blocks() {
            block(inside, seen);
        }
    }
}

/// Blocks that say by being empty that nothing is to be done (an arm, a variant, an `else`) are left alone.
fn empty(stmt: &Stmt, found: &mut Vec<Diagnostic>) {
    let mut report = |span: Span, what: String| {
        found.push(
            Diagnostic::warning("W0205", span, format!("{what} is empty"), "nothing happens here")
                .help("put into it what is to happen, or remove it"),
        );
    };
    match &stmt.kind {
        S::Step { name, body, .. } if body.is_empty() && !is_meant(name) => report(stmt.span, format!("the step `{name}`")),
        S::If { then, .. } if then.is_empty() => report(stmt.span, "the block of this `if`".into()),
        S::For { body, .. } if body.is_empty() => report(stmt.span, "the block of this `for`".into()),
        S::Try { body, .. } if body.is_empty() => report(stmt.span, "the block of this `try`".into()),
        S::Undo { body } if body.is_empty() => report(stmt.span, "this `undo`".into()),
        S::Parallel(all) | S::Race(all) => {
            for branch in all.branches.iter().filter(|branch| branch.body.is_empty() && !is_meant(&branch.name)) {
                report(branch.span, format!("the branch `{}`", branch.name));
            }
        }
        _ => {}
    }
}

/// A name with `_` before it says that this is meant.
fn is_meant(name: &str) -> bool {
    name.starts_with('_')
}
