//! Services: calls to the outside.

use super::{Expr, Var, VarId};
use crate::types::TypeId;
use journey_grammar::Span;

/// `service`.
#[derive(Debug, Clone)]
pub struct Service {
    pub name: String,
    pub operations: Vec<Operation>,
    pub span: Span,
}

/// An operation of a service: one HTTP request. Where it is sent to is `journey.toml`'s.
#[derive(Debug, Clone)]
pub struct Operation {
    pub name: String,
    /// Whether personal data may go there: `accepts pii` at the service or here.
    pub accepts_pii: bool,
    pub vars: Vec<Var>,
    pub params: Vec<VarId>,
    /// `None`: the answer is not looked at.
    pub ret: Option<TypeId>,
    pub method: HttpMethod,
    /// Of type String, in terms of the parameters; what is put in is encoded as a part of a path.
    pub path: Expr,
    /// `None`: the parameters that the path does not name, as an object, for methods that have a body.
    pub body: Option<Expr>,
    /// Milliseconds.
    pub timeout_ms: i64,
    /// How often it is tried again.
    pub retry: u32,
    /// The first pause between tries and the longest, in milliseconds; it doubles.
    pub backoff_ms: (i64, i64),
    pub span: Span,
}

/// The methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpMethod {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}
