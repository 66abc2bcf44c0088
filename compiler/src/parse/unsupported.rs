//! What the grammar knows and the compiler cannot compile yet: reported by name, never ignored.

use super::Reader;
use crate::{
    ast::{Ident, ItemKind, StmtKind},
    diagnostics::Diagnostic,
};
use journey_grammar::{Span, Syntax};

impl<'t> Reader<'t> {
    /// Reports a construct by its first word, and gives that word.
    pub(super) fn unsupported(&mut self, node: Syntax<'t>, help: &str) -> String {
        let (what, span) = self.first_word(node);
        self.unsupported_as(&what, span, help);
        what
    }

    pub(super) fn unsupported_as(&mut self, what: &str, span: Span, help: &str) {
        let message = format!("`{what}` is not supported yet");
        self.report(Diagnostic::error("E0600", span, message, "the compiler cannot compile this yet").help(help));
    }

    pub(super) fn first_word(&self, node: Syntax<'t>) -> (String, Span) {
        let first = node.first().unwrap_or(node);
        (first.text().to_string(), first.span())
    }

    pub(super) fn unsupported_item(&mut self, node: Syntax<'t>) -> ItemKind {
        let (what, what_span) = self.first_word(node);
        self.unsupported_as(&what, what_span, "leave this declaration out for now");
        ItemKind::Unsupported { what, what_span, name: self.declared(node) }
    }

    pub(super) fn unsupported_stmt(&mut self, node: Syntax<'t>, binds: Vec<Ident>) -> StmtKind {
        let (what, what_span) = self.first_word(node);
        self.unsupported_as(&what, what_span, "leave this statement out for now");
        StmtKind::Unsupported { what, what_span, binds }
    }
}
