//! Where and how a command prints.

use clap::ValueEnum;
use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};

/// What `--format` may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Asked {
    Text,
    Json,
    /// Of `graph` alone.
    Svg,
    /// Of `graph` alone.
    Mermaid,
}

/// For people, or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// When to print in colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// clap prints help and usage errors itself.
    pub fn for_clap(self) -> clap::ColorChoice {
        match self {
            Self::Auto if refused_by_environment() => clap::ColorChoice::Never,
            Self::Auto => clap::ColorChoice::Auto,
            Self::Always => clap::ColorChoice::Always,
            Self::Never => clap::ColorChoice::Never,
        }
    }

    fn on(self, terminal: bool) -> bool {
        match self {
            Self::Auto => terminal && !refused_by_environment(),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// `NO_COLOR` with any value but the empty one, or a terminal that can't.
fn refused_by_environment() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// What `--color` says, read before the arguments are parsed, so that a usage error is printed as asked for.
pub fn color_of(args: impl Iterator<Item = OsString>) -> Color {
    let args: Vec<String> = args.take_while(|arg| arg != "--").map(|arg| arg.to_string_lossy().into_owned()).collect();
    let spaced = args.windows(2).rev().find(|pair| pair[0] == "--color").map(|pair| pair[1].as_str());
    let joined = args.iter().rev().find_map(|arg| arg.strip_prefix("--color="));
    match joined.or(spaced) {
        Some("always") => Color::Always,
        Some("never") => Color::Never,
        _ => Color::Auto,
    }
}

/// The two streams of a command.
#[derive(Debug)]
pub struct Output {
    pub format: Format,
    color: Color,
}

impl Output {
    pub fn new(format: Format, color: Color) -> Self {
        Self { format, color }
    }

    /// Whether what goes to standard error is coloured.
    pub fn color_err(&self) -> bool {
        self.color.on(io::stderr().is_terminal())
    }

    /// Whether what goes to standard output is coloured.
    pub fn color_out(&self) -> bool {
        self.color.on(io::stdout().is_terminal())
    }

    /// Standard output, buffered; flush it at the end.
    pub fn out(&self) -> BufWriter<io::StdoutLock<'static>> {
        BufWriter::new(io::stdout().lock())
    }

    /// Text to standard error. That nobody reads it changes nothing.
    pub fn note(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// `error: …` to standard error.
    pub fn error(&self, text: &str) {
        self.note(&format!("{} {text}\n", paint(self.color_err(), Style::Error, "error:")));
    }
}

/// The few styles that the commands use themselves.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    Error,
    Good,
    Strong,
    Faint,
}

/// Text in a style, or as it is.
pub fn paint(color: bool, style: Style, text: &str) -> String {
    if !color {
        return text.to_owned();
    }
    let code = match style {
        Style::Error => "1;31",
        Style::Good => "32",
        Style::Strong => "1",
        Style::Faint => "2",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}
