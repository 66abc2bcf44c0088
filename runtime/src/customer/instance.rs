//! An instance asleep: where each of its fibers stands, and what it keeps there.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use smol_str::SmolStr;

/// One run of a journey, live or failed; those that ended are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Journey and version: a number of the store's table of editions.
    pub edition: u32,
    /// Third part of its id `journey/customer/number`.
    pub number: u32,
    /// Its key under `one per EXPR`.
    pub key: Option<SmolStr>,
    /// Where it sleeps, in the order in which its fibers began: the main one, and those of the branches that are under way.
    /// None where the first step failed.
    pub fibers: SmallVec<[Fiber; 1]>,
    pub started_ms: i64,
    /// How many steps it has made.
    pub steps: u32,
    /// How many of the last ones no event caused and were at the same instant: bounded, so that none runs for ever.
    pub repeats: u32,
    /// The next instant at which time alone can change one of its exits or arms.
    pub watch_ms: Option<i64>,
    /// Into which variants of experiments it has gone, each once.
    pub variants: Vec<Chosen>,
    /// How it ends once its undo blocks are through.
    pub ending: Option<Ending>,
    /// Why it is parked.
    pub failure: Option<Box<Failure>>,
}

/// The variant of an experiment, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub experiment: SmolStr,
    pub variant: SmolStr,
}

/// One thread of an instance, asleep at a pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fiber {
    /// [`Fiber::MAIN`], or a number that none of the customer's other fibers ever has; later ones have higher numbers.
    pub id: u64,
    /// The fiber whose `parallel` or `race` this is a branch of.
    pub parent: Option<u64>,
    /// Index of the pause.
    pub pause: u32,
    /// Variables that are live there, as `machine::codec` writes them, one after another.
    pub frame: SmallVec<[u8; 32]>,
    /// Of the pause's deadline arms, in order.
    pub deadlines: SmallVec<[i64; 2]>,
    /// When the pause began, among the customer's pauses.
    pub armed: u64,
    /// What is to be run, the last first, when it is cancelled; of the fiber that runs them, those that are still to come.
    pub undos: Vec<Undo>,
    /// What the engine is doing for it, at a pause that waits for that.
    pub busy: Option<Box<Busy>>,
    /// Events that came while the engine was busy for it, or for what it came out of, in order: for the next `wait for` that
    /// names them.
    pub kept: Vec<Kept>,
}

/// Events that a fiber keeps at most; later ones are not kept.
pub const KEPT_MAX: usize = 100;

/// What the engine does while a fiber waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Busy {
    Call(Call),
    /// The number of the child whose end is waited for; none while it has not begun.
    Child(Option<u32>),
}

/// A call under way. The fiber's deadline is the next try, or when the reply is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The step that made it, and the effect's place in that.
    pub key: (u32, u32),
    /// Path, body where it is a value of its own, and parameters, as `machine::codec` writes them.
    pub args: Vec<u8>,
    /// How many tries there were.
    pub tries: u32,
    /// What the last try comes to: JSON, or why it failed.
    pub reply: Option<Result<String, String>>,
}

/// An event that was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The same for all fibers that keep this very event; later events have higher ones.
    pub number: u64,
    pub event: SmolStr,
    /// As `machine::codec` writes it.
    pub payload: Vec<u8>,
    /// How many emits led to it.
    pub depth: u32,
    /// Whether a branch beside this one was offered it: then it is not left to what follows them.
    pub taken: bool,
}

/// Who waits for the end of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    pub instance: u32,
    pub fiber: u64,
}

/// What an `undo` statement has registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// Index of the undo block in its journey.
    pub block: u32,
    /// Variables that it reads, as they were.
    pub frame: SmallVec<[u8; 16]>,
    /// When it was registered, among the customer's pauses and undos.
    pub at: u64,
}

/// How an instance ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// With the outcome of that index.
    Finished(u32),
    Cancelled,
}

impl Instance {
    /// Whether it waits, as opposed to being parked by a fault.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.failure.is_none()
    }

    /// Its earliest deadline, where it waits for one.
    #[must_use]
    pub fn due_ms(&self) -> Option<i64> {
        if self.is_live() { self.fibers.iter().filter_map(Fiber::due_ms).min() } else { None }
    }

    /// The next instant at which its conditions are to be judged.
    #[must_use]
    pub fn judged_ms(&self) -> Option<i64> {
        self.watch_ms.filter(|_| self.is_live())
    }

    /// Where a fiber stands, by its id.
    #[must_use]
    pub fn place_of(&self, fiber: u64) -> Option<usize> {
        self.fibers.iter().position(|other| other.id == fiber)
    }
}

impl Fiber {
    /// The fiber in which every instance begins.
    pub const MAIN: u64 = 0;

    /// A fiber that is to make its first step.
    #[must_use]
    pub fn new(id: u64, parent: Option<u64>) -> Self {
        Self {
            id,
            parent,
            pause: 0,
            frame: SmallVec::new(),
            deadlines: SmallVec::new(),
            armed: 0,
            undos: Vec::new(),
            busy: None,
            kept: Vec::new(),
        }
    }

    /// Its earliest deadline.
    #[must_use]
    pub fn due_ms(&self) -> Option<i64> {
        self.deadlines.iter().copied().min()
    }

    /// Whether it is the one that runs undo blocks: it is no branch, and goes on beside whatever becomes of the others.
    #[must_use]
    pub fn undoes(&self) -> bool {
        self.parent.is_none() && self.id != Self::MAIN
    }
}

/// Why an instance is parked, and what a retry would run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub at_ms: i64,
    /// In words.
    pub error: String,
    /// Of the statement; from 1, 0 where it is not known.
    pub line: u32,
    pub file: String,
    /// The fiber that was woken.
    pub fiber: u64,
    /// The arm of the pause that woke it; `None` at its start, or where a goal or exit failed.
    pub arm: Option<u32>,
    /// Name of the event whose step failed, and its payload as `machine::codec` writes it.
    pub event: Option<(String, Vec<u8>)>,
    /// Of a child that failed in its first step: its parameters, as `machine::codec` writes them.
    pub given: Option<Vec<u8>>,
}
