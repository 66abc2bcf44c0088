//! What is known of a customer and how a customer is reached: profile, traits, segments, channels, messages.

use super::{ChannelId, EventId, Expr, Var, VarId};
use crate::types::{RecordId, TypeId};
use journey_grammar::Span;

/// The profile.
#[derive(Debug, Clone)]
pub struct Profile {
    pub record: RecordId,
    /// The field `timezone`, if it is there: its index, and whether it is optional.
    pub timezone: Option<(usize, bool)>,
    /// The index of the field `locale` (String or String?), if it is there.
    pub locale: Option<usize>,
}

/// `trait`: an aggregate over the customer's events.
#[derive(Debug, Clone)]
pub struct Trait {
    pub name: String,
    pub ty: TypeId,
    pub aggregate: Aggregate,
    pub event: EventId,
    /// The binder and what the filter and the value declare.
    pub vars: Vec<Var>,
    /// The payload; always there.
    pub binder: VarId,
    pub filter: Option<Expr>,
    /// What is aggregated, in terms of the binder; `None` for `count(E)`, and for `first(E)` and `last(E)`, which give the time.
    pub value: Option<Expr>,
    /// Milliseconds of the sliding window `(now - D, now]`; `None` is all time.
    pub window_ms: Option<i64>,
    pub span: Span,
}

/// The aggregates. `Count`, `Sum` and `Distinct` are 0 on nothing, the others optional.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aggregate {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    First,
    Last,
    /// How many different values there were.
    Distinct,
}

/// `segment`: a named condition.
#[derive(Debug, Clone)]
pub struct Segment {
    pub name: String,
    pub vars: Vec<Var>,
    /// Of type Bool.
    pub condition: Expr,
    pub span: Span,
}

/// A channel.
#[derive(Debug, Clone)]
pub struct Channel {
    pub name: String,
    pub name_span: Span,
    /// Of lambdas, blocks and patterns in address and consent.
    pub vars: Vec<Var>,
    /// Of type `String?` (wrapped where it was a `String`); `None` where the channel declares no address:
    /// then the customer's key is the address.
    pub address: Option<Expr>,
    /// Of type Bool (of a `Bool?`, `?? false` is added); `None` where the channel declares no consent: then none is needed.
    pub consent: Option<Expr>,
    /// The content that messages give, a record of Strings.
    pub content: RecordId,
    pub cap: Option<Cap>,
    pub quiet: Option<Quiet>,
    pub span: Span,
}

/// `cap 3 per 7d`: how many promotional sends fit into the sliding window `(now - per, now]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cap {
    pub count: u32,
    /// Milliseconds.
    pub per_ms: i64,
}

/// `quiet 21:00..08:00`, in the customer's zone: from the first instant to before the last; it may cross midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quiet {
    /// Milliseconds since midnight.
    pub from_ms: i64,
    pub to_ms: i64,
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
