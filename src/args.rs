//! What can be typed.

use crate::commands;
use crate::output::{Asked, Color};
use clap::{Args, Parser, Subcommand};

/// Workflow-as-code for customer journeys: write journeys, check them, test them, run them.
#[derive(Debug, Parser)]
#[command(
    name = "journey",
    version,
    about = "Customer journeys as code: write them, check them, test them, run them",
    long_about = LONG_ABOUT,
    after_long_help = AFTER_HELP,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
pub struct Global {
    /// How results are printed: text unless asked otherwise
    #[arg(long, global = true, value_enum, hide_possible_values = true, value_name = "text|json", display_order = 900)]
    pub format: Option<Asked>,
    /// When to print in colour; NO_COLOR is honoured
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, hide_possible_values = true, value_name = "auto|always|never", display_order = 901)]
    pub color: Color,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Init(commands::init::Init),
    Check(commands::check::Check),
    Fmt(commands::fmt::Fmt),
    Test(commands::test::Test),
    Run(commands::run::Run),
    Serve(commands::serve::Serve),
    Graph(commands::graph::Graph),
    Explain(commands::explain::Explain),
    Completions(commands::completions::Completions),
    Lsp(commands::lsp::Lsp),
}

const LONG_ABOUT: &str = "\
Customer journeys as code.

A journey says in a text file what a customer lives through: what starts it, what it waits for, what is sent, and what \
ends it. `journey` checks such files with the care of a compiler, proves them with tests on virtual time, and runs them \
over recorded events, so that you see what would have happened before anything is sent.";

const AFTER_HELP: &str = "\
Begin here:
  journey init shop                   make a small project that works
  journey check shop                  find every mistake in it
  journey fmt shop                    lay its files out alike
  journey test shop                   run its tests; days pass in milliseconds
  journey run shop --events shop/events.ndjson --drain
                                      run it over recorded events, to the end
  journey graph shop > shop.svg       draw the flow of a journey
  journey explain E0301               what a code means, with an example put right

A PROJECT is a folder with a journey.toml; every .journey file below it belongs to one program.
Where no path is given, the project around the current folder is meant.

Exit status:
  0  done
  1  the program or its tests are wrong
  2  the command line makes no sense
  3  the environment failed: a file, a disk

`journey COMMAND --help` tells more about each command, with examples.";
