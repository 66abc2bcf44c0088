//! A diagnostic as one JSON object, for other programs: the wire format of `journey check --format json`.

use super::{Diagnostic, Label, Severity};
use crate::source::{Position, Sources};
use journey_grammar::Span;
use serde::Serialize;

/// `{"code","severity","message","file","start","end","help","labels"}`; lines and columns from 1, columns in Unicode
/// scalar values. The first label is the primary one.
#[derive(Debug, Serialize)]
struct Wire<'a> {
    code: &'a str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    help: Option<&'a str>,
    labels: Vec<WireLabel<'a>>,
}

#[derive(Debug, Serialize)]
struct WireLabel<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Debug, Serialize)]
struct Place<'a> {
    file: &'a str,
    start: WirePosition,
    end: WirePosition,
}

#[derive(Debug, Serialize)]
struct WirePosition {
    line: u32,
    column: u32,
}

/// One line of JSON, without its line feed.
#[must_use]
pub fn line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
    let wire = Wire {
        code: diagnostic.code,
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &diagnostic.message,
        place: place(diagnostic.primary.span, sources),
        help: diagnostic.help.as_deref().or(diagnostic.fix.as_ref().map(|fix| fix.title.as_str())),
        labels: labels.map(|Label { span, text }| WireLabel { text, place: place(*span, sources) }).collect(),
    };
    serde_json::to_string(&wire).unwrap_or_default()
}

fn place(span: Span, sources: &Sources) -> Place<'_> {
    match sources.files().get(span.file.0 as usize) {
        Some(file) => {
            let (start, end) = super::render::clamp(&file.text, span.start, span.end);
            Place { file: &file.name, start: file.position(start).into(), end: file.position(end).into() }
        }
        None => Place { file: "", start: Position { line: 1, column: 1 }.into(), end: Position { line: 1, column: 1 }.into() },
    }
}

impl From<Position> for WirePosition {
    fn from(Position { line, column }: Position) -> Self {
        Self { line, column }
    }
}
