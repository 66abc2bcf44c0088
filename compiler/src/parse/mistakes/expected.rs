//! Braces that do not match, and where words stand.

use super::super::Reader;
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span, Syntax};

impl<'t> Reader<'t> {
    pub(super) fn unclosed_brace(&mut self, list: Syntax<'t>) {
        let opening = list.child(Rule::open).map_or(list.span(), Syntax::span);
        self.report(
            Diagnostic::error("E0103", opening, "this brace is never closed", "it opens here").help("write `}` where the block ends"),
        );
    }

    pub(in super::super) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    /// The word, number, string start or mark at an offset.
    pub(super) fn word_at(&self, at: u32) -> Span {
        let rest = self.text.get(at as usize..).unwrap_or("");
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let length = if length == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { length };
        self.span(at, at + u32::try_from(length).unwrap_or(0))
    }

    pub(super) fn character_at(&self, at: u32) -> Span {
        let length = self.text.get(at as usize..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.span(at, at + u32::try_from(length).unwrap_or(0))
    }

    /// As much of a span as stands on its first line.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let length = self.slice(span).find(['\r', '\n']).unwrap_or(self.slice(span).len());
        self.span(span.start, span.start + u32::try_from(length).unwrap_or(0))
    }
}
