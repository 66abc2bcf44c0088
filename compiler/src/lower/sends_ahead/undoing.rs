//! The pauses at which an `undo` block that sends is kept: a cancellation there brings its message.

use super::is_counted;
use crate::hir::{Program, Stmt, StmtKind};
use rustc_hash::FxHashSet;

/// Adds their identities.
pub(super) fn note(program: &Program, body: &[Stmt], found: &mut FxHashSet<String>) {
    Walk { program, found, ever: false }.block(body, false);
}

/// Goes through a body from its beginning to its end.
struct Walk<'h> {
    program: &'h Program,
    found: &'h mut FxHashSet<String>,
    /// Whether such a block was come to so far, on any way.
    ever: bool,
}

impl Walk<'_> {
    /// Whether such a block can be kept behind these statements, when it is known whether one can before them; `None` where
    /// control does not come out.
    fn block(&mut self, stmts: &[Stmt], kept: bool) -> Option<bool> {
        stmts.iter().try_fold(kept, |kept, stmt| self.stmt(&stmt.kind, kept))
    }

    /// Of several blocks of which one is gone through.
    fn one_of<'s>(&mut self, blocks: impl IntoIterator<Item = &'s [Stmt]>, kept: bool) -> Option<bool> {
        let mut after = None;
        for block in blocks {
            let through = self.block(block, kept);
            after = after.max(through);
        }
        after
    }

    fn stmt(&mut self, stmt: &StmtKind, kept: bool) -> Option<bool> {
        match stmt {
            StmtKind::Undo { body } => {
                // While one waits for an answer, those that are older are kept.
                self.block(body, kept);
                let sends = sends(self.program, body);
                self.ever |= sends;
                Some(kept || sends)
            }
            StmtKind::Finish(_) | StmtKind::Fail(_) | StmtKind::Break | StmtKind::Continue => None,
            StmtKind::Call(call) => Some(self.pause(&call.identity, kept)),
            StmtKind::Run(run) => Some(self.pause(&run.identity, kept)),
            StmtKind::Wait(wait) => {
                self.pause(&wait.identity, kept);
                let after = self.anywhere(stmt, kept);
                self.pause(&wait.identity, after);
                Some(after)
            }
            StmtKind::Parallel(all) | StmtKind::Race(all) => {
                self.pause(&all.identity, kept);
                Some(self.anywhere(stmt, kept))
            }
            StmtKind::For { .. } | StmtKind::While { .. } | StmtKind::Loop { .. } => {
                // What a turn has come to is kept in the next one; where it has come to nothing new, the next one does neither.
                let turned = self.anywhere(stmt, kept);
                Some(if turned == kept { turned } else { self.anywhere(stmt, turned) })
            }
            StmtKind::Try { body, handler, .. } => {
                let (before, around) = (kept, std::mem::take(&mut self.ever));
                let through = self.block(body, before);
                // Whatever was done before the fault stays.
                let caught = before || self.ever;
                self.ever |= around;
                let handled = self.block(handler, caught);
                through.max(handled)
            }
            StmtKind::If { .. } | StmtKind::Match { .. } | StmtKind::Experiment { .. } => self.one_of(stmt.blocks(), kept),
            StmtKind::Step { body, .. } => self.block(body, kept),
            StmtKind::Let(..) | StmtKind::Assign(..) | StmtKind::Send(_) | StmtKind::Emit { .. } | StmtKind::Start { .. } => Some(kept),
        }
    }

    /// Whether one can be kept behind a statement whose blocks can be left anywhere.
    fn anywhere(&mut self, stmt: &StmtKind, kept: bool) -> bool {
        let around = std::mem::take(&mut self.ever);
        for block in stmt.blocks() {
            self.block(block, kept);
        }
        let after = kept || self.ever;
        self.ever |= around;
        after
    }

    fn pause(&mut self, identity: &str, kept: bool) -> bool {
        if kept {
            self.found.insert(identity.to_owned());
        }
        kept
    }
}

fn sends(program: &Program, stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Send(send) => is_counted(program, send),
        other => other.blocks().into_iter().any(|block| sends(program, block)),
    })
}
