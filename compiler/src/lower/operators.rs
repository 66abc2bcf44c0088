//! Arithmetic, comparison and conversion.

use super::builder::Builder;
use crate::hir::{ArithOp, CompareOp, Expr, ExprKind};
use crate::mir::{HostOp, Local, NumberKind, Op};
use crate::types::{Type, TypeId};
use journey_grammar::Span;

impl Builder<'_, '_> {
    pub(super) fn arith(&mut self, op: ArithOp, a: &Expr, b: &Expr, span: Span) -> Local {
        if op == ArithOp::Mul
            && let Some(product) = self.decimal_times_int(a, b, span)
        {
            return product;
        }
        let (left, right) = (self.expr(a), self.expr(b));
        self.combined(op, (left, a.ty), (right, b.ty), span)
    }

    /// Arithmetic of words of these types.
    pub(super) fn combined(&mut self, op: ArithOp, (left, a): (Local, TypeId), (right, b): (Local, TypeId), span: Span) -> Local {
        let kind = match (self.types().get(a), self.types().get(b)) {
            (Type::Float, _) => {
                let dst = self.fresh();
                self.emit(Op::FloatArith { op, dst, a: left, b: right }, span);
                return dst;
            }
            (Type::Decimal, _) => NumberKind::Decimal,
            (Type::Time, Type::Duration) => NumberKind::Time,
            (Type::Time | Type::Duration, _) => NumberKind::Duration,
            _ => NumberKind::Int,
        };
        self.number(op, kind, left, right, span)
    }

    /// Checked arithmetic of words.
    pub(super) fn number(&mut self, op: ArithOp, kind: NumberKind, a: Local, b: Local, span: Span) -> Local {
        let dst = self.fresh();
        self.emit(Op::Arith { op, kind, dst, a, b }, span);
        dst
    }

    /// A Decimal times what was an Int needs no 128 bits.
    fn decimal_times_int(&mut self, a: &Expr, b: &Expr, span: Span) -> Option<Local> {
        let widened = |expr: &Expr| match &expr.kind {
            ExprKind::Widen(int) if expr.ty == TypeId::DECIMAL && int.ty == TypeId::INT => Some((**int).clone()),
            _ => None,
        };
        let (decimal, int) = if let Some(int) = widened(b).filter(|_| a.ty == TypeId::DECIMAL) {
            let decimal = self.expr(a);
            (decimal, self.expr(&int))
        } else {
            let int = widened(a).filter(|_| b.ty == TypeId::DECIMAL)?;
            let int = self.expr(&int);
            (self.expr(b), int)
        };
        let dst = self.fresh();
        self.emit(Op::DecimalTimesInt { dst, decimal, int }, span);
        Some(dst)
    }

    pub(super) fn negate(&mut self, value: &Expr, span: Span) -> Local {
        let word = self.expr(value);
        let kind = match self.types().get(value.ty) {
            Type::Float => {
                let minus_one = self.int((-1.0f64).to_bits().cast_signed(), span);
                let dst = self.fresh();
                self.emit(Op::FloatArith { op: ArithOp::Mul, dst, a: word, b: minus_one }, span);
                return dst;
            }
            Type::Decimal => NumberKind::Decimal,
            Type::Duration => NumberKind::Duration,
            _ => NumberKind::Int,
        };
        let zero = self.int(0, span);
        self.number(ArithOp::Sub, kind, zero, word, span)
    }

    pub(super) fn comparison(&mut self, op: CompareOp, a: &Expr, b: &Expr, span: Span) -> Local {
        let (left, right) = (self.expr(a), self.expr(b));
        if matches!(a.kind, ExprKind::None) || matches!(b.kind, ExprKind::None) {
            return self.compare(op, left, right, span);
        }
        self.ordered(op, a.ty, left, right, span)
    }

    /// Compares two words of a type.
    pub(super) fn ordered(&mut self, op: CompareOp, ty: TypeId, a: Local, b: Local, span: Span) -> Local {
        let equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        match self.types().get(ty) {
            Type::Float => {
                let dst = self.fresh();
                self.emit(Op::FloatCompare { op, dst, a, b }, span);
                dst
            }
            Type::String | Type::Timezone if !equality => {
                let order = self.host(HostOp::CompareStrings, vec![a, b], span);
                let zero = self.int(0, span);
                self.compare(op, order, zero, span)
            }
            _ if self.types().is_reference(ty) => {
                let equal = self.host(HostOp::Equal(ty), vec![a, b], span);
                if op == CompareOp::Eq {
                    return equal;
                }
                let dst = self.fresh();
                self.emit(Op::Not { dst, src: equal }, span);
                dst
            }
            _ => self.compare(op, a, b, span),
        }
    }

    pub(super) fn convert(&mut self, src: Local, from: TypeId, to: TypeId, span: Span) -> Local {
        match (self.types().get(from), self.types().get(to)) {
            (a, b) if a == b => src,
            (Type::Int, Type::Decimal) => {
                let dst = self.fresh();
                self.emit(Op::IntToDecimal { dst, src }, span);
                dst
            }
            (Type::Int, Type::Float) => {
                let dst = self.fresh();
                self.emit(Op::IntToFloat { dst, src }, span);
                dst
            }
            (_, Type::String) => self.host(HostOp::Format(from), vec![src], span),
            _ => self.host(HostOp::Convert { from, to }, vec![src], span),
        }
    }
}
