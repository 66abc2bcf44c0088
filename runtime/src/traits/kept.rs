//! What is kept of a trait, and how an event changes it.

use journey_compiler::hir::Aggregate;
use journey_compiler::machine::codec;
use journey_compiler::mir::Trait;
use journey_compiler::types::{Type, TypeId, Types};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use std::cmp::Ordering;

/// Entries that a trait keeps of a customer. Past them a window is told in coarser steps (of a 5,000th of its length), and
/// `distinct` stays at this number.
pub const ENTRIES_MAX: usize = 10_000;

/// A value as `machine::codec` writes it.
pub type Value = SmallVec<[u8; 16]>;

/// What is kept of a trait with a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Kept {
    /// Of the trait: see [`Trait::meaning`].
    pub meaning: u64,
    /// How many events count: of all time, or of the entries.
    pub(super) count: u64,
    /// Their sum; of Floats, that of all time as its bits.
    pub(super) sum: i128,
    /// In order of time; the values of `distinct` for all time in order of their bytes.
    pub(super) entries: Vec<Entry>,
}

/// An event, or several of one moment, or of one coarse step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub at_ms: i64,
    pub count: u32,
    pub sum: i128,
    /// Of a Float that is added up, its eight bytes.
    pub value: Value,
}

/// What an event brings to a trait.
#[derive(Debug)]
pub struct Occurrence {
    pub at_ms: i64,
    /// Empty where the event itself is aggregated.
    pub value: Value,
}

impl Kept {
    /// A trait before its first event.
    #[must_use]
    pub fn new(meaning: u64) -> Self {
        Self { meaning, ..Self::default() }
    }

    /// An event counts. `now_ms` is the moment; nothing that has left the window then is kept.
    pub fn add(&mut self, types: &Types, of: &Trait, occurrence: Occurrence, now_ms: i64, entries_max: usize) {
        let from_ms = of.window_ms.map(|window_ms| now_ms.saturating_sub(window_ms));
        if let Some(from_ms) = from_ms {
            self.leave(from_ms);
            if occurrence.at_ms <= from_ms {
                return;
            }
        }
        let ty = value_type(types, of);
        match of.aggregate {
            Aggregate::Count | Aggregate::Sum | Aggregate::Avg => self.add_up(of, ty, occurrence),
            Aggregate::Min => self.keep_best(types, ty, of.window_ms.is_some(), Ordering::Less, occurrence),
            Aggregate::Max => self.keep_best(types, ty, of.window_ms.is_some(), Ordering::Greater, occurrence),
            Aggregate::First if of.window_ms.is_some() => self.insert(occurrence, 0),
            Aggregate::First => self.keep_one(occurrence, |new, old| new < old),
            Aggregate::Last => self.keep_one(occurrence, |new, old| new >= old),
            Aggregate::Distinct => self.keep_distinct(of.window_ms.is_some(), occurrence, entries_max),
        }
        if let Some(window_ms) = of.window_ms.filter(|_| self.entries.len() > entries_max) {
            self.coarsen(types, of.aggregate, ty, window_ms, entries_max);
        }
    }

    /// What came then or earlier is no longer in the window.
    fn leave(&mut self, from_ms: i64) {
        let gone = self.entries.partition_point(|entry| entry.at_ms <= from_ms);
        for entry in self.entries.drain(..gone) {
            self.count = self.count.saturating_sub(u64::from(entry.count));
            self.sum = self.sum.saturating_sub(entry.sum);
        }
    }

    fn add_up(&mut self, of: &Trait, ty: TypeId, occurrence: Occurrence) {
        self.count = self.count.saturating_add(1);
        let is_float = ty == TypeId::FLOAT && of.value.is_some();
        let amount = if is_float { 0 } else { i128::from(number(&occurrence.value)) };
        if of.window_ms.is_none() {
            if is_float {
                let sum = f64::from_bits(bits_of(self.sum)) + float(&occurrence.value);
                self.sum = i128::from(sum.to_bits());
            } else {
                self.sum = self.sum.saturating_add(amount);
            }
            return;
        }
        self.sum = self.sum.saturating_add(amount);
        let at = self.entries.partition_point(|entry| entry.at_ms <= occurrence.at_ms);
        let same = at.checked_sub(1).and_then(|last| self.entries.get_mut(last)).filter(|last| last.at_ms == occurrence.at_ms && !is_float);
        match same {
            Some(entry) => {
                entry.count = entry.count.saturating_add(1);
                entry.sum = entry.sum.saturating_add(amount);
            }
            None => {
                let value = if is_float { occurrence.value } else { Value::new() };
                self.entries.insert(at, Entry { at_ms: occurrence.at_ms, count: 1, sum: amount, value });
            }
        }
    }

    fn insert(&mut self, occurrence: Occurrence, sum: i128) {
        let at = self.entries.partition_point(|entry| entry.at_ms <= occurrence.at_ms);
        self.entries.insert(at, Entry { at_ms: occurrence.at_ms, count: 1, sum, value: occurrence.value });
    }

    /// Keeps what no later event outdoes: of all time one, in a window a row in which each is outdone by those before it.
    fn keep_best(&mut self, types: &Types, ty: TypeId, windowed: bool, better: Ordering, occurrence: Occurrence) {
        let at = self.entries.partition_point(|entry| entry.at_ms <= occurrence.at_ms);
        let beats = |a: &Value, b: &Value| compare(types, ty, a, b) == better;
        if !windowed {
            if self.entries.first().is_none_or(|best| beats(&occurrence.value, &best.value)) {
                self.entries.clear();
                self.insert(occurrence, 0);
            }
            return;
        }
        if self.entries.get(at).is_some_and(|later| !beats(&occurrence.value, &later.value)) {
            return;
        }
        let mut keep_until = at;
        while let Some(earlier) = keep_until.checked_sub(1).and_then(|before| self.entries.get(before)) {
            if beats(&earlier.value, &occurrence.value) {
                break;
            }
            keep_until -= 1;
        }
        self.entries.drain(keep_until..at);
        self.entries.insert(keep_until, Entry { at_ms: occurrence.at_ms, count: 1, sum: 0, value: occurrence.value });
    }

    fn keep_one(&mut self, occurrence: Occurrence, wins: impl Fn(i64, i64) -> bool) {
        if self.entries.first().is_none_or(|kept| wins(occurrence.at_ms, kept.at_ms)) {
            self.entries.clear();
            self.insert(occurrence, 0);
        }
    }

    fn keep_distinct(&mut self, windowed: bool, occurrence: Occurrence, entries_max: usize) {
        if windowed {
            if let Some(at) = self.entries.iter().position(|entry| entry.value == occurrence.value) {
                if self.entries.get(at).is_some_and(|known| known.at_ms >= occurrence.at_ms) {
                    return;
                }
                self.entries.remove(at);
            }
            return self.insert(occurrence, 0);
        }
        if let Err(at) = self.entries.binary_search_by(|entry| entry.value.cmp(&occurrence.value))
            && self.entries.len() < entries_max
        {
            self.entries.insert(at, Entry { at_ms: 0, count: 1, sum: 0, value: occurrence.value });
        }
    }

    /// Too many: those of one step, of which there are half as many as entries in a window, become one.
    fn coarsen(&mut self, types: &Types, aggregate: Aggregate, ty: TypeId, window_ms: i64, entries_max: usize) {
        if aggregate == Aggregate::Distinct {
            let too_many = self.entries.len().saturating_sub(entries_max);
            self.entries.drain(..too_many);
            return;
        }
        let steps = i64::try_from(entries_max / 2).unwrap_or(1).max(1);
        let step_ms = (window_ms / steps).max(1);
        let mut coarse: Vec<Entry> = Vec::with_capacity(entries_max / 2 + 2);
        for entry in std::mem::take(&mut self.entries) {
            match coarse.last_mut().filter(|last| last.at_ms.div_euclid(step_ms) == entry.at_ms.div_euclid(step_ms)) {
                Some(last) => last.take_in(types, aggregate, ty, entry),
                None => coarse.push(entry),
            }
        }
        self.entries = coarse;
    }
}

impl Entry {
    /// A later entry of the same step.
    fn take_in(&mut self, types: &Types, aggregate: Aggregate, ty: TypeId, later: Entry) {
        match aggregate {
            Aggregate::Count | Aggregate::Sum | Aggregate::Avg => {
                self.count = self.count.saturating_add(later.count);
                self.sum = self.sum.saturating_add(later.sum);
                if ty == TypeId::FLOAT {
                    self.value = Value::from_slice(&(float(&self.value) + float(&later.value)).to_le_bytes());
                }
                self.at_ms = later.at_ms;
            }
            Aggregate::Min | Aggregate::Max => {
                let better = if aggregate == Aggregate::Min { Ordering::Less } else { Ordering::Greater };
                if compare(types, ty, &later.value, &self.value) == better {
                    self.value = later.value;
                }
                self.at_ms = later.at_ms;
            }
            Aggregate::First | Aggregate::Last | Aggregate::Distinct => {}
        }
    }
}

/// The type of the values, without `?`.
pub(super) fn value_type(types: &Types, of: &Trait) -> TypeId {
    of.value.map_or(TypeId::TIME, |value| types.inner(value.ty).unwrap_or(value.ty))
}

/// A whole number as it was written: Int, Decimal, Duration.
pub(super) fn number(value: &[u8]) -> i64 {
    let mut bytes = value;
    codec::take_signed(&mut bytes).unwrap_or(0)
}

pub(super) fn float(value: &[u8]) -> f64 {
    value.first_chunk().map_or(0.0, |bytes| f64::from_le_bytes(*bytes))
}

pub(super) fn bits_of(sum: i128) -> u64 {
    u64::try_from(sum).unwrap_or(0)
}

/// Two values of an ordered type. NaN is more than every other Float.
fn compare(types: &Types, ty: TypeId, a: &[u8], b: &[u8]) -> Ordering {
    match types.get(ty) {
        Type::Float => float(a).total_cmp(&float(b)),
        Type::String | Type::Timezone => text(a).cmp(text(b)),
        Type::LocalTime | Type::Enum(_) | Type::Bool => unsigned(a).cmp(&unsigned(b)),
        _ => number(a).cmp(&number(b)),
    }
}

fn unsigned(value: &[u8]) -> u64 {
    let mut bytes = value;
    codec::take(&mut bytes).unwrap_or(0)
}

fn text(value: &[u8]) -> &[u8] {
    let mut bytes = value;
    let _ = codec::take(&mut bytes);
    bytes
}
