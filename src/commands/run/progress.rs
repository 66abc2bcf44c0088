//! How far a run has come, on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use journey_compiler::machine::text::format_time;
use journey_runtime::Progress;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

/// A bar on standard error; nothing where that is no terminal.
pub struct Bar(Option<ProgressBar>);

impl Bar {
    pub fn new(events: &[PathBuf]) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        // Of standard input nobody knows the length.
        let lengths: Option<Vec<u64>> = events.iter().map(|path| Some(path.metadata().ok()?.len())).collect();
        let total = lengths.map(|lengths| lengths.iter().sum());
        let template = match total {
            Some(_) => "{bar:30} {percent:>3} %  {msg}",
            None => "{spinner}  {msg}",
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_style(style.progress_chars("━╸─"));
        Self(Some(bar))
    }

    pub fn tell(&self, progress: Progress) {
        if let Some(bar) = &self.0 {
            bar.set_position(progress.bytes);
            let clock = progress.clock_ms.map(format_time).unwrap_or_default();
            bar.set_message(format!("{} events  {clock}", progress.events));
        }
    }

    /// Takes the bar away: the summary follows.
    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
