//! Words and marks around a byte of the text.

use super::super::Reader;
use crate::ast::Ident;
use journey_grammar::Span;
use unicode_normalization::UnicodeNormalization;

/// Marks of two characters.
const MARKS: [&str; 11] = ["&&", "||", "=>", "->", "==", "!=", "<=", ">=", "??", "..", "+="];

impl<'t> Reader<'t> {
    pub(in super::super) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    pub(super) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    pub(in super::super) fn ident_at(&self, span: Span) -> Ident {
        Ident { name: self.slice(span).nfc().collect(), span }
    }

    /// The word, number or mark that begins at an offset; empty at the end of the text.
    pub(in super::super) fn word_at(&self, at: u32) -> Span {
        let rest = self.text.get(at as usize..).unwrap_or("");
        let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark));
        let length = match (word, mark) {
            (0, Some(mark)) => mark.len(),
            (0, None) if rest.starts_with('"') => quoted_length(rest),
            (0, None) => rest.chars().next().map_or(0, char::len_utf8),
            (length, _) => length,
        };
        self.span(at, at + to_u32(length))
    }

    /// The word or mark that ends before an offset, behind white space and comments.
    pub(super) fn word_before(&self, at: u32) -> Span {
        let mut head = self.text.get(..at as usize).unwrap_or("").trim_end();
        while let Some(comment) = comment_at_end(head) {
            head = head[..comment].trim_end();
        }
        let word = head.len() - head.trim_end_matches(is_word).len();
        let mark = MARKS.into_iter().find(|mark| head.ends_with(mark));
        let length = match (word, mark) {
            (0, Some(mark)) => mark.len(),
            (0, None) if head.ends_with('"') => last_quoted(head),
            (0, None) => head.chars().next_back().map_or(0, char::len_utf8),
            (length, _) => length,
        };
        self.span(to_u32(head.len() - length), to_u32(head.len()))
    }

    /// Whether a line ends between two offsets.
    pub(super) fn breaks_between(&self, from: u32, to: u32) -> bool {
        self.text.get(from as usize..to as usize).is_some_and(|between| between.contains('\n'))
    }

    /// The next byte behind white space.
    pub(super) fn skip_space(&self, at: u32) -> u32 {
        let rest = self.text.get(at as usize..).unwrap_or("");
        at + to_u32(rest.len() - rest.trim_start().len())
    }

    pub(super) fn character_at(&self, at: u32) -> Span {
        let length = self.text.get(at as usize..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.span(at, at + to_u32(length))
    }

    /// As much of a span as stands on its first line.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let length = self.slice(span).find(['\r', '\n']).unwrap_or(self.slice(span).len());
        self.span(span.start, span.start + to_u32(length))
    }
}

/// The length of a text in quotes with both of them, as far as it stands on its line.
fn quoted_length(rest: &str) -> usize {
    let line = rest.find(['\r', '\n']).unwrap_or(rest.len());
    let inner = rest.get(1..line).unwrap_or("");
    inner.find('"').map_or(line, |end| end + 2)
}

/// The length of the text in quotes that `head` ends with, as far as it stands on its line.
fn last_quoted(head: &str) -> usize {
    let line = head.rfind('\n').map_or(0, |at| at + 1);
    let before = head.get(line..head.len() - 1).unwrap_or("");
    before.rfind('"').map_or(1, |open| before.len() - open + 1)
}

/// Where the comment starts that the last line of `head` ends with, if it is one from its start on.
fn comment_at_end(head: &str) -> Option<usize> {
    let line = head.rfind('\n').map_or(0, |at| at + 1);
    let text = head.get(line..)?;
    let indent = text.len() - text.trim_start().len();
    text.trim_start().starts_with("//").then_some(line + indent)
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

pub(super) fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
