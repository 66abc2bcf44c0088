//! Journeys: clauses and bodies.

use super::Checker;
use crate::ast;
use crate::hir::JourneyId;

impl Checker {
    /// Checks the body of a journey, whose name was entered before.
    pub(super) fn journey(&mut self, _id: JourneyId, _decl: &ast::Item) {}
}
