//! The context of a step: inputs, heap, budget, and what came out.

use super::{BUDGET_DEFAULT, FaultKind, HOST_WORK_MAX, STEP_WORDS_MAX};
use crate::Program;
use crate::mir::EffectId;
use crate::source::Sources;
use std::sync::Arc;

/// Words by which the heap begins behind the constants (32 KiB).
const CHUNK_WORDS: usize = 4096;
/// Words behind the last one that can be allocated. A reference that is below `limit` may so be followed by this many without a
/// look at where the heap ends.
pub(crate) const SLACK_WORDS: usize = 1024;

/// How a call of a function ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The word that it returned.
    Returned(u64),
    /// At a pause of the journey: its index. Frame words and deadlines stand in the context.
    Suspended { pause: u32 },
    /// With the outcome of that index.
    Finished { outcome: u32 },
    /// Nothing of the step counts.
    Faulted(super::Fault),
}

/// An effect of a step; the arguments are words of the step's heap, described at [`crate::mir::Effect`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectRecord {
    pub effect: EffectId,
    pub args: Vec<u64>,
}

/// A trait of the customer at the moment of the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraitValue {
    pub word: TraitWord,
    /// The instant at which the next event leaves its window; [`crate::mir::NEVER`] where none does.
    pub next_ms: i64,
}

/// See [`TraitValue`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraitWord {
    /// A scalar.
    Word(u64),
    /// An optional: nothing, or a value (without its `?`) as [`super::codec`] writes it.
    Optional(Option<Vec<u8>>),
    /// More than its type can hold.
    TooLarge,
}

/// What a step runs on. One is made per thread and program, and used for one step after another.
///
/// `#[repr(C)]`: machine code reads and writes the first fields at fixed offsets.
#[repr(C)]
#[derive(Debug)]
pub struct Context {
    /// Address of `words[0]`; set again whenever `words` has grown. An integer, so that the context can move between threads.
    pub(crate) base: u64,
    /// The first free word.
    pub(crate) top: u64,
    /// Where allocation ends; `words` goes on for [`SLACK_WORDS`] more. All of it is initialised.
    pub(crate) limit: u64,
    /// Reference to the profile record.
    pub profile: u64,
    /// The moment of the step.
    pub now: i64,
    /// Reference to the customer's key.
    pub customer: u64,
    /// Turns that are left of the budget; below 0 once it is exhausted.
    pub fuel: i64,
    /// How the running function ended: see `codegen`.
    pub(crate) status: u64,
    /// The pause or outcome, or the place of the fault.
    pub(crate) detail: u64,
    /// Address of `out[0]`: where `Suspend` puts frame words, then deadlines.
    pub(crate) out: u64,
    /// How many words there are.
    pub(crate) out_room: u64,
    /// Address of the module that runs, for the host's functions; only set while machine code runs.
    pub(crate) module: u64,

    /// The heap.
    pub(crate) words: Vec<u64>,
    /// How many words the program's constants take.
    pub(crate) constants: usize,
    /// Room for frame and deadlines of any pause.
    pub(crate) out_words: Vec<u64>,
    /// Frame of the pause at which the step ended.
    pub frame: Vec<u64>,
    /// Its deadlines.
    pub deadlines: Vec<i64>,
    /// Effects of the step, in order.
    pub effects: Vec<EffectRecord>,
    /// How many emits have led to this step.
    pub depth: u32,
    /// Variants that a test has fixed: experiment and variant names.
    pub forced_variants: Vec<(String, String)>,
    /// Into which variants the step has gone: the indexes of the experiment and of the variant.
    pub picked: Vec<(u32, u32)>,
    /// Whether another journey of the group goes before the instance that runs.
    pub outranked: bool,
    /// By channel, how many places are left under its cap; sends take them. A channel that is missing has none.
    pub places: Vec<u32>,
    /// What the keys of the step's effects begin with: the instance and its step.
    pub key_prefix: String,
    /// The customer's traits, by number.
    pub traits: Vec<TraitValue>,
    /// What was caught last, and in which line it happened.
    pub(crate) caught: (String, i64),
    /// What lines are counted in; without it they are 0.
    sources: Option<Arc<Sources>>,
    /// The fault of a host operation, until its status is read.
    pub(crate) host_fault: Option<super::FaultKind>,
    /// What host operations may still look at in this step: values, or eight bytes of text each. Turns count how often
    /// something is done, this how much is done at once.
    pub(crate) work: u64,
}

impl Context {
    /// A context for steps of this program: its heap begins with the program's constants.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        Self::over(program.constants(), program.out_words())
    }

    /// The same, which can tell in which line something was caught.
    #[must_use]
    pub fn with_sources(mut self, sources: Arc<Sources>) -> Self {
        self.sources = Some(sources);
        self
    }

    /// A context whose heap begins with these words; word 0 is never a value.
    pub(crate) fn over(constants: &[u64], out_words: usize) -> Self {
        let mut words = constants.to_vec();
        if words.is_empty() {
            words.push(0);
        }
        let constants = words.len();
        words.resize(constants + CHUNK_WORDS + SLACK_WORDS, 0);
        let mut context = Self {
            base: 0,
            top: constants as u64,
            limit: 0,
            profile: 0,
            now: 0,
            customer: 0,
            fuel: BUDGET_DEFAULT,
            status: 0,
            detail: 0,
            out: 0,
            out_room: 0,
            module: 0,
            words,
            constants,
            out_words: vec![0; out_words.max(1)],
            frame: Vec::new(),
            deadlines: Vec::new(),
            effects: Vec::new(),
            depth: 0,
            forced_variants: Vec::new(),
            picked: Vec::new(),
            outranked: false,
            places: Vec::new(),
            key_prefix: String::new(),
            traits: Vec::new(),
            caught: (String::new(), 0),
            sources: None,
            host_fault: None,
            work: HOST_WORK_MAX,
        };
        context.sync();
        context
    }

    /// Begins a step: what the last one left goes; the profile is to be set by the caller.
    /// `fuel` is the budget in turns. A key that does not fit into memory becomes the empty one.
    pub fn begin(&mut self, now_ms: i64, customer: &str, fuel: i64) {
        self.top = self.constants as u64;
        self.profile = 0;
        self.now = now_ms;
        self.fuel = fuel;
        self.frame.clear();
        self.deadlines.clear();
        self.effects.clear();
        self.picked.clear();
        self.outranked = false;
        self.places.clear();
        self.key_prefix.clear();
        self.host_fault = None;
        self.work = HOST_WORK_MAX;
        self.customer = self.new_string(customer).unwrap_or(0);
    }

    /// Notes a fault for the handler of a `try`; says whether it is one that can be caught.
    pub fn catch(&mut self, fault: &super::Fault) -> bool {
        if !fault.kind.can_be_caught() {
            return false;
        }
        let source = self.sources.as_ref().and_then(|sources| sources.files().get(fault.span.file.0 as usize));
        let line = source.map_or(0, |source| i64::from(source.position(fault.span.start).line));
        self.caught = (fault.kind.to_string(), line);
        true
    }

    /// How far the heap is filled, for [`Context::rewind`].
    #[must_use]
    pub fn mark(&self) -> u64 {
        self.top
    }

    /// Gives back all words that were allocated after `mark`; no value among them may be used again.
    pub fn rewind(&mut self, mark: u64) {
        if (self.constants as u64..=self.top).contains(&mark) {
            self.top = mark;
        }
    }

    /// Sets the addresses and lengths that machine code goes by; called whenever one of the vectors has changed its length.
    fn sync(&mut self) {
        self.base = self.words.as_mut_ptr().expose_provenance() as u64;
        self.limit = self.words.len().saturating_sub(SLACK_WORDS) as u64;
        self.out = self.out_words.as_mut_ptr().expose_provenance() as u64;
        self.out_room = self.out_words.len() as u64;
    }

    /// That many words from the top of the heap; what stands in them is undetermined.
    ///
    /// # Errors
    /// [`FaultKind::MemoryExhausted`] past [`STEP_WORDS_MAX`].
    pub fn alloc(&mut self, words: usize) -> Result<u64, FaultKind> {
        let reference = self.top;
        let end = reference.saturating_add(words as u64);
        if end > self.limit {
            self.grow(end)?;
        }
        self.top = end;
        Ok(reference)
    }

    /// Takes so much of the work that the host may do in this step.
    pub(crate) fn spend(&mut self, work: u64) -> Result<(), FaultKind> {
        self.work = self.work.checked_sub(work).ok_or(FaultKind::BudgetExhausted)?;
        Ok(())
    }

    #[cold]
    fn grow(&mut self, end: u64) -> Result<(), FaultKind> {
        let end = usize::try_from(end).unwrap_or(usize::MAX);
        if end > STEP_WORDS_MAX {
            return Err(FaultKind::MemoryExhausted);
        }
        let wanted = end.max(self.words.len().saturating_mul(2)).min(STEP_WORDS_MAX) + SLACK_WORDS;
        self.words.resize(wanted, 0);
        self.sync();
        Ok(())
    }
}
