//! Source files, and where a byte stands in them.

use journey_grammar::{FileId, Span};
use std::sync::Arc;

/// A line and a column, both from 1; the column counts Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// A source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// As shown to people: the path, relative to the current folder where it can be.
    pub name: String,
    pub text: Arc<str>,
    /// Offset of the first byte of each line.
    lines: Vec<u32>,
}

/// All files of a program; a [`FileId`] is an index into it.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX))).collect();
        self.files.push(Source { name: name.into(), text, lines });
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The files in order.
    #[must_use]
    pub fn files(&self) -> &[Source] {
        &self.files
    }

    /// A file.
    #[must_use]
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// The text of a span; empty where it lies outside the file or cuts a character.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Where a span starts.
    #[must_use]
    pub fn start(&self, span: Span) -> Position {
        self.get(span.file).position(span.start)
    }

    /// Where a span ends.
    #[must_use]
    pub fn end(&self, span: Span) -> Position {
        self.get(span.file).position(span.end)
    }
}

impl Source {
    /// Line and column of a byte.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.lines.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.lines[line] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self.text.get(start..end).map_or(0, |before| before.chars().count());
        Position { line: to_u32(line) + 1, column: to_u32(column) + 1 }
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
