//! What is said about text that the grammar could not read.

mod expected;
mod slips;
mod values;

use super::Reader;
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span, Syntax, is_error};

impl<'t> Reader<'t> {
    /// A child of a braced list that is no element of it: a brace, a separator or something broken.
    pub(super) fn punctuation(&mut self, node: Syntax<'t>, list: Syntax<'t>, probe: Rule) {
        match node.kind() {
            Rule::unclosed => self.unclosed(list),
            Rule::semicolon => self.semicolon(node),
            kind if is_error(kind) => self.broken(node, None, probe),
            _ => {}
        }
    }

    pub(super) fn unclosed(&mut self, list: Syntax<'t>) {
        self.unclosed_brace(list);
    }

    /// Explains an error node. `before` is what stands before it in its block: where that stopped too early, the cause
    /// lies in it.
    pub(super) fn broken(&mut self, node: Syntax<'t>, before: Option<Syntax<'t>>, probe: Rule) {
        let span = node.span();
        let start = before.map_or(span.start, |before| before.span().start);
        let slice = self.text.get(start as usize..span.end as usize).unwrap_or("");
        let expected = journey_grammar::probe(probe, slice);
        let at = expected.as_ref().map_or(span.start, |expected| start + u32::try_from(expected.at).unwrap_or(0));
        let found = self.word_at(at.max(span.start));
        let message = format!("`{}` was not expected here", self.slice(found));
        self.report(Diagnostic::error("E0101", found, message, "this cannot be read"));
    }

    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}
