//! Compiled journeys: how they begin, where they sleep, what wakes and what ends them.

use super::{FunctionId, Standing};
use crate::hir::{EventId, JourneyId, OnChange, OperationId, Priority, ServiceId};
use crate::types::{EnumId, TypeId};
use journey_grammar::Span;

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
    /// Ways in that no event opens.
    pub standing: Vec<Standing>,
    pub key: Key,
    pub cooldown_ms: Option<i64>,
    pub on_change: OnChange,
    /// How other journeys start it; such a journey has no `enters`.
    pub child: Option<Child>,
    /// Events that a `wait for` names: those that come while a call or a child is under way are kept for it.
    pub kept: Vec<EventId>,
    pub priority: Option<Priority>,
    pub ends: Vec<End>,
    pub outcomes: Vec<String>,
    pub pauses: Vec<Pause>,
    pub undos: Vec<Undo>,
}

/// An `undo` block. Its function takes the frame, and returns once it is through.
#[derive(Debug, Clone)]
pub struct Undo {
    /// What is kept when it is registered.
    pub frame: Vec<FrameVar>,
    pub start: FunctionId,
    pub span: Span,
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

/// How a journey begins that others start. Its functions take the parameters.
#[derive(Debug, Clone)]
pub struct Child {
    pub params: Vec<TypeId>,
    /// `-> String`: the instance's key under `one per EXPR`.
    pub key: Option<FunctionId>,
    /// The first segment.
    pub start: FunctionId,
    /// For each of [`Journey::ends`], the parameters that its condition takes; `None` where it takes what comes to be later.
    pub end_captures: Vec<Option<Vec<u32>>>,
    /// What `run` gives: the outcomes in their order, then `failed` and `cancelled`.
    pub result: EnumId,
}

impl Journey {
    /// What a `run` gives where the child has failed.
    #[must_use]
    pub fn failed_result(&self) -> u32 {
        u32::try_from(self.outcomes.len()).unwrap_or(u32::MAX)
    }

    /// What a `run` gives where the child was cancelled, or may not start.
    #[must_use]
    pub fn cancelled_result(&self) -> u32 {
        self.failed_result().saturating_add(1)
    }
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
    /// Of an `exit when` that time alone can change: takes what the condition takes, and gives the earliest instant later than now at which
    /// it can ([`super::NEVER`] where there is none).
    pub next: Option<FunctionId>,
}

/// A place where instances sleep.
#[derive(Debug, Clone)]
pub struct Pause {
    pub identity: String,
    /// Path of the steps around it, joined by dots; empty outside any step.
    pub step: String,
    /// Whether it is a `wait for`, to which events are offered that were kept for it.
    pub takes_kept: bool,
    pub frame: Vec<FrameVar>,
    /// In the order in which they are tried.
    pub arms: Vec<Arm>,
    /// Where it waits for branches instead.
    pub fork: Option<Fork>,
    /// Where a `try` around it goes on if anything faults while it sleeps: in a filter, a condition, or a branch that it waits
    /// for. The function takes the frame.
    pub caught: Option<FunctionId>,
    /// For each of [`Journey::ends`], the frame slots that its condition takes. Goals and exits are asked at the pause of the
    /// main fiber alone; at those of branches nothing is captured.
    pub end_captures: Vec<Vec<u32>>,
    /// Whether a promotional send can still follow.
    pub sends: bool,
    pub span: Span,
}

impl Pause {
    /// Whether the engine is busy for an instance that sleeps here: a call or a child is under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.arms.iter().any(|arm| matches!(arm, Arm::Answer { .. } | Arm::Ended { .. }))
    }
}

/// The branches for which a pause waits. All functions take its frame.
#[derive(Debug, Clone)]
pub struct Fork {
    /// Whether the first branch that ends is all that it waits for.
    pub race: bool,
    /// In the order in which they run.
    pub branches: Vec<Branch>,
    /// What follows.
    pub resume: FunctionId,
}

/// A branch. Its functions return once it is through.
#[derive(Debug, Clone)]
pub struct Branch {
    pub name: String,
    pub start: FunctionId,
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
    /// The condition takes captures; the resume function takes the frame. `next` is as in [`End::next`].
    When { condition: Closure, next: Option<FunctionId>, resume: FunctionId },
    /// A call is under way. The resume function takes the frame, then the answer where the operation gives one.
    Answer { service: ServiceId, operation: OperationId, resume: FunctionId },
    /// Its last try has failed. The resume function takes the frame, then why (a String).
    Unanswered { resume: FunctionId },
    /// A child is under way. The resume function takes the frame, then the child's result (see [`Child::result`]).
    Ended { journey: JourneyId, resume: FunctionId },
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
