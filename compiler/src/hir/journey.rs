//! Journeys and what stands in their heads.

use super::{EventId, Expr, OutcomeId, SegmentId, Stmt, Var, VarId};
use crate::types::EnumId;
use journey_grammar::Span;

/// A journey.
#[derive(Debug, Clone)]
pub struct Journey {
    pub name: String,
    pub name_span: Span,
    pub title: Option<String>,
    pub vars: Vec<Var>,
    /// Such a journey has no `enters`; others start it.
    pub params: Vec<VarId>,
    pub enters: Vec<Enter>,
    pub key: InstanceKey,
    /// Milliseconds.
    pub cooldown_ms: Option<i64>,
    /// Goals and exits as written.
    pub ends: Vec<End>,
    /// Names: those of `finish`, goals and exits in order of first appearance, and `completed`.
    pub outcomes: Vec<String>,
    pub experiments: Vec<Experiment>,
    pub priority: Option<Priority>,
    pub on_change: OnChange,
    /// The type of what `run` gives, an enum of the outcomes (in order of [`Journey::outcomes`]), `failed` and `cancelled`.
    pub result: Option<EnumId>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// `enter`. Every `enter on EVENT` of a journey binds the same variable.
#[derive(Debug, Clone)]
pub struct Enter {
    pub on: EnterOn,
    pub span: Span,
}

/// What starts an instance.
#[derive(Debug, Clone)]
pub enum EnterOn {
    Event(EventMatch),
    /// Coming into a segment; `including_present`: a deploy enters also those who are in it already.
    Segment {
        segment: SegmentId,
        including_present: bool,
    },
    /// Moments in the customer's zone; for those who are in the segment then.
    Every {
        schedule: Schedule,
        segment: Option<SegmentId>,
    },
}

impl EnterOn {
    /// The event, where it is one that starts an instance.
    #[must_use]
    pub fn event(&self) -> Option<&EventMatch> {
        match self {
            Self::Event(on) => Some(on),
            Self::Segment { .. } | Self::Every { .. } => None,
        }
    }
}

/// `enter every …`. Times are milliseconds since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schedule {
    /// Milliseconds.
    Period {
        ms: i64,
    },
    Daily {
        time_ms: i64,
    },
    /// Weekday 1 is Monday.
    Weekly {
        weekday: u8,
        time_ms: i64,
    },
    /// Day 1..=31; a month that has no such day has it on its last.
    Monthly {
        day: u8,
        time_ms: i64,
    },
}

/// `priority N in GROUP`.
#[derive(Debug, Clone)]
pub struct Priority {
    pub rank: i64,
    pub group: String,
}

/// `on change …`: what becomes of live instances when the journey is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnChange {
    Stay,
    #[default]
    Move,
}

/// `EVENT as x where C`.
#[derive(Debug, Clone)]
pub struct EventMatch {
    pub event: EventId,
    /// The variable for the payload; always there (a nameless one where none was written).
    pub binder: VarId,
    pub filter: Option<Expr>,
}

/// How many instances a customer may have live at once.
#[derive(Debug, Clone)]
pub enum InstanceKey {
    /// `one per customer`
    Customer,
    /// `one per EXPR`; of a printable type
    Expr(Expr),
    /// `unlimited`
    Unlimited,
}

/// `goal` and `exit`.
#[derive(Debug, Clone)]
pub struct End {
    pub outcome: OutcomeId,
    pub goal: bool,
    pub on: EndOn,
    pub span: Span,
}

/// What ends it.
#[derive(Debug, Clone)]
pub enum EndOn {
    Event(EventMatch),
    When(Expr),
}

/// An experiment.
#[derive(Debug, Clone)]
pub struct Experiment {
    pub name: String,
    /// As written; the shares sum to 10,000.
    pub variants: Vec<ExperimentVariant>,
}

/// A variant of an experiment; `rest` resolved.
#[derive(Debug, Clone)]
pub struct ExperimentVariant {
    pub name: String,
    /// Hundredths of a per cent.
    pub basis_points: u32,
}
