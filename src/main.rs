//! The `journey` command: what is typed, what is printed, and the exit status.
//!
//! Results go to standard output, diagnostics and progress to standard error. Exit status: 0 done, 1 the program or its
//! tests are wrong, 2 usage, 3 the environment failed.

mod args;
mod commands;
mod failure;
mod markdown;
mod output;
mod report;

use clap::{CommandFactory, FromArgMatches};
use output::{Asked, Format, Output};
use std::process::ExitCode;

fn main() -> ExitCode {
    let color = output::color_of(std::env::args_os());
    let matches = args::Cli::command().color(color.for_clap()).get_matches();
    let cli = match args::Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let asked = cli.global.format;
    let output = Output::new(if asked == Some(Asked::Json) { Format::Json } else { Format::Text }, color);
    match commands::run(cli.command, asked, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(&output),
    }
}
