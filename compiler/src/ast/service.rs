//! The syntax of services.

use super::{Expr, Ident, Param, StrPart, TypeExpr};
use journey_grammar::Span;

/// `fn points(member: String) -> Int accepts pii { GET "/points/{member}" timeout 2s }`
#[derive(Debug, Clone)]
pub struct Operation {
    pub name: Ident,
    pub params: Vec<Param>,
    pub ret: Option<TypeExpr>,
    /// The word behind `accepts`.
    pub accepts: Option<Ident>,
    /// `GET`, `POST` …
    pub method: Ident,
    pub path: Vec<StrPart>,
    pub path_span: Span,
    pub options: Vec<HttpOption>,
    pub span: Span,
}

/// What stands behind the path.
#[derive(Debug, Clone)]
pub struct HttpOption {
    pub kind: HttpOptionKind,
    pub value: Expr,
    pub span: Span,
}

/// See [`HttpOption`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpOptionKind {
    Timeout,
    Retry,
    Backoff,
    Body,
}

/// Where the result of a `call` or `run` goes.
#[derive(Debug, Clone)]
pub enum Binding {
    /// `let x: T = …`, `var x = …`
    Let { assignable: bool, name: Ident, ty: Option<TypeExpr> },
    /// `x = …`
    Assign(Expr),
}
