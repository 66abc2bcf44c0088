//! `journey check`

mod bounds;

use crate::failure::Failure;
use crate::output::{Format, Output, Style, paint};
use crate::report;
use clap::{Args, ValueEnum};
use journey_compiler::analysis::Analysis;
use journey_compiler::manifest::{Manifest, manifest};
use journey_compiler::project::Project;
use std::io::Write;
use std::path::PathBuf;

/// Find every mistake in a project, and say how to mend it
///
/// Parses, checks and compiles every file of the project. All mistakes are shown, not only the first; each with its
/// place, the reason, and what to do. Nothing is run and nothing is written.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  journey check                         the project around the current folder
  journey check shop                    a project folder
  journey check welcome.journey         a file that is a program of its own
  journey check --deny warnings         warnings fail too, as wanted in CI
  journey check --format json           one JSON object a line, for other programs
  journey check --manifest              versions, pauses, and what is kept at each
  journey check --bounds                how many messages a customer can get at most

A journey's version is a hash of what it means: comments, layout, titles and the order of declarations don't change it.

Each diagnostic has a code; `journey explain CODE` tells more about it. Warnings alone leave the exit status 0.")]
pub struct Check {
    /// A project folder or a .journey file [default: the project around the current folder]
    path: Option<PathBuf>,
    /// Let warnings fail as errors do
    #[arg(long, value_enum, value_name = "warnings", hide_possible_values = true)]
    deny: Option<Deny>,
    /// Print what the project promises to those who are half-way through: versions, pauses, and what is kept there
    #[arg(long)]
    manifest: bool,
    /// Print how many messages a customer can get at most: from each journey over each channel, and from all together
    #[arg(long, conflicts_with = "manifest")]
    bounds: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
}

pub fn run(command: &Check, output: &Output) -> Result<(), Failure> {
    let project = report::load(command.path.as_deref(), output)?;
    let (analysis, program) = report::compile(&project);
    let mut out = output.out();
    let (errors, warnings) = report::counts(&analysis.diagnostics);
    if let (true, Some(program)) = (command.manifest, &program) {
        report::show(&analysis.diagnostics, &project.sources, output);
        show_manifest(&manifest(&program.module), &mut out, output)?;
    } else if command.bounds && errors == 0 {
        report::show(&analysis.diagnostics, &project.sources, output);
        bounds::show(&analysis.program, &project.sources, &mut out, output)?;
    } else if output.format == Format::Json {
        for diagnostic in &analysis.diagnostics {
            writeln!(out, "{}", journey_compiler::diagnostics::json::line(diagnostic, &project.sources))?;
        }
    } else {
        report::show(&analysis.diagnostics, &project.sources, output);
        if errors + warnings == 0 {
            writeln!(out, "{}: {}: no problems", project.name, contents(&project, &analysis))?;
        }
    }
    out.flush()?;
    if errors > 0 || (warnings > 0 && command.deny.is_some()) { Err(Failure::Reported) } else { Ok(()) }
}

fn show_manifest(manifest: &Manifest, out: &mut impl Write, output: &Output) -> Result<(), Failure> {
    if output.format == Format::Json {
        let text = serde_json::to_string(manifest).map_err(|error| Failure::Environment(error.to_string()))?;
        return Ok(writeln!(out, "{text}")?);
    }
    let color = output.color_out();
    for journey in &manifest.journeys {
        writeln!(out, "{} {}", paint(color, Style::Strong, &journey.name), journey.version)?;
        for pause in &journey.pauses {
            writeln!(out, "  {}  {}", pause.identity, paint(color, Style::Faint, &pause.wakes.join(", ")))?;
            for var in &pause.frame {
                writeln!(out, "    {}: {}", var.name, var.ty)?;
            }
        }
    }
    for (name, parts) in &manifest.types {
        writeln!(out, "{} {{ {} }}", paint(color, Style::Strong, name), parts.join(", "))?;
    }
    Ok(())
}

/// What a program consists of, in numbers.
fn contents(project: &Project, analysis: &Analysis) -> String {
    let program = &analysis.program;
    let parts = [(program.journeys.len(), "journey"), (program.messages.len(), "message"), (program.tests.len(), "test")];
    let counted: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| report::plural(*count, what)).collect();
    if counted.is_empty() { report::plural(project.files.len(), "file") } else { counted.join(", ") }
}
