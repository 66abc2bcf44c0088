//! A set of customers with one writer: takes what has come, runs it, commits it as one, and tells what became of it once that is
//! durable.
//!
//! It reads no clock, waits for nothing and knows no threads: whoever drives it says what time it is. The server does, and so does
//! the simulator.

mod asking;
mod intake;

pub use asking::{Asking, Request};

use crate::counters::Counters;
use crate::effect::lines::Lines;
use crate::engine::Engine;
use crate::journal::Position;
use crate::run::check_versions;
use crate::store::{Commit, Meta, Store, StoreError};
use crate::summary::Rejected;
use crate::wire::Reason;
use crate::world::World;
use journey_compiler::{Program, Sources};
use std::collections::VecDeque;
use std::sync::Arc;

/// Timers that fire in a turn at most: events do not starve while many are due.
const TURN_TIMERS: usize = 1_000;
/// Customers to whom broadcasts are offered in a turn at most.
const TURN_SPREAD: usize = 1_000;
/// Inputs of a turn at most.
pub const TURN_INPUTS: usize = 4_096;
/// Customers that a turn changes at least before it ends because too many are in memory.
const TURN_CROWDED: usize = 256;
/// Bytes of effects after which a turn ends.
const TURN_EFFECTS: usize = 4 << 20;

/// What a partition is told once.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long ids of events are remembered, in milliseconds.
    pub dedupe_ms: i64,
    /// Turns that each step may take.
    pub budget: i64,
    /// How long timers are held back, in milliseconds, so that events stamped before them and delivered late still count.
    pub lateness_ms: i64,
}

/// Something from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A CloudEvent as JSON; who sent it is told under this number what became of it.
    Event { ticket: u64, text: Box<str> },
    /// A reply to a try of a call, by the call's key.
    Reply { customer: Box<str>, key: Box<str>, attempt: u32, result: Result<String, String> },
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Handled,
    Unmatched,
    Duplicate,
    Rejected(Reason),
}

/// What may be told now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Released {
    /// By the tickets of the events.
    pub outcomes: Vec<(u64, Outcome)>,
    /// Lines of effects, and of tries of calls.
    pub effects: String,
    /// The end of the last commit of which they are: to be given to [`Partition::handed_on`] when they are where they go.
    pub end: Position,
}

/// See the module.
#[derive(Debug)]
pub struct Partition<S> {
    world: World<S, Lines, Asking>,
    options: Options,
    meta: Meta,
    broadcasts: Vec<(u64, i64)>,
    rejected: Vec<Rejected>,
    /// Of the commit that is being made.
    outcomes: Vec<(u64, Outcome)>,
    pending: VecDeque<Released>,
    /// Whether something beside customers has changed since the last commit.
    dirty: bool,
}

impl<S: Store> Partition<S> {
    /// Goes on with what the store holds.
    ///
    /// # Errors
    /// Where the store cannot be read, or live instances cannot go on in this program.
    pub fn new(program: &Arc<Program>, sources: &Arc<Sources>, options: Options, store: S) -> Result<Self, StoreError> {
        let mut meta = store.meta()?.unwrap_or_default();
        check_versions(program, &meta).map_err(|error| StoreError::Failed(error.to_string()))?;
        let mut engine = Engine::new(Arc::clone(program), Arc::clone(sources), options.budget, &meta.editions, &meta.profiles);
        engine.counters = Counters::resume(&program.module, &meta.counters);
        meta.editions = engine.editions().table().to_vec();
        meta.profiles = engine.profiles().table().to_vec();
        meta.versions.extend(program.module.journeys.iter().map(|journey| (journey.name.clone(), journey.version.clone())));
        let mut world = World::new(engine, store, (Lines::default(), Asking::default()), meta.clock_ms, options.dedupe_ms)?;
        world.outgoing = std::mem::take(&mut meta.outgoing).into();
        let again = |(end, effects)| Released { outcomes: Vec::new(), effects, end };
        let pending = world.store.unreleased().into_iter().map(again).collect();
        Ok(Self { world, options, meta, broadcasts: Vec::new(), rejected: Vec::new(), outcomes: Vec::new(), pending, dirty: false })
    }

    /// Does what is due and takes inputs, the first first, up to a bound; commits it. Says whether there is more to do at once.
    ///
    /// # Errors
    /// Where the store fails: the partition must not go on.
    pub fn turn(&mut self, now_ms: i64, inputs: &mut VecDeque<Input>) -> Result<bool, StoreError> {
        self.world.clock_ms = self.world.clock_ms.max(Some(now_ms));
        let is_spreading = self.spread()?;
        let is_firing = self.fire(now_ms.saturating_sub(self.options.lateness_ms))?;
        // A broadcast that came before them is offered before them.
        if !is_spreading {
            for _ in 0..TURN_INPUTS {
                if self.is_full() {
                    break;
                }
                let Some(input) = inputs.pop_front() else { break };
                self.take(input, now_ms)?;
                if !self.world.outgoing.is_empty() {
                    break;
                }
            }
        }
        self.commit()?;
        Ok(is_spreading || is_firing || !self.world.outgoing.is_empty() || !inputs.is_empty())
    }

    /// What has become durable since, in the order in which it was committed.
    ///
    /// # Errors
    /// Where it cannot be made durable: then nothing that is pending may ever be told.
    pub fn released(&mut self) -> Result<Released, StoreError> {
        let mut all = Released::default();
        if self.pending.is_empty() {
            return Ok(all);
        }
        let durable = self.world.store.durable()?;
        while let Some(first) = self.pending.pop_front_if(|first| first.end <= durable) {
            if all.effects.is_empty() {
                all.effects = first.effects;
            } else {
                all.effects.push_str(&first.effects);
            }
            all.outcomes.extend(first.outcomes);
            all.end = first.end;
        }
        Ok(all)
    }

    /// Effects up to there need not be given again after a crash.
    pub fn handed_on(&mut self, end: Position) {
        self.world.store.released(end);
    }

    /// Waits until all that was committed is durable, and gives it.
    ///
    /// # Errors
    /// As [`Partition::released`].
    pub fn settle(&mut self) -> Result<Released, StoreError> {
        if let Some(last) = self.pending.back() {
            self.world.store.wait(last.end)?;
        }
        self.released()
    }

    /// When the next timer is due, in the near future.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn next_due(&mut self, limit_ms: i64) -> Result<Option<i64>, StoreError> {
        let due = self.world.store.next_timer(limit_ms)?;
        Ok(due.map(|(due_ms, _)| due_ms.saturating_add(self.options.lateness_ms)))
    }

    /// What is counted.
    #[must_use]
    pub fn counters(&self) -> crate::counters::Record {
        self.world.engine.counters.record(&self.world.engine.program().module)
    }

    /// The store.
    pub fn store(&mut self) -> &mut S {
        &mut self.world.store
    }

    fn is_full(&self) -> bool {
        self.world.observer.text.len() >= TURN_EFFECTS || self.world.store.is_crowded() && self.world.store.pending() >= TURN_CROWDED
    }

    /// Fires what is due; says whether more is.
    fn fire(&mut self, limit_ms: i64) -> Result<bool, StoreError> {
        for _ in 0..TURN_TIMERS {
            if !self.world.fire_until(limit_ms)? {
                return Ok(false);
            }
            if self.is_full() {
                break;
            }
        }
        Ok(true)
    }

    /// Offers what was broadcast; says whether some is left.
    fn spread(&mut self) -> Result<bool, StoreError> {
        for _ in 0..TURN_SPREAD {
            if !self.world.spread()? {
                return Ok(false);
            }
            self.dirty = true;
            if self.is_full() {
                break;
            }
        }
        Ok(true)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let is_silent = self.world.observer.text.is_empty() && self.world.answers.text.is_empty();
        if self.world.store.pending() == 0 && is_silent && self.outcomes.is_empty() && !self.dirty {
            return Ok(());
        }
        let mut effects = std::mem::take(&mut self.world.observer.text);
        effects.push_str(&std::mem::take(&mut self.world.answers.text));
        self.meta.effects_bytes += effects.len() as u64;
        self.meta.clock_ms = self.world.clock_ms;
        self.meta.outgoing = self.world.outgoing.iter().cloned().collect();
        self.meta.counters = self.counters();
        let end = self.world.store.commit(&Commit {
            meta: &self.meta,
            broadcasts: &self.broadcasts,
            forget_until_ms: self.world.forget_until_ms(),
            rejected: &self.rejected,
            effects: &effects,
        })?;
        self.broadcasts.clear();
        self.rejected.clear();
        self.dirty = false;
        self.pending.push_back(Released { outcomes: std::mem::take(&mut self.outcomes), effects, end });
        Ok(())
    }
}
