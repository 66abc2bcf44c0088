//! What the engine has put down of the customer's traits.

use crate::machine::context::TraitWord;
use crate::machine::{Context, FaultKind, codec};
use crate::mir::{Module, NEVER};
use crate::types::{Type, TypeId, Types};

/// A trait's value.
pub(super) fn value(index: u32, cx: &mut Context, types: &Types, module: &Module) -> Result<u64, FaultKind> {
    let of = module.traits.get(index as usize).ok_or(FaultKind::CorruptState)?;
    let word = cx.traits.get(index as usize).map_or(TraitWord::Word(0), |value| value.word.clone());
    match word {
        TraitWord::Word(word) => Ok(word),
        TraitWord::Optional(None) => Ok(0),
        TraitWord::Optional(Some(bytes)) => {
            let Type::Optional(inner) = types.get(of.ty) else { return Err(FaultKind::CorruptState) };
            let word = codec::decode(types, inner, &mut bytes.as_slice(), cx).map_err(|_| FaultKind::CorruptState)?;
            if types.is_reference(inner) { Ok(word) } else { cx.new_record(&[word]) }
        }
        TraitWord::TooLarge => Err(match types.inner(of.ty).unwrap_or(of.ty) {
            TypeId::DECIMAL => FaultKind::DecimalOverflow,
            TypeId::DURATION => FaultKind::DurationOverflow,
            _ => FaultKind::IntOverflow,
        }),
    }
}

/// When an event leaves its window.
pub(super) fn next(index: u32, cx: &Context) -> u64 {
    cx.traits.get(index as usize).map_or(NEVER, |value| value.next_ms).cast_unsigned()
}
