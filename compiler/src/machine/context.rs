//! The context of a step: inputs, heap, budget, and what came out.

use crate::mir::EffectId;

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
    /// Length of `words`: everything below is initialised.
    pub(crate) limit: u64,
    /// Reference to the profile record.
    pub profile: u64,
    /// The moment of the step.
    pub now: i64,
    /// Reference to the customer's key.
    pub customer: u64,
    /// Turns that are left of the budget.
    pub fuel: i64,
    /// How the running function ended: see `codegen`.
    pub(crate) status: u64,
    /// The pause or outcome, or the place of the fault.
    pub(crate) detail: u64,
    /// Address of the parameters of an entry function.
    pub(crate) args: u64,
    /// Address of `out[0]`: where `Suspend` puts frame words, then deadlines.
    pub(crate) out: u64,

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
    /// Variants that a test has fixed: experiment and variant names.
    pub forced_variants: Vec<(String, String)>,
    /// The fault of a host operation, until its status is read.
    pub(crate) host_fault: Option<super::FaultKind>,
}
