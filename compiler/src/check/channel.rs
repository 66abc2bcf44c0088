//! Channels: address, consent, content.

use super::Checker;
use crate::ast;
use crate::hir::ChannelId;

impl Checker {
    /// Checks the body of a channel, whose name was entered before.
    pub(super) fn channel(&mut self, _id: ChannelId, _decl: &ast::Item) {}
}
