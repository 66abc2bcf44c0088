//! Texts that are not closed: what follows them cannot be read, so that one of them is told for all of it.

use super::{super::Reader, Broken, places::to_u32};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Syntax};

impl<'t> Reader<'t> {
    /// Whether something broken stands on a line on which a `"` has no fellow.
    pub(super) fn odd_quote(&mut self, broken: Broken<'t>) -> bool {
        let at = broken.node.span().start as usize;
        let start = self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let Some(quote) = open_quote(line) else { return false };
        let start = to_u32(start + quote);
        self.odd_quotes.push(self.span(start, start + 1));
        true
    }

    /// Reports the first open text of each declaration, and nothing else of what the quotes have turned inside out.
    pub(super) fn open_texts(&mut self, root: Syntax<'t>) {
        let mut odd = std::mem::take(&mut self.odd_quotes);
        odd.sort_by_key(|quote| quote.start);
        let starts: Vec<u32> = root.children().filter(|item| item.kind() != Rule::EOI).map(|item| item.span().start).collect();
        let mut end = 0;
        for quote in odd {
            if quote.start < end {
                continue;
            }
            let start = starts.iter().rev().find(|start| **start <= quote.start).copied().unwrap_or(0);
            end = starts.iter().find(|start| **start > quote.start).copied().unwrap_or(u32::MAX);
            let said =
                self.diagnostics.iter().position(|said| said.code == "E0102" && (start..quote.start).contains(&said.primary.span.start));
            let said = said.filter(|at| self.breaks_between(self.diagnostics[*at].primary.span.start, quote.start));
            let first = said.map_or(quote, |at| self.diagnostics[at].primary.span);
            // A brace that the text has swallowed.
            self.diagnostics.retain(|other| other.code != "E0103" || !(start..end).contains(&other.primary.span.start));
            self.diagnostics.retain(|other| !(first.start..end).contains(&other.primary.span.start) || !other.code.starts_with("E01"));
            let diagnostic = Diagnostic::error("E0102", first, "this text is not closed on its line", "it opens here");
            self.report(if said.is_some() {
                diagnostic.help("close it with `\"` on this line; a text of several lines stands in `\"\"\"`")
            } else {
                diagnostic.help("close it with `\"`")
            });
        }
    }
}

/// Where the text starts on a line that is not closed: the first whose second quote stands right before a word, else the
/// last.
fn open_quote(line: &str) -> Option<usize> {
    if line.contains("\"\"\"") {
        return None;
    }
    let mut quotes = Vec::new();
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '"' => quotes.push(at),
            '/' if quotes.len() % 2 == 0 && chars.peek().is_some_and(|(_, next)| *next == '/') => break,
            _ => {}
        }
    }
    let before_word = |close: usize| line.get(close + 1..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    let torn = quotes.chunks_exact(2).find(|pair| pair.last().is_some_and(|close| before_word(*close)));
    let open = torn.and_then(|pair| pair.first()).or(quotes.last()).copied();
    open.filter(|_| quotes.len() % 2 == 1)
}
