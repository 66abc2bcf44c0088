//! Numbers: what is more than one checked instruction.

use super::Args;
use crate::machine::number::{canonical, decimal_div, decimal_mul, decimal_round};
use crate::machine::{Context, DECIMAL_ONE, FaultKind, text};
use crate::mir::HostOp;
use crate::types::{Type, TypeId, Types};

/// The first Float past the largest Int, and below the smallest.
const INT_END: f64 = 9_223_372_036_854_775_808.0;

pub(super) fn call(op: HostOp, args: Args<'_>, cx: &mut Context, types: &Types) -> Result<u64, FaultKind> {
    let int = args.int(0);
    match op {
        HostOp::DecimalMul => decimal_mul(int, args.int(1)).map(i64::cast_unsigned),
        HostOp::DecimalDiv => decimal_div(int, args.int(1)).map(i64::cast_unsigned),
        HostOp::FloatRem => Ok(canonical(args.float(0) % args.float(1))),
        HostOp::FloatMin => Ok(canonical(args.float(0).min(args.float(1)))),
        HostOp::FloatMax => Ok(canonical(args.float(0).max(args.float(1)))),
        HostOp::Convert { from, to } => convert(types, from, to, args, cx),
        HostOp::Round(ty) => round(types, ty, args),
        HostOp::Floor(ty) => floor(types, ty, args),
        HostOp::Ceil(ty) => ceil(types, ty, args),
        HostOp::Fixed(ty) => {
            let text = fixed(types, ty, args);
            cx.new_string(&text)
        }
        HostOp::Abs(ty) => abs(types, ty, args),
        _ => Err(FaultKind::Internal),
    }
}

fn convert(types: &Types, from: TypeId, to: TypeId, args: Args<'_>, cx: &mut Context) -> Result<u64, FaultKind> {
    let int = args.int(0);
    match (types.get(from), types.get(to)) {
        (_, Type::String) => super::strings::format(types, from, args.word(0), cx),
        (Type::Int, Type::Decimal) => int.checked_mul(DECIMAL_ONE).map(i64::cast_unsigned).ok_or(FaultKind::DecimalOverflow),
        #[expect(clippy::cast_precision_loss, reason = "an Int becomes the nearest Float")]
        (Type::Int, Type::Float) => Ok((int as f64).to_bits()),
        (Type::Decimal, Type::Int) => Ok((int / DECIMAL_ONE).cast_unsigned()),
        #[expect(clippy::cast_precision_loss, reason = "a Decimal becomes a Float near it")]
        (Type::Decimal, Type::Float) => Ok((int as f64 / DECIMAL_ONE as f64).to_bits()),
        (Type::Float, Type::Int) => whole(args.float(0).trunc(), FaultKind::IntOverflow),
        (Type::Float, Type::Decimal) => whole((args.float(0) * 1e6).round(), FaultKind::DecimalOverflow),
        _ => Ok(args.word(0)),
    }
}

/// A whole Float as the number that it is.
#[expect(clippy::cast_possible_truncation, reason = "compared with the bounds before")]
fn whole(value: f64, fault: FaultKind) -> Result<u64, FaultKind> {
    if (-INT_END..INT_END).contains(&value) { Ok((value as i64).cast_unsigned()) } else { Err(fault) }
}

fn round(types: &Types, ty: TypeId, args: Args<'_>) -> Result<u64, FaultKind> {
    match types.get(ty) {
        Type::Decimal => {
            let digits = u32::try_from(args.int(1).clamp(0, 6)).unwrap_or(0);
            i64::try_from(decimal_round(args.int(0), digits)).map(i64::cast_unsigned).map_err(|_| FaultKind::DecimalOverflow)
        }
        Type::Float => {
            let value = args.float(0);
            let unit = 10f64.powi(i32::try_from(args.int(1).clamp(0, 15)).unwrap_or(0));
            let rounded = (value * unit).round() / unit;
            Ok(canonical(if rounded.is_finite() { rounded } else { value }))
        }
        _ => Ok(args.word(0)),
    }
}

fn floor(types: &Types, ty: TypeId, args: Args<'_>) -> Result<u64, FaultKind> {
    match types.get(ty) {
        Type::Decimal => Ok(args.int(0).div_euclid(DECIMAL_ONE).cast_unsigned()),
        Type::Float => whole(args.float(0).floor(), FaultKind::IntOverflow),
        _ => Ok(args.word(0)),
    }
}

fn ceil(types: &Types, ty: TypeId, args: Args<'_>) -> Result<u64, FaultKind> {
    match types.get(ty) {
        Type::Decimal => {
            let value = args.int(0);
            Ok((value.div_euclid(DECIMAL_ONE) + i64::from(value.rem_euclid(DECIMAL_ONE) != 0)).cast_unsigned())
        }
        Type::Float => whole(args.float(0).ceil(), FaultKind::IntOverflow),
        _ => Ok(args.word(0)),
    }
}

fn fixed(types: &Types, ty: TypeId, args: Args<'_>) -> String {
    match types.get(ty) {
        Type::Decimal => text::fixed(args.int(0), args.int(1)),
        Type::Float => text::fixed_float(args.float(0), args.int(1)),
        _ => {
            let digits = usize::try_from(args.int(1).clamp(0, 6)).unwrap_or(0);
            let point = if digits == 0 { "" } else { "." };
            format!("{}{point}{:0<digits$}", args.int(0), "")
        }
    }
}

fn abs(types: &Types, ty: TypeId, args: Args<'_>) -> Result<u64, FaultKind> {
    let fault = match types.get(ty) {
        Type::Float => return Ok(canonical(args.float(0).abs())),
        Type::Decimal => FaultKind::DecimalOverflow,
        Type::Duration => FaultKind::DurationOverflow,
        _ => FaultKind::IntOverflow,
    };
    args.int(0).checked_abs().map(i64::cast_unsigned).ok_or(fault)
}
