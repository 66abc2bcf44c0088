//! `journey fmt`

mod store;

use crate::failure::Failure;
use crate::output::{Format, Output, Style, paint};
use crate::report;
use clap::Args;
use journey_compiler::format;
use journey_compiler::project::{self, Project};
use serde_json::json;
use similar::{ChangeTag, TextDiff};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Put source files into the one layout
///
/// Lays out every file alike: two spaces of indentation, lines of 100 columns where they can be broken, at most one empty
/// line. Every comment stays in its place, and no journey changes its meaning or its version. What has mistakes of syntax
/// is left as it is, and the rest of the file is laid out.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  journey fmt                           all files of the project around the current folder
  journey fmt shop                      all files below a folder
  journey fmt shop/welcome.journey      one file
  journey fmt shop club/offers.journey  several files and folders
  journey fmt --check                   change nothing, fail where a file would change
  journey fmt - < draft.journey         from standard input to standard output, as wanted by editors

With `--check` the exit status is 1 where a file would change.")]
pub struct Fmt {
    /// Folders and .journey files, or `-` for standard input [default: the project around the current folder]
    paths: Vec<PathBuf>,
    /// Change nothing; name the files that would change, and show how
    #[arg(long)]
    check: bool,
}

/// Lines of a difference that are shown for a file.
const SHOWN_MAX: usize = 40;

pub fn run(command: &Fmt, output: &Output) -> Result<(), Failure> {
    let from_input = command.paths.iter().any(|path| path == Path::new("-"));
    match command.paths.as_slice() {
        [_] if from_input => standard_input(command, output),
        _ if from_input => Err(Failure::Program(String::from("`-` stands alone: standard input is laid out to standard output"))),
        _ => files(command, output),
    }
}

/// What a file is, and what it is to be.
struct File {
    name: String,
    path: PathBuf,
    before: String,
    after: String,
    broken: bool,
}

impl File {
    fn changes(&self) -> bool {
        self.before != self.after
    }
}

fn files(command: &Fmt, output: &Output) -> Result<(), Failure> {
    let paths: Vec<Option<&Path>> =
        if command.paths.is_empty() { vec![None] } else { command.paths.iter().map(|path| Some(path.as_path())).collect() };
    let (mut files, mut failed) = (Vec::new(), false);
    for path in paths {
        let project = project::load_files(path)?;
        report::show(&project.diagnostics, &project.sources, output);
        let (more, broken) = laid_out(&project, output)?;
        failed |= broken || !project.diagnostics.is_empty();
        files.extend(more);
    }
    // A file may be named twice, or stand in a folder that is named too.
    let mut seen = HashSet::new();
    files.retain(|file: &File| seen.insert(file.path.canonicalize().unwrap_or_else(|_| file.path.clone())));
    let mut out = output.out();
    for file in &files {
        if file.changes() && !command.check {
            store::replace(&file.path, &file.after).map_err(|error| Failure::io(format!("`{}` can't be written", file.name), &error))?;
        }
        tell(command, file, output, &mut out)?;
    }
    if output.format == Format::Text {
        writeln!(out, "{}", summary(command, &files))?;
    }
    out.flush()?;
    let differs = command.check && files.iter().any(File::changes);
    if failed || differs { Err(Failure::Reported) } else { Ok(()) }
}

/// All files in the one layout, and whether one could not be laid out.
fn laid_out(project: &Project, output: &Output) -> Result<(Vec<File>, bool), Failure> {
    let (mut files, mut failed) = (Vec::new(), false);
    for &id in &project.files {
        let source = project.sources.get(id);
        let Some(path) = project.paths.get(id.0 as usize) else { continue };
        let name = source.name.to_string();
        let marked = store::has_mark(path).map_err(|error| Failure::io(format!("`{name}` can't be read"), &error))?;
        match format::format(&source.text) {
            Ok(formatted) => {
                let before = if marked { format!("\u{FEFF}{}", source.text) } else { source.text.to_string() };
                files.push(File { name, path: path.clone(), before, after: formatted.text, broken: formatted.broken });
            }
            Err(error) => {
                output.error(&format!("{name}: {error}"));
                failed = true;
            }
        }
    }
    Ok((files, failed))
}

/// Says of a file what was, or would be, done with it.
fn tell(command: &Fmt, file: &File, output: &Output, out: &mut impl Write) -> Result<(), Failure> {
    if output.format == Format::Json {
        let mut line = json!({"file": file.name, "changed": file.changes(), "broken": file.broken});
        if let (true, Some(line)) = (command.check, line.as_object_mut()) {
            line.insert(String::from("diff"), difference(file, usize::MAX, false).into());
        }
        writeln!(out, "{line}")?;
        return Ok(());
    }
    if file.broken {
        output.note(&format!("{}: what can't be read in it was left as it is; `journey check` says why\n", file.name));
    }
    match (file.changes(), command.check) {
        (true, true) => write!(out, "{}", difference(file, SHOWN_MAX, output.color_out()))?,
        (true, false) => writeln!(out, "{}: formatted", file.name)?,
        _ => {}
    }
    Ok(())
}

fn summary(command: &Fmt, files: &[File]) -> String {
    let changed = files.iter().filter(|file| file.changes()).count();
    match (changed, command.check) {
        (0, _) => format!("{}: laid out already", report::plural(files.len(), "file")),
        (_, true) => format!("{changed} of {} would change; `journey fmt` formats them", report::plural(files.len(), "file")),
        (_, false) => format!("{changed} of {} formatted", report::plural(files.len(), "file")),
    }
}

/// The lines that change, with one line around them; of more than `max`, the count is told.
fn difference(file: &File, max: usize, color: bool) -> String {
    let diff = TextDiff::from_lines(&file.before, &file.after);
    let mut text = format!("{}\n", paint(color, Style::Strong, &format!("{}:", file.name)));
    let (mut shown, mut hidden) = (0, 0);
    for group in diff.grouped_ops(1) {
        let line = group.first().map_or(0, |op| op.old_range().start + 1);
        if shown < max {
            text.push_str(&format!("{}\n", paint(color, Style::Faint, &format!("@ line {line}"))));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            if shown >= max {
                hidden += 1;
                continue;
            }
            shown += 1;
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("-", Style::Error),
                ChangeTag::Insert => ("+", Style::Good),
                ChangeTag::Equal => (" ", Style::Faint),
            };
            let line = change.value().trim_end_matches(['\n', '\r']);
            text.push_str(&format!("{}\n", paint(color, style, &format!("{sign} {line}"))));
        }
    }
    if hidden > 0 {
        text.push_str(&format!("… and {}\n", report::plural(hidden, "more line")));
    }
    text
}

/// From standard input to standard output.
fn standard_input(command: &Fmt, output: &Output) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let limit = project::FILE_BYTES_MAX;
    io::stdin().lock().take(limit + 1).read_to_end(&mut bytes).map_err(|error| Failure::io("standard input can't be read", &error))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::Program(format!("standard input has more than the {} MiB that a source file may have", limit >> 20)));
    }
    let before = String::from_utf8(bytes).map_err(|_| Failure::Program(String::from("standard input isn't UTF-8")))?;
    let formatted = format::format(&before).map_err(|error| Failure::Program(error.to_string()))?;
    let (name, path) = (String::from("standard input"), PathBuf::from("-"));
    let file = File { name, path, before, after: formatted.text, broken: formatted.broken };
    let mut out = output.out();
    if command.check {
        tell(command, &file, output, &mut out)?;
        out.flush()?;
        return if file.changes() { Err(Failure::Reported) } else { Ok(()) };
    }
    out.write_all(file.after.as_bytes())?;
    out.flush()?;
    Ok(())
}
