//! The middle representation: functions of basic blocks over words.
//!
//! Every value is one 64-bit word: a scalar itself, or a reference (an index into the step's heap, see
//! [`crate::machine::heap`]). What is here runs in two ways that must agree in everything, fuel included: by the
//! interpreter ([`interpret`]), the oracle, and as machine code ([`crate::codegen`]).
//!
//! A journey's body is lowered to one control-flow graph with `Suspend` terminators; liveness then gives each
//! pause its frame, and the graph is cut into segments: one function from the start, or from an arm of a pause,
//! to the next pauses. Only segments remain in a [`Module`].

pub(crate) mod interpret;
pub(crate) mod liveness;
pub(crate) mod locals;
pub(crate) mod segments;
pub(crate) mod shared;

use crate::hir::{ArithOp, ChannelId, CompareOp, EventId, MessageId};
use crate::types::{EnumId, RecordId, TypeId, Types};
use journey_grammar::Span;

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
    /// Where the terminator comes from.
    pub span: Span,
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

/// What is computed by the host, in safe Rust, for interpreter and machine code alike. Pure, but for its allocations.
/// Shapes are given as `(arguments) -> result`; `fault` where it can fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HostOp {
    /// `(T, T) -> Bool`: deep equality. Of Floats inside: IEEE equality.
    Equal(TypeId),
    /// `(String, String) -> Int`: -1, 0, 1 by code points.
    CompareStrings,
    /// `(Decimal, Decimal) -> Decimal`, fault: the general case, in 128 bits.
    DecimalMul,
    /// `(Decimal, Decimal) -> Decimal`, fault.
    DecimalDiv,
    /// `(Float, Float) -> Float`
    FloatRem,
    /// `(Int|Decimal|Float) -> …`: conversions by types; fault where out of range.
    Convert {
        from: TypeId,
        to: TypeId,
    },
    /// `(number, digits: Int) -> number`; Decimal or Float; fault on overflow. Digits are taken as 0..=6 for Decimals, 0..=15 for Floats.
    Round(TypeId),
    /// `(number) -> Int`, fault
    Floor(TypeId),
    Ceil(TypeId),
    /// `(number, digits: Int) -> String`
    Fixed(TypeId),
    /// `(Int|Decimal|Float|Duration) -> same`, fault (of the smallest Int)
    Abs(TypeId),
    /// `(Float, Float) -> Float`
    FloatMin,
    FloatMax,
    /// `(T) -> String`: how a printable value is shown in text.
    Format(TypeId),
    /// `(String…) -> String`: any number of arguments. Fault when the step's memory is full.
    Concat,
    StringLength,
    StringLower,
    StringUpper,
    StringTrim,
    /// `(String, part) -> Bool`
    StringContains,
    StringStartsWith,
    StringEndsWith,
    /// `(String, from, to) -> String`
    StringReplace,
    /// `(String, separator) -> List<String>`; an empty separator gives the characters
    StringSplit,
    /// `(List<String>, separator) -> String`
    ListJoin,
    /// `(List<T>, T) -> Bool`, by `Equal` of the element type
    ListContains(TypeId),
    /// `(List<T>, n: Int) -> List<T>`
    ListTake,
    /// `(List<K>, List<T>) -> List<T>`: the second list stably sorted by the keys in the first; K is ordered.
    ListSortBy(TypeId),
    /// `(Map<K, V>, K) -> word reference`: where the value stands in the heap, 0 if it does not. K's type.
    MapFind(TypeId),
    /// `(Map<K, V>) -> List<K>`
    MapKeys,
    MapValues,
    /// `(K, V, K, V, …) -> Map<K, V>`: a later equal key replaces the value at the earlier place. K's type.
    MapNew(TypeId),
    /// `(Time, Timezone) -> Date`, fault on an unknown zone
    TimeDate,
    /// `-> LocalTime`
    TimeTime,
    /// `-> Int`
    TimeHour,
    TimeWeekday,
    /// `(Date, LocalTime, Timezone) -> Time`, fault; a time that is skipped is the first instant after the gap, one that comes twice the first
    DateAt,
    /// `(Date, Int) -> Date`, fault out of range
    DatePlusDays,
    DatePlusMonths,
    /// `(Date, after: Date) -> Date`: the first anniversary later than `after`; 29 February falls on 28 February in common years
    DateNextAnniversary,
    /// `(now: Time, LocalTime, weekday: Int or 0, Timezone?) -> Time`: the next such moment strictly later than now; fault where the zone is none or unknown
    NextLocal,
    /// `(now: Time, from: LocalTime, to: LocalTime, Timezone?) -> Time`: now if it is inside, else the next start; fault likewise
    NextWithin,
    /// `() -> Int`: the index of the variant into which the customer falls. Index into [`Module::experiments`].
    PickVariant(u32),
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
    pub functions: Vec<Function>,
    pub texts: Vec<String>,
    /// Each constant is computed once, by its function (without parameters), in this order.
    pub globals: Vec<Global>,
    pub effects: Vec<Effect>,
    pub experiments: Vec<crate::hir::Experiment>,
    pub events: Vec<crate::hir::Event>,
    pub profile: Option<crate::hir::Profile>,
    /// Names by [`ChannelId`].
    pub channels: Vec<String>,
    pub messages: Vec<Message>,
    /// Sorted by name.
    pub journeys: Vec<Journey>,
    pub tests: Vec<Test>,
}

/// A constant.
#[derive(Debug, Clone)]
pub struct Global {
    pub name: String,
    pub ty: TypeId,
    pub function: FunctionId,
}

/// What the engine must know of a message to write its effects.
#[derive(Debug, Clone)]
pub struct Message {
    pub name: String,
    /// Names and types of the parameters.
    pub params: Vec<(String, TypeId)>,
    pub transactional: bool,
}

/// What an effect means and what its arguments are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Arguments: address (String), content (a record of type `content`), then the message's parameters.
    Send { message: MessageId, channel: ChannelId, content: RecordId },
    /// One argument for each channel: its [`Suppression`] as a number. With `first_of` the reason is `unreachable`.
    Suppressed { message: MessageId, channels: Vec<ChannelId>, first_of: bool },
    /// Argument: the new value of the whole field (its index in the profile).
    ProfileWrite { field: usize },
}

/// Why a channel does not take a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suppression {
    NoAddress = 1,
    NoConsent = 2,
}

impl Suppression {
    /// As it is written in effects and tests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::NoConsent => "no_consent",
        }
    }
}

/// A function together with the frame slots that it takes as its first parameters.
#[derive(Debug, Clone)]
pub struct Closure {
    pub function: FunctionId,
    /// Indexes into the frame of the pause at which it is asked.
    pub captures: Vec<u32>,
}

/// A compiled journey.
#[derive(Debug, Clone)]
pub struct Journey {
    pub name: String,
    pub title: Option<String>,
    /// Hash of the meaning, 16 hexadecimal digits.
    pub version: String,
    pub enters: Vec<Enter>,
    pub key: Key,
    pub cooldown_ms: Option<i64>,
    pub ends: Vec<End>,
    pub outcomes: Vec<String>,
    pub pauses: Vec<Pause>,
}

/// How a journey begins. All functions take the event's payload as their one parameter.
#[derive(Debug, Clone)]
pub struct Enter {
    pub event: EventId,
    /// `-> Bool`; `None` is always true.
    pub filter: Option<FunctionId>,
    /// `-> String`: the instance's key under `one per EXPR`.
    pub key: Option<FunctionId>,
    /// The first segment.
    pub start: FunctionId,
}

/// How many instances a customer may have live at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Customer,
    /// By [`Enter::key`].
    Expr,
    Unlimited,
}

/// A goal or exit. Its conditions take captured frame variables, then (`on`) the payload; what is captured where stands in [`Pause::end_captures`].
#[derive(Debug, Clone)]
pub struct End {
    /// Index into [`Journey::outcomes`].
    pub outcome: u32,
    pub goal: bool,
    /// `None` for `exit when`.
    pub event: Option<EventId>,
    /// `None` is always true (only with an event).
    pub condition: Option<FunctionId>,
}

/// A place where instances sleep.
#[derive(Debug, Clone)]
pub struct Pause {
    pub identity: String,
    /// Path of the steps around it, joined by dots; empty outside any step.
    pub step: String,
    pub frame: Vec<FrameVar>,
    /// In the order in which they are tried.
    pub arms: Vec<Arm>,
    /// For each of [`Journey::ends`], the frame slots that its condition takes.
    pub end_captures: Vec<Vec<u32>>,
    pub span: Span,
}

/// A variable that is live at a pause.
#[derive(Debug, Clone)]
pub struct FrameVar {
    /// Identity: see [`crate::hir::Var::path`].
    pub id: String,
    pub ty: TypeId,
}

/// What wakes an instance.
#[derive(Debug, Clone)]
pub enum Arm {
    /// The resume function takes the frame, then the payload.
    Event { event: EventId, filter: Option<Closure>, resume: FunctionId, correlation: Option<Correlation> },
    /// The resume function takes the frame. The nth `Deadline` arm has the nth deadline of the suspend.
    Deadline { resume: FunctionId },
    /// The condition takes captures; the resume function takes the frame.
    When { condition: Closure, resume: FunctionId },
}

/// An equality that a filter demands: `x.flight == booking.flight`. Both sides are given as Strings that are
/// equal when the values are; lets a broadcast find its customers without asking each.
#[derive(Debug, Clone)]
pub struct Correlation {
    /// `(payload) -> String`
    pub event_side: FunctionId,
    /// `(captures…) -> String`
    pub frame_side: Closure,
}

/// A compiled test.
#[derive(Debug, Clone)]
pub struct Test {
    pub title: String,
    pub start_ms: i64,
    pub body: Vec<TestStmt>,
    pub span: Span,
}

/// A statement of a test.
#[derive(Debug, Clone)]
pub struct TestStmt {
    pub kind: TestStmtKind,
    pub customer: String,
    pub span: Span,
}

/// The statements of a test. Functions without a remark take no parameters.
#[derive(Debug, Clone)]
pub enum TestStmtKind {
    /// Field index and its value.
    Profile(Vec<(usize, FunctionId)>),
    Event {
        broadcast: bool,
        event: EventId,
        payload: FunctionId,
        at: Option<FunctionId>,
    },
    Advance(FunctionId),
    AdvanceUntil(FunctionId),
    Variant {
        experiment: String,
        variant: String,
    },
    Expect(Expect),
}

/// The expectations.
#[derive(Debug, Clone)]
pub enum Expect {
    /// The filter takes the message's parameters, then, with `via`, the content fields.
    Sent {
        not: bool,
        message: MessageId,
        via: Option<ChannelId>,
        times: Option<i64>,
        filter: Option<FunctionId>,
    },
    Suppressed {
        not: bool,
        message: MessageId,
        reason: Option<String>,
    },
    At {
        not: bool,
        journey: crate::hir::JourneyId,
        step: Option<String>,
    },
    Finished {
        not: bool,
        journey: crate::hir::JourneyId,
        outcome: Option<u32>,
    },
    Failed {
        not: bool,
        journey: crate::hir::JourneyId,
    },
    /// `-> Bool`
    Cond(FunctionId),
}

/// Number of the tag word of a variant: variants are numbered as declared.
#[must_use]
pub fn variant_tag(_enum: EnumId, variant: usize) -> i64 {
    i64::try_from(variant).unwrap_or(i64::MAX)
}
