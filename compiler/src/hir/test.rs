//! Typed tests.

use super::{ChannelId, EventId, Expr, JourneyId, MessageId, OperationId, OutcomeId, ServiceId, Var, VarId};
use journey_grammar::Span;

/// A `test`.
#[derive(Debug, Clone)]
pub struct Test {
    pub title: String,
    /// Where virtual time starts, in milliseconds since the epoch.
    pub start_ms: i64,
    pub vars: Vec<Var>,
    pub body: Vec<TestStmt>,
    pub span: Span,
}

/// A statement of a test, with the customer whom it speaks for.
#[derive(Debug, Clone)]
pub struct TestStmt {
    pub kind: TestStmtKind,
    pub customer: String,
    pub span: Span,
}

/// The statements of a test. `as` blocks are dissolved into each statement's `customer`.
#[derive(Debug, Clone)]
pub enum TestStmtKind {
    /// Fields of the profile and their values.
    Profile(Vec<(usize, Expr)>),
    /// The payload is a `Record` expression; `at` a Time.
    Event {
        broadcast: bool,
        event: EventId,
        payload: Expr,
        at: Option<Expr>,
    },
    /// What became of the message of that name that the customer was sent last: a built-in event, whose payload has the key of that send in this variable.
    Report {
        message: MessageId,
        event: EventId,
        key: VarId,
        payload: Expr,
        at: Option<Expr>,
    },
    /// A Duration.
    Advance(Expr),
    /// A Time.
    AdvanceUntil(Expr),
    /// The customer of the statement gets this variant of the experiment of that name.
    Variant {
        experiment: String,
        variant: String,
    },
    /// Calls of the operation by the customer of the statement, with these arguments where they are given, are answered so
    /// from here on: with a value (`None` where the operation gives none), or not at all.
    Answer {
        service: ServiceId,
        operation: OperationId,
        args: Option<Vec<Expr>>,
        reply: Reply,
    },
    Expect(Expect),
}

/// What a call gets in a test.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Of the type that the operation gives.
    Value(Expr),
    Nothing,
    Fail,
}

/// The expectations. A filter's parameters are the message's parameters (as test variables, in order), then,
/// with `via`, the content fields of that channel.
#[derive(Debug, Clone)]
pub enum Expect {
    Sent {
        not: bool,
        message: MessageId,
        via: Option<ChannelId>,
        times: Option<i64>,
        filter: Option<(Vec<VarId>, Expr)>,
    },
    /// Quiet hours hold it now, up to that moment.
    Held {
        not: bool,
        message: MessageId,
        via: Option<ChannelId>,
        until: Option<Expr>,
    },
    /// `not` with no reason: not suppressed at all.
    Suppressed {
        not: bool,
        message: MessageId,
        reason: Option<String>,
    },
    /// `step` is the path of the step (`outer.inner`); `None` is anywhere.
    At {
        not: bool,
        journey: JourneyId,
        step: Option<String>,
    },
    Finished {
        not: bool,
        journey: JourneyId,
        outcome: Option<OutcomeId>,
    },
    Failed {
        not: bool,
        journey: JourneyId,
    },
    /// The filter's parameters are the payload, then its fields.
    Emitted {
        not: bool,
        event: EventId,
        times: Option<i64>,
        filter: Option<(Vec<VarId>, Expr)>,
    },
    /// The filter's parameters are the operation's.
    Called {
        not: bool,
        service: ServiceId,
        operation: OperationId,
        times: Option<i64>,
        filter: Option<(Vec<VarId>, Expr)>,
    },
    /// A Bool over the customer's profile.
    Cond(Expr),
}
