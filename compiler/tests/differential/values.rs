//! Values of any type at random, made in a step's heap.

use super::random::Random;
use journey_compiler::machine::{Context, TIME_MAX_MS, TIME_MIN_MS};
use journey_compiler::types::{FieldDef, Type, TypeId, Types};

/// Two days of 1970, in days and milliseconds, lie around most of what is made.
const TODAY_DAYS: i64 = 20_537;
const DAY_MS: i64 = 86_400_000;

/// A value; the same for equal `random`, whatever the context.
pub fn value(types: &Types, ty: TypeId, random: &mut Random, cx: &mut Context) -> u64 {
    match types.get(ty) {
        Type::Bool => random.next() % 2,
        Type::Int => number(random, 1).cast_unsigned(),
        Type::Decimal => number(random, 1_000_000).cast_unsigned(),
        Type::Duration => number(random, 60_000).cast_unsigned(),
        Type::Float => random.pick(&[0.0, -0.0, 1.5, -2.25, 1e18, 1e300, f64::INFINITY, f64::NAN, 0.1]).to_bits(),
        Type::Time => time(random).cast_unsigned(),
        Type::Date => (TODAY_DAYS + number(random, 1).rem_euclid(20_000) - 10_000).cast_unsigned(),
        Type::LocalTime => random.next() % DAY_MS.cast_unsigned(),
        Type::String => cx.new_string(random.pick(&["", "ann", "旅行", "a,b", " x ", "c1", "ja", "ß😀"])).unwrap(),
        Type::Timezone => cx.new_string(random.pick(&["UTC", "UTC", "Asia/Tokyo", "America/New_York", "Nowhere/None"])).unwrap(),
        Type::None | Type::Error => 0,
        Type::Optional(_) if random.one_in(3) => 0,
        Type::Optional(of) => {
            let inner = value(types, of, random, cx);
            cx.new_some(inner, types.is_reference(of)).unwrap()
        }
        Type::List(of) => {
            let elements: Vec<u64> = (0..random.below(5)).map(|_| value(types, of, random, cx)).collect();
            cx.new_list(&elements).unwrap()
        }
        Type::Map(key, of) => map(types, key, of, random, cx),
        Type::Record(id) => {
            let words = fields(types, &types.record(id).fields, random, cx);
            cx.new_record(&words).unwrap()
        }
        Type::Enum(id) => {
            let def = types.enum_def(id);
            let tag = random.below(def.variants.len());
            if !def.has_fields() {
                return tag as u64;
            }
            let mut words = vec![tag as u64];
            words.extend(fields(types, &def.variants[tag].fields, random, cx));
            cx.new_record(&words).unwrap()
        }
    }
}

fn fields(types: &Types, fields: &[FieldDef], random: &mut Random, cx: &mut Context) -> Vec<u64> {
    fields.iter().map(|field| value(types, field.ty, random, cx)).collect()
}

/// Keys are numbered, so that they differ.
fn map(types: &Types, key: TypeId, of: TypeId, random: &mut Random, cx: &mut Context) -> u64 {
    let mut entries = Vec::new();
    for number in 0..random.below(4) {
        entries.push(match types.get(key) {
            Type::String => cx.new_string(["", "ann", "a,b", "旅行"][number]).unwrap(),
            _ => number as u64,
        });
        entries.push(value(types, of, random, cx));
    }
    entries.truncate(if matches!(types.get(key), Type::Enum(_)) { 6 } else { 8 });
    cx.new_map(&entries).unwrap()
}

/// Mostly small, in units; sometimes at a limit.
fn number(random: &mut Random, unit: i64) -> i64 {
    match random.below(12) {
        0 => random.pick(&[i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1, i64::MAX / 2, 3_037_000_500]),
        1 => random.next().cast_signed(),
        2 => random.below(2_000_000).cast_signed() as i64 - 1_000_000,
        _ => (random.below(60).cast_signed() as i64 - 10) * unit,
    }
}

fn time(random: &mut Random) -> i64 {
    match random.below(12) {
        0 => random.pick(&[TIME_MIN_MS, TIME_MAX_MS, 0, -1]),
        _ => TODAY_DAYS * DAY_MS + (random.next() % (800 * DAY_MS.cast_unsigned())).cast_signed(),
    }
}
