//! Diagnostics of a project on standard error, and the line that sums them up.

use crate::failure::Failure;
use crate::output::{Output, Style, paint};
use journey_compiler::analysis::{self, Analysis};
use journey_compiler::diagnostics::render::Renderer;
use journey_compiler::project::{self, LoadError, Project};
use journey_compiler::{Backend, Diagnostic, Program, Severity, Sources};
use std::collections::HashSet;
use std::path::Path;

/// Reads the project at a path, or the one around the current folder.
///
/// # Errors
/// Where there is none, or nothing in it; what is wrong with its `journey.toml` has been shown then.
pub fn load(path: Option<&Path>, output: &Output) -> Result<Project, Failure> {
    project::load(path).map_err(|error| {
        if let LoadError::NoFilesYet(project) = &error {
            show(&project.diagnostics, &project.sources, output);
        }
        Failure::from(error)
    })
}

/// Diagnostics that are drawn; of more, the count is told.
const SHOWN_MAX: usize = 50;

/// `1 journey`, `3 journeys`
pub fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// How many errors and warnings.
pub fn counts(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    (errors, diagnostics.len() - errors)
}

/// Draws diagnostics, errors before warnings where there are too many, and the line that sums them up.
pub fn show(diagnostics: &[Diagnostic], sources: &Sources, output: &Output) {
    if diagnostics.is_empty() {
        return;
    }
    let mut renderer = Renderer::new(sources, output.color_err());
    for diagnostic in chosen(diagnostics) {
        output.note(&renderer.diagnostic(diagnostic));
        output.note("\n");
    }
    output.note(&summary(diagnostics, output.color_err()));
}

/// Those that are shown, in the order of their places.
fn chosen(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    let (errors, _) = counts(diagnostics);
    let mut errors_left = errors.min(SHOWN_MAX);
    let mut warnings_left = SHOWN_MAX - errors_left;
    diagnostics.iter().filter(move |diagnostic| {
        let left = if diagnostic.severity == Severity::Error { &mut errors_left } else { &mut warnings_left };
        let shown = *left > 0;
        *left = left.saturating_sub(1);
        shown
    })
}

fn summary(diagnostics: &[Diagnostic], color: bool) -> String {
    let (errors, warnings) = counts(diagnostics);
    let mut text = String::new();
    if diagnostics.len() > SHOWN_MAX {
        text.push_str(&format!("… and {} more; `--format json` gives all of them\n", diagnostics.len() - SHOWN_MAX));
    }
    let files: HashSet<_> = diagnostics.iter().map(|diagnostic| diagnostic.primary.span.file).collect();
    let mut parts = Vec::new();
    if errors > 0 {
        parts.push(paint(color, Style::Error, &plural(errors, "error")));
    }
    if warnings > 0 {
        parts.push(plural(warnings, "warning"));
    }
    text.push_str(&format!("{} in {}\n", parts.join(", "), plural(files.len(), "file")));
    if let Some(first) = diagnostics.iter().find(|diagnostic| errors == 0 || diagnostic.severity == Severity::Error) {
        text.push_str(&format!("`journey explain {}` tells more\n", first.code));
    }
    text
}

/// Analyses a project and, where nothing is wrong, makes machine code of it.
pub fn compile(project: &Project) -> (Analysis, Option<Program>) {
    let mut analysis = analysis::analyse(project);
    let program = analysis.build(Backend::Machine);
    (analysis, program)
}

/// The program of a project that is to be run; its errors are shown, its warnings counted.
///
/// # Errors
/// Where the program has errors.
pub fn runnable(project: &Project, output: &Output) -> Result<Program, Failure> {
    let (analysis, program) = compile(project);
    let Some(program) = program else {
        show(&analysis.diagnostics, &project.sources, output);
        return Err(Failure::Reported);
    };
    if !analysis.diagnostics.is_empty() {
        output.note(&format!("{}; `journey check` shows them\n", plural(analysis.diagnostics.len(), "warning")));
    }
    if let Some(reason) = program.refused() {
        output.note(&format!("{reason}; the program is interpreted, which gives the same results, but more slowly\n"));
    }
    Ok(program)
}
