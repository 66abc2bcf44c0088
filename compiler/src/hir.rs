//! The typed program: what the checker makes of the syntax and the MIR is made of.
//!
//! Every name is resolved, every coercion is written out (`Widen`, `Wrap`, `Unwrap`), defaults are filled in,
//! and every expression has its type. A program is only lowered when no error was found, so nothing here is
//! broken: no `Type::Error`, no missing name.

mod expr;
mod test;

pub use expr::*;
pub use test::*;

use crate::types::{RecordId, TypeId, Types};
use journey_grammar::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index of the table that it numbers.
            #[must_use]
            pub fn index(self) -> usize { self.0 as usize }
        }
    )* };
}

ids! {
    /// A variable within one body (journey, function, message variant, test): index into that body's `vars`.
    VarId,
    /// A constant, index into [`Program::consts`].
    ConstId,
    /// A user's `fn`, index into [`Program::fns`].
    FnId,
    /// An event, index into [`Program::events`].
    EventId,
    /// A channel, index into [`Program::channels`].
    ChannelId,
    /// A message, index into [`Program::messages`].
    MessageId,
    /// A journey, index into [`Program::journeys`] (which is sorted by name).
    JourneyId,
    /// An outcome of a journey, index into [`Journey::outcomes`].
    OutcomeId,
    /// An experiment of a journey, index into [`Journey::experiments`].
    ExperimentId,
}

/// A whole checked program.
#[derive(Debug, Clone, Default)]
pub struct Program {
    pub types: Types,
    /// In an order in which each needs only earlier ones. Field defaults stand here too, with empty names.
    pub consts: Vec<Const>,
    /// In an order in which each calls only earlier ones.
    pub fns: Vec<Fn>,
    pub events: Vec<Event>,
    /// `None` where the program declares no profile; then it has a profile without fields.
    pub profile: Option<Profile>,
    pub channels: Vec<Channel>,
    pub messages: Vec<Message>,
    /// Sorted by name: the order in which entries are judged.
    pub journeys: Vec<Journey>,
    pub tests: Vec<Test>,
}

/// `const`, or the default of a field.
#[derive(Debug, Clone)]
pub struct Const {
    pub name: String,
    /// Of lambdas, blocks and patterns in its value.
    pub vars: Vec<Var>,
    pub ty: TypeId,
    pub value: Expr,
}

/// A variable.
#[derive(Debug, Clone)]
pub struct Var {
    pub name: String,
    pub ty: TypeId,
    /// Identity in frames: the path of steps, branches and variants around its declaration and its name, joined
    /// by dots, with `#2`, `#3` behind the second and third of that path and name.
    pub path: String,
    pub span: Span,
}

/// A user's function.
#[derive(Debug, Clone)]
pub struct Fn {
    pub name: String,
    pub vars: Vec<Var>,
    pub params: Vec<VarId>,
    pub ret: TypeId,
    pub body: Expr,
    pub span: Span,
}

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    pub name: String,
    /// The CloudEvents `type`.
    pub wire: String,
    pub record: RecordId,
}

/// The profile.
#[derive(Debug, Clone)]
pub struct Profile {
    pub record: RecordId,
    /// The field `timezone`, if it is there: its index, and whether it is optional.
    pub timezone: Option<(usize, bool)>,
    /// The index of the field `locale` (String or String?), if it is there.
    pub locale: Option<usize>,
}

/// A channel.
#[derive(Debug, Clone)]
pub struct Channel {
    pub name: String,
    /// Of lambdas, blocks and patterns in address and consent.
    pub vars: Vec<Var>,
    /// Of type `String?` (wrapped where it was a `String`); `None` where the channel declares no address:
    /// then the customer's key is the address.
    pub address: Option<Expr>,
    /// Of type Bool (of a `Bool?`, `?? false` is added); `None` where the channel declares no consent: then none is needed.
    pub consent: Option<Expr>,
    /// The content that messages give, a record of Strings.
    pub content: RecordId,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Message {
    pub name: String,
    pub vars: Vec<Var>,
    pub params: Vec<VarId>,
    pub transactional: bool,
    /// One per channel and locale.
    pub variants: Vec<MessageVariant>,
}

/// A variant of a message.
#[derive(Debug, Clone)]
pub struct MessageVariant {
    pub channel: ChannelId,
    /// `None`: the variant for every locale that has none of its own.
    pub locale: Option<String>,
    /// In the order of the channel's content record; each of type String.
    pub content: Vec<Expr>,
    pub span: Span,
}

/// A journey.
#[derive(Debug, Clone)]
pub struct Journey {
    pub name: String,
    pub title: Option<String>,
    pub vars: Vec<Var>,
    pub enters: Vec<Enter>,
    pub key: InstanceKey,
    /// Milliseconds.
    pub cooldown_ms: Option<i64>,
    /// Goals and exits as written.
    pub ends: Vec<End>,
    /// Names: those of `finish`, goals and exits in order of first appearance, and `completed`.
    pub outcomes: Vec<String>,
    pub experiments: Vec<Experiment>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// `enter on`. Every `enter` of a journey binds the same variable.
#[derive(Debug, Clone)]
pub struct Enter {
    pub on: EventMatch,
    pub span: Span,
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
