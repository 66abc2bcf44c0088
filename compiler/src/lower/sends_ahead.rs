//! At which pauses a promotional send can still follow: such an instance goes before those of a lower priority.

mod undoing;

use crate::hir::{self, Branches, Stmt, StmtKind, Wait, WaitKind};
use rustc_hash::FxHashSet;

/// The identities of those pauses.
pub(super) fn sends_ahead(program: &hir::Program, body: &[Stmt]) -> FxHashSet<String> {
    let mut walk = Walk { program, loops: Vec::new(), handled: false, found: FxHashSet::default() };
    walk.block(body, false);
    undoing::note(program, body, &mut walk.found);
    walk.found
}

/// Whether a send is promotional: only those are counted.
fn is_counted(program: &hir::Program, send: &hir::Send) -> bool {
    program.messages.get(send.message.index()).is_some_and(|message| !message.transactional)
}

/// Goes through a body from its end to its beginning.
struct Walk<'h> {
    program: &'h hir::Program,
    /// Whether a send follows `continue` and `break`, innermost loop last.
    loops: Vec<(bool, bool)>,
    /// Whether a send follows where a statement fails.
    handled: bool,
    found: FxHashSet<String>,
}

impl Walk<'_> {
    /// Whether a send can follow at the start of these statements, when it is known whether one can behind them.
    fn block(&mut self, stmts: &[Stmt], after: bool) -> bool {
        stmts.iter().rev().fold(after, |after, stmt| self.stmt(&stmt.kind, after) || self.handled)
    }

    /// Whether a send can follow at the start of one of these. All of them are walked, as each notes its pauses.
    fn any_of<'s>(&mut self, blocks: impl Iterator<Item = &'s [Stmt]>, after: bool) -> bool {
        let mut ahead = false;
        for block in blocks {
            ahead |= self.block(block, after);
        }
        ahead
    }

    fn stmt(&mut self, stmt: &StmtKind, after: bool) -> bool {
        match stmt {
            StmtKind::Send(send) => after || is_counted(self.program, send),
            StmtKind::Finish(_) | StmtKind::Fail(_) => false,
            StmtKind::Break => self.loops.last().is_some_and(|(_, exit)| *exit),
            StmtKind::Continue => self.loops.last().is_some_and(|(next, _)| *next),
            StmtKind::Wait(wait) => self.wait(wait, after),
            StmtKind::Call(call) => self.pause(&call.identity, after),
            StmtKind::Run(run) => self.pause(&run.identity, after),
            StmtKind::Parallel(all) | StmtKind::Race(all) => self.branches(all, after),
            StmtKind::For { body, .. } | StmtKind::While { body, .. } => self.turning(body, after, after),
            StmtKind::Loop { body } => self.turning(body, false, after),
            StmtKind::Try { body, handler, .. } => {
                let handler = self.block(handler, after);
                let around = self.handled;
                self.handled |= handler;
                let ahead = self.block(body, after);
                self.handled = around;
                ahead
            }
            // It runs when all else is over, if it runs.
            StmtKind::Undo { body } => self.block(body, false) || after,
            StmtKind::If { then, otherwise, .. } => {
                let then = self.block(then, after);
                self.block(otherwise, after) || then
            }
            StmtKind::Match { arms, .. } => self.any_of(arms.iter().map(|arm| arm.body.as_slice()), after),
            StmtKind::Experiment { bodies, .. } => self.any_of(bodies.iter().map(Vec::as_slice), after),
            StmtKind::Step { body, .. } => self.block(body, after),
            StmtKind::Let(..) | StmtKind::Assign(..) | StmtKind::Emit { .. } | StmtKind::Start { .. } => after,
        }
    }

    fn pause(&mut self, identity: &str, ahead: bool) -> bool {
        if ahead {
            self.found.insert(identity.to_owned());
        }
        ahead
    }

    /// A loop, whose body is followed by itself and, at its head, by `exit`; `after` is what follows `break`.
    fn turning(&mut self, body: &[Stmt], exit: bool, after: bool) -> bool {
        let mut ahead = exit;
        loop {
            self.loops.push((ahead, after));
            let around = ahead | self.block(body, ahead);
            self.loops.pop();
            if around == ahead {
                return ahead;
            }
            // A send anywhere in the body follows everywhere in it: the second time around, that is known.
            ahead = around;
        }
    }

    fn wait(&mut self, wait: &Wait, after: bool) -> bool {
        let ahead = match &wait.kind {
            WaitKind::Until(_) => after,
            // The body leads back to the pause.
            WaitKind::Without { body, .. } => {
                let once = self.block(body, after) || after;
                if once != after {
                    self.block(body, once);
                }
                once
            }
            WaitKind::ForEvent { body, within, otherwise, .. } => {
                let came = self.block(body, after);
                let late = self.block(otherwise, after);
                came || (within.is_some() && late)
            }
            WaitKind::ForAny(arms) => self.any_of(arms.iter().map(|arm| arm.body.as_slice()), after),
        };
        self.pause(&wait.identity, ahead)
    }

    /// Each branch sleeps at pauses of its own; the whole waits for them at one that what follows them follows.
    fn branches(&mut self, all: &Branches, after: bool) -> bool {
        self.pause(&all.identity, after);
        all.branches.iter().fold(after, |ahead, branch| self.block(&branch.body, after) || ahead)
    }
}
