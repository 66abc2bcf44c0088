//! What is told of a customer's events, and what starts journeys beside events.

use super::FunctionId;
use crate::hir::{Aggregate, EventId, Schedule, SegmentId};
use crate::types::TypeId;

/// A trait. Its functions take the payload.
#[derive(Debug, Clone)]
pub struct Trait {
    pub name: String,
    /// Hash of what it means: its state is kept under it.
    pub meaning: u64,
    pub ty: TypeId,
    pub aggregate: Aggregate,
    pub event: EventId,
    /// `-> Bool`; `None` is always true.
    pub filter: Option<FunctionId>,
    /// What is aggregated; `None` where it is the event itself.
    pub value: Option<TraitField>,
    /// Milliseconds; `None` is all time.
    pub window_ms: Option<i64>,
}

/// What a trait aggregates.
#[derive(Debug, Clone, Copy)]
pub struct TraitField {
    pub function: FunctionId,
    /// Of an optional what is missing does not count.
    pub ty: TypeId,
}

/// A segment.
#[derive(Debug, Clone)]
pub struct Segment {
    pub name: String,
    /// Hash of what it means, with all that it names.
    pub meaning: u64,
    /// `() -> Bool`
    pub condition: FunctionId,
    /// `() -> Time`: the earliest instant later than now at which time alone can change it, [`NEVER`] where there is
    /// none; `None` where it can't.
    pub next: Option<FunctionId>,
}

/// No instant.
pub const NEVER: i64 = i64::MAX;

/// How a journey begins without an event. Its functions take no parameters.
#[derive(Debug, Clone)]
pub struct Standing {
    pub on: StandingOn,
    /// Hash of what it waits for: what a customer has of it is kept under it.
    pub meaning: u64,
    /// `-> String`: the instance's key under `one per EXPR`.
    pub key: Option<FunctionId>,
    /// The first segment.
    pub start: FunctionId,
}

/// See [`Standing`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingOn {
    /// Coming into a segment.
    Segment { segment: SegmentId, including_present: bool },
    /// Moments in the customer's zone; for those who are in the segment then.
    Every { schedule: Schedule, segment: Option<SegmentId> },
}
