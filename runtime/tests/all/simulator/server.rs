//! The server that crashes, and the one that does not.

use super::outside::Outside;
use super::random::Random;
use crate::support::Compiled;
use journey_runtime::counters::Record;
use journey_runtime::customer::Customer;
use journey_runtime::disk::{Faults, SimulatedDisk};
use journey_runtime::journal::{Journal, Log, LogError, Position};
use journey_runtime::partition::{Input, Options, Partition};
use journey_runtime::store::{DurableStore, MemoryStore, MemoryTable, Store, StoreError};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

const OPTIONS: Options = Options { dedupe_ms: 86_400_000, budget: 10_000, lateness_ms: 0 };
/// Small enough that customers must leave memory.
const CACHE_BYTES: u64 = 16_000;
const START_MS: i64 = 1_767_225_600_000;

/// A turn that was committed.
#[derive(Debug)]
pub struct Turn {
    now_ms: i64,
    inputs: Vec<Input>,
    end: Position,
}

/// A journal that syncs now and then, as a thread of its own would.
#[derive(Debug)]
struct Lazy {
    journal: Journal,
    random: Random,
}

impl Log for Lazy {
    fn submit(&mut self, batch: &[u8]) -> Result<Position, LogError> {
        self.journal.submit(batch)
    }

    fn durable(&mut self) -> Result<Position, LogError> {
        if self.random.chance(50) { self.journal.sync() } else { self.journal.durable() }
    }

    fn wait(&mut self, until: Position) -> Result<(), LogError> {
        self.journal.wait(until)
    }

    fn trim(&mut self, until: Position) -> Result<(), LogError> {
        self.journal.trim(until)
    }
}

/// A server over a simulated disk.
pub struct Server<'c> {
    pub seed: u64,
    compiled: &'c Compiled,
    disk: SimulatedDisk,
    table: MemoryTable,
    partition: Option<Partition<DurableStore>>,
    pub outside: Outside,
    queue: VecDeque<Input>,
    now_ms: i64,
    /// Those that are committed, as far as is known.
    pub turns: Vec<Turn>,
    /// One in whose midst the disk failed: whether it counts, only a recovery knows. And where the journal ended before it.
    doubtful: Option<(Position, Turn)>,
    /// Up to where the outside has lasting note of effects.
    handed_on: Position,
}

impl<'c> Server<'c> {
    pub fn new(compiled: &'c Compiled, seed: u64) -> Self {
        let mut server = Self {
            seed,
            compiled,
            disk: SimulatedDisk::new(seed),
            table: MemoryTable::new(),
            partition: None,
            outside: Outside::default(),
            queue: VecDeque::new(),
            now_ms: START_MS,
            turns: Vec::new(),
            doubtful: None,
            handed_on: Position(0),
        };
        server.start(&mut Random::new(seed));
        server
    }

    /// Something happens.
    pub fn step(&mut self, random: &mut Random) {
        match random.below(20) {
            0 => self.crash(random, true),
            1 => self.crash(random, false),
            2 => self.disk.set_faults(Faults { write: 30, sync: 30, ..Faults::default() }),
            3 => self.disk.set_faults(Faults::default()),
            4..=6 => self.now_ms += i64::try_from(random.below(20_000)).unwrap(),
            7 => self.checkpoint(random),
            8..=12 => {
                for _ in 0..random.below(6) {
                    let event = self.outside.event(random, self.now_ms);
                    self.queue.push_back(event);
                }
            }
            _ => self.turn(random),
        }
    }

    /// Clients send again until all is acknowledged, nothing fails any more, and time goes by.
    pub fn come_to_rest(&mut self, random: &mut Random) {
        self.disk.set_faults(Faults::default());
        self.crash(random, true);
        self.queue.extend(self.outside.again());
        for _ in 0..40 {
            self.now_ms += 10_000;
            while self.turn_once(random) {}
        }
        let partition = self.partition.as_mut().unwrap();
        let released = partition.settle().unwrap();
        partition.handed_on(released.end);
        self.outside.hear(&released, random, self.now_ms);
        assert!(self.outside.unacknowledged.is_empty(), "seed {}: not acknowledged: {:?}", self.seed, self.outside.unacknowledged);
    }

    /// What was acknowledged is known; nobody has vanished.
    pub fn check_accounts(&mut self) {
        let seed = self.seed;
        let counters = self.counters();
        for (name, journey) in &counters.journeys {
            let ended: u64 = journey.finished.values().sum();
            assert_eq!(journey.started, journey.live + ended + journey.failed + journey.cancelled, "seed {seed}: {name} {journey:?}");
        }
        let events = counters.events;
        assert_eq!(events.read, events.handled + events.unmatched + events.duplicate + events.rejected, "seed {seed}: {events:?}");
        let first = events.handled + events.unmatched;
        assert_eq!(first, self.outside.acknowledged.len() as u64, "seed {seed}: each acknowledged event counts once");
    }

    pub fn counters(&self) -> Record {
        self.partition.as_ref().unwrap().counters()
    }

    pub fn customers(&mut self) -> BTreeMap<String, Customer> {
        all(self.partition.as_mut().unwrap().store())
    }

    fn start(&mut self, random: &mut Random) {
        loop {
            let lazy = Random::new(random.next());
            let opened = DurableStore::over(
                Arc::new(self.disk.clone()),
                Path::new("/data/journal"),
                Arc::new(self.table.clone()),
                CACHE_BYTES,
                Some(self.handed_on),
                |journal| Ok(Box::new(Lazy { journal, random: lazy })),
            );
            match opened {
                Ok(store) => {
                    let end = store.end();
                    self.turns.retain(|turn| turn.end <= end);
                    if let Some((before, turn)) = self.doubtful.take().filter(|(before, _)| *before < end) {
                        assert!(self.turns.last().is_none_or(|last| last.end == before), "seed {}", self.seed);
                        self.turns.push(Turn { end, ..turn });
                    }
                    let partition = Partition::new(&self.compiled.program, &self.compiled.sources, OPTIONS, store);
                    return self.partition = Some(partition.unwrap());
                }
                // It is started again until the disk lets it.
                Err(StoreError::Failed(_)) => {
                    self.disk.lose_power();
                    self.table.lose_power(random.below(1_001));
                    self.disk.set_faults(Faults::default());
                }
                Err(error) => panic!("seed {}: {error}", self.seed),
            }
        }
    }

    /// The process is killed, or the power fails; it is started again.
    fn crash(&mut self, random: &mut Random, power: bool) {
        self.partition = None;
        if power {
            self.disk.lose_power();
            self.table.lose_power(random.below(1_001));
        } else {
            self.disk.kill();
        }
        self.queue.clear();
        self.start(random);
        if random.chance(50) {
            self.queue.extend(self.outside.again());
        }
    }

    fn checkpoint(&mut self, random: &mut Random) {
        let partition = self.partition.as_mut().unwrap();
        if partition.store().checkpoint().is_err() {
            self.crash(random, true);
        }
    }

    fn turn(&mut self, random: &mut Random) {
        self.turn_once(random);
    }

    /// Says whether there is more to do at once.
    fn turn_once(&mut self, random: &mut Random) -> bool {
        self.queue.extend(self.outside.replies(self.now_ms));
        let partition = self.partition.as_mut().unwrap();
        let before: Vec<Input> = self.queue.iter().cloned().collect();
        let committed = partition.store().end();
        let turned = partition.turn(self.now_ms, &mut self.queue);
        let end = partition.store().end();
        let inputs = before[..before.len() - self.queue.len()].to_vec();
        let turn = Turn { now_ms: self.now_ms, inputs, end };
        let more = match turned {
            Ok(more) => more,
            Err(_) => {
                self.doubtful = Some((committed, turn));
                self.crash(random, true);
                return true;
            }
        };
        if end > committed {
            self.turns.push(turn);
        }
        let partition = self.partition.as_mut().unwrap();
        match partition.released() {
            Ok(released) => {
                self.outside.hear(&released, random, self.now_ms);
                // The outside's own notes last or do not.
                if random.chance(50) && released.end > self.handed_on {
                    self.handed_on = released.end;
                    partition.handed_on(released.end);
                }
                more
            }
            Err(_) => {
                self.crash(random, true);
                true
            }
        }
    }
}

fn all(store: &mut impl Store) -> BTreeMap<String, Customer> {
    let mut customers = BTreeMap::new();
    let mut see = |customer: &Customer| {
        // Where a row of the index is stale hangs on when it came up.
        let customer = Customer { indexed_ms: None, ..customer.clone() };
        customers.insert(customer.key.to_string(), customer);
    };
    store.each(&mut see).unwrap();
    customers
}

/// The same turns in memory: customers, counters and effects.
pub fn in_memory(compiled: &Compiled, turns: &[Turn]) -> (BTreeMap<String, Customer>, Record, String) {
    let mut partition = Partition::new(&compiled.program, &compiled.sources, OPTIONS, MemoryStore::new()).unwrap();
    let mut effects = String::new();
    for turn in turns {
        let mut inputs: VecDeque<Input> = turn.inputs.iter().cloned().collect();
        partition.turn(turn.now_ms, &mut inputs).unwrap();
        assert!(inputs.is_empty());
        effects.push_str(&partition.settle().unwrap().effects);
    }
    let counters = partition.counters();
    (all(partition.store()), counters, effects)
}
