//! Of several errors on one line, the cause alone is told.
//!
//! Where reading stopped in the middle of a line, what was read of it is not what was written: that a name or a type of
//! the rest does not fit is a consequence. It is told once the line can be read, if it is true then.

use super::{Diagnostic, Severity};
use crate::source::Sources;
use journey_grammar::FileId;
use std::collections::HashSet;

/// Codes of lines that could not be read to their end. Slips that are read as meant (`&&`, a single `=`) are none.
const UNREAD: [&str; 7] = ["E0101", "E0102", "E0104", "E0110", "E0111", "E0115", "E0116"];

/// Leaves out errors of names, types and flow on lines that could not be read.
pub fn causes_only(diagnostics: &mut Vec<Diagnostic>, sources: &Sources) {
    let line = |diagnostic: &Diagnostic| -> (FileId, u32) {
        let span = diagnostic.primary.span;
        (span.file, sources.start(span).line)
    };
    let unread: HashSet<(FileId, u32)> = diagnostics.iter().filter(|diagnostic| UNREAD.contains(&diagnostic.code)).map(line).collect();
    let consequence = |diagnostic: &Diagnostic| {
        let later = ["E02", "E03", "E04"].iter().any(|range| diagnostic.code.starts_with(range));
        diagnostic.severity == Severity::Error && later && unread.contains(&line(diagnostic))
    };
    if !unread.is_empty() {
        diagnostics.retain(|diagnostic| !consequence(diagnostic));
    }
    swallowed_braces(diagnostics, sources);
}

/// A text that is not closed on its line has swallowed the braces behind it: those that they were to close are not open.
fn swallowed_braces(diagnostics: &mut Vec<Diagnostic>, sources: &Sources) {
    let mut closed = HashSet::new();
    for open in diagnostics.iter().filter(|diagnostic| diagnostic.code == "E0102") {
        let span = open.primary.span;
        let rest = sources.get(span.file).text.get(span.end as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let mut before: Vec<_> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.code == "E0103" && diagnostic.primary.span.file == span.file)
            .map(|diagnostic| diagnostic.primary.span)
            .filter(|brace| brace.start < span.start)
            .collect();
        before.sort_by_key(|brace| std::cmp::Reverse(brace.start));
        closed.extend(before.into_iter().take(rest.matches('}').count().saturating_sub(rest.matches('{').count())));
    }
    diagnostics.retain(|diagnostic| diagnostic.code != "E0103" || !closed.contains(&diagnostic.primary.span));
}
