//! The middle representation: functions of basic blocks over words.
//!
//! Every value is one 64-bit word: a scalar itself, or a reference (an index into the step's heap, see
//! [`crate::machine::heap`]). What is here runs in two ways that must agree in everything, fuel included: by the
//! interpreter ([`interpret`]), the oracle, and as machine code ([`crate::codegen`]).
//!
//! A journey's body is lowered to one control-flow graph with `Suspend` terminators; liveness then gives each
//! pause its frame, and the graph is cut into segments: one function from the start, or from an arm of a pause,
//! to the next pauses. Only segments remain in a [`Module`].

mod host_op;
pub(crate) mod interpret;
mod journey;
pub(crate) mod liveness;
pub(crate) mod locals;
mod outside;
pub(crate) mod segments;
pub(crate) mod shared;
mod standing;
mod test;

pub use host_op::*;
pub use journey::*;
pub use outside::*;
pub use standing::*;
pub use test::*;

use crate::hir::{ArithOp, ChannelId, CompareOp};
use crate::types::{EnumId, TypeId, Types};
use journey_grammar::Span;
use std::sync::Arc;

/// A variable of a function: a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Local(pub u32);

/// A block of a function; block 0 is where it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub u32);

/// A function, index into [`Module::functions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// A string literal, index into [`Module::texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextId(pub u32);

/// A constant of the program, index into [`Module::globals`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlobalId(pub u32);

/// An effect's description, index into [`Module::effects`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EffectId(pub u32);

/// A function.
#[derive(Debug, Clone)]
pub struct Function {
    /// For people who read dumps: `cart_recovery::first_reminder.wait`.
    pub name: String,
    /// Called by the engine (with its parameters in [`crate::machine::Context`]) or only by other functions.
    pub entry: bool,
    pub params: Vec<Local>,
    /// How many locals there are; every one is assigned before it is read.
    pub locals: u32,
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Debug, Clone)]
pub struct Block {
    pub instructions: Vec<Instruction>,
    pub terminator: Terminator,
    /// Where a fault in this block goes on that a `try` catches: see [`crate::machine::Context::catch`].
    pub handler: Option<BlockId>,
    /// Where the terminator comes from.
    pub span: Span,
}

impl Block {
    /// Shows each block that may come next to `f`.
    pub(crate) fn each_target(&mut self, f: &mut impl FnMut(&mut BlockId)) {
        self.terminator.each_target(f);
        if let Some(handler) = &mut self.handler {
            f(handler);
        }
    }
}

/// An instruction with its place: in a journey's body the statement's, so that a fault names its line.
#[derive(Debug, Clone)]
pub struct Instruction {
    pub op: Op,
    pub span: Span,
}

/// Kinds of checked 64-bit numbers; they differ in `*`, `/`, limits, and the words of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberKind {
    Int,
    /// Millionths; `*` and `/` round half away from zero, computed in 128 bits.
    Decimal,
    /// Milliseconds.
    Duration,
    /// Milliseconds since the epoch, within `machine::TIME_MIN_MS..=TIME_MAX_MS`.
    Time,
}

/// What the step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepInput {
    /// The moment of the step, in milliseconds since the epoch.
    Now,
    /// The customer's key, a String.
    Customer,
    /// The profile record. It is the one record that is changed in place (by `Store`).
    Profile,
}

/// The operations.
#[derive(Debug, Clone)]
pub enum Op {
    Const {
        dst: Local,
        value: i64,
    },
    Text {
        dst: Local,
        text: TextId,
    },
    Global {
        dst: Local,
        global: GlobalId,
    },
    Copy {
        dst: Local,
        src: Local,
    },
    Input {
        dst: Local,
        input: StepInput,
    },
    /// Checked. Faults: overflow, division by zero. `Rem` has the sign of the dividend; division truncates
    /// (except Decimal's); the smallest number `Rem` -1 is 0. With kind Time only `Add`, `Sub` occur: `a` is the Time and `b` a Duration; `Time - Time` has kind Duration.
    /// With kind Duration, `Mul` has an Int as `b`. With kind Decimal, `b` is a Decimal too.
    Arith {
        op: ArithOp,
        kind: NumberKind,
        dst: Local,
        a: Local,
        b: Local,
    },
    /// A Decimal times an Int: exact, checked.
    DecimalTimesInt {
        dst: Local,
        decimal: Local,
        int: Local,
    },
    /// Floats; never faults (IEEE 754, NaN canonical). `Rem` is C's `fmod`.
    FloatArith {
        op: ArithOp,
        dst: Local,
        a: Local,
        b: Local,
    },
    /// As signed 64-bit numbers: all scalars but Floats.
    Compare {
        op: CompareOp,
        dst: Local,
        a: Local,
        b: Local,
    },
    FloatCompare {
        op: CompareOp,
        dst: Local,
        a: Local,
        b: Local,
    },
    Not {
        dst: Local,
        src: Local,
    },
    IntToFloat {
        dst: Local,
        src: Local,
    },
    /// Faults when out of range.
    IntToDecimal {
        dst: Local,
        src: Local,
    },
    /// `heap[base + offset]`
    Load {
        dst: Local,
        base: Local,
        offset: u32,
    },
    /// `heap[base + offset] = src`; only into what was allocated in this step, or the profile.
    Store {
        base: Local,
        offset: u32,
        src: Local,
    },
    /// Element `index` of a list, which the code before has compared with the length.
    LoadElement {
        dst: Local,
        list: Local,
        index: Local,
    },
    StoreElement {
        list: Local,
        index: Local,
        src: Local,
    },
    /// That many fresh words. Faults when the step's memory is full.
    Alloc {
        dst: Local,
        words: u32,
    },
    /// A list of `len` elements that are still to be stored; its length word is set. Faults likewise.
    AllocList {
        dst: Local,
        len: Local,
    },
    /// Sets a list's length to `len`, which must not be more than it was (after `filter`).
    TruncateList {
        list: Local,
        len: Local,
    },
    /// One turn of the budget: `fuel -= 1`, a fault if it is below 0 then.
    Turn,
    /// `count` turns of the budget (at least 0): `fuel -= count`, a fault if it is below 0 then.
    Turns {
        count: Local,
    },
    /// A function of the module; a fault in it becomes a fault here, at this span.
    Call {
        dst: Local,
        function: FunctionId,
        args: Vec<Local>,
    },
    /// What the host computes; see [`HostOp`].
    Host {
        dst: Local,
        op: HostOp,
        args: Vec<Local>,
    },
    /// Adds to the effects of the step; the arguments are described at [`Effect`].
    Effect {
        effect: EffectId,
        args: Vec<Local>,
    },
}

/// How a block ends.
#[derive(Debug, Clone)]
pub enum Terminator {
    Goto(BlockId),
    Branch {
        cond: Local,
        then: BlockId,
        otherwise: BlockId,
    },
    Switch {
        value: Local,
        cases: Vec<(i64, BlockId)>,
        default: BlockId,
    },
    Return(Local),
    /// Ends the step at a pause of the journey. `frame` are the live locals in the order of [`Pause::frame`];
    /// `deadlines` are Times, in the order of the pause's deadline arms.
    Suspend {
        pause: u32,
        frame: Vec<Local>,
        deadlines: Vec<Local>,
    },
    /// Ends the instance; index into [`Journey::outcomes`].
    Finish(u32),
    /// Faults with a text (a String).
    Fail(Local),
    /// Goes on, and ends, as that function does: the rest that several segments share. It takes the locals that are live
    /// there. Never within a loop, so that no chain of them is endless.
    Continue {
        function: FunctionId,
        args: Vec<Local>,
    },
    /// Proven by the checker; reaching it is a fault, `corrupt state`, never undefined behaviour.
    Unreachable,
}

/// All that the engine needs to run a program.
#[derive(Debug, Clone, Default)]
pub struct Module {
    pub types: Types,
    /// Shared with the module that this one was made of by a change.
    pub functions: Vec<Arc<Function>>,
    /// Where in `functions` begins what belongs together, the head or the body of a journey, or a test: each is compiled by itself.
    pub pieces: Vec<u32>,
    pub texts: Vec<String>,
    /// Each constant is computed once, by its function (without parameters), in this order.
    pub globals: Vec<Global>,
    pub effects: Vec<Effect>,
    pub experiments: Vec<crate::hir::Experiment>,
    pub events: Vec<crate::hir::Event>,
    pub profile: Option<crate::hir::Profile>,
    /// By [`ChannelId`].
    pub channels: Vec<Channel>,
    /// Whether any send has a handle.
    pub handles: bool,
    pub messages: Vec<Message>,
    pub services: Vec<Service>,
    pub traits: Vec<Trait>,
    /// Each after those that it needs.
    pub segments: Vec<Segment>,
    /// Sorted by name.
    pub journeys: Vec<Journey>,
    pub tests: Vec<Test>,
}

impl Module {
    /// The name of a channel.
    #[must_use]
    pub fn channel_name(&self, id: ChannelId) -> &str {
        self.channels.get(id.index()).map_or("", |channel| &channel.name)
    }
}

/// A constant.
#[derive(Debug, Clone)]
pub struct Global {
    pub name: String,
    pub ty: TypeId,
    pub function: FunctionId,
}

/// Number of the tag word of a variant: variants are numbered as declared.
#[must_use]
pub fn variant_tag(_enum: EnumId, variant: usize) -> i64 {
    i64::try_from(variant).unwrap_or(i64::MAX)
}
