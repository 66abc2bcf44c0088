//! `journey test`

use crate::failure::Failure;
use crate::output::{Format, Output, Style, paint};
use crate::report;
use clap::Args;
use journey_compiler::diagnostics::Label;
use journey_compiler::diagnostics::render::{Renderer, Report, visible};
use journey_compiler::{Severity, Sources};
use journey_runtime::test::{self, TestFailure, TestReport};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Run the tests of a project, on virtual time
///
/// Runs every `test` block. Days pass in milliseconds, and nothing leaves this machine. Of a test that fails, its line
/// is shown, what was expected, what was there instead, and all that happened to the customer up to then.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  journey test                        the project around the current folder
  journey test shop                   a project folder
  journey test --filter coupon        only tests whose titles contain `coupon`
  journey test --format json          one JSON object a test, for other programs

The last line is `N passed, N failed`; the exit status is 1 if one failed.")]
pub struct Test {
    /// A project folder or a .journey file [default: the project around the current folder]
    path: Option<PathBuf>,
    /// Only tests whose titles contain this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
}

pub fn run(command: &Test, output: &Output) -> Result<(), Failure> {
    let project = report::load(command.path.as_deref(), output)?;
    let program = Arc::new(report::runnable(&project, output)?);
    let sources = Arc::new(project.sources);
    let reports = test::run(&program, &sources, command.filter.as_deref(), project.settings.budget);
    let mut renderer = Renderer::new(&sources, output.color_out());
    let mut out = output.out();
    for report in &reports {
        match output.format {
            Format::Text => out.write_all(told(report, &mut renderer, output.color_out()).as_bytes())?,
            Format::Json => writeln!(out, "{}", wire(report, &sources))?,
        }
    }
    let failed = reports.iter().filter(|report| report.failure.is_some()).count();
    let passed = reports.len() - failed;
    match output.format {
        Format::Text => writeln!(out, "{passed} passed, {failed} failed")?,
        Format::Json => writeln!(out, "{}", json!({"passed": passed, "failed": failed}))?,
    }
    out.flush()?;
    if reports.is_empty() {
        output.note(&match &command.filter {
            Some(filter) => format!("no test has `{}` in its title\n", visible(filter)),
            None => String::from("there are no tests; write one: test \"a buyer gets no reminder\" { … }\n"),
        });
    }
    if failed > 0 { Err(Failure::Reported) } else { Ok(()) }
}

/// A line for a test, and the whole story of one that failed.
fn told(report: &TestReport, renderer: &mut Renderer<'_>, color: bool) -> String {
    let title = visible(&report.title);
    match &report.failure {
        None => format!("test {title} … {}\n", paint(color, Style::Good, "ok")),
        Some(failure) => format!("test {title} … {}\n\n{}\n", paint(color, Style::Error, "FAILED"), drawn(failure, &title, renderer)),
    }
}

fn drawn(failure: &TestFailure, title: &str, renderer: &mut Renderer<'_>) -> String {
    let mut note = format!("expected: {}\n   found: {}", failure.expected, failure.found);
    if !failure.timeline.is_empty() {
        note.push_str("\n\nwhat happened up to here:");
        for line in &failure.timeline {
            note.push_str(&format!("\n  {line}"));
        }
    }
    renderer.report(&Report {
        code: None,
        severity: Severity::Error,
        message: &format!("`{title}` failed"),
        primary: &Label { span: failure.span, text: String::from("this doesn't hold") },
        secondary: &[],
        help: None,
        note: Some(&note),
    })
}

fn wire(report: &TestReport, sources: &Sources) -> serde_json::Value {
    let file = |span: journey_compiler::Span| sources.files().get(span.file.0 as usize).map(|file| file.name.as_str());
    let failure = report.failure.as_ref().map(|failure| {
        json!({
            "file": file(failure.span),
            "line": sources.start(failure.span).line,
            "expected": failure.expected,
            "found": failure.found,
            "timeline": failure.timeline,
        })
    });
    json!({
        "test": report.title,
        "file": file(report.span),
        "line": sources.start(report.span).line,
        "passed": report.failure.is_none(),
        "failure": failure,
    })
}
