//! The value of a trait at a moment.

use super::kept::{Entry, Kept, bits_of, float, value_type};
use journey_compiler::hir::Aggregate;
use journey_compiler::machine::{TraitValue, TraitWord, codec};
use journey_compiler::mir::{NEVER, Trait};
use journey_compiler::types::{TypeId, Types};

/// What a trait is at that moment.
pub(super) fn read(types: &Types, of: &Trait, kept: Option<&Kept>, now_ms: i64) -> TraitValue {
    let nothing = Kept::default();
    let kept = kept.unwrap_or(&nothing);
    let gone = match of.window_ms {
        Some(window_ms) => kept.entries.partition_point(|entry| entry.at_ms <= now_ms.saturating_sub(window_ms)),
        None => 0,
    };
    let (gone, inside) = kept.entries.split_at(gone);
    let next_ms = match (of.window_ms, inside.first()) {
        (Some(window_ms), Some(first)) => first.at_ms.saturating_add(window_ms),
        _ => NEVER,
    };
    let count = gone.iter().fold(kept.count, |count, entry| count.saturating_sub(u64::from(entry.count)));
    let ty = value_type(types, of);
    let word = match of.aggregate {
        Aggregate::Count => whole(i128::from(count)),
        Aggregate::Distinct => whole(inside.len() as i128),
        Aggregate::Sum if ty == TypeId::FLOAT => TraitWord::Word(float_sum(of, kept, inside).to_bits()),
        Aggregate::Sum => whole(sum(kept, gone)),
        Aggregate::Avg if count == 0 => TraitWord::Optional(None),
        #[expect(clippy::cast_precision_loss, reason = "a count becomes the nearest Float")]
        Aggregate::Avg if ty == TypeId::FLOAT => {
            let average = float_sum(of, kept, inside) / count as f64;
            TraitWord::Optional(Some(average.to_le_bytes().to_vec()))
        }
        Aggregate::Avg => average(sum(kept, gone), i128::from(count)),
        Aggregate::Min | Aggregate::Max | Aggregate::First | Aggregate::Last => {
            TraitWord::Optional(inside.first().map(|entry| picked(of, entry)))
        }
    };
    TraitValue { word, next_ms }
}

fn sum(kept: &Kept, gone: &[Entry]) -> i128 {
    gone.iter().fold(kept.sum, |sum, entry| sum.saturating_sub(entry.sum))
}

/// Floats are added in order of time, so that the same events give the same sum.
fn float_sum(of: &Trait, kept: &Kept, inside: &[Entry]) -> f64 {
    match of.window_ms {
        Some(_) => inside.iter().fold(0.0, |sum, entry| sum + float(&entry.value)),
        None => f64::from_bits(bits_of(kept.sum)),
    }
}

fn whole(value: i128) -> TraitWord {
    i64::try_from(value).map_or(TraitWord::TooLarge, |value| TraitWord::Word(value.cast_unsigned()))
}

/// Rounded half away from zero.
fn average(sum: i128, count: i128) -> TraitWord {
    let half = count / 2;
    let rounded = if sum < 0 { sum.saturating_sub(half) / count } else { sum.saturating_add(half) / count };
    let Ok(value) = i64::try_from(rounded) else { return TraitWord::TooLarge };
    let mut bytes = Vec::new();
    codec::put_signed(&mut bytes, value);
    TraitWord::Optional(Some(bytes))
}

/// The value of the field, or the time of the event.
fn picked(of: &Trait, entry: &Entry) -> Vec<u8> {
    if of.value.is_some() {
        return entry.value.to_vec();
    }
    let mut bytes = Vec::new();
    codec::put_signed(&mut bytes, entry.at_ms);
    bytes
}
