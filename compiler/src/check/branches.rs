//! Branches of `parallel` and `race`, and `undo` blocks: code that runs on its own.

use super::Checker;
use super::body::{Facts, Fence, FenceKind};
use super::flow::{Falls, forget_changes};
use super::journey::JourneyBody;
use super::stmt::Block;
use crate::ast::{self, StmtKind as S};
use crate::diagnostics::Diagnostic;
use crate::hir::{self, StmtKind};
use journey_grammar::Span;

impl Checker {
    /// Checks `parallel` and `race`. What a branch comes to know is not known behind them, as only some may have got there.
    pub(super) fn branches_stmt(&mut self, cx: &mut JourneyBody, race: bool, written: &[ast::Branch], span: Span) -> (StmtKind, Falls) {
        let word = if race { "race" } else { "parallel" };
        self.enough_branches(word, written, span);
        self.distinct_branches(written);
        let identity = self.pause_identity(cx, word, None, span);
        let before = cx.body.facts();
        let mut branches = Vec::new();
        let mut falls: Vec<Falls> = Vec::new();
        for (at, branch) in written.iter().enumerate() {
            // Those before have run until they pause.
            self.restore_but(cx, before.clone(), &written[..at]);
            cx.body.path.push(branch.name.name.clone());
            let (body, through) = self.fenced(cx, FenceKind::Branch, &branch.body, branch.name.span);
            cx.body.path.pop();
            falls.push(through);
            branches.push(hir::Branch { name: branch.name.name.clone(), body, span: branch.span });
        }
        self.restore_but(cx, before, written);
        let through = match race {
            true => falls.is_empty() || falls.contains(&Falls::Through),
            false => !falls.contains(&Falls::Never),
        };
        let all = hir::Branches { branches, identity };
        let kind = if race { StmtKind::Race(all) } else { StmtKind::Parallel(all) };
        (kind, if through { Falls::Through } else { Falls::Never })
    }

    /// Sets what is known back to what was, but for what these branches may have made void.
    fn restore_but(&mut self, cx: &mut JourneyBody, facts: Facts, branches: &[ast::Branch]) {
        cx.body.restore(facts);
        for branch in branches {
            forget_changes(&mut cx.body, &branch.body);
        }
    }

    fn enough_branches(&mut self, word: &str, branches: &[ast::Branch], span: Span) {
        match branches {
            [] => self.report(
                Diagnostic::error("E0432", span, format!("this `{word}` has no branches"), "nothing to run")
                    .help("add at least two: `branch a { … }`, `branch b { … }`"),
            ),
            [one] => self.report(
                Diagnostic::warning("W0430", one.name.span, format!("this `{word}` has one branch alone"), "nothing runs beside it")
                    .help(format!("add another branch, or write its statements without the `{word}`")),
            ),
            _ => {}
        }
    }

    fn distinct_branches(&mut self, branches: &[ast::Branch]) {
        for (at, branch) in branches.iter().enumerate() {
            let name = &branch.name;
            let Some(first) = branches[..at].iter().find(|other| other.name.name == name.name) else { continue };
            self.report(
                Diagnostic::error("E0431", name.span, format!("two branches are called `{}`", name.name), "a second branch of that name")
                    .and(first.name.span, "the first is here")
                    .help("give each branch a name of its own"),
            );
        }
    }

    /// Checks code that runs on its own, in a scope of its own.
    fn fenced(&mut self, cx: &mut JourneyBody, kind: FenceKind, stmts: &[ast::Stmt], span: Span) -> Block {
        cx.body.fences.push(Fence { kind, first_var: cx.body.vars.len(), loops: cx.loops.len(), span });
        let block = self.scoped(cx, stmts);
        if let Some(fence) = cx.body.fences.pop() {
            cx.body.fenced.push((fence.first_var, cx.body.vars.len(), kind));
        }
        block
    }

    /// Checks `undo`, which runs later or never: nothing that it does is known behind it.
    pub(super) fn undo(&mut self, cx: &mut JourneyBody, stmts: &[ast::Stmt], span: Span) -> (StmtKind, Falls) {
        let before = cx.body.facts();
        let loops = cx.loops.iter().map(|around| around.bounded).collect::<Vec<_>>();
        // The profile may be another by then.
        cx.body.forget_profile();
        // Its calls are counted apart, so that taking something back renames no pause of the way itself.
        cx.body.path.push("undo".into());
        let (body, _) = self.fenced(cx, FenceKind::Undo, stmts, span);
        cx.body.path.pop();
        for (around, bounded) in cx.loops.iter_mut().zip(loops) {
            around.bounded = bounded;
        }
        cx.body.restore(before);
        (StmtKind::Undo { body }, Falls::Through)
    }

    /// Reports what an `undo` can't do: it takes back what was done, for an instance that is about to end.
    pub(super) fn fits_into_undo(&mut self, cx: &JourneyBody, stmt: &ast::Stmt) {
        if cx.body.fences.last().is_none_or(|fence| fence.kind != FenceKind::Undo) {
            return;
        }
        let (word, why) = match &stmt.kind {
            S::Wait { .. } => ("wait", "it runs when all else has ended"),
            S::Run { .. } => ("run", "it can't wait for another journey"),
            S::Finish(_) => ("finish", "the instance has ended otherwise by then"),
            S::Branches { race: true, .. } => ("race", "it is one thing after the other"),
            S::Branches { race: false, .. } => ("parallel", "it is one thing after the other"),
            S::Undo { .. } => ("undo", "nobody would take that back"),
            _ => return,
        };
        self.report(
            Diagnostic::error("E0433", stmt.span, format!("`{word}` can't stand in an `undo`"), why)
                .help("an `undo` may send, emit, call services, start journeys, and set fields of the profile"),
        );
    }
}
