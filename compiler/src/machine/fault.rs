//! What can go wrong while a step runs. A fault parks one instance and nothing else.

use journey_grammar::Span;

/// A fault: what, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// The statement (or, outside journeys, the expression).
    pub span: Span,
}

/// The faults, each with its words and its code for `journey explain`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    #[error("Int overflow")]
    IntOverflow,
    #[error("Decimal overflow")]
    DecimalOverflow,
    #[error("Duration overflow")]
    DurationOverflow,
    #[error("Time out of range")]
    TimeOutOfRange,
    #[error("division by zero")]
    DivisionByZero,
    #[error("budget exhausted")]
    BudgetExhausted,
    #[error("memory exhausted")]
    MemoryExhausted,
    #[error("the customer's time zone is not known")]
    NoTimezone,
    #[error("unknown time zone")]
    UnknownTimezone,
    #[error("corrupt state")]
    CorruptState,
    /// `fail "why"`
    #[error("{0}")]
    Failed(String),
    /// A call whose last try has failed.
    #[error("{0}")]
    CallFailed(String),
    #[error("emit depth exceeded")]
    EmitDepthExceeded,
    /// A defect of Journey itself, caught.
    #[error("internal error")]
    Internal,
}

impl FaultKind {
    /// Whether a `try` catches it. What says that there is no going on, it does not.
    #[must_use]
    pub fn can_be_caught(&self) -> bool {
        !matches!(self, Self::BudgetExhausted | Self::MemoryExhausted | Self::CorruptState | Self::Internal)
    }

    /// The code that `journey explain` knows.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::IntOverflow => "R1001",
            Self::DecimalOverflow => "R1002",
            Self::DurationOverflow => "R1003",
            Self::TimeOutOfRange => "R1004",
            Self::DivisionByZero => "R1005",
            Self::BudgetExhausted => "R1006",
            Self::MemoryExhausted => "R1007",
            Self::NoTimezone => "R1008",
            Self::UnknownTimezone => "R1009",
            Self::CorruptState => "R1010",
            Self::Failed(_) => "R1011",
            Self::Internal => "R1012",
            Self::CallFailed(_) => "R1015",
            Self::EmitDepthExceeded => "R1016",
        }
    }
}
