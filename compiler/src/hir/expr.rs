//! Typed expressions and patterns.

use super::{ConstId, FnId, SegmentId, TraitId, VarId};
use crate::types::{EnumId, RecordId, TypeId};
use journey_grammar::Span;

/// An arm of a `match`.
#[derive(Debug, Clone)]
pub struct Arm<B> {
    pub patterns: Vec<Pattern>,
    pub body: B,
    pub span: Span,
}

/// A pattern. Where the scrutinee is optional and the pattern is neither `None` nor `Any`, it matches the value inside.
#[derive(Debug, Clone)]
pub enum Pattern {
    Any,
    None,
    /// Fields that are bound: index of the field, variable.
    Variant {
        enum_id: EnumId,
        variant: usize,
        binds: Vec<(usize, VarId)>,
    },
    /// A literal of the scrutinee's type (without its `?`).
    Literal(Expr),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: TypeId,
    pub span: Span,
}

/// The forms of an expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    Bool(bool),
    Int(i64),
    /// Millionths.
    Decimal(i64),
    Float(f64),
    /// Also a Timezone.
    Str(String),
    /// Milliseconds.
    Duration(i64),
    /// Milliseconds since the epoch.
    Time(i64),
    /// Days since the epoch.
    Date(i64),
    /// Milliseconds since midnight.
    LocalTime(i64),
    /// `none`; `ty` is an optional.
    None,
    Now,
    Customer,
    /// The profile record; only ever under a `Field`.
    Profile,
    Var(VarId),
    Const(ConstId),
    /// The customer's, at the moment of the step.
    Trait(TraitId),
    /// Whether the customer is in it at the moment of the step.
    Segment(SegmentId),
    /// A field of a record.
    Field(Box<Expr>, usize),
    /// A field of an optional record; optional once.
    OptField(Box<Expr>, usize),
    /// Of a list by Int, or of a map by key; optional.
    Index(Box<Expr>, Box<Expr>),
    /// T as `T?`.
    Wrap(Box<Expr>),
    /// `T?` as T, where the checker has proven that it is not `none`.
    Unwrap(Box<Expr>),
    /// Int as Decimal or Float (by `ty`); out of a Decimal's range is a fault.
    Widen(Box<Expr>),
    /// `Decimal(x)`, `Float(x)`, `Int(x)` of numbers; `String(x)` of what is printable; by `ty`.
    Convert(Box<Expr>),
    Neg(Box<Expr>),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `a ?? b`; `a` optional, `b` of type `ty` (optional or not).
    Coalesce(Box<Expr>, Box<Expr>),
    /// Both of one type, except for times and durations.
    Arith(ArithOp, Box<Expr>, Box<Expr>),
    /// Both of one type; order only of numbers, Strings, Durations, Times, Dates, LocalTimes and enums without fields (by place).
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `x in c`; `not in` is `Not(In)`.
    In(Box<Expr>, InWhat),
    /// Of printable parts: text or expression.
    Interpolate(Vec<StrPart>),
    If {
        cond: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Match {
        scrutinee: Box<Expr>,
        arms: Vec<Arm<Expr>>,
    },
    /// `let`s, then a value.
    Block {
        lets: Vec<(VarId, Expr)>,
        value: Box<Expr>,
    },
    /// All fields, in order.
    Record(RecordId, Vec<Expr>),
    /// All fields of the variant, in order.
    Variant {
        enum_id: EnumId,
        variant: usize,
        fields: Vec<Expr>,
    },
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    Call(FnId, Vec<Expr>),
    /// A method without a lambda; receiver first.
    Method(Method, Vec<Expr>),
    /// A list method with a lambda.
    ListLambda {
        op: ListOp,
        list: Box<Expr>,
        param: VarId,
        body: Box<Expr>,
    },
}

/// `in` what.
#[derive(Debug, Clone)]
pub enum InWhat {
    /// An element.
    List(Box<Expr>),
    /// A key.
    Map(Box<Expr>),
    /// `a..b`, without b.
    Range(Box<Expr>, Box<Expr>),
    /// A part of a String.
    String(Box<Expr>),
}

/// A part of a string.
#[derive(Debug, Clone)]
pub enum StrPart {
    Text(String),
    Expr(Expr),
}

/// Arithmetic; the operands' types say which (`Time - Time`, `Time + Duration`, `Duration * Int` among them; a Date
/// takes none). `Duration + Time` and `Int * Duration` are turned round by the checker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

/// Comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl CompareOp {
    /// Whether it holds of these two. Of a NaN only `!=` does.
    #[must_use]
    pub fn holds<T: PartialOrd>(self, a: &T, b: &T) -> bool {
        match self {
            Self::Eq => a == b,
            Self::Ne => a != b,
            Self::Lt => a < b,
            Self::Le => a <= b,
            Self::Gt => a > b,
            Self::Ge => a >= b,
        }
    }

    /// The comparison with its sides changed.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Eq | Self::Ne => self,
        }
    }
}

/// Methods without a lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    ListLength,
    ListIsEmpty,
    ListFirst,
    ListLast,
    ListContains,
    /// Without a function: of a list of numbers or Durations.
    ListSum,
    ListTake,
    /// Of a list of Strings.
    ListJoin,
    MapLength,
    MapKeys,
    MapValues,
    MapContains,
    StringLength,
    StringIsEmpty,
    StringLower,
    StringUpper,
    StringTrim,
    StringContains,
    StringStartsWith,
    StringEndsWith,
    StringReplace,
    StringSplit,
    /// Of a template: as HTML writes it in text. No designer can name it.
    StringEscapeHtml,
    NumberAbs,
    NumberMin,
    NumberMax,
    /// Of a Decimal or Float: digits.
    NumberRound,
    NumberFloor,
    NumberCeil,
    /// Decimal or Float to String with that many digits.
    NumberFixed,
    TimeDate,
    TimeTime,
    TimeHour,
    /// 1 is Monday.
    TimeWeekday,
    DateAt,
    DatePlusDays,
    DatePlusMonths,
    /// Of a Date, and a Date after which it must lie.
    DateNextAnniversary,
    /// `days(n)`, `hours(n)`, `minutes(n)`: the Int is the receiver.
    Days,
    Hours,
    Minutes,
}

/// List methods with a lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListOp {
    Any,
    All,
    Count,
    Filter,
    Map,
    Sum,
    MinBy,
    MaxBy,
    SortBy,
}
