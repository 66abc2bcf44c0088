//! Traits: the functions that say what of an event counts.

use super::Lowerer;
use super::version::meaning;
use crate::hir::{Trait, TraitId};
use crate::mir::TraitField;

/// Lowers a trait.
pub(super) fn lower(lowerer: &mut Lowerer<'_>, id: TraitId, of: &Trait) {
    let name = format!("trait {}", of.name);
    let params = [of.binder];
    let filter = of.filter.as_ref().map(|filter| lowerer.closed(format!("{name} where"), &params, filter));
    let value = of.value.as_ref().map(|value| TraitField { function: lowerer.closed(name, &params, value), ty: value.ty });
    lowerer.module.traits.push(crate::mir::Trait {
        name: of.name.clone(),
        meaning: meaning(lowerer.hir, |told| told.trait_(id)),
        ty: of.ty,
        aggregate: of.aggregate,
        event: of.event,
        filter,
        value,
        window_ms: of.window_ms,
    });
}
