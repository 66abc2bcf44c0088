//! How a command ends when it doesn't end well.

use crate::output::Output;
use journey_compiler::project::LoadError;
use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// Why a command ends with an exit status other than 0.
#[derive(Debug)]
pub enum Failure {
    /// The program or its tests are wrong; all has been said. Status 1.
    Reported,
    /// The program is wrong in a way that no place in it shows. Status 1.
    Program(String),
    /// What was asked for makes no sense. Status 2.
    Usage(String),
    /// A file, a disk, a network. Status 3.
    Environment(String),
    /// Whoever reads the output has gone. Status 0, as nobody is there to be told.
    Silent,
}

impl Failure {
    /// Prints the last words and gives the exit status.
    pub fn tell(&self, output: &Output) -> ExitCode {
        let (text, status) = match self {
            Self::Reported => (None, 1),
            Self::Program(text) => (Some(text), 1),
            Self::Usage(text) => (Some(text), 2),
            Self::Environment(text) => (Some(text), 3),
            Self::Silent => (None, 0),
        };
        if let Some(text) = text {
            output.error(text);
        }
        ExitCode::from(status)
    }

    /// An environment failure: what couldn't be done, and the system's reason.
    pub fn io(what: impl Display, error: &io::Error) -> Self {
        Self::Environment(format!("{what}: {}", system_reason(error)))
    }
}

/// The system's words, without its number.
pub fn system_reason(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

impl From<io::Error> for Failure {
    /// A failure to write results.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Silent,
            _ => Self::io("standard output can't be written", &error),
        }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::Environment(error.to_string())
    }
}
