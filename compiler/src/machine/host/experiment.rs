//! Into which variant of an experiment a customer falls.

use crate::hir::Experiment;
use crate::machine::Context;

/// The index of the variant: a hash of experiment and customer falls into one of the intervals, which stand in the order
/// of the variants. So a customer keeps the variant, and a change of shares moves as few as can be.
pub(super) fn pick(experiment: &Experiment, cx: &Context) -> u32 {
    if let Some((_, name)) = cx.forced_variants.iter().rev().find(|(of, _)| *of == experiment.name)
        && let Some(index) = (0..).zip(&experiment.variants).find_map(|(index, variant)| (variant.name == *name).then_some(index))
    {
        return index;
    }
    let point = point(&experiment.name, cx.string(cx.customer));
    let mut end = 0;
    let mut last = 0;
    for (index, variant) in (0..).zip(&experiment.variants) {
        end += u64::from(variant.basis_points);
        if point < end {
            return index;
        }
        last = index;
    }
    last
}

/// A number in 0..10,000 that belongs to the experiment and the customer for ever.
fn point(experiment: &str, customer: &str) -> u64 {
    let mut hash = blake3::Hasher::new();
    hash.update(experiment.as_bytes());
    hash.update(&[0]);
    hash.update(customer.as_bytes());
    let digest = hash.finalize();
    digest.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes)) % 10_000
}
