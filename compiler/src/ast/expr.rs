//! The syntax of expressions and patterns.

use super::{Arg, Ident, TypeExpr};
use journey_grammar::Span;

/// `pattern, pattern => body`
#[derive(Debug, Clone)]
pub struct MatchArm<B> {
    pub patterns: Vec<Pattern>,
    pub body: B,
    pub span: Span,
}

/// A pattern.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub kind: PatternKind,
    pub span: Span,
}

/// The forms of a pattern.
#[derive(Debug, Clone)]
pub enum PatternKind {
    /// `gold`, `card { last4 }`, `card { last4: digits }`; the pairs are field and binder
    Variant {
        name: Ident,
        fields: Option<Vec<(Ident, Ident)>>,
    },
    /// A literal (with a sign where it is a number)
    Literal(Expr),
    None,
    Wildcard,
}

/// `{ let a = 1  a + 1 }`: a block in expression position.
#[derive(Debug, Clone)]
pub struct ExprBlock {
    pub lets: Vec<LetBinding>,
    pub value: Box<Expr>,
    pub span: Span,
}

/// `let x: T = e` in an expression block.
#[derive(Debug, Clone)]
pub struct LetBinding {
    pub name: Ident,
    pub ty: Option<TypeExpr>,
    pub value: Expr,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// The forms of an expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    Bool(bool),
    Int(i64),
    /// Millionths.
    Decimal(i64),
    /// A number with digits that a Decimal cannot hold, allowed only where a Float is expected.
    LongFraction(f64),
    Str(Vec<StrPart>),
    /// Milliseconds.
    Duration(i64),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Time(i64),
    /// Days since 1970-01-01.
    Date(i64),
    /// Milliseconds since midnight.
    LocalTime(i64),
    None,
    Now,
    Customer,
    Profile,
    Name(String),
    /// `a.b`
    Field(Box<Expr>, Ident),
    /// `a?.b`
    OptField(Box<Expr>, Ident),
    /// `a[b]`
    Index(Box<Expr>, Box<Expr>),
    /// `f(args)`, `Decimal(x)`
    Call {
        callee: Ident,
        args: Vec<Arg>,
    },
    /// `x.m(args)`, also `Payment.card(…)` if someone writes it
    Method {
        recv: Box<Expr>,
        name: Ident,
        args: Vec<Arg>,
    },
    /// `x => e`
    Lambda {
        param: Ident,
        body: Box<Expr>,
    },
    /// `Name { f: e }`, `Payment.card { last4: "1" }` (then `path` has two parts); `f` alone is `f: f`
    Record {
        path: Vec<Ident>,
        fields: Vec<(Ident, Expr)>,
    },
    List(Vec<Expr>),
    /// `["a": 1]`, `[:]`
    Map(Vec<(Expr, Expr)>),
    Unary(UnaryOp, Box<Expr>),
    /// The span is the operator's.
    Binary(BinaryOp, Span, Box<Expr>, Box<Expr>),
    If {
        cond: Box<Expr>,
        then: ExprBlock,
        otherwise: Option<ExprBlock>,
    },
    Match {
        scrutinee: Box<Expr>,
        arms: Vec<MatchArm<ExprBlock>>,
    },
    /// Of a template: a printable value as HTML writes it in text.
    EscapeHtml(Box<Expr>),
    /// Stands in parentheses.
    Paren(Box<Expr>),
    /// Broken, already reported.
    Error,
}

/// A part of a string.
#[derive(Debug, Clone)]
pub enum StrPart {
    /// Escapes resolved.
    Text(String),
    /// `{expr}`
    Expr(Expr),
}

/// `-x`, `not x`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Neg,
    Not,
}

/// The binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    Coalesce,
    Range,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}
