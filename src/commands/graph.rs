//! `journey graph`

use crate::failure::Failure;
use crate::output::{Asked, Output};
use crate::report;
use clap::Args;
use journey_compiler::analysis;
use journey_compiler::graph;
use journey_compiler::hir::{self, Journey};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Draw the flow of a journey: steps, pauses, branches, sends, outcomes
///
/// A picture to put into a slide, a document or a review. Goals and exits, which can come anywhere, stand beside the flow.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  journey graph > cart.svg                       the project's one journey, as a drawing
  journey graph cart_recovery shop > cart.svg    one of several journeys of a project
  journey graph cart_recovery -o cart.svg        into a file; the ending says how it is written
  journey graph cart_recovery --format mermaid   a flowchart for Markdown and wikis
  journey graph cart_recovery --format json      nodes and edges, for other programs

An SVG needs nothing else: no fonts, no scripts. Every node tells its file and line when the mouse rests on it.")]
pub struct Graph {
    /// The journey [default: the only one there is]
    journey: Option<String>,
    /// A project folder or a .journey file [default: the project around the current folder]
    path: Option<PathBuf>,
    /// Write to this file instead: .svg, .mmd or .json
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Nodes and edges of a drawing: its layout takes as long as the square of them, and a stack as deep.
const DRAWN_MAX: usize = 10_000;

pub fn run(command: &Graph, asked: Option<Asked>, output: &Output) -> Result<(), Failure> {
    let format = format(command, asked)?;
    let (name, path) = what(command);
    let project = report::load(path, output)?;
    let analysis = analysis::analyse(&project);
    if analysis.has_errors() {
        report::show(&analysis.diagnostics, &project.sources, output);
        return Err(Failure::Reported);
    }
    let journey = find(&analysis.program, name)?;
    let flow = graph::graph(&analysis.program, journey, &project.sources);
    let text = match format {
        Asked::Mermaid => graph::mermaid::mermaid(&flow),
        Asked::Json => serde_json::to_string(&flow).map_err(|error| Failure::Environment(error.to_string()))? + "\n",
        Asked::Svg | Asked::Text => {
            let parts = flow.nodes.len() + flow.edges.len();
            if parts > DRAWN_MAX {
                return Err(Failure::Usage(format!(
                    "the flow of `{}` has {parts} nodes and edges, more than the {DRAWN_MAX} that can be laid out; write it as Mermaid or JSON: `-o {}.mmd`",
                    journey.name, journey.name
                )));
            }
            graph::svg::svg(&flow) + "\n"
        }
    };
    match &command.output {
        Some(file) => fs::write(file, text).map_err(|error| Failure::io(format!("`{}` can't be written", file.display()), &error)),
        None => {
            let mut out = output.out();
            out.write_all(text.as_bytes())?;
            Ok(out.flush()?)
        }
    }
}

/// `journey graph shop` means a project where there is a folder or file of that name.
fn what(command: &Graph) -> (Option<&str>, Option<&Path>) {
    match (&command.journey, &command.path) {
        (Some(journey), None) if looks_like_a_path(journey) => (None, Some(Path::new(journey))),
        (journey, path) => (journey.as_deref(), path.as_deref()),
    }
}

fn looks_like_a_path(text: &str) -> bool {
    text.contains(['/', '\\']) || text.ends_with(".journey") || Path::new(text).is_dir()
}

fn format(command: &Graph, asked: Option<Asked>) -> Result<Asked, Failure> {
    let ending = command.output.as_ref().map(|file| file.extension().unwrap_or_default().to_string_lossy().to_lowercase());
    match (asked, ending.as_deref()) {
        (Some(Asked::Text), _) => Err(Failure::Usage("a graph is written as svg, mermaid or json".into())),
        (Some(format), _) => Ok(format),
        (None, None | Some("svg")) => Ok(Asked::Svg),
        (None, Some("mmd" | "mermaid")) => Ok(Asked::Mermaid),
        (None, Some("json")) => Ok(Asked::Json),
        (None, Some(other)) => Err(Failure::Usage(format!(
            "`.{other}` does not say how the graph is to be written: use .svg, .mmd or .json, or give `--format`"
        ))),
    }
}

fn find<'p>(program: &'p hir::Program, name: Option<&str>) -> Result<&'p Journey, Failure> {
    let names = || program.journeys.iter().map(|journey| journey.name.as_str());
    match name {
        Some(name) => program.journeys.iter().find(|journey| journey.name == name).ok_or_else(|| {
            let near = names().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            Failure::Usage(format!("there is no journey `{name}`{near}"))
        }),
        None => match program.journeys.as_slice() {
            [journey] => Ok(journey),
            [] => Err(Failure::Usage("the project has no journey".into())),
            _ => Err(Failure::Usage(format!("say which journey: {}", names().collect::<Vec<_>>().join(", ")))),
        },
    }
}
