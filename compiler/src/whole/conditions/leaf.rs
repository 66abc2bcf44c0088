//! A condition as a bound: the values of one term for which it holds, and for which it doesn't.

use super::known::{Known, Set, bit, counted};
use super::term::bare;
use crate::hir::{Aggregate, CompareOp, Expr, ExprKind as E, InWhat, ListOp, Method, Program};
use crate::types::{Type, TypeId};
use crate::whole::constant::{Constants, Value, WHOLE};
use std::collections::BTreeSet;

/// See the module.
#[derive(Debug)]
pub(super) struct Leaf<'e> {
    pub term: &'e Expr,
    pub holds: Known,
    pub fails: Known,
}

/// A condition as a bound of its term; of any other, of itself.
pub(super) fn leaf<'e>(program: &Program, constants: &Constants, expr: &'e Expr) -> Leaf<'e> {
    let bound = match &expr.kind {
        E::Compare(op, a, b) => constants
            .value(b)
            .and_then(|value| compared(program, *op, a, &value))
            .or_else(|| compared(program, op.turned(), b, &constants.value(a)?)),
        E::In(x, InWhat::Range(from, to)) => between(constants, x, from, to),
        E::In(x, InWhat::List(of)) => among(program, constants, x, of),
        _ => None,
    };
    bound.unwrap_or(Leaf { term: expr, holds: Known::there(Set::Variants(0b10)), fails: Known::there(Set::Variants(0b01)) })
}

/// A term against a constant.
fn compared<'e>(program: &Program, op: CompareOp, term: &'e Expr, value: &Value) -> Option<Leaf<'e>> {
    let (least, most) = (i128::MIN / 2, i128::MAX / 2);
    let equal = || Some((singleton(value)?, others(program, term, value)?));
    let (holds, fails) = match (op, value) {
        // That something is always there is said where its type is checked.
        (CompareOp::Eq | CompareOp::Ne, Value::None) if matches!(term.kind, E::Wrap(_)) => return None,
        (CompareOp::Eq, _) => equal()?,
        (CompareOp::Ne, _) => {
            let (holds, fails) = equal()?;
            (fails, holds)
        }
        (CompareOp::Lt, Value::Number(n)) => (Known::there(Set::Range(least, n - 1)), Known::there(Set::Range(*n, most))),
        (CompareOp::Le, Value::Number(n)) => (Known::there(Set::Range(least, *n)), Known::there(Set::Range(n + 1, most))),
        (CompareOp::Gt, Value::Number(n)) => (Known::there(Set::Range(n + 1, most)), Known::there(Set::Range(least, *n))),
        (CompareOp::Ge, Value::Number(n)) => (Known::there(Set::Range(*n, most)), Known::there(Set::Range(least, n - 1))),
        _ => return None,
    };
    Some(Leaf { term, holds, fails })
}

fn singleton(value: &Value) -> Option<Known> {
    Some(Known::there(match value {
        Value::None => return Some(Known { none: true, some: Set::Nothing }),
        Value::Number(n) => Set::Range(*n, *n),
        Value::Bool(value) => Set::Variants(bit(usize::from(*value))?),
        Value::Variant(at) => Set::Variants(bit(*at)?),
        Value::Text(text) => Set::Texts(BTreeSet::from([text.clone()])),
    }))
}

fn others(program: &Program, term: &Expr, value: &Value) -> Option<Known> {
    let some = match value {
        Value::None => return Some(Known::there(Set::Any)),
        Value::Number(n) => Set::Outside(*n, *n),
        Value::Bool(value) => Set::Variants(bit(usize::from(!*value))?),
        Value::Variant(at) => match all(program, term.ty) & !bit(*at)? {
            0 => Set::Nothing,
            others => Set::Variants(others),
        },
        Value::Text(text) => Set::OtherTexts(BTreeSet::from([text.clone()])),
    };
    Some(Known { none: true, some })
}

fn between<'e>(constants: &Constants, x: &'e Expr, from: &Expr, to: &Expr) -> Option<Leaf<'e>> {
    let (Value::Number(from), Value::Number(to)) = (constants.value(from)?, constants.value(to)?) else { return None };
    let last = to - 1;
    let (holds, fails) = match from > to && bare(x).ty == TypeId::LOCAL_TIME {
        // Through midnight.
        true => (Set::Outside(to, from - 1), Set::Range(to, from - 1)),
        _ if from > last => (Set::Nothing, Set::Outside(from, last)),
        _ => (Set::Range(from, last), Set::Outside(from, last)),
    };
    Some(Leaf { term: x, holds: Known::there(holds), fails: Known::there(fails) })
}

/// One of some variants or texts.
fn among<'e>(program: &Program, constants: &Constants, x: &'e Expr, of: &Expr) -> Option<Leaf<'e>> {
    let E::List(elements) = &of.kind else { return None };
    let (mut variants, mut texts) = (0, BTreeSet::new());
    for element in elements {
        match constants.value(element)? {
            Value::Variant(at) => variants |= bit(at)?,
            Value::Text(text) => drop(texts.insert(text)),
            _ => return None,
        }
    }
    let (holds, fails) = match (variants, texts.is_empty()) {
        (0, false) => (Set::Texts(texts.clone()), Set::OtherTexts(texts)),
        (1.., true) => match all(program, x.ty) & !variants {
            0 => (Set::Variants(variants), Set::Nothing),
            others => (Set::Variants(variants), Set::Variants(others)),
        },
        _ => return None,
    };
    Some(Leaf { term: x, holds: Known::there(holds), fails: Known { none: true, some: fails } })
}

/// The bits of all variants of a type, of those that can be told apart.
fn all(program: &Program, ty: TypeId) -> u128 {
    let count = match program.types.get(program.types.inner(ty).unwrap_or(ty)) {
        Type::Bool => 2,
        Type::Enum(id) => program.types.enum_def(id).variants.len(),
        _ => 0,
    };
    bit(count).map_or(u128::MAX, |next| next - 1)
}

/// The steps in which a term's numbers go.
pub(super) fn unit(program: &Program, term: &Expr) -> i128 {
    let ty = bare(term).ty;
    if program.types.inner(ty).unwrap_or(ty) == TypeId::INT { WHOLE } else { 1 }
}

/// What a term can be whatever happens.
pub(super) fn natural(program: &Program, constants: &Constants, term: &Expr) -> Known {
    if let Some(known) = constants.value(term).as_ref().and_then(singleton) {
        return known;
    }
    let none = program.types.inner(term.ty).is_some() && !matches!(term.kind, E::Wrap(_));
    let bare = bare(term);
    let ty = program.types.inner(bare.ty).unwrap_or(bare.ty);
    let longs = |unit: i128| Set::Range(i128::from(i64::MIN) * unit, i128::from(i64::MAX) * unit);
    let some = match program.types.get(ty) {
        Type::Int => counted_term(program, bare).map_or_else(|| longs(WHOLE), |(set, _)| set),
        Type::Decimal | Type::Duration | Type::Time | Type::Date => longs(1),
        Type::LocalTime => Set::Range(0, 86_399_999),
        Type::Bool | Type::Enum(_) => match all(program, ty) {
            0 => Set::Nothing,
            variants => Set::Variants(variants),
        },
        _ => Set::Any,
    };
    Known { none, some }
}

/// What the Ints of a term are by what they count, with words for it.
pub(super) fn counted_term(program: &Program, term: &Expr) -> Option<(Set, &'static str)> {
    use Method as M;
    match &term.kind {
        E::Method(M::ListLength | M::MapLength | M::StringLength, _) => Some((counted(), "a length is never below 0")),
        E::Method(M::TimeHour, _) => Some((Set::Range(0, 23 * WHOLE), "an hour is one of 0 to 23")),
        E::Method(M::TimeWeekday, _) => Some((Set::Range(WHOLE, 7 * WHOLE), "a weekday is one of 1 (Monday) to 7")),
        E::ListLambda { op: ListOp::Count, .. } => Some((counted(), "a count is never below 0")),
        E::Trait(id) => {
            let of = program.traits.get(id.index())?;
            matches!(of.aggregate, Aggregate::Count | Aggregate::Distinct).then(|| (counted(), "a count is never below 0"))
        }
        _ => None,
    }
}
