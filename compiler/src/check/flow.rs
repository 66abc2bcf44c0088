//! How control goes through a body: what is known where ways meet, what a loop makes void, what is never reached.

use super::body::{Body, Facts, Path, Root, meet};
use crate::ast;

/// Whether control comes out at the end of a stretch of statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Falls {
    Through,
    /// It ends the journey, or jumps elsewhere, on every way.
    Never,
}

/// The ways that lead to one place: what is known there is what is known on each way that gets there.
#[derive(Debug)]
pub(super) struct Join {
    before: Facts,
    reached: Option<Facts>,
}

impl Join {
    /// The ways part here.
    pub fn at(body: &Body) -> Self {
        Self { before: body.facts(), reached: None }
    }

    /// Starts another way, with what was known where they parted.
    pub fn branch(&self, body: &mut Body) {
        body.restore(self.before.clone());
    }

    /// A way ends; it gets here if it falls through.
    pub fn arrive(&mut self, body: &Body, falls: Falls) {
        if falls == Falls::Through {
            arrive(&mut self.reached, body.facts());
        }
    }

    /// The ways meet here.
    pub fn close(self, body: &mut Body) -> Falls {
        let falls = if self.reached.is_some() { Falls::Through } else { Falls::Never };
        body.restore(self.reached.unwrap_or(self.before));
        falls
    }
}

/// Another way gets there; where none did before (`None`), what it knows is all that is known.
fn arrive(known: &mut Option<Facts>, other: Facts) {
    *known = Some(match known.take() {
        Some(known) => meet(&known, &other),
        None => other,
    });
}

/// A loop around the current place.
#[derive(Debug, Default)]
pub(super) struct Loop {
    /// What is known at each `break` so far; `None` where there is none.
    broken: Option<Facts>,
    /// A pause, or the end of the journey, stands inside: it does not turn without bound.
    pub bounded: bool,
}

impl Loop {
    /// A `break` at the current place.
    pub fn breaks(&mut self, body: &Body) {
        arrive(&mut self.broken, body.facts());
    }

    /// Whether a `break` leaves it.
    pub fn is_left(&self) -> bool {
        self.broken.is_some()
    }

    /// Behind a loop that also ends by itself, with what the body knows now.
    pub fn close(mut self, body: &mut Body) {
        arrive(&mut self.broken, body.facts());
        body.restore(self.broken.unwrap_or_default());
    }

    /// Behind a loop that only a `break` leaves.
    pub fn close_endless(self, body: &mut Body) -> Falls {
        match self.broken {
            Some(facts) => {
                body.restore(facts);
                Falls::Through
            }
            None => Falls::Never,
        }
    }
}

/// What a loop's body may change before it comes round again.
#[derive(Debug, Default)]
struct Changes<'a> {
    assigned: Vec<&'a ast::Expr>,
    pauses: bool,
}

/// Forgets what one turn through `stmts` may make void, so that what is left holds at the start of every turn.
pub(super) fn forget_changes(body: &mut Body, stmts: &[ast::Stmt]) {
    let mut changes = Changes::default();
    changes.block(stmts);
    for target in changes.assigned {
        if let Some(path) = assigned_root(body, target) {
            body.assigned(&path);
        }
    }
    if changes.pauses {
        body.paused();
    }
}

/// The variable that an assignment changes, or the whole profile.
fn assigned_root(body: &Body, target: &ast::Expr) -> Option<Path> {
    match &target.kind {
        ast::ExprKind::Field(of, _) | ast::ExprKind::Paren(of) => assigned_root(body, of),
        ast::ExprKind::Profile => Some(Path { root: Root::Profile, fields: Vec::new() }),
        ast::ExprKind::Name(name) => Some(Path { root: Root::Var(body.find(name)?), fields: Vec::new() }),
        _ => None,
    }
}

impl<'a> Changes<'a> {
    fn block(&mut self, stmts: &'a [ast::Stmt]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        use ast::StmtKind as S;
        match &stmt.kind {
            S::Assign { target, .. } | S::AddAssign { target, .. } => self.assigned.push(target),
            S::If { then, otherwise, .. } => {
                self.block(then);
                self.block(otherwise.as_deref().unwrap_or_default());
            }
            S::Match { arms, .. } => arms.iter().for_each(|arm| self.block(&arm.body)),
            S::For { body, .. } | S::While { body, .. } | S::Loop { body } | S::Step { body, .. } => self.block(body),
            S::Experiment { variants, .. } => variants.iter().for_each(|variant| self.block(&variant.body)),
            S::Wait { wait, .. } => self.wait(wait),
            S::Branches { branches, .. } => branches.iter().for_each(|branch| self.block(&branch.body)),
            S::Try { body, handler, .. } => {
                self.block(body);
                self.block(handler);
            }
            S::Undo { body } => self.block(body),
            S::Unsupported { .. } => self.pauses = true,
            S::Call { binding, .. } | S::Run { binding, .. } => {
                self.pauses = true;
                if let Some(ast::Binding::Assign(target)) = binding {
                    self.assigned.push(target);
                }
            }
            S::Send { binding, .. } => {
                if let Some(ast::Binding::Assign(target)) = binding {
                    self.assigned.push(target);
                }
            }
            S::Emit { .. } | S::Start { .. } => {}
            S::Let { .. } | S::Break | S::Continue | S::Finish(_) | S::Fail(_) | S::Error => {}
        }
    }

    fn wait(&mut self, wait: &'a ast::Wait) {
        use ast::Wait as W;
        self.pauses = true;
        match wait {
            W::For(_) | W::Until(_) | W::UntilLocal { .. } | W::UntilWithin { .. } => {}
            W::Without { body, .. } => self.block(body.as_deref().unwrap_or_default()),
            W::ForEvent { body, otherwise, .. } => {
                self.block(body.as_deref().unwrap_or_default());
                self.block(otherwise.as_deref().unwrap_or_default());
            }
            W::ForAny(arms) => arms.iter().for_each(|arm| self.block(&arm.body)),
        }
    }
}
