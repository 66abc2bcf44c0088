//! Tests: what happens, and what is expected then.

use super::Checker;
use crate::ast;

impl Checker {
    /// Checks the body of a test, whose name was entered before.
    pub(super) fn test(&mut self, _decl: &ast::Item) {}
}
