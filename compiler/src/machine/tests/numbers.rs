use super::{context, host, host_text};
use crate::hir::ArithOp;
use crate::machine::number::{arith, decimal_div, decimal_mul};
use crate::machine::{FaultKind, TIME_MAX_MS, text};
use crate::mir::{HostOp, NumberKind};
use crate::types::TypeId;
use proptest::prelude::*;

/// `a / b` rounded half away from zero by comparing twice the distance: slow, and plainly right.
fn nearest(a: i128, b: i128) -> i128 {
    let (a, b) = if b < 0 { (-a, -b) } else { (a, b) };
    let magnitude = (2 * a.abs() + b) / (2 * b);
    if a < 0 { -magnitude } else { magnitude }
}

proptest! {
    #[test]
    fn a_decimal_product_is_the_nearest_and_halves_go_away_from_zero(a: i64, b: i64, shift in 0u32..48) {
        let b = b >> shift;
        let exact = nearest(i128::from(a) * i128::from(b), 1_000_000);
        prop_assert_eq!(decimal_mul(a, b).ok().map(i128::from), i64::try_from(exact).ok().map(i128::from));
    }

    #[test]
    fn a_decimal_quotient_is_the_nearest_and_halves_go_away_from_zero(a: i64, b: i64, shift in 0u32..60) {
        let (a, b) = (a >> shift, (b >> shift) | 1);
        let exact = nearest(i128::from(a) * 1_000_000, i128::from(b));
        prop_assert_eq!(decimal_div(a, b).ok().map(i128::from), i64::try_from(exact).ok().map(i128::from));
    }

    #[test]
    fn rounding_moves_a_decimal_by_at_most_half_a_unit(value in -1_000_000_000_000i64..1_000_000_000_000, digits in 0i64..=6) {
        let rounded = host(HostOp::Round(TypeId::DECIMAL), &[value.cast_unsigned(), digits.cast_unsigned()], &mut context()).unwrap();
        let unit = 10i64.pow(6 - u32::try_from(digits).unwrap());
        let distance = (rounded.cast_signed() - value).abs();
        prop_assert_eq!(rounded.cast_signed() % unit, 0);
        prop_assert!(2 * distance <= unit);
        if 2 * distance == unit {
            prop_assert!(rounded.cast_signed().abs() > value.abs());
        }
    }

    #[test]
    fn a_decimal_is_printed_exactly_and_without_trailing_zeros(value: i64) {
        let shown = text::format_decimal(value);
        let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
        prop_assert!(!fraction.ends_with('0'));
        let digits = format!("{whole}{fraction:0<6}");
        prop_assert_eq!(digits.parse::<i128>().unwrap(), i128::from(value));
    }

    #[test]
    fn floor_and_ceil_enclose_a_decimal(value: i64) {
        let floor = host(HostOp::Floor(TypeId::DECIMAL), &[value.cast_unsigned()], &mut context()).unwrap().cast_signed();
        let ceil = host(HostOp::Ceil(TypeId::DECIMAL), &[value.cast_unsigned()], &mut context()).unwrap().cast_signed();
        let (low, high) = (i128::from(floor) * 1_000_000, i128::from(ceil) * 1_000_000);
        prop_assert!(low <= i128::from(value) && i128::from(value) <= high);
        prop_assert_eq!(ceil - floor, i64::from(value % 1_000_000 != 0));
    }
}

#[test]
fn overflow_is_a_fault_of_its_kind_never_a_wrap() {
    let add = |kind, a, b| arith(ArithOp::Add, kind, a, b);
    assert_eq!(add(NumberKind::Int, i64::MAX, 1), Err(FaultKind::IntOverflow));
    assert_eq!(add(NumberKind::Decimal, i64::MIN, -1), Err(FaultKind::DecimalOverflow));
    assert_eq!(add(NumberKind::Duration, i64::MAX, 1), Err(FaultKind::DurationOverflow));
    assert_eq!(add(NumberKind::Time, TIME_MAX_MS, 1), Err(FaultKind::TimeOutOfRange));
    assert_eq!(arith(ArithOp::Div, NumberKind::Int, i64::MIN, -1), Err(FaultKind::IntOverflow));
    assert_eq!(arith(ArithOp::Rem, NumberKind::Int, i64::MIN, -1), Ok(0));
    assert_eq!(arith(ArithOp::Rem, NumberKind::Int, -7, 2), Ok(-1));
    assert_eq!(arith(ArithOp::Div, NumberKind::Decimal, 1, 0), Err(FaultKind::DivisionByZero));
}

#[test]
fn fixed_keeps_zeros_and_rounds_half_away_from_zero() {
    let cx = &mut context();
    assert_eq!(host_text(HostOp::Fixed(TypeId::DECIMAL), &[80_000_000, 2], cx), "80.00");
    assert_eq!(host_text(HostOp::Fixed(TypeId::DECIMAL), &[1_005_000, 2], cx), "1.01");
    assert_eq!(host_text(HostOp::Fixed(TypeId::DECIMAL), &[(-1_005_000i64).cast_unsigned(), 2], cx), "-1.01");
    assert_eq!(host_text(HostOp::Fixed(TypeId::DECIMAL), &[2_500_000, 0], cx), "3");
    assert_eq!(host_text(HostOp::Fixed(TypeId::INT), &[7, 2], cx), "7.00");
    assert_eq!(host_text(HostOp::Fixed(TypeId::INT), &[7, 0], cx), "7");
    assert_eq!(host_text(HostOp::Fixed(TypeId::FLOAT), &[0.5f64.to_bits(), 3], cx), "0.500");
}

#[test]
fn conversions_go_toward_zero_and_fault_where_a_value_does_not_fit() {
    let cx = &mut context();
    let mut convert = |from, to, word| host(HostOp::Convert { from, to }, &[word], cx);
    assert_eq!(convert(TypeId::DECIMAL, TypeId::INT, (-1_900_000i64).cast_unsigned()), Ok((-1i64).cast_unsigned()));
    assert_eq!(convert(TypeId::FLOAT, TypeId::INT, (-1.9f64).to_bits()), Ok((-1i64).cast_unsigned()));
    assert_eq!(convert(TypeId::FLOAT, TypeId::INT, f64::NAN.to_bits()), Err(FaultKind::IntOverflow));
    assert_eq!(convert(TypeId::FLOAT, TypeId::INT, 9.3e18f64.to_bits()), Err(FaultKind::IntOverflow));
    assert_eq!(convert(TypeId::FLOAT, TypeId::DECIMAL, 0.1f64.to_bits()), Ok(100_000));
    assert_eq!(convert(TypeId::FLOAT, TypeId::DECIMAL, 1e13f64.to_bits()), Err(FaultKind::DecimalOverflow));
    assert_eq!(convert(TypeId::INT, TypeId::DECIMAL, 1 << 62), Err(FaultKind::DecimalOverflow));
    assert_eq!(host(HostOp::Abs(TypeId::INT), &[1 << 63], &mut context()), Err(FaultKind::IntOverflow));
}

#[test]
fn values_print_as_they_are_written() {
    assert_eq!(text::format_decimal(80_000_000), "80");
    assert_eq!(text::format_decimal(-500_000), "-0.5");
    assert_eq!(text::format_float(0.7), "0.7");
    assert_eq!(text::format_float(3.0), "3");
    assert_eq!(text::format_float(1e21), "1e21");
    assert_eq!(text::format_duration(5_400_000), "1h30m");
    assert_eq!(text::format_duration(-86_400_500), "-1d500ms");
    assert_eq!(text::format_duration(0), "0s");
    assert_eq!(text::format_time(1_795_338_000_000), "2026-11-22T09:00:00Z");
    assert_eq!(text::format_time(-1), "1969-12-31T23:59:59.999Z");
    assert_eq!(text::format_date(20_779), "2026-11-22");
    assert_eq!(text::format_local_time(32_400_000), "09:00");
    assert_eq!(text::format_local_time(77_415_250), "21:30:15.250");
}
