//! The syntax of tests.

use super::{Arg, Expr, Ident};
use journey_grammar::Span;

/// A statement of a `test`.
#[derive(Debug, Clone)]
pub struct TestStmt {
    pub kind: TestStmtKind,
    pub span: Span,
}

/// The statements of a test.
#[derive(Debug, Clone)]
pub enum TestStmtKind {
    /// `profile { email: "…" }`
    Profile(Vec<(Ident, Expr)>),
    /// `event e { … } at TIME`, `broadcast e { … }`
    Event {
        broadcast: bool,
        event: Ident,
        fields: Vec<(Ident, Expr)>,
        at: Option<Expr>,
    },
    /// `event cart_reminder.clicked { url: "…" } at TIME`: what became of the message that was sent last
    Report {
        message: Ident,
        event: Ident,
        fields: Vec<(Ident, Expr)>,
        at: Option<Expr>,
    },
    /// `advance 30m`
    Advance(Expr),
    /// `advance until TIME`
    AdvanceUntil(Expr),
    /// `as "bob" { … }`
    As {
        customer: String,
        customer_span: Span,
        body: Vec<TestStmt>,
    },
    /// `variant EXPERIMENT is NAME`
    Variant {
        experiment: Ident,
        variant: Ident,
    },
    /// `answer service.op(args) with VALUE`; without `with`, `fail`
    Answer {
        service: Ident,
        operation: Ident,
        args: Option<Vec<Arg>>,
        value: Option<Expr>,
    },
    Expect(Expect),
    Error,
}

/// The expectations.
#[derive(Debug, Clone)]
pub enum Expect {
    /// `expect sent M via C times N where COND`; `not` turns it
    Sent { not: bool, message: Ident, via: Option<Ident>, times: Option<(i64, Span)>, filter: Option<Expr> },
    /// `expect held M via C until TIME`
    Held { not: bool, message: Ident, via: Option<Ident>, until: Option<Expr> },
    /// `expect suppressed M because REASON`
    Suppressed { not: bool, message: Ident, reason: Option<Ident> },
    /// `expect at JOURNEY.step`
    At { not: bool, journey: Ident, step: Option<Ident> },
    /// `expect finished JOURNEY with OUTCOME`
    Finished { not: bool, journey: Ident, outcome: Option<Ident> },
    /// `expect failed JOURNEY`
    Failed { not: bool, journey: Ident },
    /// `expect COND`
    Cond(Expr),
    /// `expect emitted EVENT times N where COND`
    Emitted { not: bool, event: Ident, times: Option<(i64, Span)>, filter: Option<Expr> },
    /// `expect called service.op times N where COND`
    Called { not: bool, service: Ident, operation: Ident, times: Option<(i64, Span)>, filter: Option<Expr> },
}
