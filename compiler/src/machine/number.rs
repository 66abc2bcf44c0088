//! Checked arithmetic, as interpreter and machine code both mean it.

use super::{DECIMAL_ONE, FaultKind, TIME_MAX_MS, TIME_MIN_MS};
use crate::hir::ArithOp;
use crate::mir::NumberKind;

/// The fault of a result that does not fit.
pub(crate) fn overflow(kind: NumberKind) -> FaultKind {
    match kind {
        NumberKind::Int => FaultKind::IntOverflow,
        NumberKind::Decimal => FaultKind::DecimalOverflow,
        NumberKind::Duration => FaultKind::DurationOverflow,
        NumberKind::Time => FaultKind::TimeOutOfRange,
    }
}

/// `a op b`; see [`crate::mir::Op::Arith`].
pub(crate) fn arith(op: ArithOp, kind: NumberKind, a: i64, b: i64) -> Result<i64, FaultKind> {
    if b == 0 && matches!(op, ArithOp::Div | ArithOp::Rem) {
        return Err(FaultKind::DivisionByZero);
    }
    let result = match (op, kind) {
        (ArithOp::Add, _) => a.checked_add(b),
        (ArithOp::Sub, _) => a.checked_sub(b),
        (ArithOp::Mul, NumberKind::Decimal) => return decimal_mul(a, b),
        (ArithOp::Div, NumberKind::Decimal) => return decimal_div(a, b),
        (ArithOp::Mul, _) => a.checked_mul(b),
        (ArithOp::Div, _) => a.checked_div(b),
        (ArithOp::Rem, _) => Some(a.wrapping_rem(b)),
    };
    let in_range = |value: &i64| kind != NumberKind::Time || (TIME_MIN_MS..=TIME_MAX_MS).contains(value);
    result.filter(in_range).ok_or(overflow(kind))
}

/// The product of two Decimals, rounded half away from zero.
pub(crate) fn decimal_mul(a: i64, b: i64) -> Result<i64, FaultKind> {
    let product = i128::from(a) * i128::from(b);
    i64::try_from(divide_half_away(product, i128::from(DECIMAL_ONE))).map_err(|_| FaultKind::DecimalOverflow)
}

/// The quotient of two Decimals, rounded half away from zero.
pub(crate) fn decimal_div(a: i64, b: i64) -> Result<i64, FaultKind> {
    if b == 0 {
        return Err(FaultKind::DivisionByZero);
    }
    let dividend = i128::from(a) * i128::from(DECIMAL_ONE);
    i64::try_from(divide_half_away(dividend, i128::from(b))).map_err(|_| FaultKind::DecimalOverflow)
}

/// `a / b` (b not 0) to the nearest whole number, halves away from zero.
pub(crate) fn divide_half_away(a: i128, b: i128) -> i128 {
    let (quotient, rest) = (a / b, a % b);
    let away = if (a < 0) == (b < 0) { 1 } else { -1 };
    if rest.unsigned_abs() * 2 >= b.unsigned_abs() { quotient + away } else { quotient }
}

/// A Decimal's value rounded to `digits` (0..=6) fractional digits, in millionths; it may not fit an i64.
pub(crate) fn decimal_round(value: i64, digits: u32) -> i128 {
    let unit = 10i128.pow(6 - digits.min(6));
    divide_half_away(i128::from(value), unit) * unit
}

/// The one NaN that values have.
pub(crate) fn canonical(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() & !(1 << 63) } else { value.to_bits() }
}
