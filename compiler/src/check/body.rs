//! One body (a journey, function, message variant or test) while it is checked: its variables, scopes, and what
//! is known of optionals at the current place.

use crate::hir::{Var, VarId};
use crate::types::TypeId;
use journey_grammar::Span;

/// A path that can be narrowed: a variable or the profile, and field names below it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Path {
    /// `None` is the profile.
    pub root: Option<VarId>,
    pub fields: Vec<usize>,
}

/// Paths that are known not to be `none`.
pub(crate) type Facts = Vec<Path>;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub vars: Vec<Var>,
    /// Names of steps, branches and variants around the current place: the front part of identities.
    pub path: Vec<String>,
    // + scopes, assignable and used flags, narrowed paths …
}

impl Body {
    /// Opens a scope for names.
    pub fn push_scope(&mut self) {
        todo!()
    }

    /// Closes it.
    pub fn pop_scope(&mut self) {
        todo!()
    }

    /// Declares a variable in the current scope; its frame identity is made of the path and the name.
    pub fn declare(&mut self, _name: &str, _ty: TypeId, _assignable: bool, _span: Span) -> VarId {
        todo!()
    }

    /// What is known now; hand it back to [`Body::restore`] after a branch.
    pub fn facts(&self) -> Facts {
        todo!()
    }

    /// Adds knowledge (after a condition).
    pub fn assume(&mut self, _facts: &[Path]) {
        todo!()
    }

    /// Sets what is known back (after a branch), or to what two branches have in common.
    pub fn restore(&mut self, _facts: Facts) {
        todo!()
    }

    /// A variable was assigned: what was known of it is void.
    pub fn assigned(&mut self, _path: &Path) {
        todo!()
    }

    /// A pause: what was known of `var`s and of the profile is void.
    pub fn paused(&mut self) {
        todo!()
    }
}
