//! What the host computes for a running function: everything that is more than a few machine instructions.
//!
//! Pure, but for allocations in the step's heap. Whatever the words are, nothing here panics: words that are no values of
//! their types read as 0 or empty.

mod collections;
mod equal;
mod experiment;
mod instants;
mod numbers;
mod sends;
mod strings;
mod times;
mod traits;

use super::{Context, FaultKind};
use crate::mir::{HostOp, Module};
use crate::types::Types;

/// Computes `op` of these words; see [`HostOp`] for arguments and results.
///
/// # Errors
/// The faults that [`HostOp`] names.
pub fn call(op: HostOp, args: &[u64], cx: &mut Context, types: &Types, module: &Module) -> Result<u64, FaultKind> {
    let args = Args(args);
    match op {
        HostOp::Equal(ty) => equal::equal(types, ty, args.word(0), args.word(1), cx).map(u64::from),
        HostOp::CompareStrings
        | HostOp::Format(_)
        | HostOp::Concat
        | HostOp::StringLength
        | HostOp::StringLower
        | HostOp::StringUpper
        | HostOp::StringTrim
        | HostOp::StringContains
        | HostOp::StringStartsWith
        | HostOp::StringEndsWith
        | HostOp::StringReplace
        | HostOp::StringSplit
        | HostOp::EscapeHtml
        | HostOp::ListJoin => strings::call(op, args, cx, types),
        HostOp::DecimalMul
        | HostOp::DecimalDiv
        | HostOp::FloatRem
        | HostOp::Convert { .. }
        | HostOp::Round(_)
        | HostOp::Floor(_)
        | HostOp::Ceil(_)
        | HostOp::Fixed(_)
        | HostOp::Abs(_)
        | HostOp::FloatMin
        | HostOp::FloatMax => numbers::call(op, args, cx, types),
        HostOp::ListContains(_)
        | HostOp::ListTake
        | HostOp::ListSortBy(_)
        | HostOp::MapFind(_)
        | HostOp::MapKeys
        | HostOp::MapValues
        | HostOp::MapNew(_) => collections::call(op, args, cx, types),
        HostOp::TimeDate
        | HostOp::TimeTime
        | HostOp::TimeHour
        | HostOp::TimeWeekday
        | HostOp::DateAt
        | HostOp::DatePlusDays
        | HostOp::DatePlusMonths
        | HostOp::DateNextAnniversary
        | HostOp::NextLocal
        | HostOp::NextWithin => times::call(op, args, cx),
        HostOp::EncodePath => strings::encode_path(args, cx),
        HostOp::MayEmit if cx.depth < super::EMIT_DEPTH_MAX => Ok(0),
        HostOp::MayEmit => Err(FaultKind::EmitDepthExceeded),
        HostOp::CallFailed => Err(FaultKind::CallFailed(cx.string(args.word(0)).to_owned())),
        HostOp::Trait(index) => traits::value(index, cx, types, module),
        HostOp::TraitNext(index) => Ok(traits::next(index, cx)),
        HostOp::NextCompare(_) | HostOp::NextClock(..) | HostOp::NextTick(_) => instants::call(op, args, cx),
        HostOp::CaughtMessage => {
            let message = std::mem::take(&mut cx.caught.0);
            let word = cx.new_string(&message);
            cx.caught.0 = message;
            word
        }
        HostOp::CaughtLine => Ok(cx.caught.1.cast_unsigned()),
        HostOp::PickVariant(index) => {
            let experiment = module.experiments.get(index as usize).ok_or(FaultKind::CorruptState)?;
            let variant = experiment::pick(experiment, cx);
            cx.picked.push((index, variant));
            Ok(u64::from(variant))
        }
        HostOp::Outranked | HostOp::TakePlace(_) | HostOp::SendKey | HostOp::SuppressionName => sends::call(op, args, cx),
    }
}

/// The arguments of an operation; one that is missing is 0.
#[derive(Clone, Copy)]
struct Args<'a>(&'a [u64]);

impl Args<'_> {
    fn word(self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or(0)
    }

    fn int(self, index: usize) -> i64 {
        self.word(index).cast_signed()
    }

    fn float(self, index: usize) -> f64 {
        f64::from_bits(self.word(index))
    }
}
