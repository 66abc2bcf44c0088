//! What is known of a value before anything runs: constants, and what flags and counters hold at a place.

use crate::hir::{ArithOp, Arm, CompareOp, Expr, ExprKind as E, Method, Pattern, Program, VarId};
use crate::types::TypeId;
use rustc_hash::FxHashMap;

/// A counter is followed up to here.
const COUNTED_MAX: u64 = 1_000;

/// A value, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) enum Value {
    #[default]
    Unknown,
    Bool(bool),
    /// Also a Duration, in milliseconds.
    Int(i64),
    /// `none`
    Absent,
    /// Of an optional: something is there.
    Present,
    /// Of an enum.
    Variant(usize),
}

impl Value {
    /// As it is kept in a state: a counter that has left all bounds is not followed.
    pub fn kept(self) -> Self {
        match self {
            Self::Int(n) if n.unsigned_abs() > COUNTED_MAX => Self::Unknown,
            other => other,
        }
    }

    fn bool(self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(value) } else { None }
    }
}

/// Reads expressions of one body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'h> {
    pub program: &'h Program,
    /// The variables that are set once and for all, with their values.
    pub fixed: &'h FxHashMap<VarId, &'h Expr>,
}

impl<'h> Known<'h> {
    /// A Duration or Int that is the same in every run.
    pub fn constant(&self, expr: &Expr) -> Option<i64> {
        match self.value(expr, &|_| Value::Unknown) {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The elements of a list that is written out, or how many there may be at most: `(elements, count, exactly)`.
    pub fn elements<'e>(&self, list: &'e Expr) -> Option<(&'e [Expr], u32, bool)>
    where
        'h: 'e,
    {
        match &list.kind {
            E::List(elements) => Some((elements, u32::try_from(elements.len()).ok()?, true)),
            E::Const(id) => self.elements(&self.program.consts.get(id.index())?.value),
            E::Var(id) => self.elements(self.fixed.get(id)?),
            E::Method(Method::ListTake, args) => {
                let [_, count] = args.as_slice() else { return None };
                Some((&[], u32::try_from(self.constant(count)?.max(0)).ok()?, false))
            }
            _ => None,
        }
    }

    /// The value of an expression, where `read` knows the variables.
    pub fn value(&self, expr: &Expr, read: &dyn Fn(VarId) -> Value) -> Value {
        let value = |of: &Expr| self.value(of, read);
        match &expr.kind {
            E::Bool(value) => Value::Bool(*value),
            E::Int(value) | E::Duration(value) => Value::Int(*value),
            E::None => Value::Absent,
            E::Wrap(_) => Value::Present,
            E::Variant { variant, fields, .. } if fields.is_empty() => Value::Variant(*variant),
            E::Var(id) => match read(*id) {
                Value::Unknown => self.fixed.get(id).map_or(Value::Unknown, |fixed| self.value(fixed, &|_| Value::Unknown)),
                known => known,
            },
            E::Const(id) => match self.program.consts.get(id.index()) {
                Some(constant) => self.value(&constant.value, &|_| Value::Unknown),
                None => Value::Unknown,
            },
            E::Not(of) => value(of).bool().map_or(Value::Unknown, |of| Value::Bool(!of)),
            E::And(a, b) => both(value(a), value(b), false),
            E::Or(a, b) => both(value(a), value(b), true),
            E::Compare(op, a, b) => compare(*op, value(a), value(b)).map_or(Value::Unknown, Value::Bool),
            E::Neg(of) => match value(of) {
                Value::Int(of) => of.checked_neg().map_or(Value::Unknown, Value::Int),
                _ => Value::Unknown,
            },
            E::Arith(op, a, b) if matches!(expr.ty, TypeId::INT | TypeId::DURATION) => arith(*op, value(a), value(b)),
            E::Coalesce(a, b) if value(a) == Value::Absent => value(b),
            E::If { cond, then, otherwise } => match value(cond) {
                Value::Bool(true) => value(then),
                Value::Bool(false) => value(otherwise),
                _ => Some(value(then)).filter(|then| *then == value(otherwise)).unwrap_or_default(),
            },
            E::Method(Method::Days, args) => scaled(args.first().map(value), 86_400_000),
            E::Method(Method::Hours, args) => scaled(args.first().map(value), 3_600_000),
            E::Method(Method::Minutes, args) => scaled(args.first().map(value), 60_000),
            _ => Value::Unknown,
        }
    }

    /// Whether an arm of a `match` can be taken for this value, given the arms before it.
    pub fn may_take<B>(&self, scrutinee: Value, arms: &[Arm<B>], at: usize) -> bool {
        let taken = |arm: &Arm<B>, wanted: bool| arm.patterns.iter().any(|pattern| self.fits(pattern, scrutinee).unwrap_or(wanted));
        let earlier = arms.iter().take(at).any(|arm| taken(arm, false));
        !earlier && arms.get(at).is_some_and(|arm| taken(arm, true))
    }

    fn fits(&self, pattern: &Pattern, value: Value) -> Option<bool> {
        match (pattern, value) {
            (Pattern::Any, _) => Some(true),
            (_, Value::Unknown) => None,
            (Pattern::None, value) => Some(value == Value::Absent),
            (_, Value::Absent) => Some(false),
            (_, Value::Present) => None,
            (Pattern::Variant { variant, .. }, value) => Some(value == Value::Variant(*variant)),
            (Pattern::Literal(literal), value) => compare(CompareOp::Eq, self.value(literal, &|_| Value::Unknown), value),
        }
    }
}

/// `and` and `or`: one side may decide alone.
fn both(a: Value, b: Value, decides: bool) -> Value {
    match (a.bool(), b.bool()) {
        (Some(x), _) | (_, Some(x)) if x == decides => Value::Bool(decides),
        (Some(_), Some(_)) => Value::Bool(!decides),
        _ => Value::Unknown,
    }
}

fn compare(op: CompareOp, a: Value, b: Value) -> Option<bool> {
    let order = match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => return None,
        (Value::Present, Value::Absent) | (Value::Absent, Value::Present) => {
            return matches!(op, CompareOp::Eq | CompareOp::Ne).then_some(op == CompareOp::Ne);
        }
        (Value::Present, _) | (_, Value::Present) => return None,
        (a, b) => a.cmp(&b),
    };
    Some(match op {
        CompareOp::Eq => order.is_eq(),
        CompareOp::Ne => order.is_ne(),
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        CompareOp::Ge => order.is_ge(),
    })
}

fn arith(op: ArithOp, a: Value, b: Value) -> Value {
    let (Value::Int(a), Value::Int(b)) = (a, b) else { return Value::Unknown };
    let result = match op {
        ArithOp::Add => a.checked_add(b),
        ArithOp::Sub => a.checked_sub(b),
        ArithOp::Mul => a.checked_mul(b),
        ArithOp::Div => a.checked_div(b),
        ArithOp::Rem => a.checked_rem(b),
    };
    result.map_or(Value::Unknown, Value::Int)
}

fn scaled(count: Option<Value>, unit: i64) -> Value {
    match count {
        Some(Value::Int(count)) => count.checked_mul(unit).map_or(Value::Unknown, Value::Int),
        _ => Value::Unknown,
    }
}
