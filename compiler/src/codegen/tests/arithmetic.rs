use super::Both;
use super::build::{l, module, straight};
use crate::hir::{ArithOp, CompareOp};
use crate::machine::{FaultKind, Status, TIME_MAX_MS, TIME_MIN_MS};
use crate::mir::{NumberKind, Op};

const ARITH: [ArithOp; 5] = [ArithOp::Add, ArithOp::Sub, ArithOp::Mul, ArithOp::Div, ArithOp::Rem];
const COMPARE: [CompareOp; 6] = [CompareOp::Eq, CompareOp::Ne, CompareOp::Lt, CompareOp::Le, CompareOp::Gt, CompareOp::Ge];

/// Numbers around every limit that the operations know.
fn edges() -> Vec<i64> {
    let around = [0, 500_000, 1_000_000, 3_000_000_000, 9_223_372_036_854, i64::MAX / 1_000_000, TIME_MIN_MS, TIME_MAX_MS, 1 << 32];
    let mut edges: Vec<i64> = around.iter().flat_map(|&n| [n - 2, n - 1, n, n + 1, n + 2, -n - 1, -n, 1 - n]).collect();
    edges.extend([i64::MIN, i64::MIN + 1, i64::MIN + 500_000, i64::MAX, i64::MAX - 1, 1_234_567, -7_654_321, 33_333_333]);
    edges
}

#[test]
fn checked_arithmetic_agrees_with_the_interpreter_around_every_limit() {
    let kinds = [NumberKind::Int, NumberKind::Decimal, NumberKind::Duration, NumberKind::Time];
    let ops = kinds.iter().flat_map(|&kind| ARITH.iter().map(move |&op| Op::Arith { op, kind, dst: l(2), a: l(0), b: l(1) }));
    let ops = ops
        .chain(COMPARE.iter().map(|&op| Op::Compare { op, dst: l(2), a: l(0), b: l(1) }))
        .chain([Op::DecimalTimesInt { dst: l(2), decimal: l(0), int: l(1) }, Op::IntToDecimal { dst: l(2), src: l(0) }])
        .chain([Op::Not { dst: l(2), src: l(0) }, Op::Copy { dst: l(2), src: l(1) }, Op::IntToFloat { dst: l(2), src: l(0) }]);
    let functions: Vec<_> = ops.map(|op| straight(2, 3, vec![op], 2)).collect();
    let count = u32::try_from(functions.len()).unwrap();
    let both = Both::new(&module(functions));
    let edges = edges();
    let mut faults = std::collections::BTreeMap::new();
    for function in 0..count {
        for &a in &edges {
            for &b in &edges {
                if let Status::Faulted(fault) = both.status(function, &[a.cast_unsigned(), b.cast_unsigned()]) {
                    *faults.entry(fault.kind.code()).or_insert(0) += 1;
                }
            }
        }
    }
    for kind in [FaultKind::IntOverflow, FaultKind::DecimalOverflow, FaultKind::DurationOverflow, FaultKind::TimeOutOfRange] {
        assert!(faults.contains_key(kind.code()), "{kind}");
    }
    assert!(faults.contains_key(FaultKind::DivisionByZero.code()));
}

#[test]
fn floats_agree_with_the_interpreter_and_have_one_nan() {
    let floats = [0.0, -0.0, 1.0, -1.5, 0.1, 1e300, -1e300, 5e-324, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::NAN];
    let ops = ARITH.iter().filter(|&&op| op != ArithOp::Rem).map(|&op| Op::FloatArith { op, dst: l(2), a: l(0), b: l(1) });
    let ops = ops.chain(COMPARE.iter().map(|&op| Op::FloatCompare { op, dst: l(2), a: l(0), b: l(1) }));
    let both = Both::new(&module(ops.map(|op| straight(2, 3, vec![op], 2)).collect()));
    for function in 0..10 {
        for a in floats {
            for b in floats {
                both.status(function, &[a.to_bits(), b.to_bits()]);
            }
        }
    }
    let difference = both.status(1, &[f64::INFINITY.to_bits(), f64::INFINITY.to_bits()]);
    assert_eq!(difference, Status::Returned(0x7ff8_0000_0000_0000));
}

#[test]
fn a_fault_names_the_instruction_that_made_it() {
    let sum = |dst, a, b| Op::Arith { op: ArithOp::Add, kind: NumberKind::Int, dst: l(dst), a: l(a), b: l(b) };
    let both = Both::new(&module(vec![straight(2, 4, vec![sum(2, 0, 1), sum(3, 2, 2)], 3)]));
    let Status::Faulted(first) = both.status(0, &[i64::MAX.cast_unsigned(), 1]) else { panic!("no fault") };
    let Status::Faulted(second) = both.status(0, &[1 << 61, 1 << 61]) else { panic!("no fault") };
    assert_eq!((first.kind, first.span.start), (FaultKind::IntOverflow, 0));
    assert_eq!((second.kind, second.span.start), (FaultKind::IntOverflow, 1));
}
