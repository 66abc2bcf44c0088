//! The syntax of a program as the checker reads it: what was written, names not yet resolved.
//!
//! What the grammar knows but the compiler cannot compile yet stands here as `Unsupported`, with the
//! word that names it, so that it is reported and never ignored.

mod expr;
mod service;
mod stmt;
mod test;
mod walk;

pub use expr::*;
pub use service::*;
pub use stmt::*;
pub use test::*;

use journey_grammar::Span;

/// A name as written (NFC), with its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ident {
    /// The name in Unicode normalisation form C.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// One source file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Its declarations, in order; broken ones are left out (the parser has reported them).
    pub items: Vec<Item>,
}

/// A declaration with its `///` comment.
#[derive(Debug, Clone)]
pub struct Item {
    /// Text of the doc comment, without the slashes.
    pub doc: Option<String>,
    /// The whole declaration.
    pub span: Span,
    /// Which declaration it is.
    pub kind: ItemKind,
}

/// The declarations.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// `enum Tier { basic, card { last4: String } }`
    Enum { name: Ident, variants: Vec<Variant> },
    /// `type CartItem { … }`
    Type { name: Ident, fields: Vec<Field> },
    /// `event purchase = "wire.type" { … }`
    Event { name: Ident, wire: Option<(String, Span)>, fields: Vec<Field> },
    /// `profile { … }`
    Profile { fields: Vec<Field> },
    /// `const free_shipping: Decimal = 50.00`
    Const { name: Ident, ty: Option<TypeExpr>, value: Expr },
    /// `fn f(a: Int) -> Int { … }`
    Fn { name: Ident, params: Vec<Param>, ret: TypeExpr, body: ExprBlock },
    /// `channel email { address …  consent … content { … } }`
    Channel { name: Ident, clauses: Vec<ChannelClause> },
    /// `message m(p: T) transactional { email { subject: … } }`
    Message { name: Ident, params: Vec<Param>, transactional: Option<Span>, variants: Vec<MessageVariant> },
    /// `service loyalty accepts pii { fn points(member: String) -> Int { GET "/points/{member}" } }`
    Service { name: Ident, accepts: Option<Ident>, operations: Vec<Operation> },
    /// `trait spend: Decimal = sum(purchase.total as p where C) over 90d`
    Trait(Box<Trait>),
    /// `segment vip = COND`
    Segment { name: Ident, condition: Expr },
    /// `journey name(params) "Title" { clauses… statements… }`
    Journey(Journey),
    /// `test "title" at TIME { … }`
    Test { title: String, title_span: Span, at: Option<Expr>, body: Vec<TestStmt> },
    /// Known to the grammar, not compiled yet, or broken; the parser has reported it. `what` is its keyword (`trait`),
    /// `name` what it declares, so that uses of the name are not reported a second time.
    Unsupported { what: String, what_span: Span, name: Option<Ident> },
}

/// A trait.
#[derive(Debug, Clone)]
pub struct Trait {
    pub name: Ident,
    pub ty: TypeExpr,
    /// `count`, `sum` …
    pub aggregate: Ident,
    pub event: Ident,
    /// The fields behind the event, from the outermost on; empty for the event itself.
    pub path: Vec<Ident>,
    pub binder: Option<Ident>,
    pub filter: Option<Expr>,
    /// Behind `over`.
    pub window: Option<Expr>,
}

/// A field of a record, event, profile or enum variant.
#[derive(Debug, Clone)]
pub struct Field {
    pub doc: Option<String>,
    pub name: Ident,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
    /// `@pii` where it was written.
    pub pii: Option<Span>,
    pub span: Span,
}

/// A variant of an enum; `fields` is `None` without braces.
#[derive(Debug, Clone)]
pub struct Variant {
    pub doc: Option<String>,
    pub name: Ident,
    pub fields: Option<Vec<Field>>,
    pub span: Span,
}

/// A parameter of a `fn`, message or journey.
#[derive(Debug, Clone)]
pub struct Param {
    pub name: Ident,
    pub ty: TypeExpr,
}

/// A type as written.
#[derive(Debug, Clone)]
pub struct TypeExpr {
    pub kind: TypeExprKind,
    pub span: Span,
}

/// The forms of a type.
#[derive(Debug, Clone)]
pub enum TypeExprKind {
    /// `Int`, `Tier`, `cart_updated`
    Name(String),
    /// `List<T>`, `Map<K, V>` or anything else with arguments
    Apply(Ident, Vec<TypeExpr>),
    /// `T?`
    Optional(Box<TypeExpr>),
    /// Broken, already reported.
    Error,
}

/// A clause of a channel.
#[derive(Debug, Clone)]
pub enum ChannelClause {
    /// `address profile.email`
    Address(Expr),
    /// `consent profile.consent.marketing`
    Consent(Expr),
    /// `content { text: String }`
    Content(Vec<Field>, Span),
    /// `cap 3 per 7d`; the count is `None` where it is out of range, which is reported
    Cap { count: Option<i64>, count_span: Span, per: Expr, span: Span },
    /// `quiet 21:00..08:00`
    Quiet { hours: Expr, span: Span },
}

/// `email in "ja" { subject: …, body: … }`
#[derive(Debug, Clone)]
pub struct MessageVariant {
    pub channel: Ident,
    /// The language after `in`.
    pub locale: Option<(String, Span)>,
    pub fields: Vec<ContentField>,
    pub span: Span,
}

/// A field of a message's content.
#[derive(Debug, Clone)]
pub struct ContentField {
    pub name: Ident,
    pub value: ContentValue,
}

/// What a content field is set to.
#[derive(Debug, Clone)]
pub enum ContentValue {
    /// Inline text: any expression of type String.
    Expr(Expr),
    /// `file "x.html"`: a template; the span is that of the path.
    File(String, Span),
}

/// A journey.
#[derive(Debug, Clone)]
pub struct Journey {
    pub name: Ident,
    /// Whether it has a list of parameters, be it an empty one: then others start it.
    pub is_child: bool,
    pub params: Vec<Param>,
    pub title: Option<String>,
    pub clauses: Vec<Clause>,
    pub body: Vec<Stmt>,
}

/// A clause in the head of a journey.
#[derive(Debug, Clone)]
pub struct Clause {
    pub kind: ClauseKind,
    pub span: Span,
}

/// The clauses.
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `enter on EVENT as var x where C`
    Enter { on: EventPattern, assignable: bool },
    /// `enter on segment NAME including present`
    EnterSegment { segment: Ident, including_present: bool },
    /// `enter every day at 09:00 for segment NAME`
    EnterEvery { every: Every, at: Option<Expr>, segment: Option<Ident> },
    /// `one per customer` is `None`, `one per EXPR`
    OnePer(Option<Expr>),
    /// `unlimited`
    Unlimited,
    /// `cooldown 30d`
    Cooldown(Expr),
    /// `goal NAME on EVENT …`
    Goal { name: Ident, on: EventPattern },
    /// `exit NAME on EVENT …`
    ExitOn { name: Ident, on: EventPattern },
    /// `exit NAME when COND`
    ExitWhen { name: Ident, when: Expr },
    /// `on change stay`, `on change move`
    OnChange { stay: bool },
    /// `priority 10 in marketing`
    Priority { rank: i64, group: Ident },
    /// Broken, or not supported yet; the parser has reported it.
    Unsupported { what: String },
}

/// What stands behind `enter every`.
#[derive(Debug, Clone)]
pub enum Every {
    Day,
    /// 1 is Monday.
    Weekday(u8),
    /// `month on 1`
    Month(i64, Span),
    /// `6h`
    Period(Expr),
}

/// `EVENT as x where C`
#[derive(Debug, Clone)]
pub struct EventPattern {
    /// `m` of `m.clicked`, where `event` is the word behind the point.
    pub handle: Option<Ident>,
    pub event: Ident,
    pub binder: Option<Ident>,
    pub filter: Option<Expr>,
    pub span: Span,
}
