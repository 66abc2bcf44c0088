//! `journey lsp`

use crate::failure::Failure;
use clap::Args;
use journey_lsp::{End, serve};
use std::io;

/// Speak to an editor: diagnostics while you type
///
/// Speaks the Language Server Protocol on standard input and output. Your editor starts it; there is nothing to see
/// when you start it yourself.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  Neovim        vim.lsp.config('journey', { cmd = { 'journey', 'lsp' }, filetypes = { 'journey' } })
  Helix         [language-server.journey]
                command = \"journey\"
                args = [\"lsp\"]
  Emacs         (add-to-list 'eglot-server-programs '(journey-mode . (\"journey\" \"lsp\")))")]
pub struct Lsp {
    /// What many editors pass; nothing else is offered
    #[arg(long, hide = true)]
    stdio: bool,
}

pub fn run(command: &Lsp) -> Result<(), Failure> {
    let Lsp { stdio: _ } = command;
    match serve(io::stdin(), io::stdout().lock()) {
        Ok(End::Orderly) => Ok(()),
        Ok(End::Abrupt) => Err(Failure::Reported),
        Err(error) => Err(Failure::io("the editor can't be spoken to", &error)),
    }
}
