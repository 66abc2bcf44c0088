//! Expressions that have one value, whatever comes.

use crate::hir::{ArithOp, Expr, ExprKind, Method, Program};
use crate::types::TypeId;

/// A unit of an Int, in the millionths in which all plain numbers are kept here.
pub(super) const WHOLE: i128 = 1_000_000;

/// A value as the checks compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    None,
    Bool(bool),
    /// Of an Int or a Decimal in millionths; of the other ordered types as the program keeps them.
    Number(i128),
    Text(String),
    /// Of an enum, a variant without fields.
    Variant(usize),
}

/// The values of a program's constants, each computed once.
#[derive(Debug)]
pub(super) struct Constants {
    values: Vec<Option<Value>>,
}

impl Constants {
    pub fn of(program: &Program) -> Self {
        let mut constants = Self { values: Vec::with_capacity(program.consts.len()) };
        for constant in &program.consts {
            let value = constants.value(&constant.value);
            constants.values.push(value);
        }
        constants
    }

    /// The value of an expression; `None` where it hangs on anything, or is of no interest here. A number may lie out of
    /// its type's range: then computing it is a fault.
    pub fn value(&self, expr: &Expr) -> Option<Value> {
        Some(match &expr.kind {
            ExprKind::None => Value::None,
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::Int(value) => Value::Number(i128::from(*value) * WHOLE),
            ExprKind::Decimal(value)
            | ExprKind::Duration(value)
            | ExprKind::Time(value)
            | ExprKind::Date(value)
            | ExprKind::LocalTime(value) => Value::Number(i128::from(*value)),
            ExprKind::Str(text) => Value::Text(text.clone()),
            ExprKind::Variant { variant, fields, .. } if fields.is_empty() => Value::Variant(*variant),
            ExprKind::Const(id) => return self.values.get(id.index())?.clone(),
            ExprKind::Wrap(of) | ExprKind::Unwrap(of) => return self.value(of),
            // A Float is not exact, so nothing is said about it.
            ExprKind::Widen(of) if expr.ty == TypeId::DECIMAL => return self.value(of),
            ExprKind::Neg(of) => Value::Number(self.number(of)?.checked_neg()?),
            ExprKind::Not(of) => Value::Bool(!self.bool(of)?),
            ExprKind::And(a, b) => Value::Bool(self.bool(a)? && self.bool(b)?),
            ExprKind::Or(a, b) => Value::Bool(self.bool(a)? || self.bool(b)?),
            ExprKind::Coalesce(a, b) => match self.value(a)? {
                Value::None => return self.value(b),
                there => there,
            },
            ExprKind::Arith(op, a, b) => Value::Number(self.arith(*op, a, b)?),
            ExprKind::Method(Method::Days, of) => self.duration(of, 86_400_000)?,
            ExprKind::Method(Method::Hours, of) => self.duration(of, 3_600_000)?,
            ExprKind::Method(Method::Minutes, of) => self.duration(of, 60_000)?,
            _ => return None,
        })
    }

    fn bool(&self, expr: &Expr) -> Option<bool> {
        match self.value(expr)? {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    fn number(&self, expr: &Expr) -> Option<i128> {
        match self.value(expr)? {
            Value::Number(value) => Some(value),
            _ => None,
        }
    }

    fn arith(&self, op: ArithOp, a: &Expr, b: &Expr) -> Option<i128> {
        let same = a.ty == b.ty;
        let (left, right) = (self.number(a)?, self.number(b)?);
        match op {
            ArithOp::Add => left.checked_add(right),
            ArithOp::Sub => left.checked_sub(right),
            ArithOp::Mul if same && a.ty == TypeId::INT => Some(left.checked_mul(right / WHOLE)?),
            ArithOp::Mul | ArithOp::Div | ArithOp::Rem => None,
        }
    }

    fn duration(&self, of: &[Expr], unit_ms: i128) -> Option<Value> {
        let count = self.number(of.first()?)?;
        Some(Value::Number((count / WHOLE).checked_mul(unit_ms)?))
    }
}
