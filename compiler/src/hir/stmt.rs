//! Statements.

use super::{Arm, ChannelId, EventId, EventMatch, ExperimentId, Expr, JourneyId, MessageId, OperationId, OutcomeId, ServiceId, VarId};
use crate::types::RecordId;
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
    /// Declares and sets; also used for `var`.
    Let(VarId, Expr),
    /// `x += e` is `x = x + e` here.
    Assign(Place, Expr),
    If {
        cond: Expr,
        then: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    /// Exhaustive; the first arm that fits counts.
    Match {
        scrutinee: Expr,
        arms: Vec<Arm<Vec<Stmt>>>,
    },
    For {
        var: VarId,
        iter: Iter,
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
        name: String,
        title: Option<String>,
        body: Vec<Stmt>,
    },
    Wait(Wait),
    Send(Send),
    Call(Call),
    /// The payload is a `Record` expression; `broadcast`: for all customers.
    Emit {
        event: EventId,
        payload: Expr,
        broadcast: bool,
    },
    /// Starts a child that lives on.
    Start {
        journey: JourneyId,
        args: Vec<Expr>,
    },
    Run(Run),
    /// All branches, joined at the end.
    Parallel(Branches),
    /// The first branch to end wins, the others are cancelled.
    Race(Branches),
    /// `error` is a record `{ message: String, line: Int }`.
    Try {
        body: Vec<Stmt>,
        error: VarId,
        handler: Vec<Stmt>,
    },
    /// Registers what is to be run when the instance or its branch is cancelled. The variables that it reads are kept as they are now.
    Undo {
        body: Vec<Stmt>,
    },
    Experiment {
        experiment: ExperimentId,
        /// One for each variant, in order.
        bodies: Vec<Vec<Stmt>>,
    },
    Finish(OutcomeId),
    /// Of type String.
    Fail(Expr),
}

/// What a `for` runs over.
#[derive(Debug, Clone)]
pub enum Iter {
    /// A list.
    List(Expr),
    /// `a..b` of Ints, without b.
    Range(Expr, Expr),
}

/// What can be assigned.
#[derive(Debug, Clone)]
pub struct Place {
    pub root: PlaceRoot,
    /// Fields below the root, outermost first; a record in between is copied with that field changed.
    pub path: Vec<(RecordId, usize)>,
    pub span: Span,
}

/// Where a place begins.
#[derive(Debug, Clone, Copy)]
pub enum PlaceRoot {
    Var(VarId),
    /// A field of the profile; counts as a profile write (an effect).
    Profile(usize),
}

/// `send`.
#[derive(Debug, Clone)]
pub struct Send {
    pub message: MessageId,
    /// One for each parameter, in order.
    pub args: Vec<Expr>,
    /// More than one with `first of`.
    pub channels: Vec<ChannelId>,
    pub first_of: bool,
    /// `let m = send …`: set to a record `{ sent: Bool, reason: String?, key: String }`. `wait for m.clicked` is a wait for the
    /// built-in event `message.clicked` whose `key` is the handle's.
    pub handle: Option<VarId>,
}

/// `call service.op(args) else fallback`; pauses until the answer.
#[derive(Debug, Clone)]
pub struct Call {
    /// Set to the answer.
    pub result: Option<VarId>,
    pub service: ServiceId,
    pub operation: OperationId,
    /// One for each parameter, in order.
    pub args: Vec<Expr>,
    /// What it gives where the last try has failed; `None`: a fault.
    pub fallback: Option<Expr>,
    /// The identity of the pause.
    pub identity: String,
}

/// `run JOURNEY(args)`; pauses until the child has ended. The child is cancelled with its parent.
#[derive(Debug, Clone)]
pub struct Run {
    /// Set to the child's result (see [`super::Journey::result`]).
    pub result: Option<VarId>,
    pub journey: JourneyId,
    pub args: Vec<Expr>,
    /// The identity of the pause.
    pub identity: String,
}

/// The branches of `parallel` and `race`, in the order in which they run. They read outer variables and assign their own.
#[derive(Debug, Clone)]
pub struct Branches {
    pub branches: Vec<Branch>,
    /// The identity of the pause at which the whole waits for them.
    pub identity: String,
}

/// A branch.
#[derive(Debug, Clone)]
pub struct Branch {
    pub name: String,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// A pause.
#[derive(Debug, Clone)]
pub struct Wait {
    /// The identity: names of steps, branches and variants joined by dots, then the kind, then `#2` …; or the
    /// path and the name after `as`.
    pub identity: String,
    pub kind: WaitKind,
}

/// What a pause waits for. Events are tried in the order of the arms, deadlines fire by time.
#[derive(Debug, Clone)]
pub enum WaitKind {
    /// `wait D`, `wait until T`; does not pause when reached.
    Until(Deadline),
    /// `wait D without EVENT …`: each event runs the body and starts again.
    Without { duration: Expr, on: EventMatch, body: Vec<Stmt> },
    /// `wait for EVENT …` with blocks or without. Without blocks and with `within`, `result` is an optional
    /// variable that is set to the event or to `none`; without `within`, `result` is `None` and the binder itself stays in scope.
    ForEvent { on: EventMatch, within: Option<Expr>, result: Option<VarId>, body: Vec<Stmt>, otherwise: Vec<Stmt> },
    /// `wait for any`
    ForAny(Vec<WaitArm>),
}

/// A moment to wait for.
#[derive(Debug, Clone)]
pub enum Deadline {
    /// `wait D`: a Duration from now.
    After(Expr),
    /// An instant: a Time.
    At(Expr),
    /// The next such local moment, strictly later than now; weekday 1 is Monday; zone of type Timezone, or
    /// the customer's zone as `Timezone?` (a fault where it is `none`).
    Local { weekday: Option<u8>, time: Expr, zone: Expr },
    /// The next instant inside the window: now, if now is inside.
    Within { from: Expr, to: Expr, zone: Expr },
}

/// An arm of `wait for any`.
#[derive(Debug, Clone)]
pub struct WaitArm {
    pub kind: WaitArmKind,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// What an arm waits for.
#[derive(Debug, Clone)]
pub enum WaitArmKind {
    On(EventMatch),
    Deadline(Deadline),
    /// A Bool, judged at the start and after each change of the customer.
    When(Expr),
}
