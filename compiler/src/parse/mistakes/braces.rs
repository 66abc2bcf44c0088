//! Braces that are never closed, and closing ones that close nothing.

use super::{super::Reader, places::to_u32};
use crate::diagnostics::Diagnostic;
use journey_grammar::{Rule, Span, Syntax};

impl<'t> Reader<'t> {
    /// The block of `list` goes on to the end of the text or to the next declaration, at `end`. A brace further in may
    /// be the one that is missing its fellow: the indentation tells.
    pub(super) fn unclosed_brace(&mut self, list: Syntax<'t>, end: Syntax<'t>) {
        // A text in `"""` that is never closed swallows the brace; that has been said.
        if self.diagnostics.iter().any(|said| said.code == "E0102" && self.slice(said.primary.span) == "\"\"\"") {
            return;
        }
        let opening = list.child(Rule::open).map_or(list.span(), Syntax::span);
        let declared = self.skip_space(end.span().start);
        let ends = declared as usize >= self.text.len();
        if let Some(close) = self.closing(opening.start).filter(|close| !ends && *close > declared) {
            return self.declared_inside(list, declared, close);
        }
        let inside = self.slice(self.span(opening.start, end.span().start));
        let diagnostic = |at: Span| Diagnostic::error("E0103", at, "this brace is never closed", "it opens here");
        let diagnostic = match misplaced(inside) {
            Some((inner, closing)) => {
                let (inner, closing) = (opening.start + inner, opening.start + closing);
                diagnostic(self.character_at(inner))
                    .and(self.character_at(closing), "this brace was meant to close what is further out")
                    .help("write `}` on a line before it")
            }
            None => diagnostic(opening).help("write `}` where the block ends"),
        };
        self.report(diagnostic);
    }

    /// A closing bracket where nothing is open.
    pub(super) fn stray_close(&mut self, at: Span) {
        let text = self.slice(at);
        self.report(
            Diagnostic::error("E0119", at, format!("this `{text}` closes nothing"), "no bracket is open here")
                .help("remove it, or look above for one that closes too early")
                .fix(format!("remove `{text}`"), at, ""),
        );
    }

    /// The brace that closes the one at `open`.
    fn closing(&self, open: u32) -> Option<u32> {
        // As far as a journey may go: a file of nothing but open braces is not read from each of them to its end.
        const FAR: usize = 1 << 14;
        let rest = self.text.get(open as usize..)?;
        let rest = rest.get(..rest.floor_char_boundary(FAR))?;
        let mut depth = 0_usize;
        for (at, mark) in marks(rest) {
            match mark {
                '{' => depth += 1,
                '}' if depth <= 1 => return Some(open + at),
                '}' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// The bracket that is open at the end of a text.
    pub(super) fn open_bracket(&self, slice: Span) -> Option<Span> {
        let mut open = Vec::new();
        for (at, mark) in marks(self.slice(slice)) {
            match mark {
                '(' | '[' | '{' => open.push(at),
                _ => drop(open.pop()),
            }
        }
        open.pop().map(|at| self.character_at(slice.start + at))
    }
}

/// The brace that is closed by one that starts its line further left, and that one.
fn misplaced(text: &str) -> Option<(u32, u32)> {
    let mut open: Vec<(u32, usize)> = Vec::new();
    for (at, mark) in marks(text) {
        match mark {
            '{' => open.push((at, indentation(text, at))),
            '}' => {
                let (opening, indent) = open.pop()?;
                let starts_line = text.get(..at as usize)?.rsplit('\n').next()?.trim().is_empty();
                if starts_line && !open.is_empty() && indentation(text, at) < indent {
                    return Some((opening, at));
                }
            }
            _ => {}
        }
    }
    None
}

/// How far the line of a byte is indented.
fn indentation(text: &str, at: u32) -> usize {
    let line = text.get(..at as usize).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    text.get(line..).map_or(0, |line| line.len() - line.trim_start_matches([' ', '\t']).len())
}

/// The brackets of a text, without those in strings and comments.
fn marks(text: &str) -> Vec<(u32, char)> {
    let mut found = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut in_string = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if in_string => drop(chars.next()),
            '"' => in_string = !in_string,
            '\n' => in_string = false,
            '/' if !in_string && chars.peek().is_some_and(|(_, next)| *next == '/') => {
                while chars.next_if(|(_, c)| *c != '\n').is_some() {}
            }
            '(' | ')' | '[' | ']' | '{' | '}' if !in_string => found.push((to_u32(at), c)),
            _ => {}
        }
    }
    found
}
