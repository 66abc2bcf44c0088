//! How a diagnostic looks on a terminal. The only place that knows ariadne.
//!
//! Every span is checked here, once: it is cut to the file and to character boundaries, so that no span, however wrong,
//! can make a report fail. ariadne is given a copy of the text in which what would move its columns or lines (control
//! characters, the line separators that only Unicode knows) is one visible character, and its own columns count characters,
//! as [`crate::source::Position`] does.

use super::{Diagnostic, Label, Severity};
use crate::source::Sources;
use ariadne::{Color, Config, IndexType, ReportKind};
use journey_grammar::{FileId, Span};
use rustc_hash::FxHashMap;
use std::fmt::Write;
use std::ops::Range;

/// Characters of a line beyond which only the part around a label is shown.
const LINE_CHARS_MAX: usize = 400;
/// Characters shown before a label in a line that is too long.
const WINDOW_BEFORE: usize = 40;
/// Characters shown from the start of a label in a line that is too long.
const WINDOW_AFTER: usize = 80;

/// Draws diagnostics of one run; keeps the prepared text of each file.
pub struct Renderer<'s> {
    sources: &'s Sources,
    color: bool,
    prepared: FxHashMap<FileId, ariadne::Source<String>>,
}

/// A text with places that is drawn like a diagnostic: what [`Renderer::report`] takes.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// Where it has one.
    pub code: Option<&'a str>,
    pub severity: Severity,
    pub message: &'a str,
    pub primary: &'a Label,
    pub secondary: &'a [Label],
    pub help: Option<&'a str>,
    pub note: Option<&'a str>,
}

impl<'s> Renderer<'s> {
    /// For the files of one run; with colours, or without a single escape sequence.
    #[must_use]
    pub fn new(sources: &'s Sources, color: bool) -> Self {
        Self { sources, color, prepared: FxHashMap::default() }
    }

    /// A diagnostic as several lines of text.
    pub fn diagnostic(&mut self, diagnostic: &Diagnostic) -> String {
        let fix = diagnostic.fix.as_ref().map(|fix| fix.title.as_str());
        self.report(&Report {
            code: Some(diagnostic.code),
            severity: diagnostic.severity,
            message: &diagnostic.message,
            primary: &diagnostic.primary,
            secondary: &diagnostic.secondary,
            help: diagnostic.help.as_deref().or(fix),
            note: None,
        })
    }

    /// Anything with a place, as several lines of text.
    pub fn report(&mut self, report: &Report<'_>) -> String {
        let (kind, color) = match report.severity {
            Severity::Error => (ReportKind::Error, Color::Red),
            Severity::Warning => (ReportKind::Warning, Color::Yellow),
        };
        let mut cache = Cache { names: Vec::new(), sources: Vec::new() };
        let primary = self.place(report.primary.span, &mut cache);
        let mut labels = vec![(label(&primary, &report.primary.text, color).with_priority(1), primary.sort_key())];
        for secondary in report.secondary {
            let place = self.place(secondary.span, &mut cache);
            labels.push((label(&place, &secondary.text, Color::Cyan), place.sort_key()));
        }
        // ariadne starts a new excerpt at each label that stands before the one that was given before it.
        labels.sort_by_key(|(_, (source, line))| (*source != primary.source, *source, *line));
        let mut builder = ariadne::Report::build(kind, (primary.source, primary.range.clone()))
            .with_config(Config::new().with_color(self.color).with_index_type(IndexType::Char).with_tab_width(4))
            .with_message(visible(report.message))
            .with_labels(labels.into_iter().map(|(label, _)| label));
        if let Some(code) = report.code {
            builder = builder.with_code(code);
        }
        if let Some(help) = report.help {
            builder = builder.with_help(visible(help));
        }
        if let Some(note) = report.note {
            builder = builder.with_note(visible(note));
        }
        let mut out = Vec::new();
        let columns = std::mem::take(&mut cache.names);
        let borrowed = Borrowed { files: &self.prepared, cache: &cache, names: &columns, sources: self.sources };
        let mut text = match builder.finish().write(borrowed, &mut out) {
            Ok(()) => String::from_utf8_lossy(&out).into_owned(),
            Err(_) => plain(self.sources, report),
        };
        for name in &columns {
            text = text.replacen(&name.shown_place, &name.true_place, 1);
        }
        trim_lines(&text)
    }

    /// Where ariadne finds a span: in the prepared file, or in an excerpt of its line where that is too long to be shown.
    fn place(&mut self, span: Span, cache: &mut Cache) -> Place {
        let Some(file) = self.sources.files().get(span.file.0 as usize) else {
            return Place { source: SourceId::File(span.file), range: 0..0, line: 0 };
        };
        let (start, end) = clamp(&file.text, span.start, span.end);
        let (from, to) = (file.position(start), file.position(end));
        let prepared = self.prepared.entry(span.file).or_insert_with(|| ariadne::Source::from(prepare(&file.text)));
        let offset = |line: u32| prepared.line(line as usize - 1).map_or(0, |line| line.offset());
        let length = |line: u32| prepared.line(line as usize - 1).map_or(0, |line| line.len());
        if length(from.line) <= LINE_CHARS_MAX && length(to.line) <= LINE_CHARS_MAX {
            let range = offset(from.line) + from.column as usize - 1..offset(to.line) + to.column as usize - 1;
            return Place { source: SourceId::File(span.file), range, line: to.line };
        }
        let column = from.column as usize - 1;
        let chars = if from.line == to.line { to.column as usize - 1 - column } else { length(from.line) - column };
        let text: String = prepared.chars().skip(offset(from.line)).take(length(from.line)).filter(|c| !matches!(c, '\n' | '\r')).collect();
        let excerpt = Excerpt::new(&text, column, chars);
        // Empty lines before it, so that it has its own line number.
        let mut padded = "\n".repeat(from.line as usize - 1);
        padded.push_str(&excerpt.text);
        let begin = from.line as usize - 1 + excerpt.start;
        let id = cache.sources.len();
        cache.names.push(Name {
            file: span.file,
            shown_place: format!("{}:{}:{} ", file.name, from.line, excerpt.start + 1),
            true_place: format!("{}:{}:{} ", file.name, from.line, from.column),
        });
        cache.sources.push(ariadne::Source::from(padded));
        Place { source: SourceId::Excerpt(id), range: begin..begin + excerpt.chars, line: from.line }
    }
}

/// A range of characters of a source.
struct Place {
    source: SourceId,
    range: Range<usize>,
    line: u32,
}

impl Place {
    fn sort_key(&self) -> (SourceId, u32) {
        (self.source, self.line)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum SourceId {
    File(FileId),
    Excerpt(usize),
}

fn label(place: &Place, text: &str, color: Color) -> ariadne::Label<(SourceId, Range<usize>)> {
    let label = ariadne::Label::new((place.source, place.range.clone())).with_color(color);
    if text.is_empty() { label } else { label.with_message(visible(text)) }
}

/// The excerpts of one report.
struct Cache {
    names: Vec<Name>,
    sources: Vec<ariadne::Source<String>>,
}

/// What an excerpt is called, and how its place is put right: the columns of an excerpt aren't those of its file.
struct Name {
    file: FileId,
    shown_place: String,
    true_place: String,
}

/// What ariadne reads from.
struct Borrowed<'a> {
    files: &'a FxHashMap<FileId, ariadne::Source<String>>,
    cache: &'a Cache,
    names: &'a [Name],
    sources: &'a Sources,
}

impl ariadne::Cache<SourceId> for Borrowed<'_> {
    type Storage = String;

    fn fetch(&mut self, id: &SourceId) -> Result<&ariadne::Source<String>, impl std::fmt::Debug> {
        match id {
            SourceId::File(file) => self.files.get(file),
            SourceId::Excerpt(at) => self.cache.sources.get(*at),
        }
        .ok_or("no such file")
    }

    fn display<'a>(&self, id: &'a SourceId) -> Option<impl std::fmt::Display + 'a> {
        let file = match id {
            SourceId::File(file) => Some(*file),
            SourceId::Excerpt(at) => self.names.get(*at).map(|name| name.file),
        };
        file.and_then(|file| self.sources.files().get(file.0 as usize)).map(|file| file.name.clone())
    }
}

/// A part of a line that is too long.
struct Excerpt {
    text: String,
    /// Characters before the label.
    start: usize,
    /// Characters of the label.
    chars: usize,
}

impl Excerpt {
    fn new(line: &str, column: usize, chars: usize) -> Self {
        let from = column.saturating_sub(WINDOW_BEFORE);
        let mut text = String::from(if from > 0 { "…" } else { "" });
        let start = column - from + text.chars().count();
        text.extend(line.chars().skip(from).take(column - from + WINDOW_AFTER));
        let shown = text.chars().count();
        if line.chars().nth(column + WINDOW_AFTER).is_some() {
            text.push('…');
        }
        text.push(' ');
        Self { text, start, chars: chars.min(shown.saturating_sub(start)) }
    }
}

/// A span of the text: within it, not backwards, on boundaries of characters.
#[must_use]
pub fn clamp(text: &str, start: u32, end: u32) -> (u32, u32) {
    let floor = |at: u32| text.floor_char_boundary((at as usize).min(text.len()));
    let start = floor(start);
    let end = floor(end).max(start);
    (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

/// The text with as many characters, each of which stays on its line: control characters, separators of lines that
/// aren't a line feed, and marks that turn the direction of the text become visible. A space behind the last line gives the
/// end of the file a line of its own.
fn prepare(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\r' if chars.peek() == Some(&'\n') => c,
            _ => visible_char(c),
        });
    }
    out.push(' ');
    out
}

/// A text that names something of the source, fit for a terminal.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().map(visible_char).collect()
}

fn visible_char(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{FFFD}'),
        '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        _ => c,
    }
}

/// Where ariadne failed to write: place and message in one line.
fn plain(sources: &Sources, report: &Report<'_>) -> String {
    let name = sources.files().get(report.primary.span.file.0 as usize).map_or("", |file| file.name.as_str());
    format!("{}: {name}\n", visible(report.message))
}

/// Without the spaces at the ends of lines, which snapshots and editors drop.
fn trim_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
