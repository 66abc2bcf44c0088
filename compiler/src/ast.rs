//! The syntax of a program as the checker reads it: what was written, names not yet resolved.
//!
//! What the grammar knows but the compiler cannot compile yet stands here as `Unsupported`, with the
//! word that names it, so that it is reported and never ignored.

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
    /// `journey name(params) "Title" { clauses… statements… }`
    Journey(Journey),
    /// `test "title" at TIME { … }`
    Test { title: String, title_span: Span, at: Option<Expr>, body: Vec<TestStmt> },
    /// Known to the grammar, not compiled yet, or broken; the parser has reported it. `what` is its keyword (`trait`),
    /// `name` what it declares, so that uses of the name are not reported a second time.
    Unsupported { what: String, what_span: Span, name: Option<Ident> },
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
    /// `cap …`, `quiet …`
    Unsupported { what: String, span: Span },
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
    /// `file "x.html"`: not supported yet; the span is the whole of it.
    File(String, Span),
}

/// A journey.
#[derive(Debug, Clone)]
pub struct Journey {
    pub name: Ident,
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
    /// `priority …`, `on change …`, `enter on segment …`, `enter every …`
    Unsupported { what: String },
}

/// `EVENT as x where C`
#[derive(Debug, Clone)]
pub struct EventPattern {
    pub event: Ident,
    pub binder: Option<Ident>,
    pub filter: Option<Expr>,
    pub span: Span,
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
    /// `send m(args) via a` (one channel) or `via first of a, b`
    Send {
        message: Ident,
        args: Vec<Arg>,
        channels: Vec<Ident>,
        first_of: bool,
    },
    Experiment {
        name: Ident,
        variants: Vec<ExperimentVariant>,
    },
    Finish(Ident),
    Fail(Expr),
    /// `what` is the word that names it: `parallel`, `call`, `emit` …
    Unsupported {
        what: String,
        what_span: Span,
        /// Names that it binds (`let r = call …`).
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

/// The share of a variant.
#[derive(Debug, Clone)]
pub enum Share {
    /// Hundredths of a per cent: `45%` is 4500.
    BasisPoints(u32, Span),
    /// `rest`
    Rest(Span),
}

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
    Expect(Expect),
    /// `answer …`
    Unsupported {
        what: String,
    },
    Error,
}

/// The expectations.
#[derive(Debug, Clone)]
pub enum Expect {
    /// `expect sent M via C times N where COND`; `not` turns it
    Sent { not: bool, message: Ident, via: Option<Ident>, times: Option<(i64, Span)>, filter: Option<Expr> },
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
    /// `expect emitted …`, `expect called …`
    Unsupported { what: String },
}
