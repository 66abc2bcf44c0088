//! Messages: one content for each channel and language.

use super::Checker;
use crate::ast;
use crate::hir::MessageId;

impl Checker {
    /// Checks the body of a message, whose name was entered before.
    pub(super) fn message(&mut self, _id: MessageId, _decl: &ast::Item) {}
}
