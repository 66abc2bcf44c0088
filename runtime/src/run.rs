//! `journey run`: recorded events on virtual time.

mod effects_file;
mod fold;
mod input;
mod lines;
mod position;
mod timers;

pub use effects_file::{EffectsFile, EffectsPlace};
pub use input::{Input, Sink, WriterSink};

use crate::answers::Recorded;
use crate::counters::{Counters, EventCounts};
use crate::effect::lines::Lines as EffectLines;
use crate::engine::Engine;
use crate::store::{Commit, Meta, Store, StoreError};
use crate::summary::{Rejected, Summary, ThisRun};
use crate::world::World;
use journey_compiler::machine::BUDGET_DEFAULT;
use journey_compiler::{Program, Sources};
use lines::{LineReader, Piece};
use position::Prefix;
use rustc_hash::FxHashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Customers that a commit writes at most, but for those of one event.
const COMMIT_CUSTOMERS: usize = 512;
/// Bytes of effects after which they are handed on.
const COMMIT_EFFECTS: usize = 4 << 20;
/// Bytes of rejected inputs after which they are written.
const COMMIT_REJECTED: usize = 4 << 20;
/// Rejected inputs that a summary keeps.
const REJECTED_MAX: usize = 100;

/// Types of unmatched events that are told apart.
const UNMATCHED_MAX: usize = 1_000;

/// What a run is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// The clock before the first event, in milliseconds since the epoch.
    pub now_ms: Option<i64>,
    /// When the run began by the wall clock: the time of arrival of events without a time, as long as nothing has told the clock.
    pub arrival_ms: i64,
    /// Where the clock goes on to after the last event.
    pub until: Option<Until>,
    /// Goes on until no timer is left.
    pub drain: bool,
    /// How long ids of events are remembered, in milliseconds.
    pub dedupe_ms: i64,
    /// Turns that each step may take.
    pub budget: i64,
    /// Events that a commit holds at most.
    pub commit_events: usize,
    /// Answers to calls.
    pub answers: Recorded,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            now_ms: None,
            arrival_ms: 0,
            until: None,
            drain: false,
            dedupe_ms: 7 * 86_400_000,
            budget: BUDGET_DEFAULT,
            commit_events: 4_096,
            answers: Recorded::default(),
        }
    }
}

/// See [`Options::until`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// An instant, in milliseconds since the epoch.
    At(i64),
    /// So many milliseconds after the last event.
    After(i64),
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the inputs that are behind it.
    pub bytes: u64,
    pub events: u64,
    pub clock_ms: Option<i64>,
}

/// Why a run cannot go on. What was committed stays.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("cannot read {input}: {error}")]
    Input { input: String, error: std::io::Error },
    /// What was committed is not lost for it: the next run with the same store and place makes the effects whole.
    #[error("cannot write effects: {error}")]
    Sink {
        /// Where that is not the sink that was given.
        place: Option<PathBuf>,
        error: std::io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "the events begin like those that were run before, but differ from them before byte {0}: give a file with only the new or mended ones (what was handled is known by its id)"
    )]
    InputChanged(u64),
    #[error("`{journey}` has {live} live {} of version {old}, {}", if *live == 1 { "instance" } else { "instances" }, instead(new.as_deref()))]
    Version {
        journey: String,
        live: u64,
        old: String,
        /// Of the program; `None` where it has no such journey.
        new: Option<String>,
    },
    #[error("{held} of `{message}` via `{channel}` {} held until quiet hours end, and this program lacks that message or channel", if *held == 1 { "is" } else { "are" })]
    Held { message: String, channel: String, held: u64 },
}

fn instead(version: Option<&str>) -> String {
    match version {
        Some(version) => format!("and in this program it has version {version}"),
        None => String::from("and this program has no such journey"),
    }
}

/// Runs the inputs, one after another, line by line.
///
/// With a store that was run before, goes on from there: what of the inputs was consumed then is passed over. Effects
/// go to `sink` as lines, in order, as soon as what caused them is committed.
///
/// # Errors
/// [`RunError`]. Bad events are no errors: they are rejected, and told in the summary.
pub fn run<S: Store>(
    program: &Arc<Program>,
    sources: &Arc<Sources>,
    options: &Options,
    inputs: Vec<Input<'_>>,
    store: &mut S,
    sink: Option<&mut dyn Sink>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Summary, RunError> {
    let mut runner = Runner::new(program, sources, options, store, sink)?;
    runner.place_effects()?;
    let mut reader = position::skip_consumed(inputs, &mut runner.prefix, runner.meta.position.clone())?;
    runner.open_ways()?;
    let before = (runner.prefix.bytes(), runner.world.engine.counters.events);
    runner.consume(&mut reader, progress)?;
    runner.this_run.nothing_new = runner.is_nothing_new(before.0, &before.1);
    let gave_up = runner.finish()?;
    runner.commit()?;
    progress(runner.progress());
    Ok(runner.summary(gave_up))
}

/// A run under way.
struct Runner<'a, 's, S> {
    world: World<&'a mut S, EffectLines, Recorded>,
    options: &'a Options,
    sink: Option<&'s mut (dyn Sink + 's)>,
    /// What the next commit will say; its counters are filled in then.
    meta: Meta,
    new_broadcasts: Vec<(u64, i64)>,
    /// Those of the summary.
    rejected: Vec<Rejected>,
    new_rejected: Vec<Rejected>,
    /// Bytes of their texts.
    rejected_bytes: usize,
    this_run: ThisRun,
    /// Unmatched events of this run, by type.
    unmatched: FxHashMap<Box<str>, u64>,
    prefix: Prefix,
    /// Events since the last commit.
    batch: usize,
}

impl<'a, 's, S: Store> Runner<'a, 's, S> {
    fn new(
        program: &Arc<Program>,
        sources: &Arc<Sources>,
        options: &'a Options,
        store: &'a mut S,
        sink: Option<&'s mut (dyn Sink + 's)>,
    ) -> Result<Self, RunError> {
        let stored = store.meta()?;
        let resumed = stored.is_some();
        let mut meta = stored.unwrap_or_default();
        check_versions(program, &meta)?;
        let other_journeys = other_journeys(program, &meta);
        let mut engine = Engine::new(Arc::clone(program), Arc::clone(sources), options.budget, &meta.editions, &meta.profiles);
        engine.counters = Counters::resume(&program.module, &meta.counters);
        meta.editions = engine.editions().table().to_vec();
        meta.profiles = engine.profiles().table().to_vec();
        meta.versions.extend(program.module.journeys.iter().map(|journey| (journey.name.clone(), journey.version.clone())));
        let this_run = ThisRun { resumed, other_journeys, ..ThisRun::default() };
        let clock_ms = meta.clock_ms.max(options.now_ms);
        let prefix = Prefix::new(store.is_durable());
        let effects = EffectLines { is_muted: sink.is_none(), ..EffectLines::default() };
        let mut world = World::new(engine, store, (effects, options.answers.clone()), clock_ms, options.dedupe_ms)?;
        world.outgoing = std::mem::take(&mut meta.outgoing).into();
        Ok(Self {
            world,
            options,
            sink,
            meta,
            new_broadcasts: Vec::new(),
            rejected: Vec::new(),
            new_rejected: Vec::new(),
            rejected_bytes: 0,
            this_run,
            unmatched: FxHashMap::default(),
            prefix,
            batch: 0,
        })
    }

    /// Makes the file of effects whole where a run ended before it could, and settles where those of this run go.
    fn place_effects(&mut self) -> Result<(), RunError> {
        if let (Some(place), Some((_, lines))) = (&self.meta.effects_place, self.world.store.unreleased().pop()) {
            let at_place = |error| RunError::Sink { place: Some(place.path.clone()), error };
            let offset = self.meta.effects_bytes.saturating_sub(lines.len() as u64);
            EffectsFile::mend(place, offset, &lines).map_err(at_place)?;
        }
        if let Some(sink) = self.sink.as_deref_mut() {
            let start = sink.start(self.meta.effects_place.as_ref(), self.meta.effects_bytes);
            self.meta.effects_place = start.map_err(|error| RunError::Sink { place: None, error })?;
        }
        Ok(())
    }

    fn consume(&mut self, reader: &mut LineReader<'_>, progress: &mut dyn FnMut(Progress)) -> Result<(), RunError> {
        // A broadcast of the inputs in whose midst the last run ended comes first.
        if self.meta.under_way.is_none() {
            self.spread()?;
        }
        while let Some(piece) = reader.next_piece()? {
            let line = match piece {
                Piece::Part(part) => {
                    self.prefix.consumed(part);
                    continue;
                }
                Piece::Line(line) => line,
            };
            self.line(&line)?;
            self.prefix.consumed(line.raw);
            self.batch += 1;
            // Not before: the line is handled, and a commit in the midst of this must say so.
            self.spread()?;
            if self.batch_is_full() {
                self.commit()?;
                progress(self.progress());
            }
        }
        Ok(())
    }

    /// Offers what steps have broadcast to all whom it can concern.
    fn spread(&mut self) -> Result<(), RunError> {
        while self.world.spread()? {
            self.commit_if_full()?;
        }
        Ok(())
    }

    fn batch_is_full(&self) -> bool {
        self.batch >= self.options.commit_events
            || self.world.store.pending() >= COMMIT_CUSTOMERS.min(self.options.commit_events)
            || self.world.observer.text.len() >= COMMIT_EFFECTS
            || self.rejected_bytes >= COMMIT_REJECTED
            || self.world.store.is_crowded()
    }

    /// Commits when enough has changed, in the midst of timers or of a broadcast.
    fn commit_if_full(&mut self) -> Result<(), RunError> {
        if self.batch_is_full() { self.commit() } else { Ok(()) }
    }

    /// Makes all that happened durable, then hands on its effects.
    fn commit(&mut self) -> Result<(), RunError> {
        debug_assert!(self.world.engine.counters.journeys.iter().all(crate::counters::JourneyCounts::add_up), "somebody has vanished");
        let offset = self.meta.effects_bytes;
        self.meta.effects_bytes += self.world.observer.text.len() as u64;
        if self.world.store.is_durable() {
            self.meta.clock_ms = self.world.clock_ms;
            self.meta.outgoing = self.world.outgoing.iter().cloned().collect();
            self.meta.counters = self.world.engine.counters.record(&self.world.engine.program().module);
            self.meta.position = self.prefix.position();
        }
        let position = self.world.store.commit(&Commit {
            meta: &self.meta,
            broadcasts: &self.new_broadcasts,
            forget_until_ms: self.world.forget_until_ms(),
            rejected: &self.new_rejected,
            effects: &self.world.observer.text,
        })?;
        self.world.store.wait(position)?;
        if let Some(sink) = self.sink.as_deref_mut().filter(|_| !self.world.observer.text.is_empty()) {
            sink.release(offset, &self.world.observer.text).map_err(|error| RunError::Sink { place: None, error })?;
        }
        // The last commit's are found again all the same: the file may have lost them.
        self.world.store.released(position);
        self.world.observer.text.clear();
        self.new_broadcasts.clear();
        self.new_rejected.clear();
        self.rejected_bytes = 0;
        self.batch = 0;
        Ok(())
    }

    fn progress(&self) -> Progress {
        Progress { bytes: self.prefix.bytes(), events: self.world.engine.counters.events.read, clock_ms: self.world.clock_ms }
    }

    /// Whether what was given is known: `skipped` bytes of it were run before, and what came since the counts `then` were duplicates.
    fn is_nothing_new(&self, skipped: u64, then: &EventCounts) -> bool {
        let now = &self.world.engine.counters.events;
        let (read, known) = (now.read - then.read, now.duplicate - then.duplicate);
        self.this_run.resumed && read == known && (skipped > 0 || read > 0)
    }

    fn summary(mut self, drain_gave_up: bool) -> Summary {
        let record = self.world.engine.counters.record(&self.world.engine.program().module);
        let unmatched = self.unmatched.into_iter().map(|(kind, count)| (String::from(kind), count));
        self.this_run.unmatched = unmatched.collect();
        self.this_run.failures = std::mem::take(&mut self.world.observer.failures);
        self.this_run.unmatched.sort_by(|(left, more), (right, less)| less.cmp(more).then_with(|| left.cmp(right)));
        Summary { rejected: self.rejected, this_run: self.this_run, drain_gave_up, ..Summary::new(record, self.world.clock_ms) }
    }
}

/// The journeys of a store of which the program has none: it may be the store of something else.
fn other_journeys(program: &Program, meta: &Meta) -> Vec<String> {
    let ours = |name: &String| program.module.journeys.iter().any(|journey| journey.name == *name);
    let theirs: Vec<String> = meta.versions.keys().cloned().collect();
    if program.module.journeys.is_empty() || theirs.iter().any(ours) { Vec::new() } else { theirs }
}

/// Live instances can only go on in the version that they are in, and held messages only leave where they are known.
pub(crate) fn check_versions(program: &Program, meta: &Meta) -> Result<(), RunError> {
    for (name, counts) in meta.counters.journeys.iter().filter(|(_, counts)| counts.live > 0) {
        let old = meta.versions.get(name).cloned().unwrap_or_default();
        let new = program.module.journeys.iter().find(|journey| journey.name == *name).map(|journey| journey.version.clone());
        if new.as_ref() != Some(&old) {
            return Err(RunError::Version { journey: name.clone(), live: counts.live, old, new });
        }
    }
    let held = meta.counters.held.iter().flat_map(|(message, by)| by.iter().map(move |(channel, &held)| (message, channel, held)));
    for (message, channel, held) in held {
        let module = &program.module;
        let has_both = module.messages.iter().any(|m| m.name == *message) && module.channels.iter().any(|c| c.name == *channel);
        if held > 0 && !has_both {
            return Err(RunError::Held { message: message.clone(), channel: channel.clone(), held });
        }
    }
    Ok(())
}
