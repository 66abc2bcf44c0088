//! From a project to its typed program and everything that there is to say about it: what `check` prints and an editor shows.

use crate::check;
use crate::diagnostics::cascade::causes_only;
use crate::diagnostics::{Diagnostic, Severity};
use crate::hir;
use crate::lower;
use crate::parse;
use crate::program::{Backend, Program};
use crate::project::Project;
use crate::whole;
use journey_grammar::{FileId, Span};
use std::collections::HashSet;

/// Warn of what nothing reads or names: only of a program without errors is that known, as what is broken names nothing.
const UNUSED: [&str; 2] = ["W0202", "W0204"];

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

    /// Makes code of the program; `None` where it has errors, also such as only computing its constants shows.
    pub fn build(&mut self, backend: Backend) -> Option<Program> {
        if self.has_errors() {
            return None;
        }
        match Program::new(lower::lower(&self.program), backend) {
            Ok(program) => Some(program),
            Err(fault) => {
                let message = format!("a constant can't be computed: {}", fault.kind);
                let diagnostic = Diagnostic::error("E0610", fault.span, message, "this has no value")
                    .help(format!("change what it is computed from; `journey explain {}` tells more about the fault", fault.kind.code()));
                self.diagnostics.push(diagnostic);
                sort(&mut self.diagnostics);
                None
            }
        }
    }
}

/// Parses and checks all files of a project together.
#[must_use]
pub fn analyse(project: &Project) -> Analysis {
    let mut diagnostics = project.diagnostics.clone();
    let mut files = Vec::new();
    for &file in &project.files {
        let (syntax, found) = parse::parse(&project.sources, file);
        files.push(syntax);
        diagnostics.extend(found);
    }
    let (program, found) = check::check(&files);
    diagnostics.extend(found);
    if diagnostics.is_empty() && files.iter().all(|file| file.items.is_empty()) {
        diagnostics.push(nothing_declared(project));
    }
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        diagnostics.retain(|diagnostic| !UNUSED.contains(&diagnostic.code));
    } else {
        diagnostics.extend(whole::check(&program));
    }
    causes_only(&mut diagnostics, &project.sources);
    sort(&mut diagnostics);
    Analysis { program, diagnostics }
}

fn nothing_declared(project: &Project) -> Diagnostic {
    let place = Span::new(project.files.first().copied().unwrap_or_default(), 0, 0);
    Diagnostic::warning("W0701", place, "the program declares nothing", "no declaration stands here")
        .help("begin with an event: `event purchase { total: Decimal }`; `journey init DIR` makes a project that works")
}

/// By place, and each once.
fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut seen = HashSet::new();
    diagnostics.retain(|diagnostic| seen.insert((diagnostic.code, diagnostic.primary.span, diagnostic.message.clone())));
}

fn key(diagnostic: &Diagnostic) -> (FileId, u32, u32, &str) {
    let span = diagnostic.primary.span;
    (span.file, span.start, span.end, diagnostic.code)
}
