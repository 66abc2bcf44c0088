//! What can be a fault: most of what is done, but not what only sets a flag or counts.

use super::Act;
use crate::hir::{ArithOp, Expr, ExprKind as E, InWhat, Iter, Method};
use crate::types::TypeId;

impl Act<'_> {
    /// Whether it can be a fault.
    pub fn may_fault(&self) -> bool {
        match self {
            Act::None | Act::Set(_, None) | Act::Fault => false,
            Act::Assume(of, _) | Act::Arm(of, ..) | Act::Set(_, Some(of)) | Act::Store(of) => can_fault(of),
            Act::Begin(_) => false,
            Act::Turn(_, _, iter) | Act::Done(_, iter) => match iter {
                Iter::List(list) => can_fault(list),
                Iter::Range(from, to) => can_fault(from) || can_fault(to),
            },
        }
    }
}

fn can_fault(expr: &Expr) -> bool {
    let safe = match &expr.kind {
        E::Bool(_) | E::Int(_) | E::Decimal(_) | E::Float(_) | E::Str(_) | E::Duration(_) | E::Time(_) | E::Date(_) | E::LocalTime(_) => {
            true
        }
        E::None | E::Now | E::Customer | E::Profile | E::Var(_) | E::Const(_) => true,
        E::Field(..) | E::OptField(..) | E::Index(..) | E::Wrap(_) | E::Unwrap(_) => true,
        E::Not(_) | E::And(..) | E::Or(..) | E::Coalesce(..) | E::Compare(..) => true,
        E::If { .. } | E::Match { .. } | E::Block { .. } | E::Interpolate(_) => true,
        E::Record(..) | E::Variant { .. } | E::List(_) | E::Map(_) => true,
        E::In(_, InWhat::List(_) | InWhat::Map(_) | InWhat::Range(..) | InWhat::String(_)) => true,
        // A counter would have to be raised for longer than the world stands before it faults.
        E::Arith(ArithOp::Add | ArithOp::Sub, a, b) => {
            let small = |of: &Expr| matches!(of.kind, E::Int(-1_000_000..=1_000_000));
            expr.ty == TypeId::INT && (small(a) || small(b))
        }
        E::Method(method, _) => matches!(
            method,
            Method::ListLength
                | Method::ListIsEmpty
                | Method::ListFirst
                | Method::ListLast
                | Method::ListContains
                | Method::ListTake
                | Method::MapLength
                | Method::MapContains
                | Method::StringLength
                | Method::StringIsEmpty
                | Method::StringContains
        ),
        _ => false,
    };
    !safe || expr.children().into_iter().any(can_fault)
}
