//! Comparisons that are decided by how their sides are made: of something with itself, or with what is always later or more.

use super::term::{self, bare};
use crate::hir::{ArithOp, Expr, ExprKind as E, Method, Program};
use crate::types::{Type, TypeId};
use crate::whole::constant::{Constants, Value};
use std::cmp::Ordering;

/// The answer, and why.
pub(super) fn of_both_sides(program: &Program, constants: &Constants, cond: &Expr) -> Option<(bool, &'static str)> {
    let E::Compare(op, a, b) = &cond.kind else { return None };
    let (order, nature) = compared(program, constants, a, b).or_else(|| {
        let (order, nature) = derived(program, constants, b, a)?;
        Some((order.reverse(), nature))
    })?;
    Some((op.holds(&order, &Ordering::Equal), nature))
}

fn compared(program: &Program, constants: &Constants, a: &Expr, b: &Expr) -> Option<(Ordering, &'static str)> {
    if is_simple(program, a) && same(a, b) {
        return Some((Ordering::Equal, "both sides are the same"));
    }
    derived(program, constants, a, b)
}

/// How something stands to what it is made of.
fn derived(program: &Program, constants: &Constants, made: &Expr, of: &Expr) -> Option<(Ordering, &'static str)> {
    let by = |by: &Expr| match constants.value(by)? {
        Value::Number(by) if by != 0 => Some((by.cmp(&0), "one side is the other, moved by so much")),
        _ => None,
    };
    match &bare(made).kind {
        E::Method(Method::DateNextAnniversary, args) => match args.as_slice() {
            [_, after] if same(after, of) => Some((
                Ordering::Greater,
                "`next_anniversary` gives a day after the one that it is asked for: ask from the day before, with `.plus_days(-1)`",
            )),
            _ => None,
        },
        E::Method(Method::DatePlusDays | Method::DatePlusMonths, args) => match args.as_slice() {
            [date, count] if same(date, of) => by(count),
            _ => None,
        },
        // A Float may be so large that nothing is added to it.
        E::Arith(ArithOp::Add, a, b) if is_simple(program, a) && same(a, of) => by(b),
        E::Arith(ArithOp::Sub, a, b) if is_simple(program, a) && same(a, of) => by(b).map(|(order, why)| (order.reverse(), why)),
        _ => None,
    }
}

fn same(a: &Expr, b: &Expr) -> bool {
    term::text(a).is_some_and(|text| term::text(b).is_some_and(|other| other == text))
}

/// Whether a value of this type is like itself: a Float may not be, and what is put together may hold one.
fn is_simple(program: &Program, of: &Expr) -> bool {
    let simple = match program.types.get(program.types.inner(of.ty).unwrap_or(of.ty)) {
        Type::Float | Type::List(_) | Type::Map(..) | Type::Record(_) => false,
        Type::Enum(id) => !program.types.enum_def(id).has_fields(),
        _ => true,
    };
    simple && !matches!(of.ty, TypeId::NONE)
}
