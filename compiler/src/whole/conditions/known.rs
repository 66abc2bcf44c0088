//! The values that a term can have, as far as they are told apart.

use crate::whole::constant::WHOLE;
use std::collections::BTreeSet;

/// The values that are there, without `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Set {
    Any,
    Nothing,
    /// From the first to the last.
    Range(i128, i128),
    /// All but those from the first to the last.
    Outside(i128, i128),
    /// A bit for each variant; for `false` and `true` the first two.
    Variants(u128),
    Texts(BTreeSet<String>),
    OtherTexts(BTreeSet<String>),
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// Whether it can be `none`.
    pub none: bool,
    pub some: Set,
}

impl Known {
    /// Nothing but values that are there.
    pub fn there(some: Set) -> Self {
        Self { none: false, some }
    }

    /// Whether no value is left.
    pub fn is_empty(&self) -> bool {
        !self.none && self.some == Set::Nothing
    }

    /// The values that are in both; of numbers, only multiples of `unit`.
    pub fn meet(&self, other: &Self, unit: i128) -> Self {
        Self { none: self.none && other.none, some: meet(&self.some, &other.some, unit) }
    }
}

fn meet(a: &Set, b: &Set, unit: i128) -> Set {
    use Set as S;
    match (a, b) {
        (S::Any, other) | (other, S::Any) => other.clone(),
        (S::Range(from, to), S::Range(from2, to2)) => range(*from.max(from2), *to.min(to2), unit),
        (S::Range(from, to), S::Outside(out, until)) | (S::Outside(out, until), S::Range(from, to)) => {
            outside(*from, *to, *out, *until, unit)
        }
        (S::Variants(a), S::Variants(b)) if a & b == 0 => S::Nothing,
        (S::Variants(a), S::Variants(b)) => S::Variants(a & b),
        (S::Texts(a), S::Texts(b)) => texts(a.intersection(b).cloned().collect()),
        (S::Texts(only), S::OtherTexts(not)) | (S::OtherTexts(not), S::Texts(only)) => texts(only.difference(not).cloned().collect()),
        (S::OtherTexts(a), S::OtherTexts(b)) => S::OtherTexts(a.union(b).cloned().collect()),
        // Two gaps, of which one is kept: more values than there are.
        (S::Outside(..), S::Outside(..)) => a.clone(),
        (S::Nothing, _) | (_, S::Nothing) => S::Nothing,
        // Not of one kind: nothing is known.
        _ => S::Any,
    }
}

fn range(from: i128, to: i128, unit: i128) -> Set {
    let from = from.div_euclid(unit) * unit + if from.rem_euclid(unit) == 0 { 0 } else { unit };
    let to = to.div_euclid(unit) * unit;
    if from > to { Set::Nothing } else { Set::Range(from, to) }
}

/// The range without the gap, where the gap leaves one piece of it.
fn outside(from: i128, to: i128, out: i128, until: i128, unit: i128) -> Set {
    if out > until || until < from || out > to || (from < out && until < to) {
        return Set::Range(from, to);
    }
    if from >= out { range((until + 1).max(from), to, unit) } else { range(from, (out - 1).min(to), unit) }
}

fn texts(texts: BTreeSet<String>) -> Set {
    if texts.is_empty() { Set::Nothing } else { Set::Texts(texts) }
}

/// The bit of a variant; `None` of one too many.
pub(super) fn bit(variant: usize) -> Option<u128> {
    1u128.checked_shl(u32::try_from(variant).ok()?)
}

/// Plain numbers from 0 on.
pub(super) fn counted() -> Set {
    Set::Range(0, i128::from(i64::MAX) * WHOLE)
}
