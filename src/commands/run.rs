//! `journey run`

mod answers;
mod effects;
mod moment;
mod notes;
mod progress;
mod summary;

use crate::failure::{Failure, system_reason};
use crate::output::{Format, Output};
use crate::report;
use clap::Args;
use journey_compiler::{Program, Sources};
use journey_runtime::run::{self, Input, Options, RunError, Sink};
use journey_runtime::store::{DurableStore, MemoryStore, Store};
use journey_runtime::{Summary, Until};
use moment::{instant, until};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Run recorded events through a project, and show what happened
///
/// Events are handled in the order of the files, on a clock that follows their own times: a year of events runs in seconds.
/// Nothing is really sent; what would have been is counted, and written to a file with --effects.
///
/// Events are CloudEvents in JSON, one a line. The customer is the `subject`; an event without one is a broadcast.
/// A `type` of `profile` sets fields of the customer's profile. Events that don't fit are rejected with a reason,
/// and the rest goes on.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  journey run shop --events shop/events.ndjson
                                 to the last event, all in memory
  journey run shop --events shop/events.ndjson --drain
                                 and on until no timer is left
  journey run shop --events monday.ndjson --events tuesday.ndjson --until +7d
                                 two files, and a week beyond the last event
  zcat year.ndjson.gz | journey run shop --events - --format json
                                 from standard input; the summary as JSON
  journey run shop --events monday.ndjson --data state --effects sent.ndjson
                                 keeps all state in the folder state: the next run goes on from there
  journey run bank --events bank/events.ndjson --answers answers.ndjson
                                 calls of services are answered by the first line that fits:
                                   {\"service\": \"loyalty.points\", \"answer\": 120}
                                   {\"service\": \"crm.note\", \"fail\": \"busy\"}

Rejected events and journeys that failed leave the exit status 0; they are counted and shown.")]
pub struct Run {
    /// A project folder or a .journey file [default: the project around the current folder]
    path: Option<PathBuf>,
    /// Recorded events, one JSON object a line; `-` is standard input. May be given several times
    #[arg(long, value_name = "FILE", required = true)]
    events: Vec<PathBuf>,
    /// Let the clock go on to this time, or so much longer than the last event: 2026-12-31T00:00:00Z, +7d
    #[arg(long, value_name = "TIME|+DURATION", value_parser = until, conflicts_with = "drain", allow_hyphen_values = true)]
    until: Option<Until>,
    /// Let the clock go on until no customer in a journey waits for a moment
    #[arg(long)]
    drain: bool,
    /// Keep all state in this folder, and go on from what is there
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write everything that happens to this file, one JSON object a line. Without --data the file is written anew;
    /// with --data lines are appended to what it holds
    #[arg(long, value_name = "FILE")]
    effects: Option<PathBuf>,
    /// Where the clock stands before the first event: 2026-01-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant, allow_hyphen_values = true)]
    now: Option<i64>,
    /// Answers to calls of services, one JSON object a line; a call that no line answers fails
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
}

pub fn run(command: &Run, output: &Output) -> Result<(), Failure> {
    let project = report::load(command.path.as_deref(), output)?;
    let program = Arc::new(report::runnable(&project, output)?);
    let options = Options {
        now_ms: command.now,
        arrival_ms: wall_clock_ms(),
        until: command.until,
        drain: command.drain,
        dedupe_ms: project.settings.dedupe_window_ms,
        budget: project.settings.budget,
        commit_events: project.settings.commit_events,
        answers: answers::read(command.answers.as_deref(), &program)?,
    };
    let cache_bytes = project.settings.cache_bytes;
    let sources = Arc::new(project.sources);
    let job = Job { command, program: &program, sources: &sources, source_paths: &project.paths, options: &options, cache_bytes };
    let summary = job.run()?;
    let mut out = output.out();
    match output.format {
        Format::Text => out.write_all(summary::text(&summary, &program, output.color_out()).as_bytes())?,
        Format::Json => writeln!(out, "{}", serde_json::to_string(&summary).map_err(io::Error::from)?)?,
    }
    out.flush()?;
    output.note(&notes::rejected(&summary, output.format)?);
    output.note(&notes::failed(&summary.this_run, output.format));
    output.note(&notes::of_run(&summary.this_run, output.format));
    if command.drain {
        output.note(&notes::of_drain(&program.module, output.format));
    }
    if summary.drain_gave_up {
        return Err(Failure::Environment(String::from("timers were still left after 10 years of virtual time; `--drain` gave up")));
    }
    Ok(())
}

fn wall_clock_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A run that is about to begin.
struct Job<'a> {
    command: &'a Run,
    program: &'a Arc<Program>,
    sources: &'a Arc<Sources>,
    /// Where the sources lie.
    source_paths: &'a [PathBuf],
    options: &'a Options,
    /// Memory for customers of the data folder.
    cache_bytes: u64,
}

impl Job<'_> {
    fn run(&self) -> Result<Summary, Failure> {
        let command = self.command;
        let inputs = open_inputs(&command.events)?;
        // First the store: while another process uses it, nothing else is touched.
        match &command.data {
            Some(folder) => {
                let mut store = DurableStore::open(folder, self.cache_bytes).map_err(|error| self.told(&error.into()))?;
                self.run_on(&mut store, inputs)
            }
            None => self.run_on(&mut MemoryStore::new(), inputs),
        }
    }

    fn run_on(&self, store: &mut impl Store, inputs: Vec<Input<'_>>) -> Result<Summary, Failure> {
        let command = self.command;
        let mut sink = match &command.effects {
            Some(path) => Some(effects::open(path, &command.events, self.source_paths, command.data.is_some())?),
            None => None,
        };
        let sink: Option<&mut dyn Sink> = sink.as_mut().map(|sink| &mut **sink as &mut dyn Sink);
        let bar = progress::Bar::new(&command.events);
        let ran = run::run(self.program, self.sources, self.options, inputs, store, sink, &mut |progress| bar.tell(progress));
        bar.finish();
        ran.map_err(|error| self.told(&error))
    }

    fn told(&self, error: &RunError) -> Failure {
        match error {
            RunError::Version { .. } => {
                Failure::Program(format!("{error}: run the program as it was until they have ended, or take another data folder"))
            }
            RunError::Sink { place, error } => {
                let place = place.as_ref().or(self.command.effects.as_ref());
                let place = place.map_or(String::new(), |place| format!(" to `{}`", place.display()));
                let advice = match error.kind() {
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room and run the same command again",
                    _ => "",
                };
                Failure::Environment(format!("the effects can't be written{place}: {}{advice}", system_reason(error)))
            }
            _ => Failure::Environment(error.to_string()),
        }
    }
}

/// All inputs, opened before anything is run, so that a misspelled name changes nothing.
fn open_inputs(paths: &[PathBuf]) -> Result<Vec<Input<'static>>, Failure> {
    if paths.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(Failure::Usage(String::from("standard input (`--events -`) can be read only once")));
    }
    paths.iter().map(|path| open_input(path)).collect()
}

fn open_input(path: &Path) -> Result<Input<'static>, Failure> {
    if is_stdin(path) {
        return Ok(Input::new("standard input", io::stdin()));
    }
    let name = path.display().to_string();
    let unreadable = |error: io::Error| Failure::io(format!("the events `{name}` can't be read"), &error);
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(Failure::Environment(format!("the events `{name}` are a folder; name a file in it")));
    }
    Ok(Input::new(name, file))
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}
