//! One room for each command.

pub mod check;
pub mod completions;
pub mod explain;
pub mod init;
pub mod lsp;
pub mod run;
pub mod test;

use crate::args::Command;
use crate::failure::Failure;
use crate::output::Output;

/// Runs a command.
pub fn run(command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Init(command) => init::run(&command, output),
        Command::Check(command) => check::run(&command, output),
        Command::Test(command) => test::run(&command, output),
        Command::Run(command) => run::run(&command, output),
        Command::Explain(command) => explain::run(&command, output),
        Command::Completions(command) => completions::run(&command, output),
        Command::Lsp(command) => lsp::run(&command),
    }
}
