//! `journey completions SHELL`

use crate::args::Cli;
use crate::failure::Failure;
use crate::output::Output;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::Write;

/// Print a script that completes `journey` commands in your shell
///
/// The script goes to standard output; put it where your shell looks for completions.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  journey completions bash > ~/.local/share/bash-completion/completions/journey
  journey completions zsh > ~/.zfunc/_journey
  journey completions fish > ~/.config/fish/completions/journey.fish")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

pub fn run(command: &Completions, output: &Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Cli::command(), "journey", &mut script);
    let mut out = output.out();
    out.write_all(&script)?;
    Ok(out.flush()?)
}
