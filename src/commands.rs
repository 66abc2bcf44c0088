//! One room for each command.

pub mod check;
pub mod completions;
pub mod explain;
pub mod fmt;
pub mod graph;
pub mod init;
pub mod lsp;
pub mod run;
pub mod serve;
pub mod test;

use crate::args::Command;
use crate::failure::Failure;
use crate::output::{Asked, Output};

/// Runs a command. `asked` is the format that was written, if one was.
///
/// # Errors
/// What went wrong, with its exit status.
pub fn run(command: Command, asked: Option<Asked>, output: &Output) -> Result<(), Failure> {
    if matches!(asked, Some(Asked::Svg | Asked::Mermaid)) && !matches!(command, Command::Graph(_)) {
        return Err(Failure::Usage("svg and mermaid are formats of `journey graph`; this command prints text or json".into()));
    }
    match command {
        Command::Graph(command) => graph::run(&command, asked, output),
        Command::Init(command) => init::run(&command, output),
        Command::Check(command) => check::run(&command, output),
        Command::Fmt(command) => fmt::run(&command, output),
        Command::Test(command) => test::run(&command, output),
        Command::Run(command) => run::run(&command, output),
        Command::Serve(command) => serve::run(&command, output),
        Command::Explain(command) => explain::run(&command, output),
        Command::Completions(command) => completions::run(&command, output),
        Command::Lsp(command) => lsp::run(&command),
    }
}
