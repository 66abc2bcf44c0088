//! The statements of a journey, and their parts.

use super::{Binding, EventPattern, Expr, Ident, MatchArm, TypeExpr};
use journey_grammar::Span;

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

/// The statements.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// `let x: T = e`, `var x = e`
    Let {
        assignable: bool,
        name: Ident,
        ty: Option<TypeExpr>,
        value: Expr,
    },
    /// `x = e`, `profile.x = e`
    Assign {
        target: Expr,
        value: Expr,
    },
    /// `x += e`
    AddAssign {
        target: Expr,
        value: Expr,
    },
    If {
        cond: Expr,
        then: Vec<Stmt>,
        otherwise: Option<Vec<Stmt>>,
    },
    Match {
        scrutinee: Expr,
        arms: Vec<MatchArm<Vec<Stmt>>>,
    },
    For {
        name: Ident,
        iter: Expr,
        body: Vec<Stmt>,
    },
    While {
        cond: Expr,
        body: Vec<Stmt>,
    },
    Loop {
        body: Vec<Stmt>,
    },
    Break,
    Continue,
    Step {
        name: Ident,
        title: Option<String>,
        renamed_from: Option<Ident>,
        body: Vec<Stmt>,
    },
    Wait {
        wait: Wait,
        label: Option<Ident>,
    },
    /// `send m(args) via a` (one channel) or `via first of a, b`; `let m = send …` has a handle
    Send {
        binding: Option<Binding>,
        message: Ident,
        args: Vec<Arg>,
        channels: Vec<Ident>,
        first_of: bool,
    },
    /// `let r = call service.op(args) else fallback`
    Call {
        binding: Option<Binding>,
        service: Ident,
        operation: Ident,
        args: Vec<Arg>,
        fallback: Option<Expr>,
    },
    /// `emit EVENT { … }`, `broadcast EVENT { … }`
    Emit {
        broadcast: bool,
        event: Ident,
        fields: Vec<(Ident, Expr)>,
    },
    /// `start JOURNEY(args)`
    Start {
        journey: Ident,
        args: Vec<Arg>,
    },
    /// `let o = run JOURNEY(args)`
    Run {
        binding: Option<Binding>,
        journey: Ident,
        args: Vec<Arg>,
    },
    Experiment {
        name: Ident,
        variants: Vec<ExperimentVariant>,
    },
    /// `parallel { branch a { … } … }` and `race { … }`
    Branches {
        race: bool,
        branches: Vec<Branch>,
    },
    /// `try { … } catch e { … }`
    Try {
        body: Vec<Stmt>,
        error: Ident,
        handler: Vec<Stmt>,
    },
    /// `undo { … }`
    Undo {
        body: Vec<Stmt>,
    },
    Finish(Ident),
    Fail(Expr),
    /// `what` is the word that names it: `decide`, `route` …
    Unsupported {
        what: String,
        what_span: Span,
        /// Names that it binds (`let r = decide …`).
        binds: Vec<Ident>,
    },
    /// Broken, already reported.
    Error,
}

/// An argument of a call: by place, or by name as in `percent: 10`.
#[derive(Debug, Clone)]
pub struct Arg {
    pub name: Option<Ident>,
    pub value: Expr,
}

/// The forms of `wait`.
#[derive(Debug, Clone)]
pub enum Wait {
    /// `wait 1h`
    For(Expr),
    /// `wait until TIME-EXPR`
    Until(Expr),
    /// `wait until 09:00 in ZONE`, `wait until monday 09:00`; weekday 1 is Monday
    UntilLocal { weekday: Option<u8>, time: Expr, zone: Option<Expr> },
    /// `wait until within 08:00..20:00 in ZONE`
    UntilWithin { from: Expr, to: Expr, zone: Option<Expr> },
    /// `wait 1h without EVENT as x where C { … }`
    Without { duration: Expr, on: EventPattern, body: Option<Vec<Stmt>> },
    /// `wait for EVENT as x where C within D { … } else { … }`
    ForEvent { on: EventPattern, within: Option<Expr>, body: Option<Vec<Stmt>>, otherwise: Option<Vec<Stmt>> },
    /// `wait for any { … }`
    ForAny(Vec<WaitArm>),
}

/// An arm of `wait for any`.
#[derive(Debug, Clone)]
pub struct WaitArm {
    pub kind: WaitArmKind,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// What an arm of `wait for any` waits for.
#[derive(Debug, Clone)]
pub enum WaitArmKind {
    On(EventPattern),
    After(Expr),
    /// `at TIME` (an instant), or a local time with weekday and zone as in `wait until`
    At {
        weekday: Option<u8>,
        time: Expr,
        zone: Option<Expr>,
    },
    When(Expr),
}

/// A variant of an experiment.
#[derive(Debug, Clone)]
pub struct ExperimentVariant {
    pub name: Ident,
    /// `holdout 10% { … }` (then `name` is `holdout`)
    pub holdout: bool,
    pub share: Share,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// `branch NAME { … }`
#[derive(Debug, Clone)]
pub struct Branch {
    pub name: Ident,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// The share of a variant.
#[derive(Debug, Clone)]
pub enum Share {
    /// Hundredths of a per cent: `45%` is 4500.
    BasisPoints(u32, Span),
    /// `rest`
    Rest(Span),
}
