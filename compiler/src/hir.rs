//! The typed program: what the checker makes of the syntax and the MIR is made of.
//!
//! Every name is resolved, every coercion is written out (`Widen`, `Wrap`, `Unwrap`), defaults are filled in,
//! and every expression has its type. A program is only lowered when no error was found, so nothing here is
//! broken: no `Type::Error`, no missing name.

mod customer;
mod expr;
mod journey;
mod service;
mod stmt;
mod test;
mod walk;

pub use customer::*;
pub use expr::*;
pub use journey::*;
pub use service::*;
pub use stmt::*;
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
    /// A trait, index into [`Program::traits`].
    TraitId,
    /// A segment, index into [`Program::segments`].
    SegmentId,
    /// A service, index into [`Program::services`].
    ServiceId,
    /// An operation of a service, index into [`Service::operations`].
    OperationId,
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
    pub traits: Vec<Trait>,
    /// In an order in which each needs only earlier ones.
    pub segments: Vec<Segment>,
    pub channels: Vec<Channel>,
    pub messages: Vec<Message>,
    pub services: Vec<Service>,
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
