//! Compiled tests.

use super::FunctionId;
use crate::hir::{ChannelId, EventId, JourneyId, MessageId, OperationId, ServiceId};
use crate::types::TypeId;
use journey_grammar::Span;

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
    /// What became of the message of that name that the customer was sent last. The payload takes the key of that send, a String.
    Report {
        message: MessageId,
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
    /// With arguments, for calls with these alone.
    Answer {
        service: ServiceId,
        operation: OperationId,
        args: Option<Vec<FunctionId>>,
        reply: Reply,
    },
    Expect(Expect),
}

/// What a call gets in a test.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    Value(FunctionId),
    Nothing,
    Fail,
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
    /// `until` gives the moment.
    Held {
        not: bool,
        message: MessageId,
        via: Option<ChannelId>,
        until: Option<FunctionId>,
    },
    Suppressed {
        not: bool,
        message: MessageId,
        reason: Option<String>,
    },
    At {
        not: bool,
        journey: JourneyId,
        step: Option<String>,
    },
    Finished {
        not: bool,
        journey: JourneyId,
        outcome: Option<u32>,
    },
    Failed {
        not: bool,
        journey: JourneyId,
    },
    /// The filter takes the payload, then its fields.
    Emitted {
        not: bool,
        event: EventId,
        times: Option<i64>,
        filter: Option<FunctionId>,
    },
    /// The filter takes the operation's parameters.
    Called {
        not: bool,
        service: ServiceId,
        operation: OperationId,
        times: Option<i64>,
        filter: Option<FunctionId>,
    },
    /// `holds() -> Bool`; of a comparison, also what gives its left side, and of which type that is.
    Cond {
        holds: FunctionId,
        left: Option<(FunctionId, TypeId)>,
    },
}
